//! Fetching what is new and sending what is queued.

use pericard::{Account, FeatureState, IncompleteReason};
use serde_json::json;

use super::policy;
use super::step_up::Way;
use crate::cli::Options;
use crate::context::{self, Context};
use crate::failure::Failure;
use crate::output::{DOUBT, Output};
use crate::progress::{self, Extent, Synced};
use crate::render::shapes;

pub(super) async fn run(options: &Options, output: &Output) -> Result<(), Failure> {
    let (context, callback) = Context::with_browser(options).await?;
    let account = context.account().await?;
    let way = Way {
        context: &context,
        callback: &callback,
        account: &account,
        output,
    };
    let done = way
        .lifted(async || progress::sync(&account, output, Extent::New).await)
        .await?;
    tell(&account, &done, output).await?;
    context.close().await
}

/// What is on the device now, and what needs attention.
async fn tell(account: &Account, synced: &Synced, output: &Output) -> Result<(), Failure> {
    let state = policy::messages(account).await?;
    if let FeatureState::Off { cached: false, .. } = &state {
        output.result(&json!({ "sent": 0, "complete": false, "incomplete": "switched_off", "feature": policy::feature(&state) }));
        policy::tell(&state, output);
        return Ok(());
    }
    let messages = context::messages(account)?;
    let threads = context::all_threads(&messages).await?;
    let (all, unread) = threads.iter().fold((0, 0), |(all, unread), thread| {
        (
            all + u64::from(thread.messages),
            unread + u64::from(thread.unread),
        )
    });
    let done = &synced.progress;
    let (held, waiting) = (account.held().await?, messages.outbox().await?);
    output.result(&json!({ "received": done.done, "sent": done.sent, "threads": threads.len(), "messages": all,
        "unread": unread, "outbox": waiting.len(), "held": held, "complete": synced.incomplete.is_none(),
        "incomplete": synced.incomplete.map(shapes::incomplete), "feature": policy::feature(&state) }));
    let here = format!(
        "{} in {}, {unread} unread.",
        count(all, "message"),
        count(threads.len() as u64, "conversation")
    );
    match synced.incomplete {
        None => output.tell(format!("Up to date: {here}")),
        Some(IncompleteReason::SwitchedOff) => output.tell(format!("Here: {here}")),
        Some(reason) => {
            output.tell(format!("Here: {here}"));
            output.say(output.paint(
                DOUBT,
                format!("There may be more at the portal: {}", why(reason)),
            ));
        }
    }
    policy::tell(&state, output);
    if done.sent > 0 {
        output.tell(format!("Sent {}.", count(done.sent, "message")));
    }
    if !waiting.is_empty() {
        let waiting = count(waiting.len() as u64, "message");
        output.say(output.paint(
            DOUBT,
            format!("{waiting} not sent yet, or may not have arrived: pericard outbox"),
        ));
    }
    if held > 0 {
        output.tell(format!(
            "{} could not be matched to you and were not saved. Ask the portal.",
            count(held, "record")
        ));
    }
    Ok(())
}

pub(super) fn why(reason: IncompleteReason) -> &'static str {
    match reason {
        IncompleteReason::PortalSaysSo => "it says itself that its answer is not complete.",
        IncompleteReason::PagesMissing => "its pages ended before everything had come.",
        IncompleteReason::UnreadablePage => "a part of its answer cannot be read.",
        IncompleteReason::ManyVanished => {
            "many messages that are here are missing from its list. Nothing was removed; ask the clinic."
        }
        IncompleteReason::Unanswered => "it did not answer for some messages.",
        IncompleteReason::MoreToFetch => "there is more to fetch; sync once more.",
        IncompleteReason::Storage => "the database of one person cannot be opened.",
        IncompleteReason::Locked => "this account is locked: pericard unlock",
        IncompleteReason::SwitchedOff => "the clinic has switched messages off.",
        IncompleteReason::SignIn => "one person needs a new sign-in: pericard people",
        IncompleteReason::Interrupted => "the sync was interrupted; sync once more.",
    }
}

/// A number and its noun.
pub(super) fn count(n: u64, noun: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{n} {noun}{plural}")
}
