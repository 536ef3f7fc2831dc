//! The lock of an account in practice: whether the key of its content is in memory, and when it is dropped.
//!
//! Uses: `content`, `core`
//!
//! The states are `pericard_protocol::lock`'s. `unlocking` tries what somebody types, `choosing` changes what is to be typed; both
//! take as long as Argon2id does and ask the keystore, and each needs the [`Turn`], of which there is one. `state` is never held
//! over either, so a call that is memory only waits for neither.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pericard_protocol::lock as machine;
use pericard_protocol::lock::absence::Absence;
use pericard_protocol::lock::{Effect, Event};
use tokio::sync::OwnedMutexGuard;

use crate::client::host::Host;
use crate::keys::Content;
use crate::platform::error::{InputProblem, KeystoreError, PericardError, Result};
use crate::platform::log::{self, Coded};

use super::content::Partitions;
use super::core::AccountCore;

/// The lock of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum LockState {
    /// Nobody has chosen a lock: whoever opens the app reads.
    Off,
    /// There is a lock, and it is open.
    Unlocked,
    /// The content's key is not in memory. Ask for the PIN, or for what the shell keeps a key behind.
    Locked {
        /// Tries that are left before the content is destroyed.
        attempts_left: u32,
        /// Whether `AccountLock.unlock_with_key` may open it, too.
        has_key: bool,
    },
    /// Ten wrong PINs destroyed the content: only signing in helps, and begins anew.
    Destroyed,
}

impl Coded for LockState {
    fn code(&self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Unlocked => "unlocked",
            Self::Locked { .. } => "locked",
            Self::Destroyed => "destroyed",
        }
    }
}

/// The lock of one account.
pub(super) struct LockCore {
    state: Mutex<State>,
    /// Held by whoever has the turn.
    turn: Arc<tokio::sync::Mutex<()>>,
}

pub(super) struct State {
    pub(super) machine: machine::Lock,
    pub(super) absence: Absence,
    pub(super) has_key: bool,
}

/// The right to try a PIN, and to change what keeps the content: who has it finds both as they were a moment ago.
#[derive(Clone)]
pub(crate) struct Turn {
    _held: Arc<OwnedMutexGuard<()>>,
}

impl From<OwnedMutexGuard<()>> for Turn {
    fn from(held: OwnedMutexGuard<()>) -> Self {
        let _held = Arc::new(held);
        Self { _held }
    }
}

impl LockCore {
    /// The lock as it was left, closed. Blocks.
    pub(super) fn load(host: &Host, account: &str, auto_lock: Duration) -> Self {
        let lock = Self {
            state: Mutex::new(State {
                machine: machine::Lock::Off,
                absence: Absence::new(Some(auto_lock)),
                has_key: false,
            }),
            turn: Arc::default(),
        };
        lock.find(host, account);
        lock
    }

    /// Looks whether there is a lock, where none is known. A keystore that does not answer is asked again by what reads: what
    /// is under a lock cannot be read without it anyway. Returns whether there is one that was not known. Blocks.
    pub(super) fn find(&self, host: &Host, account: &str) -> bool {
        if self.state().machine != machine::Lock::Off {
            return false;
        }
        // Who has the turn says what they find, or chose.
        let Ok(_turn) = self.turn.try_lock() else {
            return false;
        };
        let found = match host.device.settled_content(account) {
            Ok(Content::Locked(root)) => {
                // A count that is gone was not taken away by the person, and one that is not told is not fewer: one try is
                // what is left.
                let counted = host.vault.tries(account).ok().flatten();
                let wrong = counted.unwrap_or(machine::TRIES - 1);
                (machine::Lock::begin(true, wrong), root.has_key())
            }
            Err(PericardError::Keystore {
                kind: KeystoreError::Lost,
            }) => {
                // It was being destroyed when the process ended.
                let counted = host.vault.tries(account).ok().flatten();
                if counted.is_none_or(|wrong| wrong < machine::TRIES) {
                    return false;
                }
                (machine::Lock::Destroyed, false)
            }
            Ok(Content::Open(_)) | Err(_) => return false,
        };
        let mut state = self.state();
        let unknown = state.machine == machine::Lock::Off;
        if unknown {
            (state.machine, state.has_key) = found;
        }
        unknown
    }

