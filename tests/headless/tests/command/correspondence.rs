//! Drafts, the archive, recipients, watching, verifying.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::harness::Harness;

#[test]
fn a_draft_is_kept_and_sent_once() {
    let harness = Harness::with_ana();
    harness
        .run(&["send", "--draft", "1", "I would like to come earlier"])
        .succeeds();
    let read = harness.run(&["read", "1"]).succeeds();
    assert!(read.out.contains("Draft: I would like"), "{read:?}");
    let drafts = harness.json(&["drafts"]);
    assert_eq!(drafts["drafts"][0]["text"], "I would like to come earlier");
    harness
        .run(&["drafts", "--send", "2"])
        .fails(2, "there is no draft 2");
    harness.run(&["drafts", "--send", "1"]).succeeds();
    assert_eq!(harness.json(&["drafts"])["drafts"], serde_json::json!([]));
    assert_eq!(harness.json(&["sync"])["sent"], 1);
}

#[test]
fn an_archived_conversation_is_found_and_put_back() {
    let harness = Harness::with_ana();
    let first = harness.json(&["inbox"])["threads"][0].clone();
    let id = first["id"].as_str().unwrap();
    harness.run(&["archive", "1"]).succeeds();
    assert_eq!(harness.json(&["inbox"])["total"], 3);
    let archived = harness.json(&["inbox", "--archived"]);
    assert_eq!(archived["threads"][0]["id"], id);
    assert_eq!(harness.json(&["read", id])["thread"]["archived"], true);
    harness.run(&["archive", "--undo", id]).succeeds();
    assert_eq!(harness.json(&["inbox"])["total"], 4);
    harness.run(&["unread", "1"]).succeeds();
    assert_eq!(harness.json(&["inbox"])["threads"][0]["unread"], 1);
}

#[test]
fn a_message_goes_to_somebody_of_the_care_team() {
    let harness = Harness::with_ana();
    let known = harness.json(&["recipients"]);
    let nurse = known["recipients"].as_array().unwrap().iter();
    let nurse = nurse.clone().find(|one| one["role"] == "Nurse").unwrap();
    let name = nurse["name"].as_str().unwrap();
    harness
        .run(&[
            "send",
            "--new",
            "A cough",
            "--to",
            "Nurse",
            "It does not get better",
        ])
        .succeeds();
    let inbox = harness.json(&["inbox"]);
    assert_eq!(inbox["threads"][0]["participants"][0], name);
    harness
        .run(&["send", "--new", "A cough", "--to", "nobody", "Hello"])
        .fails(2, "pericard recipients");
}

#[test]
fn a_refused_message_is_written_anew() {
    let harness = Harness::with_ana();
    harness.control(r#"{ "fault": "refused_text", "code": 422 }"#);
    harness
        .run(&["send", "1", "My number (refused)"])
        .succeeds();
    harness
        .run(&["outbox", "--edit", "1", "My number is below"])
        .succeeds();
    assert_eq!(harness.json(&["sync"])["sent"], 1);
    let copies = harness.control(r#"{ "count_messages": { "text": "My number" } }"#);
    assert_eq!(copies.count(), Some(1));
}

#[test]
fn a_conversation_is_opened_at_the_words() {
    let harness = Harness::with_ana();
    for text in ["Step one of your plan", "Step two of your plan"] {
        let new = serde_json::json!({ "new_message": { "who": "ana", "thread": 0, "text": text } });
        harness.control(&new.to_string());
    }
    harness.run(&["sync"]).succeeds();
    let found = harness.json(&["search", "step one"]);
    let number = found["hits"][0]["thread_number"].to_string();
    let read = harness
        .run(&["read", &number, "--find", "step one"])
        .succeeds();
    assert!(
        read.out.contains("[Step] [one] of your plan"),
        "{}",
        read.out
    );
    harness
        .run(&["read", &number, "--find", "step eleven"])
        .fails(2, "no message of this conversation");
    harness
        .run(&["search"])
        .fails(2, "the words to find are missing");
}

#[test]
fn what_differs_from_the_portal_is_mended_and_told() {
    let harness = Harness::with_ana();
    let same = harness.json(&["verify"]);
    assert_eq!(
        (&same["complete"], &same["changed"]),
        (&true.into(), &0.into())
    );
    let text = "Your letter has arrived";
    harness.control(&format!(
        r#"{{ "new_message": {{ "who": "ana", "text": "{text}" }} }}"#
    ));
    harness.run(&["sync"]).succeeds();
    // A deletion shows in no search by time: within a day only a comparison finds it.
    harness.control(&format!(
        r#"{{ "delete_message": {{ "who": "ana", "text": "{text}" }} }}"#
    ));
    harness.run(&["sync"]).succeeds();
    assert_eq!(
        harness.json(&["search", text])["hits"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let verified = harness.run(&["verify"]).succeeds();
    assert!(
        verified.out.contains("as at the portal"),
        "{}",
        verified.out
    );
    assert!(
        verified.out.contains("1 conversation was different"),
        "{}",
        verified.out
    );
    assert_eq!(
        harness.json(&["search", text])["hits"]
            .as_array()
            .unwrap()
            .len(),
        0
    );
    let doctor = harness.json(&["doctor"]);
    assert_eq!(
        doctor["device"]["messages"]["incomplete"],
        serde_json::Value::Null
    );
}

#[test]
fn messages_are_shown_as_they_come() {
    let news = [("ana", "The first one"), ("ana", "The second one")];
    are_shown_as_they_come(&Harness::with_ana(), &news);
}

/// Watches while these messages come, one after the other.
pub(crate) fn are_shown_as_they_come(harness: &Harness, news: &[(&str, &str)]) {
    let mut command = harness.plain_command();
    command
        .args(["watch", "--every", "5", "--json"])
        .stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for (who, text) in news {
        harness.control(&format!(
            r#"{{ "new_message": {{ "who": "{who}", "text": "{text}" }} }}"#
        ));
        let line: serde_json::Value =
            serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        assert_eq!(line["message"]["text"], *text);
    }
    kill(
        Pid::from_raw(child.id().try_into().unwrap()),
        Signal::SIGINT,
    )
    .unwrap();
    assert!(child.wait().unwrap().success());
}
