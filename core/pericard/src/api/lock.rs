//! The lock of an account.

use std::sync::Arc;
use std::time::Duration;

use pericard_protocol::lock::pin::{Pin, PinProblem};
use zeroize::Zeroizing;

use crate::client::accounts::{AccountCore, AccountEntry, LockState, OpenClient, Turn};
use crate::platform::error::{InputProblem, PericardError, Result};
use crate::platform::secret::Key;

/// The lock of an account: a PIN and, beside it, a key that the shell keeps behind biometry.
///
/// Without one, whoever opens the app reads. With one, the key of the content is kept under the PIN (Argon2id, RFC 9106) inside
/// the keystore, and is in memory only while the lock is open: after a start of the process, `lock`, an absence longer than
/// `auto_lock`, and a seal it is not. Nothing that is cached can be read then, and reads, syncs and downloads fail or end with
/// `Locked`. Signing in neither needs the lock nor opens it.
///
/// A wrong PIN is counted in the keystore before it is tried. Ten in a row destroy the content of this account and its tokens:
/// what waited to be sent is lost, and signing in (`Account.sign_in_again`) begins anew. Against somebody who can read the
/// keystore itself, six digits are worth little, whatever counts the tries.
#[derive(uniffi::Object)]
pub struct AccountLock {
    open: Arc<OpenClient>,
    entry: Arc<AccountEntry>,
}

#[uniffi::export]
impl AccountLock {
    /// The state of the lock. A change is told as one of the session (`Account.changes`). Fails with why an unusable account is
    /// unusable. Memory only.
    pub fn state(&self) -> Result<LockState, PericardError> {
        Ok(self.entry.core()?.lock_state())
    }

    /// Locks: drops the content's key, closes every file of it, and ends syncs and downloads with `Locked`. Returns when that is
    /// done. Locking again does nothing.
    ///
    /// Works while the client is paused. Fails with `InvalidInput` (`lock`, `WrongState`) where there is no lock.
    pub async fn lock(&self) -> Result<(), PericardError> {
        let core = self.entry.core()?;
        let platform = &self.open.host().platform;
        platform.spawn(async move { core.lock().await }).await
    }

    /// Opens the lock with the PIN: six to twelve digits of any script; spaces and dashes are ignored. Also proves who is there
    /// while it is open. Takes as long as Argon2id does: about a second on a slow phone.
    ///
    /// Fails with `InvalidInput` (`pin`: `Empty`, `NotDigits`, `TooShort`, `TooLong`) before anything is tried; `WrongPin`;
    /// `SignInRequired` (`Destroyed`) after the tenth wrong one; `InvalidInput` (`lock`, `WrongState`) where there is no lock;
    /// `SignInRequired` or `LeaseEnded` while the account is sealed; `Keystore` where the try could not be counted, and then
    /// was not made.
    pub async fn unlock(&self, pin: Vec<u8>) -> Result<(), PericardError> {
        let pin = read_pin(pin, "pin")?;
        self.with_core(move |core, turn| core.unlock(turn, &pin))
            .await
    }

    /// Opens the lock with the key that `add_key` made.
    ///
    /// Fails as `unlock` does, and with `Keystore` (`Refused`) for a key that was replaced or removed since: ask for the PIN then.
    /// A wrong key costs no try.
    pub async fn unlock_with_key(&self, key: Vec<u8>) -> Result<(), PericardError> {
        let key = Zeroizing::new(key);
        let unreadable = PericardError::input("key", InputProblem::Unreadable);
        let key = Key::from_slice(&key).ok_or(unreadable)?;
        self.with_core(move |core, turn| core.unlock_with_key(turn, &key))
            .await
    }

