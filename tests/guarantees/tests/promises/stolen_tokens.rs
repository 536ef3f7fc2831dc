//! A token that was taken off the wire.

use pericard::test_support::{Method, TransportRequest, TransportResponse, system_platform};
use pericard::{PericardError, SignInMethod};
use pericard_guarantees::{Harness, run, sync};
use pericard_protocol::oauth::dpop::{DpopKey, Proof};
use pericard_protocol::secret::Secret;
use pericard_world::{NetworkState, Sent};
use serde_json::json;

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
