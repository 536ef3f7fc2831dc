//! Access that should have ended.

use pericard::test_support::Checkpoint;
use pericard::{PericardError, SealReason, SessionState, SignInMethod, SignInReason};
use pericard_guarantees::{Harness, inbox, run, sync, threads};
use pericard_world::NetworkState;
use serde_json::json;

pub(crate) const SEALED: SessionState = SessionState::Sealed {
    reason: SealReason::Refused,
};
pub(crate) const REVOKED: PericardError = PericardError::SignInRequired {
    reason: SignInReason::Revoked,
};

#[test]
fn a_refused_session_seals_at_once_and_only_the_same_person_reopens_it() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let account = harness.sign_in("ana").await.unwrap();
        sync(&account).await.unwrap();
        let messages = inbox(&account);
        harness.portal(json!({ "revoke": "ana" })).await;
        assert_eq!(sync(&account).await.unwrap_err(), REVOKED);
        assert_eq!(account.session(), SEALED);
        assert_eq!(messages.threads(None, 10).await.unwrap_err(), REVOKED);
        assert_eq!(account.start_sync(None, false).err(), Some(REVOKED));

        // Ben does not reopen it, and gets no account by it.
        let again = account
            .sign_in_again(SignInMethod::Native, None)
            .await
            .unwrap();
        let another = PericardError::SignInRequired {
            reason: SignInReason::AnotherPerson,
        };
        assert_eq!(harness.answer("ben", again).await.err(), Some(another));
        assert_eq!(account.session(), SEALED);
        assert_eq!(harness.client.accounts().await.unwrap().len(), 1);

        let again = account
            .sign_in_again(SignInMethod::Native, None)
            .await
            .unwrap();
        let reopened = harness.answer("ana", again).await.unwrap();
        assert_eq!(reopened.id(), account.id());
        assert_eq!(account.session(), SessionState::Active);
        assert_eq!(messages.threads(None, 10).await.unwrap().threads.len(), 3);
    });
}

#[test]
fn a_portal_in_trouble_does_not_seal() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let account = harness.sign_in("ana").await.unwrap();
        sync(&account).await.unwrap();
        for trouble in [
            json!({ "fault": "status", "code": 500, "on": "token" }),
            json!({ "fault": "status", "code": 503, "on": "token" }),
            json!({ "fault": "status", "code": 429, "on": "token" }),
            json!({ "fault": "captive_portal" }),
        ] {
            // Long enough for the access token to run out.
            harness.world.advance(600).await.unwrap();
            harness.portal(trouble.clone()).await;
            assert!(sync(&account).await.is_err(), "{trouble}");
            assert_eq!(account.session(), SessionState::Active, "{trouble}");
            assert_eq!(threads(&account).await.unwrap().len(), 3, "{trouble}");
            harness.portal(json!({ "fault": "none" })).await;
        }
        harness.world.network(NetworkState::Down);
        assert_eq!(sync(&account).await.unwrap_err(), PericardError::Offline);
        harness.world.network(NetworkState::Up);
        sync(&account).await.unwrap();
    });
}

#[test]
fn a_refresh_whose_answer_was_lost_asks_to_sign_in_again_and_loses_nothing() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let account = harness.sign_in("ana").await.unwrap();
        sync(&account).await.unwrap();
        harness.world.advance(600).await.unwrap();
        harness
            .portal(json!({ "fault": "drop_answer_after_commit", "on": "token" }))
            .await;
        assert_eq!(sync(&account).await.unwrap_err(), PericardError::Offline);
        assert_eq!(account.session(), SessionState::Active);
        // Rotated by our own lost answer: the portal sees reuse and ends the session, as it has to.
        assert_eq!(sync(&account).await.unwrap_err(), REVOKED);
        let again = account
            .sign_in_again(SignInMethod::Native, None)
            .await
            .unwrap();
        harness.answer("ana", again).await.unwrap();
        assert_eq!(threads(&account).await.unwrap().len(), 3);
        sync(&account).await.unwrap();
    });
}

#[test]
fn another_identity_on_refresh_ends_the_session() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let account = harness.sign_in("ana").await.unwrap();
        sync(&account).await.unwrap();
        harness.portal(json!({ "fault": "wrong_subject" })).await;
        harness.world.advance(600).await.unwrap();
        let changed = PericardError::SignInRequired {
            reason: SignInReason::IdentityChanged,
        };
        assert_eq!(sync(&account).await.unwrap_err(), changed);
        let sealed = SessionState::Sealed {
            reason: SealReason::IdentityChanged,
        };
        assert_eq!(account.session(), sealed);
        let harness = harness.restarted().await.unwrap();
        assert_eq!(
            harness.client.accounts().await.unwrap()[0].session(),
            sealed
        );
    });
}

