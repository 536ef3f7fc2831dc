//! Clients that register themselves.

use serde_json::{Value, json};

use crate::prover::{Prover, first_request, first_request_with};
use crate::support::{Answer, VERIFIER, World, of, world};

const OWN: &str = "org.example.app:/callback";

fn metadata() -> Value {
    json!({
        "client_name": "Example",
        "redirect_uris": [OWN, "http://127.0.0.1/back"],
        "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "application_type": "native",
        "scope": "openid patient/*.rs",
        "software_id": "somebody asked for this to be ignored",
    })
}

async fn register(world: &World, body: &str) -> Answer {
    let url = format!("{}/register", world.portal.issuer());
    let headers = [("content-type", "application/json")];
    world.send("POST", &url, &headers, body).await
}

#[tokio::test]
async fn a_registered_app_signs_in_by_browser_only() {
    let world = world();
    let answer = register(&world, &metadata().to_string()).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let body = answer.json();
    assert_eq!(body["token_endpoint_auth_method"], "none");
    assert_eq!(body["redirect_uris"], metadata()["redirect_uris"]);
    assert!(body.get("client_secret").is_none());
    let client = body["client_id"].as_str().unwrap();

    let first = first_request();
    let native = first_request_with(&first, &[("client_id", client)]);
    let answer = world.post("/challenge", &native).await;
    assert_eq!(answer.error(), (400, "redirect_to_web".into()));

    let own = [("client_id", client), ("redirect_uri", OWN)];
    let code = world
        .sign_in_by_browser(&world.authorize_url("", &own), "ben")
        .await;
    let token = [
        ("grant_type", "authorization_code"),
        ("client_id", client),
        ("code", &code),
        ("redirect_uri", OWN),
        ("code_verifier", VERIFIER),
    ];
    assert_eq!(world.post("/token", &token).await.status, 200);

    let port = "http://127.0.0.1:50000/back";
    let loopback = [("client_id", client), ("redirect_uri", port)];
    assert_eq!(
        world.get(&world.authorize_url("", &loopback)).await.status,
        200
    );
    let foreign = world.authorize_url("", &[("client_id", client)]);
    assert_eq!(world.get(&foreign).await.status, 400, "Pericard's redirect");

    world.tell(json!({ "end_registrations": true }));
    assert_eq!(world.get(&world.authorize_url("", &own)).await.status, 400);
    let answer = world.post("/token", &token).await;
    assert_eq!(answer.error(), (401, "invalid_client".into()));
}

#[tokio::test]
async fn what_no_native_app_should_say_is_refused() {
    let world = world();
    let redirect = "invalid_redirect_uri";
    let other = "invalid_client_metadata";
    for (name, value, error) in [
        ("redirect_uris", Value::Null, other),
        ("redirect_uris", json!([]), redirect),
        (
            "redirect_uris",
            json!(["http://localhost/callback"]),
            redirect,
        ),
        (
            "redirect_uris",
            json!(["http://example.org/callback"]),
            redirect,
        ),
        ("redirect_uris", json!(["app:/callback"]), redirect),
        (
            "redirect_uris",
            json!([OWN, "https://example.org/#x"]),
            redirect,
        ),
        ("redirect_uris", json!(OWN), other),
        (
            "token_endpoint_auth_method",
            json!("client_secret_basic"),
            other,
        ),
        ("grant_types", json!(["password"]), other),
        ("grant_types", json!(["refresh_token"]), other),
        ("response_types", json!(["token"]), other),
        ("application_type", json!("web"), other),
        ("client_name", json!(""), other),
        ("client_name", json!(1), other),
        ("scope", json!("nothing"), other),
        ("dpop_bound_access_tokens", json!("yes"), other),
    ] {
        let mut bent = metadata();
        bent[name] = value.clone();
        let answer = register(&world, &bent.to_string()).await;
        assert_eq!(answer.error(), (400, error.into()), "{name} {value}");
    }
    for missing in ["redirect_uris", "token_endpoint_auth_method"] {
        let mut bent = metadata();
        bent.as_object_mut().unwrap().remove(missing);
        assert_eq!(register(&world, &bent.to_string()).await.status, 400);
    }
    assert_eq!(register(&world, "[]").await.error().1, "invalid_request");
}

#[tokio::test]
async fn who_registers_for_bound_tokens_gets_no_other() {
    let world = world();
    let mut bound = metadata();
    bound["dpop_bound_access_tokens"] = json!(true);
    let body = register(&world, &bound.to_string()).await.json();
    assert_eq!(body["dpop_bound_access_tokens"], true);
    let client = body["client_id"].as_str().unwrap();
    let own = [("client_id", client), ("redirect_uri", OWN)];
    let code = world
        .sign_in_by_browser(&world.authorize_url("", &own), "ben")
        .await;
    let token = [
        ("grant_type", "authorization_code"),
        ("client_id", client),
        ("code", &code),
        ("redirect_uri", OWN),
        ("code_verifier", VERIFIER),
    ];
    let plain = world.post("/token", &token).await;
    assert_eq!(plain.error(), (400, "invalid_dpop_proof".into()));
    let proven = world.prove(&Prover::new(1), "/token", &token).await;
    assert_eq!(proven.json()["token_type"], "DPoP");
    let off = of(json!({ "people": {}, "dpop": "off" }));
    let answer = register(&off, &bound.to_string()).await;
    assert_eq!(answer.error(), (400, "invalid_client_metadata".into()));
}
