//! A keystore for desktops: the system's keystore if it works, otherwise a file protected by a passphrase.
//!
//! [`DesktopKeystore::open`] tests the native store (Secret Service, Keychain, Credential Manager) by writing and
//! reading a value of the size of a key. If that fails, it creates a file encrypted under a key that Argon2id derives
//! from a passphrase. Keys are never written to a plain file.
//!
//! The choice is saved beside the data: for a file once it exists, for the native store once it has stored and returned
//! the first real key. If the chosen native store does not work later, opening fails; an empty keystore would look like
//! lost keys.
//!
//! A native store may show a dialog. It gets half a minute; then the call fails, and so does every other call until the
//! dialog is closed.
//!
//! ```text
//! folder/keystore.kind    "native" or "file"
//! folder/keystore.sealed  only for "file": header, sealed entries, digest
//! folder/keystore.lock    held while the file is read or replaced
//! ```
//!
//! Opening blocks and may ask for the passphrase through the caller's function. Once open, nothing prompts. A wrong
//! passphrase is a separate error and changes nothing.

// A keystore is outside of the core, so it uses randomness and threads directly.
#![allow(clippy::disallowed_methods)]

mod choice;
mod durable;
mod file;
mod native;
mod sealed;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use pericard::{Keystore, KeystoreError};
use zeroize::Zeroizing;

use choice::Choice;
use file::FileKeystore;
use native::{NativeError, NativeKeystore};

/// Where the keys are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeystoreKind {
    /// In the system's keystore.
    Native,
    /// In a file protected by a passphrase.
    File,
}

/// What a passphrase is needed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PassphraseFor {
    /// A new file: ask twice, and say that it cannot be recovered.
    NewFile,
    /// The existing file.
    ExistingFile,
}

/// Why the keystore cannot be opened. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DesktopKeystoreError {
    /// The keys are in the system's keystore, which is not available now.
    #[error("the keys are in the system's keystore, which is not available now")]
    NativeUnavailable,
    /// The system's keystore asked to be unlocked, and nobody answered within half a minute.
    #[error("the system's keystore asked to be unlocked, and nobody answered")]
    NativeUnanswered,
    /// The system or the person refused access to the system's keystore.
    #[error("the system's keystore refused access")]
    NativeRefused,
    /// The passphrase is wrong.
    #[error("the passphrase is wrong")]
    WrongPassphrase,
    /// A passphrase is needed, and none was given.
    #[error("a passphrase is needed")]
    NoPassphrase,
    /// The file is damaged.
    #[error("the keystore file is damaged")]
    Damaged,
    /// The file is missing.
    #[error("the keystore file is missing")]
    Missing,
    /// The file was written by a newer version.
    #[error("the keystore file was written by a newer version")]
    Newer,
    /// The folder or a file in it cannot be read or written.
    #[error("the keystore cannot be read or written: {0}")]
    Io(#[from] std::io::Error),
}

impl From<NativeError> for DesktopKeystoreError {
    fn from(error: NativeError) -> Self {
        match error {
            NativeError::Unanswered => Self::NativeUnanswered,
            NativeError::Refused => Self::NativeRefused,
            NativeError::Unavailable => Self::NativeUnavailable,
        }
    }
}

/// The keystore of one folder.
pub struct DesktopKeystore {
    kind: KeystoreKind,
    store: Box<dyn Keystore>,
}

impl DesktopKeystore {
    /// Opens the keystore of `folder`, or creates one: the native one if it works, otherwise a file.
    ///
    /// `passphrase` is called only for a file. It returns `None` if the person gives none.
    pub fn open(
        folder: &Path,
        passphrase: impl FnOnce(PassphraseFor) -> Option<Zeroizing<Vec<u8>>>,
    ) -> Result<Arc<Self>, DesktopKeystoreError> {
        durable::folder(folder)?;
        match choice::remembered(folder)? {
            Some(Choice::Native) => Ok(Self::native(NativeKeystore::open(None)?)),
            Some(Choice::File) => Self::file(folder, passphrase),
            // An existing file holds keys, even if the saved choice is missing.
            None if FileKeystore::exists(folder) => Self::file(folder, passphrase),
            None => match NativeKeystore::open(Some(folder.to_owned())) {
                Ok(store) => Ok(Self::native(store)),
                // Without a passphrase the error says what was wrong with the native store, if there is one.
                Err(why) => match Self::file(folder, passphrase) {
                    Err(DesktopKeystoreError::NoPassphrase) if why != NativeError::Unavailable => {
                        Err(why.into())
                    }
                    other => other,
                },
            },
        }
    }

    /// Same as `open`, but a new keystore is always a file. For machines that have a native store and should not use
    /// it. A folder whose keys are in the native store keeps it.
    pub fn open_preferring_file(
        folder: &Path,
        passphrase: impl FnOnce(PassphraseFor) -> Option<Zeroizing<Vec<u8>>>,
    ) -> Result<Arc<Self>, DesktopKeystoreError> {
        durable::folder(folder)?;
        match choice::remembered(folder)? {
            Some(Choice::Native) => Self::open(folder, passphrase),
            _ => Self::file(folder, passphrase),
        }
    }

    /// Where the keys are.
    pub fn kind(&self) -> KeystoreKind {
        self.kind
    }

    fn native(store: NativeKeystore) -> Arc<Self> {
        Arc::new(Self {
            kind: KeystoreKind::Native,
            store: Box::new(store),
        })
    }

    fn file(
        folder: &Path,
        passphrase: impl FnOnce(PassphraseFor) -> Option<Zeroizing<Vec<u8>>>,
    ) -> Result<Arc<Self>, DesktopKeystoreError> {
        let store = if FileKeystore::exists(folder) {
            let given = passphrase(PassphraseFor::ExistingFile);
            FileKeystore::open(folder, &usable(given)?)?
        } else if choice::remembered(folder)?.is_some() {
            return Err(DesktopKeystoreError::Missing);
        } else {
            let given = passphrase(PassphraseFor::NewFile);
            FileKeystore::create(folder, &usable(given)?)?
        };
        // Saved after the file: a choice without its file would mean lost keys.
        choice::remember(folder, Choice::File)?;
        Ok(Arc::new(Self {
            kind: KeystoreKind::File,
            store: Box::new(store),
        }))
    }
}

/// Refuses an empty passphrase, which would protect nothing.
fn usable(given: Option<Zeroizing<Vec<u8>>>) -> Result<Zeroizing<Vec<u8>>, DesktopKeystoreError> {
    given
        .filter(|passphrase| !passphrase.is_empty())
        .ok_or(DesktopKeystoreError::NoPassphrase)
}

impl fmt::Debug for DesktopKeystore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DesktopKeystore")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

impl Keystore for DesktopKeystore {
    fn load(&self, name: String) -> Result<Option<Vec<u8>>, KeystoreError> {
        self.store.load(name)
    }

    fn store(&self, name: String, value: Vec<u8>) -> Result<(), KeystoreError> {
        self.store.store(name, value)
    }

    fn delete(&self, name: String) -> Result<(), KeystoreError> {
        self.store.delete(name)
    }
}
