//! Access that should have ended.

use pericard::test_support::{
    Checkpoint, Method, TransportRequest, TransportResponse, system_platform,
};
use pericard::{PericardError, SealReason, SessionState, SignInMethod, SignInReason};
use pericard_guarantees::{Harness, inbox, run, sync, threads};
use pericard_protocol::oauth::dpop::{DpopKey, Proof};
use pericard_protocol::secret::Secret;
use pericard_world::{NetworkState, Sent};
use serde_json::json;

const SEALED: SessionState = SessionState::Sealed {
    reason: SealReason::Refused,
};
const REVOKED: PericardError = PericardError::SignInRequired {
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
        let again = account.sign_in_again(SignInMethod::Native).await.unwrap();
        let another = PericardError::SignInRequired {
            reason: SignInReason::AnotherPerson,
        };
        assert_eq!(harness.answer("ben", again).await.err(), Some(another));
        assert_eq!(account.session(), SEALED);
        assert_eq!(harness.client.accounts().await.unwrap().len(), 1);

        let again = account.sign_in_again(SignInMethod::Native).await.unwrap();
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
        let again = account.sign_in_again(SignInMethod::Native).await.unwrap();
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

const DAY: u64 = 24 * 3600;

/// Ana, synced, with a lease of a day, on a device that was restarted.
async fn with_a_lease() -> (Harness, std::sync::Arc<pericard::Account>) {
    let harness = Harness::ana_and_ben().await;
    harness.world.set_lease(std::time::Duration::from_secs(DAY));
    let harness = harness.restarted().await.unwrap();
    let account = harness.sign_in("ana").await.unwrap();
    sync(&account).await.unwrap();
    (harness, account)
}

const BY_LEASE: SessionState = SessionState::Sealed {
    reason: SealReason::Lease,
};

#[test]
fn a_device_that_hears_nothing_beyond_its_lease_seals() {
    run(async {
        let (harness, account) = with_a_lease().await;
        let messages = inbox(&account);
        harness.world.network(NetworkState::Down);
        harness.world.advance(DAY - 60).await.unwrap();
        assert_eq!(messages.threads(None, 10).await.unwrap().threads.len(), 3);
        harness.world.advance(120).await.unwrap();
        let ended = PericardError::LeaseEnded;
        assert_eq!(messages.threads(None, 10).await.unwrap_err(), ended);
        assert_eq!(account.session(), BY_LEASE);
        assert_eq!(sync(&account).await.unwrap_err(), PericardError::Offline);
        assert_eq!(messages.threads(None, 10).await.unwrap_err(), ended);
        // The seal is on disk, and setting the clock back does not lift it.
        harness.world.set_back(2 * DAY);
        let harness = harness.restarted().await.unwrap();
        let account = harness.client.account(account.id()).await.unwrap();
        assert_eq!(account.session(), BY_LEASE);
        assert_eq!(threads(&account).await.unwrap_err(), ended);
        // The portal's word does.
        harness.world.set_ahead(2 * DAY);
        harness.world.network(NetworkState::Up);
        sync(&account).await.unwrap();
        assert_eq!(account.session(), SessionState::Active);
        assert_eq!(threads(&account).await.unwrap().len(), 3);
    });
}

/// Fails unless a stream tells of the session soon.
async fn told_of_the_session(changes: &pericard::Changes) {
    let told = async { while !changes.next().await.expect("a change").session {} };
    let soon = tokio::time::timeout(std::time::Duration::from_secs(10), told);
    soon.await.expect("nobody was told");
}

/// What is on the screen must go, though nobody asks for anything.
#[test]
fn a_lease_that_ends_while_nobody_reads_is_told_to_streams() {
    run(async {
        let (harness, account) = with_a_lease().await;
        let changes = account.changes().unwrap();
        harness.world.network(NetworkState::Down);
        harness.world.advance(DAY + 60).await.unwrap();
        told_of_the_session(&changes).await;
        assert_eq!(account.session(), BY_LEASE);
        // The next lease, after the portal was reached, ends likewise.
        harness.world.network(NetworkState::Up);
        sync(&account).await.unwrap();
        told_of_the_session(&changes).await;
        assert_eq!(account.session(), SessionState::Active);
        harness.world.network(NetworkState::Down);
        harness.world.advance(DAY + 60).await.unwrap();
        told_of_the_session(&changes).await;
        assert_eq!(account.session(), BY_LEASE);
    });
}

/// A paused client touches no file; what became of the lease meanwhile is told when it goes on.
#[test]
fn a_lease_that_ends_in_a_pause_is_told_when_the_client_is_resumed() {
    run(async {
        let (harness, account) = with_a_lease().await;
        let changes = account.changes().unwrap();
        harness.world.network(NetworkState::Down);
        harness.client.pause().await.unwrap();
        harness.world.advance(DAY + 60).await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        assert_eq!(account.session(), SessionState::Active);
        harness.client.resume().await.unwrap();
        told_of_the_session(&changes).await;
        assert_eq!(account.session(), BY_LEASE);
    });
}

#[test]
fn a_portal_that_ended_the_session_meanwhile_keeps_it_sealed_after_the_lease() {
    run(async {
        let (harness, account) = with_a_lease().await;
        harness.world.advance(DAY + 60).await.unwrap();
        harness.portal(json!({ "revoke": "ana" })).await;
        assert_eq!(sync(&account).await.unwrap_err(), REVOKED);
        assert_eq!(account.session(), SEALED);
    });
}

#[test]
fn setting_the_clock_back_gains_nothing_within_a_boot() {
    run(async {
        let (harness, account) = with_a_lease().await;
        harness.world.network(NetworkState::Down);
        // A little each hour, as a thief would.
        for _ in 0..25 {
            harness.world.advance(3600).await.unwrap();
            harness.world.set_back(3600);
        }
        assert_eq!(
            threads(&account).await.unwrap_err(),
            PericardError::LeaseEnded
        );
    });
}

#[test]
fn across_boots_nothing_below_the_highest_time_heard_is_accepted() {
    run(async {
        let (harness, account) = with_a_lease().await;
        harness.world.network(NetworkState::Down);
        harness.world.set_back(400 * DAY);
        harness.world.reboot();
        let harness = harness.restarted().await.unwrap();
        let account = harness.client.account(account.id()).await.unwrap();
        // It may still be read, and its day goes on from what was heard, not from the year before.
        assert_eq!(threads(&account).await.unwrap().len(), 3);
        harness.world.advance(DAY + 60).await.unwrap();
        assert_eq!(
            threads(&account).await.unwrap_err(),
            PericardError::LeaseEnded
        );
    });
}

#[test]
fn one_wrong_year_does_not_lock_for_good() {
    run(async {
        let (harness, account) = with_a_lease().await;
        // While the portal's time is known the device's matters to nobody; a new process knows it no more.
        harness.world.set_ahead(20 * 365 * DAY);
        assert_eq!(threads(&account).await.unwrap().len(), 3);
        let harness = harness.restarted().await.unwrap();
        let account = harness.client.account(account.id()).await.unwrap();
        assert_eq!(
            threads(&account).await.unwrap_err(),
            PericardError::LeaseEnded
        );
        harness.world.set_back(20 * 365 * DAY);
        sync(&account).await.unwrap();
        assert_eq!(threads(&account).await.unwrap().len(), 3);
    });
}

/// Somebody who reads along, with a connection of their own to the portal.
pub(crate) struct Thief {
    transport: std::sync::Arc<dyn pericard::test_support::Transport>,
    roots: std::sync::Arc<Vec<Vec<u8>>>,
}

impl Thief {
    pub(crate) fn at(harness: &Harness) -> Self {
        let roots = harness.client.portals().remove(0).extra_roots;
        Self {
            transport: system_platform("Thief/1").transport,
            roots: roots.into(),
        }
    }

    async fn asks(&self, stolen: &Sent, headers: Vec<(&'static str, String)>) -> TransportResponse {
        let request = TransportRequest {
            method: Method::Get,
            url: stolen.url.clone(),
            headers,
            body: None,
            roots: self.roots.clone(),
        };
        self.transport.exchange(request).await.unwrap()
    }

    /// What the portal answers to a request with a token that it does not bind.
    pub(crate) async fn reads(&self, stolen: &Sent) -> serde_json::Value {
        let authorization = stolen.header("authorization").unwrap().to_owned();
        let mut answer = self
            .asks(stolen, vec![("authorization", authorization)])
            .await;
        let mut whole = Vec::new();
        while let Some(chunk) = answer.body.chunk().await.unwrap() {
            whole.extend(chunk);
        }
        serde_json::from_slice(&whole).unwrap()
    }

    /// Sends the stolen request's address and these fields; status and how the portal explains it.
    async fn sends(&self, stolen: &Sent, headers: Vec<(&'static str, String)>) -> (u16, String) {
        let answer = self.asks(stolen, headers).await;
        let mut fields = answer.headers.into_iter();
        let explained = fields.find(|(name, _)| name == "www-authenticate");
        (
            answer.status,
            explained.map(|(_, why)| why).unwrap_or_default(),
        )
    }
}

/// A request with an access token that the device made and that never reached the portal: all of it is unused.
pub(crate) async fn taken_off_the_wire(harness: &Harness, account: &pericard::Account) -> Sent {
    harness.world.sent();
    harness.world.network(NetworkState::Down);
    assert_eq!(sync(account).await.unwrap_err(), PericardError::Offline);
    harness.world.network(NetworkState::Up);
    let mut sent = harness.world.sent().into_iter();
    let stolen = sent.rfind(|sent| sent.authorized && sent.url.path().contains("Communication"));
    stolen.expect("a request for messages")
}

/// The same proof made with a key of the thief's own.
fn forged(stolen: &Sent, token: &str) -> String {
    let proof = stolen.header("dpop").unwrap();
    let claims = proof.split('.').nth(1).unwrap();
    let claims = data_encoding::BASE64URL_NOPAD.decode(claims.as_bytes());
    let claims: serde_json::Value = serde_json::from_slice(&claims.unwrap()).unwrap();
    let proof = Proof {
        method: "GET",
        url: &stolen.url,
        now: jiff::Timestamp::from_second(claims["iat"].as_i64().unwrap()).unwrap(),
        jti: [7; 16],
        nonce: claims["nonce"].as_str(),
        access_token: Some(&Secret::new(token.to_owned())),
    };
    let key = DpopKey::from_secret(&[42; 32]).unwrap();
    key.proof(&proof).unwrap()
}

#[test]
fn a_stolen_access_token_is_worthless_without_the_device_s_key() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let account = harness.sign_in("ana").await.unwrap();
        sync(&account).await.unwrap();
        let stolen = taken_off_the_wire(&harness, &account).await;
        let authorization = stolen.header("authorization").unwrap().to_owned();
        let token = authorization.strip_prefix("DPoP ").expect("a bound token");
        let proof = stolen.header("dpop").unwrap().to_owned();
        let thief = Thief::at(&harness);

        // Without a key: as a bearer token, and as it is without its proof.
        let bearer = vec![("authorization", format!("Bearer {token}"))];
        let (status, why) = thief.sends(&stolen, bearer).await;
        assert_eq!(status, 401, "a bound token as a bearer token: {why}");
        let alone = vec![("authorization", authorization.clone())];
        let (status, why) = thief.sends(&stolen, alone).await;
        assert_eq!(status, 401, "a bound token without a proof: {why}");
        // With another key: nothing else about the proof is wrong.
        let with = |proof: String| vec![("authorization", authorization.clone()), ("dpop", proof)];
        let (status, why) = thief.sends(&stolen, with(forged(&stolen, token))).await;
        assert_eq!(status, 401, "a bound token with another key: {why}");
        assert!(!why.contains("use_dpop_nonce"), "{why}");

        // The counter-test: what the device's key signed is accepted, once, so the token was good all the time.
        let (status, why) = thief.sends(&stolen, with(proof.clone())).await;
        assert_eq!(status, 200, "a bound token with the device's key: {why}");
        let (status, why) = thief.sends(&stolen, with(proof)).await;
        assert_eq!(status, 401, "a proof that was used: {why}");
        sync(&account).await.unwrap();
    });
}

