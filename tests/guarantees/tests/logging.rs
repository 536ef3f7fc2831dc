//! Where log lines go, each in a process of its own, since a process has one place for them.

#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::process::Command;
use std::sync::Arc;

use pericard::{Client, Config, LogLevel, start_logging};
use pericard_world::MemoryKeystore;

/// Says to a process of this test which part it has.
const PART: &str = "PERICARD_TEST_PART";

/// Opens a directory that is none, which is told at the level `Info`.
fn told_once() {
    let config = Config {
        directory: "no path".into(),
        portals: Vec::new(),
        allow_loopback_http: false,
        app: "Logging/1".into(),
    };
    let keystore = Arc::new(MemoryKeystore::default());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    assert!(runtime.block_on(Client::open(config, keystore)).is_err());
}

/// What a process with this part writes to standard error.
fn written(part: &str) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "a_part", "--nocapture"])
        .env(PART, part);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_part() {
    match std::env::var(PART).as_deref() {
        Ok("standard error") => {
            told_once();
            start_logging(LogLevel::Info);
            told_once();
            tracing::error!(target: "hyper_util::client", "connecting to a portal");
            start_logging(LogLevel::Warn);
            told_once();
        }
        Ok("own subscriber") => {
            let own = tracing_subscriber::fmt()
                .with_writer(std::io::stderr)
                .with_ansi(false);
            own.init();
            start_logging(LogLevel::Error);
            told_once();
            tracing::error!(target: "the_app", "a line of the app");
        }
        // The test itself.
        _ => {}
    }
}

#[test]
fn nothing_is_written_before_it_is_asked_for_and_no_more_than_asked_for() {
    let lines = written("standard error");
    assert_eq!(lines.matches("client opened").count(), 1, "{lines}");
    assert!(lines.contains("INFO client opened"), "{lines}");
    assert!(lines.contains("result=input_unreadable"), "{lines}");
    assert!(!lines.contains("connecting"), "{lines}");
}

#[test]
fn a_subscriber_of_the_app_stays_and_gets_the_lines() {
    let lines = written("own subscriber");
    assert!(lines.contains("INFO pericard: client opened"), "{lines}");
    assert!(lines.contains("a line of the app"), "{lines}");
}
