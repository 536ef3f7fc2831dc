//! Every exit code that `--help` documents, and the words that go with it.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::harness::{Harness, said};

#[test]
fn two_for_a_command_line_that_is_wrong() {
    let harness = Harness::with_ana();
    harness
        .run(&["frobnicate"])
        .fails(2, "unrecognized subcommand");
    harness.run(&["read", "99"]).fails(2, "1 to 4");
    harness.run(&["send", "just a text"]).fails(2, "--new");
    let empty = harness
        .run(&["send", "1", ""])
        .fails(2, "the text is empty");
    assert_eq!(empty.err.lines().count(), 1, "{empty:?}");
    harness
        .run(&["signin", "--resume"])
        .fails(2, "no sign-in to continue");
    harness
        .run(&["outbox", "--retry", "1"])
        .fails(2, "no message 1");
    harness
        .run(&["portal", "clinic"])
        .fails(2, "not a web address");
    harness
        .run(&["portal", "http://portal.example/fhir"])
        .fails(2, "--allow-loopback-http");
    harness
        .run(&["inbox", "--after", "nonsense"])
        .fails(2, "--after");
    let nowhere = harness.home.path().join("nowhere.json");
    harness
        .run(&["portal", "--config", nowhere.to_str().unwrap()])
        .fails(2, "cannot read");
    std::fs::write(&nowhere, "{ \"portals\": [ {} ] }").unwrap();
    harness
        .run(&["portal", "--config", nowhere.to_str().unwrap()])
        .fails(2, "missing field");
}

#[test]
fn three_for_a_portal_that_cannot_be_reached() {
    let mut harness = Harness::with_ana();
    harness.stop_portal();
    harness.run(&["sync"]).fails(3, "cannot be reached");
    harness.run(&["portal"]).fails(3, "cannot be reached");
}

