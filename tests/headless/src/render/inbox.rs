//! Lists: the inbox, hits of a search, the outbox.

use comfy_table::CellAlignment::{Left, Right};
use pericard::{Message, MessageState, MessageThread, SearchHit};

use crate::output::{Output, QUIET, STRONG, one_line, short};
use crate::render::{Look, marks, table};
use crate::time_format;

/// Columns for a name.
const FROM: u16 = 24;
/// Columns for a date.
const WHEN: u16 = 13;
/// Columns for a mark and a number.
const NUMBER: u16 = 6;

/// Conversations as a table; `first` is the number of its first row.
pub(crate) fn inbox(output: &Output, threads: &[MessageThread], first: Option<usize>) -> String {
    let head = [
        ("", Some(NUMBER), Right),
        ("from", Some(FROM), Left),
        ("about", None, Left),
        ("when", Some(WHEN), Right),
    ];
    let rows = threads.iter().enumerate().map(|(n, thread)| {
        let look = if thread.unread > 0 {
            Look::Strong
        } else {
            Look::Plain
        };
        let mark = if thread.unread > 0 { "●" } else { "" };
        let number = first.map(|first| format!("{}", first + n));
        let number = number.unwrap_or_default();
        let who = thread.participants.first().map_or("", String::as_str);
        let about = match one_line(&thread.subject) {
            subject if subject.is_empty() => one_line(&thread.last_text),
            subject => subject,
        };
        let who = match who {
            "" if thread.last_outgoing => "you",
            "" => "–",
            who => who,
        };
        let count = format!(" ({})", thread.messages);
        let room = output
            .width
            .saturating_sub(usize::from(NUMBER + FROM + WHEN) + 2 + count.len());
        vec![
            (format!("{mark} {number}").trim().to_owned(), look),
            (short(who, usize::from(FROM) - 2), look),
            (short(&about, room) + &count, look),
            (
                time_format::brief(thread.last_at, thread.last_precision),
                Look::Quiet,
            ),
        ]
    });
    table(output, 1, &head, rows)
}

/// Hits, each with its conversation's number where that is known.
pub(crate) fn hits(
    output: &Output,
    hits: &[SearchHit],
    number: impl Fn(&str) -> Option<usize>,
) -> Vec<String> {
    let mut lines = Vec::new();
    for hit in hits {
        let number = number(hit.message.thread.as_str())
            .map(|n| format!("{n}"))
            .unwrap_or_default();
        let who = if hit.message.outgoing {
            "you"
        } else {
            hit.message.from.as_str()
        };
        let when = time_format::brief(hit.message.at, hit.message.precision);
        let room = output.width.saturating_sub(10 + when.len());
        let about = short(&format!("{} · {who}", hit.subject), room);
        let gap = " ".repeat(room.saturating_sub(textwrap::core::display_width(&about)));
        lines.push(format!(
            "{number:>5}  {}{gap}  {}",
            output.paint(STRONG, about),
            output.paint(QUIET, when)
        ));
        lines.extend(
            snippet(output, hit)
                .into_iter()
                .map(|line| format!("       {line}")),
        );
    }
    lines
}

/// The snippet, hits marked.
fn snippet(output: &Output, hit: &SearchHit) -> Vec<String> {
    let blank = |text: &str| text.replace(char::is_whitespace, " ");
    let parts: Vec<(String, bool)> = hit
        .snippet
        .iter()
        .map(|part| (blank(&part.text), part.hit))
        .collect();
    let parts = parts.iter().map(|(text, hit)| (text.as_str(), *hit));
    marks::lines(output, parts, output.width.saturating_sub(8))
}

/// What has not been sent.
pub(crate) fn outbox(output: &Output, messages: &[Message]) -> String {
    let head = [
        ("", Some(5), Right),
        ("text", None, Left),
        ("written", Some(WHEN), Right),
        ("state", Some(20), Left),
    ];
    let rows = messages.iter().enumerate().map(|(n, message)| {
        let look = match message.state {
            MessageState::Failed { .. } | MessageState::Unknown => Look::Bad,
            _ => Look::Plain,
        };
        vec![
            (format!("{}", n + 1), Look::Plain),
            (
                short(&message.text, output.width.saturating_sub(5 + 13 + 20 + 2)),
                Look::Plain,
            ),
            (
                time_format::brief(message.at, message.precision),
                Look::Quiet,
            ),
            (state(message.state), look),
        ]
    });
    table(output, 1, &head, rows)
}

/// Where a message stands, in words; nothing for one that was received.
pub(crate) fn state(state: MessageState) -> String {
    match state {
        MessageState::Received => String::new(),
        MessageState::Queued => "queued".into(),
        MessageState::Sending => "under way".into(),
        MessageState::Sent => "sent".into(),
        MessageState::Failed { status: 0 } => "not taken".into(),
        MessageState::Failed { status } => format!("refused (HTTP {status})"),
        MessageState::Unknown => "may have arrived".into(),
    }
}
