//! Proving more, or anew: step-up, second factors, and how many requests it takes.

use std::sync::Arc;

use pericard::{Account, PericardError, PortalProblem, SessionState, SignInMethod, SignInStep};
use pericard_guarantees::{Harness, run, sync, threads};
use serde_json::{Value, json};

async fn with(person: Value) -> Harness {
    Harness::with(json!({ "ana": person })).await
}

async fn stepped_up(harness: &Harness, account: &Account) -> Result<Arc<Account>, PericardError> {
    let sign_in = account.step_up(SignInMethod::Native).await?;
    harness.answer("ana", sign_in).await
}

async fn code(harness: &Harness, kind: &str) -> String {
    let code = harness.world.clone().code("ana".into(), kind.into()).await;
    code.unwrap()
}

#[test]
fn a_recovery_code_signs_in_once_and_says_how_many_are_left() {
    run(async {
        let harness = with(json!({ "threads": 1, "totp": true, "recovery_codes": 3 })).await;
        let used = code(&harness, "recovery").await;
        let (user, password) = (
            harness.world.user("ana".into()).unwrap(),
            harness.world.password("ana".into(), true).unwrap(),
        );
        let asked = async || {
            let sign_in = harness.begin(SignInMethod::Native).await.unwrap();
            let typed = sign_in.clone().password(user.clone(), password.clone());
            let step = typed.await.unwrap();
            assert!(matches!(
                step,
                SignInStep::AskCode {
                    recovery_code: true,
                    ..
                }
            ));
            sign_in
        };
        let sign_in = asked().await;
        // Spelled as people spell.
        let spelled = used.to_uppercase().replace('-', " ");
        let step = sign_in.clone().recovery_code(spelled).await.unwrap();
        assert_eq!(
            step,
            SignInStep::Ready {
                recovery_codes_left: Some(2)
            }
        );
        sign_in.finish().await.unwrap();

        let sign_in = asked().await;
        let again = sign_in.clone().recovery_code(used).await.unwrap_err();
        assert!(matches!(again, PericardError::WrongCode { .. }));
        let other = code(&harness, "recovery").await;
        let step = sign_in.clone().recovery_code(other).await.unwrap();
        assert_eq!(
            step,
            SignInStep::Ready {
                recovery_codes_left: Some(1)
            }
        );
    });
}

#[test]
fn an_enrolment_that_is_never_confirmed_leaves_the_account_as_it_was() {
    run(async {
        let harness = with(json!({ "threads": 1 })).await;
        let account = harness.sign_in("ana").await.unwrap();
        let factor = account.two_factor();
        let enrolment = factor.enrol().await.unwrap();
        assert!(enrolment.totp.uri.starts_with("otpauth://totp/"));
        assert!(!format!("{enrolment:?}").contains(&enrolment.totp.secret));
        assert!(!factor.status().await.unwrap().enrolled);
        let totp = harness.portal(json!({ "totp": "ana" })).await;
        assert_eq!(totp["secret"], Value::Null);
        // A wrong code does not confirm it either, and is counted.
        let wrong = factor.confirm(enrolment.id.clone(), "000000".into()).await;
        assert!(matches!(wrong, Err(PericardError::WrongCode { .. })));
        let gone = factor.confirm("unknown".into(), "123456".into()).await;
        assert_eq!(gone.unwrap_err(), PericardError::NotFound);
        let sign_in = harness.begin(SignInMethod::Native).await.unwrap();
        harness.answer("ana", sign_in).await.unwrap();

        // Confirmed, it counts, and its codes are asked for.
        let uri = enrolment.totp.uri.clone();
        harness.world.enrol("ana".into(), uri).unwrap();
        let now = code(&harness, "now").await;
        let codes = factor.confirm(enrolment.id, now).await.unwrap();
        assert!(codes.len() >= 8);
        let status = factor.status().await.unwrap();
        assert!(status.enrolled);
        assert_eq!(status.recovery_codes_left, u32::try_from(codes.len()).ok());
    });
}

