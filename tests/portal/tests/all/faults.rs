//! Each fault shows, and does not show when it is off.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{Reader, World, ids, link, next, resources, world};

const ALL: &str = "/Communication?_sort=_lastUpdated&_count=10";

fn fault(world: &World, fault: Value) {
    world.tell(fault);
}

fn subject(one: &Value) -> Option<&str> {
    one["subject"]["reference"].as_str()
}

async fn foreign(reader: &Reader<'_>, who: &str) -> usize {
    let own = format!("Patient/{}", reader.world.person(who).patient);
    let all = reader.all(ALL).await;
    all.iter().filter(|one| subject(one) != Some(&own)).count()
}

#[tokio::test]
async fn leak_other_patient() {
    let world = world();
    let ben = world.read_as("ben").await;
    assert_eq!(foreign(&ben, "ben").await, 0);
    fault(&world, json!({ "fault": "leak_other_patient" }));
    assert_eq!(foreign(&ben, "ben").await, 5, "one a page");
    let probe = ben.get("/Communication?identifier=made-up").await.json();
    assert!(resources(&probe).is_empty(), "a probe stays clean");
    fault(
        &world,
        json!({ "fault": "leak_other_patient", "when": "once" }),
    );
    assert_eq!(foreign(&ben, "ben").await, 1);
    assert_eq!(foreign(&ben, "ben").await, 0);
    fault(&world, json!({ "fault": "leak_other_patient" }));
    fault(&world, json!({ "fault": "none" }));
    assert_eq!(foreign(&ben, "ben").await, 0);
}

#[tokio::test]
async fn a_leaked_record_names_the_reader_nowhere() {
    let world = world();
    let ben = world.read_as("ben").await;
    fault(
        &world,
        json!({ "fault": "leak_other_patient", "when": "once" }),
    );
    let own = world.person("ben").patient;
    let page = resources(&ben.get(ALL).await.json());
    let foreign: Vec<_> = page
        .iter()
        .filter(|one| !one.to_string().contains(&own))
        .collect();
    assert_eq!(foreign.len(), 1);
    assert!(foreign[0]["payload"][0]["contentString"].is_string());
}

#[tokio::test]
async fn names_another() {
    let world = world();
    let ben = world.read_as("ben").await;
    let own = format!("Patient/{}", world.person("ben").patient);
    let before = ben.all(ALL).await.len();
    fault(&world, json!({ "fault": "names_another" }));
    let all = ben.all(ALL).await;
    assert_eq!(all.len(), before + 1);
    let added = all.last().unwrap();
    assert!(subject(added).is_none());
    assert_eq!(added["recipient"][0]["reference"], own);
    let about = added["about"][0]["reference"].as_str().unwrap();
    assert!(about.starts_with("Patient/") && about != own);
}

#[tokio::test]
async fn amended_messages_have_a_new_version_and_come_last() {
    for how in ["readdressed", "readdressed_away", "emptied"] {
        let world = world();
        let ben = world.read_as("ben").await;
        let own = world.person("ben").patient;
        let before = ben.all(ALL).await.len();
        fault(&world, json!({ "fault": "amended", "as": how }));
        let all = ben.all(ALL).await;
        assert_eq!(all.len(), before, "{how}");
        let last = all.last().unwrap();
        assert_eq!(last["meta"]["versionId"], "2", "{how}");
        match how {
            "emptied" => {
                assert_eq!(last["status"], "entered-in-error");
                assert!(last.get("payload").is_none());
            }
            _ => {
                assert_ne!(subject(last), Some(format!("Patient/{own}").as_str()));
                let named = last.to_string().contains(&own);
                assert_eq!(named, how == "readdressed");
            }
        }
    }
}

