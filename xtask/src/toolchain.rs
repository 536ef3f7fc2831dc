//! Whether a toolchain is at hand, and the word for it when it is not.

use crate::place;

/// Why a step cannot run here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Absent {
    /// The machine lacks it and this user cannot install it: a skip, but for CI.
    Missing(String),
    /// It should have worked; what was said instead.
    Broken(String),
}

impl Absent {
    /// Missing toolchains are failures in CI, where nothing may be skipped.
    pub(crate) fn is_failure(&self) -> bool {
        matches!(self, Self::Broken(_)) || place::in_ci()
    }

    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Missing(text) | Self::Broken(text) => text,
        }
    }
}

impl From<String> for Absent {
    fn from(text: String) -> Self {
        Self::Broken(text)
    }
}
