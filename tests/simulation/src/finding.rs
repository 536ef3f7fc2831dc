//! What is found to be wrong.

use std::fmt;

/// What kind of wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A message that the person should see is not there, or one that was accepted is nowhere.
    Lost,
    /// A message is there twice, here or at the portal.
    Doubled,
    /// Somebody else's message is shown.
    Foreign,
    /// A message is shown as it is not any more.
    Stale,
    /// The client said that it has everything, and it has not.
    WronglyComplete,
    /// Something ended otherwise: an error that nothing excuses, a hang, a panic.
    Broken,
}

impl Kind {
    /// In the order of the closing line; what is broken stands apart.
    pub const COUNTED: [Self; 5] = [
        Self::Lost,
        Self::Doubled,
        Self::Foreign,
        Self::Stale,
        Self::WronglyComplete,
    ];
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Lost => "lost",
            Self::Doubled => "doubled",
            Self::Foreign => "foreign",
            Self::Stale => "stale",
            Self::WronglyComplete => "wrongly complete",
            Self::Broken => "broken",
        })
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What kind.
    pub kind: Kind,
    /// What exactly.
    pub what: String,
}

impl Finding {
    pub(crate) fn new(kind: Kind, what: impl Into<String>) -> Self {
        Self {
            kind,
            what: what.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.what)
    }
}
