//! Servers of others: what one of them does differently costs that and no more, and nobody is led away by a document.

use std::sync::Arc;

use pericard::{
    Account, ClientId, InputProblem, PericardError, PortalProblem, SessionState, SignIn,
    SignInMethod, SignInReason, SignInStep, Verdict,
};
use pericard_guarantees::{Harness, run, sync, threads};
use pericard_world::NetworkState;
use serde_json::{Value, json};

/// Longer than an access token lives.
const AFTER_ITS_LIFE: u64 = 600;
const DAY: u64 = 24 * 60 * 60;

async fn fault(harness: &Harness, fault: Value) {
    harness.portal(fault).await;
}

async fn none(harness: &Harness) {
    harness.portal(json!({ "fault": "none" })).await;
}

/// Ana, signed in and synced, with an access token that has run out.
async fn ana() -> (Harness, Arc<Account>) {
    let harness = Harness::ana_and_ben().await;
    let account = harness.sign_in("ana").await.unwrap();
    sync(&account).await.unwrap();
    harness.world.advance(AFTER_ITS_LIFE).await.unwrap();
    (harness, account)
}

async fn browsed(harness: &Harness) -> Result<Arc<Account>, PericardError> {
    let sign_in = harness.begin(SignInMethod::Browser).await?;
    harness.answer("ana", sign_in).await
}

async fn verdict(harness: &Harness, subject: &str) -> Option<Verdict> {
    let config = harness.client.portals().remove(0);
    let findings = harness.client.portal(config).await.unwrap().findings();
    let mut findings = findings.into_iter();
    let found = findings.find(|finding| finding.subject.starts_with(subject));
    found.map(|finding| finding.verdict)
}

fn nothing_went_elsewhere(harness: &Harness) {
    for sent in harness.world.sent() {
        assert_ne!(
            sent.url.host_str(),
            Some("elsewhere.invalid"),
            "{}",
            sent.url
        );
    }
}

fn problem(error: Option<PericardError>) -> PortalProblem {
    match error {
        Some(PericardError::Portal { problem, .. }) => problem,
        other => panic!("{other:?}"),
    }
}

/// Requests since the last such question.
async fn count(harness: &Harness, path: &str) -> u64 {
    let asked = json!({ "requests": { "path": path } });
    harness.portal(asked).await["count"].as_u64().unwrap()
}

#[test]
fn a_base_that_contradicts_its_issuer_gets_nothing() {
    run(async {
        for which in [
            "authorization",
            "token",
            "revocation",
            "registration",
            "par",
            "jwks",
            "challenge",
        ] {
            let contradiction = json!({ "fault": "contradiction", "as": which });
            let harness = Harness::ana_and_ben().await;
            fault(&harness, contradiction.clone()).await;
            let config = harness.client.portals().remove(0);
            let refused = harness.client.portal(config).await.err();
            assert_eq!(problem(refused), PortalProblem::WrongIssuer, "{which}");
            none(&harness).await;
            let account = harness.sign_in("ana").await.unwrap();
            // Nor a day later, when the documents are read again.
            fault(&harness, contradiction).await;
            harness.world.advance(DAY + 1).await.unwrap();
            sync(&account).await.unwrap();
            account.sign_out().await.unwrap();
            nothing_went_elsewhere(&harness);
        }
    });
}

#[test]
fn an_odd_member_of_a_document_costs_itself() {
    run(async {
        for odd in [
            "nulls",
            "empty_texts",
            "text_for_list",
            "flags_as_text",
            "wrong_types",
        ] {
            let harness = Harness::ana_and_ben().await;
            let odd = json!({ "fault": "odd_metadata", "as": odd });
            fault(&harness, odd.clone()).await;
            let account = browsed(&harness).await;
            let account = account.unwrap_or_else(|error| panic!("{odd}: {error}"));
            sync(&account).await.unwrap();
        }
        // A server that is plainly wrong is not one that lacks something.
        let harness = Harness::ana_and_ben().await;
        fault(
            &harness,
            json!({ "fault": "odd_metadata", "as": "wrong_types" }),
        )
        .await;
        let registration = verdict(&harness, "Registration").await;
        assert_eq!(registration, Some(Verdict::Wrong));
    });
}

