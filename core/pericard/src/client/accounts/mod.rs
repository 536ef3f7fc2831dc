//! The accounts of a directory: each opened once and shared by all who ask.
//!
//! Uses: `config`, `host`, `site`
//!
//! - `entry` is an account as its handles see it, usable or not; `core` is one that is, from the inside; `content` opens
//!   its people's databases.
//! - `adopt` makes an account of a finished sign-in, or reopens the one of the same person.
//! - `remove` destroys what this device holds of an account; `revocations` tells the portal.

mod adopt;
mod content;
mod core;
mod entry;
mod person;
mod remove;
pub(crate) mod revocations;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::client::host::Host;
use crate::platform::error::{PericardError, Result};
use crate::platform::lifecycle::Files;
use crate::storage::AccountRow;

pub(crate) use adopt::SignedIn;
pub(crate) use core::AccountCore;
pub(crate) use entry::AccountEntry;
pub(crate) use remove::NotifyPortal;

/// The accounts of one open directory. Whoever keeps the client open holds them.
pub(crate) struct Accounts {
    host: Arc<Host>,
    /// Never held over disk or keystore.
    open: Mutex<BTreeMap<String, Arc<AccountEntry>>>,
}

impl Accounts {
    /// Blocks.
    pub(crate) fn new(host: Arc<Host>) -> Result<Arc<Self>> {
        let accounts = Arc::new(Self {
            host,
            open: Mutex::default(),
        });
        // An account that cannot be destroyed now stays hidden and is destroyed another time.
        let _ = accounts.finish_removals();
        let now = accounts.host.platform.clock.now();
        accounts.host.device.revocations(now)?;
        Ok(accounts)
    }

    pub(crate) fn host(&self) -> &Arc<Host> {
        &self.host
    }

    /// Runs `work` where it may block.
    pub(crate) async fn on_disk<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Arc<Self>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let accounts = self.clone();
        self.host.platform.blocking(move || work(&accounts)).await
    }

    /// Every account, in order of its first sign-in, those that cannot be used included. Blocks.
    pub(crate) fn list(&self) -> Result<Vec<Arc<AccountEntry>>> {
        let rows = self.host.device.accounts()?;
        Ok(rows.into_iter().map(|row| self.get(row)).collect())
    }

    /// The account `id`. Blocks.
    pub(crate) fn find(&self, id: &str) -> Result<Arc<AccountEntry>> {
        let rows = self.host.device.accounts()?;
        let row = rows.into_iter().find(|row| row.id == id);
        Ok(self.get(row.ok_or(PericardError::NotFound)?))
    }

    /// The entry of an account, opened as far as it can be. Blocks.
    fn get(&self, row: AccountRow) -> Arc<AccountEntry> {
        let entry = {
            let mut open = self.open();
            let entry = open
                .entry(row.id.clone())
                .or_insert_with(|| AccountEntry::new(row.clone()));
            if entry.is_gone() {
                // Leaving it did not come to its end; whoever holds the old entry has left all the same.
                *entry = AccountEntry::new(row.clone());
            }
            entry.clone()
        };
        entry.open(&self.host, row);
        entry
    }

    /// The same, and finds out whether its content can be opened. Blocks.
    pub(crate) fn probed(entries: Vec<Arc<AccountEntry>>) -> Vec<Arc<AccountEntry>> {
        for core in entries.iter().filter_map(|entry| entry.core().ok()) {
            core.probe();
        }
        entries
    }

    fn open(&self) -> MutexGuard<'_, BTreeMap<String, Arc<AccountEntry>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Those that are open, without the lock.
    fn cores(&self) -> Vec<Arc<AccountCore>> {
        let entries: Vec<_> = self.open().values().cloned().collect();
        entries
            .iter()
            .filter_map(|entry| entry.core().ok())
            .collect()
    }

    /// Closes every file and idle connection; returns when all are closed.
    pub(crate) async fn pause(self: &Arc<Self>) -> Result<()> {
        let files = self.clone();
        self.host
            .lifecycle()
            .pause(&self.host.platform, files)
            .await
    }

    /// Opens the client again after a pause.
    pub(crate) async fn resume(self: &Arc<Self>) -> Result<()> {
        let files = self.clone();
        self.host
            .lifecycle()
            .resume(&self.host.platform, files)
            .await?;
        revocations::settle(&self.host);
        self.tidy();
        Ok(())
    }

    /// Begins to finish what leaving an account could not, beside everything else.
    fn tidy(self: &Arc<Self>) {
        let (accounts, guard) = (self.clone(), self.host.lifecycle().enter());
        self.host.platform.spawner.blocking(Box::new(move || {
            if let Ok(_guard) = guard {
                let _ = accounts.finish_removals();
            }
        }));
    }

    /// Pauses for good and frees the directory.
    pub(crate) async fn shut_down(self: &Arc<Self>) -> Result<()> {
        let files = self.clone();
        self.host
            .lifecycle()
            .shut_down(&self.host.platform, files)
            .await
    }
}

/// Nobody holds the client any more: what is under way ends, and with it the last hold on the directory and the keys.
impl Drop for Accounts {
    fn drop(&mut self) {
        self.host.lifecycle().abandon();
    }
}

impl Files for Accounts {
    fn close(&self) {
        for account in self.cores() {
            account.pause();
        }
        self.host.device.pause();
        self.host.platform.transport.close_idle();
    }

    fn reopen(&self) {
        self.host.device.resume();
        for account in self.cores() {
            account.resume();
        }
    }

    fn release(&self) {
        self.host.release_directory();
        for entry in std::mem::take(&mut *self.open()).into_values() {
            if let Ok(account) = entry.core() {
                account.close();
            }
            entry.end();
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
