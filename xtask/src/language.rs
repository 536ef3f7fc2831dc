//! The languages that the core is used from.

use clap::ValueEnum;

use crate::samples;

/// A language that runs the stories, the guide's samples and the benchmarks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    Rust,
    Swift,
    Kotlin,
}

impl Language {
    /// The name as the command line has it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::Swift => "swift",
            Self::Kotlin => "kotlin",
        }
    }
}

impl From<Language> for samples::Language {
    fn from(language: Language) -> Self {
        match language {
            Language::Rust => Self::Rust,
            Language::Swift => Self::Swift,
            Language::Kotlin => Self::Kotlin,
        }
    }
}
