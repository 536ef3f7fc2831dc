//! The tour: every promise of the product once, against a portal of its own, in front of everybody's eyes.
//!
//! Nothing is played back: each line is what the client, the portal or the disk said. A promise that does not hold
//! ends the tour with exit code 1. What it makes lies in a temporary directory and is gone afterwards.

mod canaries;
mod disk;
mod offline;
mod online;
mod report;
mod stage;
mod wire;

use serde_json::json;

use crate::desk;
use crate::failure::Failure;
use crate::voice::{OWN, QUIET, STRONG, Voice};

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
pub(crate) async fn run(voice: &Voice) -> Result<(), Failure> {
    let mut report = Report::begin(voice);
    let mut counts = Counts::default();
    let stage = online::start(&mut report).await?;
    let client = online::open(&mut report, &stage).await?;
    let account = online::sign_in(&mut report, &stage, &client).await?;
    let messages = desk::messages(&account)?;
    let threads = online::sync(&mut report, voice, &account, &messages, &mut counts).await?;

    offline::cut(&mut report, &stage, &account).await?;
    let carried = stage.wire.carried();
    let everything = offline::inbox(&mut report, voice, &messages, &threads, &mut counts).await?;
    let thread = offline::read(&mut report, voice, &messages, &threads).await?;
    offline::search(&mut report, voice, &messages, &threads, &mut counts).await?;
    let queued = offline::write(&mut report, &messages, &thread).await?;
    promise(stage.wire.carried() == carried, || {
        "something went over a network that was cut".into()
    })?;
    online::arrive(
        &mut report,
        voice,
        &stage,
        &account,
        &messages,
        &queued,
        &mut counts,
    )
    .await?;
    disk::look(&mut report, &stage, &client, &everything, &mut counts).await?;

    end(voice, &report, &counts);
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

fn end(voice: &Voice, report: &Report<'_>, counts: &Counts) {
    voice.result(&json!({
        "threads": counts.threads, "messages": counts.messages, "offline_reads": counts.offline_reads,
        "search_hits": counts.search_hits, "sent": counts.sent, "portal_copies": counts.portal_copies,
        "disk_canaries": counts.disk_canaries, "seconds": (report.seconds() * 1000.0).round() / 1000.0,
    }));
    voice.say(format!(
        "\n    {} {}",
        voice.paint(STRONG, "Everything held."),
        voice.paint(
            QUIET,
            format!(
                "{:.1} seconds; nothing of it is left on this machine.",
                report.seconds()
            )
        )
    ));
    voice.say(format!("\n    {}", voice.paint(STRONG, "Try it yourself")));
    for (command, what) in [
        ("cargo run -p pericard-portal", "in another terminal"),
        (
            "cargo run -- --config pericard-portal.json signin",
            "sign in to it",
        ),
        ("cargo run -- sync", "then inbox, read, send"),
        ("cargo run -- --help", "everything else"),
    ] {
        let command = voice.paint(OWN, format!("{command:<51}"));
        voice.say(format!("      {command}{}", voice.paint(QUIET, what)));
    }
    voice.say("");
}
