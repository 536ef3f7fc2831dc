//! Beginning anew: removes what Pericard has in a directory and in a keystore.
//!
//! For a directory that cannot be opened any more, and for an app that gives all of it up. The keys go first: without
//! them the files are noise. What they are called follows from the directory's id and from the names of the account
//! folders, so that a damaged database hides none of them; device.db, where it can be opened, knows those of accounts
//! that are without a folder.
//!
//! A key that the keystore does not delete stays behind without anything that it opens. Its name is kept in the file
//! `erased`, and deleting it is tried again when the directory is opened or erased again. So a keystore that fails delays
//! nothing and loses track of nothing.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use crate::keys::{Keystore, Vault, device_database};
use crate::platform::Platform;
use crate::platform::error::{InputProblem, PericardError, Result};
use crate::storage::{Device, Remains};

/// Erases `directory`. Blocks.
pub(crate) fn erase(
    directory: &Path,
    keystore: Arc<dyn Keystore>,
    platform: &Platform,
) -> Result<()> {
    if !directory.is_absolute() {
        return Err(PericardError::input("directory", InputProblem::Unreadable));
    }
    let Some(remains) = Remains::of(directory)? else {
        return Ok(());
    };
    let mut names = remains.doomed_names();
    if let Some(id) = remains.id() {
        let vault = Vault::new(keystore.clone(), platform.clone(), id.to_owned());
        let vault = Arc::new(vault);
        let mut accounts = remains.accounts()?;
        accounts.extend(known(&remains, &vault));
        names.extend(vault.names(&accounts));
    }
    // Written first: a crash in between loses no name.
    remains.save_doomed(&names)?;
    let (left, failed) = delete(&names, &*keystore);
    remains.remove_files()?;
    remains.save_doomed(&left)?;
    failed.map_or(Ok(()), Err)
}

/// Deletes the keys that an earlier erasing had to leave behind, as far as the keystore does so now. Blocks.
pub(super) fn finish(directory: &Path, keystore: &dyn Keystore) {
    let Ok(names) = Remains::doomed(directory) else {
        return;
    };
    if !names.is_empty() {
        let (left, _) = delete(&names, keystore);
        // What cannot be noted is tried again.
        let _ = Remains::note_doomed(directory, &left);
    }
}

/// The accounts that device.db knows, if it can be opened.
fn known(remains: &Remains, vault: &Arc<Vault>) -> BTreeSet<String> {
    let device = || -> Result<BTreeSet<String>> {
        let Some(path) = remains.device_db() else {
            return Ok(BTreeSet::new());
        };
        let Some(root) = vault.device_root()? else {
            return Ok(BTreeSet::new());
        };
        let device = Device::open(&path, device_database(&root), vault.clone())?;
        let accounts = device.accounts()?.into_iter().map(|row| row.id);
        let leaving = device.leaving()?.into_iter().chain(device.doomed_keys()?);
        Ok(accounts.chain(leaving).collect())
    };
    // A database that is damaged is one of the reasons to begin anew.
    device().unwrap_or_default()
}

/// Deletes `names` from `keystore`. Returns those that are left, and why the first of them is.
fn delete(
    names: &BTreeSet<String>,
    keystore: &dyn Keystore,
) -> (BTreeSet<String>, Option<PericardError>) {
    let (mut left, mut failed) = (BTreeSet::new(), None);
    for name in names {
        if let Err(error) = keystore.delete(name.clone()) {
            left.insert(name.clone());
            failed = failed.or(Some(error.into()));
        }
    }
    (left, failed)
}