#[test]
fn enrolling_removing_and_showing_codes_need_fresh_authentication() {
    run(async {
        let harness = with(json!({ "threads": 1, "totp": true, "recovery_codes": 3 })).await;
        let account = harness.sign_in("ana").await.unwrap();
        let factor = account.two_factor();
        harness.world.advance(400).await.unwrap();
        let stale = PericardError::StepUpRequired;
        assert_eq!(factor.enrol().await.unwrap_err(), stale);
        assert_eq!(factor.new_recovery_codes().await.unwrap_err(), stale);
        assert_eq!(factor.disable().await.unwrap_err(), stale);
        assert!(factor.status().await.unwrap().enrolled);
        // Reading goes on, and the session is no other.
        sync(&account).await.unwrap();
        assert_eq!(account.session(), SessionState::Active);
        let same = stepped_up(&harness, &account).await.unwrap();
        assert_eq!(same.id(), account.id());
        assert_eq!(factor.new_recovery_codes().await.unwrap().len(), 8);
        factor.enrol().await.unwrap();
        factor.disable().await.unwrap();
        assert!(!factor.status().await.unwrap().enrolled);
        assert_eq!(factor.disable().await.unwrap_err(), PericardError::NotFound);
    });
}

#[test]
fn the_returned_time_and_strength_of_a_step_up_are_checked() {
    run(async {
        for kind in ["stale_auth_time", "no_auth_time", "low_acr"] {
            let harness = with(json!({ "threads": 1, "totp": true })).await;
            let account = harness.sign_in("ana").await.unwrap();
            harness.world.advance(400).await.unwrap();
            let factor = account.two_factor();
            assert!(factor.enrol().await.is_err());
            harness
                .portal(json!({ "fault": "id_token", "as": kind }))
                .await;
            match stepped_up(&harness, &account).await.err() {
                Some(PericardError::Portal { problem, .. }) => {
                    assert_eq!(problem, PortalProblem::NotFresh, "{kind}")
                }
                other => panic!("{kind}: {other:?}"),
            }
            // The account stays what it was.
            assert_eq!(account.session(), SessionState::Active);
            harness.portal(json!({ "fault": "none" })).await;
            stepped_up(&harness, &account).await.unwrap();
            factor.enrol().await.unwrap();
        }
    });
}

#[test]
fn a_portal_that_wants_more_proof_to_go_on_gets_it_and_loses_nothing() {
    run(async {
        let harness = with(json!({ "threads": 3, "totp": true })).await;
        let account = harness.sign_in("ana").await.unwrap();
        sync(&account).await.unwrap();
        harness.world.advance(600).await.unwrap();
        harness
            .portal(json!({ "fault": "insufficient_authorization" }))
            .await;
        let error = sync(&account).await.unwrap_err();
        assert_eq!(error, PericardError::StepUpRequired);
        assert_eq!(account.session(), SessionState::StepUp);
        assert_eq!(threads(&account).await.unwrap().len(), 3);
        // It is not asked over and over.
        harness.portal(json!({ "requests": {} })).await;
        assert!(sync(&account).await.is_err());
        assert_eq!(harness.portal(json!({ "requests": {} })).await["count"], 0);
        stepped_up(&harness, &account).await.unwrap();
        sync(&account).await.unwrap();
        assert_eq!(account.session(), SessionState::Active);
    });
}

#[test]
fn what_the_portal_asked_for_survives_the_death_of_the_app() {
    run(async {
        let harness = with(json!({ "threads": 1, "totp": true })).await;
        let account = harness.sign_in("ana").await.unwrap();
        harness.world.advance(400).await.unwrap();
        assert!(account.two_factor().enrol().await.is_err());
        let harness = harness.restarted().await.unwrap();
        let account = harness.client.account(account.id()).await.unwrap();
        // Both what it wants, a time and a strength, are asked for and held against the answer.
        harness
            .portal(json!({ "fault": "id_token", "as": "low_acr" }))
            .await;
        let weak = stepped_up(&harness, &account).await.err();
        assert!(
            matches!(weak, Some(PericardError::Portal { .. })),
            "{weak:?}"
        );
        harness.portal(json!({ "fault": "none" })).await;
        stepped_up(&harness, &account).await.unwrap();
        account.two_factor().enrol().await.unwrap();
    });
}

#[test]
fn somebody_else_cannot_step_up() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let account = harness.sign_in("ana").await.unwrap();
        let sign_in = account.step_up(SignInMethod::Native).await.unwrap();
        let error = harness.answer("ben", sign_in).await.err();
        assert!(matches!(error, Some(PericardError::SignInRequired { .. })));
        assert_eq!(harness.client.accounts().await.unwrap().len(), 1);
        sync(&account).await.unwrap();
    });
}

