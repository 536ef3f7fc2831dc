//! What a list of hits shows of a message.

use pericard_protocol::search_text::{self, Query};

use super::super::model::SnippetPart;

/// How much of a text a snippet shows before and after the first hit, in characters.
const BEFORE: usize = 40;
const AFTER: usize = 120;

/// The text around the first hit, in pieces; its beginning where nothing in it is hit.
pub(super) fn snippet(text: &str, query: &Query) -> Vec<SnippetPart> {
    let hits = search_text::hits(text, query);
    let first = hits.first().map_or(0, |hit| hit.start);
    let begin = text[..first]
        .char_indices()
        .rev()
        .take(BEFORE)
        .last()
        .map_or(0, |(at, _)| at);
    let begin = match text[begin..first].find(char::is_whitespace) {
        Some(blank) if begin > 0 => begin + blank + 1,
        _ => begin,
    };
    let end = text[first..]
        .char_indices()
        .nth(AFTER)
        .map_or(text.len(), |(at, _)| first + at);
    let mut parts = Vec::new();
    let mut add = |text: &str, hit: bool| {
        if !text.is_empty() {
            parts.push(SnippetPart {
                text: text.to_owned(),
                hit,
            });
        }
    };
    let mut at = begin;
    if begin > 0 {
        add("…", false);
    }
    for hit in hits
        .iter()
        .filter(|hit| hit.start >= begin && hit.end <= end)
    {
        add(&text[at..hit.start], false);
        add(&text[hit.clone()], true);
        at = hit.end;
    }
    add(&text[at.min(end)..end], false);
    if end < text.len() {
        add("…", false);
    }
    parts
}
