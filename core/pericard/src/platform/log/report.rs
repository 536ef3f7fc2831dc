//! The lines of a report for support: a key, and values that may stand in a log line.

use std::fmt::Write;

use super::{Coded, Loggable, Shown};

/// A report as plain text, `key: value` by line.
#[derive(Default)]
pub(crate) struct Report(String);

impl Report {
    /// Begins with these words.
    pub(crate) fn new(words: &'static str) -> Self {
        Self(words.to_owned())
    }

    /// Begins a section with an empty line.
    pub(crate) fn section(&mut self) {
        self.0.push('\n');
    }

    /// Adds a line.
    pub(crate) fn line(&mut self, key: &'static str, values: &[&dyn Loggable]) {
        self.0.push_str(key);
        self.0.push(':');
        for value in values {
            // Writing to a string does not fail.
            let _ = write!(self.0, " {}", Shown(*value));
        }
        self.0.push('\n');
    }

    /// Adds a line with what was found, or with the code of what went wrong.
    pub(crate) fn found<T: Loggable, E: Coded>(&mut self, key: &'static str, found: Result<T, E>) {
        match found {
            Ok(value) => self.line(key, &[&value]),
            Err(error) => self.line(key, &[&"error", &error]),
        }
    }

    /// Adds the lines of another one.
    pub(crate) fn append(&mut self, other: &Self) {
        self.0.push_str(&other.0);
    }

    pub(crate) fn into_text(self) -> String {
        self.0
    }
}