#[test]
fn signing_out_offline_makes_content_unreadable_now_and_tells_the_portal_within_a_day() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let ana = harness.sign_in("ana").await.unwrap();
        let ben = harness.sign_in("ben").await.unwrap();
        sync(&ana).await.unwrap();
        let messages = inbox(&ana);
        harness.world.network(NetworkState::Down);
        ana.sign_out().await.unwrap();
        assert_eq!(ana.session(), SessionState::SignedOut);
        assert!(messages.threads(None, 10).await.is_err());
        assert_eq!(harness.world.portal_revocations().await.unwrap(), 0);
        let harness = harness.restarted().await.unwrap();
        assert_eq!(harness.client.accounts().await.unwrap().len(), 1);
        harness.world.network(NetworkState::Up);
        let ben = harness.client.account(ben.id()).await.unwrap();
        sync(&ben).await.unwrap();
        assert_eq!(harness.world.portal_revocations().await.unwrap(), 1);
    });
}

#[test]
fn signing_out_leaves_no_session_at_the_portal_not_even_one_that_was_stepped_up_from() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let ana = harness.sign_in("ana").await.unwrap();
        let step_up = ana.step_up(SignInMethod::Native).await.unwrap();
        harness.answer("ana", step_up).await.unwrap();
        sync(&ana).await.unwrap();
        let alive = async || harness.portal(json!({ "sessions": "ana" })).await["count"].clone();
        assert_eq!(alive().await, 2);
        ana.sign_out().await.unwrap();
        assert_eq!(alive().await, 0);
    });
}

#[test]
fn the_only_account_s_revocation_goes_out_when_a_portal_is_looked_for() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let ana = harness.sign_in("ana").await.unwrap();
        harness.world.network(NetworkState::Down);
        ana.sign_out().await.unwrap();
        harness.world.network(NetworkState::Up);
        let harness = harness.restarted().await.unwrap();
        let config = harness.client.portals().remove(0);
        harness.client.portal(config).await.unwrap();
        assert_eq!(harness.world.portal_revocations().await.unwrap(), 1);
    });
}

#[test]
fn a_base_that_names_another_issuer_gets_no_refresh_token() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let ana = harness.sign_in("ana").await.unwrap();
        sync(&ana).await.unwrap();
        harness
            .portal(json!({ "fault": "discovery", "as": "another_issuer" }))
            .await;
        let config = harness.client.portals().remove(0);
        harness.client.portal(config).await.unwrap();
        harness.world.advance(600).await.unwrap();
        let harness = harness.restarted().await.unwrap();
        let ana = harness.client.account(ana.id()).await.unwrap();
        harness.world.sent();
        let refused = sync(&ana).await.unwrap_err();
        let wrong = PericardError::Portal {
            problem: pericard::PortalProblem::WrongIssuer,
            status: None,
        };
        assert_eq!(refused, wrong);
        let sent = harness.world.sent();
        assert!(sent.iter().all(|sent| !sent.url.path().contains("token")));
        // It can be read, and goes on when the portal is itself again.
        assert_eq!(threads(&ana).await.unwrap().len(), 3);
        assert_eq!(ana.session(), SessionState::Active);
    });
}

#[test]
fn signing_out_waits_for_nothing_that_is_under_way() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let ana = harness.sign_in("ana").await.unwrap();
        sync(&ana).await.unwrap();
        harness.world.advance(600).await.unwrap();
        // A refresh that never ends holds the tokens.
        harness.world.dies_at(Checkpoint::RefreshAnswered);
        let run = ana.start_sync(None, false).unwrap();
        harness.world.died().await;
        ana.sign_out().await.unwrap();
        assert_eq!(ana.session(), SessionState::SignedOut);
        assert!(harness.client.accounts().await.unwrap().is_empty());
        drop(run);
    });
}

#[test]
fn the_copy_for_a_revocation_is_destroyed_after_its_day() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let ana = harness.sign_in("ana").await.unwrap();
        let ben = harness.sign_in("ben").await.unwrap();
        harness.world.network(NetworkState::Down);
        ana.sign_out().await.unwrap();
        harness.world.advance(24 * 3600 + 1).await.unwrap();
        harness.world.network(NetworkState::Up);
        sync(&ben).await.unwrap();
        assert_eq!(harness.world.portal_revocations().await.unwrap(), 0);
    });
}
