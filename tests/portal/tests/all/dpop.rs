//! Which proofs are accepted: their shape, their time, their nonce, once.

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use crate::prover::{Draft, Prover};
use crate::support::{World, of, world};

/// What the token endpoint says to a refresh with a made-up token: `invalid_grant` if the proof passed.
async fn verdict(world: &World, proof: &str) -> String {
    world.post_proofs("/token", &[proof]).await.error().1
}

async fn draft(world: &World, prover: &Prover) -> Draft {
    let url = format!("{}/token", world.portal.issuer());
    let nonce = world.nonce().await;
    prover.draft(world, "POST", &url, &nonce)
}

const PASSED: &str = "invalid_grant";
const REFUSED: &str = "invalid_dpop_proof";

#[tokio::test]
async fn a_right_proof_passes_and_once() {
    let (world, prover) = (world(), Prover::new(1));
    let proof = prover.sign(&draft(&world, &prover).await);
    assert_eq!(verdict(&world, &proof).await, PASSED);
    assert_eq!(verdict(&world, &proof).await, REFUSED, "replayed");
    let mut same = draft(&world, &Prover::new(2)).await;
    let other = Prover::new(2);
    same.claims["jti"] = draft(&world, &Prover::new(1)).await.claims["jti"].clone();
    let proof = other.sign(&same);
    assert_eq!(verdict(&world, &proof).await, REFUSED, "another key's jti");
}

#[tokio::test]
async fn a_used_jti_is_remembered_while_its_proof_could_pass() {
    let (world, prover) = (world(), Prover::new(1));
    let mut early = draft(&world, &prover).await;
    early.claims["iat"] = json!(world.now() + 15);
    let proof = prover.sign(&early);
    assert_eq!(verdict(&world, &proof).await, PASSED);
    for _ in 0..4 {
        world.pass(10);
        assert_eq!(verdict(&world, &proof).await, REFUSED);
    }
}

#[tokio::test]
async fn iat_may_be_25_seconds_old_and_15_ahead() {
    for (offset, passes) in [(-25, true), (-26, false), (15, true), (16, false)] {
        let (world, prover) = (world(), Prover::new(1));
        let mut shifted = draft(&world, &prover).await;
        shifted.claims["iat"] = json!(world.now() as i64 + offset);
        let answer = verdict(&world, &prover.sign(&shifted)).await;
        assert_eq!(answer == PASSED, passes, "{offset}");
        assert!(passes || answer == REFUSED, "{offset}");
    }
}

#[tokio::test]
async fn every_part_must_be_as_the_rfc_says() {
    let (world, prover) = (world(), Prover::new(1));
    let right = draft(&world, &prover).await;
    let issuer = world.portal.issuer();
    let mut private = prover.jwk();
    private["d"] = json!(BASE64URL_NOPAD.encode(&[1; 32]));
    let mut short = prover.jwk();
    short["x"] = json!(BASE64URL_NOPAD.encode(&[1; 31]));
    let mut nowhere = prover.jwk();
    nowhere["y"] = json!(BASE64URL_NOPAD.encode(&[1; 32]));
    let symmetric = json!({ "kty": "oct", "k": "c2VjcmV0" });
    let header: &[(&str, Value)] = &[
        ("typ", json!("JWT")),
        ("typ", json!("DPoP+JWT")),
        ("alg", json!("none")),
        ("alg", json!("HS256")),
        ("alg", json!("ES384")),
        ("crit", json!(["exp"])),
        ("jwk", Value::Null),
        ("jwk", private),
        ("jwk", short),
        ("jwk", nowhere),
        ("jwk", symmetric),
        ("jwk", Prover::new(2).jwk()),
    ];
    for (name, value) in header {
        let mut bent = right.clone();
        bent.header[*name] = value.clone();
        let proof = prover.sign(&bent);
        assert_eq!(verdict(&world, &proof).await, REFUSED, "{name} {value}");
    }
    let claims: &[(&str, Value)] = &[
        ("htm", json!("GET")),
        ("htm", json!("post")),
        ("htu", json!(format!("{issuer}/token?"))),
        ("htu", json!(format!("{issuer}/token?a=b"))),
        ("htu", json!(format!("{issuer}/token#x"))),
        ("htu", json!(format!("{issuer}/token/"))),
        ("htu", json!(format!("{issuer}/par"))),
        ("htu", json!("https://elsewhere.test/auth/token")),
        ("htu", json!("https://portal.test.evil/auth/token")),
        ("iat", json!("now")),
        ("iat", Value::Null),
        ("jti", json!("short")),
        ("jti", json!("x".repeat(129))),
        ("jti", Value::Null),
        ("nonce", json!(1)),
    ];
    for (name, value) in claims {
        let mut bent = right.clone();
        bent.claims[*name] = value.clone();
        let proof = prover.sign(&bent);
        assert_eq!(verdict(&world, &proof).await, REFUSED, "{name} {value}");
    }
    let proof = prover.sign(&right);
    let (signed, _) = proof.rsplit_once('.').unwrap();
    for malformed in [
        String::new(),
        "a.b".into(),
        signed.into(),
        format!("{signed}."),
        format!("{signed}.{}", BASE64URL_NOPAD.encode(&[0; 64])),
        format!("{proof}="),
        format!("{proof}.x"),
        "x".repeat(5000),
    ] {
        let answer = verdict(&world, &malformed).await;
        assert_eq!(answer, REFUSED, "{malformed:.40}");
    }
    let second = prover.sign(&draft(&world, &prover).await);
    let two = world.post_proofs("/token", &[&proof, &second]).await;
    assert_eq!(two.error(), (400, REFUSED.into()), "two proofs");
    assert_eq!(verdict(&world, &proof).await, PASSED, "counter-test");
}

