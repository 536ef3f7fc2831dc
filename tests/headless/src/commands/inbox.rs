//! The inbox, and a conversation from it. Nothing here touches the network.

use pericard::{Message, MessagePage, ThreadPage};
use serde_json::json;

use crate::cli::{List, Options};
use crate::commands::sync::count;
use crate::desk::{self, Desk};
use crate::failure::Failure;
use crate::show::{self, shapes};
use crate::voice::{QUIET, STRONG, Voice, one_line};

pub(super) async fn inbox(options: &Options, list: &List, voice: &Voice) -> Result<(), Failure> {
    let desk = Desk::existing(options).await?;
    let messages = desk.messages().await?;
    let all = desk::all_threads(&messages).await?;
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
    voice.result(
        &json!({ "threads": shapes.collect::<Vec<_>>(), "total": all.len(), "after": page.after }),
    );
    if page.threads.is_empty() {
        voice.say("The inbox is empty. To fetch it: pericard sync");
    } else if !voice.json {
        voice.say(show::inbox(voice, &page.threads, first));
        if let Some(after) = &page.after {
            let rest = all.len() + 1 - first - page.threads.len();
            voice.say(voice.paint(
                QUIET,
                format!("\n{rest} more: pericard inbox --all, or --after {after}"),
            ));
        }
    }
    desk.close().await
}

pub(super) async fn read(
    options: &Options,
    thread: &str,
    keep_unread: bool,
    list: &List,
    voice: &Voice,
) -> Result<(), Failure> {
    let desk = Desk::existing(options).await?;
    let messages = desk.messages().await?;
    let thread = desk::thread(&messages, thread).await?;
    let mut page = MessagePage {
        messages: Vec::new(),
        after: list.after.clone(),
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
    voice.result(
        &json!({ "thread": shapes::thread(&thread, None), "messages": shown, "after": page.after }),
    );
    if !voice.json {
        voice.say(voice.paint(STRONG, one_line(&thread.subject)));
        let others: Vec<_> = thread
            .participants
            .iter()
            .map(|name| one_line(name))
            .collect();
        voice.say(voice.paint(
            QUIET,
            format!(
                "{} · {}",
                others.join(", "),
                count(thread.messages.into(), "message")
            ),
        ));
        if let Some(after) = &page.after {
            voice.say(voice.paint(QUIET, format!("\nOlder ones: --all, or --after {after}")));
        }
        voice.say("");
        let oldest_first: Vec<Message> = page.messages.into_iter().rev().collect();
        for line in show::talk(voice, &oldest_first, usize::MAX) {
            voice.say(line);
        }
    }
    desk.close().await
}
