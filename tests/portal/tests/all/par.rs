//! Pushed authorization requests.

use serde_json::json;

use crate::prover::Prover;
use crate::support::{REDIRECT, SCOPE, VERIFIER, World, challenge, form, of, world};

fn request(world: &World) -> Vec<(&'static str, String)> {
    vec![
        ("response_type", "code".into()),
        ("client_id", "pericard".into()),
        ("redirect_uri", REDIRECT.into()),
        ("scope", SCOPE.into()),
        ("state", "st-1".into()),
        ("nonce", "n-1".into()),
        ("code_challenge", challenge()),
        ("code_challenge_method", "S256".into()),
        ("aud", world.portal.base()),
    ]
}

/// The request without one parameter, then with these.
fn fields<'a>(
    request: &'a [(&'static str, String)],
    without: &str,
    with: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let kept = request.iter().filter(|(name, _)| *name != without);
    let mut fields: Vec<_> = kept.map(|(name, value)| (*name, value.as_str())).collect();
    fields.extend_from_slice(with);
    fields
}

fn address(world: &World, client: &str, uri: &str) -> String {
    let query = form(&[("client_id", client), ("request_uri", uri)]);
    format!("{}/authorize?{query}", world.portal.issuer())
}

async fn pushed(world: &World) -> String {
    let request = request(world);
    let answer = world.post("/par", &fields(&request, "", &[])).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert_eq!(answer.header("cache-control"), "no-store");
    let body = answer.json();
    assert_eq!(body["expires_in"], 60);
    let uri = body["request_uri"].as_str().unwrap();
    assert!(uri.starts_with("urn:ietf:params:oauth:request_uri:"));
    uri.to_owned()
}

