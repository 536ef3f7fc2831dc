//! More than a screenful, for a person at a terminal: through the pager that they have.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::output::Output;

/// Ends at once where everything fits, keeps colours, and leaves the text on the screen.
const DEFAULT: &str = "less -FRX";

/// Shows `lines`; those that do not fit on the screen through PAGER, and without one that works as they are.
pub(crate) fn show(output: &Output, lines: &[String]) {
    let paged = output
        .rows
        .filter(|rows| lines.len() >= *rows)
        .and_then(|_| paged(lines));
    if paged.is_none() {
        lines.iter().for_each(|line| output.say(line));
    }
}

fn paged(lines: &[String]) -> Option<()> {
    let pager = std::env::var("PAGER").ok();
    let pager = pager.filter(|pager| !pager.trim().is_empty());
    let pager = pager.unwrap_or_else(|| DEFAULT.to_owned());
    let mut words = pager.split_whitespace();
    let mut child = Command::new(words.next()?)
        .args(words)
        .stdin(Stdio::piped())
        .spawn()
        .ok()?;
    if let Some(mut into) = child.stdin.take() {
        for line in lines {
            // Whoever quits the pager has seen enough.
            if writeln!(into, "{line}").is_err() {
                break;
            }
        }
    }
    child.wait().ok().map(|_| ())
}
