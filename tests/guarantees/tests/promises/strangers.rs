//! Somebody else at the other end: forged identities, swapped codes, portals that are not what they say.
//!
//! Every refusal has its counterpart: the same sign-in with the fault off.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use pericard::{InputProblem, PericardError, PortalProblem, SignIn, SignInMethod, SignInStep};
use pericard_guarantees::{Harness, run, sync};
use serde_json::{Value, json};

/// Ana at the portal's pages; where the browser comes back to.
async fn at_the_portal(harness: &Harness, sign_in: &Arc<SignIn>, who: &str) -> String {
    let url = sign_in.clone().authorization_url().await.unwrap();
    let browser = harness.world.clone();
    browser
        .browser(url, who.into(), true, "now".into())
        .await
        .unwrap()
}

/// One browser sign-in of Ana from beginning to end.
async fn browsed(harness: &Harness) -> Result<SignInStep, PericardError> {
    let sign_in = harness.begin(SignInMethod::Browser).await?;
    let to = at_the_portal(harness, &sign_in, "ana").await;
    sign_in.redirected(to).await
}

fn not_ours() -> PericardError {
    PericardError::InvalidInput {
        field: "to".into(),
        problem: InputProblem::NotThisSignIn,
    }
}

fn problem(error: PericardError) -> PortalProblem {
    match error {
        PericardError::Portal { problem, .. } => problem,
        other => panic!("{other:?}"),
    }
}

/// With `fault` nobody is signed in, and its tokens are given back; without it Ana is.
async fn refused_as(fault: Value, expected: PortalProblem) {
    let harness = Harness::ana_and_ben().await;
    harness.portal(fault.clone()).await;
    let error = browsed(&harness).await.expect_err(&fault.to_string());
    assert_eq!(problem(error), expected, "{fault}");
    let native = harness.sign_in("ana").await.err().expect("a refusal");
    assert_eq!(problem(native), expected, "{fault}");
    assert!(
        harness.client.accounts().await.unwrap().is_empty(),
        "{fault}"
    );
    // Beside everything else, which this waits for.
    harness.world.portal_revocations().await.unwrap();
    let sessions = harness.portal(json!({ "sessions": "ana" })).await;
    assert_eq!(sessions["count"], 0, "{fault}: what came is revoked");
    harness.portal(json!({ "fault": "none" })).await;
    harness.sign_in("ana").await.unwrap();
}

#[test]
fn a_statement_of_who_signed_in_that_cannot_be_believed() {
    run(async {
        for kind in [
            "none_alg",
            "hs256_confusion",
            "foreign_audience",
            "foreign_issuer",
            "expired",
            "from_the_future",
            "wrong_nonce",
            "wrong_signature",
            "unknown_key",
        ] {
            let fault = json!({ "fault": "id_token", "as": kind });
            refused_as(fault, PortalProblem::UntrustedIdentity).await;
        }
    });
}

#[test]
fn signing_keys_that_are_missing_or_changed() {
    run(async {
        // Named, and not there: nobody can be believed.
        for kind in ["missing", "empty", "huge"] {
            let fault = json!({ "fault": "jwks", "as": kind });
            refused_as(fault, PortalProblem::UntrustedIdentity).await;
        }
        // Changed between discovery and the sign-in, and again before a refresh: looked up once more.
        let harness = Harness::ana_and_ben().await;
        let sign_in = harness.begin(SignInMethod::Native).await.unwrap();
        harness.portal(json!({ "rotate_keys": true })).await;
        harness.portal(json!({ "requests": {} })).await;
        let account = harness.answer("ana", sign_in).await.unwrap();
        let looked = harness
            .portal(json!({ "requests": { "path": "jwks" } }))
            .await;
        assert_eq!(looked["count"], 1);
        harness.portal(json!({ "rotate_keys": true })).await;
        harness.world.advance(600).await.unwrap();
        sync(&account).await.unwrap();
    });
}

#[test]
fn a_redirect_of_another_issuer() {
    run(async {
        for fault in ["mix_up", "no_iss"] {
            let harness = Harness::ana_and_ben().await;
            harness.portal(json!({ "fault": fault })).await;
            assert_eq!(browsed(&harness).await.unwrap_err(), not_ours(), "{fault}");
            harness.portal(json!({ "fault": "none" })).await;
            browsed(&harness).await.unwrap();
        }
    });
}

#[test]
fn a_code_of_another_sign_in() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let (victim, thief) = (
            harness.begin(SignInMethod::Browser).await.unwrap(),
            harness.begin(SignInMethod::Browser).await.unwrap(),
        );
        let of_victim = at_the_portal(&harness, &victim, "ana").await;
        let of_thief = at_the_portal(&harness, &thief, "ben").await;
        // As it is, and put under the other's state.
        let as_it_is = victim.clone().redirected(of_thief.clone()).await;
        assert_eq!(as_it_is.unwrap_err(), not_ours());
        let parameter = |url: &str, name: &str| {
            let url = url::Url::parse(url).unwrap();
            let found = url.query_pairs().find(|(key, _)| key == name);
            found.unwrap().1.into_owned()
        };
        let injected = of_victim.replace(
            &parameter(&of_victim, "code"),
            &parameter(&of_thief, "code"),
        );
        let error = victim.clone().redirected(injected).await.unwrap_err();
        assert!(
            matches!(error, PericardError::SignInRequired { .. }),
            "{error:?}"
        );
        assert!(harness.client.accounts().await.unwrap().is_empty());
        // The victim begins again, with new one-time values, and is who she is.
        harness.answer("ana", victim).await.unwrap();
    });
}

