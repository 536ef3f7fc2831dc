//! Recovery codes instead of a code, natively and in the browser.

use serde_json::{Value, json};

use crate::step_up::claims;
use crate::support::{World, hidden, of, parameter};

fn two_codes() -> World {
    of(json!({ "people": {
        "ana": { "totp": true, "recovery_codes": 2 },
        "eve": { "totp": true },
    } }))
}

async fn asked(world: &World, who: &str) -> Value {
    let session = world.begin().await;
    let person = world.person(who);
    let answer = world.password(&session, who, &person.password).await;
    answer.json()
}

async fn recover(world: &World, asked: &Value, code: &str) -> crate::support::Answer {
    let session = asked["auth_session"].as_str().unwrap();
    let fields = [("auth_session", session), ("recovery_code", code)];
    world.post("/challenge", &fields).await
}

#[tokio::test]
async fn one_signs_in_once_and_the_rest_are_counted() {
    let world = two_codes();
    let codes = world.person("ana").recovery_codes;
    let question = asked(&world, "ana").await;
    assert_eq!(question["otp_required"], true);
    assert_eq!(question["recovery_code_accepted"], true);
    let done = recover(&world, &question, &codes[0]).await;
    assert_eq!(done.status, 200, "{}", done.text());
    assert_eq!(done.json()["recovery_codes_left"], 1);
    let code = done.json()["authorization_code"].clone();
    let tokens = world.redeem(code.as_str().unwrap()).await.json();
    assert_eq!(claims(&tokens)["acr"], "mfa");
    assert_eq!(claims(&tokens)["amr"], json!(["pwd", "mfa"]));
    assert_eq!(world.person("ana").recovery_codes, codes[1..]);

    let question = asked(&world, "ana").await;
    let again = recover(&world, &question, &codes[0]).await.json();
    assert_eq!(again["rejected"], "recovery_code");
    assert_eq!(again["attempts_left"], 4);
    assert_eq!(again["recovery_code_accepted"], true);
    let loud = codes[1].replace('-', " ").to_uppercase();
    let last = recover(&world, &question, &loud).await;
    assert_eq!(last.json()["recovery_codes_left"], 0, "{}", last.text());
    let question = asked(&world, "ana").await;
    assert!(
        question.get("recovery_code_accepted").is_none(),
        "none left"
    );
}

#[tokio::test]
async fn whoever_has_none_is_not_told_of_them() {
    let world = two_codes();
    let question = asked(&world, "eve").await;
    assert_eq!(question["otp_required"], true);
    assert!(question.get("recovery_code_accepted").is_none());
    let ana = world.person("ana").recovery_codes;
    let theirs = recover(&world, &question, &ana[0]).await.json();
    assert_eq!(theirs["rejected"], "recovery_code", "another person's");
    assert_eq!(world.person("ana").recovery_codes, ana);
}

#[tokio::test]
async fn codes_and_recovery_codes_share_their_attempts() {
    let world = two_codes();
    let question = asked(&world, "ana").await;
    let session = question["auth_session"].as_str().unwrap().to_owned();
    for left in [4, 3] {
        let wrong = recover(&world, &question, "aaaa-bbbb-cccc-dddd").await;
        assert_eq!(wrong.json()["attempts_left"], left);
    }
    assert_eq!(
        world.otp(&session, "000000").await.json()["attempts_left"],
        2
    );
    world.otp(&session, "000000").await;
    let right = world.person("ana").recovery_codes;
    let waiting = recover(&world, &question, "aaaa-bbbb-cccc-dddd").await;
    assert_eq!(waiting.status, 429);
    assert_eq!(waiting.json()["recovery_code_accepted"], true);
    assert_eq!(recover(&world, &question, &right[0]).await.status, 429);
    assert_eq!(world.person("ana").recovery_codes, right, "not used up");
    let both = [
        ("auth_session", session.as_str()),
        ("otp", "123456"),
        ("recovery_code", &right[0]),
    ];
    let answer = world.post("/challenge", &both).await;
    assert_eq!(answer.error().1, "invalid_request");
}

#[tokio::test]
async fn the_page_takes_one_too() {
    let world = two_codes();
    let page = world.get(&world.authorize_url("", &[])).await;
    let login = hidden(&page.text(), "login");
    let person = world.person("ana");
    let fields = [
        ("login", login.as_str()),
        ("username", "ana"),
        ("password", &person.password),
    ];
    let page = world.post("/login", &fields).await;
    assert!(page.text().contains("Use a recovery code"));
    let wrong = [("login", login.as_str()), ("recovery_code", "nope")];
    let page = world.post("/login", &wrong).await;
    assert!(page.text().contains("role=\"alert\""));
    let code = &person.recovery_codes[0];
    let right = [("login", login.as_str()), ("recovery_code", code)];
    let back = world.post("/login", &right).await;
    assert!(parameter(back.header("location"), "code").is_some());
    assert_eq!(
        world.tell(json!({ "totp": "ana" }))["recovery_codes_left"],
        1
    );

    let page = world.get(&world.authorize_url("", &[])).await;
    let login = hidden(&page.text(), "login");
    let eve = world.person("eve");
    let fields = [
        ("login", login.as_str()),
        ("username", "eve"),
        ("password", &eve.password),
    ];
    let page = world.post("/login", &fields).await;
    assert!(!page.text().contains("recovery code"));
}
