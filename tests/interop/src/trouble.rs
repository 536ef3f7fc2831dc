//! Why a check did not hold, in words for the person who reads the run.

use std::fmt;

/// What went wrong. Everything here is test data, so that addresses and answers may be told.
pub(crate) struct Trouble(String);

/// The result of a check, or of a step towards one.
pub(crate) type Result<T = ()> = std::result::Result<T, Trouble>;

impl Trouble {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Says where it happened.
    pub(crate) fn at(self, place: &str) -> Self {
        Self(format!("{place}: {}", self.0))
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<E: std::error::Error> From<E> for Trouble {
    fn from(error: E) -> Self {
        let mut text = error.to_string();
        // Errors of the core say little in words, on purpose; their variant says what it was.
        let variant = format!("{error:?}");
        if variant.len() < 160 {
            text.push_str(&format!(" [{variant}]"));
        }
        let mut cause = error.source();
        while let Some(inner) = cause {
            text.push_str(&format!(": {inner}"));
            cause = inner.source();
        }
        Self(text)
    }
}

/// Fails with what was seen instead, unless `holds`.
pub(crate) fn expect(holds: bool, otherwise: impl FnOnce() -> String) -> Result {
    if holds {
        Ok(())
    } else {
        Err(Trouble(otherwise()))
    }
}

/// The text under `name` of a JSON object.
pub(crate) fn text(json: &serde_json::Value, name: &str) -> Result<String> {
    json[name]
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| Trouble(format!("no `{name}` in the answer: {json}")))
}

/// What was seen, one after the other.
pub(crate) fn list<T: fmt::Display>(seen: impl IntoIterator<Item = T>) -> String {
    let lines: Vec<String> = seen.into_iter().map(|it| it.to_string()).collect();
    if lines.is_empty() {
        return "nothing was seen".to_owned();
    }
    lines.join("; ")
}
