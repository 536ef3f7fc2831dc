//! The accounts of a directory. Each is opened once and shared by all its handles.
//!
//! Uses: `config`, `host`, `site`
//!
//! - `entry` is an account as its handles see it, usable or not; `core` is a usable one; `content` opens its people's
//!   databases.
//! - `lock` is what keeps the content closed until the person proves who they are: in `unlocking`, with what they set in
//!   `choosing`. `destruction` is what ten wrong PINs bring about.
//! - `export` makes a copy for the person.
//! - `log` notes who opened what.
//! - `adopt` turns a finished sign-in into an account, or reopens the account of the same person.
//! - `open` keeps the client open as long as the app holds one of its objects.
//! - `sessions` has a session for each of its people; `people` finds who may be added, and removes whom the portal or the
//!   person ends.
//! - `sync` works through the features of its people, or counts what is new while it is locked.
//! - `rules` is what the portal's policy allows just now.
//! - `report` is what support is told of an account.
//! - `remove` deletes an account from this device; `revocations` revokes tokens at the portal.

mod adopt;
mod choosing;
mod content;
mod core;
mod destruction;
mod entry;
mod export;
mod lock;
mod log;
pub(crate) mod open;
mod people;
mod person;
mod remove;
mod report;
pub(crate) mod revocations;
mod rules;
mod sessions;
mod sync;
mod tally;
mod unlocking;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::client::host::Host;
use crate::platform::error::{PericardError, Result};
use crate::platform::lifecycle::Files;
use crate::storage::AccountRow;

pub(crate) use adopt::SignedIn;
pub(crate) use core::AccountCore;
pub(crate) use entry::AccountEntry;
pub(crate) use export::Export;
pub use export::ExportFormat;
pub use lock::LockState;
pub(crate) use lock::Turn;
pub(crate) use open::OpenClient;
pub use people::FoundPerson;
pub(crate) use remove::NotifyPortal;

/// The accounts of one open directory. It is open as long as somebody holds an [`OpenClient`].
pub(crate) struct Accounts {
    host: Arc<Host>,
    /// Never locked during access to disk or keystore.
    open: Mutex<BTreeMap<String, Arc<AccountEntry>>>,
    /// Locked while accounts are listed.
    listing: Arc<tokio::sync::Mutex<()>>,
}

impl Accounts {
    /// Blocks.
    pub(crate) fn new(host: Arc<Host>) -> Result<Arc<Self>> {
        let accounts = Arc::new(Self {
            host,
            open: Mutex::default(),
            listing: Arc::default(),
        });
        // An account that cannot be removed now stays hidden and is removed later.
        let _ = accounts.finish_removals();
        let now = accounts.host.platform.clock.now();
        accounts.host.device.revocations(now)?;
        Ok(accounts)
    }

    pub(crate) fn host(&self) -> &Arc<Host> {
        &self.host
    }

    /// Runs `work` on a thread that may block.
    pub(crate) async fn on_disk<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Arc<Self>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let accounts = self.clone();
        self.host.platform.blocking(move || work(&accounts)).await
    }

    /// The same for listing, one caller at a time: it asks the keystore, and while that hangs, the others wait without a
    /// thread.
    pub(crate) async fn listing<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Arc<Self>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let turn = self.listing.clone().lock_owned().await;
        let accounts = self.clone();
        let work = move || {
            let _turn = turn;
            work(&accounts)
        };
        self.host.platform.blocking(work).await
    }

    /// Returns the accounts that were listed so far. Memory only.
    pub(crate) fn entries(&self) -> Vec<Arc<AccountEntry>> {
        self.open().values().cloned().collect()
    }

    /// Lists every account in order of first sign-in, including those that cannot be used. Blocks.
    pub(crate) fn list(&self) -> Result<Vec<Arc<AccountEntry>>> {
        let rows = self.host.device.accounts()?;
        Ok(rows.into_iter().map(|row| self.get(row)).collect())
    }

    /// Returns the account `id`. Blocks.
    pub(crate) fn find(&self, id: &str) -> Result<Arc<AccountEntry>> {
        let rows = self.host.device.accounts()?;
        let row = rows.into_iter().find(|row| row.id == id);
        Ok(self.get(row.ok_or(PericardError::NotFound)?))
    }

    /// Returns the entry of an account after trying to open it. Blocks.
    fn get(&self, row: AccountRow) -> Arc<AccountEntry> {
        let entry = {
            let mut open = self.open();
            let entry = open
                .entry(row.id.clone())
                .or_insert_with(|| AccountEntry::new(row.clone()));
            if entry.is_gone() {
                // Its removal was interrupted. For handles of the old entry the account stays removed.
                *entry = AccountEntry::new(row.clone());
            }
            entry.clone()
        };
        entry.open(&self.host, row);
        entry
    }

    /// Returns `entries` after checking whether the content of each can be opened. Blocks.
    pub(crate) fn probed(entries: Vec<Arc<AccountEntry>>) -> Vec<Arc<AccountEntry>> {
        for core in entries.iter().filter_map(|entry| entry.core().ok()) {
            core.probe();
        }
        entries
    }

    fn open(&self) -> MutexGuard<'_, BTreeMap<String, Arc<AccountEntry>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the usable accounts, without holding the lock.
    fn cores(&self) -> Vec<Arc<AccountCore>> {
        let entries: Vec<_> = self.open().values().cloned().collect();
        entries
            .iter()
            .filter_map(|entry| entry.core().ok())
            .collect()
    }

    /// Closes every file and idle connection.
    pub(crate) async fn pause(self: &Arc<Self>) -> Result<()> {
        let files = self.clone();
        let paused = self.host.lifecycle().pause(&self.host.platform, files);
        let paused = paused.await;
        crate::platform::log::event!(INFO, "client paused", result = paused);
        paused
    }

    /// Opens the client again after a pause.
    pub(crate) async fn resume(self: &Arc<Self>) -> Result<()> {
        let files = self.clone();
        self.host
            .lifecycle()
            .resume(&self.host.platform, files)
            .await?;
        crate::platform::log::event!(INFO, "client resumed");
        for account in self.cores() {
            account.look_at_leases();
        }
        revocations::settle(&self.host);
        self.tidy();
        Ok(())
    }

    /// The person leaves the app. Memory only.
    pub(crate) fn person_left(&self) {
        for account in self.cores() {
            account.person_left();
        }
    }

    /// The person is back. Memory only.
    pub(crate) fn person_returned(&self) {
        for account in self.cores() {
            account.person_returned();
        }
    }

    /// Finishes interrupted removals in the background.
    fn tidy(self: &Arc<Self>) {
        let (accounts, guard) = (self.clone(), self.host.lifecycle().enter());
        self.host.platform.spawner.blocking(Box::new(move || {
            if let Ok(_guard) = guard {
                let _ = accounts.finish_removals();
            }
        }));
    }

    /// Closes the client for good and releases the directory.
    pub(crate) async fn shut_down(self: &Arc<Self>) -> Result<()> {
        let files = self.clone();
        let shut_down = self.host.lifecycle().shut_down(&self.host.platform, files);
        let shut_down = shut_down.await;
        crate::platform::log::event!(INFO, "client shut down", result = shut_down);
        shut_down
    }
}

/// Nobody and nothing holds the client any more; what is in the background ends, too.
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
        self.host.vault.release();
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
