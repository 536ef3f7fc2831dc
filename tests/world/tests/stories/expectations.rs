//! What `expect` looks at. Things of features that are not built fail as unknown.

use std::time::Duration;

use pericard::{
    AccessEntry, ChangeSet, Feature, FeatureChanges, IncompleteReason, LogCheck, MessageState,
};

use serde_json::json;

use crate::context::{Context, Halt, PAGE, broken};
use crate::correspondence;
use crate::documents;
use crate::files;
use crate::keys::Keys;
use crate::labs;
use crate::locking;
use crate::people;
use crate::switching;

pub(crate) async fn expect(
    context: &mut Context,
    thing: &str,
    keys: &mut Keys<'_>,
) -> Result<(), Halt> {
    match thing {
        "threads" => {
            let threads = context.threads().await?;
            same("threads", keys.number("count")?, threads.len() as u64)?;
            if let Some(messages) = keys.number_or_none("messages")? {
                same(
                    "messages in all threads",
                    messages,
                    threads
                        .iter()
                        .map(|thread| u64::from(thread.messages))
                        .sum(),
                )?;
            }
            if let Some(unread) = keys.number_or_none("unread")? {
                same(
                    "unread messages",
                    unread,
                    threads.iter().map(|thread| u64::from(thread.unread)).sum(),
                )?;
            }
            Ok(())
        }
        "messages" => {
            let (inbox, thread) = (context.inbox()?, context.thread(keys.number("thread")?)?);
            let (mut found, mut after) = (0, None);
            loop {
                let page = inbox.messages(thread.clone(), after, PAGE).await?;
                found += page.messages.len() as u64;
                after = page.after;
                if after.is_none() {
                    return same("messages", keys.number("count")?, found);
                }
            }
        }
        "message" => {
            let message = context
                .inbox()?
                .message(context.message(&keys.text("of")?)?)
                .await?;
            let wanted = keys.word(
                "state",
                &["queued", "sending", "sent", "failed", "unknown"],
                false,
            )?;
            same("state", wanted.as_str(), word(message.state))
        }
        "search" => {
            let (inbox, text) = (context.inbox()?, keys.text("text")?);
            let (mut found, mut after) = (0, None);
            loop {
                let page = inbox.search(text.clone(), after, PAGE).await?;
                found += page.hits.len() as u64;
                after = page.after;
                if after.is_none() {
                    return same("hits", keys.number("count")?, found);
                }
            }
        }
        "documents" | "document" => documents::expect(context, thing, keys).await,
        "lab_reports" | "lab_report" | "lab_results" | "lab_result" | "lab_trend"
        | "labs_state" => labs::expect(context, thing, keys).await,
        "archived" | "drafts" | "recipients" | "around" | "former_texts" => {
            correspondence::expect(context, thing, keys).await
        }
        "session" => {
            let wanted = keys.word(
                "state",
                &[
                    "signed_out",
                    "active",
                    "step_up",
                    "sign_in",
                    "sealed",
                    "locked",
                ],
                false,
            )?;
            same("session", wanted.as_str(), context.session())
        }
        "lock" => locking::expect(context, keys),
        "news" => same("news", keys.number("count")?, context.news),
        "feature" => switching::feature(context, keys).await,
        "policy" => switching::policy(context, keys),
        "log" => logged(context, keys).await,
        "people" | "person" | "found_people" => people::expect(context, thing, keys).await,
        "held" => same(
            "held records",
            keys.number("count")?,
            context.account()?.held().await?,
        ),
        "messages_state" => messages_state(context, keys).await,
        "incidents" => same(
            "incidents",
            keys.number("count")?,
            context.account()?.incidents().await?.len() as u64,
        ),
        "recovery_codes" => {
            let status = context.account()?.two_factor().status().await?;
            let left = u64::from(status.recovery_codes_left.unwrap_or_default());
            same("recovery codes", keys.number("left")?, left)
        }
        "two_factor" => {
            let wanted = keys.word("state", &["on", "off"], false)?;
            let status = context.account()?.two_factor().status().await?;
            let found = if status.enrolled { "on" } else { "off" };
            same("the second factor", wanted.as_str(), found)
        }
        "changes" => changes(context, keys).await,
        "disk" => same(
            "copies on disk",
            keys.number("count")?,
            context.world.disk(keys.text("text")?).await?,
        ),
        "portal.messages" => {
            let found = context.world.portal_messages(keys.text("text")?).await?;
            same("messages at the portal", keys.number("count")?, found)
        }
        "portal.requests" => {
            let (exactly, most) = (
                keys.number_or_none("count")?,
                keys.number_or_none("at_most")?,
            );
            let found = context
                .world
                .portal_requests(keys.text_or_none("path")?)
                .await?;
            match (exactly, most) {
                (Some(exactly), None) => same("requests", exactly, found),
                (None, Some(most)) if found <= most => Ok(()),
                (None, Some(most)) => Err(broken(format!(
                    "requests: expected at most {most}, found {found}"
                ))),
                _ => Err(broken("requests take `count` or `at_most`")),
            }
        }
        "file" => files::expect(context, keys).await,
        "portal.files" => {
            let found = context.world.portal_files(keys.number("bytes")?).await?;
            same("files at the portal", keys.number("count")?, found)
        }
        "portal.revocations" => same(
            "revocations",
            keys.number("count")?,
            context.world.portal_revocations().await?,
        ),
        _ => Err(broken(format!("unknown expectation `{thing}`"))),
    }
}

