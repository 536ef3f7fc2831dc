//! Setting up a second factor because the portal insists on it, in the middle of signing in.

use serde_json::{Value, json};

use crate::step_up::claims;
use crate::support::{Answer, World, hidden, of, parameter};

fn strict() -> World {
    of(json!({ "people": { "ana": { "must_enrol": true } } }))
}

async fn asked(world: &World) -> Value {
    let session = world.begin().await;
    let person = world.person("ana");
    world
        .password(&session, "ana", &person.password)
        .await
        .json()
}

async fn otp(world: &World, asked: &Value, code: &str) -> Answer {
    world
        .otp(asked["auth_session"].as_str().unwrap(), code)
        .await
}

fn unescaped(html: &str) -> String {
    let (_, rest) = html.split_once("<code id=\"otpauth\">").unwrap();
    rest.split_once("</code>").unwrap().0.replace("&amp;", "&")
}

#[tokio::test]
async fn the_secret_is_shown_until_a_code_of_it_comes() {
    let world = strict();
    let first = asked(&world).await;
    assert_eq!(first["error"], "insufficient_authorization");
    assert_eq!(first["totp_enrolment_required"], true);
    assert_eq!(first["otp_required"], true);
    let otpauth = first["otpauth"].as_str().unwrap();
    let repeated = [("auth_session", first["auth_session"].as_str().unwrap())];
    let repeated = world.post("/challenge", &repeated).await.json();
    assert_eq!(repeated["otpauth"], otpauth, "the same all along");
    let wrong = otp(&world, &first, "abcdef").await.json();
    assert_eq!(wrong["rejected"], "otp");
    assert_eq!(wrong["attempts_left"], 4);
    assert_eq!(wrong["otpauth"], otpauth);
    assert!(world.person("ana").totp_secret.is_none(), "not yet");
    let done = otp(&world, &first, &world.code_of(otpauth)).await;
    assert_eq!(done.status, 200, "{}", done.text());
    assert_eq!(done.json()["recovery_codes"].as_array().unwrap().len(), 8);
    assert_eq!(world.tell(json!({ "totp": "ana" }))["otpauth"], otpauth);
    let code = done.json()["authorization_code"].clone();
    let tokens = world.redeem(code.as_str().unwrap()).await.json();
    assert_eq!(claims(&tokens)["acr"], "mfa");
    let next = asked(&world).await;
    assert!(next.get("totp_enrolment_required").is_none());
    assert_eq!(next["recovery_code_accepted"], true);
}

#[tokio::test]
async fn abandoned_it_leaves_the_account_as_it_was() {
    let world = strict();
    let first = asked(&world).await;
    world.pass(600);
    let late = otp(&world, &first, "123456").await;
    assert_eq!(late.error().1, "invalid_session");
    assert!(world.person("ana").totp_secret.is_none());
    let second = asked(&world).await;
    assert_ne!(
        first["otpauth"], second["otpauth"],
        "a new secret each time"
    );
}

#[tokio::test]
async fn five_wrong_codes_must_wait() {
    let world = strict();
    let question = asked(&world).await;
    for _ in 0..4 {
        otp(&world, &question, "abcdef").await;
    }
    let waiting = otp(&world, &question, "abcdef").await;
    assert_eq!(waiting.error(), (429, "too_many_attempts".into()));
    assert_eq!(waiting.json()["totp_enrolment_required"], true);
    assert_eq!(waiting.json()["otpauth"], question["otpauth"]);
    world.pass(60);
    let code = world.code_of(question["otpauth"].as_str().unwrap());
    assert_eq!(otp(&world, &question, &code).await.status, 200);
}

#[tokio::test]
async fn mfa_can_be_had_by_enrolling() {
    let world = strict();
    let url = world.authorize_url("", &[("acr_values", "mfa")]);
    let page = world.get(&url).await;
    let login = hidden(&page.text(), "login");
    let person = world.person("ana");
    let fields = [
        ("login", login.as_str()),
        ("username", "ana"),
        ("password", &person.password),
    ];
    let page = world.post("/login", &fields).await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("<svg class=\"qr\""));
    let otpauth = unescaped(&page.text());
    let wrong = [("login", login.as_str()), ("otp", "abcdef")];
    let page = world.post("/login", &wrong).await;
    assert!(page.text().contains("role=\"alert\""));
    assert_eq!(unescaped(&page.text()), otpauth);
    let code = world.code_of(&otpauth);
    let right = [("login", login.as_str()), ("otp", code.as_str())];
    let page = world.post("/login", &right).await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("id=\"recovery-codes\""));
    assert_eq!(world.tell(json!({ "totp": "ana" }))["otpauth"], otpauth);
    let back = world.post("/login", &[("login", &login)]).await;
    assert!(parameter(back.header("location"), "code").is_some());
}
