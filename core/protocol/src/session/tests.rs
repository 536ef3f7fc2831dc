#![allow(clippy::unwrap_used)]
use super::*;
use proptest::prelude::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

fn active(expires: i64) -> Session {
    Session::Active(Grant::new(at(expires)))
}

/// Runs events and gives the last state with all effects.
fn run(mut session: Session, events: &[Event]) -> (Session, Vec<Effect>) {
    let mut effects = Vec::new();
    for event in events {
        let (next, more) = session.on(*event);
        session = next;
        effects.extend(more);
    }
    (session, effects)
}

fn need(now: i64) -> Event {
    Event::NeedToken { now: at(now) }
}

fn signed_in(expires: i64, same_person: bool) -> Event {
    Event::SignedIn {
        expires: at(expires),
        same_person,
    }
}

fn answered(expires: i64) -> Event {
    Event::RefreshAnswered {
        expires: at(expires),
    }
}

const REFUSED: Effect = Effect::Fail(Failure::SignInRequired(Some(SealReason::Refused)));

#[test]
fn a_good_token_is_used_and_an_old_one_is_refreshed_in_order() {
    assert_eq!(
        active(1000).on(need(969)),
        (active(1000), vec![Effect::UseToken { generation: 0 }])
    );
    let (session, effects) = run(
        active(1000),
        &[
            need(970),
            Event::IntentStored,
            answered(2000),
            Event::TokensStored,
        ],
    );
    assert_eq!(
        effects,
        [
            Effect::StoreIntent,
            Effect::Refresh,
            Effect::StoreTokens,
            Effect::UseToken { generation: 1 },
        ]
    );
    assert!(matches!(session, Session::Active(grant) if grant.expires == at(2000)));
}

#[test]
fn a_refused_grant_seals_and_only_the_same_person_reopens_it() {
    let asking = run(active(0), &[need(0), Event::IntentStored]).0;
    let (sealed, effects) = asking.on(Event::RefreshRefused(Refusal::InvalidGrant));
    let reason = SealReason::Refused;
    assert_eq!(effects, [Effect::Seal { reason }, REFUSED]);
    assert_eq!(sealed.on(need(0)), (sealed, vec![REFUSED]));
    assert_eq!(
        sealed.on(signed_in(9, false)),
        (sealed, vec![Effect::DiscardAnswer])
    );
    let (storing, effects) = sealed.on(signed_in(9999, true));
    assert_eq!(effects, [Effect::StoreTokens]);
    assert_eq!(storing.seal(), Some(reason));
    assert_eq!(storing.on(Event::Restarted { intent: false }).0, sealed);
    let (open, effects) = storing.on(Event::TokensStored);
    assert_eq!(effects, [Effect::UseToken { generation: 0 }]);
    assert_eq!(open.seal(), None);
}

#[test]
fn a_portal_that_cannot_be_reached_does_not_seal() {
    let asking = run(active(0), &[need(0), Event::IntentStored]).0;
    let unreachable = asking.on(Event::RefreshUnreachable { now: at(0) });
    let effects = vec![Effect::Fail(Failure::Unreachable)];
    assert_eq!(unreachable, (active(0), effects));
}

#[test]
fn a_token_that_still_lasts_is_used_when_the_portal_cannot_be_reached() {
    let asking = run(active(1000), &[need(980), Event::IntentStored]).0;
    assert_eq!(
        asking.on(Event::RefreshUnreachable { now: at(999) }),
        (active(1000), vec![Effect::UseToken { generation: 0 }])
    );
    assert_eq!(
        asking.on(Event::RefreshUnreachable { now: at(1000) }).1,
        [Effect::Fail(Failure::Unreachable)]
    );
}

