//! Searching what is on the device.

use std::collections::HashMap;

use pericard::SearchPage;
use serde_json::json;

use super::find;
use crate::cli::{List, Options};
use crate::context::{self, Context};
use crate::failure::Failure;
use crate::output::{Output, QUIET};
use crate::pager;
use crate::prompt;
use crate::render::{self, shapes};

pub(super) async fn run(
    options: &Options,
    text: &str,
    list: &List,
    output: &Output,
) -> Result<(), Failure> {
    let context = Context::existing(options).await?;
    let messages = context.messages().await?;
    if text.is_empty() {
        if !prompt::somebody() || output.json {
            return Err(Failure::usage(
                "the words to find are missing",
                "For example: pericard search blood pressure",
            ));
        }
        find::as_one_types(&messages, output).await?;
        return context.close().await;
    }
    let threads = context::all_threads(&messages).await?;
    let numbers: HashMap<_, _> = threads
        .iter()
        .zip(1..)
        .map(|(thread, n)| (thread.id.as_str(), n))
        .collect();
    let number = |thread: &str| numbers.get(thread).copied();
    let mut page = SearchPage {
        hits: Vec::new(),
        after: list.after.clone(),
    };
    loop {
        let limit = if list.all { 500 } else { list.limit };
        let next = messages
            .search(text.to_owned(), page.after.take(), limit)
            .await?;
        page.hits.extend(next.hits);
        page.after = next.after;
        if !list.all || page.after.is_none() {
            break;
        }
    }
    let shapes = page
        .hits
        .iter()
        .map(|hit| shapes::hit(hit, number(hit.message.thread.as_str())));
    output.result(&json!({ "hits": shapes.collect::<Vec<_>>(), "after": page.after }));
    if page.hits.is_empty() {
        output.say("No message contains all of these words.");
    } else if !output.json {
        let mut lines = render::hits(output, &page.hits, number);
        let more = page
            .after
            .as_ref()
            .map(|after| format!("More: --all, or --after {after}"));
        let read =
            || format!("To read one in its conversation: pericard read NUMBER --find \"{text}\"");
        lines.push(String::new());
        lines.push(output.paint(QUIET, more.unwrap_or_else(read)));
        pager::show(output, &lines);
    }
    context.close().await
}
