//! Searching what is on the device.

use std::collections::HashMap;

use pericard::SearchPage;
use serde_json::json;

use crate::cli::{List, Options};
use crate::context::{self, Context};
use crate::failure::Failure;
use crate::output::{Output, QUIET};
use crate::render::{self, shapes};

pub(super) async fn run(
    options: &Options,
    text: &str,
    list: &List,
    output: &Output,
) -> Result<(), Failure> {
    let context = Context::existing(options).await?;
    let messages = context.messages().await?;
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
        .map(|hit| shapes::hit(hit, number(&hit.message.thread)));
    output.result(&json!({ "hits": shapes.collect::<Vec<_>>(), "after": page.after }));
    if page.hits.is_empty() {
        output.say("No message contains all of these words.");
    } else if !output.json {
        for line in render::hits(output, &page.hits, number) {
            output.say(line);
        }
        let more = page
            .after
            .as_ref()
            .map(|after| format!("\nMore: --all, or --after {after}"));
        output.say(output.paint(
            QUIET,
            more.unwrap_or_else(|| "\nTo read one, use its number: pericard read".into()),
        ));
    }
    context.close().await
}
