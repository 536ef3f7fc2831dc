//! Second factors: setting one up because the portal wants it or because the person does, recovery codes, removing.

use serde_json::Value;

use crate::harness::{Harness, Outcome, said};

const PEOPLE: &str = r#"{ "seed": 7, "people": {
    "ana": { "threads": 2, "messages": 9, "totp": true, "recovery_codes": 2 },
    "ben": { "threads": 2, "messages": 9 },
    "dario": { "threads": 2, "messages": 9, "must_enrol": true } } }"#;

fn codes(said: &Value) -> Vec<&str> {
    let codes = said["recovery_codes"].as_array().unwrap();
    codes.iter().map(|code| code.as_str().unwrap()).collect()
}

/// Signs somebody in anew, as a script does.
fn step_up(harness: &Harness, who: &str, code: &str) -> Outcome {
    let mut command = harness.command();
    command
        .args(["step-up", "--user", who, "--code", code])
        .env("PERICARD_PASSWORD", harness.password(who));
    said(command)
}

#[test]
fn a_recovery_code_signs_in_once_and_says_how_many_are_left() {
    let harness = Harness::of(PEOPLE);
    let codes = harness.portal().people()["ana"].recovery_codes.clone();
    let shouted = codes[0].to_uppercase().replace('-', " ");
    let welcome = harness.sign_in("ana", &["--recovery-code", &shouted]);
    let out = welcome.succeeds().out;
    assert!(out.contains("One recovery code is left."), "{out}");
    assert_eq!(
        harness.json(&["two-factor", "status"]),
        serde_json::json!({ "enrolled": true, "recovery_codes_left": 1 })
    );
    harness.run(&["forget"]).succeeds();
    let again = harness.sign_in("ana", &["--recovery-code", &codes[0]]);
    again.fails(4, "the code is wrong or was already used");
    harness
        .sign_in("ana", &["--recovery-code", "abc"])
        .fails(2, "is not a recovery code");
    let last = harness.sign_in("ana", &["--recovery-code", &codes[1], "--json"]);
    assert_eq!(last.succeeds().json()["recovery_codes_left"], 0);
}

#[test]
fn a_portal_that_wants_a_second_factor_first_has_it_set_up_by_a_script() {
    let harness = Harness::of(PEOPLE);
    let begun = harness.sign_in("dario", &["--json", "--code", "123456"]);
    assert_eq!(begun.exit, 4, "{begun:?}");
    let error = &begun.json()["error"];
    assert_eq!(error["code"], "enrolment_required");
    let enrolment = &error["enrolment"];
    let secret = enrolment["secret"].as_str().unwrap();
    assert_eq!(
        (&enrolment["digits"], &enrolment["period"]),
        (&6.into(), &30.into())
    );
    let uri = enrolment["uri"].as_str().unwrap();
    assert!(
        uri.starts_with("otpauth://totp/") && uri.contains(secret),
        "{uri}"
    );
    assert!(enrolment["svg"].as_str().unwrap().starts_with("<"));
    harness.run(&["inbox"]).fails(4, "nobody is signed in");

    harness
        .run(&["signin", "--resume", "--code", "000000"])
        .fails(4, "the code is wrong");
    let code = harness.code_of(secret);
    let done = harness.json(&["signin", "--resume", "--code", &code]);
    assert_eq!(codes(&done).len(), 8);
    assert_eq!(harness.json(&["sync"])["messages"], 9);
    assert_eq!(harness.json(&["two-factor", "status"])["enrolled"], true);
}

