//! What becomes of messages, and what the portal then says that its people are meant to see.

use pericard_portal::Letter;
use serde_json::{Value, json};

use crate::support::{World, ids, resources, world};

const ALL: &str = "/Communication?_sort=_lastUpdated&_count=500";

fn write(world: &World, text: &str) -> String {
    let new = json!({ "who": "ben", "thread": 0, "text": text });
    let new = world.tell(json!({ "new_message": new }));
    new["id"].as_str().unwrap().to_owned()
}

fn change(world: &World, text: &str, mut change: Value) {
    change["who"] = json!("ben");
    change["text"] = json!(text);
    world.tell(json!({ "change": change }));
}

fn letter(world: &World, id: &str) -> Letter {
    let letters = world.portal.letters("ben");
    letters.into_iter().find(|letter| letter.id == id).unwrap()
}

#[tokio::test]
async fn the_truth_is_what_is_served() {
    let world = world();
    let ben = world.read_as("ben").await;
    let all = ben.all(ALL).await;
    let letters = world.portal.letters("ben");
    let messages = all.iter().filter(|one| one["payload"].is_array());
    assert_eq!(messages.clone().count(), letters.len());
    for one in messages {
        let letter = letters
            .iter()
            .find(|letter| letter.id == one["id"])
            .unwrap();
        assert!(
            letter
                .text
                .starts_with(one["payload"][0]["contentString"].as_str().unwrap())
        );
        assert_eq!(one["sender"]["display"], letter.from);
        let sent: jiff::Timestamp = one["sent"].as_str().unwrap().parse().unwrap();
        assert_eq!(sent.as_millisecond(), letter.sent);
        assert!(!letter.hidden && !letter.optional && !letter.foreign);
    }
}

#[tokio::test]
async fn a_message_is_edited_moved_redated_and_retracted() {
    let world = world();
    let ben = world.read_as("ben").await;
    let id = write(&world, "At nine");
    let other = write(&world, "Elsewhere");
    let url = format!("/Communication/{id}");
    world.pass(60);
    change(&world, "At nine", json!({ "as": "edited", "to": "At ten" }));
    let one = ben.get(&url).await.json();
    assert_eq!(one["payload"][0]["contentString"], "At ten");
    assert_eq!(one["meta"]["versionId"], "2");
    assert_eq!(letter(&world, &id).text, "At ten");

    let third = json!({ "who": "ben", "thread": 2, "text": "In another thread" });
    world.tell(json!({ "new_message": third }));
    change(
        &world,
        "At ten",
        json!({ "as": "moved", "beside": "In another thread" }),
    );
    assert_ne!(
        letter(&world, &id).conversation,
        letter(&world, &other).conversation
    );
    let parent = ben.get(&url).await.json()["partOf"].clone();
    let beside = ben
        .all("/Communication?_sort=-_lastUpdated&_count=500")
        .await;
    let beside = beside
        .iter()
        .find(|one| one["payload"][0]["contentString"] == "In another thread");
    assert_eq!(parent, beside.unwrap()["partOf"]);

    let before = letter(&world, &id).sent;
    change(
        &world,
        "At ten",
        json!({ "as": "redated", "seconds": 3600 }),
    );
    assert_eq!(letter(&world, &id).sent, before - 3_600_000);
    let before = ben.get(&url).await.json()["meta"].clone();
    change(
        &world,
        "At ten",
        json!({ "as": "redated", "seconds": 60, "quietly": true }),
    );
    let after = ben.get(&url).await.json()["meta"].clone();
    assert_eq!(before["lastUpdated"], after["lastUpdated"]);
    assert_ne!(before["versionId"], after["versionId"]);
    assert!(letter(&world, &id).quiet);

    change(&world, "At ten", json!({ "as": "retracted" }));
    let one = ben.get(&url).await.json();
    assert_eq!(
        (one["status"].as_str(), one["payload"].is_null()),
        (Some("entered-in-error"), true)
    );
    assert!(letter(&world, &id).hidden);
    change(&world, "At ten", json!({ "as": "released" }));
    let one = ben.get(&url).await.json();
    assert_eq!(one["payload"][0]["contentString"], "At ten");
    assert!(!letter(&world, &id).hidden);
}

#[tokio::test]
async fn a_message_becomes_somebody_elses() {
    let world = world();
    let (ben, ana) = (world.read_as("ben").await, world.read_as("ana").await);
    let id = write(&world, "Not for you");
    change(
        &world,
        "Not for you",
        json!({ "as": "readdressed", "to": "ana" }),
    );
    let url = format!("/Communication/{id}");
    assert_eq!(ben.get(&url).await.status, 404);
    assert_eq!(ana.get(&url).await.status, 200);
    assert!(!ids(&ben.all(ALL).await).contains(&id) && ids(&ana.all(ALL).await).contains(&id));
    assert!(letter(&world, &id).hidden);
}

#[tokio::test]
async fn drafts_are_kept_back() {
    let world = world();
    let ben = world.read_as("ben").await;
    let draft = json!({ "who": "ben", "text": "To be sent", "status": "preparation", "ago": 600 });
    let new = world.tell(json!({ "new_message": draft }));
    let id = new["id"].as_str().unwrap();
    let one = ben.get(&format!("/Communication/{id}")).await.json();
    assert_eq!(one["status"], "preparation");
    assert!(letter(&world, id).hidden);
    let not_done = json!({ "who": "ben", "text": "Never", "status": "not-done" });
    let new = world.tell(json!({ "new_message": not_done }));
    assert!(letter(&world, new["id"].as_str().unwrap()).optional);
}

#[tokio::test]
async fn an_import_has_one_time_of_change() {
    let world = world();
    let ben = world.read_as("ben").await;
    let before = ben.all(ALL).await.len();
    world.tell(json!({ "import": { "who": "ben", "messages": 20, "text": "Letter" } }));
    let all = ben.all(ALL).await;
    let new = &all[before..];
    assert_eq!(new.len(), 22, "and two heads");
    let stamps = new.iter().map(|one| &one["meta"]["lastUpdated"]);
    let texts: Vec<&Value> = stamps.collect();
    assert!(texts.iter().all(|stamp| *stamp == texts[0]));
    let sent: Vec<i64> = world
        .portal
        .letters("ben")
        .iter()
        .rev()
        .take(20)
        .map(|l| l.sent)
        .collect();
    assert!(sent.windows(2).all(|two| two[0] > two[1]));
}

#[tokio::test]
async fn an_older_chart_is_merged() {
    let world = world();
    let ben = world.read_as("ben").await;
    let own = world.person("ben").patient;
    let mine = format!("/Communication?subject=Patient/{own}&_count=500");
    let before = ben.all(&mine).await.len();
    world.tell(json!({ "merge_chart": "ben" }));
    assert_eq!(
        ben.all(&mine).await.len(),
        before,
        "its messages stay where they are"
    );
    let patient = ben.get(&format!("/Patient/{own}")).await.json();
    assert_eq!(patient["link"][0]["type"], "replaces");
    let old = patient["link"][0]["other"]["reference"]
        .as_str()
        .unwrap()
        .to_owned();
    let older = ben.get(&format!("/{old}")).await.json();
    assert_eq!(
        older["link"][0]["other"]["reference"],
        format!("Patient/{own}")
    );
    assert_eq!(older["link"][0]["type"], "replaced-by");
    let theirs = resources(
        &ben.get(&format!("/Communication?subject={old}"))
            .await
            .json(),
    );
    assert_eq!(theirs.len(), 5);
    assert!(
        theirs
            .iter()
            .all(|one| one["subject"]["reference"] == old.as_str())
    );
}