    /// Waits for the turn.
    pub(super) async fn turn(&self) -> Turn {
        self.turn.clone().lock_owned().await.into()
    }

    /// The same on a thread that may block.
    pub(super) fn turn_blocking(&self) -> Turn {
        self.turn.clone().blocking_lock_owned().into()
    }

    /// Held for a moment.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn on(&self, event: Event) -> Vec<Effect> {
        self.state().on(event)
    }

    /// Closes it without dropping anything, for whoever drops the key: a seal does. Memory only.
    pub(super) fn close(&self) {
        self.on(Event::Lock);
    }

    /// A sign-in began anew, under a key without a lock. Memory only.
    pub(super) fn begin_anew(&self) {
        let mut state = self.state();
        state.on(Event::SignedIn);
        state.has_key = false;
    }

    /// Whether the content was destroyed. Memory only.
    pub(super) fn is_destroyed(&self) -> bool {
        self.state().machine == machine::Lock::Destroyed
    }

    /// Whether the content must not be read at this time since boot. Memory only.
    pub(super) fn is_locked(&self, uptime: Duration) -> bool {
        self.state().is_locked(uptime)
    }

    /// When the content locks by itself. Memory only.
    pub(super) fn auto_lock(&self) -> Duration {
        self.state().absence.allowed.unwrap_or_default()
    }
}

impl State {
    pub(super) fn on(&mut self, event: Event) -> Vec<Effect> {
        let (machine, effects) = self.machine.on(event);
        self.machine = machine;
        effects
    }

    fn is_over(&self, uptime: Duration) -> bool {
        self.machine != machine::Lock::Off && self.absence.is_over(uptime)
    }

    fn is_locked(&self, uptime: Duration) -> bool {
        self.machine.is_locked() || self.is_over(uptime)
    }
}

impl AccountCore {
    fn uptime(&self) -> Duration {
        self.host.platform.clock.uptime()
    }

    /// Fails if nobody's content must be read. A seal comes first. Memory only.
    pub(super) fn readable(&self) -> Result<()> {
        self.sessions.readable()?;
        self.unlocked()
    }

    /// Fails if a person's content must not be read. Memory only.
    pub(super) fn readable_by(&self, person: &str) -> Result<()> {
        self.sessions.of(person)?.readable()?;
        self.unlocked()
    }

    fn unlocked(&self) -> Result<()> {
        match self.is_locked() {
            true => Err(PericardError::Locked),
            false => Ok(()),
        }
    }

    /// Whether the lock is closed. Memory only.
    pub(super) fn is_locked(&self) -> bool {
        self.lock.is_locked(self.uptime())
    }

    /// Waits for the turn at the lock.
    pub(crate) async fn lock_turn(&self) -> Turn {
        self.lock.turn().await
    }

    /// The state of the lock. Memory only.
    pub(crate) fn lock_state(&self) -> LockState {
        let uptime = self.uptime();
        let state = self.lock.state();
        match state.machine {
            machine::Lock::Destroyed => LockState::Destroyed,
            machine if state.is_locked(uptime) => LockState::Locked {
                attempts_left: machine.left().unwrap_or_default().into(),
                has_key: state.has_key,
            },
            machine::Lock::Off => LockState::Off,
            machine::Lock::On { .. } => LockState::Unlocked,
        }
    }

    /// Drops the key and closes every file that was opened with it; `InvalidInput` where there is no lock. Returns when nothing
    /// is at work in them any more.
    pub(crate) async fn lock(self: &Arc<Self>) -> Result<()> {
        let core = self.clone();
        // A client that is paused locks, too.
        let locked = self.host.platform.blocking(move || {
            if core.lock.state().machine == machine::Lock::Off {
                return Err(PericardError::input("lock", InputProblem::WrongState));
            }
            core.lock_now();
            Ok(())
        });
        locked.await?;
        self.sync_runs.ended().await;
        self.downloads.ended().await;
        Ok(())
    }

