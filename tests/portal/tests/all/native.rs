//! Native sign-in: the challenge, its limits, and what it must not let through.

use crate::support::{SCOPE, challenge, world};
use serde_json::json;

#[tokio::test]
async fn password_and_code_lead_to_tokens_of_the_person() {
    let world = world();
    let tokens = world.tokens("ana").await;
    assert_eq!(tokens["patient"], world.person("ana").patient);
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 300);
    assert_eq!(tokens["scope"], SCOPE);
}

#[tokio::test]
async fn without_a_second_factor_the_password_is_enough() {
    let world = world();
    assert_eq!(
        world.tokens("ben").await["patient"],
        world.person("ben").patient
    );
}

#[tokio::test]
async fn everything_may_come_in_the_first_request() {
    let world = world();
    let (person, code) = (world.person("ana"), world.code("ana"));
    let fields = [
        ("client_id", "pericard"),
        ("response_type", "code"),
        ("scope", SCOPE),
        ("code_challenge", &challenge()),
        ("code_challenge_method", "S256"),
        ("username", "ana"),
        ("password", &person.password),
        ("otp", &code),
    ];
    let answer = world.post("/challenge", &fields).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[tokio::test]
async fn wrong_answers_are_named_and_counted() {
    let world = world();
    let session = world.begin().await;
    let wrong = world.password(&session, "ana", "nope").await;
    assert_eq!(wrong.status, 400);
    let body = wrong.json();
    assert_eq!(body["rejected"], "password");
    assert_eq!(body["attempts_left"], 4);
    let right = world.person("ana").password;
    let asked = world.password(&session, "ana", &right).await.json();
    assert_eq!(asked["attempts_left"], 5);
    assert!(asked.get("rejected").is_none());
    for code in ["000000", "12345", "abcdef", "123 456"] {
        let body = world.otp(&session, code).await.json();
        assert_eq!(body["rejected"], "otp", "{code}");
        assert_eq!(body["otp_required"], true);
    }
    let waiting = world.otp(&session, "000001").await;
    assert_eq!(waiting.error(), (429, "too_many_attempts".into()));
    assert_eq!(waiting.header("retry-after"), "60");
    assert_eq!(waiting.json()["retry_after"], 60);
    let right = world.otp(&session, &world.code("ana")).await;
    assert_eq!(right.status, 429, "a right code must wait too");
    world.pass(60);
    let right = world.otp(&session, &world.code("ana")).await;
    assert_eq!(right.status, 200, "{}", right.text());
}

#[tokio::test]
async fn passwords_are_limited_for_names_that_nobody_has_too() {
    let world = world();
    for who in ["ana", "nobody"] {
        let session = world.begin().await;
        for left in [4, 3, 2, 1] {
            let body = world.password(&session, who, "nope").await.json();
            assert_eq!(body["attempts_left"], left, "{who}");
        }
        assert_eq!(world.password(&session, who, "nope").await.status, 429);
        let other = world.begin().await;
        let right = world.person("ana").password;
        let status = world.password(&other, who, &right).await.status;
        assert_eq!(status, 429, "another session gives no new attempts");
    }
}

#[tokio::test]
async fn people_without_an_account_cannot_sign_in() {
    let world = world();
    let session = world.begin().await;
    let body = world.password(&session, "wilma", "").await.json();
    assert_eq!(body["error"], "insufficient_authorization");
}

#[tokio::test]
async fn a_code_works_once_and_so_does_its_neighbour() {
    let world = world();
    let person = world.person("ana");
    let early = world.code("ana");
    world.pass(30);
    let code = world.code("ana");
    let session = world.begin().await;
    world.password(&session, "ana", &person.password).await;
    assert_eq!(world.otp(&session, &code).await.status, 200);
    let session = world.begin().await;
    world.password(&session, "ana", &person.password).await;
    let replayed = world.otp(&session, &code).await;
    assert_eq!(replayed.json()["rejected"], "otp");
    let earlier = world.otp(&session, &early).await;
    assert_eq!(earlier.json()["rejected"], "otp");
    world.pass(30);
    let fresh = world.otp(&session, &world.code("ana")).await;
    assert_eq!(fresh.status, 200);
}

#[tokio::test]
async fn codes_are_good_for_one_step_to_either_side() {
    for (offset, good) in [(0, true), (30, true), (60, false)] {
        let world = world();
        let person = world.person("ana");
        let code = world.code("ana");
        world.pass(offset);
        let session = world.begin().await;
        world.password(&session, "ana", &person.password).await;
        let status = world.otp(&session, &code).await.status;
        assert_eq!(status == 200, good, "after {offset} s");
    }
}

#[tokio::test]
async fn a_session_survives_lost_answers_but_not_time_or_another_client() {
    let world = world();
    let person = world.person("ana");
    let first = world.begin().await;
    let second = world.password(&first, "ana", &person.password).await.json();
    let second = second["auth_session"].as_str().unwrap().to_owned();
    assert_ne!(first, second);
    let other = [
        ("auth_session", first.as_str()),
        ("client_id", "pericard-web"),
    ];
    let answer = world.post("/challenge", &other).await;
    assert_eq!(answer.error(), (400, "invalid_session".into()));
    let again = world.otp(&first, "000000").await;
    assert_eq!(
        again.json()["otp_required"],
        true,
        "the earlier name still works"
    );
    world.pass(600);
    let late = world.otp(&second, &world.code("ana")).await;
    assert_eq!(late.error(), (400, "invalid_session".into()));
    let made_up = world.otp("made-up", "123456").await;
    assert_eq!(made_up.error(), (400, "invalid_session".into()));
}

#[tokio::test]
async fn a_finished_session_is_over() {
    let world = world();
    let person = world.person("ben");
    let session = world.begin().await;
    let done = world.password(&session, "ben", &person.password).await;
    assert_eq!(done.status, 200);
    let again = world.password(&session, "ben", &person.password).await;
    assert_eq!(again.error(), (400, "invalid_session".into()));
}

#[tokio::test]
async fn the_first_request_is_checked() {
    let world = world();
    let challenge = challenge();
    let good = [
        ("client_id", "pericard"),
        ("response_type", "code"),
        ("scope", SCOPE),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    let cases = [
        ("client_id", "", 400, "invalid_request"),
        ("client_id", "someone", 401, "invalid_client"),
        ("client_id", "pericard-web", 400, "redirect_to_web"),
        ("response_type", "token", 400, "unsupported_response_type"),
        ("code_challenge", "", 400, "invalid_request"),
        ("code_challenge_method", "plain", 400, "invalid_request"),
        ("scope", "nothing", 400, "invalid_scope"),
        ("aud", "https://elsewhere.test/fhir", 400, "invalid_request"),
        ("client_secret", "x", 401, "invalid_client"),
    ];
    for (name, value, status, error) in cases {
        let mut fields: Vec<_> = good
            .iter()
            .copied()
            .filter(|(key, _)| *key != name)
            .collect();
        fields.push((name, value));
        let answer = world.post("/challenge", &fields).await;
        assert_eq!(answer.error(), (status, error.into()), "{name}={value}");
    }
    let mut twice = good.to_vec();
    twice.push(("scope", "openid"));
    assert_eq!(
        world.post("/challenge", &twice).await.error().1,
        "invalid_request"
    );
    let url = format!("{}/challenge", world.portal.issuer());
    let json = json!({ "client_id": "pericard" }).to_string();
    let headers = [("content-type", "application/json")];
    let answer = world.send("POST", &url, &headers, &json).await;
    assert_eq!(answer.error().1, "invalid_request");
}
