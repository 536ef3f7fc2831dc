//! Searches and pages that differ from the standard, one oddity at a time.

use serde_json::{Value, json};

use crate::support::{Reader, World, ids, link, next, resources, world};

const SORTED: &str = "/Communication?_sort=_lastUpdated&_count=10";
const STRICT: (&str, &str) = ("prefer", "handling=strict");

fn odd(world: &World, name: &str, how: &str) {
    world.tell(json!({ "fault": "parameter", "name": name, "as": how }));
}

fn next_is(world: &World, how: &str) {
    world.tell(json!({ "fault": "next", "as": how }));
}

async fn strictly(reader: &Reader<'_>, search: &str) -> u16 {
    let url = format!("{}{search}", reader.world.portal.base());
    let headers = [("authorization", reader.bearer.as_str()), STRICT];
    reader.world.send("GET", &url, &headers, "").await.status
}

fn stamps(records: &[Value]) -> Vec<&str> {
    let stamp = |one| Value::pointer(one, "/meta/lastUpdated").and_then(Value::as_str);
    records.iter().map(|one| stamp(one).unwrap()).collect()
}

#[tokio::test]
async fn a_parameter_is_refused_or_ignored() {
    let world = world();
    let ben = world.read_as("ben").await;
    let before = ben.all(SORTED).await;
    assert!(stamps(&before).is_sorted());
    odd(&world, "_sort", "refused");
    assert_eq!(ben.get(SORTED).await.status, 400);
    assert_eq!(ben.get("/Communication?_count=10").await.status, 200);
    odd(&world, "_sort", "strictly_refused");
    assert_eq!(strictly(&ben, SORTED).await, 400);
    assert_eq!(ben.get(SORTED).await.status, 200);
    for (how, repeated) in [("ignored", false), ("ignored_silently", true)] {
        odd(&world, "_sort", how);
        let page = ben.get(SORTED).await.json();
        assert_eq!(link(&page, "self").unwrap().contains("_sort"), repeated);
        let all = ben.all(SORTED).await;
        assert!(!stamps(&all).is_sorted(), "{how}");
        assert_eq!(all.len(), before.len());
    }
    let newest = stamps(&before).last().unwrap().to_string();
    let since = format!("/Communication?_lastUpdated=ge{newest}");
    assert_eq!(ben.all(&since).await.len(), 1);
    odd(&world, "_lastUpdated", "ignored");
    assert_eq!(ben.all(&since).await.len(), before.len());
    odd(&world, "_count", "ignored");
    let page = ben.get("/Communication?_count=3").await.json();
    assert_eq!(resources(&page).len(), 44, "the portal's own count");
    world.tell(json!({ "fault": "none" }));
    assert_eq!(ben.all(SORTED).await, before);
}

#[tokio::test]
async fn a_portal_makes_its_own_pages() {
    let world = world();
    let ben = world.read_as("ben").await;
    world.tell(json!({ "fault": "page_cap", "most": 7 }));
    let page = ben.get("/Communication?_count=500").await.json();
    assert_eq!((resources(&page).len(), &page["total"]), (7, &json!(44)));
    assert_eq!(ben.all("/Communication?_count=500").await.len(), 44);
}

#[tokio::test]
async fn next_leads_somewhere_odd() {
    let world = world();
    let ben = world.read_as("ben").await;
    next_is(&world, "inner_host");
    let page = ben.get(SORTED).await.json();
    assert!(
        next(&page)
            .unwrap()
            .starts_with("http://10.20.0.7:8080/fhir?")
    );

    next_is(&world, "empty");
    let page = ben.get("/Communication?_count=100").await.json();
    assert_eq!(next(&page).as_deref(), Some(""));

    next_is(&world, "looping");
    let first = ben.get(SORTED).await.json();
    let second = ben.get(&next(&first).unwrap()).await.json();
    let third = ben.get(&next(&second).unwrap()).await.json();
    assert_ne!(resources(&first), resources(&second));
    assert_eq!(resources(&first), resources(&third));

    next_is(&world, "live_offset");
    assert_eq!(ben.all(SORTED).await.len(), 44);
    let first = ben.get(SORTED).await.json();
    let oldest = &resources(&first)[1];
    let text = oldest["payload"][0]["contentString"].as_str().unwrap();
    world.tell(json!({ "change": { "who": "ben", "text": text, "as": "touched" } }));
    let second = ben.get(&next(&first).unwrap()).await.json();
    let plain = ben.all(SORTED).await;
    let skipped = &ids(&plain)[9];
    assert!(!ids(&resources(&first)).contains(skipped));
    assert!(
        !ids(&resources(&second)).contains(skipped),
        "a touched record shifts its neighbours"
    );
}

#[tokio::test]
async fn a_page_lacks_some_of_its_records() {
    let world = world();
    let ben = world.read_as("ben").await;
    let first = resources(&ben.get(SORTED).await.json());
    for (how, entries, outcomes) in [
        ("warning", 6, 1),
        ("error", 6, 1),
        ("no_resource", 10, 0),
        ("fewer", 5, 0),
    ] {
        world.tell(json!({ "fault": "incomplete_page", "as": how, "times": 1 }));
        let page = resources(&ben.get(SORTED).await.json());
        let is = |one: &&Value, what: &str| one["resourceType"] == what;
        let records = page.iter().filter(|one| is(one, "Communication")).count();
        assert_eq!((page.len(), records), (entries, 5), "{how}");
        let outcome = page.iter().filter(|one| is(one, "OperationOutcome"));
        assert_eq!(outcome.clone().count(), outcomes, "{how}");
        assert!(
            outcome
                .clone()
                .all(|one| one["issue"][0]["code"] == "incomplete")
        );
        assert_eq!(resources(&ben.get(SORTED).await.json()), first, "once");
    }
}

