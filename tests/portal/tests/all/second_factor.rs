//! The second factor set up, renewed and taken off from within an app.

use serde_json::{Value, json};

use crate::prover::{Draft, Prover, hash};
use crate::support::{Answer, World, of, world};

const TOTP: &str = "/account/totp";

async fn post(world: &World, tokens: &Value, end: &str, body: &str) -> Answer {
    let url = format!("{}{TOTP}{end}", world.portal.base());
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
    ];
    world.send("POST", &url, &headers, body).await
}

async fn confirm(world: &World, tokens: &Value, enrolment: &Value, code: &str) -> Answer {
    let body = json!({ "enrolment": enrolment["enrolment"], "code": code });
    post(world, tokens, "/confirm", &body.to_string()).await
}

async fn begin(world: &World, tokens: &Value) -> Value {
    let answer = post(world, tokens, "", "").await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert_eq!(answer.header("cache-control"), "no-store");
    answer.json()
}

fn otpauth(enrolment: &Value) -> &str {
    enrolment["otpauth"].as_str().unwrap()
}

fn another(code: &str) -> String {
    let first = if code.starts_with('0') { "1" } else { "0" };
    format!("{first}{}", &code[1..])
}

async fn enrolled(world: &World, tokens: &Value) -> Value {
    let url = format!("{}{TOTP}", world.portal.base());
    world.reader(tokens).get(&url).await.json()
}

#[tokio::test]
async fn enrolling_gives_recovery_codes_and_counts_from_then_on() {
    let world = world();
    let tokens = world.tokens("ben").await;
    let before = json!({ "enrolled": false, "recovery_codes_left": 0 });
    assert_eq!(enrolled(&world, &tokens).await, before);
    let enrolment = begin(&world, &tokens).await;
    assert_eq!(enrolled(&world, &tokens).await, before, "not yet");
    let code = world.code_of(otpauth(&enrolment));
    let done = confirm(&world, &tokens, &enrolment, &code).await;
    assert_eq!(done.status, 200, "{}", done.text());
    let codes = done.json()["recovery_codes"].as_array().unwrap().clone();
    assert_eq!(codes.len(), 8);
    for code in &codes {
        let groups: Vec<_> = code.as_str().unwrap().split('-').collect();
        assert!(groups.len() == 4 && groups.iter().all(|group| group.len() == 4));
        assert!(code.as_str().unwrap().chars().all(|c| !c.is_uppercase()));
    }
    let after = json!({ "enrolled": true, "recovery_codes_left": 8 });
    assert_eq!(enrolled(&world, &tokens).await, after);
    let told = world.tell(json!({ "totp": "ben" }));
    assert_eq!(told["otpauth"], enrolment["otpauth"]);
    assert_eq!(told["recovery_codes_left"], 8);
    let again = confirm(&world, &tokens, &enrolment, &code).await;
    assert_eq!(again.status, 401, "there is a second factor to prove now");

    let session = world.begin().await;
    let person = world.person("ben");
    let asked = world.password(&session, "ben", &person.password).await;
    assert_eq!(asked.json()["otp_required"], true);
    let replayed = world.otp(&session, &code).await;
    assert_eq!(replayed.json()["rejected"], "otp", "it confirmed already");
    world.pass(30);
    let fresh = world.otp(&session, &world.code("ben")).await;
    assert_eq!(fresh.status, 200);
}

#[tokio::test]
async fn an_enrolment_that_is_never_confirmed_changes_nothing() {
    let world = world();
    let tokens = world.tokens("ana").await;
    let secret = world.person("ana").totp_secret;
    let enrolment = begin(&world, &tokens).await;
    let code = world.code_of(otpauth(&enrolment));
    let wrong = confirm(&world, &tokens, &enrolment, &another(&code)).await;
    assert_eq!(wrong.error(), (400, "wrong_code".into()));
    assert_eq!(wrong.json()["attempts_left"], 4);
    assert_eq!(world.person("ana").totp_secret, secret);
    world.pass(30);
    world.tokens("ana").await;
}

