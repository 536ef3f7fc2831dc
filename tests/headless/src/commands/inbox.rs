//! The inbox, and a conversation from it. Nothing here touches the network.

use pericard::{Message, MessagePage, ThreadPage};
use serde_json::json;

use crate::cli::{List, Options};
use crate::commands::sync::count;
use crate::context::{self, Context};
use crate::failure::Failure;
use crate::output::{Output, QUIET, STRONG, one_line};
use crate::render::{self, shapes};

pub(super) async fn inbox(options: &Options, list: &List, output: &Output) -> Result<(), Failure> {
    let context = Context::existing(options).await?;
    let messages = context.messages().await?;
    let all = context::all_threads(&messages).await?;
    let page = if list.all {
        ThreadPage {
            threads: all.clone(),
            after: None,
        }
    } else {
        messages.threads(list.after.clone(), list.limit).await?
    };
    // Numbers count from the newest, whatever part is shown.
    let first = page
        .threads
        .first()
        .and_then(|first| all.iter().position(|thread| thread.id == first.id));
    let first = first.unwrap_or_default() + 1;
    let shapes = page
        .threads
        .iter()
        .enumerate()
        .map(|(n, thread)| shapes::thread(thread, Some(first + n)));
    output.result(
        &json!({ "threads": shapes.collect::<Vec<_>>(), "total": all.len(), "after": page.after }),
    );
    if page.threads.is_empty() {
        output.say("The inbox is empty. To download messages: pericard sync");
    } else if !output.json {
        output.say(render::inbox(output, &page.threads, first));
        if let Some(after) = &page.after {
            let rest = all.len() + 1 - first - page.threads.len();
            output.say(output.paint(
                QUIET,
                format!("\n{rest} more: pericard inbox --all, or --after {after}"),
            ));
        }
    }
    context.close().await
}

pub(super) async fn read(
    options: &Options,
    thread: &str,
    keep_unread: bool,
    list: &List,
    output: &Output,
) -> Result<(), Failure> {
    let context = Context::existing(options).await?;
    let messages = context.messages().await?;
    let thread = context::thread(&messages, thread).await?;
    let mut page = MessagePage {
        messages: Vec::new(),
        after: list.after.clone(),
        before: None,
    };
    loop {
        let limit = if list.all { 500 } else { list.limit };
        let next = messages
            .messages(thread.id.clone(), page.after.take(), limit)
            .await?;
        page.messages.extend(next.messages);
        page.after = next.after;
        if !list.all || page.after.is_none() {
            break;
        }
    }
    if !keep_unread {
        messages.mark_read(thread.id.clone()).await?;
    }
    let shown = page
        .messages
        .iter()
        .map(shapes::message)
        .collect::<Vec<_>>();
    output.result(
        &json!({ "thread": shapes::thread(&thread, None), "messages": shown, "after": page.after }),
    );
    if !output.json {
        output.say(output.paint(STRONG, one_line(&thread.subject)));
        let others: Vec<_> = thread
            .participants
            .iter()
            .map(|name| one_line(name))
            .collect();
        output.say(output.paint(
            QUIET,
            format!(
                "{} · {}",
                others.join(", "),
                count(thread.messages.into(), "message")
            ),
        ));
        if let Some(after) = &page.after {
            output.say(output.paint(QUIET, format!("\nOlder ones: --all, or --after {after}")));
        }
        output.say("");
        let oldest_first: Vec<Message> = page.messages.into_iter().rev().collect();
        for line in render::talk(output, &oldest_first, usize::MAX) {
            output.say(line);
        }
    }
    context.close().await
}
