//! What is being written: listed, sent, thrown away. `pericard send --draft` writes one.

use pericard::Draft;
use serde_json::json;

use crate::cli::Options;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::Output;
use crate::render::{self, shapes};

pub(super) async fn run(
    options: &Options,
    send: Option<usize>,
    discard: Option<usize>,
    output: &Output,
) -> Result<(), Failure> {
    let context = Context::existing(options).await?;
    let messages = context.messages().await?;
    let drafts = messages.drafts().await?;
    if let Some(n) = send {
        messages.send_draft(nth(&drafts, n)?.id.clone()).await?;
        output.say("Queued. The next sync sends it: pericard sync");
    }
    if let Some(n) = discard {
        messages.discard_draft(nth(&drafts, n)?.id.clone()).await?;
        output.say("Discarded.");
    }
    let drafts = messages.drafts().await?;
    output.result(&json!({ "drafts": drafts.iter().map(shapes::draft).collect::<Vec<_>>() }));
    if drafts.is_empty() {
        output.say("There are no drafts. To write one: pericard send --draft");
    } else if !output.json {
        output.say(render::drafts(output, &drafts));
    }
    context.close().await
}

fn nth(drafts: &[Draft], n: usize) -> Result<&Draft, Failure> {
    let found = n.checked_sub(1).and_then(|n| drafts.get(n));
    found.ok_or_else(|| {
        Failure::usage(
            format!("there is no draft {n}"),
            "Numbers refer to the current list: pericard drafts",
        )
    })
}
