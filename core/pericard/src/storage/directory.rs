//! The client's directory: its id, its lock and the paths of its files.
//!
//! Uses: `failure`, `ids`, `rename`, `size`

use std::collections::BTreeSet;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use crate::platform::Platform;
use crate::platform::error::{PericardError, Result, StorageKind};

use super::failure::failed_io;
use super::ids::random_id;
use super::rename::rename;
use super::size::{self, Sizes};

/// A directory that only this process has open.
pub(crate) struct Directory {
    path: PathBuf,
    id: String,
    /// Held until the client shuts down; the system releases it if the process dies.
    _lock: File,
}

impl Directory {
    /// Opens `path`, creating it if it is missing. Fails with `InUse` if another process has it open.
    pub(crate) fn open(path: &Path, platform: &Platform) -> Result<Self> {
        std::fs::create_dir_all(path).map_err(|e| failed_io(&e))?;
        keep_private(path)?;
        let lock = lock(path)?;
        let id = Self::id_of(path, platform)?;
        Ok(Self {
            path: path.to_owned(),
            id,
            _lock: lock,
        })
    }

    fn id_of(path: &Path, platform: &Platform) -> Result<String> {
        let file = path.join("id");
        match std::fs::read_to_string(&file) {
            Ok(id) if is_random_id(&id) => Ok(id),
            Ok(_) => Err(PericardError::storage(StorageKind::Damaged)),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                // The id names the keys in the keystore. A new id beside existing data would hide that the keys are
                // lost.
                if path.join("device.db").exists() || has_accounts(path)? {
                    return Err(PericardError::storage(StorageKind::Damaged));
                }
                let id = random_id(platform);
                let fresh = path.join("id.new");
                std::fs::write(&fresh, &id)
                    .and_then(|()| File::open(&fresh)?.sync_all())
                    .and_then(|()| std::fs::rename(&fresh, &file))
                    .map_err(|e| failed_io(&e))?;
                Ok(id)
            }
            Err(e) => Err(failed_io(&e)),
        }
    }

    /// Returns the random id, which is part of every name in the keystore.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn device_db(&self) -> PathBuf {
        self.path.join("device.db")
    }

    /// The path at which device.db is created, until its key is saved.
    pub(crate) fn device_draft(&self) -> PathBuf {
        self.path.join("device.new")
    }

    /// Removes the files of a creation that was interrupted.
    pub(crate) fn remove_draft(&self) -> Result<()> {
        for file in ["device.new", "device.new-wal", "device.new-shm"] {
            match std::fs::remove_file(self.path.join(file)) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(failed_io(&e)),
                _ => {}
            }
        }
        Ok(())
    }

    /// Renames the draft to device.db. Returns when that is durable.
    pub(crate) fn commit_draft(&self) -> Result<()> {
        rename(&self.device_draft(), &self.device_db())
    }

    /// Whether there are account folders.
    pub(crate) fn has_accounts(&self) -> Result<bool> {
        has_accounts(&self.path)
    }

    /// Returns the path of a person's database, creating the account's folder.
    pub(crate) fn person_db(&self, account: &str, person: &str) -> Result<PathBuf> {
        Ok(self.folder(account)?.join(format!("{person}.db")))
    }

    /// Returns the path of an account's access log, creating its folder.
    pub(crate) fn access_log(&self, account: &str) -> Result<PathBuf> {
        Ok(self.folder(account)?.join("access_log"))
    }

    /// Deletes what is left of people whom an account no longer has; their keys are destroyed before.
    pub(crate) fn keep_people(&self, account: &str, people: &BTreeSet<String>) -> Result<()> {
        self.remove_people(account, |person| !people.contains(person))
    }

    /// Deletes a person's files.
    pub(crate) fn remove_person(&self, account: &str, person: &str) -> Result<()> {
        self.remove_people(account, |it| it == person)
    }

    fn remove_people(&self, account: &str, which: impl Fn(&str) -> bool) -> Result<()> {
        let entries = match std::fs::read_dir(self.path.join(account)) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            entries => entries.map_err(|e| failed_io(&e))?,
        };
        for entry in entries {
            let entry = entry.map_err(|e| failed_io(&e))?;
            let name = entry.file_name().into_string().unwrap_or_default();
            let person = name.split('.').next().unwrap_or_default();
            if !is_random_id(person) || !which(person) {
                continue;
            }
            let removed = match entry.file_type() {
                Ok(kind) if kind.is_dir() => std::fs::remove_dir_all(entry.path()),
                _ => std::fs::remove_file(entry.path()),
            };
            match removed {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(failed_io(&e)),
                _ => {}
            }
        }
        Ok(())
    }

    fn folder(&self, account: &str) -> Result<PathBuf> {
        let folder = self.path.join(account);
        std::fs::create_dir_all(&folder).map_err(|e| failed_io(&e))?;
        keep_private(&folder)?;
        Ok(folder)
    }

    /// How much room an account takes. Blocks.
    pub(crate) fn sizes(&self, account: &str) -> Sizes {
        Sizes::of(&self.path.join(account))
    }

    /// How much room the device's database takes. Blocks.
    pub(crate) fn device_size(&self) -> u64 {
        let beside = |end: &str| size::bytes(&self.path.join(format!("device.db{end}")));
        beside("") + beside("-wal")
    }

    /// Deletes an account's files to free the space. Their key is destroyed before.
    pub(crate) fn remove_account(&self, account: &str) -> Result<()> {
        match std::fs::remove_dir_all(self.path.join(account)) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(failed_io(&e)),
            _ => Ok(()),
        }
    }
}

/// Locks the directory for this process. Fails with `InUse` if it is locked.
pub(super) fn lock(path: &Path) -> Result<File> {
    let lock = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path.join("lock"))
        .map_err(|e| failed_io(&e))?;
    lock.try_lock().map_err(|e| match e {
        TryLockError::WouldBlock => PericardError::InUse,
        TryLockError::Error(e) => failed_io(&e),
    })?;
    Ok(lock)
}

fn has_accounts(path: &Path) -> Result<bool> {
    Ok(!accounts(path)?.is_empty())
}

/// The accounts that have a folder. A link to a folder is not one.
pub(super) fn accounts(path: &Path) -> Result<BTreeSet<String>> {
    let entries = std::fs::read_dir(path).map_err(|e| failed_io(&e))?;
    let folders = entries
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    Ok(folders
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| is_random_id(name))
        .collect())
}

pub(super) fn is_random_id(name: &str) -> bool {
    name.len() == 26 && name.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// Restricts a folder to the current user, regardless of the umask.
#[cfg(unix)]
fn keep_private(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))
        .map_err(|e| failed_io(&e))
}

#[cfg(not(unix))]
fn keep_private(_: &Path) -> Result<()> {
    Ok(())
}