    /// Chooses a PIN, or another one; `current` proves who is there where there is one already. The shell's key stays. Where
    /// there is none, the content gets a new key: a copy of what the keystore had before opens nothing any more.
    ///
    /// Fails with `InvalidInput` (`pin`, `current`) as `unlock` does, and `TooSimple` for a new one that everybody tries first;
    /// (`current`, `WrongState`) where it is missing or there is none; `WrongPin`, which counts; `Locked`; `Keystore`. Then
    /// the lock is as it was.
    pub async fn set_pin(
        &self,
        current: Option<Vec<u8>>,
        pin: Vec<u8>,
    ) -> Result<(), PericardError> {
        let pin = Zeroizing::new(pin);
        let pin = Pin::choose(&pin).map_err(|problem| input("pin", problem))?;
        let current = current
            .map(|typed| read_pin(typed, "current"))
            .transpose()?;
        let core = self.entry.core()?;
        let job = async move { core.set_pin(current, pin).await };
        self.open.host().job(job).await
    }

    /// Gives the lock up, with the shell's key: from here on whoever opens the app reads. Fails as `set_pin` does.
    pub async fn remove_pin(&self, current: Vec<u8>) -> Result<(), PericardError> {
        let current = read_pin(current, "current")?;
        self.with_core(move |core, turn| core.remove_pin(turn, &current))
            .await
    }

    /// Makes a key of 32 bytes that opens the lock beside the PIN, in place of an earlier one. Keep it where the system asks for
    /// biometry and lets the key go when the fingers and faces that it knows change (`biometryCurrentSet`,
    /// `setInvalidatedByBiometricEnrollment`), and nowhere else. Fails as `set_pin` does.
    pub async fn add_key(&self, current: Vec<u8>) -> Result<Vec<u8>, PericardError> {
        let current = read_pin(current, "current")?;
        let made = self.with_core(move |core, turn| core.add_key(turn, &current));
        let made = made.await?;
        Ok(made.bytes().to_vec())
    }

    /// Makes the shell's key useless. Works while the lock is closed, too.
    ///
    /// Fails with `InvalidInput` (`lock`, `WrongState`) where there is no lock, `Keystore`.
    pub async fn remove_key(&self) -> Result<(), PericardError> {
        self.with_core(|core, turn| core.remove_key(turn)).await
    }

    /// How long the person may be away (`Client.person_left`) before the lock closes by itself; nothing at first, which is at
    /// once. Memory only.
    pub fn auto_lock(&self) -> Result<Duration, PericardError> {
        Ok(self.entry.core()?.auto_lock())
    }

    /// Changes that. The time in which the device sleeps counts. Fails with `Storage`, `Closed`.
    pub async fn set_auto_lock(&self, after: Duration) -> Result<(), PericardError> {
        let core = self.entry.core()?;
        let job = async move {
            let working = core.clone();
            core.on_disk(move || working.set_auto_lock(after)).await
        };
        self.open.host().job(job).await
    }
}

impl AccountLock {
    pub(super) fn new(open: Arc<OpenClient>, entry: Arc<AccountEntry>) -> Arc<Self> {
        Arc::new(Self { open, entry })
    }

    /// Runs `work` to its end, one at a time, whether the caller waits for it or not: a try that was counted is made.
    async fn with_core<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Arc<AccountCore>, &Turn) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let core = self.entry.core()?;
        let job = async move {
            let (turn, working) = (core.lock_turn().await, core.clone());
            core.on_disk(move || work(&working, &turn)).await
        };
        self.open.host().job(job).await
    }
}

pub(super) fn read_pin(typed: Vec<u8>, field: &str) -> Result<Pin> {
    let typed = Zeroizing::new(typed);
    Pin::read(&typed).map_err(|problem| input(field, problem))
}

fn input(field: &str, problem: PinProblem) -> PericardError {
    let problem = match problem {
        PinProblem::Empty => InputProblem::Empty,
        PinProblem::NotDigits => InputProblem::NotDigits,
        PinProblem::TooShort => InputProblem::TooShort,
        PinProblem::TooLong => InputProblem::TooLong,
        PinProblem::TooSimple => InputProblem::TooSimple,
    };
    PericardError::input(field, problem)
}