#[test]
fn the_first_of_two_addresses_does_not_decide_for_both() {
    run(async {
        for answer in [
            "html",
            "server_error",
            "not_implemented",
            "empty_object",
            "cut",
            "moved",
        ] {
            let harness = Harness::ana_and_ben().await;
            fault(&harness, json!({ "fault": "first_metadata", "as": answer })).await;
            browsed(&harness).await.expect(answer);
            let keys = verdict(&harness, "Signing keys").await;
            assert_eq!(keys, Some(Verdict::Works), "{answer}");
        }
        let harness = Harness::ana_and_ben().await;
        fault(&harness, json!({ "fault": "byte_order_mark" })).await;
        sync(&browsed(&harness).await.unwrap()).await.unwrap();
    });
}

#[test]
fn a_protection_that_is_no_longer_shown_is_not_dropped_in_silence() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let bound = "Bound tokens (RFC 9449)";
        assert_eq!(verdict(&harness, bound).await, Some(Verdict::Works));
        fault(&harness, json!({ "fault": "fewer_protections" })).await;
        assert_eq!(verdict(&harness, bound).await, Some(Verdict::Wrong));
        // What was announced stays in force meanwhile.
        let account = harness.sign_in("ana").await.unwrap();
        sync(&account).await.unwrap();
        let base = account.portal();
        let sent = harness.world.sent().into_iter();
        let mut with_token =
            sent.filter(|sent| sent.authorized && sent.url.as_str().starts_with(&base));
        assert!(with_token.all(|sent| sent.proved));
        // After a week in sight of the person it is accepted, and still told.
        harness.world.advance(8 * DAY).await.unwrap();
        assert_eq!(verdict(&harness, bound).await, Some(Verdict::Wrong));
        let config = harness.client.portals().remove(0);
        let portal = harness.client.portal(config).await.unwrap();
        assert!(!portal.capabilities().bound_tokens);
        none(&harness).await;
        assert_eq!(verdict(&harness, bound).await, Some(Verdict::Works));
    });
}

#[test]
fn a_refresh_that_wants_the_person_asks_for_a_sign_in_and_seals_nothing() {
    run(async {
        for (error, reason) in [
            ("interaction_required", SignInReason::Interaction),
            ("login_required", SignInReason::Login),
            ("consent_required", SignInReason::Consent),
            ("account_selection_required", SignInReason::AccountChoice),
            ("mfa_required", SignInReason::SecondFactor),
            ("invalid_client", SignInReason::ClientUnknown),
            ("expired_token", SignInReason::Expired),
            ("invalid_request", SignInReason::Refused),
            ("access_denied", SignInReason::Refused),
        ] {
            let (harness, account) = ana().await;
            fault(&harness, json!({ "fault": "refresh_error", "as": error })).await;
            let asked = PericardError::SignInRequired { reason };
            assert_eq!(sync(&account).await.unwrap_err(), asked, "{error}");
            assert_eq!(
                account.session(),
                SessionState::SignIn { reason },
                "{error}"
            );
            assert_eq!(threads(&account).await.unwrap().len(), 3, "{error}");
            // Each sync asks once more: a portal may change its mind, or the person signs in.
            assert_eq!(sync(&account).await.unwrap_err(), asked, "{error}");
            if error == "login_required" {
                let again = account.sign_in_again(SignInMethod::Native).await.unwrap();
                harness.answer("ana", again).await.unwrap();
            } else {
                none(&harness).await;
                sync(&account).await.unwrap();
            }
            assert_eq!(account.session(), SessionState::Active, "{error}");
        }
        for error in ["temporarily_unavailable", "server_error"] {
            let (harness, account) = ana().await;
            fault(&harness, json!({ "fault": "refresh_error", "as": error })).await;
            let later = sync(&account).await.err();
            assert_eq!(problem(later), PortalProblem::Failing, "{error}");
            assert_eq!(account.session(), SessionState::Active, "{error}");
            none(&harness).await;
            sync(&account).await.unwrap();
        }
    });
}

#[test]
fn a_client_that_registered_itself_and_was_forgotten_registers_anew() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let mut config = harness.client.portals().remove(0);
        config.client = ClientId::Dynamic;
        let portal = harness.client.portal(config).await.unwrap();
        let sign_in = portal.sign_in(SignInMethod::Browser).await.unwrap();
        let account = harness.answer("ana", sign_in).await.unwrap();
        assert_eq!(count(&harness, "register").await, 1);
        // Known still, it does not register again.
        let sign_in = portal.sign_in(SignInMethod::Browser).await.unwrap();
        harness.answer("ana", sign_in).await.unwrap();
        assert_eq!(count(&harness, "register").await, 0);
        harness.world.advance(AFTER_ITS_LIFE).await.unwrap();
        fault(
            &harness,
            json!({ "fault": "refresh_error", "as": "invalid_client" }),
        )
        .await;
        sync(&account).await.unwrap_err();
        none(&harness).await;
        let sign_in = portal.sign_in(SignInMethod::Browser).await.unwrap();
        harness.answer("ana", sign_in).await.unwrap();
        assert_eq!(count(&harness, "register").await, 1);
        sync(&account).await.unwrap();
    });
}