#[tokio::test]
async fn an_enrolment_lasts_ten_minutes_and_a_later_one_replaces_it() {
    let world = world();
    let tokens = world.tokens("ben").await;
    let first = begin(&world, &tokens).await;
    let second = begin(&world, &tokens).await;
    assert_ne!(first["otpauth"], second["otpauth"]);
    let code = world.code_of(otpauth(&first));
    let gone = confirm(&world, &tokens, &first, &code).await;
    assert_eq!(gone.error(), (404, "no_enrolment".into()));
    world.pass(600);
    let tokens = world.tokens("ben").await;
    let code = world.code_of(otpauth(&second));
    let late = confirm(&world, &tokens, &second, &code).await;
    assert_eq!(late.error(), (404, "no_enrolment".into()));
    let other = world.tokens("ana").await;
    let mine = begin(&world, &other).await;
    let code = world.code_of(otpauth(&mine));
    let theirs = confirm(&world, &tokens, &mine, &code).await;
    assert_eq!(
        theirs.error(),
        (404, "no_enrolment".into()),
        "another person's"
    );
}

#[tokio::test]
async fn wrong_codes_are_counted() {
    let world = world();
    let tokens = world.tokens("ben").await;
    let enrolment = begin(&world, &tokens).await;
    let right = world.code_of(otpauth(&enrolment));
    for left in [4, 3, 2, 1] {
        let wrong = confirm(&world, &tokens, &enrolment, &another(&right)).await;
        assert_eq!(wrong.json()["attempts_left"], left);
    }
    confirm(&world, &tokens, &enrolment, &another(&right)).await;
    let waiting = confirm(&world, &tokens, &enrolment, &right).await;
    assert_eq!(waiting.error(), (429, "too_many_attempts".into()));
    assert_eq!(waiting.header("retry-after"), "60");
    assert_eq!(waiting.json()["retry_after"], 60);
    world.pass(60);
    let right = world.code_of(otpauth(&enrolment));
    assert_eq!(
        confirm(&world, &tokens, &enrolment, &right).await.status,
        200
    );
}

#[tokio::test]
async fn every_change_needs_a_fresh_and_full_sign_in() {
    let world = world();
    let (ana, ben) = (world.tokens("ana").await, world.tokens("ben").await);
    let ends = ["", "/confirm", "/disable", "/recovery-codes"];
    world.pass(290);
    let (ana, ben) = (
        world.refresh(&ana).await.json(),
        world.refresh(&ben).await.json(),
    );
    assert_eq!(post(&world, &ana, "", "").await.status, 201);
    world.pass(11);
    for (tokens, wanted) in [
        (&ana, "acr_values=\"mfa\", max_age=\"300\""),
        (&ben, "max_age=\"300\""),
    ] {
        for end in ends {
            let refused = post(&world, tokens, end, "").await;
            assert_eq!(refused.status, 401, "{end}");
            let error = "Bearer error=\"insufficient_user_authentication\"";
            let expected = format!("{error}, {wanted}");
            assert_eq!(refused.header("www-authenticate"), expected, "{end}");
        }
        let status = enrolled(&world, tokens).await;
        assert!(status["enrolled"].is_boolean(), "looking is free");
    }
    let nobody = json!({ "access_token": "made-up" });
    assert_eq!(post(&world, &nobody, "", "").await.status, 401);
}

