//! The keys: two roots in the keystore, everything else derived from or wrapped by them.
//!
//! ```text
//! keystore  {directory}.device            device root ──HKDF──▶ device.db
//! keystore  {directory}.content.{account} content root ─AEAD──▶ person key (random, kept wrapped in device.db)
//!                                                      person key ──HKDF──▶ the person's database, ids
//!           under a PIN where one was chosen: Argon2id ─AEAD─▶ content root; beside it under a key of the shell's; two roots
//!           while one takes the place of the other
//! keystore  {directory}.tries.{account}   wrong PINs since the last right one
//! keystore  {directory}.seals.{account}   how often the account was sealed; an older copy of device.db knows less
//! keystore  {directory}.log.{account}     the newest entry of the access log
//! keystore  {directory}.policies          the newest policy seen of each portal's keys
//! ```
//!
//! Names in the keystore carry the directory's random id: two directories never touch each other's keys and a
//! new install never meets an old one's. Each person has a *random* key, so that forgetting one person is
//! destroying one key. Derivation is bound to account, person and purpose; two purposes never share a key. A wrap is bound to
//! its version, purpose, directory and account, and to the person where the key is theirs.

mod change;
mod context;
mod derivation;
mod envelope;
mod log;
mod person;
mod pin;
mod policies;
mod root;
mod vault;

use crate::platform::error::KeystoreError;
use crate::platform::secret::Key;

pub(crate) use change::Stored;
pub(crate) use log::{LogHead, LogKeys, LogWitness};
pub(crate) use person::{PersonKey, Unlocked, Wrapped};
pub(crate) use root::{Content, LockedRoot};
pub(crate) use vault::Vault;

/// Keeps small secrets for this device, such as the iOS Keychain or a file wrapped by an Android Keystore key.
///
/// It never prompts and shows nothing. Calls come on a thread that may block, and several may come at once.
/// Names are ASCII of at most 120 characters and contain nothing about the patient; values are at most 1 KB.
/// A value must survive a restart of the app and must not leave the device in a backup.
#[uniffi::export(rust, foreign)]
pub trait Keystore: Send + Sync {
    /// Returns the value under `name`, or nothing if there is none.
    fn load(&self, name: String) -> std::result::Result<Option<Vec<u8>>, KeystoreError>;
    /// Stores `value` under `name`, replacing an earlier one. Returns when it is durable.
    fn store(&self, name: String, value: Vec<u8>) -> std::result::Result<(), KeystoreError>;
    /// Deletes the value under `name`. Succeeds if there is none.
    fn delete(&self, name: String) -> std::result::Result<(), KeystoreError>;
}

fn odd_length() -> KeystoreError {
    KeystoreError::unexpected("a value has another length than was stored")
}

/// The key of device.db.
pub(crate) fn device_database(root: &Key) -> Key {
    derivation::derive(root, "pericard device database", "")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(crate) mod tests {
    use std::collections::BTreeMap;
    use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
    use std::sync::{Arc, Mutex};

    pub(crate) use super::person::tests::old;
    use super::*;
    use crate::platform::Platform;
    use crate::platform::error::{PericardError, StorageKind};

    /// Keeps values, unless it forgets them at once.
    #[derive(Default)]
    pub(crate) struct Memory {
        values: Mutex<BTreeMap<String, Vec<u8>>>,
        forgets: AtomicBool,
    }

    impl Memory {
        /// Whether it forgets from now on.
        pub(crate) fn forget(&self, at_once: bool) {
            self.forgets.store(at_once, SeqCst);
        }
    }

    impl Keystore for Memory {
        fn load(&self, name: String) -> std::result::Result<Option<Vec<u8>>, KeystoreError> {
            Ok(self.values.lock().unwrap().get(&name).cloned())
        }

        fn store(&self, name: String, value: Vec<u8>) -> std::result::Result<(), KeystoreError> {
            if !self.forgets.load(SeqCst) {
                self.values.lock().unwrap().insert(name, value);
            }
            Ok(())
        }

        fn delete(&self, name: String) -> std::result::Result<(), KeystoreError> {
            self.values.lock().unwrap().remove(&name);
            Ok(())
        }
    }

    impl Memory {
        pub(crate) fn value(&self, name: &str) -> Vec<u8> {
            self.values
                .lock()
                .unwrap()
                .get(name)
                .cloned()
                .unwrap_or_default()
        }
    }

    pub(crate) fn vault(forgets: bool) -> (Vault, Arc<Memory>) {
        let keystore = Arc::new(Memory::default());
        keystore.forget(forgets);
        let platform = Platform::real("test");
        (
            Vault::new(keystore.clone(), platform, "dir".into()),
            keystore,
        )
    }

    const WRONG_KEY: PericardError = PericardError::Storage {
        kind: StorageKind::WrongKey,
    };
    const LOST: PericardError = PericardError::Keystore {
        kind: KeystoreError::Lost,
    };

    #[test]
    fn a_root_is_there_once_it_was_kept() {
        let (vault, keystore) = vault(false);
        assert!(vault.device_root().unwrap().is_none());
        assert!(keystore.values.lock().unwrap().is_empty());
        let root = Key::new([7; 32]);
        vault.save_device_root(&root).unwrap();
        let kept = vault.device_root().unwrap().unwrap();
        assert_eq!(kept.bytes(), root.bytes());
        assert_ne!(device_database(&root).bytes(), root.bytes());
    }

    #[test]
    fn a_keystore_that_forgets_at_once_is_not_trusted() {
        let (vault, _) = vault(true);
        let unexpected = PericardError::Keystore {
            kind: KeystoreError::unexpected("what was stored is not there"),
        };
        let kept = vault.save_device_root(&Key::new([7; 32]));
        assert_eq!(kept.err(), Some(unexpected.clone()));
        assert_eq!(vault.new_content_root("a").err(), Some(unexpected));
    }

    #[test]
    fn a_root_that_was_destroyed_is_lost_and_a_new_one_is_another() {
        let (vault, keystore) = vault(false);
        let wrapped = vault.new_content_root("a").unwrap();
        let wrapped = wrapped.new_person(&vault.platform, "p").unwrap();
        vault.note_seals("a", 3).unwrap();
        assert_eq!(vault.seals("a"), Ok(3));
        vault.destroy("a").unwrap();
        assert!(keystore.values.lock().unwrap().is_empty());
        assert_eq!(vault.stored("a").err(), Some(LOST));
        assert_eq!(vault.seals("a"), Ok(0));
        let root = vault.new_content_root("a").unwrap();
        assert_eq!(root.person("p", &wrapped).err(), Some(WRONG_KEY));
    }
}