#[test]
fn a_forced_enrolment_survives_leaving_and_shows_its_codes_once() {
    run(async {
        let mut harness = with(json!({ "threads": 1, "must_enrol": true })).await;
        let sign_in = harness.begin(SignInMethod::Native).await.unwrap();
        let (user, password) = (
            harness.world.user("ana".into()).unwrap(),
            harness.world.password("ana".into(), true).unwrap(),
        );
        let step = sign_in.password(user, password).await.unwrap();
        let SignInStep::Enrol { totp, .. } = step else {
            panic!("{step:?}")
        };
        let not_yet = harness.portal(json!({ "totp": "ana" })).await;
        assert_eq!(not_yet["secret"], Value::Null);
        harness = harness.restarted().await.unwrap();
        let sign_in = harness.client.resume_sign_in().await.unwrap().unwrap();
        let SignInStep::Enrol { totp: same, .. } = sign_in.step().unwrap() else {
            panic!("another step")
        };
        assert!(same == totp, "the same secret");
        harness.world.enrol("ana".into(), totp.uri).unwrap();
        let step = sign_in.code(code(&harness, "now").await).await.unwrap();
        let SignInStep::ShowRecoveryCodes { codes } = step else {
            panic!("{step:?}")
        };
        assert_eq!(codes.len(), 8);
        let shown = SignInStep::ShowRecoveryCodes {
            codes: codes.clone(),
        };
        assert!(!format!("{shown:?}").contains(&codes[0]));
        harness = harness.restarted().await.unwrap();
        let sign_in = harness.client.resume_sign_in().await.unwrap().unwrap();
        let shown = sign_in.step().unwrap();
        assert!(shown == SignInStep::ShowRecoveryCodes { codes });
        let account = sign_in.finish().await.unwrap();
        assert!(account.two_factor().status().await.unwrap().enrolled);
        assert!(harness.client.resume_sign_in().await.unwrap().is_none());
    });
}

/// What the core sent since this was last asked.
fn sent(harness: &Harness) -> Vec<String> {
    let sent = harness.world.sent().into_iter();
    sent.map(|sent| sent.url.path().to_owned()).collect()
}

#[test]
fn signing_in_takes_no_more_requests_than_it_needs() {
    run(async {
        let harness = with(json!({ "threads": 1, "totp": true })).await;
        // After discovery: password, code, token, the patient's name.
        let sign_in = harness.begin(SignInMethod::Native).await.unwrap();
        sent(&harness);
        let account = harness.answer("ana", sign_in).await.unwrap();
        let native = sent(&harness);
        assert!(native.len() <= 4, "{native:?}");
        // Pushed request, token, the patient's name.
        let sign_in = harness.begin(SignInMethod::Browser).await.unwrap();
        sent(&harness);
        harness.answer("ana", sign_in).await.unwrap();
        let browser = sent(&harness);
        assert!(browser.len() <= 3, "{browser:?}");
        sync(&account).await.unwrap();
        harness.world.advance(400).await.unwrap();
        sent(&harness);
        sync(&account).await.unwrap();
        let refreshed: Vec<_> = sent(&harness);
        let refreshes = refreshed.iter().filter(|path| path.contains("token"));
        assert_eq!(refreshes.count(), 1, "{refreshed:?}");
        assert_eq!(refreshed.len(), 2, "and the search: {refreshed:?}");
    });
}

#[test]
fn an_app_that_the_portal_does_not_know_registers_itself_once() {
    run(async {
        let harness = with(json!({ "threads": 1 })).await;
        let mut config = harness.client.portals().remove(0);
        config.client = pericard::ClientId::Dynamic;
        let begun = async || {
            let portal = harness.client.portal(config.clone()).await.unwrap();
            portal.sign_in(SignInMethod::Browser).await.unwrap()
        };
        let account = harness.answer("ana", begun().await).await.unwrap();
        harness.world.advance(400).await.unwrap();
        sync(&account).await.unwrap();
        harness.answer("ana", begun().await).await.unwrap();
        let registered = sent(&harness);
        let registered = registered.iter().filter(|path| path.contains("register"));
        assert_eq!(registered.count(), 1);
        // A portal that has forgotten the client gets to know it again.
        harness.portal(json!({ "end_registrations": true })).await;
        harness.answer("ana", begun().await).await.unwrap();
    });
}

#[test]
fn the_portal_s_own_pages_are_opened_with_a_way_back() {
    run(async {
        use pericard::PortalPage::{Account, PasswordReset, Sessions};
        let harness = with(json!({ "threads": 1 })).await;
        let config = harness.client.portals().remove(0);
        let portal = harness.client.portal(config.clone()).await.unwrap();
        for page in [PasswordReset, Account, Sessions] {
            let url = url::Url::parse(&portal.page(page).unwrap()).unwrap();
            let back = url.query_pairs().find(|(name, _)| name == "return_to");
            assert_eq!(back.unwrap().1, config.redirect);
        }
    });
}