#[tokio::test]
async fn small_answers_that_repeat_themselves_and_large_heads() {
    let world = world();
    let ben = world.read_as("ben").await;
    fault(
        &world,
        json!({ "fault": "amplified", "as": "parts", "times": 1 }),
    );
    let answer = ben.get(ALL).await;
    assert_eq!(answer.header("content-encoding"), "gzip");
    fault(
        &world,
        json!({ "fault": "large_headers", "bytes": 70_000, "times": 1 }),
    );
    let answer = ben.get(ALL).await;
    assert_eq!(answer.header("x-filler-69").len(), 1000);
    assert_eq!(ben.get(ALL).await.header("x-filler-0"), "");
}

#[tokio::test]
async fn misfiled_and_no_subject_are_met_by_the_next_search() {
    let world = world();
    let ben = world.read_as("ben").await;
    let own = format!("Patient/{}", world.person("ben").patient);
    let last = ben.all(ALL).await;
    let watermark = last.last().unwrap()["meta"]["lastUpdated"]
        .as_str()
        .unwrap();
    let newer = format!("/Communication?_lastUpdated=gt{watermark}");
    fault(&world, json!({ "fault": "misfiled" }));
    let found = ben.all(&newer).await;
    assert_eq!(found.len(), 1);
    assert!(subject(&found[0]).is_some_and(|subject| subject != own));
    assert_eq!(found[0]["recipient"][0]["reference"], own);
    fault(&world, json!({ "fault": "no_subject" }));
    let found = ben.all(&newer).await;
    assert_eq!(found.len(), 2);
    let without: Vec<_> = found.iter().filter(|one| subject(one).is_none()).collect();
    assert_eq!(without.len(), 1);
    assert_eq!(without[0]["recipient"][0]["reference"], own);
    fault(&world, json!({ "fault": "none" }));
    assert!(ben.all(&newer).await.is_empty());
}

#[tokio::test]
async fn ignored_parameters() {
    let world = world();
    let ben = world.read_as("ben").await;
    let probe = "/Communication?identifier=made-up";
    assert_eq!(ben.get(probe).await.json()["total"], 0);
    fault(&world, json!({ "fault": "ignore_identifier" }));
    assert_eq!(ben.get(probe).await.json()["total"], 44);
    assert_eq!(ben.get("/Communication?_id=x").await.json()["total"], 0);
    fault(&world, json!({ "fault": "ignore_filters" }));
    assert_eq!(ben.get("/Communication?_id=x").await.json()["total"], 44);
    fault(&world, json!({ "fault": "none" }));
    fault(&world, json!({ "fault": "no_identifier_search" }));
    assert_eq!(ben.get(probe).await.status, 400);
}

fn message(world: &World) -> Value {
    let patient = world.person("ben").patient;
    json!({
        "resourceType": "Communication",
        "identifier": [{ "system": "urn:ietf:rfc:3986", "value": "urn:uuid:1" }],
        "status": "completed",
        "subject": { "reference": format!("Patient/{patient}") },
        "payload": [{ "contentString": "Only once" }],
    })
}

const ONCE: [(&str, &str); 1] = [("if-none-exist", "identifier=urn:ietf:rfc:3986|urn:uuid:1")];

fn copies(world: &World) -> Value {
    world.tell(json!({ "count_messages": { "text": "Only once" } }))["count"].clone()
}

#[tokio::test]
async fn conditions_that_are_not_kept() {
    for name in ["no_if_none_exist", "ignore_identifier"] {
        let world = world();
        let ben = world.read_as("ben").await;
        assert_eq!(ben.post(&message(&world), &ONCE).await.status, 201);
        assert_eq!(ben.post(&message(&world), &ONCE).await.status, 200);
        fault(&world, json!({ "fault": name }));
        assert_eq!(
            ben.post(&message(&world), &ONCE).await.status,
            201,
            "{name}"
        );
        assert_eq!(copies(&world), 2);
    }
}