#[tokio::test]
async fn a_record_breaks_its_page() {
    let world = world();
    let ben = world.read_as("ben").await;
    let newest = "/Communication?_sort=-_lastUpdated&_count=30";
    for (how, is_text, is_json) in [
        ("bad_bytes", false, false),
        ("nan", true, false),
        ("lone_surrogate", true, false),
    ] {
        world.tell(json!({ "fault": "poison", "as": how }));
        let page = ben.get(newest).await;
        assert_eq!(page.status, 200);
        assert_eq!(std::str::from_utf8(&page.body).is_ok(), is_text, "{how}");
        assert_eq!(
            serde_json::from_slice::<Value>(&page.body).is_ok(),
            is_json,
            "{how}"
        );
        // One record a page: all but one can be read.
        let single = newest.replace("_count=30", "_count=1");
        let mut bad = 0;
        let mut url = single;
        for _ in 0..44 {
            let page = ben.get(&url).await;
            let text = String::from_utf8_lossy(&page.body).into_owned();
            bad += usize::from(serde_json::from_slice::<Value>(&page.body).is_err());
            let Some(at) = text.find("_getpages") else {
                break;
            };
            let query: String = text[at..].chars().take_while(|c| *c != '"').collect();
            url = format!("{}?{query}", world.portal.base());
        }
        assert_eq!(bad, 1, "{how}");
    }
    world.tell(json!({ "fault": "poison", "as": "server_error" }));
    assert_eq!(ben.get(newest).await.status, 500);
    assert_eq!(
        ben.get("/Communication?_sort=_lastUpdated&_count=5")
            .await
            .status,
        200
    );
    world.tell(json!({ "fault": "none" }));
    assert_eq!(ben.get(newest).await.status, 200);
}

#[tokio::test]
async fn only_ids_and_versions_are_asked_for() {
    let world = world();
    let ben = world.read_as("ben").await;
    let all = ben.all("/Communication?_elements=id,meta").await;
    assert_eq!(all.len(), 44);
    for one in &all {
        assert!(one["meta"]["versionId"].is_string() && one["payload"].is_null());
    }
    odd(&world, "_elements", "ignored");
    let all = ben.all("/Communication?_elements=id,meta").await;
    assert!(all.iter().any(|one| one["payload"].is_array()));
}

#[tokio::test]
async fn what_is_new_is_found_late_or_stamped_ahead() {
    let world = world();
    let ben = world.read_as("ben").await;
    let write = |text: &str| world.tell(json!({ "new_message": { "who": "ben", "text": text } }));
    world.tell(json!({ "fault": "late", "seconds": 3600 }));
    let id = write("Late")["id"].as_str().unwrap().to_owned();
    let found = |all: Vec<Value>, id: &str| ids(&all).iter().any(|one| one == id);
    assert!(!found(ben.all("/Communication").await, &id));
    assert_eq!(ben.get(&format!("/Communication/{id}")).await.status, 200);
    let late = world
        .portal
        .letters("ben")
        .into_iter()
        .find(|one| one.text == "Late");
    let late = late.unwrap();
    assert_eq!(
        late.found_from - late.since,
        3_600_000,
        "since is when it was written"
    );
    world.tell(json!({ "fault": "none" }));

    world.tell(json!({ "fault": "stamp_ahead", "seconds": 9000 }));
    let id = write("From the future")["id"].as_str().unwrap().to_owned();
    let one = ben.get(&format!("/Communication/{id}")).await.json();
    let stamp: jiff::Timestamp = one["meta"]["lastUpdated"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!(stamp.as_second() > i64::try_from(world.now()).unwrap() + 8_000);
    drop(ben);

    world.pass(3_601);
    let ben = world.read_as("ben").await;
    assert!(
        ben.all("/Communication")
            .await
            .iter()
            .any(|one| one["id"] == late.id)
    );
}

#[tokio::test]
async fn a_replica_is_behind() {
    let world = world();
    let ben = world.read_as("ben").await;
    let new = world.tell(json!({ "new_message": { "who": "ben", "text": "At nine" } }));
    let url = format!("/Communication/{}", new["id"].as_str().unwrap());
    world.tell(json!({ "fault": "stale_replica", "seconds": 600, "every": 2 }));
    world.pass(60);
    let edit = json!({ "who": "ben", "text": "At nine", "as": "edited", "to": "At ten" });
    world.tell(json!({ "change": edit }));
    let mut said = Vec::new();
    for _ in 0..4 {
        let one = ben.get(&url).await.json();
        said.push(
            one["payload"][0]["contentString"]
                .as_str()
                .unwrap()
                .to_owned(),
        );
    }
    said.sort();
    assert_eq!(said, ["At nine", "At nine", "At ten", "At ten"]);
    world.pass(601);
    let ben = world.read_as("ben").await;
    for _ in 0..2 {
        let one = ben.get(&url).await.json();
        assert_eq!(one["payload"][0]["contentString"], "At ten");
    }
}
