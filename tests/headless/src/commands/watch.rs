//! Waiting for messages, and showing them as they come, until Ctrl-C.

use std::collections::BTreeSet;
use std::time::Duration;

use pericard::{Account, Changes, Message, MessageId, Messages, PericardError};
use serde_json::json;

use crate::cli::Options;
use crate::context::{self, Context};
use crate::failure::Failure;
use crate::output::{Output, QUIET, STRONG, one_line};
use crate::render::{self, Marks, shapes};

/// Messages of one conversation that are looked at for new ones.
const NEWEST: u32 = 50;

pub(super) async fn run(options: &Options, every: u64, output: &Output) -> Result<(), Failure> {
    let context = Context::existing(options).await?;
    let account = context.account().await?;
    output.say(output.paint(QUIET, "Watching for messages. Ctrl-C ends this."));
    let watched = tokio::select! {
        watched = watch(&account, Duration::from_secs(every), output) => watched,
        _ = tokio::signal::ctrl_c() => Ok(()),
    };
    context.close().await?;
    watched
}

async fn watch(account: &Account, every: Duration, output: &Output) -> Result<(), Failure> {
    let messages = context::messages(account)?;
    let changes = account.changes()?;
    let mut shown = BTreeSet::new();
    let mut away = false;
    loop {
        let mut pause = every;
        match sync(account).await {
            Ok(()) => away = false,
            Err(PericardError::RateLimited { retry_after }) => pause = pause.max(retry_after),
            Err(error @ (PericardError::Offline | PericardError::Portal { .. })) => {
                // Said once, not every minute.
                if !std::mem::replace(&mut away, true) {
                    output.aside(format!("{}; trying again.", Failure::Core(error).what()));
                }
            }
            Err(error) => return Err(error.into()),
        }
        show(&messages, &changes, &mut shown, output).await?;
        tokio::time::sleep(pause).await;
    }
}

async fn sync(account: &Account) -> Result<(), PericardError> {
    let run = account.start_sync(None, false)?;
    while run.next().await?.is_some() {}
    Ok(())
}

/// Shows what is unread in the conversations that changed, each message once.
async fn show(
    messages: &Messages,
    changes: &Changes,
    shown: &mut BTreeSet<MessageId>,
    output: &Output,
) -> Result<(), Failure> {
    let mut threads = BTreeSet::new();
    // Those that are told already; the stream itself would wait for more.
    while let Ok(Some(set)) = tokio::time::timeout(Duration::ZERO, changes.next()).await {
        for records in set.records {
            threads.extend(records.groups);
            if records.all {
                let all = context::all_threads(messages).await?;
                let unread = all.into_iter().filter(|thread| thread.unread > 0);
                threads.extend(unread.map(|thread| thread.id));
            }
        }
    }
    for thread in threads {
        let Ok(thread) = messages.thread(thread).await else {
            continue;
        };
        let page = messages.messages(thread.id.clone(), None, NEWEST).await?;
        let new = |message: &Message| message.unread && !shown.contains(&message.id);
        let new: Vec<Message> = page.messages.into_iter().rev().filter(new).collect();
        if new.is_empty() {
            continue;
        }
        for message in &new {
            output
                .result(&json!({ "message": shapes::message(message), "subject": thread.subject }));
        }
        output.say("");
        output.say(output.paint(STRONG, one_line(&thread.subject)));
        for line in render::talk(output, &new, usize::MAX, &Marks::default()) {
            output.say(line);
        }
        shown.extend(new.into_iter().map(|message| message.id));
    }
    Ok(())
}
