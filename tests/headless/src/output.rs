//! How the command speaks: in colour to a person at a terminal, plainly into a pipe, in JSON to a program.
//!
//! Texts from a portal are shown through [`clean`] and names through [`one_line`]: neither can steer somebody's
//! terminal, and a name cannot look like a message. In JSON what a terminal obeys is escaped.

use std::io::{self, IsTerminal, Write};

use anstyle::{AnsiColor, Effects, Style};
use pericard_protocol::display_text;
use serde_json::{Value, json};

use crate::failure::Failure;

pub(crate) const STRONG: Style = Style::new().bold();
pub(crate) const QUIET: Style = Style::new().dimmed();
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().effects(Effects::BOLD);
pub(crate) const BAD: Style = AnsiColor::Red.on_default().effects(Effects::BOLD);
pub(crate) const DOUBT: Style = AnsiColor::Magenta.on_default().effects(Effects::BOLD);
pub(crate) const OWN: Style = AnsiColor::Cyan.on_default();
/// Reversed: readable on dark and on light.
pub(crate) const MARK: Style = Style::new().bold().invert();

/// The manner of one run.
pub(crate) struct Output {
    /// One JSON object instead of words.
    pub(crate) json: bool,
    /// Colours and bars.
    pub(crate) rich: bool,
    /// Columns to fill.
    pub(crate) width: usize,
    /// Lines of the screen, where a person reads.
    pub(crate) rows: Option<usize>,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let terminal = io::stdout().is_terminal()
            && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        // NO_COLOR wins (no-color.org); CLICOLOR_FORCE is for pictures (bixense.com/clicolors).
        let rich = !json && !set("NO_COLOR") && (terminal || set("CLICOLOR_FORCE"));
        let size = terminal_size::terminal_size();
        let columns = size.map_or(80, |(width, _)| usize::from(width.0));
        let rows = size.map(|(_, height)| usize::from(height.0));
        Self {
            json,
            rich,
            width: if terminal { columns.clamp(40, 100) } else { 80 },
            rows: rows.filter(|_| terminal && !json),
        }
    }

    /// A line of words; nothing in JSON. A reader that went away is no error.
    pub(crate) fn say(&self, line: impl AsRef<str>) {
        if !self.json {
            let _ = writeln!(io::stdout(), "{}", line.as_ref());
        }
    }

    /// Words that need more than a line.
    pub(crate) fn tell(&self, text: impl AsRef<str>) {
        for line in wrap(text.as_ref(), self.width) {
            self.say(line);
        }
    }

    /// The result, for programs.
    pub(crate) fn result(&self, value: &Value) {
        if self.json {
            let _ = writeln!(io::stdout(), "{}", escaped(value));
        }
    }

    /// Something on the side: to standard error, also in JSON.
    pub(crate) fn aside(&self, line: impl AsRef<str>) {
        let _ = writeln!(io::stderr(), "{}", line.as_ref());
    }

    /// What ended the command.
    pub(crate) fn failure(&self, failure: &Failure) {
        if self.json {
            let mut error = json!({ "code": failure.code(), "exit": failure.exit(),
                "message": failure.what(), "advice": failure.advice() });
            if let Some(error) = error.as_object_mut() {
                error.extend(failure.details());
            }
            return self.result(&json!({ "error": error }));
        }
        let rich = io::stderr().is_terminal() && self.rich;
        let (bad, plain) = if rich {
            (BAD.render().to_string(), BAD.render_reset().to_string())
        } else {
            Default::default()
        };
        self.aside(format!("{bad}pericard:{plain} {}.", failure.what()));
        let advice = failure.advice();
        if !advice.is_empty() {
            for line in wrap(&advice, self.width.saturating_sub(2)) {
                self.aside(format!("  {line}"));
            }
        }
    }

    /// `text` in `style`, where there are styles.
    pub(crate) fn paint(&self, style: Style, text: impl AsRef<str>) -> String {
        let text = text.as_ref();
        if self.rich && !text.is_empty() {
            format!("{}{text}{}", style.render(), style.render_reset())
        } else {
            text.to_owned()
        }
    }
}

/// `value` as JSON in which nothing is raw that a terminal obeys: control characters (ECMA-48), what turns the
/// direction of writing (Unicode TR 36 §3.3), what ends a line. A program reads the same value.
fn escaped(value: &Value) -> String {
    let obeyed =
        |c: char| c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let json = value.to_string();
    if !json.contains(obeyed) {
        return json;
    }
    let mut safe = String::with_capacity(json.len());
    for c in json.chars() {
        if obeyed(c) {
            // All of them are of the first plane, and stand within strings: outside there is nothing but syntax.
            safe.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            safe.push(c);
        }
    }
    safe
}

/// `text` without what a terminal obeys but line breaks; see [`display_text`].
pub(crate) fn clean(text: &str) -> String {
    display_text::body(text).replace('\t', " ")
}

/// `text` in lines of at most `width` columns. Broken at spaces alone: half a `--flag` helps nobody.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let options = textwrap::Options::new(width)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    let lines = textwrap::wrap(text, options);
    lines
        .into_iter()
        .map(std::borrow::Cow::into_owned)
        .collect()
}

/// `text` on one line.
pub(crate) fn one_line(text: &str) -> String {
    display_text::line(text)
}

/// The beginning of `text` in at most `columns`.
pub(crate) fn short(text: &str, columns: usize) -> String {
    let text = one_line(text);
    if textwrap::core::display_width(&text) <= columns {
        return text;
    }
    let mut kept = String::new();
    for c in text.chars() {
        kept.push(c);
        if textwrap::core::display_width(&kept) >= columns {
            kept.pop();
            break;
        }
    }
    kept.truncate(kept.trim_end().len());
    kept + "…"
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::{Value, json};

    use super::{clean, escaped, one_line, short};

    #[test]
    fn json_steers_no_terminal_and_says_the_same() {
        let value = json!({ "a\u{202e}": "\u{1b}[2J\u{9b}31m\u{7f}\u{2028}\u{2067}x\u{2069}\n", "b": [1, null] });
        let json = escaped(&value);
        assert!(json.is_ascii(), "{json}");
        assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), value);
        assert_eq!(escaped(&json!("Málaga 😀")), "\"Málaga 😀\"");
    }

    #[test]
    fn a_name_makes_no_line_of_its_own() {
        assert_eq!(
            one_line("Dr. A\n│ You · today\u{2028}│ Yes"),
            "Dr. A │ You · today │ Yes"
        );
    }

    #[test]
    fn a_message_cannot_steer_the_terminal() {
        assert_eq!(
            clean("a\u{1b}[2Jb\u{9b}31mc\u{7}\nd\u{202e}e"),
            "a [2Jb 31mc\nde"
        );
    }

    #[test]
    fn a_short_text_counts_columns_and_not_characters() {
        assert_eq!(short("appointment", 11), "appointment");
        assert_eq!(short("appointment", 8), "appoint…");
        assert_eq!(short("看護師からの連絡", 7), "看護師…");
    }
}
