//! The tour: every promise of the product once, against a portal of its own, in front of everybody's eyes.
//!
//! Nothing is played back: each line is what the client, the portal or the disk said. A promise that does not hold
//! ends the tour with exit code 1. What it makes lies in a temporary directory and is gone afterwards.

mod canaries;
mod disk;
mod fixture;
mod offline;
mod online;
mod report;
mod wire;

use serde_json::json;

use crate::context;
use crate::failure::Failure;
use crate::output::{OWN, Output, QUIET, STRONG};

use report::Report;

/// What is searched for.
const WORD: &str = "appointment";
/// What is written offline.
const ANSWER: &str =
    "Thank you, the second time suits me. I am writing this in a lift without reception.";

/// What the tour counted.
#[derive(Default)]
struct Counts {
    threads: u64,
    messages: u64,
    offline_reads: u64,
    search_hits: u64,
    sent: u64,
    portal_copies: u64,
    disk_canaries: u64,
}

/// Takes the tour.
pub(crate) async fn run(output: &Output) -> Result<(), Failure> {
    let mut report = Report::begin(output);
    let mut counts = Counts::default();
    let fixture = online::start(&mut report).await?;
    let client = online::open(&mut report, &fixture).await?;
    let account = online::sign_in(&mut report, &fixture, &client).await?;
    let messages = context::messages(&account)?;
    let threads = online::sync(&mut report, output, &account, &messages, &mut counts).await?;

    offline::cut(&mut report, &fixture, &account).await?;
    let carried = fixture.wire.carried();
    let everything = offline::inbox(&mut report, output, &messages, &threads, &mut counts).await?;
    let thread = offline::read(&mut report, output, &messages, &threads).await?;
    offline::search(&mut report, output, &messages, &threads, &mut counts).await?;
    let queued = offline::write(&mut report, &messages, &thread).await?;
    promise(fixture.wire.carried() == carried, || {
        "something was sent although the network was cut".into()
    })?;
    online::arrive(
        &mut report,
        output,
        &fixture,
        &account,
        &messages,
        &queued,
        &mut counts,
    )
    .await?;
    disk::look(&mut report, &fixture, &client, &everything, &mut counts).await?;

    end(output, &report, &counts);
    Ok(())
}

/// The tour stops where the product does not do what it promises.
fn promise(holds: bool, what: impl FnOnce() -> String) -> Result<(), Failure> {
    if holds {
        Ok(())
    } else {
        Err(Failure::Promise(what()))
    }
}

fn end(output: &Output, report: &Report<'_>, counts: &Counts) {
    output.result(&json!({
        "threads": counts.threads, "messages": counts.messages, "offline_reads": counts.offline_reads,
        "search_hits": counts.search_hits, "sent": counts.sent, "portal_copies": counts.portal_copies,
        "disk_canaries": counts.disk_canaries, "seconds": (report.seconds() * 1000.0).round() / 1000.0,
    }));
    output.say(format!(
        "\n    {} {}",
        output.paint(STRONG, "Everything held."),
        output.paint(
            QUIET,
            format!(
                "{:.1} seconds. Nothing is left on this machine.",
                report.seconds()
            )
        )
    ));
    output.say(format!("\n    {}", output.paint(STRONG, "Try it yourself")));
    for (command, what) in [
        ("cargo run -p pericard-portal", "in another terminal"),
        (
            "cargo run -- --config pericard-portal.json signin",
            "sign in to it",
        ),
        ("cargo run -- sync", "then inbox, read, send"),
        ("cargo run -- --help", "everything else"),
    ] {
        let command = output.paint(OWN, format!("{command:<51}"));
        output.say(format!("      {command}{}", output.paint(QUIET, what)));
    }
    output.say("");
}