#[test]
fn each_request_has_one_time_values_of_its_own() {
    run(async {
        // Not pushed, so that the address shows them.
        let harness = Harness::described(json!({
            "par": "off", "people": { "ana": { "threads": 1, "messages": 2 } }
        }))
        .await;
        let (mut states, mut nonces, mut challenges) =
            (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for _ in 0..20 {
            let sign_in = harness.begin(SignInMethod::Browser).await.unwrap();
            let url = sign_in.authorization_url().await.unwrap();
            let url = url::Url::parse(&url).unwrap();
            let asked: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
            let decoded = |name: &str| BASE64URL_NOPAD.decode(asked[name].as_bytes()).unwrap();
            let state = decoded("state");
            assert!(state.len() >= 16, "{} octets", state.len());
            states.insert(state);
            nonces.insert(decoded("nonce"));
            challenges.insert(decoded("code_challenge"));
        }
        assert_eq!((states.len(), nonces.len(), challenges.len()), (20, 20, 20));
        let (first, mut same) = (states.first().unwrap().clone(), 0);
        for at in 0..first.len() {
            same += usize::from(states.iter().all(|state| state[at] == first[at]));
        }
        assert_eq!(same, 0, "octets that never change");
    });
}

#[test]
fn a_redirect_that_comes_twice() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let sign_in = harness.begin(SignInMethod::Browser).await.unwrap();
        let to = at_the_portal(&harness, &sign_in, "ana").await;
        harness
            .portal(json!({ "fault": "drop_answer_after_commit", "on": "token" }))
            .await;
        let lost = sign_in.clone().redirected(to.clone()).await.unwrap_err();
        assert_eq!(lost, PericardError::Offline);
        // Its state is worth nothing any more.
        let replayed = sign_in.clone().redirected(to).await.unwrap_err();
        assert_eq!(replayed, not_ours());
        harness.answer("ana", sign_in).await.unwrap();
    });
}

#[test]
fn a_portal_that_is_not_what_it_says() {
    run(async {
        for (kind, expected) in [
            ("redirect", PortalProblem::Failing),
            ("huge", PortalProblem::TooLarge),
            ("html", PortalProblem::NotAPortal),
        ] {
            let harness = Harness::ana_and_ben().await;
            harness
                .portal(json!({ "fault": "discovery", "as": kind }))
                .await;
            let config = harness.client.portals().remove(0);
            let error = harness.client.portal(config).await.err().expect(kind);
            assert_eq!(problem(error), expected, "{kind}");
            harness.portal(json!({ "fault": "none" })).await;
            harness.sign_in("ana").await.unwrap();
        }
    });
}

#[test]
fn endpoints_elsewhere_get_no_access_token() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        harness
            .portal(json!({ "fault": "discovery", "as": "totp_elsewhere" }))
            .await;
        let account = harness.sign_in("ana").await.unwrap();
        let refused = account.two_factor().status().await.unwrap_err();
        assert_eq!(problem(refused), PortalProblem::Unsupported);
        let base = url::Url::parse(&account.portal()).unwrap();
        for sent in harness.world.sent() {
            let inside = sent.url.origin() == base.origin() && sent.url.path().starts_with("/fhir");
            assert!(inside || !sent.authorized, "{}", sent.url);
        }
        // A token endpoint elsewhere is the authorization server's business; it gets codes, and no access token.
        let harness = Harness::ana_and_ben().await;
        harness
            .portal(json!({ "fault": "discovery", "as": "elsewhere_endpoints" }))
            .await;
        assert!(harness.sign_in("ana").await.is_err());
        assert!(harness.world.sent().iter().all(|sent| !sent.authorized));
    });
}

