//! Whether a toolchain is installed, and what to say when it is not.

use std::env;

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
        matches!(self, Self::Broken(_)) || in_ci()
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

/// Whether this run is the project's continuous integration: nothing may be skipped there.
pub(crate) fn in_ci() -> bool {
    env::var("CI").is_ok_and(|value| value == "true")
}

/// Whether packages of the system may be installed.
pub(crate) fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// Whether a command of this name can be found.
pub(crate) fn has(command: &str) -> bool {
    env::var_os("PATH")
        .is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(command).is_file()))
}
