//! What has not been sent, and what the person decides about it.

use pericard::Message;
use serde_json::json;

use crate::cli::Options;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::show::{self, shapes};
use crate::voice::Voice;

pub(super) async fn run(
    options: &Options,
    retry: Option<usize>,
    withdraw: Option<usize>,
    voice: &Voice,
) -> Result<(), Failure> {
    let desk = Desk::existing(options).await?;
    let messages = desk.messages().await?;
    let waiting = messages.outbox().await?;
    if let Some(n) = retry {
        messages.retry(nth(&waiting, n)?.id.clone()).await?;
        voice.say("Queued once more. The next sync sends it: pericard sync");
    }
    if let Some(n) = withdraw {
        messages.withdraw(nth(&waiting, n)?.id.clone()).await?;
        voice.say("Taken back.");
    }
    let waiting = messages.outbox().await?;
    voice.result(&json!({ "outbox": waiting.iter().map(shapes::message).collect::<Vec<_>>() }));
    if waiting.is_empty() {
        voice.say("Nothing is waiting to be sent.");
    } else if !voice.json {
        voice.say(show::outbox(voice, &waiting));
    }
    desk.close().await
}

fn nth(waiting: &[Message], n: usize) -> Result<&Message, Failure> {
    n.checked_sub(1)
        .and_then(|n| waiting.get(n))
        .ok_or_else(|| {
            Failure::usage(
                format!("nothing in the outbox has number {n}"),
                "Numbers are those of: pericard outbox",
            )
        })
}