#[test]
fn what_cannot_be_verified_at_a_refresh_is_not_somebody_else() {
    run(async {
        for odd in [
            json!({ "fault": "id_token", "as": "unknown_key" }),
            json!({ "fault": "id_token", "as": "expired" }),
            json!({ "fault": "id_token", "as": "acr_object" }),
            json!({ "fault": "id_token", "as": "auth_time_text" }),
            json!({ "fault": "jwks", "as": "unavailable" }),
            json!({ "fault": "jwks", "as": "forbidden" }),
            json!({ "fault": "jwks", "as": "empty" }),
        ] {
            let (harness, account) = ana().await;
            if odd["fault"] == "jwks" {
                harness.portal(json!({ "rotate_keys": true })).await;
            }
            fault(&harness, odd.clone()).await;
            let synced = sync(&account).await;
            synced.unwrap_or_else(|error| panic!("{odd}: {error}"));
            assert_eq!(account.session(), SessionState::Active, "{odd}");
        }
        // An answer that cannot be used is for later.
        for flaw in ["no_audience", "foreign_audience"] {
            let (harness, account) = ana().await;
            fault(&harness, json!({ "fault": "id_token", "as": flaw })).await;
            let later = sync(&account).await.err();
            assert_eq!(problem(later), PortalProblem::UntrustedIdentity, "{flaw}");
            assert_eq!(account.session(), SessionState::Active, "{flaw}");
            assert_eq!(threads(&account).await.unwrap().len(), 3, "{flaw}");
        }
        // Somebody else is somebody else, whatever else is wrong.
        for flaw in ["expired", "unknown_key"] {
            let (harness, account) = ana().await;
            fault(&harness, json!({ "fault": "id_token", "as": flaw })).await;
            fault(&harness, json!({ "fault": "wrong_subject" })).await;
            sync(&account).await.unwrap_err();
            let sealed = matches!(account.session(), SessionState::Sealed { .. });
            assert!(sealed, "{flaw}");
        }
    });
}

#[test]
fn a_patient_whom_the_user_claim_stood_in_for_is_compared_with_it_later() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        fault(&harness, json!({ "fault": "no_patient" })).await;
        let account = harness.sign_in("ana").await.unwrap();
        sync(&account).await.unwrap();
        harness.world.advance(AFTER_ITS_LIFE).await.unwrap();
        sync(&account).await.unwrap();
        let harness = harness.restarted().await.unwrap();
        let account = harness.client.account(account.id()).await.unwrap();
        fault(
            &harness,
            json!({ "fault": "fhir_user", "as": "other_patient" }),
        )
        .await;
        harness.world.advance(AFTER_ITS_LIFE).await.unwrap();
        let changed = PericardError::SignInRequired {
            reason: SignInReason::IdentityChanged,
        };
        assert_eq!(sync(&account).await.unwrap_err(), changed);
    });
}

#[test]
fn without_a_refresh_token_nothing_but_the_portal_s_word_ends_a_session() {
    run(async {
        for answer in ["page", "proxy", "unexplained", "more_scope"] {
            let harness = Harness::ana_and_ben().await;
            fault(&harness, json!({ "fault": "no_refresh_token" })).await;
            let account = harness.sign_in("ana").await.unwrap();
            sync(&account).await.unwrap();
            fault(&harness, json!({ "fault": "unauthorized", "as": answer })).await;
            assert!(sync(&account).await.is_err(), "{answer}");
            assert_eq!(account.session(), SessionState::Active, "{answer}");
            assert_eq!(threads(&account).await.unwrap().len(), 3, "{answer}");
            none(&harness).await;
            sync(&account).await.unwrap();
        }
        // A life that is not said ends with the portal's word, not with a guess of this device's.
        let harness = Harness::ana_and_ben().await;
        fault(&harness, json!({ "fault": "no_refresh_token" })).await;
        fault(&harness, json!({ "fault": "no_expires_in" })).await;
        let account = harness.sign_in("ana").await.unwrap();
        sync(&account).await.unwrap();
        harness.world.network(NetworkState::Down);
        harness.world.advance(DAY).await.unwrap();
        assert_eq!(sync(&account).await.unwrap_err(), PericardError::Offline);
        assert_eq!(account.session(), SessionState::Active);
        harness.world.network(NetworkState::Up);
        sync(&account).await.unwrap_err();
        assert!(matches!(account.session(), SessionState::Sealed { .. }));
    });
}

