//! Waiting for messages, and showing them as they come, until Ctrl-C.

use std::collections::BTreeSet;
use std::time::Duration;

use pericard::{Account, Changes, Message, MessageId, Messages, PericardError, ThreadId};
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
        watched = watch(&context, &account, Duration::from_secs(every), output) => watched,
        _ = tokio::signal::ctrl_c() => Ok(()),
    };
    context.close().await?;
    watched
}

async fn watch(
    context: &Context,
    account: &Account,
    every: Duration,
    output: &Output,
) -> Result<(), Failure> {
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
        let changed = changed(&changes).await;
        // Somebody may have come or gone since.
        let people = context.people(account)?;
        for person in &people {
            let messages = account.messages(person.id.clone())?;
            let name = (people.len() > 1).then_some(person.name.as_str());
            match show(&messages, &changed, name, &mut shown, output).await {
                // One person's session says nothing of the others'.
                Err(PericardError::SignInRequired { .. }) if people.len() > 1 => {}
                shown => shown?,
            }
        }
        tokio::time::sleep(pause).await;
    }
}

async fn sync(account: &Account) -> Result<(), PericardError> {
    let run = account.start_sync(None, false)?;
    while run.next().await?.is_some() {}
    Ok(())
}

/// The conversations that changed, and whether they are too many to be named.
async fn changed(changes: &Changes) -> (BTreeSet<ThreadId>, bool) {
    let (mut threads, mut all) = (BTreeSet::new(), false);
    // Those that are told already; the stream itself would wait for more.
    while let Ok(Some(set)) = tokio::time::timeout(Duration::ZERO, changes.next()).await {
        for records in set.records {
            threads.extend(records.groups);
            all |= records.all;
        }
    }
    (threads, all)
}

/// Shows what is unread in the conversations that changed, each message once.
async fn show(
    messages: &Messages,
    (changed, all): &(BTreeSet<ThreadId>, bool),
    name: Option<&str>,
    shown: &mut BTreeSet<MessageId>,
    output: &Output,
) -> Result<(), PericardError> {
    let mut threads = changed.clone();
    if *all {
        let all = context::all_threads(messages).await?;
        let unread = all.into_iter().filter(|thread| thread.unread > 0);
        threads.extend(unread.map(|thread| thread.id));
    }
    for thread in threads {
        // One that is gone since, or of somebody else.
        let thread = match messages.thread(thread).await {
            Err(PericardError::NotFound) => continue,
            thread => thread?,
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
        let subject = one_line(&thread.subject);
        output.say(output.paint(
            STRONG,
            match name {
                Some(name) => format!("{subject} ({})", one_line(name)),
                None => subject,
            },
        ));
        for line in render::talk(output, &new, usize::MAX, &Marks::default()) {
            output.say(line);
        }
        shown.extend(new.into_iter().map(|message| message.id));
    }
    Ok(())
}
