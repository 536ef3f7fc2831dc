//! Codes, tokens, their rotation and their end; discovery and keys.

use crate::support::{VERIFIER, World, world};
use data_encoding::BASE64URL_NOPAD;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use serde_json::{Value, json};

async fn alive(world: &World, tokens: &Value) -> bool {
    let reader = world.reader(tokens);
    reader.get("/Communication?_count=1").await.status == 200
}

#[tokio::test]
async fn a_code_works_once_and_its_reuse_revokes() {
    let world = world();
    let code = world.native("ben").await;
    let tokens = world.redeem(&code).await.json();
    assert!(alive(&world, &tokens).await);
    let again = world.redeem(&code).await;
    assert_eq!(again.error(), (400, "invalid_grant".into()));
    assert!(!alive(&world, &tokens).await);
    assert_eq!(world.refresh(&tokens).await.error().1, "invalid_grant");
}

#[tokio::test]
async fn a_code_lives_a_minute() {
    let world = world();
    let code = world.native("ben").await;
    world.pass(60);
    assert_eq!(world.redeem(&code).await.error().1, "invalid_grant");
}

#[tokio::test]
async fn a_code_needs_its_verifier_its_client_and_its_redirect() {
    let other = "b".repeat(43);
    for (name, value) in [
        ("code_verifier", other.as_str()),
        ("client_id", "pericard-web"),
        ("redirect_uri", crate::support::REDIRECT),
    ] {
        let world = world();
        let code = world.native("ben").await;
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("client_id", "pericard"),
            ("code", code.as_str()),
            ("code_verifier", VERIFIER),
        ];
        fields.retain(|(key, _)| *key != name);
        fields.push((name, value));
        let answer = world.post("/token", &fields).await;
        assert_eq!(answer.error(), (400, "invalid_grant".into()), "{name}");
        let right = world.redeem(&code).await;
        assert_eq!(right.status, 200, "a wrong guess does not use the code up");
    }
}

#[tokio::test]
async fn refresh_rotates_and_reuse_ends_the_family() {
    let world = world();
    let first = world.tokens("ana").await;
    let second = world.refresh(&first).await.json();
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    assert_eq!(second["patient"], first["patient"]);
    assert!(alive(&world, &second).await);
    let stolen = world.refresh(&first).await;
    assert_eq!(stolen.error(), (400, "invalid_grant".into()));
    assert!(!alive(&world, &second).await);
    assert_eq!(world.refresh(&second).await.error().1, "invalid_grant");
}

#[tokio::test]
async fn access_tokens_live_five_minutes() {
    let world = world();
    let tokens = world.tokens("ben").await;
    world.pass(299);
    assert!(alive(&world, &tokens).await);
    world.pass(1);
    let answer = world.reader(&tokens).get("/Communication").await;
    assert_eq!(answer.status, 401);
    let why = answer.header("www-authenticate");
    assert_eq!(why, "Bearer error=\"invalid_token\"");
    assert_eq!(world.refresh(&tokens).await.status, 200);
}

#[tokio::test]
async fn a_refresh_may_narrow_but_not_widen() {
    let world = world();
    let tokens = world.tokens("ben").await;
    let refresh = |scope: &'static str| {
        let token = tokens["refresh_token"].as_str().unwrap().to_owned();
        let world = &world;
        async move {
            let fields = [
                ("grant_type", "refresh_token"),
                ("client_id", "pericard"),
                ("refresh_token", token.as_str()),
                ("scope", scope),
            ];
            world.post("/token", &fields).await
        }
    };
    let narrow = refresh("patient/*.rs").await.json();
    assert_eq!(narrow["scope"], "patient/*.rs");
    assert!(narrow.get("id_token").is_none());
    let reader = world.reader(&narrow);
    let refused = reader.post(&json!({}), &[]).await;
    assert_eq!(refused.status, 403);
    assert!(
        refused
            .header("www-authenticate")
            .contains("insufficient_scope")
    );
}

#[tokio::test]
async fn widening_is_refused() {
    let world = world();
    let tokens = world.tokens("ben").await;
    let fields = [
        ("grant_type", "refresh_token"),
        ("client_id", "pericard"),
        ("refresh_token", tokens["refresh_token"].as_str().unwrap()),
        ("scope", "patient/*.cruds"),
    ];
    assert_eq!(
        world.post("/token", &fields).await.error().1,
        "invalid_scope"
    );
}

