//! How recently and strongly somebody signed in, asked for and told.

use serde_json::{Value, json};

use crate::prover::{Prover, first_request, first_request_with};
use crate::support::{World, hidden, of, parameter, world};

pub(crate) fn claims(tokens: &Value) -> Value {
    let token = tokens["id_token"].as_str().unwrap();
    let payload = token.split('.').nth(1).unwrap();
    let octets = data_encoding::BASE64URL_NOPAD.decode(payload.as_bytes());
    serde_json::from_slice(&octets.unwrap()).unwrap()
}

fn message(world: &World, who: &str) -> Value {
    json!({
        "resourceType": "Communication",
        "status": "completed",
        "subject": { "reference": format!("Patient/{}", world.person(who).patient) },
        "payload": [{ "contentString": "Hello" }],
    })
}

#[tokio::test]
async fn the_id_token_says_when_and_how() {
    let world = world();
    let (ana, ben) = (world.tokens("ana").await, world.tokens("ben").await);
    assert_eq!(claims(&ana)["acr"], "mfa");
    assert_eq!(claims(&ben)["acr"], "pwd");
    assert_eq!(claims(&ben)["amr"], json!(["pwd"]));
    let signed_in = world.now();
    assert_eq!(claims(&ben)["auth_time"], signed_in);
    world.pass(100);
    let later = world.refresh(&ben).await.json();
    assert_eq!(claims(&later)["auth_time"], signed_in);
    assert_eq!(claims(&later)["acr"], "pwd");
}

#[tokio::test]
async fn sending_asks_for_a_fresh_sign_in_where_the_portal_says_so() {
    let spec = json!({
        "people": { "ana": { "totp": true }, "ben": {} },
        "step_up": { "max_age": 300, "acr": "mfa" },
    });
    let world = of(spec);
    let ana = world.tokens("ana").await;
    let sent = world.reader(&ana).post(&message(&world, "ana"), &[]).await;
    assert_eq!(sent.status, 201);
    let ben = world.read_as("ben").await;
    let refused = ben.post(&message(&world, "ben"), &[]).await;
    assert_eq!(refused.status, 401);
    let wanted =
        "Bearer error=\"insufficient_user_authentication\", acr_values=\"mfa\", max_age=\"300\"";
    assert_eq!(refused.header("www-authenticate"), wanted);
    assert_eq!(
        ben.get("/Communication").await.status,
        200,
        "reading is free"
    );
    world.pass(290);
    let ana = world.refresh(&ana).await.json();
    let sent = world.reader(&ana).post(&message(&world, "ana"), &[]).await;
    assert_eq!(sent.status, 201);
    world.pass(11);
    let old = world.reader(&ana).post(&message(&world, "ana"), &[]).await;
    assert_eq!(old.status, 401);
    let again = world.read_as("ana").await;
    let sent = again.post(&message(&world, "ana"), &[]).await;
    assert_eq!(sent.status, 201, "a new sign-in lifts it");
}

#[tokio::test]
async fn either_half_may_be_left_out() {
    for (step_up, wanted) in [
        (json!({ "acr": "mfa" }), ", acr_values=\"mfa\""),
        (json!({ "max_age": 0 }), ", max_age=\"0\""),
    ] {
        let world = of(json!({ "people": { "ben": {} }, "step_up": step_up }));
        let ben = world.read_as("ben").await;
        world.pass(1);
        let refused = ben.post(&message(&world, "ben"), &[]).await;
        let said = refused.header("www-authenticate");
        let expected = format!("Bearer error=\"insufficient_user_authentication\"{wanted}");
        assert_eq!(said, expected);
    }
}

#[tokio::test]
async fn a_bound_token_is_told_so_in_its_own_scheme() {
    let spec = json!({ "people": { "ben": {} }, "step_up": { "acr": "mfa" } });
    let (world, prover) = (of(spec), Prover::new(1));
    let tokens = world.bound_tokens(&prover, "ben").await;
    let token = tokens["access_token"].as_str().unwrap();
    let url = format!("{}/Communication", world.portal.base());
    let mut draft = prover.draft(&world, "POST", &url, &world.resource_nonce().await);
    draft.claims["ath"] = json!(crate::prover::hash(token));
    let (proof, authorization) = (prover.sign(&draft), format!("DPoP {token}"));
    let headers = [
        ("authorization", authorization.as_str()),
        ("dpop", &proof),
        ("content-type", "application/fhir+json"),
    ];
    let body = message(&world, "ben").to_string();
    let refused = world.send("POST", &url, &headers, &body).await;
    assert_eq!(refused.status, 401);
    let said = refused.header("www-authenticate");
    assert!(said.starts_with("DPoP error=\"insufficient_user_authentication\""));
}