#[tokio::test]
async fn a_nonce_is_good_while_it_is_the_current_or_the_previous_one() {
    let (world, prover) = (world(), Prover::new(1));
    let first = world.nonce().await;
    let proof = |nonce: Value| {
        let (world, prover) = (&world, &prover);
        async move {
            let mut draft = draft(world, prover).await;
            draft.claims["nonce"] = nonce;
            prover.sign(&draft)
        }
    };
    assert_eq!(verdict(&world, &proof(json!(first)).await).await, PASSED);
    world.pass(600);
    let second = world.nonce().await;
    assert_ne!(first, second);
    assert_eq!(verdict(&world, &proof(json!(first)).await).await, PASSED);
    world.pass(600);
    for old in [
        json!(first),
        json!("made-up"),
        json!(world.resource_nonce().await),
    ] {
        let proof = proof(old.clone()).await;
        let answer = world.post_proofs("/token", &[&proof]).await;
        assert_eq!(answer.error(), (400, "use_dpop_nonce".into()), "{old}");
        assert_eq!(answer.header("dpop-nonce"), world.nonce().await);
    }
    let mut none = draft(&world, &prover).await;
    none.claims.as_object_mut().unwrap().remove("nonce");
    let missing = verdict(&world, &prover.sign(&none)).await;
    assert_eq!(missing, "use_dpop_nonce");
}

#[tokio::test]
async fn every_answer_of_both_servers_has_its_nonce() {
    let world = world();
    let (base, issuer) = (world.portal.base(), world.portal.issuer());
    let (server, resource) = (world.nonce().await, world.resource_nonce().await);
    assert_ne!(server, resource);
    for url in [
        "https://portal.test/.well-known/oauth-authorization-server/auth".to_owned(),
        format!("{issuer}/.well-known/openid-configuration"),
        format!("{issuer}/jwks"),
        format!("{issuer}/nothing"),
    ] {
        assert_eq!(world.get(&url).await.header("dpop-nonce"), server, "{url}");
    }
    for url in [
        format!("{base}/.well-known/smart-configuration"),
        format!("{base}/metadata"),
        format!("{base}/Communication"),
    ] {
        assert_eq!(
            world.get(&url).await.header("dpop-nonce"),
            resource,
            "{url}"
        );
    }
}

#[tokio::test]
async fn where_it_is_off_nothing_of_it_is_said_or_done() {
    let world = of(json!({ "people": { "ben": {} }, "dpop": "off" }));
    let prover = Prover::new(1);
    let smart = format!("{}/.well-known/smart-configuration", world.portal.base());
    let answer = world.get(&smart).await;
    assert_eq!(answer.header("dpop-nonce"), "");
    let named = &answer.json()["dpop_signing_alg_values_supported"];
    assert!(named.is_null());
    let tokens = world.bound_tokens(&prover, "ben").await;
    assert_eq!(tokens["token_type"], "Bearer", "the proof is not read");
    let reader = world.reader(&tokens);
    assert_eq!(reader.get("/Communication").await.status, 200);
}

#[tokio::test]
async fn where_it_is_required_no_proof_is_no_way_in() {
    let world = of(json!({ "people": { "ben": {} }, "dpop": "required" }));
    let prover = Prover::new(1);
    for end in ["/challenge", "/token", "/par"] {
        let answer = world.post(end, &[("client_id", "pericard")]).await;
        assert_eq!(answer.error(), (400, REFUSED.into()), "{end}");
    }
    let tokens = world.bound_tokens(&prover, "ben").await;
    assert_eq!(tokens["token_type"], "DPoP");
    let revoked = [
        ("client_id", "pericard"),
        ("token", tokens["access_token"].as_str().unwrap()),
    ];
    assert_eq!(world.post("/revoke", &revoked).await.status, 200);
}

#[tokio::test]
async fn a_portal_may_refuse_every_proof() {
    let (world, prover) = (world(), Prover::new(1));
    let tokens = world.bound_tokens(&prover, "ben").await;
    world.tell(json!({ "fault": "refuse_dpop", "times": 2 }));
    let proof = prover.sign(&draft(&world, &prover).await);
    assert_eq!(verdict(&world, &proof).await, REFUSED);
    let answer = world.bound_get(&prover, &tokens, "/Communication", |_| ());
    assert_eq!(answer.await.status, 401);
    let answer = world.bound_get(&prover, &tokens, "/Communication", |_| ());
    assert_eq!(answer.await.status, 200);
}
