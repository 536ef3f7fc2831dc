//! Sessions: what a refresh or a record server answers differently ends no session that the portal has not ended.

use std::sync::Arc;

use pericard::{
    Account, ClientId, PericardError, PortalProblem, SessionState, SignInMethod, SignInReason,
    Verdict,
};
use pericard_guarantees::{Harness, run, sync, threads};
use pericard_world::NetworkState;
use serde_json::json;

use super::*;

/// Ana, signed in and synced, with an access token that has run out.
async fn ana() -> (Harness, Arc<Account>) {
    let harness = Harness::ana_and_ben().await;
    let account = harness.sign_in("ana").await.unwrap();
    sync(&account).await.unwrap();
    harness.world.advance(AFTER_ITS_LIFE).await.unwrap();
    (harness, account)
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
                let again = account
                    .sign_in_again(SignInMethod::Native, None)
                    .await
                    .unwrap();
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
