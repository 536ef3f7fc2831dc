//! What is handed to support, and what the command says while it works.

use crate::harness::{Harness, said};

#[test]
fn a_report_says_how_things_stand_and_nothing_of_the_person() {
    let harness = Harness::with_ana();
    let inbox = harness.json(&["inbox"]);
    let report = harness.run(&["report"]).succeeds().out;
    for line in ["accounts: 1", "session: active", "incidents: 0"] {
        assert!(report.contains(line), "{report}");
    }
    let thread = &inbox["threads"][0];
    for word in [&thread["subject"], &thread["last_from"], &thread["id"]] {
        assert!(!report.contains(word.as_str().unwrap()), "{report}");
    }
    assert!(
        !report.contains("localhost") && !report.contains("127.0.0.1"),
        "{report}"
    );
    assert_eq!(
        harness.json(&["report"])["report"]
            .as_str()
            .unwrap()
            .lines()
            .next(),
        report.lines().next()
    );
    let file = harness.home.path().join("report.txt");
    let path = file.to_str().unwrap();
    harness.run(&["report", "--save", path]).succeeds();
    assert!(
        std::fs::read_to_string(&file)
            .unwrap()
            .contains("session: active")
    );
    assert_ne!(
        harness.run(&["report", "--save", path]).exit,
        0,
        "nothing is overwritten"
    );
}

#[test]
fn what_is_done_is_told_on_standard_error_where_somebody_asks() {
    let harness = Harness::with_ana();
    assert!(!harness.run(&["sync"]).succeeds().err.contains("sync began"));
    let told = harness.run(&["sync", "--verbose"]).succeeds();
    assert!(
        told.err.contains("client opened") && told.err.contains("sync ended"),
        "{}",
        told.err
    );
    assert!(!told.err.contains("request ended"), "{}", told.err);
    let mut traced = harness.command();
    traced.args(["sync", "--json"]).env("PERICARD_LOG", "trace");
    let traced = said(traced).succeeds();
    assert!(traced.err.contains("request ended"), "{}", traced.err);
    assert!(!traced.out.contains("request ended"), "{}", traced.out);
    let portal = harness.portal().config();
    let base = serde_json::to_value(&portal).unwrap()["portals"][0]["base"].clone();
    assert!(
        !traced.err.contains(base.as_str().unwrap()),
        "{}",
        traced.err
    );
    assert!(
        !traced.err.contains("localhost") && !traced.err.contains("127.0.0.1"),
        "{}",
        traced.err
    );
}
