//! An account as its handles see it, whether it can be used or not.
//!
//! Uses: `core`, `host`
//!
//! An account that cannot be opened is listed with the reason and can be removed; other accounts are not affected.
//! Opening it is tried again whenever accounts are listed, and a new sign-in may repair it.
//!
//! Calls documented as memory only lock `state` and nothing else; it is never locked during access to disk or keystore.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::client::config::PortalConfig;
use crate::client::host::Host;
use crate::platform::error::{PericardError, Result};
use crate::platform::log;
use crate::session::{AccountProblem, SessionState};
use crate::storage::{AccountRow, PersonRow};
use crate::sync::{ChangeNotifier, Changes};

use super::core::AccountCore;

/// An account, shared by all its handles.
pub(crate) struct AccountEntry {
    id: String,
    notifier: Arc<ChangeNotifier>,
    /// Locked while the account is opened, during access to disk and keystore.
    opening: Mutex<()>,
    state: Mutex<State>,
}

struct State {
    row: AccountRow,
    core: Result<Arc<AccountCore>>,
    /// The account was signed out or forgotten.
    gone: bool,
    /// No further change will be reported.
    ended: bool,
}

impl AccountEntry {
    /// Creates an entry without opening the account.
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

    /// Opens the account if it is not open, and saves the error if that fails. Blocks.
    pub(super) fn open(&self, host: &Arc<Host>, row: AccountRow) {
        let _one = self.opening.lock().unwrap_or_else(PoisonError::into_inner);
        if self.core().is_ok() {
            return;
        }
        let before = self.session();
        let core = AccountCore::open(host, row.clone(), self.notifier.clone());
        if let Err(error) = &core {
            let account = host.labels.of(&self.id);
            log::event!(
                WARN,
                "account cannot be used",
                account = account,
                error = *error
            );
        }
        {
            let mut state = self.state();
            if !state.gone {
                state.row = row;
                state.core = core;
            }
        }
        // An account may become usable by being listed once more.
        if self.session() != before {
            self.notifier.session();
            self.notifier.people();
        }
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn base(&self) -> String {
        self.state().row.base.clone()
    }

    /// Returns the usable account, or the error that keeps it from being opened.
    pub(crate) fn core(&self) -> Result<Arc<AccountCore>> {
        self.state().core.clone()
    }

    /// Returns the state of the session. Memory only.
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

    /// Returns the people whose records the account shows. Memory only.
    pub(crate) fn people(&self) -> Vec<PersonRow> {
        self.core().map(|core| core.people()).unwrap_or_default()
    }

    /// Subscribes to changes. Memory only.
    pub(crate) fn changes(&self) -> Arc<Changes> {
        let stream = self.notifier.subscribe();
        // Checked after subscribing, so that an end in between is not missed.
        if self.state().ended {
            stream.stop();
        }
        stream
    }

    /// Returns the portal's configuration.
    pub(crate) fn config(&self, host: &Host) -> Result<PortalConfig> {
        let (base, saved) = {
            let state = self.state();
            (state.row.base.clone(), state.row.config.clone())
        };
        host.portal_config(&base, &saved)
    }

    /// Stops all requests and reads, because the account is being removed. Memory only.
    pub(super) fn leave(&self) {
        if let Ok(core) = self.core() {
            core.leave();
        }
        self.state().gone = true;
        self.notifier.session();
    }

    /// Ends the streams of changes: the account is removed, or the client is shut down. Memory only.
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

/// Ends the streams of changes.
impl Drop for AccountEntry {
    fn drop(&mut self) {
        self.notifier.end();
    }
}
