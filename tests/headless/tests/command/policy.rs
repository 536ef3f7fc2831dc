//! The clinic switches messages off with one command, and the person's says why.

use clap::Parser;
use pericard_portal::policy::command_line::PolicyArguments;

use crate::harness::Harness;

/// `pericard-portal policy`, as the clinic runs it.
#[derive(Parser)]
struct Clinic {
    #[command(flatten)]
    policy: PolicyArguments,
}

fn decides(harness: &Harness, arguments: &[&str]) -> String {
    let config = harness.home.path().join("portals.json");
    let config = config.to_str().unwrap();
    let line = ["policy", "--config", config]
        .into_iter()
        .chain(arguments.iter().copied());
    Clinic::try_parse_from(line).unwrap().policy.run().unwrap()
}

#[test]
fn messages_go_off_with_the_next_sync_say_why_and_come_back() {
    let harness = Harness::with_ana();
    let config = harness.home.path().join("portals.json");
    harness.portal().serve_policy(&config).unwrap();
    let on = harness.run(&["policy"]).succeeds().out;
    assert!(
        on.contains("The clinic has no policy.") && on.contains("Messages are on."),
        "{on}"
    );

    let notice = "We are looking into a mix-up.";
    decides(
        &harness,
        &[
            "--messages",
            "off",
            "--notice",
            notice,
            "--notice",
            "fr=Nous cherchons.",
        ],
    );
    let off = harness.run(&["sync"]).succeeds().out;
    harness
        .run(&["send", "1", "Is anybody there?", "--offline"])
        .succeeds();
    assert!(
        off.contains("The clinic has switched messages off, since"),
        "{off}"
    );
    assert!(off.contains(notice) && !off.contains("Up to date"), "{off}");
    let inbox = harness.run(&["inbox"]).succeeds().out;
    assert!(
        inbox.contains(notice) && inbox.lines().count() > 4,
        "{inbox}"
    );
    let mut french = harness.command();
    french.args(["policy"]).env("LC_ALL", "fr_CA.UTF-8");
    let french = crate::harness::said(french).succeeds().out;
    assert!(
        french.contains("Nous cherchons.") && french.contains("Policy 1 of"),
        "{french}"
    );
    let shape = harness.json(&["sync"]);
    assert_eq!(shape["feature"]["state"], "off");
    assert_eq!(
        (&shape["incomplete"], &shape["outbox"]),
        (&"switched_off".into(), &1.into())
    );

    decides(&harness, &["--messages", "off", "--hide"]);
    let closed = harness.run(&["policy", "--check"]).succeeds().out;
    assert!(closed.contains("stays closed until then"), "{closed}");
    harness
        .run(&["read", "1"])
        .fails(10, "the clinic has switched messages off");

    decides(&harness, &["--messages", "read-only"]);
    let reading = harness.run(&["policy", "--check"]).succeeds().out;
    assert!(
        reading.contains("The clinic takes no messages for now"),
        "{reading}"
    );

    decides(&harness, &["--min-app-version", "99"]);
    harness.run(&["policy", "--check"]).succeeds();
    harness
        .run(&["sync"])
        .fails(10, "the clinic needs version 99.0 of this program");
    harness.run(&["read", "1"]).succeeds();

    decides(&harness, &["--messages", "on"]);
    harness.run(&["policy", "--check"]).succeeds();
    let back = harness.run(&["sync"]).succeeds().out;
    assert!(
        back.contains("Up to date") && back.contains("Sent 1 message."),
        "{back}"
    );
    let doctor = harness.run(&["doctor"]).succeeds().out;
    assert!(doctor.contains("messages are updated"), "{doctor}");
}

#[test]
fn an_older_policy_is_told_and_not_followed() {
    let harness = Harness::with_ana();
    let config = harness.home.path().join("portals.json");
    harness.portal().serve_policy(&config).unwrap();
    decides(&harness, &["--messages", "off", "--seq", "5"]);
    harness.run(&["policy", "--check"]).succeeds();
    decides(&harness, &["--messages", "on", "--seq", "4"]);
    let told = harness.run(&["policy", "--check"]).succeeds().out;
    assert!(
        told.contains("was older than what this device has seen"),
        "{told}"
    );
    assert!(
        told.contains("Policy 5 of") && told.contains("switched messages off"),
        "{told}"
    );
    let doctor = harness.run(&["doctor"]).succeeds().out;
    assert!(
        doctor.contains("the clinic's policy: what it showed was older"),
        "{doctor}"
    );
    decides(
        &harness,
        &["--messages", "on", "--seq", "1", "--second-key"],
    );
    let told = harness.run(&["policy", "--check"]).succeeds().out;
    assert!(
        told.contains("Policy 1 of") && told.contains("Messages are on."),
        "{told}"
    );
}