#[test]
fn a_portal_that_wants_a_new_sign_in_ends_nothing() {
    let why = Why::Interaction;
    let asking = run(active(0), &[need(0), Event::IntentStored]).0;
    let (asked, effects) = asking.on(Event::RefreshRefused(Refusal::NewSignIn(why)));
    let fail = Effect::Fail(Failure::NewSignIn(why));
    assert_eq!(effects, [Effect::DropIntent, fail]);
    assert_eq!((asked.seal(), asked.asked()), (None, Some(why)));
    // The portal may have changed its mind: it is asked anew, and says so until it has.
    let (again, effects) = asked.on(need(9));
    assert_eq!(effects, [Effect::StoreIntent]);
    let again = again.on(Event::IntentStored).0;
    let (offline, _) = again.on(Event::RefreshUnreachable { now: at(9) });
    assert_eq!(offline.asked(), Some(why));
    for event in [answered(900), signed_in(900, true)] {
        let (session, effects) = run(again, &[event, Event::TokensStored]);
        assert_eq!(effects.last(), Some(&Effect::UseToken { generation: 1 }));
        assert_eq!((session.seal(), session.asked()), (None, None));
    }
    let revoked = again.on(Event::RefreshRefused(Refusal::InvalidGrant)).0;
    assert_eq!(revoked.seal(), Some(SealReason::Refused));
}

#[test]
fn a_portal_that_wants_more_proof_is_not_asked_again_before_it_has_it() {
    let asking = run(active(0), &[need(0), Event::IntentStored]).0;
    let (waiting, effects) = asking.on(Event::RefreshRefused(Refusal::StepUp));
    let fail = Effect::Fail(Failure::StepUp);
    assert_eq!(effects, [Effect::DropIntent, fail]);
    assert_eq!(waiting.seal(), None);
    assert_eq!(waiting.on(need(9)), (waiting, vec![fail]));
    let (session, effects) = run(waiting, &[signed_in(900, true), Event::TokensStored]);
    assert_eq!(effects.last(), Some(&Effect::UseToken { generation: 1 }));
    assert!(matches!(session, Session::Active(_)));
}

#[test]
fn a_lease_that_ended_seals_until_a_refresh_succeeds() {
    let reason = SealReason::Lease;
    let (lapsed, effects) = active(9000).on(Event::LeaseEnded);
    assert_eq!(effects, [Effect::Seal { reason }]);
    assert_eq!(lapsed.seal(), Some(reason));
    assert_eq!(lapsed.on(Event::LeaseEnded), (lapsed, vec![]));
    assert_eq!(lapsed.on(Event::Restarted { intent: false }).0, lapsed);
    // However long the token would last, the portal is asked.
    let asking = run(lapsed, &[need(0), Event::IntentStored]).0;
    let (still, effects) = asking.on(Event::RefreshUnreachable { now: at(0) });
    assert_eq!(effects, [Effect::Fail(Failure::Unreachable)]);
    assert_eq!(still.seal(), Some(reason));
    let (open, effects) = run(asking, &[answered(9900), Event::TokensStored]);
    assert_eq!(effects[1..], [Effect::UseToken { generation: 1 }]);
    assert_eq!(open.seal(), None);
    let refused = asking.on(Event::RefreshRefused(Refusal::InvalidGrant));
    assert_eq!(
        refused.1[0],
        Effect::Seal {
            reason: SealReason::Refused
        }
    );
}

#[test]
fn another_identity_seals_and_its_tokens_are_discarded() {
    let asking = run(active(0), &[need(0), Event::IntentStored]).0;
    let reason = SealReason::IdentityChanged;
    let fail = Effect::Fail(Failure::SignInRequired(Some(reason)));
    assert_eq!(
        asking.on(Event::IdentityChanged),
        (
            Session::Sealed { reason },
            vec![Effect::DiscardAnswer, Effect::Seal { reason }, fail]
        )
    );
    let sealed = Session::Sealed {
        reason: SealReason::Refused,
    };
    let unsealing = sealed.on(signed_in(9, true)).0;
    assert_eq!(
        unsealing.on(Event::IdentityChanged),
        (sealed, vec![Effect::DiscardAnswer])
    );
}

