//! The help as people read it. A change shows as a change of a file: `INSTA_UPDATE=always` writes it.

use crate::harness::{Harness, said};

#[test]
fn the_help_teaches() {
    let harness = Harness::new();
    for command in [
        "",
        "tour",
        "portal",
        "doctor",
        "signin",
        "accounts",
        "sync",
        "inbox",
        "read",
        "search",
        "send",
        "save",
        "labs",
        "outbox",
        "signout",
        "forget",
        "step-up",
        "two-factor",
        "two-factor status",
        "two-factor enrol",
        "two-factor new-codes",
        "two-factor disable",
        "page",
        "pin",
        "unlock",
        "lock",
        "policy",
        "log",
        "export",
        "people",
        "report",
    ] {
        let mut asked = harness.command();
        asked.args(command.split_terminator(' ')).arg("--help");
        let name = if command.is_empty() {
            "pericard"
        } else {
            &command.replace(' ', "_")
        };
        insta::assert_snapshot!(format!("help_{name}"), said(asked).succeeds().out);
    }
}

#[test]
fn the_documented_exit_codes_are_those_that_exist() {
    let harness = Harness::new();
    let help = harness.run(&["--help"]).succeeds().out;
    for code in 0..=9 {
        assert!(
            help.contains(&format!("{code}  ")),
            "{code} is not documented"
        );
    }
}