#[tokio::test]
async fn mfa_cannot_be_had_without_a_second_factor() {
    let world = world();
    let url = world.authorize_url("", &[("acr_values", "mfa"), ("max_age", "60")]);
    let login = hidden(&world.get(&url).await.text(), "login");
    let ben = world.person("ben");
    let fields = [
        ("login", login.as_str()),
        ("username", "ben"),
        ("password", &ben.password),
    ];
    let back = world.post("/login", &fields).await;
    let error = parameter(back.header("location"), "error");
    assert_eq!(error.as_deref(), Some("unmet_authentication_requirements"));
    assert_eq!(
        world.post("/login", &fields).await.status,
        400,
        "it is over"
    );

    let first = first_request();
    for (acr, who, status) in [
        ("mfa", "ben", 400),
        ("mfa", "ana", 200),
        ("pwd", "ben", 200),
        ("mfa pwd", "ben", 200),
    ] {
        let (person, code) = (world.person(who), world.code("ana"));
        let mut more = vec![
            ("acr_values", acr),
            ("max_age", "300"),
            ("username", who),
            ("password", &person.password),
        ];
        if who == "ana" {
            more.push(("otp", &code));
        }
        let fields = first_request_with(&first, &more);
        let answer = world.post("/challenge", &fields).await;
        assert_eq!(answer.status, status, "{acr} {who} {}", answer.text());
        if status == 400 {
            let error = answer.error().1;
            assert_eq!(error, "unmet_authentication_requirements");
        }
    }
}

#[tokio::test]
async fn what_is_asked_for_must_be_understood() {
    let world = world();
    let first = first_request();
    for (name, value, error) in [
        ("max_age", "-1", "invalid_request"),
        ("max_age", "soon", "invalid_request"),
        ("acr_values", "phr", "unmet_authentication_requirements"),
        ("prompt", "none", "login_required"),
        ("prompt", "login none", "invalid_request"),
        ("prompt", "dance", "invalid_request"),
    ] {
        let answer = world.get(&world.authorize_url("", &[(name, value)])).await;
        let found = parameter(answer.header("location"), "error");
        assert_eq!(found.as_deref(), Some(error), "{name}={value}");
        if name != "prompt" {
            let fields = first_request_with(&first, &[(name, value)]);
            let answer = world.post("/challenge", &fields).await;
            assert_eq!(answer.error(), (400, error.into()), "{name}={value}");
        }
    }
    let fine = [
        ("prompt", "login"),
        ("max_age", "0"),
        ("acr_values", "mfa pwd"),
    ];
    assert_eq!(world.get(&world.authorize_url("", &fine)).await.status, 200);
}

#[tokio::test]
async fn a_refresh_may_ask_to_sign_in_again() {
    let world = world();
    let (ana, ben) = (world.tokens("ana").await, world.tokens("ben").await);
    world.tell(json!({ "fault": "insufficient_authorization" }));
    let asked = world.refresh(&ana).await;
    assert_eq!(asked.error(), (400, "insufficient_authorization".into()));
    let session = asked.json()["auth_session"].as_str().unwrap().to_owned();
    assert_eq!(world.refresh(&ana).await.status, 400, "and again");

    let person = world.person("ana");
    let bare = world.password(&session, "ana", &person.password).await;
    assert_eq!(
        bare.error().1,
        "invalid_request",
        "code_challenge is missing"
    );
    world.pass(30);
    let (challenge, code) = (crate::support::challenge(), world.code("ana"));
    let fields = [
        ("auth_session", session.as_str()),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
        ("username", "ana"),
        ("password", &person.password),
        ("otp", &code),
    ];
    let answer = world.post("/challenge", &fields).await;
    let code = answer.json()["authorization_code"].clone();
    let new = world.redeem(code.as_str().unwrap()).await.json();
    assert_eq!(world.refresh(&new).await.status, 200, "signed in since");
    assert_eq!(world.refresh(&ben).await.status, 400, "not signed in since");
    world.tell(json!({ "fault": "none" }));
    assert_eq!(
        world.refresh(&ana).await.status,
        200,
        "the token stayed good"
    );
    world.tell(json!({ "fault": "insufficient_authorization", "times": 1 }));
    assert_eq!(world.refresh(&ben).await.status, 400);
    assert_eq!(world.refresh(&ben).await.status, 200);
}