#[test]
fn a_401_is_worth_one_refresh_in_five_minutes() {
    let rejected = |generation, now| Event::TokenRejected {
        generation,
        now: at(now),
    };
    let refresh = [Event::IntentStored, answered(9000), Event::TokensStored];
    let (session, effects) = active(9000).on(rejected(0, 100));
    assert_eq!(effects, [Effect::StoreIntent]);
    let session = run(session, &refresh).0;
    // A late 401 of the first token gets the second one.
    assert_eq!(
        session.on(rejected(0, 101)).1,
        [Effect::UseToken { generation: 1 }]
    );
    let fail = vec![Effect::Fail(Failure::Rejected)];
    assert_eq!(session.on(rejected(1, 101)), (session, fail.clone()));
    assert_eq!(session.on(rejected(1, 399)), (session, fail.clone()));
    assert_eq!(
        session.on(rejected(1, 50)),
        (session, fail),
        "a clock set back allows no loop"
    );
    assert_eq!(session.on(rejected(1, 400)).1, [Effect::StoreIntent]);
    // A rejected token stays useless when the portal cannot be reached.
    let unreachable = run(
        active(9000),
        &[
            rejected(0, 100),
            Event::IntentStored,
            Event::RefreshUnreachable { now: at(101) },
        ],
    )
    .0;
    assert_eq!(unreachable.on(need(101)).1, [Effect::StoreIntent]);
}

#[test]
fn signing_out_revokes_before_it_wipes_and_discards_late_answers() {
    let asking = run(active(0), &[need(0), Event::IntentStored]).0;
    let (out, effects) = asking.on(Event::RevokedByUser);
    assert_eq!((out, effects), (Session::SignedOut, vec![]));
    assert_eq!(out.on(answered(1)), (out, vec![Effect::DiscardAnswer]));
    assert_eq!(
        out.on(Event::RefreshRefused(Refusal::InvalidGrant)),
        (out, vec![])
    );
    assert_eq!(out.on(Event::RevokedByUser), (out, vec![]));
    let nobody = Effect::Fail(Failure::SignInRequired(None));
    assert_eq!(out.on(need(0)), (out, vec![nobody]));
}

#[test]
fn tokens_that_could_not_be_stored_are_tried_again() {
    let storing = run(active(0), &[need(0), Event::IntentStored, answered(9000)]).0;
    assert_eq!(
        storing.on(Event::StoreFailed),
        (storing, vec![Effect::Fail(Failure::Storage)])
    );
    assert_eq!(storing.on(need(1)), (storing, vec![Effect::StoreTokens]));
    let intent = active(0).on(need(0)).0;
    assert_eq!(
        intent.on(Event::StoreFailed),
        (active(0), vec![Effect::Fail(Failure::Storage)])
    );
}

#[test]
fn a_process_that_died_while_refreshing_refreshes_first() {
    let restarted = |session: Session, intent| session.on(Event::Restarted { intent });
    let (session, effects) = restarted(active(9000), true);
    assert_eq!(effects, []);
    assert_eq!(session.on(need(0)).1, [Effect::StoreIntent]);
    assert_eq!(restarted(active(9000), false).0, active(9000));
    let asking = run(active(9000), &[need(8999), Event::IntentStored]).0;
    assert_eq!(
        restarted(asking, true).0.on(need(0)).1,
        [Effect::StoreIntent]
    );
    assert_eq!(restarted(Session::SignedOut, true).0, Session::SignedOut);
}