#[test]
fn three_for_messages_that_were_sealed_because_the_portal_was_out_of_reach() {
    let harness = Harness::new();
    harness.configure("{\"base\"", "{\"lease_hours\":1,\"base\"");
    let code = harness.code("ana");
    harness.sign_in("ana", &["--code", &code]).succeeds();
    harness.run(&["sync"]).succeeds();
    // Three hours later, by the portal's clock, which is all that its failing answers tell.
    harness.later(3 * 3600);
    harness.control(r#"{ "fault": "status", "code": 503 }"#);
    harness
        .run(&["send", "1", "A diver writes."])
        .fails(3, "sealed, not lost");
    let sealed = harness.run(&["inbox", "--json"]);
    assert_eq!(
        (sealed.exit, &sealed.json()["error"]["code"]),
        (3, &"lease_ended".into())
    );
    let account = &harness.json(&["status"])["accounts"][0];
    assert_eq!(
        (&account["session"], &account["sealed_by"]),
        (&"sealed".into(), &"lease".into())
    );

    harness.control(r#"{ "fault": "none" }"#);
    assert_eq!(harness.json(&["sync"])["sent"], 1);
    assert_eq!(harness.json(&["inbox"])["total"], 4);
    assert_eq!(
        harness.json(&["status"])["accounts"][0]["session"],
        "active"
    );
}

#[test]
fn four_for_a_wrong_password_or_code() {
    let harness = Harness::new();
    let mut command = harness.command();
    command
        .args(["signin", "--user", "ana", "--json"])
        .env("PERICARD_PASSWORD", "guessed");
    let wrong = said(command);
    assert_eq!(
        (wrong.exit, &wrong.json()["error"]["code"]),
        (4, &"wrong_password".into())
    );
    harness
        .sign_in("ana", &["--code", "000000"])
        .fails(4, "the code is wrong");
    harness
        .sign_in("ana", &["--code", "12a456"])
        .fails(2, "digits");
    harness.run(&["inbox"]).fails(4, "nobody is signed in");
}

#[test]
fn five_for_a_portal_that_is_none_or_gets_it_wrong() {
    let harness = Harness::new();
    harness.control(r#"{ "fault": "captive_portal" }"#);
    harness
        .run(&["portal"])
        .fails(5, "sign in to this network first");
    harness.control(r#"{ "fault": "none" }"#);
    harness.control(r#"{ "fault": "wrong_issuer" }"#);
    harness.run(&["portal"]).fails(5, "by different names");
    harness.control(r#"{ "fault": "none" }"#);
    // The same portal, without its authority in the configuration.
    let base = harness.portal().base();
    let mut stranger = harness.command();
    stranger
        .args(["portal", &base])
        .env_remove("PERICARD_CONFIG");
    said(stranger).fails(5, "certificate cannot be verified");
}

#[test]
fn six_for_a_keystore_or_directory_that_cannot_be_used() {
    let harness = Harness::with_ana();
    let mut other = harness.command();
    other.arg("inbox").env("PERICARD_PASSPHRASE", "another");
    said(other).fails(6, "the passphrase is wrong");
    let mut silent = harness.command();
    silent.arg("inbox").env_remove("PERICARD_PASSPHRASE");
    said(silent).fails(6, "PERICARD_PASSPHRASE");
    // Nothing was lost by either.
    assert_eq!(harness.json(&["inbox"])["total"], 4);
}

#[test]
fn six_for_a_directory_that_another_has_open() {
    let harness = Harness::with_ana();
    // A sign-in in the browser keeps the directory open while it waits.
    let mut waiting = harness.plain_command();
    waiting
        .args(["signin", "--browser", "--no-open"])
        .stderr(Stdio::piped())
        .stdout(Stdio::null());
    let mut waiting = waiting.spawn().unwrap();
    let mut lines = BufReader::new(waiting.stderr.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("https://")));
    let second = harness.run(&["inbox"]);
    waiting.kill().unwrap();
    waiting.wait().unwrap();
    second.fails(6, "another pericard");
    harness.run(&["inbox"]).succeeds();
}

#[test]
fn seven_for_a_portal_that_asks_to_wait() {
    let harness = Harness::new();
    let exits: Vec<_> = (0..6)
        .map(|_| {
            let mut command = harness.command();
            command
                .args(["signin", "--user", "ben"])
                .env("PERICARD_PASSWORD", "guessed");
            said(command).exit
        })
        .collect();
    assert_eq!(exits, [4, 4, 4, 4, 7, 7]);
    // Even the right one has to wait.
    harness.sign_in("ben", &[]).fails(7, "asks you to wait");
}

#[test]
fn eight_for_a_record_of_somebody_else() {
    let harness = Harness::with_ana();
    harness.control(r#"{ "fault": "leak_other_patient", "when": "always" }"#);
    harness.control(r#"{ "new_message": { "who": "ana", "text": "Something new." } }"#);
    harness.run(&["sync"]).fails(8, "was not saved");
    assert_eq!(harness.json(&["inbox"])["total"], 4);
    let doctor = harness.json(&["doctor"]);
    assert_eq!(doctor["device"]["messages_stopped"], true);
    assert_eq!(doctor["device"]["incidents"].as_array().unwrap().len(), 1);
}

#[test]
fn nine_for_a_clock_that_is_wrong() {
    let harness = Harness::with_ana();
    harness.control(r#"{ "fault": "clock_skew", "seconds": 260000 }"#);
    let code = harness.code("ana");
    let wrong = harness.sign_in("ana", &["--code", &code, "--json"]);
    assert_eq!(
        (wrong.exit, &wrong.json()["error"]["code"]),
        (9, &"clock_wrong".into())
    );
    let told = wrong.json()["error"]["portal_time"]
        .as_str()
        .map(str::to_owned);
    assert!(told.is_some_and(|told| told.contains('T')), "{wrong:?}");
    harness
        .run(&["two-factor", "status"])
        .fails(9, "is 3 days behind the portal's");
    let doctor = harness.run(&["doctor"]).succeeds().out;
    assert!(doctor.contains("3 days behind the portal's"), "{doctor}");
}
