//! What keeps a client open: the objects in the app's hands.
//!
//! Uses: `host`
//!
//! Every exported object of a client but `Changes` holds one [`OpenClient`]. Jobs do not: when the last object is
//! dropped, what is still under way ends as at a shut-down, and the directory is free, whatever a server or a keystore
//! does. With nothing under way that is at once; otherwise it takes two seconds at most, and whoever opens the directory
//! again meanwhile waits for it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::client::host::Host;
use crate::platform::Platform;
use crate::platform::lifecycle::KeepOpen;

use super::Accounts;

/// How long opening waits for a client that is closing. It takes two seconds and what the disk takes.
const CLOSING: Duration = Duration::from_secs(5);

/// Keeps a client open as long as it is held.
pub(crate) struct OpenClient {
    accounts: Arc<Accounts>,
}

impl OpenClient {
    pub(crate) fn new(accounts: Arc<Accounts>) -> Arc<Self> {
        Arc::new(Self { accounts })
    }

    pub(crate) fn accounts(&self) -> &Arc<Accounts> {
        &self.accounts
    }

    pub(crate) fn host(&self) -> &Arc<Host> {
        self.accounts.host()
    }

    /// For objects of the floors below, which keep the client open without knowing what it is.
    pub(crate) fn keep(self: &Arc<Self>) -> KeepOpen {
        self.clone()
    }
}

impl Drop for OpenClient {
    fn drop(&mut self) {
        let (accounts, platform) = (self.accounts.clone(), self.host().platform.clone());
        if self.host().lifecycle().is_idle() {
            // The files close with the last reference, right here.
            return;
        }
        let closing = Closing::begin(&self.host().config.directory);
        platform.spawner.spawn(Box::pin(async move {
            let _closing = closing;
            let _ = accounts.shut_down().await;
        }));
    }
}

/// Directories of this process whose clients were dropped and are closing.
fn closing() -> MutexGuard<'static, BTreeMap<String, CancellationToken>> {
    static CLOSING: Mutex<BTreeMap<String, CancellationToken>> = Mutex::new(BTreeMap::new());
    CLOSING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A client of this process is closing `directory`.
struct Closing {
    directory: String,
    done: CancellationToken,
}

impl Closing {
    fn begin(directory: &str) -> Self {
        let done = CancellationToken::new();
        closing().insert(directory.to_owned(), done.clone());
        Self {
            directory: directory.to_owned(),
            done,
        }
    }
}

impl Drop for Closing {
    fn drop(&mut self) {
        closing().remove(&self.directory);
        self.done.cancel();
    }
}

/// Waits for a client of this process that was dropped and is closing `directory`. Returns whether there was one.
pub(crate) async fn closed(directory: &str, platform: &Platform) -> bool {
    let Some(done) = closing().get(directory).cloned() else {
        return false;
    };
    let clock = platform.clock.clone();
    // A caller of another language polls outside the runtime, where there are no timers.
    let waited = platform.spawn(async move {
        tokio::select! {
            biased;
            () = done.cancelled() => {}
            () = clock.timer(CLOSING) => {}
        }
        Ok(())
    });
    waited.await.is_ok()
}