fn any_event() -> impl Strategy<Value = Event> {
    let time = || (0_i64..2000).prop_map(at);
    prop_oneof![
        1 => (time(), any::<bool>()).prop_map(|(expires, same_person)| Event::SignedIn {
            expires,
            same_person
        }),
        4 => time().prop_map(|now| Event::NeedToken { now }),
        4 => Just(Event::IntentStored),
        3 => time().prop_map(|expires| Event::RefreshAnswered { expires }),
        3 => Just(Event::TokensStored),
        1 => Just(Event::StoreFailed),
        1 => Just(Event::RefreshRefused(Refusal::InvalidGrant)),
        1 => Just(Event::RefreshRefused(Refusal::StepUp)),
        1 => Just(Event::RefreshRefused(Refusal::NewSignIn(Why::Login))),
        1 => time().prop_map(|now| Event::RefreshUnreachable { now }),
        1 => Just(Event::LeaseEnded),
        1 => Just(Event::IdentityChanged),
        1 => Just(Event::RevokedByUser),
        1 => any::<bool>().prop_map(|intent| Event::Restarted { intent }),
        2 => (0_u64..4, time()).prop_map(|(generation, now)| Event::TokenRejected { generation, now }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_promises_hold_after_any_events(events in prop::collection::vec(any_event(), 0..60)) {
        let mut session = Session::SignedOut;
        let mut asked_for_tokens = 0;
        let mut refreshes = 0;
        let mut intent_wanted = false;
        let mut tokens_wanted = false;
        for event in events {
            let before = session;
            let (after, effects) = session.on(event);
            session = after;
            let has = |effect: fn(&Effect) -> bool| effects.iter().any(effect);

            // A request for a token is always answered, by one thing.
            let asks = matches!(event, Event::NeedToken { .. } | Event::TokenRejected { .. });
            if asks {
                asked_for_tokens += 1;
                prop_assert_eq!(effects.len(), 1);
            }
            // The intent is stored before the request, and one request for a token causes one
            // refresh at most.
            if has(|it| *it == Effect::Refresh) {
                prop_assert!(intent_wanted && event == Event::IntentStored);
                intent_wanted = false;
                refreshes += 1;
            }
            intent_wanted |= has(|it| *it == Effect::StoreIntent);
            prop_assert!(refreshes <= asked_for_tokens);
            // New tokens are stored before they are used.
            if event == Event::TokensStored && has(|it| matches!(it, Effect::UseToken { .. })) {
                prop_assert!(tokens_wanted);
            }
            if has(|it| *it == Effect::StoreTokens) {
                tokens_wanted = true;
            }
            // Sealing is said when it happens, for three reasons only, and lifted in one way only.
            let seals = has(|it| matches!(it, Effect::Seal { .. }));
            prop_assert_eq!(seals, after.seal().is_some() && after.seal() != before.seal());
            if seals {
                let cause = match after.seal() {
                    Some(SealReason::Refused) => Event::RefreshRefused(Refusal::InvalidGrant),
                    Some(SealReason::IdentityChanged) => Event::IdentityChanged,
                    _ => Event::LeaseEnded,
                };
                prop_assert_eq!(event, cause);
            }
            if before.seal().is_some() && after.seal().is_none() {
                prop_assert!(matches!(event, Event::TokensStored | Event::RevokedByUser));
            }
            if after.seal().is_some() || after == Session::SignedOut {
                let uses = has(|it| matches!(it, Effect::UseToken { .. }));
                prop_assert!(!uses);
                // Only after a lease may the portal be asked whether the person still may.
                let may_ask = after.seal() == Some(SealReason::Lease);
                prop_assert!(may_ask || !has(|it| *it == Effect::Refresh));
            }
            // Unsealing needs the same person.
            if matches!(before, Session::Sealed { .. }) && matches!(after, Session::Storing { .. }) {
                let right = matches!(event, Event::SignedIn { same_person: true, .. });
                prop_assert!(right);
            }
        }
    }

    #[test]
    fn rejections_cause_no_loop(times in prop::collection::vec(0_i64..3000, 1..40)) {
        let mut times = times;
        times.sort_unstable();
        let mut session = active(1_000_000);
        let mut refreshed: Vec<i64> = Vec::new();
        for now in times {
            let Session::Active(grant) = session else { panic!() };
            let rejected = Event::TokenRejected { generation: grant.generation, now: at(now) };
            let (next, effects) = session.on(rejected);
            session = next;
            if effects == [Effect::StoreIntent] {
                refreshed.push(now);
                session = run(session, &[Event::IntentStored, answered(1_000_000), Event::TokensStored]).0;
            }
        }
        prop_assert!(refreshed.windows(2).all(|pair| pair[1] - pair[0] >= 300));
    }
}
