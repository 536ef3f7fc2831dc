use proptest::prelude::*;

use super::*;

const LONG_AGO: Option<Duration> = Some(Duration::from_secs(3600));
const JUST_NOW: Option<Duration> = Some(Duration::from_secs(1));

/// Feeds the events one by one and returns every effect.
fn run(delivery: Delivery, events: &[Event]) -> Vec<Effect> {
    let mut all = Vec::new();
    let mut machine = delivery;
    for event in events {
        let (next, effects) = machine.on(*event);
        machine = next;
        all.extend(effects);
    }
    all
}

fn kept(conditional: bool) -> Proof {
    Proof {
        conditional,
        identifiers: Identifiers::Kept,
        fetched: false,
    }
}

fn queued() -> Delivery {
    Delivery::new(State::Queued, 0, None, kept(true))
}

fn doubtful(tries: u32, age: Option<Duration>, conditional: bool) -> Delivery {
    Delivery::new(State::Doubtful, tries, age, kept(conditional))
}

const NOTHING: [Event; 3] = [
    Event::Begin,
    Event::LookedUp(Found::Nothing),
    Event::Probed(Found::Nothing),
];

#[test]
fn it_is_marked_before_it_is_sent() {
    let effects = run(queued(), &[Event::Begin, Event::Composed]);
    let marked = [
        Effect::Compose,
        Effect::Mark(State::Sending),
        Effect::Create,
    ];
    assert_eq!(effects, marked);
}

/// A process may end while it waits: nothing was on its way.
#[test]
fn one_that_waits_for_another_is_not_marked() {
    let effects = run(queued(), &[Event::Begin, Event::Waits]);
    assert_eq!(effects, [Effect::Compose, Effect::End(End::Waits)]);
}

#[test]
fn an_identifier_proves_nothing_where_none_is_kept() {
    let at = |identifiers, fetched, age| {
        let proof = Proof {
            conditional: true,
            identifiers,
            fetched,
        };
        let delivery = Delivery::new(State::Doubtful, 1, age, proof);
        let effects = run(delivery, &NOTHING);
        effects[2..].to_vec()
    };
    let waits = [Effect::Mark(State::Doubtful), Effect::End(End::Waits)];
    let unknown = [Effect::Mark(State::Unknown), Effect::End(End::Decided)];
    assert_eq!(at(Identifiers::Dropped, true, LONG_AGO)[1..], unknown);
    assert_eq!(at(Identifiers::Unknown, false, LONG_AGO)[1..], waits);
    assert_eq!(
        at(Identifiers::Unknown, true, LONG_AGO)[1..],
        [Effect::Compose]
    );
    // Nothing is ever complete there: then it is for the person to say.
    let days = Some(Duration::from_secs(2 * 24 * 60 * 60));
    assert_eq!(at(Identifiers::Unknown, false, days)[1..], unknown);
}

#[test]
fn an_id_that_is_only_claimed_is_proved_or_looked_for() {
    let claimed = [Event::Begin, Event::Composed, Event::Taken(Taken::Claim)];
    let with = |last| run(queued(), &[&claimed[..], &[last]].concat()).pop();
    assert_eq!(with(Event::ReadBack(true)), Some(Effect::End(End::Arrived)));
    assert_eq!(with(Event::ReadBack(false)), Some(Effect::LookUp));
}

#[test]
fn every_answer_of_a_create_leads_somewhere() {
    use Effect::{End as Ends, LookUp, Mark, ReadBack};
    for (event, next) in [
        (Event::Taken(Taken::Record), vec![Ends(End::Arrived)]),
        (Event::Taken(Taken::Id), vec![ReadBack]),
        (Event::Taken(Taken::Nothing), vec![LookUp]),
        (Event::Refused(412), vec![LookUp]),
        (
            Event::Refused(403),
            vec![Mark(State::Failed(403)), Ends(End::Decided)],
        ),
        (Event::NoEffect, vec![Mark(State::Queued), Ends(End::Waits)]),
        (Event::InDoubt, vec![Mark(State::Doubtful), LookUp]),
    ] {
        let effects = run(queued(), &[Event::Begin, Event::Composed, event]);
        assert_eq!(effects[3..], next[..], "{event:?}");
    }
}

#[test]
fn a_request_without_effect_leaves_an_earlier_doubt() {
    let mut events = NOTHING.to_vec();
    events.extend([Event::Composed, Event::NoEffect]);
    let effects = run(doubtful(1, LONG_AGO, true), &events);
    assert!(effects.contains(&Effect::Create));
    let kept = Effect::Mark(State::Doubtful);
    assert_eq!(
        effects[effects.len() - 2..],
        [kept, Effect::End(End::Waits)]
    );
}

#[test]
fn absence_is_believed_late_and_only_where_a_second_one_is_impossible() {
    let last = |delivery| run(delivery, &NOTHING).pop();
    assert_eq!(last(doubtful(1, LONG_AGO, true)), Some(Effect::Compose));
    assert_eq!(
        last(doubtful(1, JUST_NOW, true)),
        Some(Effect::End(End::Waits))
    );
    let unknown = Effect::Mark(State::Unknown);
    assert!(run(doubtful(1, LONG_AGO, false), &NOTHING).contains(&unknown));
    let failed = Effect::Mark(State::Failed(0));
    assert!(run(doubtful(3, LONG_AGO, true), &NOTHING).contains(&failed));
}

