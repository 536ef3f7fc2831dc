//! A keystore for desktops: the system's own where it answers, else a file under a passphrase.
//!
//! [`DesktopKeystore::open`] tries the native store (Secret Service, Keychain, Credential Manager) by writing and
//! reading a value as large as a key. Where that fails it makes a file whose content is sealed under a key that Argon2id
//! draws from a passphrase. There is no third way: keys never lie in a plain file.
//!
//! Which of the two was chosen is remembered beside the data: a file once it is there, the native store once it has
//! kept the first real key and given it back. A session whose Secret Service is down later is told so; it does not get
//! an empty keystore, which would look like lost keys.
//!
//! A native store may have its own dialog. It gets half a minute; after that the call fails, and so does every other until
//! the dialog is gone.
//!
//! ```text
//! folder/keystore.kind    "native" or "file"
//! folder/keystore.sealed  only for "file": header, sealed entries, digest
//! folder/keystore.lock    held while the file is read or replaced
//! ```
//!
//! Opening blocks and may ask for the passphrase through the function that the caller gives; once open, nothing
//! prompts. A wrong passphrase is an error of its own and changes nothing.

// A keystore belongs to the world outside: it has its own randomness and its own threads.
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
    /// In the system's store.
    Native,
    /// In a file under a passphrase.
    File,
}

/// What a passphrase is wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PassphraseFor {
    /// A new file: ask twice, and say that nobody can recover it.
    NewFile,
    /// The file that is there.
    ExistingFile,
}

/// Why the keystore did not open. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DesktopKeystoreError {
    /// The keys are in the system's store, and that does not answer now.
    #[error("the keys are in the system's keystore, which does not answer now")]
    NativeUnavailable,
    /// The system's store asked to be unlocked, and nobody answered within half a minute.
    #[error("the system's keystore asked to be unlocked, and nobody answered")]
    NativeUnanswered,
    /// The system or the person refused to open the system's store.
    #[error("the system's keystore refused to be opened")]
    NativeRefused,
    /// The passphrase is not the one that the file was made with.
    #[error("the passphrase is not the one that the keystore was made with")]
    WrongPassphrase,
    /// A passphrase is needed and was not given.
    #[error("a passphrase is needed")]
    NoPassphrase,
    /// The file is not as it was written.
    #[error("the keystore file is damaged")]
    Damaged,
    /// The file should be there and is not.
    #[error("the keystore file is missing")]
    Missing,
    /// The file was written by a newer version.
    #[error("the keystore file was made by a newer version")]
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
    /// Opens the keystore of `folder`, or makes one there: the native one if it answers, else a file.
    ///
    /// `passphrase` is only called for a file; it returns `None` when the person would rather not.
    pub fn open(
        folder: &Path,
        passphrase: impl FnOnce(PassphraseFor) -> Option<Zeroizing<Vec<u8>>>,
    ) -> Result<Arc<Self>, DesktopKeystoreError> {
        durable::folder(folder)?;
        match choice::remembered(folder)? {
            Some(Choice::Native) => Ok(Self::native(NativeKeystore::open(None)?)),
            Some(Choice::File) => Self::file(folder, passphrase),
            // A file that is there holds keys, whatever became of the note.
            None if FileKeystore::exists(folder) => Self::file(folder, passphrase),
            None => match NativeKeystore::open(Some(folder.to_owned())) {
                Ok(store) => Ok(Self::native(store)),
                // Who gives no passphrase hears what was wrong with the native store, if it is there.
                Err(why) => match Self::file(folder, passphrase) {
                    Err(DesktopKeystoreError::NoPassphrase) if why != NativeError::Unavailable => {
                        Err(why.into())
                    }
                    other => other,
                },
            },
        }
    }

    /// The same, without asking the native store where nothing was chosen yet: for machines that have one and
    /// should not use it. A folder whose keys are in the native store stays with that.
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
        // After the file: a note without a file would mean lost keys.
        choice::remember(folder, Choice::File)?;
        Ok(Arc::new(Self {
            kind: KeystoreKind::File,
            store: Box::new(store),
        }))
    }
}

/// An empty passphrase would be a plain file by another name.
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
