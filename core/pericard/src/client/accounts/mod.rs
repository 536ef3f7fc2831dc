//! The accounts of a directory: each opened once and shared by all who ask.
//!
//! Uses: `config`, `host`, `site`
//!
//! - `core` is an account from the inside.
//! - `adopt` makes an account of a finished sign-in, or reopens the one of the same person.
//! - `remove` destroys what this device holds of an account; `revocations` tells the portal.

mod adopt;
mod core;
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
pub(crate) use remove::NotifyPortal;

/// The accounts of one open directory.
pub(crate) struct Accounts {
    host: Arc<Host>,
    open: Mutex<BTreeMap<String, Arc<AccountCore>>>,
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

    /// Every account, in order of its first sign-in. Blocks.
    pub(crate) fn list(&self) -> Result<Vec<Arc<AccountCore>>> {
        let rows = self.host.device.accounts()?;
        rows.into_iter().map(|row| self.get(row)).collect()
    }

    /// The account `id`. Blocks.
    pub(crate) fn find(&self, id: &str) -> Result<Arc<AccountCore>> {
        let rows = self.host.device.accounts()?;
        let row = rows.into_iter().find(|row| row.id == id);
        self.get(row.ok_or(PericardError::NotFound)?)
    }

    /// Blocks.
    fn get(&self, row: AccountRow) -> Result<Arc<AccountCore>> {
        let mut open = self.open();
        if let Some(account) = open.get(&row.id) {
            return Ok(account.clone());
        }
        let id = row.id.clone();
        let account = AccountCore::open(&self.host, row)?;
        open.insert(id, account.clone());
        Ok(account)
    }

    fn open(&self) -> MutexGuard<'_, BTreeMap<String, Arc<AccountCore>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
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
            .await
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

impl Files for Accounts {
    fn close(&self) {
        for account in self.open().values() {
            account.pause();
        }
        self.host.device.pause();
        self.host.platform.transport.close_idle();
    }

    fn reopen(&self) {
        self.host.device.resume();
        for account in self.open().values() {
            account.resume();
        }
    }

    fn release(&self) {
        self.host.release_directory();
        for account in std::mem::take(&mut *self.open()).into_values() {
            account.end();
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