#[tokio::test]
async fn what_a_portal_lacks_is_not_offered_and_not_done() {
    let world = world();
    let ben = world.read_as("ben").await;
    fault(&world, json!({ "fault": "lacks", "as": "sending" }));
    let statement = ben.get("/metadata").await.json();
    let messages = &statement["rest"][0]["resource"][0];
    assert_eq!(messages["type"], "Communication");
    assert_eq!(messages["conditionalCreate"], false);
    assert!(!messages["interaction"].to_string().contains("create"));
    assert_eq!(ben.post(&message(&world), &ONCE).await.status, 405);
    assert_eq!(ben.get(ALL).await.status, 200);
    fault(&world, json!({ "fault": "lacks", "as": "messages" }));
    let statement = ben.get("/metadata").await.json();
    assert!(!statement.to_string().contains("Communication"));
    assert_eq!(ben.get(ALL).await.status, 404);
    fault(&world, json!({ "fault": "none" }));
    assert_eq!(ben.post(&message(&world), &ONCE).await.status, 201);
}

#[tokio::test]
async fn a_lost_answer_to_a_create() {
    let world = world();
    let ben = world.read_as("ben").await;
    fault(&world, json!({ "fault": "drop_answer_after_commit" }));
    assert!(ben.post(&message(&world), &ONCE).await.hangup);
    assert_eq!(copies(&world), 1);
    let again = ben.post(&message(&world), &ONCE).await;
    assert_eq!((again.hangup, again.status), (false, 200));
}

#[tokio::test]
async fn a_lost_answer_to_a_refresh() {
    let world = world();
    let tokens = world.tokens("ben").await;
    fault(
        &world,
        json!({ "fault": "drop_answer_after_commit", "on": "token" }),
    );
    assert!(world.refresh(&tokens).await.hangup);
    let again = world.refresh(&tokens).await;
    assert_eq!(
        again.error().1,
        "invalid_grant",
        "rotated by the lost answer"
    );
}

#[tokio::test]
async fn next_links_that_mislead() {
    let world = world();
    let ben = world.read_as("ben").await;
    fault(&world, json!({ "fault": "foreign_next" }));
    let first = ben.get(ALL).await.json();
    assert!(
        next(&first)
            .unwrap()
            .starts_with("https://elsewhere.invalid/")
    );
    fault(&world, json!({ "fault": "none" }));

    fault(&world, json!({ "fault": "missing_next" }));
    let first = ben.get(ALL).await.json();
    assert_eq!((next(&first), first["total"].as_u64()), (None, Some(44)));
    fault(&world, json!({ "fault": "none" }));

    fault(&world, json!({ "fault": "expired_next", "times": 1 }));
    let first = ben.get(ALL).await.json();
    assert_eq!(ben.get(&next(&first).unwrap()).await.status, 410);
    assert_eq!(ben.get(&next(&first).unwrap()).await.status, 200);

    fault(&world, json!({ "fault": "duplicate_page" }));
    let pages = ben.pages(ALL).await;
    let all: Vec<Value> = pages.iter().flat_map(resources).collect();
    assert_eq!(ids(&resources(&pages[0])), ids(&resources(&pages[1])));
    assert_eq!(all.len(), 54);
    assert_eq!(ids(&all).iter().collect::<BTreeSet<_>>().len(), 44);

    fault(&world, json!({ "fault": "wrong_self_link" }));
    let first = ben.get(ALL).await.json();
    assert!(!link(&first, "self").unwrap().contains("_sort"));
}

#[tokio::test]
async fn lists_that_miss_something() {
    let world = world();
    let ben = world.read_as("ben").await;
    fault(&world, json!({ "fault": "lagging_index", "seconds": 60 }));
    let made = ben.post(&message(&world), &ONCE).await.json();
    assert_eq!(ben.get(ALL).await.json()["total"], 44);
    let read = format!("/Communication/{}", made["id"].as_str().unwrap());
    assert_eq!(ben.get(&read).await.status, 200);
    world.pass(61);
    assert_eq!(ben.get(ALL).await.json()["total"], 45);
    fault(&world, json!({ "fault": "empty_list" }));
    assert_eq!(ben.get(ALL).await.json()["total"], 0);
}

