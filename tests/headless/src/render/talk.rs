//! A conversation: what others wrote on the left, what the person wrote on the right.

use std::collections::HashMap;

use pericard::{FileId, FileProblem, FileState, Message, MessageFile, MessageState};
use pericard_protocol::search_text::{self, Query};

use crate::output::{BAD, OWN, Output, QUIET, STRONG, clean, one_line, wrap};
use crate::render::{marks as marked, state};
use crate::time_format;

/// What a conversation is shown with beside its text.
#[derive(Default)]
pub(crate) struct Marks {
    /// What this finds is marked.
    pub(crate) find: Option<Query>,
    /// Numbers of files, by their ids.
    pub(crate) files: HashMap<FileId, usize>,
}

/// Messages in the order given, oldest first; each at most `lines` lines long.
pub(crate) fn talk(
    output: &Output,
    messages: &[Message],
    lines: usize,
    marks: &Marks,
) -> Vec<String> {
    let width = (output.width * 3 / 4).min(64);
    let mut shown = Vec::new();
    for message in messages {
        let mut body = match &marks.find {
            Some(find) => marked::lines(output, pieces(message.text.trim(), find), width),
            None => clean(&message.text)
                .trim()
                .lines()
                .flat_map(|line| wrap(line, width))
                .collect(),
        };
        let cut = body.len() > lines;
        body.truncate(lines);
        while cut && body.last().is_some_and(|line| line.is_empty()) {
            body.pop();
        }
        let indent = if message.outgoing {
            output.width.saturating_sub(width + 3)
        } else {
            1
        };
        let (bar, style) = if message.outgoing {
            ("┃", OWN)
        } else {
            ("│", QUIET)
        };
        let bar = format!("{}{} ", " ".repeat(indent), output.paint(style, bar));
        shown.push(format!("{bar}{}", head(output, message)));
        if body.is_empty() && message.files.is_empty() {
            shown.push(format!("{bar}{}", output.paint(QUIET, "(no text)")));
        }
        for line in &body {
            let line = format!("{bar}{line}");
            shown.push(line.trim_end().to_owned());
        }
        if cut {
            shown.push(format!("{bar}{}", output.paint(QUIET, "…")));
        }
        for file in &message.files {
            let number = marks
                .files
                .get(&file.id)
                .map(|number| format!("{number}. "));
            let name = format!("📎 {}{}", number.unwrap_or_default(), name_of(file));
            let more = output.paint(QUIET, format!(" · {}", facts(file)));
            shown.push(format!("{bar}{}{more}", output.paint(STRONG, name)));
        }
        shown.push(String::new());
    }
    shown.pop();
    shown
}

/// A text in pieces, those that `find` finds marked.
fn pieces<'a>(text: &'a str, find: &Query) -> Vec<(&'a str, bool)> {
    let mut pieces = Vec::new();
    let mut at = 0;
    for hit in search_text::hits(text, find) {
        pieces.push((&text[at..hit.start], false));
        pieces.push((&text[hit.clone()], true));
        at = hit.end;
    }
    pieces.push((&text[at..], false));
    pieces
}

/// A file's name, else its type.
fn name_of(file: &MessageFile) -> String {
    let name = [&file.name, &file.content_type];
    let name = name.into_iter().find(|name| !name.trim().is_empty());
    name.map_or("a file".to_owned(), |name| one_line(name))
}

/// Its size, and where it is.
fn facts(file: &MessageFile) -> String {
    let size = file.size.map(|size| match size {
        0..1_000 => format!("{size} bytes · "),
        1_000..1_000_000 => format!("{} kB · ", size.div_ceil(1_000)),
        _ => format!("{}.{} MB · ", size / 1_000_000, size / 100_000 % 10),
    });
    let place = match file.state {
        FileState::Stored => "on this device",
        FileState::Remote { received: 0 } => "at the portal",
        FileState::Remote { .. } => "partly fetched",
        FileState::Downloading => "being fetched",
        FileState::Unavailable { reason } => match reason {
            FileProblem::NoSource => "cannot be fetched: the message does not say from where",
            FileProblem::TooLarge => "cannot be fetched: larger than 250 MB",
            FileProblem::Mismatch => "refused: not the file that the message describes",
            FileProblem::NotFound => "no longer at the portal",
            FileProblem::Refused => "refused by the portal",
            FileProblem::Foreign => "refused: it belongs to someone else",
        },
    };
    format!("{}{place}", size.unwrap_or_default())
}

fn head(output: &Output, message: &Message) -> String {
    let who = match (message.outgoing, message.from.as_str()) {
        (true, _) => "You".to_owned(),
        (false, "") => "Somebody".to_owned(),
        (false, from) => one_line(from),
    };
    let mut head = output.paint(STRONG, who);
    head += &output.paint(
        QUIET,
        format!(" · {}", time_format::sent(message.at, message.precision)),
    );
    match message.state {
        MessageState::Received | MessageState::Sent => {}
        MessageState::Failed { .. } | MessageState::Unknown => {
            head += &output.paint(BAD, format!(" · {}", state(message.state)));
        }
        MessageState::Queued | MessageState::Sending => {
            head += &output.paint(OWN, format!(" · {}", state(message.state)));
        }
    }
    if message.edited {
        head += &output.paint(QUIET, " · edited");
    }
    if message.unread {
        head += &output.paint(STRONG, " · new");
    }
    head
}