#[tokio::test]
async fn a_pushed_request_signs_in() {
    let world = world();
    let uri = pushed(&world).await;
    let url = address(&world, "pericard", &uri);
    let code = world.sign_in_by_browser(&url, "ana").await;
    let token = [
        ("grant_type", "authorization_code"),
        ("client_id", "pericard"),
        ("code", &code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    let tokens = world.post("/token", &token).await.json();
    assert_eq!(tokens["patient"], world.person("ana").patient);
}

#[tokio::test]
async fn its_name_works_once_for_a_minute_and_for_its_client() {
    let world = world();
    let uri = pushed(&world).await;
    let other = world.get(&address(&world, "pericard-web", &uri)).await;
    assert_eq!((other.status, other.header("location")), (400, ""));
    let first = world.get(&address(&world, "pericard", &uri)).await;
    assert_eq!(first.status, 200);
    let second = world.get(&address(&world, "pericard", &uri)).await;
    assert_eq!(second.status, 400);
    let late = pushed(&world).await;
    world.pass(60);
    assert_eq!(
        world.get(&address(&world, "pericard", &late)).await.status,
        400
    );
    let made_up = address(&world, "pericard", "urn:ietf:params:oauth:request_uri:x");
    assert_eq!(world.get(&made_up).await.status, 400);
}

#[tokio::test]
async fn what_would_be_refused_later_is_refused_at_once() {
    let world = world();
    let request = request(&world);
    for (without, with, status, error) in [
        ("client_id", ("client_id", "someone"), 401, "invalid_client"),
        ("client_id", ("x", "y"), 400, "invalid_request"),
        ("redirect_uri", ("x", "y"), 400, "invalid_request"),
        (
            "redirect_uri",
            ("redirect_uri", "https://evil.example/"),
            400,
            "invalid_request",
        ),
        ("code_challenge", ("x", "y"), 400, "invalid_request"),
        (
            "code_challenge_method",
            ("code_challenge_method", "plain"),
            400,
            "invalid_request",
        ),
        ("state", ("x", "y"), 400, "invalid_request"),
        (
            "aud",
            ("aud", "https://elsewhere.test/fhir"),
            400,
            "invalid_request",
        ),
        ("scope", ("scope", "nothing"), 400, "invalid_scope"),
        (
            "response_type",
            ("response_type", "token"),
            400,
            "unsupported_response_type",
        ),
        ("", ("request_uri", "urn:x"), 400, "invalid_request"),
        ("", ("dpop_jkt", "short"), 400, "invalid_request"),
        ("", ("client_secret", "x"), 401, "invalid_client"),
        ("", ("max_age", "soon"), 400, "invalid_request"),
        (
            "",
            ("acr_values", "phr"),
            400,
            "unmet_authentication_requirements",
        ),
        ("", ("prompt", "none"), 400, "login_required"),
        ("", ("state", "st-2"), 400, "invalid_request"),
    ] {
        let answer = world
            .post("/par", &fields(&request, without, &[with]))
            .await;
        assert_eq!(answer.error(), (status, error.into()), "{without} {with:?}");
    }
}

#[tokio::test]
async fn the_proof_binds_and_must_agree_with_dpop_jkt() {
    let (world, prover, thief) = (world(), Prover::new(1), Prover::new(2));
    let request = request(&world);
    let (own, other) = (prover.thumbprint(), thief.thumbprint());
    let clash = fields(&request, "", &[("dpop_jkt", &other)]);
    let answer = world.prove(&prover, "/par", &clash).await;
    assert_eq!(answer.error(), (400, "invalid_dpop_proof".into()));
    let named = fields(&request, "", &[("dpop_jkt", &own)]);
    assert_eq!(world.prove(&prover, "/par", &named).await.status, 201);
    let answer = world
        .prove(&prover, "/par", &fields(&request, "", &[]))
        .await;
    let uri = answer.json()["request_uri"].as_str().unwrap().to_owned();
    let url = address(&world, "pericard", &uri);
    let code = world.sign_in_by_browser(&url, "ben").await;
    let token = [
        ("grant_type", "authorization_code"),
        ("client_id", "pericard"),
        ("code", &code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    let stolen = world.prove(&thief, "/token", &token).await;
    assert_eq!(stolen.error(), (400, "invalid_dpop_proof".into()));
    let right = world.prove(&prover, "/token", &token).await;
    assert_eq!(right.json()["token_type"], "DPoP");
}

#[tokio::test]
async fn required_or_off() {
    let people = json!({ "ben": {} });
    let required = of(json!({ "people": people, "par": "required" }));
    let answer = required.get(&required.authorize_url("", &[])).await;
    assert!(answer.header("location").contains("error=invalid_request"));
    let uri = pushed(&required).await;
    let page = required.get(&address(&required, "pericard", &uri)).await;
    assert_eq!(page.status, 200);
    let smart = "/.well-known/smart-configuration";
    let smart_of = |world: &World| format!("{}{smart}", world.portal.base());
    let document = required.get(&smart_of(&required)).await.json();
    assert_eq!(document["require_pushed_authorization_requests"], true);

    let off = of(json!({ "people": people, "par": "off" }));
    let request = request(&off);
    let answer = off.post("/par", &fields(&request, "", &[])).await;
    assert_eq!(answer.status, 404);
    let document = off.get(&smart_of(&off)).await.json();
    assert!(document["pushed_authorization_request_endpoint"].is_null());
    let answer = off
        .get(&off.authorize_url("", &[("request_uri", &uri)]))
        .await;
    let location = answer.header("location");
    assert!(location.contains("error=request_uri_not_supported"));
    assert_eq!(off.get(&off.authorize_url("", &[])).await.status, 200);
}

#[tokio::test]
async fn a_lost_answer() {
    let world = world();
    world.tell(json!({ "fault": "drop_answer_after_commit", "on": "par" }));
    let request = request(&world);
    let lost = world.post("/par", &fields(&request, "", &[])).await;
    assert!(lost.hangup);
    pushed(&world).await;
}

#[tokio::test]
async fn a_challenge_that_leads_to_the_web_pushes_what_it_was_given() {
    let world = world();
    let mut request = request(&world);
    request[1].1 = "pericard-web".into();
    let answer = world.post("/challenge", &fields(&request, "", &[])).await;
    assert_eq!(answer.error(), (400, "redirect_to_web".into()));
    let body = answer.json();
    assert_eq!(body["expires_in"], 60);
    let uri = body["request_uri"].as_str().unwrap();
    let url = address(&world, "pericard-web", uri);
    world.sign_in_by_browser(&url, "ben").await;
    let less = fields(&request, "redirect_uri", &[]);
    let answer = world.post("/challenge", &less).await;
    assert!(answer.json().get("request_uri").is_none());
}
