//! What a story may ask of a portal, and that the seed decides everything.

use serde_json::{Value, json};

use crate::support::{of, resources};
use pericard_portal::{Command, Spec};

fn refused<T: serde::de::DeserializeOwned>(value: Value) -> String {
    match serde_json::from_value::<T>(value.clone()) {
        Ok(_) => panic!("{value} was accepted"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn what_is_not_implemented_is_refused_with_a_sentence() {
    for spec in [
        json!({ "people": { "ana": { "pin": "1234" } } }),
        json!({ "faults": [{ "fault": "slow_body" }] }),
    ] {
        let text = refused::<Spec>(spec);
        assert!(text.contains("not implemented by this portal"), "{text}");
    }
    let text = refused::<Command>(json!({ "fault": "old_policy" }));
    assert!(text.contains("not implemented by this portal"), "{text}");
}

#[test]
fn nobody_acts_for_themselves_for_strangers_or_twice() {
    for (proxy_for, wrong) in [
        (json!(["ben", "mia"]), "\"mia\", who is nobody of people"),
        (json!(["ana"]), "nobody is their own proxy"),
        (json!(["ben", { "name": "ben" }]), "names \"ben\" twice"),
    ] {
        let spec = json!({ "people": { "ana": { "proxy_for": proxy_for }, "ben": {} } });
        let text = refused::<Spec>(spec);
        assert!(
            text.contains("proxy_for of \"ana\"") && text.contains(wrong),
            "{text}"
        );
    }
}

#[test]
fn what_is_unknown_or_malformed_is_refused() {
    for spec in [
        json!({ "color": "red" }),
        json!({ "people": { "ana": { "shoes": 2 } } }),
        json!({ "people": { "ana": { "threads": 4, "messages": 3 } } }),
        json!({ "people": { "a na": {} } }),
        json!({ "people": { "ana": { "recovery_codes": 8 } } }),
        json!({ "people": { "ana": { "totp": true, "recovery_codes": 101 } } }),
        json!({ "people": { "ana": { "totp": "yes" } } }),
        json!({ "people": { "ana": { "totp": { "digits": 9 } } } }),
        json!({ "people": { "ana": { "totp": { "period": 14 } } } }),
        json!({ "people": { "ana": { "totp": { "algorithm": "MD5" } } } }),
        json!({ "people": { "ana": { "totp": { "length": 6 } } } }),
        json!({ "people": { "ana": { "proxy_for": "ben" }, "ben": {} } }),
        json!({ "people": { "ana": { "proxy_for": [{ "name": "ben", "access": "all" }] }, "ben": {} } }),
        json!({ "people": { "ana": { "proxy_for": [{ "name": "ben", "since": 1 }] }, "ben": {} } }),
        json!({ "fhir_user": "patient" }),
        json!({ "dpop": "sometimes" }),
        json!({ "par": true }),
        json!({ "step_up": {} }),
        json!({ "step_up": { "acr": "phr" } }),
        json!({ "step_up": { "age": 300 } }),
        json!({ "faults": [{ "fault": "unheard_of" }] }),
        json!({ "faults": [{ "fault": "status" }] }),
        json!({ "faults": [{ "fault": "status", "code": 200 }] }),
        json!({ "faults": [{ "fault": "misfiled", "color": "red" }] }),
        json!({ "faults": [{ "fault": "leak_other_patient", "when": "never" }] }),
        json!({ "faults": [{ "fault": "id_token" }] }),
        json!({ "faults": [{ "fault": "id_token", "as": "odd" }] }),
        json!({ "faults": [{ "fault": "jwks", "as": "none" }] }),
        json!({ "faults": [{ "fault": "discovery", "as": "none" }] }),
        json!({ "faults": [{ "fault": "fhir_user", "as": "nobody" }] }),
        json!({ "faults": [{ "fault": "insufficient_authorization", "before": 1 }] }),
    ] {
        refused::<Spec>(spec);
    }
    for command in [
        json!({}),
        json!({ "revoke": "ana", "rotate_keys": true }),
        json!({ "fault": "none", "times": 2 }),
        json!({ "rotate_keys": false }),
        json!({ "requests": { "color": "red" } }),
        json!({ "dance": true }),
        json!({ "end_registrations": false }),
        json!({ "totp": { "who": "ana" } }),
    ] {
        refused::<Command>(command);
    }
}

#[tokio::test]
async fn commands_about_nobody_are_refused() {
    let world = of(json!({ "people": { "ana": { "threads": 1, "messages": 2 } } }));
    for command in [
        json!({ "revoke": "bob" }),
        json!({ "revoke": "wilma" }),
        json!({ "totp": "bob" }),
        json!({ "sessions": "wilma" }),
        json!({ "new_message": { "who": "ana", "thread": 1, "text": "x" } }),
        json!({ "delete_message": { "who": "ana", "text": "never written" } }),
    ] {
        let parsed: Command = serde_json::from_value(command.clone()).unwrap();
        assert!(world.portal.control(parsed).is_err(), "{command}");
    }
}

#[tokio::test]
async fn threads_and_messages_are_as_many_as_asked() {
    for (threads, messages) in [(0, 0), (1, 1), (3, 12), (24, 620)] {
        let person = json!({ "threads": threads, "messages": messages });
        let world = of(json!({ "people": { "ana": person } }));
        let reader = world.read_as("ana").await;
        let all = reader.all("/Communication?_count=1000").await;
        let headers = all.iter().filter(|one| one.get("partOf").is_none()).count();
        assert_eq!((headers, all.len() - headers), (threads, messages));
    }
}

#[tokio::test]
async fn threads_are_numbered_from_the_newest() {
    let world = of(json!({ "people": { "ana": { "threads": 5, "messages": 30 } } }));
    let reader = world.read_as("ana").await;
    let newest = reader
        .get("/Communication?_sort=-_lastUpdated&_count=1")
        .await;
    let newest = resources(&newest.json()).remove(0);
    let news = |n: usize| json!({ "new_message": { "who": "ana", "thread": n, "text": format!("news {n}") } });
    world.tell(news(4));
    world.tell(news(0));
    let latest = reader.all("/Communication?_sort=-_lastUpdated").await;
    let text = |one: &Value| one["payload"][0]["contentString"].clone();
    let zero = latest.iter().find(|one| text(one) == "news 0").unwrap();
    assert_eq!(zero["partOf"], newest["partOf"], "never renumbered");
}

#[tokio::test]
async fn the_same_seed_gives_the_same_bytes() {
    let body = |seed: u64| async move {
        let world = of(
            json!({ "seed": seed, "people": { "ana": { "threads": 6, "messages": 60, "totp": true } } }),
        );
        let tokens = world.tokens("ana").await;
        let page = world
            .reader(&tokens)
            .get("/Communication?_count=1000")
            .await;
        (world.portal.people(), tokens, page.text())
    };
    let (first, second, other) = (body(1).await, body(1).await, body(2).await);
    assert_eq!(first, second);
    assert_ne!(first.0["ana"].password, other.0["ana"].password);
    assert_ne!(first.2, other.2);
}

#[tokio::test]
async fn requests_are_counted_since_the_last_question() {
    let world = of(json!({ "people": { "ana": {} } }));
    let reader = world.read_as("ana").await;
    world.tell(json!({ "requests": {} }));
    reader.get("/Communication").await;
    reader.get("/metadata").await;
    let asked = world.tell(json!({ "requests": { "path": "/Communication" } }));
    assert_eq!(asked["count"], 1);
    assert_eq!(world.tell(json!({ "requests": {} }))["count"], 0);
}

#[tokio::test]
async fn the_clock_moves_alone() {
    let world = of(json!({ "people": { "ana": {} } }));
    let tokens = world.tokens("ana").await;
    let date = |answer: crate::support::Answer| answer.header("date").to_owned();
    let before = date(world.reader(&tokens).get("/Communication").await);
    world.tell(json!({ "advance_seconds": 300 }));
    let answer = world.reader(&tokens).get("/Communication").await;
    assert_eq!(answer.status, 401, "the token has expired");
    assert_ne!(date(answer), before);
}

#[tokio::test]
async fn letters_are_not_copies_of_each_other() {
    let person = json!({ "threads": 28, "messages": 640 });
    let world = of(json!({ "seed": 7, "people": { "ana": person } }));
    let reader = world.read_as("ana").await;
    let all = reader.all("/Communication?_count=1000").await;
    let text = |one: &Value| {
        one["payload"][0]["contentString"]
            .as_str()
            .map(str::to_owned)
    };
    let texts: Vec<String> = all.iter().filter_map(text).collect();
    let different: std::collections::BTreeSet<_> = texts.iter().collect();
    assert!(different.len() > 600, "{}", different.len());
    let lengths = texts.iter().map(|text| text.chars().count());
    let (short, long) = (lengths.clone().min().unwrap(), lengths.max().unwrap());
    assert!(
        short >= 30 && (600..=2000).contains(&long),
        "{short} to {long}"
    );
    let alphabets = ["ß", "ż", "ñ", "ç", "ل"];
    let spoken = alphabets
        .iter()
        .filter(|letter| texts.iter().any(|text| text.contains(**letter)));
    assert!(
        spoken.count() >= 2,
        "some doctors write in another language"
    );
    let now = "2026-09-21T14:13:20.000Z";
    let sent = |one: &Value| one["sent"].as_str().unwrap().to_owned();
    assert!(all.iter().all(|one| sent(one).as_str() < now));
    let oldest = all.iter().map(sent).min().unwrap();
    assert!(oldest.as_str() < "2025-06", "{oldest}");
}

#[tokio::test]
async fn a_large_correspondence_is_made_of_few_letters() {
    let spec = json!({ "people": { "ana": { "threads": 400, "messages": 20_000 } }, "load": true });
    let (world, again) = (of(spec.clone()), of(spec));
    let letters = world.portal.letters("ana");
    assert_eq!(letters.len(), 20_000);
    assert!(
        letters == again.portal.letters("ana"),
        "the same seed gives the same letters"
    );
    let ana = world.read_as("ana").await;
    let page = ana.get("/Communication?_count=100").await.json();
    assert_eq!(page["total"], 20_400);
    let resources = crate::support::resources(&page);
    let message = resources
        .iter()
        .find(|one| one["payload"].is_array())
        .unwrap();
    let letter = letters
        .iter()
        .find(|letter| letter.id == message["id"])
        .unwrap();
    assert_eq!(message["payload"][0]["contentString"], letter.text);
}
