//! Who opened what on this device.

use comfy_table::CellAlignment::{Left, Right};
use pericard::{AccessAction, AccessEntry, Account, LogCheck};
use serde_json::json;

use crate::cli::Options;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{BAD, GOOD, Output, QUIET, one_line};
use crate::pager;
use crate::render::{Look, table};
use crate::time_format;

/// Shows the newest `limit` entries and whether the log is whole; with `csv`, prints all of it as comma-separated values.
pub(super) async fn run(
    options: &Options,
    limit: u32,
    csv: bool,
    output: &Output,
) -> Result<(), Failure> {
    let context = Context::existing(options).await?;
    let account = context.account().await?;
    if csv {
        let text = account.export_access_log().await?;
        output.result(&json!({ "csv": text }));
        for line in text.lines() {
            output.say(line);
        }
        return context.close().await;
    }
    let check = account.check_access_log().await?;
    let page = account.access_log(None, limit).await?;
    let shapes = page.entries.iter().map(|entry| {
        json!({ "number": entry.number, "at": time_format::instant(entry.at), "action": entry.action,
            "person": entry.person, "thread": entry.thread })
    });
    output.result(
        &json!({ "check": if check == LogCheck::Whole { "whole" } else { "broken" },
        "entries": shapes.collect::<Vec<_>>(), "before": page.before }),
    );
    if !output.json {
        let lines = lines(&account, &page.entries, output).await?;
        pager::show(output, &lines);
        output.say("");
        output.say(match check {
            LogCheck::Whole => output.paint(GOOD, "The log is whole: no entry was removed or changed."),
            LogCheck::Broken => output.paint(
                BAD,
                "The log is not whole: entries were removed or changed on this device. Change your PIN and tell your clinic.",
            ),
        });
        if page.before.is_some() {
            output.say(output.paint(
                QUIET,
                "Older ones: pericard log --limit 500, or all: pericard log --csv",
            ));
        }
    }
    context.close().await
}

async fn lines(
    account: &Account,
    entries: &[AccessEntry],
    output: &Output,
) -> Result<Vec<String>, Failure> {
    let people = account.people();
    let head = [
        ("", Some(6), Right),
        ("when", Some(20), Left),
        ("what", None, Left),
    ];
    let mut rows = Vec::new();
    for entry in entries {
        let mut what = words(entry.action).to_owned();
        let person = people
            .iter()
            .find(|person| entry.person.as_ref() == Some(&person.id));
        if let (Some(person), Some(thread)) = (person, entry.thread.clone()) {
            // It may be gone since, or closed.
            let messages = account.messages(person.id.clone())?;
            if let Ok(thread) = messages.thread(thread).await {
                what = format!("{what}: {}", one_line(&thread.subject));
            }
        }
        if let Some(person) = person.filter(|person| !person.is_self) {
            what = format!("{what} ({})", one_line(&person.name));
        }
        let look = match entry.action {
            AccessAction::WrongPin | AccessAction::Incident | AccessAction::Destroyed => Look::Bad,
            _ => Look::Plain,
        };
        rows.push(vec![
            (entry.number.to_string(), Look::Quiet),
            (time_format::full(entry.at), Look::Plain),
            (what, look),
        ]);
    }
    let shown = table(output, usize::MAX, &head, rows);
    Ok(shown.lines().map(str::to_owned).collect())
}

fn words(action: AccessAction) -> &'static str {
    match action {
        AccessAction::SignedIn => "signed in",
        AccessAction::Unlocked => "unlocked with the PIN",
        AccessAction::UnlockedWithKey => "unlocked by the device",
        AccessAction::WrongPin => "a wrong PIN",
        AccessAction::PinSet => "the PIN was set",
        AccessAction::PinRemoved => "the PIN was removed",
        AccessAction::Destroyed => "ten wrong PINs deleted this device's copy",
        AccessAction::Sealed => "closed by the portal, or after too long offline",
        AccessAction::ConversationOpened => "conversation opened",
        AccessAction::LabResultOpened => "lab result opened",
        AccessAction::Searched => "messages searched",
        AccessAction::FileOpened => "file opened",
        AccessAction::DocumentOpened => "document opened",
        AccessAction::Written => "message written",
        AccessAction::Exported => "a copy was made",
        AccessAction::PolicyChanged => "the clinic's policy changed",
        AccessAction::Incident => "a record was refused, or damage was found",
        AccessAction::PersonForgotten => "a person was removed from this device",
        AccessAction::AccessEnded => "the clinic ended the access to a person",
        AccessAction::Other => "something that a newer pericard has noted",
    }
}
