//! What a directory holds, for erasing it.
//!
//! Uses: `directory`, `failure`, `ids`

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::platform::error::Result;

use super::directory::{self, is_random_id};
use super::failure::failed_io;

/// The file with the names of the keys that are still to be deleted.
const DOOMED: &str = "erased";

/// A directory that is being erased; nobody can open it meanwhile.
pub(crate) struct Remains {
    path: PathBuf,
    id: Option<String>,
    _lock: File,
}

impl Remains {
    /// Locks `path`; `None` if there is no such directory. Fails with `InUse` while a client has it open.
    pub(crate) fn of(path: &Path) -> Result<Option<Self>> {
        if !path.try_exists().map_err(|e| failed_io(&e))? {
            return Ok(None);
        }
        let lock = directory::lock(path)?;
        let id = std::fs::read_to_string(path.join("id")).ok();
        Ok(Some(Self {
            path: path.to_owned(),
            id: id.filter(|id| is_random_id(id)),
            _lock: lock,
        }))
    }

    /// The directory's id, if it can be read: without it no key has a name.
    pub(crate) fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The accounts that have a folder.
    pub(crate) fn accounts(&self) -> Result<BTreeSet<String>> {
        directory::accounts(&self.path)
    }

    /// The device's database, if there is something in it: the draft where it was never given its name.
    pub(crate) fn device_db(&self) -> Option<PathBuf> {
        ["device.db", "device.new"]
            .map(|name| self.path.join(name))
            .into_iter()
            .find(|path| std::fs::metadata(path).is_ok_and(|file| file.len() > 0))
    }

    /// The keys that an earlier erasing left behind.
    pub(crate) fn doomed_names(&self) -> BTreeSet<String> {
        Self::doomed(&self.path).unwrap_or_default()
    }

    /// Saves the names of the keys that are to be deleted. Returns when that is durable.
    pub(crate) fn save_doomed(&self, names: &BTreeSet<String>) -> Result<()> {
        Self::note_doomed(&self.path, names)
    }

    /// Removes every file and folder of Pericard's but the lock, and nothing else. The id goes last: as long as anything
    /// is left, its keys have names.
    pub(crate) fn remove_files(&self) -> Result<()> {
        for account in self.accounts()? {
            gone(std::fs::remove_dir_all(self.path.join(account)))?;
        }
        for base in ["device.db", "device.new"] {
            for suffix in ["", "-wal", "-shm", "-journal"] {
                gone(std::fs::remove_file(
                    self.path.join(format!("{base}{suffix}")),
                ))?;
            }
        }
        for name in ["id.new", "id"] {
            gone(std::fs::remove_file(self.path.join(name)))?;
        }
        Ok(())
    }

    /// Reads the names of keys that are still to be deleted in the directory `path`.
    pub(crate) fn doomed(path: &Path) -> Result<BTreeSet<String>> {
        match std::fs::read_to_string(path.join(DOOMED)) {
            // A name that is not of this pattern is none of ours, and its value not ours to delete.
            Ok(names) => Ok(names
                .lines()
                .filter(|name| is_ours(name))
                .map(str::to_owned)
                .collect()),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(BTreeSet::new()),
            Err(e) => Err(failed_io(&e)),
        }
    }

    /// Saves them; without any there is no file.
    pub(crate) fn note_doomed(path: &Path, names: &BTreeSet<String>) -> Result<()> {
        let (file, fresh) = (path.join(DOOMED), path.join("erased.new"));
        if names.is_empty() {
            gone(std::fs::remove_file(&fresh))?;
            return gone(std::fs::remove_file(file));
        }
        let write = || {
            let mut fresh = File::create(&fresh)?;
            for name in names {
                writeln!(fresh, "{name}")?;
            }
            fresh.sync_all()
        };
        write()
            .and_then(|()| std::fs::rename(&fresh, &file))
            .map_err(|e| failed_io(&e))
    }
}

/// What is not there need not be removed.
fn gone(removed: std::io::Result<()>) -> Result<()> {
    match removed {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(failed_io(&e)),
        _ => Ok(()),
    }
}

/// Whether `name` is one of the patterns of `keys`.
fn is_ours(name: &str) -> bool {
    let parts: Vec<&str> = name.split('.').collect();
    match parts[..] {
        [directory, "device" | "policies"] => is_random_id(directory),
        [directory, "content" | "seals" | "tries" | "log", account] => {
            is_random_id(directory) && is_random_id(account)
        }
        _ => false,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn names_of_keys_are_kept_and_no_other_name_is_taken_for_one() {
        let folder = tempfile::tempdir().unwrap();
        let id = "0123456789bcdfghjklmnpqrst";
        let names: BTreeSet<String> = [
            format!("{id}.device"),
            format!("{id}.content.{id}"),
            format!("{id}.seals.{id}"),
            format!("{id}.tries.{id}"),
            format!("{id}.log.{id}"),
            format!("{id}.policies"),
        ]
        .into();
        Remains::note_doomed(folder.path(), &names).unwrap();
        assert_eq!(Remains::doomed(folder.path()), Ok(names.clone()));
        let more = format!("the-app's-own\n{id}\n{id}.content\n{id}.other.{id}\n..\n");
        let file = folder.path().join(DOOMED);
        let kept = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, more + &kept).unwrap();
        assert_eq!(Remains::doomed(folder.path()), Ok(names));
        Remains::note_doomed(folder.path(), &BTreeSet::new()).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
