//! Accounts entered by strangers.

use pericard::{PericardError, SessionState, SignInMethod, SignInReason, SignInStep};
use pericard_guarantees::{Harness, run};
use serde_json::json;

async fn asked_for_a_code(harness: &Harness) -> std::sync::Arc<pericard::SignIn> {
    let sign_in = harness.begin(SignInMethod::Native).await.unwrap();
    let user = harness.world.user("ana".into()).unwrap();
    let password = harness.world.password("ana".into(), true).unwrap();
    let step = sign_in.clone().password(user, password).await.unwrap();
    assert!(matches!(step, SignInStep::AskCode { .. }));
    sign_in
}

async fn with_totp() -> Harness {
    Harness::with(json!({ "ana": { "threads": 1, "messages": 2, "totp": true } })).await
}

#[test]
fn one_code_is_never_submitted_twice() {
    run(async {
        let harness = with_totp().await;
        let sign_in = asked_for_a_code(&harness).await;
        harness.portal(json!({ "requests": {} })).await;
        let wrong = harness
            .world
            .clone()
            .code("ana".into(), "wrong".into())
            .await
            .unwrap();
        for spelled in [
            wrong.clone(),
            format!("{} {}", &wrong[..3], &wrong[3..]),
            wrong.clone(),
        ] {
            let error = sign_in.clone().code(spelled).await.unwrap_err();
            assert_eq!(
                error,
                PericardError::WrongCode {
                    attempts_left: Some(4)
                }
            );
        }
        let asked = harness
            .portal(json!({ "requests": { "path": "challenge" } }))
            .await;
        assert_eq!(asked["count"], 1);
        // Neither after a restart, while another code goes through.
        let harness = harness.restarted().await.unwrap();
        let sign_in = harness.client.resume_sign_in().await.unwrap().unwrap();
        let error = sign_in.clone().code(wrong).await.unwrap_err();
        assert_eq!(
            error,
            PericardError::WrongCode {
                attempts_left: Some(4)
            }
        );
        harness.answer("ana", sign_in).await.unwrap();
    });
}

#[test]
fn wrong_codes_are_counted_and_the_wait_says_how_long() {
    run(async {
        let harness = with_totp().await;
        let sign_in = asked_for_a_code(&harness).await;
        for left in [4, 3, 2, 1] {
            let error = sign_in
                .clone()
                .code(format!("00000{left}"))
                .await
                .unwrap_err();
            assert_eq!(
                error,
                PericardError::WrongCode {
                    attempts_left: Some(left)
                }
            );
            assert_eq!(
                sign_in.step().unwrap(),
                SignInStep::AskCode {
                    attempts_left: Some(left),
                    recovery_code: false,
                }
            );
        }
        let error = sign_in.clone().code("000009".into()).await.unwrap_err();
        assert!(matches!(error, PericardError::RateLimited { .. }));
        assert!(matches!(sign_in.step().unwrap(), SignInStep::Wait { .. }));
        // While it waits nothing is sent; afterwards the question is back.
        harness.portal(json!({ "requests": {} })).await;
        let error = sign_in.clone().code("000008".into()).await.unwrap_err();
        assert!(matches!(error, PericardError::RateLimited { .. }));
        assert_eq!(harness.portal(json!({ "requests": {} })).await["count"], 0);
        harness.world.advance(61).await.unwrap();
        harness.answer("ana", sign_in).await.unwrap();
    });
}

#[test]
fn signing_in_survives_its_death_at_every_step() {
    run(async {
        let mut harness = with_totp().await;
        harness.begin(SignInMethod::Native).await.unwrap();
        for expected in ["AskPassword", "AskCode", "Ready"] {
            harness = harness.restarted().await.unwrap();
            let sign_in = harness
                .client
                .resume_sign_in()
                .await
                .unwrap()
                .expect("it survived");
            let step = sign_in.step().unwrap();
            assert!(format!("{step:?}").starts_with(expected), "{step:?}");
            match step {
                SignInStep::AskPassword { .. } => {
                    let user = harness.world.user("ana".into()).unwrap();
                    let password = harness.world.password("ana".into(), true).unwrap();
                    sign_in.password(user, password).await.unwrap();
                }
                SignInStep::AskCode { .. } => {
                    let code = harness
                        .world
                        .clone()
                        .code("ana".into(), "now".into())
                        .await
                        .unwrap();
                    sign_in.code(code).await.unwrap();
                }
                _ => drop(sign_in.finish().await.unwrap()),
            }
        }
        assert_eq!(harness.client.accounts().await.unwrap().len(), 1);
        assert!(harness.client.resume_sign_in().await.unwrap().is_none());
    });
}

