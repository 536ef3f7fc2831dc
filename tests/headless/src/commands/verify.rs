//! Comparing everything on this device with the portal now.

use std::collections::BTreeSet;

use pericard::Account;
use serde_json::json;

use super::here::{Here, sum};
use super::step_up::Way;
use super::sync::{count, why};
use crate::cli::Options;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{DOUBT, GOOD, Output};
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
    let changes = account.changes()?;
    let synced = way
        .lifted(async || progress::sync(&account, output, Extent::Everything).await)
        .await?;
    // What the comparison changed is told before it ends; stopped, the stream ends with what it holds.
    changes.stop();
    let (mut changed, mut all) = (BTreeSet::new(), false);
    while let Some(set) = changes.next().await {
        for records in set.records {
            all |= records.all;
            changed.extend(records.groups);
        }
    }
    tell(
        &context,
        &account,
        &synced,
        (!all).then_some(changed.len()),
        output,
    )
    .await?;
    context.close().await
}

/// What was found; `changed` conversations, or nothing where they are too many to be counted.
async fn tell(
    context: &Context,
    account: &Account,
    synced: &Synced,
    changed: Option<usize>,
    output: &Output,
) -> Result<(), Failure> {
    let here = Here::of(context, account).await?;
    let people = here.iter().map(Here::shape).collect::<Vec<_>>();
    let first = here.iter().find_map(|one| one.counts.as_ref());
    output.result(
        &json!({ "complete": synced.incomplete.is_none(), "changed": changed, "messages": sum(&here, |it| it.messages),
            "threads": sum(&here, |it| it.threads as u64), "people": people,
            "state": first.map(|it| shapes::messages_state(&it.state)) }),
    );
    let whole = format!(
        "{} in {}",
        count(sum(&here, |it| it.messages), "message"),
        count(sum(&here, |it| it.threads as u64), "conversation")
    );
    match synced.incomplete {
        None => output.tell(format!(
            "{} {whole}, as at the portal.",
            output.paint(GOOD, "Complete:")
        )),
        Some(reason) => output.tell(format!(
            "{} {whole}. There may be more at the portal: {}",
            output.paint(DOUBT, "Not proved:"),
            why(reason)
        )),
    }
    if here.len() > 1 {
        for one in &here {
            output.tell(format!("  {}", one.line(true)));
        }
    }
    match changed {
        Some(0) => output.tell("Nothing was different."),
        Some(n) => output.tell(format!(
            "{} different or new and brought up to date.",
            count(n as u64, "conversation") + if n == 1 { " was" } else { " were" }
        )),
        None => output.tell("Many conversations were different or new and brought up to date."),
    }
    Ok(())
}
