//! How the command speaks: in colour to a person at a terminal, plainly into a pipe, in JSON to a program.
//!
//! Texts from a portal are shown through [`clean`]: a message must not be able to steer somebody's terminal.

use std::io::{self, IsTerminal, Write};

use anstyle::{AnsiColor, Effects, Style};
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
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let terminal = io::stdout().is_terminal()
            && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        // NO_COLOR wins (no-color.org); CLICOLOR_FORCE is for pictures (bixense.com/clicolors).
        let rich = !json && !set("NO_COLOR") && (terminal || set("CLICOLOR_FORCE"));
        let columns = terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0));
        Self {
            json,
            rich,
            width: if terminal { columns.clamp(40, 100) } else { 80 },
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
            let _ = writeln!(io::stdout(), "{value}");
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

/// `text` without what a terminal obeys: control characters (ECMA-48) but for line breaks, and the directional
/// overrides that make a text read other than it is (Unicode TR 36 §3.3).
pub(crate) fn clean(text: &str) -> String {
    let shown = |c: char| match c {
        '\n' => Some(c),
        '\t' => Some(' '),
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => None,
        c if c.is_control() => None,
        c => Some(c),
    };
    text.chars().filter_map(shown).collect()
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
    clean(text).split_whitespace().collect::<Vec<_>>().join(" ")
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
mod tests {
    use super::{clean, short};

    #[test]
    fn a_message_cannot_steer_the_terminal() {
        assert_eq!(
            clean("a\u{1b}[2Jb\u{9b}31mc\u{7}\nd\u{202e}e"),
            "a[2Jb31mc\nde"
        );
    }

    #[test]
    fn a_short_text_counts_columns_and_not_characters() {
        assert_eq!(short("appointment", 11), "appointment");
        assert_eq!(short("appointment", 8), "appoint…");
        assert_eq!(short("看護師からの連絡", 7), "看護師…");
    }
}
