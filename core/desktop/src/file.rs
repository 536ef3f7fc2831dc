//! The keystore in a file.
//!
//! Every call reads the file again under a lock between processes, so overlapping commands see each other's entries and
//! do not undo them. The key is derived from the passphrase once, at opening.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use pericard::{Keystore, KeystoreError};
use zeroize::Zeroizing;

use crate::sealed::{Entries, FileKey};
use crate::{DesktopKeystoreError, durable};

/// A sealed file and its key.
pub(crate) struct FileKeystore {
    path: PathBuf,
    key: FileKey,
    /// On some systems the lock between processes does not exclude other threads of this process.
    turn: Mutex<()>,
}

fn path(folder: &Path) -> PathBuf {
    folder.join("keystore.sealed")
}

impl FileKeystore {
    pub(crate) fn exists(folder: &Path) -> bool {
        path(folder).exists()
    }

    pub(crate) fn create(folder: &Path, passphrase: &[u8]) -> Result<Self, DesktopKeystoreError> {
        let store = Self::of(folder, FileKey::new(passphrase)?);
        let _held = durable::lock(&store.path.with_extension("lock"))?;
        // Another process may have created the file while the key was derived.
        if store.path.exists() {
            drop(_held);
            return Self::open(folder, passphrase);
        }
        durable::replace(&store.path, &store.key.seal(&Entries::new())?)?;
        Ok(store)
    }

    pub(crate) fn open(folder: &Path, passphrase: &[u8]) -> Result<Self, DesktopKeystoreError> {
        let file = std::fs::read(path(folder))?;
        let key = FileKey::of(&file, passphrase)?;
        key.open(&file)?;
        Ok(Self::of(folder, key))
    }

    fn of(folder: &Path, key: FileKey) -> Self {
        Self {
            path: path(folder),
            key,
            turn: Mutex::new(()),
        }
    }

    /// Runs `work` on the entries and saves what it changed.
    fn with<T>(&self, work: impl FnOnce(&mut Entries) -> (T, bool)) -> Result<T, KeystoreError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.turn_of_process(work).map_err(|error| match error {
            DesktopKeystoreError::Io(_) => KeystoreError::Unavailable,
            DesktopKeystoreError::WrongPassphrase => KeystoreError::Refused,
            error => KeystoreError::unexpected(error.to_string()),
        })
    }

    fn turn_of_process<T>(
        &self,
        work: impl FnOnce(&mut Entries) -> (T, bool),
    ) -> Result<T, DesktopKeystoreError> {
        let _held = durable::lock(&self.path.with_extension("lock"))?;
        let mut entries = self.key.open(&std::fs::read(&self.path)?)?;
        let (result, changed) = work(&mut entries);
        if changed {
            durable::replace(&self.path, &self.key.seal(&entries)?)?;
        }
        Ok(result)
    }
}

impl Keystore for FileKeystore {
    fn load(&self, name: String) -> Result<Option<Vec<u8>>, KeystoreError> {
        self.with(|entries| (entries.get(&name).map(|value| value.to_vec()), false))
    }

    fn store(&self, name: String, value: Vec<u8>) -> Result<(), KeystoreError> {
        self.with(|entries| {
            entries.insert(name, Zeroizing::new(value));
            ((), true)
        })
    }

    fn delete(&self, name: String) -> Result<(), KeystoreError> {
        self.with(|entries| ((), entries.remove(&name).is_some()))
    }
}
