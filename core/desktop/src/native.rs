//! The system's keystore through the `keyring` crate: Secret Service, Keychain, Credential Manager.
//!
//! Every call runs on its own plain thread, because the Secret Service is reached by blocking D-Bus calls, which must
//! not be made within an asynchronous runtime. Values have one byte in front, since some stores do not distinguish an
//! empty value from a missing one.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use keyring::{Entry, Error};
use pericard::{Keystore, KeystoreError};
use zeroize::Zeroizing;

use crate::choice::{self, Choice};

const SERVICE: &str = "dev.pericard";
const PRESENT: u8 = 1;
/// Time for a person to unlock the keyring in the system's dialog.
const PATIENCE: Duration = Duration::from_secs(30);

/// The native store, once it has passed its test.
///
/// A new folder is bound to the native store when the first key has been stored and read back. Until then a passphrase
/// can be used instead.
pub(crate) struct NativeKeystore {
    /// The folder, while it is not bound.
    unbound: Mutex<Option<PathBuf>>,
    /// Calls that timed out while their dialog is still open. No further call is made meanwhile.
    unanswered: Arc<AtomicU32>,
}

/// Why the native store cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NativeError {
    /// Its dialog was not answered in time.
    Unanswered,
    /// The system or the person refused.
    Refused,
    /// It is missing or does not work.
    Unavailable,
}

impl NativeKeystore {
    /// Returns the store if a value like a key can be written, read and removed. `unbound` is the folder to bind to it.
    pub(crate) fn open(unbound: Option<PathBuf>) -> Result<Self, NativeError> {
        let store = Self {
            unbound: Mutex::new(unbound),
            unanswered: Arc::default(),
        };
        let name = format!("probe.{}", std::process::id());
        let probe = move || {
            // As large as the keys are.
            let value = [0x5a; 32];
            keep(&name, &value)?;
            let found = load(&name)?;
            delete(&name)?;
            Ok(found.as_deref() == Some(&value))
        };
        match store.apart(probe) {
            Ok(true) => Ok(store),
            Err(KeystoreError::Refused) => Err(NativeError::Refused),
            _ if store.unanswered.load(SeqCst) > 0 => Err(NativeError::Unanswered),
            _ => Err(NativeError::Unavailable),
        }
    }

    /// Binds the folder, after the first key is stored.
    fn bind(&self, name: &str, value: &[u8]) -> Result<(), KeystoreError> {
        let mut unbound = self.unbound.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(folder) = &*unbound else {
            return Ok(());
        };
        let name = name.to_owned();
        let found = self.apart(move || load(&name))?.map(Zeroizing::new);
        if found.is_none_or(|found| *found != value) {
            return Err(KeystoreError::Unavailable);
        }
        choice::remember(folder, Choice::Native).map_err(|_| KeystoreError::Unavailable)?;
        *unbound = None;
        Ok(())
    }

    /// Runs `work` outside of any runtime, with a time limit. The texts of its errors are dropped, since they may
    /// contain anything.
    fn apart<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, KeystoreError> {
        self.within(PATIENCE, work)
    }

    fn within<T: Send + 'static>(
        &self,
        patience: Duration,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, KeystoreError> {
        if self.unanswered.load(SeqCst) > 0 {
            return Err(KeystoreError::Unavailable);
        }
        let (tell, told) = mpsc::channel();
        let given_up = Arc::new(Mutex::new(false));
        let call = Call {
            given_up: given_up.clone(),
            unanswered: self.unanswered.clone(),
        };
        std::thread::Builder::new()
            .name("keystore".into())
            .spawn(move || {
                // Dropped last, also by a panic in the store's code.
                let (_call, tell) = (call, tell);
                let _ = tell.send(work());
            })
            .map_err(|_| KeystoreError::Unavailable)?;
        let outcome = told.recv_timeout(patience).or_else(|_| {
            let mut given_up = given_up.lock().unwrap_or_else(PoisonError::into_inner);
            // The call may have ended between the two checks.
            told.try_recv().inspect_err(|error| {
                if *error == mpsc::TryRecvError::Empty {
                    *given_up = true;
                    self.unanswered.fetch_add(1, SeqCst);
                }
            })
        });
        match outcome {
            Ok(outcome) => outcome.map_err(|error| kind(&error)),
            Err(mpsc::TryRecvError::Empty) => Err(KeystoreError::Unavailable),
            Err(mpsc::TryRecvError::Disconnected) => Err(KeystoreError::unexpected(
                "the thread that asked it panicked",
            )),
        }
    }
}