#[test]
fn a_captive_portal_at_every_step_of_signing_in() {
    run(async {
        let harness =
            Harness::with(json!({ "ana": { "threads": 1, "messages": 2, "totp": true } })).await;
        let captive = json!({ "fault": "captive_portal" });
        let user = harness.world.user("ana".into()).unwrap();
        let password = harness.world.password("ana".into(), true).unwrap();
        let sign_in = harness.begin(SignInMethod::Native).await.unwrap();
        harness.portal(captive.clone()).await;
        let typed = sign_in.clone().password(user.clone(), password.clone());
        assert_eq!(problem(typed.await.unwrap_err()), PortalProblem::NotAPortal);
        harness.portal(json!({ "fault": "none" })).await;
        sign_in.clone().password(user, password).await.unwrap();
        harness.portal(captive.clone()).await;
        let code = harness.world.clone().code("ana".into(), "now".into()).await;
        let typed = sign_in.clone().code(code.unwrap()).await;
        assert_eq!(problem(typed.unwrap_err()), PortalProblem::NotAPortal);
        assert!(matches!(
            sign_in.step().unwrap(),
            SignInStep::AskCode { .. }
        ));
        harness.portal(json!({ "fault": "none" })).await;
        harness.answer("ana", sign_in).await.unwrap();

        let sign_in = harness.begin(SignInMethod::Browser).await.unwrap();
        harness.portal(captive.clone()).await;
        let pushed = sign_in.clone().authorization_url().await.unwrap_err();
        assert_eq!(problem(pushed), PortalProblem::NotAPortal);
        harness.portal(json!({ "fault": "none" })).await;
        let to = at_the_portal(&harness, &sign_in, "ana").await;
        harness.portal(captive).await;
        let redeemed = sign_in.clone().redirected(to).await.unwrap_err();
        assert_eq!(problem(redeemed), PortalProblem::NotAPortal);
        harness.portal(json!({ "fault": "none" })).await;
        harness.answer("ana", sign_in).await.unwrap();
    });
}

#[test]
fn an_answer_that_is_lost_at_any_point_of_signing_in() {
    run(async {
        for (on, method) in [
            ("challenge", SignInMethod::Native),
            ("token", SignInMethod::Native),
            ("par", SignInMethod::Browser),
            ("token", SignInMethod::Browser),
        ] {
            let harness =
                Harness::with(json!({ "ana": { "threads": 1, "messages": 2, "totp": true } }))
                    .await;
            let sign_in = harness.begin(method).await.unwrap();
            harness
                .portal(json!({ "fault": "drop_answer_after_commit", "on": on }))
                .await;
            let lost = harness.answer("ana", sign_in.clone()).await.err();
            assert_eq!(lost, Some(PericardError::Offline), "{on} {method:?}");
            // The same sign-in goes on, from its question or from its first one.
            harness.answer("ana", sign_in).await.unwrap();
        }
    });
}

#[test]
fn a_clock_that_is_wrong() {
    run(async {
        const HOUR: u64 = 3_600;
        for (seconds, ahead) in [(20, false), (20, true), (HOUR, false), (HOUR, true)] {
            let harness =
                Harness::with(json!({ "ana": { "threads": 1, "messages": 2, "totp": true } }))
                    .await;
            if ahead {
                harness.world.set_ahead(seconds);
            } else {
                harness.world.set_back(seconds);
            }
            let account = harness.sign_in("ana").await.unwrap();
            sync(&account).await.unwrap();
            // A process that has not heard the portal's time yet is told it by the first refusal.
            harness.world.advance(600).await.unwrap();
            let harness = harness.restarted().await.unwrap();
            let account = harness.client.account(account.id()).await.unwrap();
            sync(&account).await.unwrap();
        }
        for ahead in [false, true] {
            let harness = Harness::ana_and_ben().await;
            let year = 365 * 24 * HOUR;
            if ahead {
                harness.world.set_ahead(year);
            } else {
                harness.world.set_back(year);
            }
            match harness.sign_in("ana").await.err() {
                Some(PericardError::ClockWrong { portal_time }) => {
                    let told = portal_time.expect("the portal said its time");
                    let off = std::time::SystemTime::now().duration_since(told);
                    assert!(off.unwrap_or_default().as_secs() < 60);
                }
                other => panic!("{other:?}"),
            }
            if ahead {
                harness.world.set_back(year);
            } else {
                harness.world.set_ahead(year);
            }
            harness.sign_in("ana").await.unwrap();
        }
    });
}

#[test]
fn whose_record_it_is_when_somebody_acts_for_another() {
    run(async {
        for (user, is_self) in [
            ("related_person", false),
            ("other_patient", false),
            ("person", true),
            ("none", true),
            ("elsewhere", true),
        ] {
            let harness = Harness::ana_and_ben().await;
            harness
                .portal(json!({ "fault": "fhir_user", "as": user }))
                .await;
            let account = harness.sign_in("ana").await.unwrap();
            assert_eq!(account.people()[0].is_self, is_self, "{user}");
        }
        // A portal without launch contexts: the person's own record, or none.
        let harness = Harness::ana_and_ben().await;
        harness.portal(json!({ "fault": "no_patient" })).await;
        let account = harness.sign_in("ana").await.unwrap();
        sync(&account).await.unwrap();
        assert!(account.people()[0].is_self);
        let harness = Harness::ana_and_ben().await;
        harness.portal(json!({ "fault": "no_patient" })).await;
        harness
            .portal(json!({ "fault": "fhir_user", "as": "related_person" }))
            .await;
        let error = harness.sign_in("ana").await.err().expect("nobody's record");
        assert_eq!(problem(error), PortalProblem::Unsupported);
    });
}