#[test]
fn the_same_in_words_shows_the_secret_by_four_and_fits_the_terminal() {
    let harness = Harness::of(PEOPLE);
    let begun = harness.sign_in("dario", &[]).fails(4, "--resume");
    let row = |name: &str| {
        let line = begun.out.lines().find(|line| line.trim().starts_with(name));
        line.unwrap_or_else(|| panic!("{name}: {begun:?}"))
            .to_owned()
    };
    let secret = row("Secret")
        .trim()
        .trim_start_matches("Secret")
        .trim()
        .to_owned();
    assert!(secret.split(' ').all(|group| group.len() == 4), "{secret}");
    assert!(row("Account").contains("dario"));
    assert!(row("Address").contains("otpauth://totp/"));
    let code = harness.code_of(&secret.replace(' ', ""));
    let done = harness
        .run(&["signin", "--resume", "--code", &code])
        .succeeds();
    assert!(done.out.contains("Recovery codes"), "{done:?}");
    assert_eq!(done.out.matches("-").count(), 8 * 3, "{}", done.out);
    assert!(done.out.lines().all(|line| line.chars().count() <= 80));
}

#[test]
fn a_second_factor_is_set_up_renewed_and_removed() {
    let harness = Harness::of(PEOPLE);
    harness.sign_in("ben", &[]).succeeds();
    let status = harness.run(&["two-factor", "status"]).succeeds();
    assert!(status.out.contains("The password alone"), "{status:?}");
    harness
        .run(&["two-factor", "disable", "--yes"])
        .fails(2, "no second factor is set up");

    let begun = harness.json(&["two-factor", "enrol"]);
    let (id, secret) = (&begun["enrolment"]["id"], &begun["enrolment"]["secret"]);
    let (id, secret) = (id.as_str().unwrap(), secret.as_str().unwrap());
    let confirm =
        |code: &str| harness.run(&["two-factor", "enrol", "--confirm", id, "--code", code]);
    confirm("000000").fails(4, "the code is wrong");
    confirm("letters").fails(2, "digits");
    assert_eq!(harness.json(&["two-factor", "status"])["enrolled"], false);
    let done = confirm(&harness.code_of(secret)).succeeds();
    assert!(done.out.contains("Set up."), "{done:?}");
    confirm(&harness.code_of(secret)).fails(4, "pericard step-up");
    let asked = harness.control(r#"{ "totp": "ben" }"#);
    assert_eq!(asked.to_json()["secret"], secret);

    // What is there now is guarded by itself: a password alone does not change it.
    let refused = harness.run(&["two-factor", "new-codes", "--yes", "--json"]);
    assert_eq!(
        (refused.exit, &refused.json()["error"]["code"]),
        (4, &"step_up_required".into())
    );
    step_up(&harness, "ben", &harness.code_of(secret)).succeeds();
    confirm(&harness.code_of(secret)).fails(2, "no such enrolment");
    let fresh = harness.json(&["two-factor", "new-codes", "--yes"]);
    assert_eq!(codes(&fresh).len(), 8);
    harness.run(&["two-factor", "disable"]).fails(2, "--yes");
    harness.run(&["two-factor", "new-codes"]).fails(2, "--yes");
    harness.run(&["two-factor", "disable", "--yes"]).succeeds();
    assert_eq!(
        harness.json(&["two-factor", "status"]),
        serde_json::json!({ "enrolled": false, "recovery_codes_left": 0 })
    );
}

#[test]
fn a_portal_that_keeps_it_to_its_own_pages_is_told_from_one_that_fails() {
    let harness = Harness::of(PEOPLE);
    harness.control(r#"{ "fault": "discovery", "as": "totp_elsewhere" }"#);
    harness.sign_in("ben", &[]).succeeds();
    for arguments in [
        ["two-factor", "status"].as_slice(),
        &["two-factor", "enrol"],
        &["two-factor", "disable", "--yes"],
    ] {
        harness.run(arguments).fails(2, "pericard page account");
    }
    let doctor = harness.json(&["doctor"]);
    let wrong: Vec<_> = doctor["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["verdict"] == "wrong")
        .map(|finding| &finding["subject"])
        .collect();
    assert_eq!(wrong, ["Second factor in the app"]);
    assert_eq!(doctor["device"]["two_factor"], Value::Null);
}
