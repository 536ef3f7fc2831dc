//! A portal that wants a fresh sign-in before something.

use crate::harness::{Harness, said};

#[test]
fn a_message_that_needs_a_fresh_sign_in_waits_for_it_and_is_sent_once() {
    let harness = Harness::of(
        r#"{ "seed": 7, "step_up": { "max_age": 300, "acr": "mfa" }, "people": {
            "ana": { "threads": 2, "messages": 9, "totp": true }, "ben": { "totp": true } } }"#,
    );
    let code = harness.code("ana");
    harness.sign_in("ana", &["--code", &code]).succeeds();
    harness.run(&["sync"]).succeeds();
    harness.later(400);
    let refused = harness.run(&["send", "1", "A stonemason asks."]);
    refused.fails(4, "pericard step-up");
    let outbox = harness.json(&["outbox"]);
    assert_eq!(outbox["outbox"][0]["state"], "queued");
    // What is here stays readable, and one object is said.
    assert_eq!(harness.json(&["inbox"])["total"], 2);
    let refused = harness.run(&["sync", "--json"]);
    assert_eq!(refused.json()["error"]["code"], "step_up_required");

    // Somebody else does not do.
    let code = harness.code("ben");
    let mut other = harness.command();
    other
        .args(["step-up", "--user", "ben", "--code", &code])
        .env("PERICARD_PASSWORD", harness.password("ben"));
    said(other).fails(4, "someone else signed in");
    let code = harness.code("ana");
    let mut command = harness.command();
    command
        .args(["step-up", "--user", "ana", "--code", &code])
        .env("PERICARD_PASSWORD", harness.password("ana"));
    let done = said(command).succeeds();
    assert!(done.out.starts_with("Signed in again."), "{done:?}");
    assert_eq!(harness.json(&["sync"])["sent"], 1);
    let copies = harness.control(r#"{ "count_messages": { "text": "A stonemason asks." } }"#);
    assert_eq!(copies.count(), Some(1));
}

#[test]
fn nobody_steps_up_where_nobody_is_signed_in() {
    Harness::new()
        .run(&["step-up"])
        .fails(4, "nobody is signed in");
}
