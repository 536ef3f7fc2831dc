//! Fetching what is new and sending what is queued.

use pericard::{Account, FeatureState, IncompleteReason};
use serde_json::json;

use super::here::{Here, sum};
use super::policy;
use super::step_up::Way;
use crate::cli::Options;
use crate::context::Context;
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
    tell(&context, &account, &done, output).await?;
    context.close().await
}

/// What is on the device now, and what needs attention.
async fn tell(
    context: &Context,
    account: &Account,
    synced: &Synced,
    output: &Output,
) -> Result<(), Failure> {
    let state = policy::messages(account).await?;
    if let FeatureState::Off { cached: false, .. } = &state {
        output.result(&json!({ "sent": 0, "complete": false, "incomplete": "switched_off", "feature": policy::feature(&state) }));
        policy::tell(&state, output);
        return Ok(());
    }
    let here = Here::of(context, account).await?;
    let (done, held) = (&synced.progress, account.held().await?);
    let waiting = sum(&here, |it| it.waiting as u64);
    let people = here.iter().map(Here::shape).collect::<Vec<_>>();
    output.result(&json!({ "received": done.done, "sent": done.sent, "threads": sum(&here, |it| it.threads as u64),
        "messages": sum(&here, |it| it.messages), "unread": sum(&here, |it| it.unread), "outbox": waiting, "held": held,
        "complete": synced.incomplete.is_none(), "incomplete": synced.incomplete.map(shapes::incomplete),
        "people": people, "feature": policy::feature(&state) }));
    let said = |title: &str| match here.as_slice() {
        [one] => output.tell(format!("{title}: {}.", one.line(false))),
        several => {
            output.tell(format!("{title}:"));
            for one in several {
                output.tell(format!("  {}", one.line(true)));
            }
        }
    };
    match synced.incomplete {
        None => said("Up to date"),
        Some(IncompleteReason::SwitchedOff) => said("Here"),
        Some(reason) => {
            said("Here");
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
    if waiting > 0 {
        let waiting = count(waiting, "message");
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
