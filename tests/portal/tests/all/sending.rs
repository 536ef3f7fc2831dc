//! Creating messages: once, as oneself, in one's own threads.

use serde_json::{Value, json};

use crate::support::{Reader, World, ids, world};

const IDENTIFIER: &str = "urn:uuid:0b0a8a52-9a53-4a0e-8b0b-6d1c1f0f6a11";

async fn message(world: &World, reader: &Reader<'_>) -> Value {
    let all = reader.all("/Communication").await;
    let header = all.iter().find(|one| one.get("partOf").is_none()).unwrap();
    let header = header["id"].as_str().unwrap();
    let patient = world.person("ben").patient;
    json!({
        "resourceType": "Communication",
        "id": "mine",
        "identifier": [{ "system": "urn:ietf:rfc:3986", "value": IDENTIFIER }],
        "status": "completed",
        "subject": { "reference": format!("Patient/{patient}") },
        "partOf": [{ "reference": format!("Communication/{header}") }],
        "sent": "2026-09-01T10:00:00Z",
        "payload": [{ "contentString": "Running late" }],
    })
}

fn condition() -> String {
    format!("identifier=urn:ietf:rfc:3986|{IDENTIFIER}")
}

#[tokio::test]
async fn a_message_is_created_once() {
    let world = world();
    let ben = world.read_as("ben").await;
    let message = message(&world, &ben).await;
    let condition = condition();
    let once = [("if-none-exist", condition.as_str())];
    let made = ben.post(&message, &once).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let id = made.json()["id"].as_str().unwrap().to_owned();
    assert_ne!(id, "mine", "the portal gives ids");
    let base = world.portal.base();
    let location = format!("{base}/Communication/{id}/_history/1");
    assert_eq!(made.header("location"), location);
    assert_eq!(made.header("etag"), "W/\"1\"");
    assert_eq!(ben.get(&location).await.json(), made.json());
    let again = ben.post(&message, &once).await;
    assert_eq!(again.status, 200);
    assert_eq!(again.header("location"), location);
    let search = format!("/Communication?{condition}");
    assert_eq!(ids(&ben.all(&search).await), [id]);
    let copies = json!({ "count_messages": { "text": "Running late" } });
    assert_eq!(world.tell(copies.clone())["count"], 1);

    assert_eq!(ben.post(&message, &[]).await.status, 201);
    assert_eq!(world.tell(copies)["count"], 2);
    let several = ben.post(&message, &once).await;
    assert_eq!(several.status, 412);
}

#[tokio::test]
async fn what_was_sent_belongs_to_its_thread() {
    let world = world();
    let ben = world.read_as("ben").await;
    let message = message(&world, &ben).await;
    let header = message["partOf"][0]["reference"].as_str().unwrap();
    let search = format!("/Communication?part-of={header}");
    let before = ben.all(&search).await.len();
    let made = ben.post(&message, &[]).await.json();
    let after = ben.all(&search).await;
    assert_eq!(after.len(), before + 1);
    assert_eq!(after.last(), Some(&made));
    let own = format!("Patient/{}", world.person("ben").patient);
    assert_eq!(made["sender"]["reference"], own);
}

#[tokio::test]
async fn the_answer_is_as_long_as_preferred() {
    let world = world();
    let ben = world.read_as("ben").await;
    let message = message(&world, &ben).await;
    let minimal = ben.post(&message, &[("prefer", "return=minimal")]).await;
    assert_eq!((minimal.status, minimal.body.len()), (201, 0));
    assert_ne!(minimal.header("location"), "");
    let outcome = ben
        .post(&message, &[("prefer", "return=OperationOutcome")])
        .await;
    assert_eq!(outcome.json()["resourceType"], "OperationOutcome");
}

#[tokio::test]
async fn only_own_messages_in_own_threads_are_taken() {
    let world = world();
    let ben = world.read_as("ben").await;
    let ana = world.read_as("ana").await;
    let good = message(&world, &ben).await;
    let others = &ana.all("/Communication").await[0];
    let others_thread = format!("Communication/{}", others["id"].as_str().unwrap());
    let other = format!("Patient/{}", world.person("ana").patient);
    for (key, value, status) in [
        ("resourceType", json!("Patient"), 400),
        ("subject", json!({ "reference": other }), 422),
        ("subject", Value::Null, 422),
        ("sender", json!({ "reference": other }), 422),
        ("status", Value::Null, 422),
        ("partOf", json!([{ "reference": others_thread }]), 422),
        (
            "partOf",
            json!([{ "reference": "Communication/none" }]),
            422,
        ),
    ] {
        let mut message = good.clone();
        message[key] = value;
        let answer = ben.post(&message, &[]).await;
        assert_eq!(answer.status, status, "{key}: {}", answer.text());
        assert_eq!(answer.json()["resourceType"], "OperationOutcome");
    }
    let media = [("content-type", "text/plain")];
    let url = format!("{}/Communication", world.portal.base());
    let headers = [("authorization", ben.bearer.as_str()), media[0]];
    let answer = world.send("POST", &url, &headers, "hello").await;
    assert_eq!(answer.status, 415);
    let unclear = ben.post(&good, &[("if-none-exist", "color=red")]).await;
    assert_eq!(unclear.status, 412);
    let count = json!({ "count_messages": { "text": "Running late" } });
    assert_eq!(world.tell(count)["count"], 0);
}

#[tokio::test]
async fn an_absolute_reference_to_this_portal_is_the_same() {
    let world = world();
    let ben = world.read_as("ben").await;
    let mut message = message(&world, &ben).await;
    let header = message["partOf"][0]["reference"]
        .as_str()
        .unwrap()
        .to_owned();
    let absolute = format!("{}/{header}", world.portal.base());
    message["partOf"][0]["reference"] = json!(absolute);
    assert_eq!(ben.post(&message, &[]).await.status, 201);
    let count = ben.all(&format!("/Communication?part-of={header}")).await;
    assert!(
        count
            .iter()
            .any(|one| one["payload"][0]["contentString"] == "Running late")
    );
}
