//! What is wrong on purpose with signing in: id tokens, keys, discovery, redirects.

use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::step_up::claims;
use crate::support::{REDIRECT, World, hidden, parameter, world};

fn header(token: &str) -> Value {
    let part = token.split('.').next().unwrap();
    serde_json::from_slice(&BASE64URL_NOPAD.decode(part.as_bytes()).unwrap()).unwrap()
}

async fn keys(world: &World) -> Value {
    let url = format!("{}/jwks", world.portal.issuer());
    world.get(&url).await.json()["keys"].clone()
}

fn point(key: &Value) -> Vec<u8> {
    let octets = |name: &str| BASE64URL_NOPAD.decode(key[name].as_str().unwrap().as_bytes());
    [octets("x").unwrap(), octets("y").unwrap()].concat()
}

async fn verifies(world: &World, token: &str) -> bool {
    let keys = keys(world).await;
    let (input, signature) = token.rsplit_once('.').unwrap();
    if header(token)["kid"] != keys[0]["kid"] {
        return false;
    }
    let point = [vec![4], point(&keys[0])].concat();
    let key = VerifyingKey::from_sec1_bytes(&point).unwrap();
    let signature = BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap();
    Signature::from_slice(&signature)
        .is_ok_and(|signature| key.verify(input.as_bytes(), &signature).is_ok())
}

async fn with(world: &World, flaw: &str) -> Value {
    world.tell(json!({ "fault": "id_token", "as": flaw, "times": 1 }));
    let tokens = world.tokens("ben").await;
    let good = world.tokens("ben").await;
    let token = good["id_token"].as_str().unwrap();
    assert!(verifies(world, token).await, "{flaw}: only once");
    tokens
}

#[tokio::test]
async fn id_tokens_whose_signature_proves_nothing() {
    let world = world();
    let keys = keys(&world).await;
    let tokens = with(&world, "none_alg").await;
    let token = tokens["id_token"].as_str().unwrap();
    assert_eq!(header(token)["alg"], "none");
    assert!(token.ends_with('.'));

    let tokens = with(&world, "hs256_confusion").await;
    let token = tokens["id_token"].as_str().unwrap();
    assert_eq!(header(token)["alg"], "HS256");
    assert_eq!(header(token)["kid"], keys[0]["kid"]);
    let (input, tag) = token.rsplit_once('.').unwrap();
    let mac = Hmac::<Sha256>::new_from_slice(&point(&keys[0])).unwrap();
    let tag = BASE64URL_NOPAD.decode(tag.as_bytes()).unwrap();
    let mac = mac.chain_update(input.as_bytes());
    assert!(mac.verify_slice(&tag).is_ok());

    let tokens = with(&world, "wrong_signature").await;
    let token = tokens["id_token"].as_str().unwrap();
    assert_eq!(header(token)["kid"], keys[0]["kid"]);
    assert!(!verifies(&world, token).await);

    let tokens = with(&world, "unknown_key").await;
    let token = tokens["id_token"].as_str().unwrap();
    assert_ne!(header(token)["kid"], keys[0]["kid"]);
    assert_eq!(header(token)["alg"], "ES256");
}

#[tokio::test]
async fn id_tokens_that_say_something_else() {
    let world = world();
    let now = world.now();
    type Check = fn(&Value, u64) -> bool;
    let cases: [(&str, Check); 12] = [
        ("foreign_audience", |c, _| c["aud"] == "somebody-elses-app"),
        ("foreign_issuer", |c, _| {
            c["iss"] == "https://portal.test/other"
        }),
        ("expired", |c, now| c["exp"].as_u64().unwrap() < now - 3000),
        ("from_the_future", |c, now| {
            c["iat"].as_u64().unwrap() > now + 3000
        }),
        ("wrong_nonce", |c, _| c["nonce"] != "n-1"),
        ("no_auth_time", |c, _| c.get("auth_time").is_none()),
        ("stale_auth_time", |c, now| {
            c["auth_time"].as_u64().unwrap() < now - 80_000
        }),
        ("acr_object", |c, _| c["acr"].is_object()),
        ("acr_list", |c, _| c["acr"].is_array()),
        ("auth_time_text", |c, _| c["auth_time"].is_string()),
        ("no_audience", |c, _| c.get("aud").is_none()),
        ("low_acr", |c, _| {
            c["acr"] == "pwd" && c["amr"] == json!(["pwd"])
        }),
    ];
    for (flaw, check) in cases {
        let tokens = with(&world, flaw).await;
        assert!(check(&claims(&tokens), now), "{flaw}");
        let token = tokens["id_token"].as_str().unwrap();
        assert!(verifies(&world, token).await, "{flaw}: rightly signed");
    }
    world.tell(json!({ "fault": "id_token", "as": "low_acr" }));
    let tokens = world.tokens("ana").await;
    assert_eq!(claims(&tokens)["acr"], "pwd", "although she gave a code");
}

