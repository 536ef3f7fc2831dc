//! People whom somebody acts for, at a terminal.

use crate::correspondence::are_shown_as_they_come;
use crate::harness::{Harness, Outcome, said};

const FAMILY: &str = r#"{ "seed": 7, "people": {
    "ben": { "threads": 3, "messages": 12, "proxy_for": ["mia"] },
    "mia": { "threads": 2, "messages": 5 } } }"#;

fn as_ben(harness: &Harness, arguments: &[&str]) -> Outcome {
    let mut command = harness.command();
    command.args(arguments).args(["--user", "ben"]);
    command.env("PERICARD_PASSWORD", harness.password("ben"));
    said(command)
}

#[test]
fn a_child_is_found_added_read_and_removed() {
    let harness = Harness::of(FAMILY);
    harness.sign_in("ben", &[]).succeeds();
    let found = harness.json(&["people", "--find"]);
    assert_eq!(found["found"].as_array().unwrap().len(), 1);
    let name = found["found"][0]["name"].as_str().unwrap().to_owned();
    let list = harness.run(&["people", "--find"]).succeeds().out;
    assert!(list.contains(&name), "{list}");
    let added = as_ben(&harness, &["people", "--add", "1"]).succeeds();
    assert!(
        added.err.contains(&name) || added.out.contains(&name),
        "{added:?}"
    );
    harness.run(&["sync"]).succeeds();
    let people = harness.json(&["people"]);
    assert_eq!(people["people"][1]["name"], name);
    assert_eq!(people["people"][1]["session"], "active");
    assert_eq!(people["people"][1]["may_write"], true);
    let threads = |arguments: &[&str]| harness.json(arguments)["threads"].as_array().unwrap().len();
    assert_eq!(threads(&["inbox"]), 3);
    assert_eq!(threads(&["--person", "2", "inbox"]), 2);
    assert_eq!(threads(&["--person", &name, "inbox"]), 2);
    let nobody = harness.run(&["--person", "Nobody", "inbox"]);
    assert_eq!(nobody.exit, 2, "{nobody:?}");
    everybody_is_counted(&harness, &name);
    let news = [("mia", "For the child"), ("ben", "For himself")];
    are_shown_as_they_come(&harness, &news);
    harness.run(&["--person", "2", "forget"]).succeeds();
    assert_eq!(
        harness.json(&["people"])["people"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(threads(&["inbox"]), 4);
}

/// Twelve messages of Ben's, five of the child's.
fn everybody_is_counted(harness: &Harness, name: &str) {
    let counted = |arguments: &[&str]| {
        let said = harness.json(arguments);
        let people = said["people"].as_array().unwrap().iter();
        let people: Vec<_> = people.map(|it| it["messages"].as_u64().unwrap()).collect();
        (said["messages"].as_u64().unwrap(), people)
    };
    for command in ["sync", "verify"] {
        assert_eq!(counted(&[command]), (17, vec![12, 5]), "{command}");
        let child = counted(&["--person", "2", command]);
        assert_eq!(child, (5, vec![5]), "{command}");
        let said = harness.run(&[command]).succeeds();
        let line = format!("  {name}: 5 messages in 2 conversations");
        assert!(
            said.out.contains(&line) || said.err.contains(&line),
            "{said:?}"
        );
    }
    let doctor = harness.run(&["doctor"]).succeeds().out;
    assert!(
        doctor.contains(&format!("{name}: all messages are here")),
        "{doctor}"
    );
    harness.run(&["--person", "2", "read", "1"]).succeeds();
    let subject = harness.json(&["--person", "2", "inbox"])["threads"][0]["subject"].clone();
    let log = harness.run(&["log"]).succeeds().out;
    let opened = format!(
        "conversation opened: {} ({name})",
        subject.as_str().unwrap()
    );
    assert!(log.contains(&opened), "{opened}\n{log}");
}

#[test]
fn whoever_is_not_in_the_list_is_not_added() {
    let harness = Harness::of(FAMILY);
    harness.sign_in("ben", &[]).succeeds();
    let added = as_ben(&harness, &["people", "--add", "7"]);
    assert_eq!(added.exit, 2, "{added:?}");
    assert_eq!(
        harness.json(&["people"])["people"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}