#[tokio::test]
async fn new_recovery_codes_replace_all_earlier_ones() {
    let spec = json!({ "people": { "ana": { "totp": true, "recovery_codes": 2 }, "ben": {} } });
    let world = of(spec);
    let old = world.person("ana").recovery_codes;
    assert_eq!(old.len(), 2);
    let tokens = world.tokens("ana").await;
    let answer = post(&world, &tokens, "/recovery-codes", "").await;
    let codes = answer.json()["recovery_codes"].as_array().unwrap().clone();
    assert_eq!((answer.status, codes.len()), (200, 8));
    assert!(world.person("ana").recovery_codes.is_empty());
    let session = world.begin().await;
    let person = world.person("ana");
    world.password(&session, "ana", &person.password).await;
    let fields = [
        ("auth_session", session.as_str()),
        ("recovery_code", &old[0]),
    ];
    let refused = world.post("/challenge", &fields).await.json();
    assert_eq!(refused["rejected"], "recovery_code");
    let ben = world.tokens("ben").await;
    for end in ["/recovery-codes", "/disable"] {
        let none = post(&world, &ben, end, "").await;
        assert_eq!(none.error(), (404, "not_enrolled".into()), "{end}");
    }
}

#[tokio::test]
async fn disabling_takes_everything_away() {
    let spec = json!({ "people": { "ana": { "totp": true, "recovery_codes": 2 } } });
    let world = of(spec);
    let tokens = world.tokens("ana").await;
    let body = post(&world, &tokens, "/disable", "{}").await;
    assert_eq!(body.error(), (400, "invalid_request".into()));
    assert_eq!(post(&world, &tokens, "/disable", "").await.status, 204);
    let told = world.tell(json!({ "totp": "ana" }));
    let nothing = json!({ "secret": null, "otpauth": null, "recovery_codes_left": 0 });
    assert_eq!(told, nothing);
    world.tokens("ana").await;
}

#[tokio::test]
async fn what_is_sent_must_be_understood() {
    let world = world();
    let tokens = world.tokens("ben").await;
    let enrolment = begin(&world, &tokens).await;
    for body in ["", "[]", "{}", r#"{"enrolment":"x","code":"1","more":1}"#] {
        let answer = post(&world, &tokens, "/confirm", body).await;
        assert_eq!(answer.error(), (400, "invalid_request".into()), "{body}");
    }
    for code in ["", "12345", "abcdef", "１２３４５６"] {
        let wrong = confirm(&world, &tokens, &enrolment, code).await;
        assert_eq!(wrong.error().1, "wrong_code", "{code}");
    }
    let url = format!("{}{TOTP}/confirm", world.portal.base());
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "text/plain"),
    ];
    let plain = world.send("POST", &url, &headers, "{}").await;
    assert_eq!(plain.status, 415);
}

#[tokio::test]
async fn every_kind_of_secret_works() {
    for (totp, digits) in [
        (json!({ "algorithm": "SHA1", "digits": 7 }), 7),
        (
            json!({ "algorithm": "SHA256", "digits": 8, "period": 60 }),
            8,
        ),
        (json!({ "algorithm": "SHA512", "period": 15 }), 6),
    ] {
        let world = of(json!({ "people": { "ana": { "totp": totp } } }));
        let tokens = world.tokens("ana").await;
        assert_eq!(world.code("ana").len(), digits, "{totp}");
        let enrolment = begin(&world, &tokens).await;
        let code = world.code_of(otpauth(&enrolment));
        assert_eq!(code.len(), digits);
        let done = confirm(&world, &tokens, &enrolment, &code).await;
        assert_eq!(done.status, 200, "{totp}");
        world.pass(60);
        world.tokens("ana").await;
    }
}

#[tokio::test]
async fn a_bound_token_needs_its_proof_here_too() {
    let (world, prover) = (world(), Prover::new(1));
    let tokens = world.bound_tokens(&prover, "ben").await;
    let status = world.bound_get(&prover, &tokens, TOTP, |_| ()).await;
    assert_eq!(status.json()["enrolled"], false);
    let bend = |draft: &mut Draft| draft.claims["ath"] = json!(hash("x"));
    let refused = world.bound_get(&prover, &tokens, TOTP, bend).await;
    assert_eq!(refused.error(), (401, "invalid_dpop_proof".into()));
    assert_eq!(
        post(&world, &tokens, "", "").await.status,
        401,
        "as a bearer token"
    );
}