#[test]
fn what_proves_nothing_leaves_the_question_to_the_person() {
    let unknown = [Effect::Mark(State::Unknown), Effect::End(End::Decided)];
    for events in [
        &[Event::Begin, Event::LookedUp(Found::Refused)][..],
        &[
            Event::Begin,
            Event::LookedUp(Found::Others),
            Event::Probed(Found::Others),
        ],
        &[
            Event::Begin,
            Event::LookedUp(Found::Nothing),
            Event::Probed(Found::Refused),
        ],
    ] {
        let effects = run(doubtful(1, LONG_AGO, true), events);
        assert_eq!(effects[effects.len() - 2..], unknown, "{events:?}");
    }
}

#[test]
fn an_answer_with_an_id_is_proof() {
    let events = [
        Event::Begin,
        Event::Composed,
        Event::Taken(Taken::Id),
        Event::ReadBack(false),
    ];
    let effects = run(queued(), &events);
    assert_eq!(
        effects[effects.len() - 2..],
        [Effect::Settle, Effect::End(End::Arrived)]
    );
}

#[test]
fn one_that_was_under_way_is_looked_up_first() {
    let effects = run(
        Delivery::new(State::Sending, 0, JUST_NOW, kept(true)),
        &[Event::Begin],
    );
    assert_eq!(effects, [Effect::Mark(State::Doubtful), Effect::LookUp]);
}

fn any_event() -> impl Strategy<Value = Event> {
    let found = || {
        prop::sample::select(vec![
            Found::Ours,
            Found::Others,
            Found::Nothing,
            Found::Refused,
        ])
    };
    prop_oneof![
        Just(Event::Begin),
        Just(Event::Composed),
        Just(Event::Waits),
        prop::sample::select(vec![Taken::Record, Taken::Id, Taken::Claim, Taken::Nothing])
            .prop_map(Event::Taken),
        any::<bool>().prop_map(Event::ReadBack),
        (400_u16..500).prop_map(Event::Refused),
        Just(Event::NoEffect),
        Just(Event::InDoubt),
        any::<bool>().prop_map(Event::Uploaded),
        found().prop_map(Event::LookedUp),
        found().prop_map(Event::Probed),
    ]
}

proptest! {
    /// Whatever comes, a request is never made twice without a proof between, and nothing happens after the end.
    #[test]
    fn no_second_create_without_a_proof(
        events in prop::collection::vec(any_event(), 0..12), tries in 0_u32..5, old: bool, conditional: bool,
        identifiers in prop::sample::select(vec![Identifiers::Kept, Identifiers::Unknown, Identifiers::Dropped]),
        fetched: bool, files: bool,
        state in prop::sample::select(vec![State::Queued, State::Sending, State::Doubtful, State::Failed(403), State::Unknown]),
    ) {
        let age = if old { LONG_AGO } else { JUST_NOW };
        let proof = Proof { conditional, identifiers, fetched };
        let mut machine = Delivery::new(state, tries, age, proof).with_files(files);
        let mut uploading = files;
        let proves = identifiers == Identifiers::Kept || identifiers == Identifiers::Unknown && fetched;
        let mut doubt = tries > 0 || matches!(state, State::Sending | State::Doubtful);
        let (mut ended, mut creates, mut absent) = (false, 0, false);
        for event in events {
            let (next, effects) = machine.on(event);
            machine = next;
            prop_assert!(!ended || effects.is_empty());
            uploading &= event != Event::Uploaded(false);
            absent |= event == Event::Probed(Found::Nothing);
            for effect in effects {
                match effect {
                    Effect::Create => {
                        creates += 1;
                        prop_assert!(!uploading);
                        prop_assert!(!doubt || conditional && old && absent && proves);
                        doubt = true;
                    }
                    Effect::End(_) => ended = true,
                    _ => {}
                }
            }
        }
        prop_assert!(creates <= 1);
    }
}

#[test]
fn files_go_first_and_the_item_only_behind_all_of_them() {
    let with_files = || queued().with_files(true);
    assert_eq!(run(with_files(), &[Event::Begin]), [Effect::Upload]);
    let both = [
        Event::Begin,
        Event::Uploaded(true),
        Event::Uploaded(false),
        Event::Composed,
    ];
    let effects = run(with_files(), &both);
    assert_eq!(
        effects,
        [
            Effect::Upload,
            Effect::Upload,
            Effect::Compose,
            Effect::Mark(State::Sending),
            Effect::Create
        ]
    );
    let queued_again = [Effect::Mark(State::Queued), Effect::End(End::Waits)];
    for lost in [
        &[Event::Begin, Event::NoEffect][..],
        &[Event::Begin, Event::InDoubt, Event::InDoubt],
    ] {
        let effects = run(with_files(), lost);
        assert_eq!(effects[effects.len() - 2..], queued_again, "{lost:?}");
        assert!(!effects.contains(&Effect::Create));
    }
    let refused = run(with_files(), &[Event::Begin, Event::Refused(413)]);
    assert!(refused.contains(&Effect::Mark(State::Failed(413))));
    // Of one whose answer was lost, the files are looked at only if it has to go out again.
    let found = [Event::Begin, Event::LookedUp(Found::Ours)];
    let effects = run(doubtful(1, LONG_AGO, true).with_files(true), &found);
    assert!(!effects.contains(&Effect::Upload));
}
