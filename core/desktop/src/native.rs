//! The system's keystore through the `keyring` crate: Secret Service, Keychain, Credential Manager.
//!
//! Every call runs on a plain thread of its own: the Secret Service is reached over blocking D-Bus calls, which must
//! not be made from within an asynchronous runtime. Values carry one byte in front, since not every store tells an
//! empty value from an absent one.

use std::sync::mpsc;
use std::time::Duration;

use keyring::{Entry, Error};
use pericard::{Keystore, KeystoreError};
use zeroize::Zeroizing;

const SERVICE: &str = "dev.pericard";
const PRESENT: u8 = 1;
/// Long enough for a person to unlock the keyring in the system's own dialog.
const PATIENCE: Duration = Duration::from_secs(60);

/// The native store, after it answered.
pub(crate) struct NativeKeystore(());

impl NativeKeystore {
    /// The store, if a value can be written, read and removed.
    pub(crate) fn open() -> Option<Self> {
        let name = format!("probe.{}", std::process::id());
        let probe = move || {
            let value = b"pericard".to_vec();
            store(&name, &value)?;
            let found = load(&name)?;
            delete(&name)?;
            Ok(found == Some(value))
        };
        matches!(apart(probe), Ok(true)).then_some(Self(()))
    }
}

impl Keystore for NativeKeystore {
    fn load(&self, name: String) -> Result<Option<Vec<u8>>, KeystoreError> {
        apart(move || load(&name))
    }

    fn store(&self, name: String, value: Vec<u8>) -> Result<(), KeystoreError> {
        let value = Zeroizing::new(value);
        apart(move || store(&name, &value))
    }

    fn delete(&self, name: String) -> Result<(), KeystoreError> {
        apart(move || delete(&name))
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

fn store(name: &str, value: &[u8]) -> Result<(), Error> {
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

/// Runs `work` outside of any runtime. A store that does not answer in time is not there; its texts stay here, since
/// they may name anything.
fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, KeystoreError> {
    let (tell, told) = mpsc::channel();
    std::thread::Builder::new()
        .name("keystore".into())
        .spawn(move || {
            let _ = tell.send(work());
        })
        .map_err(|_| KeystoreError::Unavailable)?;
    match told.recv_timeout(PATIENCE) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(Error::PlatformFailure(_) | Error::NoStorageAccess(_) | Error::NoDefaultStore)) => {
            Err(KeystoreError::Unavailable)
        }
        Ok(Err(_)) => Err(KeystoreError::Unexpected),
        Err(mpsc::RecvTimeoutError::Timeout) => Err(KeystoreError::Unavailable),
        // The store's code panicked.
        Err(mpsc::RecvTimeoutError::Disconnected) => Err(KeystoreError::Unexpected),
    }
}
