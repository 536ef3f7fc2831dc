//! Forms in which records come, one at a time: what is meant is always the same.

use data_encoding::BASE64;
use serde_json::{Value, json};

use crate::support::{World, ids, resources, world};

const ALL: &str = "/Communication?_sort=_lastUpdated&_count=500";

fn with(world: &World, name: &str, how: &str) {
    world.tell(json!({ "fault": name, "as": how }));
}

fn inline(one: &Value, media: &str) -> Option<String> {
    let part = &one["payload"][0]["contentAttachment"];
    let fits = part["contentType"].as_str()?.starts_with(media);
    let data = BASE64.decode(part["data"].as_str()?.as_bytes()).ok()?;
    fits.then(|| String::from_utf8(data).unwrap())
}

#[tokio::test]
async fn texts_come_in_other_members() {
    let world = world();
    let ben = world.read_as("ben").await;
    let letters = world.portal.letters("ben");
    let read = |one: &Value, how: &str| match how {
        "codeable_concept" => one["payload"][0]["contentCodeableConcept"]["text"]
            .as_str()
            .map(str::to_owned),
        "plain" => inline(one, "text/plain"),
        "note" => one["note"][0]["text"].as_str().map(str::to_owned),
        "xhtml" => inline(one, "application/xhtml+xml"),
        _ => one["text"]["div"].as_str().map(str::to_owned),
    };
    for how in ["codeable_concept", "plain", "note", "xhtml", "narrative"] {
        with(&world, "text_form", how);
        let all = ben.all(ALL).await;
        for letter in &letters {
            let one = all.iter().find(|one| one["id"] == letter.id).unwrap();
            let text = read(one, how).unwrap_or_else(|| panic!("{how}: {one}"));
            if how == "xhtml" || how == "narrative" {
                let first = letter.text.lines().next().unwrap().replace('&', "&amp;");
                assert!(text.contains(&format!("<p>{first}</p>")), "{text}");
            } else {
                assert_eq!(text, letter.text);
            }
        }
    }
    with(&world, "text_form", "mixed");
    let mixed = ben.all(ALL).await;
    for how in ["codeable_concept", "plain", "note", "narrative"] {
        assert!(mixed.iter().any(|one| read(one, how).is_some()), "{how}");
    }
}

#[tokio::test]
async fn members_that_nobody_needs_are_odd() {
    let world = world();
    let ben = world.read_as("ben").await;
    with(&world, "odd_records", "nulls");
    let one = &ben.all(ALL).await[1];
    assert!(one.as_object().unwrap().contains_key("category") && one["category"].is_null());
    with(&world, "odd_records", "wrong_types");
    let one = &ben.all(ALL).await[1];
    assert!(one["category"].is_string() && one["language"].is_object());
    assert!(one["payload"][0]["contentString"].is_string());
}

#[tokio::test]
async fn threads_hang_together_otherwise() {
    let world = world();
    let ben = world.read_as("ben").await;
    let letters = world.portal.letters("ben");
    for how in ["first_message", "answers", "care_plan", "task"] {
        with(&world, "threading", how);
        let all = ben.all(ALL).await;
        assert_eq!(all.len(), letters.len(), "{how}: heads are no records");
        let mut loose = 0;
        for letter in &letters {
            let one = all.iter().find(|one| one["id"] == letter.id).unwrap();
            let (parent, before) = (
                one["partOf"][0]["reference"].as_str(),
                one["inResponseTo"][0]["reference"].as_str(),
            );
            loose += usize::from(parent.is_none() && before.is_none());
            match how {
                "care_plan" => assert!(parent.unwrap().starts_with("CarePlan/cp-")),
                "task" => assert!(parent.unwrap().starts_with("Task/task-")),
                "answers" => assert_eq!(parent, None),
                _ => assert_eq!(before, None),
            }
            let tied = parent.or(before);
            if let Some(id) = tied.and_then(|one| one.strip_prefix("Communication/")) {
                let other = letters.iter().find(|one| one.id == id).unwrap();
                assert_eq!(other.conversation, letter.conversation);
            }
        }
        let elsewhere = matches!(how, "care_plan" | "task");
        let threads = if elsewhere { 0 } else { 4 };
        assert_eq!(loose, threads, "{how}");
    }
}

#[tokio::test]
async fn a_portal_opens_a_thread_for_what_is_sent() {
    let world = world();
    let ben = world.read_as("ben").await;
    with(&world, "threading", "assigned");
    let patient = world.person("ben").patient;
    let message = json!({
        "resourceType": "Communication", "status": "completed",
        "subject": { "reference": format!("Patient/{patient}") },
        "topic": { "text": "A question" },
        "payload": [{ "contentString": "May I ask?" }],
    });
    let made = ben.post(&message, &[]).await.json();
    let head = made["partOf"][0]["reference"].as_str().unwrap();
    let head = ben.get(&format!("/{head}")).await.json();
    assert_eq!(
        (head["topic"]["text"].as_str(), &head["payload"]),
        (Some("A question"), &Value::Null)
    );
}

#[tokio::test]
async fn senders_are_named_by_reference() {
    let world = world();
    let ben = world.read_as("ben").await;
    let letters = world.portal.letters("ben");
    let letter = letters.iter().find(|letter| !letter.outgoing).unwrap();
    let url = format!("/Communication/{}", letter.id);
    with(&world, "sender_form", "contained");
    let one = ben.get(&url).await.json();
    assert_eq!(one["sender"], json!({ "reference": "#s" }));
    assert_eq!(one["contained"][0]["name"][0]["text"], letter.from);
    for (how, included) in [("included", true), ("readable", false)] {
        with(&world, "sender_form", how);
        let one = ben.get(&url).await.json();
        let reference = one["sender"]["reference"].as_str().unwrap().to_owned();
        let them = ben.get(&format!("/{reference}")).await.json();
        assert_eq!(them["name"][0]["text"], letter.from);
        let page = resources(&ben.get(ALL).await.json());
        assert_eq!(page.contains(&them), included, "{how}");
    }
}