#[tokio::test]
async fn either_token_revokes_both_and_is_counted() {
    for which in ["access_token", "refresh_token"] {
        let world = world();
        let tokens = world.tokens("ben").await;
        let token = tokens[which].as_str().unwrap();
        let other = [("token", token), ("client_id", "pericard-web")];
        assert_eq!(world.post("/revoke", &other).await.status, 200);
        assert!(
            alive(&world, &tokens).await,
            "another client's request does nothing"
        );
        let own = [("token", token), ("client_id", "pericard")];
        assert_eq!(world.post("/revoke", &own).await.status, 200);
        assert!(!alive(&world, &tokens).await);
        assert_eq!(world.refresh(&tokens).await.error().1, "invalid_grant");
        assert_eq!(world.tell(json!({ "revocations": {} }))["count"], 2);
    }
}

#[tokio::test]
async fn the_portal_can_cut_a_person_off() {
    let world = world();
    let (ana, ben) = (world.tokens("ana").await, world.tokens("ben").await);
    world.tell(json!({ "revoke": "ana" }));
    assert!(!alive(&world, &ana).await);
    assert_eq!(world.refresh(&ana).await.error().1, "invalid_grant");
    assert!(alive(&world, &ben).await);
}

fn claims(world: &World, token: &str, jwks: &Value) -> Option<Value> {
    let mut parts = token.split('.');
    let (header, payload) = (parts.next()?, parts.next()?);
    let signature = BASE64URL_NOPAD.decode(parts.next()?.as_bytes()).ok()?;
    let json = |part: &str| -> Option<Value> {
        serde_json::from_slice(&BASE64URL_NOPAD.decode(part.as_bytes()).ok()?).ok()
    };
    let kid = json(header)?["kid"].clone();
    let keys = jwks["keys"].as_array()?;
    let key = keys.iter().find(|key| key["kid"] == kid)?;
    let coordinate = |name: &str| BASE64URL_NOPAD.decode(key[name].as_str()?.as_bytes()).ok();
    let mut point = vec![4];
    point.extend(coordinate("x")?);
    point.extend(coordinate("y")?);
    let key = VerifyingKey::from_sec1_bytes(&point).ok()?;
    let signature = Signature::from_slice(&signature).ok()?;
    key.verify(format!("{header}.{payload}").as_bytes(), &signature)
        .ok()?;
    let claims = json(payload)?;
    assert_eq!(claims["iss"], world.portal.issuer());
    Some(claims)
}

#[tokio::test]
async fn the_id_token_verifies_and_names_the_person() {
    let world = world();
    let tokens = world.tokens("ana").await;
    let jwks_url = format!("{}/jwks", world.portal.issuer());
    let jwks = world.get(&jwks_url).await.json();
    let token = tokens["id_token"].as_str().unwrap();
    let claims_of = claims(&world, token, &jwks).unwrap();
    assert_eq!(claims_of["aud"], "pericard");
    assert_eq!(claims_of["nonce"], "n-1");
    assert_eq!(claims_of["amr"], json!(["pwd", "otp", "mfa"]));
    let user = format!(
        "{}/Patient/{}",
        world.portal.base(),
        world.person("ana").patient
    );
    assert_eq!(claims_of["fhirUser"], user);
    let again = world.refresh(&tokens).await.json();
    let again = claims(&world, again["id_token"].as_str().unwrap(), &jwks).unwrap();
    assert_eq!(again["sub"], claims_of["sub"]);
    assert_eq!(again["auth_time"], claims_of["auth_time"]);
    assert!(again.get("nonce").is_none());

    world.tell(json!({ "rotate_keys": true }));
    let rotated = world.get(&jwks_url).await.json();
    assert!(
        claims(&world, token, &rotated).is_none(),
        "the old key is gone"
    );
    let new = world.tokens("ben").await;
    assert!(claims(&world, new["id_token"].as_str().unwrap(), &rotated).is_some());
}

#[tokio::test]
async fn discovery_agrees_with_itself_and_revalidates() {
    let world = world();
    let origin = "https://portal.test";
    let (base, issuer) = (world.portal.base(), world.portal.issuer());
    for url in [
        format!("{base}/.well-known/smart-configuration"),
        format!("{origin}/.well-known/oauth-authorization-server/auth"),
        format!("{issuer}/.well-known/openid-configuration"),
    ] {
        let answer = world.get(&url).await;
        let body = answer.json();
        assert_eq!(body["issuer"], issuer, "{url}");
        let challenge = format!("{issuer}/challenge");
        assert_eq!(body["authorization_challenge_endpoint"], challenge);
        let etag = answer.header("etag").to_owned();
        let kept = world
            .send("GET", &url, &[("if-none-match", &etag)], "")
            .await;
        assert_eq!((kept.status, kept.body.len()), (304, 0));
    }
}