    /// The same without waiting for who was at work. Blocks while files are closed.
    pub(super) fn lock_now(&self) {
        let dropped = self.drop_key(&mut self.lock.state());
        if let Some(partitions) = dropped {
            self.close_files(partitions);
        }
    }

    /// Returns what was opened with the key, where it was in memory. Under the lock's state: an unlocking that ends just now
    /// would put its key where this one was. Memory only.
    fn drop_key(&self, state: &mut State) -> Option<Partitions> {
        let effects = state.on(Event::Lock);
        effects
            .contains(&Effect::DropKey)
            .then(|| self.content.seal())
    }

    /// Ends whoever reads what is locked. Blocks.
    fn close_files(&self, partitions: Partitions) {
        log::event!(INFO, "locked", account = self.label());
        self.sync_runs.cancel(&PericardError::Locked);
        self.downloads.cancel(&PericardError::Locked);
        for partition in partitions.into_values() {
            partition.end(PericardError::Locked);
        }
        self.notifier.session();
        self.notifier.people();
    }

    /// Locks if the person has been away for too long. Blocks.
    pub(super) fn lock_if_over(&self) {
        if self.lock.state().is_over(self.uptime()) {
            self.lock_now();
        }
    }

    /// Somebody is there from now on, and finds it locked where the person was away for too long: a lock that was to come by
    /// itself finds nobody away. Blocks while files are closed.
    pub(super) fn come_back(&self) {
        if let Some(partitions) = self.end_absence() {
            self.close_files(partitions);
        }
    }

    /// The same; returns what is to be closed. Memory only.
    fn end_absence(&self) -> Option<Partitions> {
        let uptime = self.uptime();
        let mut state = self.lock.state();
        let over = state.is_over(uptime);
        let dropped = over.then(|| self.drop_key(&mut state)).flatten();
        state.absence = state.absence.come_back();
        dropped
    }

    /// When the content locks by itself after the person has left.
    pub(crate) fn auto_lock(&self) -> Duration {
        self.lock.auto_lock()
    }

    /// Changes that. Blocks.
    pub(crate) fn set_auto_lock(&self, after: Duration) -> Result<()> {
        self.host.device.save_auto_lock(&self.row.id, after)?;
        self.lock.state().absence.allowed = Some(after);
        Ok(())
    }

    /// The person leaves the app: from here on they are away. Memory only.
    pub(super) fn person_left(self: &Arc<Self>) {
        let uptime = self.uptime();
        {
            let mut state = self.lock.state();
            state.absence = state.absence.leave(uptime);
        }
        self.lock_when_over();
    }

    /// The person is back; who was away for too long finds the content locked. Memory only.
    pub(super) fn person_returned(self: &Arc<Self>) {
        if let Some(partitions) = self.end_absence() {
            let core = self.clone();
            let close = move || core.close_files(partitions);
            self.host.platform.spawner.blocking(Box::new(close));
        }
    }

    /// Sees to it that what is open closes when the person has been away for too long. Memory only.
    pub(super) fn lock_when_over(self: &Arc<Self>) {
        let remaining = {
            let uptime = self.uptime();
            let state = self.lock.state();
            let has_end = !state.machine.is_locked() && state.machine != machine::Lock::Off;
            state.absence.remaining(uptime).filter(|_| has_end)
        };
        // Without a lock there is nothing to close, and who reads finds the end of an absence by themselves.
        if let Some(remaining) = remaining {
            self.lock_after(remaining);
        }
    }

    /// Drops the key after a while, unless the person is back by then, so that it does not lie in memory until somebody reads.
    /// A device that sleeps counts on in its clock, and who reads looks at that.
    fn lock_after(self: &Arc<Self>, remaining: Duration) {
        let (core, platform) = (Arc::downgrade(self), self.host.platform.clone());
        let spawner = platform.spawner.clone();
        platform.spawner.spawn(Box::pin(async move {
            if !remaining.is_zero() {
                platform.clock.timer(remaining).await;
            }
            spawner.blocking(Box::new(move || {
                if let Some(core) = core.upgrade() {
                    core.lock_if_over();
                }
            }));
        }));
    }
}