/// How often something was done, by the access log, which is whole or not.
async fn logged(context: &Context, keys: &mut Keys<'_>) -> Result<(), Halt> {
    let account = context.account()?;
    let (action, count) = (keys.text("action")?, keys.number("count")?);
    let entries = account.access_log(None, 500).await?.entries;
    let named =
        |entry: &AccessEntry| serde_json::to_value(entry.action).ok() == Some(json!(action));
    let found = entries.iter().filter(|entry| named(entry)).count() as u64;
    same("entries of the log", count, found)?;
    match keys.flag_or_none("whole")? {
        Some(wanted) => {
            let whole = account.check_access_log().await? == LogCheck::Whole;
            same("whole", wanted, whole)
        }
        None => Ok(()),
    }
}

/// How far the current person's messages are those at the portal.
async fn messages_state(context: &Context, keys: &mut Keys<'_>) -> Result<(), Halt> {
    let state = context.inbox()?.state().await?;
    let reason = state.incomplete.map_or("none", reason);
    let complete = state.incomplete.is_none() && state.complete_at.is_some();
    let wanted = keys.flag("complete")?;
    if wanted != complete {
        return Err(broken(format!(
            "complete: expected {wanted}, found {complete} (reason: {reason})"
        )));
    }
    if let Some(wanted) = keys.text_or_none("reason")? {
        same("the reason", wanted.as_str(), reason)?;
    }
    if let Some(held) = keys.number_or_none("held")? {
        same("held messages", held, state.held)?;
    }
    if let Some(unreadable) = keys.number_or_none("unreadable")? {
        same("unreadable messages", unreadable, state.unreadable)?;
    }
    Ok(())
}

fn reason(reason: IncompleteReason) -> &'static str {
    match reason {
        IncompleteReason::PortalSaysSo => "portal_says_so",
        IncompleteReason::PagesMissing => "pages_missing",
        IncompleteReason::UnreadablePage => "unreadable_page",
        IncompleteReason::ManyVanished => "many_vanished",
        IncompleteReason::Unanswered => "unanswered",
        IncompleteReason::MoreToFetch => "more_to_fetch",
        IncompleteReason::Storage => "storage",
        IncompleteReason::Interrupted => "interrupted",
        IncompleteReason::Locked => "locked",
        IncompleteReason::SwitchedOff => "switched_off",
        IncompleteReason::SignIn => "sign_in",
    }
}

pub(crate) fn same<T: PartialEq + std::fmt::Display>(
    what: &str,
    expected: T,
    found: T,
) -> Result<(), Halt> {
    if expected == found {
        return Ok(());
    }
    Err(broken(format!(
        "{what}: expected {expected}, found {found}"
    )))
}

fn word(state: MessageState) -> &'static str {
    match state {
        MessageState::Received => "received",
        MessageState::Queued => "queued",
        MessageState::Sending => "sending",
        MessageState::Sent => "sent",
        MessageState::Failed { .. } => "failed",
        MessageState::Unknown => "unknown",
    }
}

async fn changes(context: &Context, keys: &mut Keys<'_>) -> Result<(), Halt> {
    let least = keys.number("at_least")?;
    let names = [
        "threads", "messages", "outbox", "session", "feature", "people",
    ];
    let of: fn(&ChangeSet) -> bool = match keys.word("of", &names, false)?.as_str() {
        "threads" => |set| {
            let grouped = |changes: &FeatureChanges| changes.all || !changes.groups.is_empty();
            set.records.iter().any(grouped)
        },
        "messages" => |set| {
            let messages = |changes: &FeatureChanges| changes.feature == Feature::Messages;
            set.records.iter().any(messages)
        },
        "outbox" => |set| set.outbox,
        "session" => |set| set.session,
        "feature" => |set| set.features,
        _ => |set| set.people,
    };
    // The stream is told after the step returned; a change that never comes ends the wait.
    let wait = context.heard.at_least(least, of);
    let came = tokio::time::timeout(Duration::from_secs(5), wait).await;
    came.map_err(|_| broken(format!("changes: expected at least {least}")))
}
