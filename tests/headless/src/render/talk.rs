//! A conversation: what others wrote on the left, what the person wrote on the right.

use pericard::{Message, MessageFile, MessageState};

use crate::output::{BAD, OWN, Output, QUIET, STRONG, clean, one_line, wrap};
use crate::render::state;
use crate::time_format;

/// Messages in the order given, oldest first; each at most `lines` lines long.
pub(crate) fn talk(output: &Output, messages: &[Message], lines: usize) -> Vec<String> {
    let width = (output.width * 3 / 4).min(64);
    let mut shown = Vec::new();
    for message in messages {
        let text = clean(&message.text);
        let mut body: Vec<_> = text
            .trim()
            .lines()
            .flat_map(|line| wrap(line, width))
            .collect();
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
            shown.push(format!("{bar}{}", output.paint(STRONG, name_of(file))));
        }
        shown.push(String::new());
    }
    shown.pop();
    shown
}

/// A file's name, else its type.
fn name_of(file: &MessageFile) -> String {
    let name = [&file.name, &file.content_type];
    let name = name.into_iter().find(|name| !name.trim().is_empty());
    format!(
        "📎 {}",
        name.map_or("a file".to_owned(), |name| one_line(name))
    )
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
