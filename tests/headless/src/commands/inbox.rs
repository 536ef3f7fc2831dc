//! The inbox, and a conversation from it. Nothing here touches the network.

use pericard::{Message, MessageId, MessagePage, MessageThread, Messages, ThreadId, ThreadPage};
use pericard_protocol::search_text;
use serde_json::json;

use super::{policy, save};
use crate::cli::{List, Options};
use crate::commands::sync::count;
use crate::context::{self, Context};
use crate::failure::Failure;
use crate::output::{Output, QUIET, STRONG, one_line, short};
use crate::pager;
use crate::render::{self, Marks, shapes};

pub(super) async fn inbox(
    options: &Options,
    archived: bool,
    list: &List,
    output: &Output,
) -> Result<(), Failure> {
    let context = Context::existing(options).await?;
    let account = context.account().await?;
    let state = policy::messages(&account).await?;
    if policy::tell(&state, output) {
        output.say("");
    }
    let messages = context.messages_of(&account)?;
    if archived {
        archive(&messages, list, output).await?;
        return context.close().await;
    }
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
        let mut lines = lines(&render::inbox(output, &page.threads, Some(first)));
        if let Some(after) = &page.after {
            let rest = all.len() + 1 - first - page.threads.len();
            lines.push(String::new());
            lines.push(output.paint(
                QUIET,
                format!("{rest} more: pericard inbox --all, or --after {after}"),
            ));
        }
        pager::show(output, &lines);
    }
    context.close().await
}

/// What was taken out of the inbox; without numbers, which are those of the inbox.
async fn archive(messages: &Messages, list: &List, output: &Output) -> Result<(), Failure> {
    let mut page = ThreadPage {
        threads: Vec::new(),
        after: list.after.clone(),
    };
    loop {
        let limit = if list.all { 500 } else { list.limit };
        let next = messages.archived_threads(page.after.take(), limit).await?;
        page.threads.extend(next.threads);
        page.after = next.after;
        if !list.all || page.after.is_none() {
            break;
        }
    }
    let shapes = page
        .threads
        .iter()
        .map(|thread| shapes::thread(thread, None));
    output.result(&json!({ "threads": shapes.collect::<Vec<_>>(), "after": page.after }));
    if page.threads.is_empty() {
        output.say("Nothing is archived.");
    } else if !output.json {
        let mut lines = lines(&render::inbox(output, &page.threads, None));
        for thread in &page.threads {
            let back = format!(
                "{}: pericard archive --undo {}",
                one_line(&thread.subject),
                thread.id
            );
            lines.push(output.paint(QUIET, back));
        }
        pager::show(output, &lines);
    }
    Ok(())
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

pub(super) async fn read(
    options: &Options,
    thread: &str,
    keep_unread: bool,
    find: Option<&str>,
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
    let query = find.and_then(search_text::query);
    if let Some(words) = find {
        let hit = hit_in(&messages, &thread.id, words).await?;
        page = messages.messages_around(hit, list.limit.max(3)).await?;
    }
    while find.is_none() {
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
        &json!({ "thread": shapes::thread(&thread, None), "messages": shown, "after": page.after,
            "draft": messages.draft(thread.id.clone()).await?.as_ref().map(shapes::draft) }),
    );
    if !output.json {
        // Files have the numbers that `save` takes: from the newest message on.
        let files = save::in_order(&page.messages).zip(1..);
        let files = files.filter(|_| list.after.is_none() && find.is_none());
        let marks = Marks {
            find: query,
            files: files
                .map(|(file, number)| (file.id.clone(), number))
                .collect(),
        };
        let lines = conversation(&messages, &thread, page, &marks, output).await?;
        pager::show(output, &lines);
    }
    context.close().await
}

/// The newest message of a conversation that has the words.
async fn hit_in(messages: &Messages, thread: &ThreadId, words: &str) -> Result<MessageId, Failure> {
    let mut after = None;
    loop {
        let page = messages.search(words.to_owned(), after, 500).await?;
        let mut hits = page.hits.into_iter();
        if let Some(hit) = hits.find(|hit| hit.message.thread == *thread) {
            return Ok(hit.message.id);
        }
        after = page.after;
        if after.is_none() {
            return Err(Failure::usage(
                "no message of this conversation contains all of these words",
                "Search everywhere: pericard search WORDS",
            ));
        }
    }
}

/// A conversation as a person reads it: its newest message last.
pub(super) async fn conversation(
    messages: &Messages,
    thread: &MessageThread,
    page: MessagePage,
    marks: &Marks,
    output: &Output,
) -> Result<Vec<String>, Failure> {
    let mut lines = vec![output.paint(STRONG, one_line(&thread.subject))];
    let others: Vec<_> = thread
        .participants
        .iter()
        .map(|name| one_line(name))
        .collect();
    lines.push(output.paint(
        QUIET,
        format!(
            "{} · {}",
            others.join(", "),
            count(thread.messages.into(), "message")
        ),
    ));
    if let Some(after) = &page.after {
        lines.push(String::new());
        lines.push(output.paint(QUIET, format!("Older ones: --all, or --after {after}")));
    }
    lines.push(String::new());
    let oldest_first: Vec<Message> = page.messages.into_iter().rev().collect();
    lines.extend(render::talk(output, &oldest_first, usize::MAX, marks));
    if page.before.is_some() {
        lines.push(String::new());
        lines.push(output.paint(QUIET, "Newer ones: the same without --find"));
    }
    if let Some(draft) = messages.draft(thread.id.clone()).await? {
        lines.push(String::new());
        let draft = short(&draft.text, output.width.saturating_sub(30));
        lines.push(output.paint(QUIET, format!("Draft: {draft} (pericard drafts)")));
    }
    Ok(lines)
}
