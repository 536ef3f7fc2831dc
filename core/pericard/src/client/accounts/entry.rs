//! An account of the directory as its handles see it, whether it can be used or not.
//!
//! Uses: `core`, `host`
//!
//! An account that cannot be opened is listed all the same, says why, and can be forgotten; the others are not
//! concerned. It is tried again whenever the accounts are listed, and a sign-in may mend it.
//!
//! What is said to be memory only takes the lock of the state alone, and that is never held over disk or keystore.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::client::config::PortalConfig;
use crate::client::host::Host;
use crate::platform::error::{PericardError, Result};
use crate::session::{AccountProblem, SessionState};
use crate::storage::{AccountRow, PersonRow};
use crate::sync::{ChangeNotifier, Changes};

use super::core::AccountCore;

/// An account of the directory, shared by all its handles.
pub(crate) struct AccountEntry {
    id: String,
    notifier: Arc<ChangeNotifier>,
    /// Held by who opens it, over disk and keystore; nothing that is memory only takes it.
    opening: Mutex<()>,
    state: Mutex<State>,
}

struct State {
    row: AccountRow,
    core: Result<Arc<AccountCore>>,
    /// It was left: signed out or forgotten.
    gone: bool,
    /// No change comes any more.
    ended: bool,
}

impl AccountEntry {
    /// Not opened yet.
    pub(super) fn new(row: AccountRow) -> Arc<Self> {
        Arc::new(Self {
            id: row.id.clone(),
            notifier: Arc::default(),
            opening: Mutex::default(),
            state: Mutex::new(State {
                row,
                core: Err(PericardError::Closed),
                gone: false,
                ended: false,
            }),
        })
    }

    /// Opens the account, unless it is open; what keeps it from that is kept as its state. Blocks.
    pub(super) fn open(&self, host: &Arc<Host>, row: AccountRow) {
        let _one = self.opening.lock().unwrap_or_else(PoisonError::into_inner);
        if self.core().is_ok() {
            return;
        }
        let core = AccountCore::open(host, row.clone(), self.notifier.clone());
        let mut state = self.state();
        if !state.gone {
            state.row = row;
            state.core = core;
        }
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn base(&self) -> String {
        self.state().row.base.clone()
    }

    /// The account from the inside; the error that keeps it from being opened.
    pub(crate) fn core(&self) -> Result<Arc<AccountCore>> {
        self.state().core.clone()
    }

    /// Where the session stands. Memory only.
    pub(crate) fn session(&self) -> SessionState {
        let (core, gone) = {
            let state = self.state();
            (state.core.clone(), state.gone)
        };
        match core {
            _ if gone => SessionState::SignedOut,
            Ok(core) => core.state(),
            Err(error) => SessionState::Unusable {
                problem: AccountProblem::of(&error).unwrap_or(AccountProblem::Unavailable),
            },
        }
    }

    /// Whose records it shows. Memory only.
    pub(crate) fn people(&self) -> Vec<PersonRow> {
        self.core().map(|core| core.people()).unwrap_or_default()
    }

    /// A stream of what changes. Memory only.
    pub(crate) fn changes(&self) -> Arc<Changes> {
        let stream = self.notifier.subscribe();
        // After subscribing, so that an end in between is not missed.
        if self.state().ended {
            stream.stop();
        }
        stream
    }

    /// The configuration of its portal.
    pub(crate) fn config(&self, host: &Host) -> Result<PortalConfig> {
        let (base, saved) = {
            let state = self.state();
            (state.row.base.clone(), state.row.config.clone())
        };
        host.portal_config(&base, &saved)
    }

    /// The account is being left: nothing of it is asked or read from here on. Memory only.
    pub(super) fn leave(&self) {
        if let Ok(core) = self.core() {
            core.leave();
        }
        self.state().gone = true;
        self.notifier.session();
    }

    /// Nothing changes any more: the account is gone, or the client is shut down. Memory only.
    pub(super) fn end(&self) {
        self.state().ended = true;
        self.notifier.end();
    }

    pub(super) fn is_gone(&self) -> bool {
        self.state().gone
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whoever still waits for changes hears that there will be none.
impl Drop for AccountEntry {
    fn drop(&mut self) {
        self.notifier.end();
    }
}
