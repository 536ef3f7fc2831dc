//! The lock of an account in practice: what keeps the key of its content, who may have it, and when it is dropped.
//!
//! Uses: `content`, `core`
//!
//! The states are `pericard_protocol::lock`'s. Trying a PIN takes as long as Argon2id does and asks the keystore; one is tried
//! at a time, on a thread that may block. `state` is never held over either, so a call that is memory only waits for neither.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pericard_protocol::lock as machine;
use pericard_protocol::lock::absence::Absence;
use pericard_protocol::lock::pin::Pin;
use pericard_protocol::lock::{Effect, Event, Refusal};

use crate::client::host::Host;
use crate::keys::{Content, LockedRoot, Unlocked};
use crate::platform::error::{InputProblem, KeystoreError, PericardError, Result, SignInReason};
use crate::platform::secret::Key;

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

/// The lock of one account.
pub(super) struct LockCore {
    state: Mutex<State>,
    /// Held over a try.
    turn: Mutex<()>,
}

struct State {
    machine: machine::Lock,
    absence: Absence,
    has_key: bool,
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
            turn: Mutex::default(),
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
        let found = match host.vault.content(account) {
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

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn on(&self, event: Event) -> Vec<Effect> {
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
    fn on(&mut self, event: Event) -> Vec<Effect> {
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

    /// Fails if the content must not be read. A seal comes first. Memory only.
    pub(super) fn readable(&self) -> Result<()> {
        self.session.readable()?;
        if self.lock.is_locked(self.uptime()) {
            return Err(PericardError::Locked);
        }
        Ok(())
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
        let dropped = {
            let mut state = self.lock.state();
            let effects = state.on(Event::Lock);
            // Dropped under the lock: an unlocking that ends just now would put its key where this one was.
            effects
                .contains(&Effect::DropKey)
                .then(|| self.content.seal())
        };
        if let Some(partitions) = dropped {
            self.sync_runs.cancel(&PericardError::Locked);
            self.downloads.cancel(&PericardError::Locked);
            for partition in partitions.into_values() {
                partition.end(PericardError::Locked);
            }
            self.notifier.session();
            self.notifier.people();
        }
    }

    /// Locks if the person has been away for too long. Blocks.
    pub(super) fn lock_if_over(&self) {
        if self.lock.state().is_over(self.uptime()) {
            self.lock_now();
        }
    }

    /// Opens the content with the PIN. Blocks for as long as Argon2id takes.
    pub(crate) fn unlock(&self, pin: &Pin) -> Result<()> {
        self.session.readable()?;
        self.lock_if_over();
        let root = self.prove(pin)?;
        self.admit(root)
    }

    /// Opens the content with the shell's key. Blocks.
    pub(crate) fn unlock_with_key(&self, key: &Key) -> Result<()> {
        self.session.readable()?;
        self.lock_if_over();
        let _turn = self.turn();
        let root = match self.host.vault.content(&self.row.id)? {
            Content::Open(_) => return Err(PericardError::input("lock", InputProblem::WrongState)),
            Content::Locked(root) => root.open_with_key(key)?,
        };
        // Replaced by another key, or of another account: the PIN is what is left.
        let root = root.ok_or(KeystoreError::Refused)?;
        self.run(Event::KeyOpened, Some(root.clone()), |_| Ok(None))?;
        self.admit(root)
    }

    /// Puts a proved key where content is read with it, unless it was sealed or locked meanwhile.
    fn admit(&self, root: Unlocked) -> Result<()> {
        let admitted = {
            let mut state = self.lock.state();
            state.absence = state.absence.come_back();
            let open = !state.machine.is_locked();
            if open {
                self.content.unlock_with(root);
            }
            open
        };
        if self.session.readable().is_err() {
            drop(self.content.seal());
            self.lock.close();
        }
        self.notifier.session();
        self.notifier.people();
        self.readable()?;
        if admitted {
            Ok(())
        } else {
            Err(PericardError::Locked)
        }
    }

    /// Chooses a PIN, or another one; `current` proves who is there where there is one. Blocks.
    pub(crate) fn set_pin(&self, current: Option<&Pin>, new: &Pin) -> Result<()> {
        let (vault, account) = (&self.host.vault, &self.row.id);
        let root = self.proved(current)?;
        let _turn = self.turn();
        // First: a count of before must not be found beside the new lock.
        vault.note_tries(account, 0)?;
        let mut locked = LockedRoot::new(&root, new, &self.host.platform)?;
        if let Content::Locked(before) = vault.content(account)? {
            locked = locked.with_key_of(before);
        }
        vault.save_locked(account, &locked)?;
        self.lock.state().has_key = locked.has_key();
        self.lock.on(Event::Chosen);
        self.notifier.session();
        Ok(())
    }

    /// Gives the lock up: whoever opens the app reads. Blocks.
    pub(crate) fn remove_pin(&self, current: &Pin) -> Result<()> {
        let root = self.proved(Some(current))?;
        let _turn = self.turn();
        self.host.vault.save_open(&self.row.id, &root)?;
        self.lock.state().has_key = false;
        self.lock.on(Event::GivenUp);
        self.notifier.session();
        Ok(())
    }

    /// Makes a key for the shell, in place of an earlier one. Blocks.
    pub(crate) fn add_key(&self, current: &Pin) -> Result<Key> {
        let root = self.proved(Some(current))?;
        let key = Key::random(&self.host.platform);
        self.save_key(Some(&root), Some(&key))?;
        Ok(key)
    }

    /// Makes the shell's key useless. Blocks.
    pub(crate) fn remove_key(&self) -> Result<()> {
        self.save_key(None, None)
    }

    fn save_key(&self, root: Option<&Unlocked>, key: Option<&Key>) -> Result<()> {
        let (vault, account) = (&self.host.vault, &self.row.id);
        let _turn = self.turn();
        let Content::Locked(locked) = vault.content(account)? else {
            return Err(PericardError::input("lock", InputProblem::WrongState));
        };
        let locked = match root.zip(key) {
            Some((root, key)) => locked.with_key(root, key, &self.host.platform)?,
            None => locked.without_key(),
        };
        vault.save_locked(account, &locked)?;
        self.lock.state().has_key = locked.has_key();
        self.notifier.session();
        Ok(())
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
        let remaining = {
            let uptime = self.uptime();
            let mut state = self.lock.state();
            state.absence = state.absence.leave(uptime);
            let has_end = !state.machine.is_locked() && state.machine != machine::Lock::Off;
            state.absence.remaining(uptime).filter(|_| has_end)
        };
        // Without a lock there is nothing to close, and who reads finds the end of an absence by themselves.
        if let Some(remaining) = remaining {
            self.lock_after(remaining);
        }
    }

    /// The person is back; who was away for too long finds the content locked.
    pub(super) fn person_returned(self: &Arc<Self>) {
        let over = self.lock.state().is_over(self.uptime());
        if over {
            self.lock_after(Duration::ZERO);
            return;
        }
        let mut state = self.lock.state();
        state.absence = state.absence.come_back();
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

    /// The key, from somebody who has proved to be there: with the PIN where there is a lock. Blocks.
    fn proved(&self, current: Option<&Pin>) -> Result<Unlocked> {
        self.partitions_readable()?;
        match (self.host.vault.content(&self.row.id)?, current) {
            (Content::Open(root), None) => Ok(root),
            (Content::Open(_), Some(_)) | (Content::Locked(_), None) => {
                Err(PericardError::input("current", InputProblem::WrongState))
            }
            (Content::Locked(_), Some(pin)) => self.prove(pin),
        }
    }

    fn partitions_readable(&self) -> Result<()> {
        self.lock_if_over();
        self.readable()
    }

    fn turn(&self) -> MutexGuard<'_, ()> {
        self.lock
            .turn
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Tries a PIN. Blocks.
    fn prove(&self, pin: &Pin) -> Result<Unlocked> {
        let _turn = self.turn();
        let found = self.run(Event::PinTyped, None, |core| {
            match core.host.vault.content(&core.row.id)? {
                Content::Locked(root) => root.open_with_pin(pin),
                Content::Open(_) => Err(PericardError::internal("lock")),
            }
        })?;
        found.ok_or(PericardError::internal("lock"))
    }

    /// Runs the machine from `event` until somebody is admitted or refused.
    fn run(
        &self,
        event: Event,
        mut root: Option<Unlocked>,
        attempt: impl Fn(&Self) -> Result<Option<Unlocked>>,
    ) -> Result<Option<Unlocked>> {
        let account = &self.row.id;
        let (mut next, mut failed) = (Some(event), None);
        while let Some(event) = next.take() {
            for effect in self.lock.on(event) {
                match effect {
                    Effect::Count(wrong) => {
                        let kept = self.host.vault.note_tries(account, wrong);
                        next = Some(event_of(
                            kept,
                            &mut failed,
                            Event::Counted,
                            Event::NotCounted,
                        ));
                    }
                    Effect::Try => {
                        let tried = attempt(self);
                        let right = if matches!(tried, Ok(None)) {
                            Event::Wrong
                        } else {
                            Event::Right
                        };
                        root = tried.as_ref().ok().cloned().flatten();
                        next = Some(event_of(tried, &mut failed, right, Event::NotTried));
                    }
                    Effect::Admit => return Ok(root),
                    Effect::DropKey => {}
                    Effect::Destroy => self.destroy_content(),
                    Effect::Refuse(refusal) => return Err(error_of(refusal, failed)),
                }
            }
        }
        Err(PericardError::internal("lock"))
    }

    /// Destroys what ten wrong PINs destroy: the key, then the tokens. What fails here is done at the next start, since the count
    /// stays.
    pub(super) fn destroy_content(&self) {
        let _ = self.host.vault.destroy_content(&self.row.id);
        for partition in self.content.seal().into_values() {
            partition.end(PericardError::SignInRequired {
                reason: SignInReason::Destroyed,
            });
        }
        self.sync_runs.cancel(&PericardError::Locked);
        self.downloads.cancel(&PericardError::Locked);
        let _ = self.session.content_destroyed();
        self.notifier.session();
        self.notifier.people();
    }
}

fn event_of<T>(
    done: Result<T>,
    failed: &mut Option<PericardError>,
    good: Event,
    bad: Event,
) -> Event {
    match done {
        Ok(_) => good,
        Err(error) => {
            *failed = Some(error);
            bad
        }
    }
}

fn error_of(refusal: Refusal, failed: Option<PericardError>) -> PericardError {
    match refusal {
        Refusal::Wrong { left } => PericardError::WrongPin {
            attempts_left: left.into(),
        },
        Refusal::Destroyed => PericardError::SignInRequired {
            reason: SignInReason::Destroyed,
        },
        Refusal::NoLock => PericardError::input("lock", InputProblem::WrongState),
        Refusal::Failed | Refusal::Busy => failed.unwrap_or(PericardError::internal("lock")),
    }
}
