//! Who opened what, as the person sees it.

use crate::harness::Harness;

#[test]
fn what_was_opened_is_listed_and_says_nothing_of_what_was_read() {
    let harness = Harness::with_ana();
    let inbox = harness.json(&["inbox"]);
    let subject = inbox["threads"][0]["subject"].as_str().unwrap().to_owned();
    harness.run(&["read", "1"]).succeeds();
    harness.run(&["search", "appointment"]).succeeds();
    let log = harness.run(&["log"]).succeeds().out;
    assert!(
        log.contains(&format!("conversation opened: {subject}")),
        "{log}"
    );
    assert!(
        log.contains("signed in") && log.contains("messages searched"),
        "{log}"
    );
    assert!(log.contains("The log is whole"), "{log}");
    let shape = harness.json(&["log"]);
    assert_eq!(shape["check"], "whole");
    assert_eq!(shape["entries"][0]["action"], "searched");
    let csv = harness.run(&["log", "--csv"]).succeeds().out;
    assert!(
        csv.starts_with("number,at,action,person,record\n1,20"),
        "{csv}"
    );
    assert!(
        csv.contains(",conversation_opened,") && !csv.contains(&subject),
        "{csv}"
    );
}

#[test]
fn a_log_that_was_removed_is_not_whole() {
    let harness = Harness::with_ana();
    harness.run(&["read", "1"]).succeeds();
    let logs = walk(harness.home.path());
    assert!(!logs.is_empty());
    for log in logs {
        std::fs::remove_file(log).unwrap();
    }
    harness.run(&["read", "1"]).succeeds();
    let log = harness.run(&["log"]).succeeds().out;
    assert!(log.contains("The log is not whole"), "{log}");
}

/// The files of the log.
fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(walk(&path));
        } else if entry
            .file_name()
            .to_string_lossy()
            .starts_with("access_log")
        {
            found.push(path);
        }
    }
    found
}
