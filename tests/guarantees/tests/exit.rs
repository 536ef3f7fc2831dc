//! A process that ends while the core is at work in its databases ends as it wanted to, and not of a signal.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::process::Command;
use std::time::Duration;

use pericard::NewMessage;
use pericard_guarantees::{Harness, inbox, run, sync, threads};
use serde_json::json;

/// Says to this program that it is the process that ends.
const ROLE: &str = "PERICARD_EXITS";
const ENDS: usize = 12;

#[test]
fn a_process_ends_while_databases_are_in_use() {
    if std::env::var_os(ROLE).is_some() {
        run(end_at_work());
    }
    let program = std::env::current_exe().unwrap();
    for end in 0..ENDS {
        let output = Command::new(&program).env(ROLE, end.to_string()).output();
        let output = output.unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(7), "end {end}: {said}");
    }
}

/// Reads and writes without a pause, and exits meanwhile.
async fn end_at_work() {
    let harness = Harness::with(json!({ "ana": { "threads": 6, "messages": 60 } })).await;
    let ana = harness.sign_in("ana").await.unwrap();
    sync(&ana).await.unwrap();
    let messages = inbox(&ana);
    std::thread::spawn(|| {
        let end: u64 = std::env::var(ROLE).unwrap().parse().unwrap();
        std::thread::sleep(Duration::from_millis(40 + 7 * end));
        std::process::exit(7);
    });
    loop {
        let draft = NewMessage {
            text: "On my way".repeat(400),
            ..NewMessage::default()
        };
        let all = tokio::join!(
            threads(&ana),
            messages.save_draft(None, draft),
            threads(&ana),
            ana.incidents()
        );
        all.0.unwrap();
    }
}