#[test]
fn records_that_know_bearer_only_are_read_and_told() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        fault(&harness, json!({ "fault": "bearer_records" })).await;
        let account = harness.sign_in("ana").await.unwrap();
        sync(&account).await.unwrap();
        assert_eq!(threads(&account).await.unwrap().len(), 3);
        let plain = "Bound tokens at the records";
        assert_eq!(verdict(&harness, plain).await, Some(Verdict::Missing));
        // The authorization server goes on binding, and a new process knows.
        harness.world.advance(AFTER_ITS_LIFE).await.unwrap();
        let harness = harness.restarted().await.unwrap();
        let account = harness.client.account(account.id()).await.unwrap();
        sync(&account).await.unwrap();
        assert_eq!(verdict(&harness, plain).await, Some(Verdict::Missing));
        none(&harness).await;
        harness.world.advance(AFTER_ITS_LIFE).await.unwrap();
        sync(&account).await.unwrap();
    });
}

#[test]
fn pushing_that_is_offered_is_not_required() {
    run(async {
        for refusal in [
            "unauthorized_client",
            "invalid_client",
            "missing",
            "not_implemented",
        ] {
            let refused = json!({ "fault": "refuse_par", "as": refusal });
            let harness = Harness::ana_and_ben().await;
            fault(&harness, refused.clone()).await;
            browsed(&harness).await.expect(refusal);
            let people = json!({ "ana": { "threads": 1, "messages": 2 } });
            let strict = json!({ "people": people, "par": "required" });
            let harness = Harness::described(strict).await;
            fault(&harness, refused).await;
            assert!(browsed(&harness).await.is_err(), "{refusal}");
            none(&harness).await;
            browsed(&harness).await.unwrap();
        }
    });
}

#[test]
fn a_denial_ends_the_wait_even_without_its_state() {
    run(async {
        for denial in ["no_state", "proved"] {
            let harness = Harness::ana_and_ben().await;
            fault(&harness, json!({ "fault": "denied", "as": denial })).await;
            let sign_in = harness.begin(SignInMethod::Browser).await.unwrap();
            let denied = harness.answer("ana", sign_in.clone()).await.err();
            assert_eq!(denied, Some(PericardError::Cancelled), "{denial}");
            assert_eq!(count(&harness, "token").await, 0, "{denial}");
            none(&harness).await;
            harness.answer("ana", sign_in).await.unwrap();
        }
    });
}

#[test]
fn a_portal_that_does_not_name_itself_needs_a_redirect_of_its_own() {
    run(async {
        let (ours, other) = (Harness::ana_and_ben().await, Harness::ana_and_ben().await);
        ours.sign_in("ana").await.unwrap();
        let mut config = other.client.portals().remove(0);
        config.redirect = ours.client.portals()[0].redirect.clone();
        // It names itself: nothing can be mixed up.
        let named = ours.client.portal(config.clone()).await.unwrap();
        named.sign_in(SignInMethod::Browser).await.unwrap();
        let other = Harness::ana_and_ben().await;
        fault(&other, json!({ "fault": "fewer_protections" })).await;
        config.base = other.client.portals()[0].base.clone();
        let unnamed = ours.client.portal(config.clone()).await.unwrap();
        let shared = PericardError::InvalidInput {
            field: "redirect".into(),
            problem: InputProblem::SharedRedirect,
        };
        let begun = unnamed.sign_in(SignInMethod::Browser).await;
        assert_eq!(begun.err(), Some(shared));
        config.redirect += "/other";
        let apart = ours.client.portal(config).await.unwrap();
        apart.sign_in(SignInMethod::Browser).await.unwrap();
    });
}

async fn asked_for_code(harness: &Harness) -> Arc<SignIn> {
    let sign_in = harness.begin(SignInMethod::Native).await.unwrap();
    let user = harness.world.user("ana".into()).unwrap();
    let password = harness.world.password("ana".into(), true).unwrap();
    sign_in.clone().password(user, password).await.unwrap();
    sign_in
}

async fn code(harness: &Harness) -> String {
    let code = harness.world.clone().code("ana".into(), "now".into());
    code.await.unwrap()
}

const WITH_CODE: &str = r#"{ "ana": { "threads": 1, "messages": 2, "totp": true } }"#;

