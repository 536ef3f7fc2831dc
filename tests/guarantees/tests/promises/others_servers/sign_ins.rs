//! Sign-ins: what is offered, denied, lost or another person's.

use std::sync::Arc;

use pericard::{InputProblem, PericardError, SignIn, SignInMethod, SignInReason, SignInStep};
use pericard_guarantees::{Harness, run, sync};
use pericard_world::NetworkState;
use serde_json::json;

use super::*;

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
                false => account
                    .sign_in_again(SignInMethod::Native, None)
                    .await
                    .unwrap(),
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