#[test]
fn a_stolen_access_token_is_as_good_as_its_owner_s_where_the_portal_does_not_bind_it() {
    // The counter-test of the promise above: it is the binding that makes the difference.
    run(async {
        let harness = Harness::described(json!({
            "dpop": "off", "par": "off", "people": { "ana": { "threads": 3, "messages": 12 } }
        }))
        .await;
        let account = harness.sign_in("ana").await.unwrap();
        sync(&account).await.unwrap();
        let stolen = taken_off_the_wire(&harness, &account).await;
        assert!(!stolen.proved);
        let authorization = stolen.header("authorization").unwrap().to_owned();
        assert!(authorization.starts_with("Bearer "));
        let replayed = vec![("authorization", authorization)];
        let (status, why) = Thief::at(&harness).sends(&stolen, replayed).await;
        assert_eq!(status, 200, "{why}");
        let sign_in = harness.begin(SignInMethod::Browser).await.unwrap();
        harness.answer("ana", sign_in).await.unwrap();
    });
}

#[test]
fn each_request_of_a_bound_session_has_a_proof_of_its_own() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let account = harness.sign_in("ana").await.unwrap();
        sync(&account).await.unwrap();
        let sent = harness.world.sent();
        let authorized: Vec<_> = sent.iter().filter(|sent| sent.authorized).collect();
        assert!(authorized.len() > 1);
        let proofs: std::collections::BTreeSet<_> =
            authorized.iter().map(|sent| sent.header("dpop")).collect();
        assert!(!proofs.contains(&None));
        assert_eq!(proofs.len(), authorized.len());
    });
}
