//! Which keystore a folder uses, as a word in a file beside the data.

use std::io;
use std::path::{Path, PathBuf};

use crate::{DesktopKeystoreError, durable};

/// The keystore of a folder.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    Native,
    File,
}

impl Choice {
    const fn word(self) -> &'static str {
        match self {
            Self::Native => "native\n",
            Self::File => "file\n",
        }
    }
}

fn path(folder: &Path) -> PathBuf {
    folder.join("keystore.kind")
}

/// Reads the choice, if one was made. An unknown word was written by a newer version.
pub(crate) fn remembered(folder: &Path) -> Result<Option<Choice>, DesktopKeystoreError> {
    let text = match std::fs::read_to_string(path(folder)) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let known = [Choice::Native, Choice::File];
    match known.into_iter().find(|choice| choice.word() == text) {
        Some(choice) => Ok(Some(choice)),
        None => Err(DesktopKeystoreError::Newer),
    }
}

/// Saves the choice durably.
pub(crate) fn remember(folder: &Path, choice: Choice) -> Result<(), DesktopKeystoreError> {
    if remembered(folder)? != Some(choice) {
        durable::replace(&path(folder), choice.word().as_bytes())?;
    }
    Ok(())
}
