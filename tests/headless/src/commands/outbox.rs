//! What has not been sent, and what the person decides about it.

use pericard::Message;
use serde_json::json;

use crate::cli::Options;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::Output;
use crate::render::{self, shapes};

pub(super) async fn run(
    options: &Options,
    retry: Option<usize>,
    withdraw: Option<usize>,
    edit: Option<&[String]>,
    output: &Output,
) -> Result<(), Failure> {
    let context = Context::existing(options).await?;
    let messages = context.messages().await?;
    let waiting = messages.outbox().await?;
    if let Some(n) = retry {
        messages.retry(nth(&waiting, n)?.id.clone()).await?;
        output.say("Queued again. The next sync sends it: pericard sync");
    }
    if let Some(n) = withdraw {
        messages.withdraw(nth(&waiting, n)?.id.clone()).await?;
        output.say("Taken back.");
    }
    if let Some([n, text]) = edit {
        let number = n.parse().unwrap_or(0);
        let message = nth(&waiting, number)?.id.clone();
        messages.edit(message, text.clone()).await?;
        output.say("Written anew. The next sync sends it: pericard sync");
    }
    let waiting = messages.outbox().await?;
    output.result(&json!({ "outbox": waiting.iter().map(shapes::message).collect::<Vec<_>>() }));
    if waiting.is_empty() {
        output.say("Nothing is waiting to be sent.");
    } else if !output.json {
        output.say(render::outbox(output, &waiting));
    }
    context.close().await
}

fn nth(waiting: &[Message], n: usize) -> Result<&Message, Failure> {
    n.checked_sub(1)
        .and_then(|n| waiting.get(n))
        .ok_or_else(|| {
            Failure::usage(
                format!("there is no message {n} in the outbox"),
                "Numbers refer to the current list: pericard outbox",
            )
        })
}
