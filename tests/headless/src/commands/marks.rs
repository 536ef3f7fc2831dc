//! What a person says of a conversation on this device: archived, unread.

use pericard::{Messages, ThreadId};
use serde_json::json;

use crate::cli::Options;
use crate::context::{self, Context};
use crate::failure::Failure;
use crate::output::{Output, one_line};
use crate::render::shapes;

/// What is said.
#[derive(Clone, Copy)]
pub(super) enum Mark {
    Archived,
    InInbox,
    Unread,
}

pub(super) async fn run(
    options: &Options,
    thread: &str,
    mark: Mark,
    output: &Output,
) -> Result<(), Failure> {
    let context = Context::existing(options).await?;
    let messages = context.messages().await?;
    let thread = context::thread(&messages, thread).await?;
    say(&messages, thread.id.clone(), mark).await?;
    let thread = messages.thread(thread.id).await?;
    output.result(&json!({ "thread": shapes::thread(&thread, None) }));
    let subject = one_line(&thread.subject);
    output.tell(match mark {
        Mark::Archived => format!(
            "Archived: {subject}. It comes back with the next message in it, or with: pericard archive --undo {}",
            thread.id
        ),
        Mark::InInbox => format!("In the inbox: {subject}."),
        Mark::Unread if thread.unread == 0 => {
            format!("Nobody else has written in {subject}: there is nothing to mark.")
        }
        Mark::Unread => format!("Marked as unread: {subject}."),
    });
    context.close().await
}

async fn say(messages: &Messages, thread: ThreadId, mark: Mark) -> Result<(), Failure> {
    Ok(match mark {
        Mark::Archived => messages.archive(thread).await,
        Mark::InInbox => messages.unarchive(thread).await,
        Mark::Unread => messages.mark_unread(thread).await,
    }?)
}