#[tokio::test]
async fn who_the_user_is_said_to_be() {
    let world = world();
    let base = world.portal.base();
    let own = format!("{base}/Patient/{}", world.person("ben").patient);
    for (which, beginning) in [
        ("related_person", format!("{base}/RelatedPerson/rp-")),
        ("person", format!("{base}/Person/pe-")),
        ("other_patient", format!("{base}/Patient/pt-")),
        (
            "elsewhere",
            "https://elsewhere.invalid/fhir/Patient/".into(),
        ),
    ] {
        world.tell(json!({ "fault": "fhir_user", "as": which, "times": 1 }));
        let user = claims(&world.tokens("ben").await)["fhirUser"].clone();
        let user = user.as_str().unwrap();
        assert!(user.starts_with(&beginning) && user != own, "{user}");
    }
    world.tell(json!({ "fault": "fhir_user", "as": "none", "times": 1 }));
    let claims_of = claims(&world.tokens("ben").await);
    assert!(claims_of.get("fhirUser").is_none());
    assert_eq!(claims(&world.tokens("ben").await)["fhirUser"], own);
}

#[tokio::test]
async fn tokens_for_nobody_in_particular() {
    let world = world();
    world.tell(json!({ "fault": "no_patient", "times": 1 }));
    assert!(world.tokens("ben").await.get("patient").is_none());
    assert!(world.tokens("ben").await.get("patient").is_some());
}

#[tokio::test]
async fn published_keys() {
    let world = world();
    let url = format!("{}/jwks", world.portal.issuer());
    let fault = |flaw: &str| world.tell(json!({ "fault": "jwks", "as": flaw, "times": 1 }));
    fault("missing");
    assert_eq!(world.get(&url).await.status, 404);
    fault("empty");
    assert_eq!(world.get(&url).await.json(), json!({ "keys": [] }));
    fault("huge");
    assert!(world.get(&url).await.body.len() > 10 << 20);
    assert_eq!(keys(&world).await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn discovery_documents() {
    let world = world();
    let base = world.portal.base();
    let smart = format!("{base}/.well-known/smart-configuration");
    let openid = format!("{}/.well-known/openid-configuration", world.portal.issuer());
    for url in [&smart, &openid] {
        let fault =
            |flaw: &str| world.tell(json!({ "fault": "discovery", "as": flaw, "times": 1 }));
        let right = world.get(url).await.json();
        fault("redirect");
        let moved = world.get(url).await;
        assert_eq!(moved.status, 302);
        let there = world.get(moved.header("location")).await;
        assert_eq!(there.json(), right, "who follows is not stopped");
        fault("html");
        let page = world.get(url).await;
        assert_eq!(
            (page.status, page.header("content-type")),
            (200, "text/html; charset=utf-8")
        );
        fault("huge");
        assert!(world.get(url).await.body.len() > 10 << 20);
        fault("elsewhere_endpoints");
        let bent = world.get(url).await.json();
        assert_eq!(bent["token_endpoint"], "https://elsewhere.invalid/token");
        assert_eq!(world.get(url).await.json(), right);
    }
    world.tell(json!({ "fault": "discovery", "as": "totp_elsewhere" }));
    let bent = world.get(&smart).await.json();
    let totp = bent["totp_endpoint"].as_str().unwrap();
    assert!(totp.starts_with("https://portal.test/") && !totp.starts_with(&base));
}

async fn redirected(world: &World) -> String {
    let page = world.get(&world.authorize_url("", &[])).await;
    let login = hidden(&page.text(), "login");
    let ben = world.person("ben");
    let fields = [
        ("login", login.as_str()),
        ("username", "ben"),
        ("password", &ben.password),
    ];
    let back = world.post("/login", &fields).await;
    let location = back.header("location").to_owned();
    assert!(location.starts_with(REDIRECT));
    location
}

#[tokio::test]
async fn redirects_that_name_another_issuer_or_none() {
    let world = world();
    world.tell(json!({ "fault": "mix_up", "times": 1 }));
    let iss = parameter(&redirected(&world).await, "iss");
    assert_eq!(iss.as_deref(), Some("https://portal.test/other"));
    world.tell(json!({ "fault": "no_iss", "times": 1 }));
    let location = redirected(&world).await;
    assert_eq!(parameter(&location, "iss"), None);
    assert!(parameter(&location, "code").is_some());
    let iss = parameter(&redirected(&world).await, "iss");
    assert_eq!(iss, Some(world.portal.issuer()));
}

#[tokio::test]
async fn a_lost_answer_of_the_challenge() {
    let world = world();
    let session = world.begin().await;
    world.tell(json!({ "fault": "drop_answer_after_commit", "on": "challenge" }));
    let ben = world.person("ben");
    let lost = world.password(&session, "ben", &ben.password).await;
    assert!(lost.hangup);
    let again = world.password(&session, "ben", &ben.password).await;
    assert_eq!(again.error().1, "invalid_session", "it had ended in a code");
}
