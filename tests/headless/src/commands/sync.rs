//! Fetching what is new and sending what is queued.

use pericard::{Account, SyncProgress};
use serde_json::json;

use super::step_up::Way;
use crate::cli::Options;
use crate::desk::{self, Desk};
use crate::failure::Failure;
use crate::progress;
use crate::voice::{DOUBT, Voice};

pub(super) async fn run(options: &Options, voice: &Voice) -> Result<(), Failure> {
    let (desk, callback) = Desk::with_browser(options).await?;
    let account = desk.account().await?;
    let way = Way {
        desk: &desk,
        callback: &callback,
        account: &account,
        voice,
    };
    let done = way
        .lifted(async || progress::sync(&account, voice, false).await)
        .await?;
    tell(&account, &done, voice).await?;
    desk.close().await
}

/// What is on the device now, and what needs attention.
async fn tell(account: &Account, done: &SyncProgress, voice: &Voice) -> Result<(), Failure> {
    let messages = desk::messages(account)?;
    let threads = desk::all_threads(&messages).await?;
    let (all, unread) = threads.iter().fold((0, 0), |(all, unread), thread| {
        (
            all + u64::from(thread.messages),
            unread + u64::from(thread.unread),
        )
    });
    let (held, waiting) = (account.held().await?, messages.outbox().await?);
    voice.result(&json!({ "received": done.received, "sent": done.sent, "threads": threads.len(), "messages": all,
        "unread": unread, "outbox": waiting.len(), "held": held }));
    voice.tell(format!(
        "Up to date: {} in {}, {unread} unread.",
        count(all, "message"),
        count(threads.len() as u64, "conversation")
    ));
    if done.sent > 0 {
        voice.tell(format!("Sent {}.", count(done.sent, "message")));
    }
    if !waiting.is_empty() {
        let waiting = count(waiting.len() as u64, "message");
        voice.say(voice.paint(
            DOUBT,
            format!("{waiting} not sent yet, or in doubt: pericard outbox"),
        ));
    }
    if held > 0 {
        voice.tell(format!(
            "{} could not be matched to you and not stored; ask the portal.",
            count(held, "record")
        ));
    }
    Ok(())
}

/// A number and its noun.
pub(super) fn count(n: u64, noun: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{n} {noun}{plural}")
}