#[tokio::test]
async fn dates_are_less_than_instants() {
    let world = world();
    let ben = world.read_as("ben").await;
    let letter = world.portal.letters("ben").remove(0);
    let url = format!("/Communication/{}", letter.id);
    for (how, length, end) in [
        ("day", 10, ""),
        ("month", 7, ""),
        ("year", 4, ""),
        ("no_zone", 19, ""),
        ("hl7", 19, "+0000"),
        ("space", 20, "Z"),
    ] {
        with(&world, "dates", how);
        let one = ben.get(&url).await.json();
        let sent = one["sent"].as_str().unwrap();
        assert!(sent.len() == length && sent.ends_with(end), "{how}: {sent}");
        assert!(one["received"].is_null());
    }
}

#[tokio::test]
async fn some_have_no_subject_and_some_come_twice() {
    let world = world();
    let ben = world.read_as("ben").await;
    let patient = world.person("ben").patient;
    world.tell(json!({ "fault": "subjectless" }));
    let new = world.tell(json!({ "new_message": { "who": "ben", "thread": 0, "text": "To you" } }));
    let new = new["id"].as_str().unwrap().to_owned();
    for (by, found) in [("subject", false), ("recipient", true), ("sender", false)] {
        let all = ben
            .all(&format!("/Communication?{by}=Patient/{patient}&_count=500"))
            .await;
        assert_eq!(ids(&all).contains(&new), found, "{by}");
    }
    world.tell(json!({ "fault": "none" }));
    world.tell(json!({ "fault": "copies" }));
    let before = world.portal.letters("ben").len();
    world.tell(json!({ "new_message": { "who": "ben", "thread": 0, "text": "To all of you" } }));
    let all = ben.all(ALL).await;
    let same = all
        .iter()
        .filter(|one| one["payload"][0]["contentString"] == "To all of you");
    let identifiers: Vec<&Value> = same.map(|one| &one["identifier"]).collect();
    assert_eq!(identifiers.len(), 2);
    assert_eq!(identifiers[0], identifiers[1]);
    assert_eq!(
        world.portal.letters("ben").len(),
        before + 1,
        "it is one message"
    );
}

#[tokio::test]
async fn others_have_the_same_name() {
    let world = world();
    let ben = world.read_as("ben").await;
    world.tell(json!({ "fault": "same_name" }));
    world.tell(json!({ "fault": "leak_other_patient" }));
    let own = format!("Patient/{}", world.person("ben").patient);
    let all = ben.all(ALL).await;
    let theirs = all
        .iter()
        .find(|one| one["subject"]["reference"] != own.as_str())
        .unwrap();
    assert_eq!(theirs["subject"]["display"], world.person("ben").name);
}

#[tokio::test]
async fn creating_answers_oddly() {
    let world = world();
    let ben = world.read_as("ben").await;
    let patient = world.person("ben").patient;
    let message = |text: &str| {
        json!({
            "resourceType": "Communication", "status": "completed",
            "identifier": [{ "system": "urn:ietf:rfc:3986", "value": format!("urn:x:{text}") }],
            "subject": { "reference": format!("Patient/{patient}") },
            "payload": [{ "contentString": text }],
        })
    };
    with(&world, "created", "empty");
    let made = ben.post(&message("one"), &[]).await;
    assert_eq!((made.status, made.body.len()), (201, 0));
    assert!(made.header("location").contains("/Communication/"));
    with(&world, "created", "bare");
    let made = ben.post(&message("two"), &[]).await;
    assert_eq!(
        (made.status, made.body.len(), made.header("location")),
        (201, 0, "")
    );
    assert_eq!(
        ben.all("/Communication?identifier=urn:x:two").await.len(),
        1
    );
    with(&world, "created", "no_identifier");
    let made = ben.post(&message("three"), &[]).await;
    assert!(made.status == 201 && made.json()["identifier"].is_null());
    assert!(
        ben.all("/Communication?identifier=urn:x:three")
            .await
            .is_empty()
    );
    for code in [403, 422, 500] {
        world.tell(json!({ "fault": "refused_text", "code": code }));
        assert_eq!(ben.post(&message("no (refused)"), &[]).await.status, code);
        assert_eq!(ben.post(&message("yes"), &[]).await.status, 201);
    }
}

#[tokio::test]
async fn a_deleted_record_is_not_said_to_be_gone() {
    let world = world();
    let ben = world.read_as("ben").await;
    let new = world.tell(json!({ "new_message": { "who": "ben", "text": "Short-lived" } }));
    let url = format!("/Communication/{}", new["id"].as_str().unwrap());
    world.tell(json!({ "delete_message": { "who": "ben", "text": "Short-lived" } }));
    assert_eq!(ben.get(&url).await.status, 410);
    with(&world, "deleted", "not_found");
    assert_eq!(ben.get(&url).await.status, 404);
    with(&world, "deleted", "left_out");
    assert_eq!(ben.get(&url).await.status, 200);
    assert!(
        !ids(&ben.all(ALL).await)
            .iter()
            .any(|id| url.ends_with(id.as_str()))
    );
}
