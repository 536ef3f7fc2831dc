//! A PIN: choosing it, being asked for it, and what ten wrong ones do.

use serde_json::json;

use crate::harness::{Harness, Outcome, said};

const PIN: &str = "270419";

/// Runs a command with a PIN in the environment.
fn with_pin(harness: &Harness, pin: &str, arguments: &[&str]) -> Outcome {
    let mut command = harness.command();
    command.args(arguments).env("PERICARD_PIN", pin);
    said(command)
}

/// Chooses a PIN, which the command reads from its input.
fn choose(harness: &Harness, current: Option<&str>, new: &str) -> Outcome {
    let mut command = harness.command();
    command
        .args(["pin", "--stdin"])
        .write_stdin(format!("{new}\n"));
    if let Some(current) = current {
        command.env("PERICARD_PIN", current);
    }
    said(command)
}

#[test]
fn what_reads_asks_for_the_pin_and_what_does_not_goes_on() {
    let harness = Harness::with_ana();
    let inbox = harness.run(&["inbox"]).succeeds().out;
    harness
        .run(&["unlock"])
        .fails(2, "there is no PIN on this account");
    harness
        .run(&["lock"])
        .fails(2, "there is no lock on this account");
    choose(&harness, None, "123456").fails(2, "is one that everybody tries first");
    choose(&harness, None, "2704").fails(2, "the PIN needs six digits or more");
    let set = choose(&harness, None, PIN).succeeds().out;
    assert!(set.contains("The PIN is set."), "{set}");
    // Nobody is at the terminal to be asked.
    harness.run(&["inbox"]).fails(2, "PERICARD_PIN");
    harness.run(&["sync"]).fails(2, "PERICARD_PIN");
    let listed = harness.json(&["accounts"]);
    assert_eq!(listed["accounts"][0]["session"], "locked");
    assert_eq!(listed["accounts"][0]["people"][0]["name"], "");
    let doctor = harness.run(&["doctor"]).succeeds().out;
    assert!(doctor.contains("locked: pericard unlock"), "{doctor}");
    let wrong = with_pin(&harness, "270418", &["inbox"]);
    wrong.fails(4, "that PIN is wrong; you have 9 attempts left");
    let opened = with_pin(&harness, PIN, &["unlock", "--json"]);
    assert_eq!(opened.succeeds().json(), json!({ "lock": "unlocked" }));
    assert_eq!(with_pin(&harness, PIN, &["inbox"]).succeeds().out, inbox);
    let locked = harness.json(&["lock"]);
    assert_eq!(locked, json!({ "lock": "locked", "attempts_left": 10 }));
    choose(&harness, Some(PIN), "904172").succeeds();
    with_pin(&harness, PIN, &["inbox"]).fails(4, "that PIN is wrong");
    with_pin(&harness, "904172", &["pin", "--remove"]).succeeds();
    assert_eq!(harness.run(&["inbox"]).succeeds().out, inbox);
}

#[test]
fn ten_wrong_pins_delete_the_copy_and_a_sign_in_brings_it_back() {
    let harness = Harness::with_ana();
    choose(&harness, None, PIN).succeeds();
    for left in (6..10).rev() {
        let wrong = with_pin(&harness, "270418", &["unlock"]);
        let told = wrong.fails(4, &format!("you have {left} attempts left"));
        assert!(!told.err.contains("deleted"), "{}", told.err);
    }
    for _ in 1..6 {
        let wrong = with_pin(&harness, "270418", &["unlock"]);
        wrong.fails(4, "after which this device's copy is deleted");
    }
    let destroyed = with_pin(&harness, "270418", &["unlock"]);
    destroyed.fails(4, "ten wrong PINs deleted this device's copy");
    with_pin(&harness, PIN, &["inbox"]).fails(4, "ten wrong PINs deleted");
    let listed = harness.run(&["accounts"]).succeeds().out;
    assert!(listed.contains("deleted: PINs"), "{listed}");
    let code = harness.code("ana");
    harness.sign_in("ana", &["--code", &code]).succeeds();
    harness.run(&["sync"]).succeeds();
    assert_eq!(
        harness.json(&["inbox", "--all"])["threads"]
            .as_array()
            .unwrap()
            .len(),
        4
    );
}