#[test]
fn a_code_that_was_typed_offline_is_not_burnt() {
    run(async {
        let harness = Harness::with(serde_json::from_str(WITH_CODE).unwrap()).await;
        let sign_in = asked_for_code(&harness).await;
        let typed = code(&harness).await;
        harness.world.network(NetworkState::Down);
        let offline = sign_in.clone().code(typed.clone()).await;
        assert_eq!(offline.unwrap_err(), PericardError::Offline);
        harness.world.network(NetworkState::Up);
        let step = sign_in.code(typed).await.unwrap();
        assert!(matches!(step, SignInStep::Ready { .. }), "{step:?}");
    });
}

#[test]
fn a_sign_in_has_one_set_of_used_codes_however_many_handles() {
    run(async {
        let harness = Harness::with(serde_json::from_str(WITH_CODE).unwrap()).await;
        let first = asked_for_code(&harness).await;
        let second = harness.client.resume_sign_in().await.unwrap().unwrap();
        let typed = code(&harness).await;
        fault(
            &harness,
            json!({ "fault": "drop_answer_after_commit", "on": "challenge" }),
        )
        .await;
        let lost = first.code(typed.clone()).await.unwrap_err();
        assert_eq!(lost, PericardError::Offline);
        count(&harness, "challenge").await;
        let third = harness.client.resume_sign_in().await.unwrap().unwrap();
        for handle in [second, third] {
            let spent = handle.code(typed.clone()).await.unwrap_err();
            assert!(
                matches!(spent, PericardError::WrongCode { .. }),
                "{spent:?}"
            );
        }
        assert_eq!(count(&harness, "challenge").await, 0);
    });
}

#[test]
fn recovery_codes_survive_a_lost_answer() {
    run(async {
        let people = json!({
            "ana": { "threads": 1, "messages": 2, "must_enrol": true },
            "ben": { "threads": 1, "messages": 2 },
        });
        for another_first in [false, true] {
            let harness = Harness::with(people.clone()).await;
            let sign_in = asked_for_code(&harness).await;
            let SignInStep::Enrol { totp, .. } = sign_in.step().unwrap() else {
                panic!("enrolment")
            };
            harness.world.enrol("ana".into(), totp.uri).unwrap();
            fault(
                &harness,
                json!({ "fault": "drop_answer_after_commit", "on": "token" }),
            )
            .await;
            let lost = sign_in.clone().code(code(&harness).await).await;
            assert_eq!(lost.unwrap_err(), PericardError::Offline);
            harness.world.advance(60).await.unwrap();
            // They are Ana's, and whoever else uses this sign-in does not see them.
            let who = if another_first { "ben" } else { "ana" };
            let user = harness.world.user(who.into()).unwrap();
            let password = harness.world.password(who.into(), true).unwrap();
            let mut step = sign_in.clone().password(user, password).await.unwrap();
            if matches!(step, SignInStep::AskCode { .. }) {
                step = sign_in.clone().code(code(&harness).await).await.unwrap();
            }
            match step {
                SignInStep::ShowRecoveryCodes { codes } if !another_first => {
                    assert_eq!(codes.len(), 8);
                }
                SignInStep::Ready { .. } if another_first => {}
                other => panic!("{other:?}"),
            }
        }
    });
}

#[test]
fn a_stranger_s_tokens_are_given_back_at_once() {
    run(async {
        for step_up in [false, true] {
            let harness = Harness::ana_and_ben().await;
            let account = harness.sign_in("ana").await.unwrap();
            sync(&account).await.unwrap();
            let again = match step_up {
                false => account.sign_in_again(SignInMethod::Native).await.unwrap(),
                true => account.step_up(SignInMethod::Browser).await.unwrap(),
            };
            let another = PericardError::SignInRequired {
                reason: SignInReason::AnotherPerson,
            };
            assert_eq!(harness.answer("ben", again).await.err(), Some(another));
            let sessions = harness.portal(json!({ "sessions": "ben" })).await;
            assert_eq!(sessions["count"], 0);
            // Ana's session is as it was.
            harness.world.advance(AFTER_ITS_LIFE).await.unwrap();
            sync(&account).await.unwrap();
        }
    });
}

#[test]
fn a_date_that_proofs_are_not_judged_by_costs_a_second_try() {
    run(async {
        for seconds in [-50, 50] {
            let people = json!({ "ana": { "threads": 3, "messages": 4 } });
            let strict = json!({ "people": people, "dpop": "required" });
            let harness = Harness::described(strict).await;
            let skewed = json!({ "fault": "clock_skew", "seconds": seconds });
            fault(&harness, skewed).await;
            let account = harness.sign_in("ana").await.expect("the device's own time");
            sync(&account).await.unwrap();
            assert_eq!(threads(&account).await.unwrap().len(), 3, "{seconds}");
        }
    });
}