#[test]
fn a_sign_in_does_not_survive_its_ten_minutes() {
    run(async {
        let harness = with_totp().await;
        let sign_in = asked_for_a_code(&harness).await;
        harness.world.advance(601).await.unwrap();
        let expired = PericardError::SignInRequired {
            reason: SignInReason::Expired,
        };
        assert_eq!(sign_in.step().unwrap_err(), expired);
        assert_eq!(sign_in.code("123456".into()).await.unwrap_err(), expired);
        assert!(harness.client.resume_sign_in().await.unwrap().is_none());
        // The counter-test: a little before, it is asked the same and goes on, after a restart too.
        let harness = with_totp().await;
        let sign_in = asked_for_a_code(&harness).await;
        harness.world.advance(500).await.unwrap();
        let step = sign_in.step().unwrap();
        assert!(matches!(step, SignInStep::AskCode { .. }), "{step:?}");
        let harness = harness.restarted().await.unwrap();
        let sign_in = harness.client.resume_sign_in().await.unwrap().unwrap();
        let ana = harness.answer("ana", sign_in).await.unwrap();
        assert_eq!(ana.session(), SessionState::Active);
    });
}

#[test]
fn a_cancelled_sign_in_is_gone_and_what_it_held_is_revoked() {
    run(async {
        let harness = with_totp().await;
        let sign_in = asked_for_a_code(&harness).await;
        let code = harness
            .world
            .clone()
            .code("ana".into(), "now".into())
            .await
            .unwrap();
        let step = sign_in.clone().code(code).await.unwrap();
        assert!(matches!(step, SignInStep::Ready { .. }));
        sign_in.clone().cancel().await.unwrap();
        assert_eq!(harness.world.portal_revocations().await.unwrap(), 1);
        assert!(sign_in.finish().await.is_err());
        assert!(harness.client.resume_sign_in().await.unwrap().is_none());
        assert!(harness.client.accounts().await.unwrap().is_empty());
        // The counter-test: one at the same place that nobody cancels is resumed, revokes nothing and becomes an account.
        let harness = with_totp().await;
        let sign_in = asked_for_a_code(&harness).await;
        let code = harness.world.clone().code("ana".into(), "now".into()).await;
        let step = sign_in.code(code.unwrap()).await.unwrap();
        assert!(matches!(step, SignInStep::Ready { .. }));
        let harness = harness.restarted().await.unwrap();
        let resumed = harness.client.resume_sign_in().await.unwrap().unwrap();
        let ana = resumed.finish().await.unwrap();
        assert_eq!(ana.session(), SessionState::Active);
        assert_eq!(harness.world.portal_revocations().await.unwrap(), 0);
    });
}

#[test]
fn what_an_abandoned_sign_in_holds_is_revoked_and_gone_after_its_time() {
    run(async {
        let harness = with_totp().await;
        let sign_in = asked_for_a_code(&harness).await;
        let code = harness.world.clone().code("ana".into(), "now".into()).await;
        sign_in.code(code.unwrap()).await.unwrap();
        let alive = async || harness.portal(json!({ "sessions": "ana" })).await["count"].clone();
        assert_eq!(alive().await, 1);
        harness.world.advance(601).await.unwrap();
        // The next sign-in takes it out, and the next word to the portal ends it there.
        harness.begin(SignInMethod::Native).await.unwrap();
        harness.begin(SignInMethod::Native).await.unwrap();
        assert_eq!(alive().await, 0);
        // The counter-test: what became an account lives on, whatever begins after its sign-in's time.
        let harness = with_totp().await;
        harness.sign_in("ana").await.unwrap();
        let alive = async || harness.portal(json!({ "sessions": "ana" })).await["count"].clone();
        harness.world.advance(601).await.unwrap();
        harness.begin(SignInMethod::Native).await.unwrap();
        harness.begin(SignInMethod::Native).await.unwrap();
        assert_eq!(alive().await, 1);
    });
}