/// A call on its thread.
struct Call {
    given_up: Arc<Mutex<bool>>,
    unanswered: Arc<AtomicU32>,
}

/// Ends the count of a call that had timed out.
impl Drop for Call {
    fn drop(&mut self) {
        if *self.given_up.lock().unwrap_or_else(PoisonError::into_inner) {
            self.unanswered.fetch_sub(1, SeqCst);
        }
    }
}

/// Converts an error of the native store.
fn kind(error: &Error) -> KeystoreError {
    match error {
        Error::PlatformFailure(_) | Error::NoDefaultStore => KeystoreError::Unavailable,
        // Locked: the dialog was dismissed, or access rules refuse.
        Error::NoStorageAccess(_) => KeystoreError::Refused,
        Error::Ambiguous(_) => KeystoreError::Doubled,
        error => KeystoreError::unexpected(error.to_string()),
    }
}

impl Keystore for NativeKeystore {
    fn load(&self, name: String) -> Result<Option<Vec<u8>>, KeystoreError> {
        self.apart(move || load(&name))
    }

    fn store(&self, name: String, value: Vec<u8>) -> Result<(), KeystoreError> {
        let value = Zeroizing::new(value);
        let (to, kept) = (name.clone(), value.clone());
        self.apart(move || keep(&to, &kept))?;
        self.bind(&name, &value)
    }

    fn delete(&self, name: String) -> Result<(), KeystoreError> {
        self.apart(move || delete(&name))
    }
}

fn load(name: &str) -> Result<Option<Vec<u8>>, Error> {
    match Entry::new(SERVICE, name)?.get_secret().map(Zeroizing::new) {
        Ok(secret) => match secret.split_first() {
            Some((&PRESENT, value)) => Ok(Some(value.to_vec())),
            _ => Err(Error::BadStoreFormat("not written by Pericard".into())),
        },
        Err(Error::NoEntry) => Ok(None),
        Err(error) => Err(error),
    }
}

fn keep(name: &str, value: &[u8]) -> Result<(), Error> {
    let mut secret = Zeroizing::new(Vec::with_capacity(value.len() + 1));
    secret.push(PRESENT);
    secret.extend_from_slice(value);
    Entry::new(SERVICE, name)?.set_secret(&secret)
}

fn delete(name: &str) -> Result<(), Error> {
    match Entry::new(SERVICE, name)?.delete_credential() {
        Err(Error::NoEntry) => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> NativeKeystore {
        NativeKeystore {
            unbound: Mutex::new(None),
            unanswered: Arc::default(),
        }
    }

    #[test]
    fn a_prompt_that_nobody_answers_ends_and_no_other_is_opened_meanwhile() {
        let store = store();
        let (answer, answered) = mpsc::channel::<()>();
        let (ended, end) = mpsc::channel::<()>();
        let prompt = move || {
            let _ = answered.recv();
            drop(ended);
            Ok(())
        };
        let soon = Duration::from_millis(20);
        let unavailable = Err(KeystoreError::Unavailable);
        assert_eq!(store.within(soon, prompt), unavailable);
        let never = || -> Result<(), Error> { panic!("a second prompt") };
        assert_eq!(store.within(soon, never), unavailable);
        drop(answer);
        let _ = end.recv();
        while store.unanswered.load(SeqCst) > 0 {
            std::thread::yield_now();
        }
        assert_eq!(store.within(PATIENCE, || Ok(7)), Ok(7));
    }

    #[test]
    fn doubled_refused_and_unavailable_have_their_own_words() {
        let says = |error| store().within(PATIENCE, move || Err::<(), _>(error));
        let cause = || Box::new(std::io::Error::other("somebody's name"));
        assert_eq!(
            says(Error::Ambiguous(Vec::new())),
            Err(KeystoreError::Doubled)
        );
        assert_eq!(
            says(Error::NoStorageAccess(cause())),
            Err(KeystoreError::Refused)
        );
        assert_eq!(
            says(Error::PlatformFailure(cause())),
            Err(KeystoreError::Unavailable)
        );
        assert!(matches!(
            says(Error::BadEncoding(Vec::new())),
            Err(KeystoreError::Unexpected { .. })
        ));
    }
}