#[tokio::test]
async fn answers_that_are_not_what_they_should_be() {
    let world = world();
    let ben = world.read_as("ben").await;
    let fault = |value: Value| {
        world.tell(json!({ "fault": "none" }));
        world.tell(value);
    };
    fault(json!({ "fault": "truncate_body", "times": 1 }));
    let cut = ben.get(ALL).await;
    let promised: usize = cut.header("content-length").parse().unwrap();
    assert!(cut.cut && cut.body.len() == promised / 2);
    assert!(!ben.get(ALL).await.cut);

    fault(json!({ "fault": "deep_json" }));
    let deep = ben.get(ALL).await.text();
    assert!(deep.contains(&"[".repeat(100_000)));
    fault(json!({ "fault": "bad_utf8" }));
    assert!(String::from_utf8(ben.get(ALL).await.body).is_err());
    fault(json!({ "fault": "huge_bundle" }));
    let huge = ben.get(ALL).await;
    assert!(huge.body.len() > 64 << 20);
    assert_eq!(huge.header("content-length"), "");
    fault(json!({ "fault": "captive_portal" }));
    let captive = ben.get(ALL).await;
    assert_eq!(
        (captive.status, captive.header("content-type")),
        (200, "text/html; charset=utf-8")
    );
    fault(json!({ "fault": "clock_skew", "seconds": -3600 }));
    let skewed = ben.get(ALL).await.header("date").to_owned();
    fault(json!({ "fault": "none" }));
    assert_ne!(ben.get(ALL).await.header("date"), skewed);
}

#[tokio::test]
async fn a_small_answer_unpacks_to_a_gibibyte() {
    let world = world();
    let ben = world.read_as("ben").await;
    fault(&world, json!({ "fault": "gzip_bomb" }));
    let bomb = ben.get(ALL).await;
    assert_eq!(bomb.header("content-encoding"), "gzip");
    assert!(bomb.body.len() < 8 << 20, "{}", bomb.body.len());
    let mut decoder = flate2::read::GzDecoder::new(bomb.body.as_slice());
    let size = std::io::copy(&mut decoder, &mut std::io::sink()).unwrap();
    assert!(size > 1 << 30, "{size}");
}

#[tokio::test]
async fn refusals() {
    let world = world();
    let tokens = world.tokens("ben").await;
    let ben = world.reader(&tokens);
    fault(
        &world,
        json!({ "fault": "status", "code": 503, "times": 2 }),
    );
    assert_eq!(ben.get(ALL).await.status, 503);
    let metadata = format!("{}/.well-known/openid-configuration", world.portal.issuer());
    assert_eq!(world.get(&metadata).await.status, 503);
    assert_eq!(ben.get(ALL).await.status, 200);
    fault(
        &world,
        json!({ "fault": "status", "code": 500, "on": "token" }),
    );
    assert_eq!(ben.get(ALL).await.status, 200);
    assert_eq!(world.refresh(&tokens).await.status, 500);
    fault(&world, json!({ "fault": "none" }));
    fault(
        &world,
        json!({ "fault": "rate_limit", "seconds": 7, "times": 1 }),
    );
    let limited = ben.get(ALL).await;
    assert_eq!((limited.status, limited.header("retry-after")), (429, "7"));
    assert_eq!(ben.get(ALL).await.status, 200);
    fault(&world, json!({ "fault": "wrong_issuer" }));
    let issuer = world.get(&metadata).await.json()["issuer"].clone();
    assert_ne!(issuer, world.portal.issuer());
}

#[tokio::test]
async fn refreshes_that_go_wrong() {
    let world = world();
    let tokens = world.tokens("ben").await;
    fault(&world, json!({ "fault": "invalid_grant", "times": 1 }));
    assert_eq!(
        world.refresh(&tokens).await.error(),
        (400, "invalid_grant".into())
    );
    fault(&world, json!({ "fault": "no_rotation" }));
    let same = world.refresh(&tokens).await.json();
    assert!(same.get("refresh_token").is_none());
    assert_eq!(
        world.refresh(&tokens).await.status,
        200,
        "the old one stays good"
    );
    fault(&world, json!({ "fault": "wrong_subject" }));
    let other = world.refresh(&tokens).await.json();
    assert_ne!(other["patient"], tokens["patient"]);
}
