//! The keys: two roots in the keystore, everything else derived from or wrapped by them.
//!
//! ```text
//! keystore  {directory}.device            device root ──HKDF──▶ device.db
//! keystore  {directory}.content.{account} content root ─AEAD──▶ person key (random, kept wrapped in device.db)
//!                                                      person key ──HKDF──▶ the person's database, ids
//! keystore  {directory}.seals.{account}   how often the account was sealed; an older copy of device.db knows less
//! ```
//!
//! Names in the keystore carry the directory's random id: two directories never touch each other's keys and a
//! new install never meets an old one's. Each person has a *random* key, so that forgetting one person is
//! destroying one key. Derivation is bound to account, person and purpose; two purposes never share a key.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf;
use zeroize::Zeroizing;

use crate::platform::Platform;
use crate::platform::error::{KeystoreError, PericardError, Result, StorageKind};
use crate::platform::secret::Key;

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

/// The keys of one directory. Its methods block: call them through `Platform::blocking`.
pub(crate) struct Vault {
    /// Let go when the client is shut down: a keystore may hold the client that holds it.
    keystore: Mutex<Option<Arc<dyn Keystore>>>,
    platform: Platform,
    directory: String,
}

/// A person's key as it lies in device.db.
pub(crate) struct Wrapped(pub(crate) Vec<u8>);

impl Vault {
    pub(crate) fn new(keystore: Arc<dyn Keystore>, platform: Platform, directory: String) -> Self {
        Self {
            keystore: Mutex::new(Some(keystore)),
            platform,
            directory,
        }
    }

    /// The keystore, until the client is shut down. It is asked without a lock.
    fn keystore(&self) -> Result<Arc<dyn Keystore>> {
        let keystore = self.keystore.lock().unwrap_or_else(PoisonError::into_inner);
        keystore.clone().ok_or(PericardError::Closed)
    }

    /// Lets the keystore go for good.
    pub(crate) fn release(&self) {
        let keystore = {
            let mut keystore = self.keystore.lock().unwrap_or_else(PoisonError::into_inner);
            keystore.take()
        };
        // Dropped without the lock: the app's own code may run.
        drop(keystore);
    }

    /// The names of everything that this directory has in the keystore, with these accounts.
    pub(crate) fn names(&self, accounts: &BTreeSet<String>) -> BTreeSet<String> {
        let of_accounts = accounts
            .iter()
            .flat_map(|account| [self.content_name(account), self.seals_name(account)]);
        of_accounts.chain([self.device_name()]).collect()
    }

    /// The device root, if one was made.
    pub(crate) fn device_root(&self) -> Result<Option<Key>> {
        self.load(&self.device_name())
    }

    /// Keeps a new device root.
    pub(crate) fn save_device_root(&self, root: &Key) -> Result<()> {
        self.keep(&self.device_name(), root)
    }

    /// The content root of an account: what `Unlocked` holds. `Lost` when it is gone.
    pub(crate) fn content_root(&self, account: &str) -> Result<Unlocked> {
        let root = self.load(&self.content_name(account))?;
        root.map(|root| Unlocked { root })
            .ok_or(KeystoreError::Lost.into())
    }

    /// A new content root, in place of an earlier one: what was wrapped with that is lost.
    pub(crate) fn new_content_root(&self, account: &str) -> Result<Unlocked> {
        let root = Key::new(self.platform.random());
        self.keep(&self.content_name(account), &root)?;
        Ok(Unlocked { root })
    }

    /// Destroys what the keystore has of an account. Whatever is left of its files is unreadable from here on.
    pub(crate) fn destroy(&self, account: &str) -> Result<()> {
        let keystore = self.keystore()?;
        keystore.delete(self.content_name(account))?;
        Ok(keystore.delete(self.seals_name(account))?)
    }

    /// How often an account was sealed, as far as the keystore was told.
    pub(crate) fn seals(&self, account: &str) -> Result<u64> {
        let Some(bytes) = self.keystore()?.load(self.seals_name(account))? else {
            return Ok(0);
        };
        let number = bytes.try_into().map(u64::from_be_bytes);
        number.map_err(|_| {
            KeystoreError::unexpected("a value has another length than was stored").into()
        })
    }

    /// Notes how often an account was sealed.
    pub(crate) fn note_seals(&self, account: &str, seals: u64) -> Result<()> {
        let bytes = seals.to_be_bytes().to_vec();
        Ok(self.keystore()?.store(self.seals_name(account), bytes)?)
    }

    fn device_name(&self) -> String {
        format!("{}.device", self.directory)
    }

    fn content_name(&self, account: &str) -> String {
        format!("{}.content.{account}", self.directory)
    }

    fn seals_name(&self, account: &str) -> String {
        format!("{}.seals.{account}", self.directory)
    }

    fn load(&self, name: &str) -> Result<Option<Key>> {
        let found = self.keystore()?.load(name.to_owned())?.map(Zeroizing::new);
        let wrong = || KeystoreError::unexpected("a key has another length than was stored");
        let key = found.map(|bytes| Key::from_slice(&bytes).ok_or_else(wrong));
        Ok(key.transpose()?)
    }

    fn keep(&self, name: &str, key: &Key) -> Result<()> {
        let keystore = self.keystore()?;
        keystore.store(name.to_owned(), key.bytes().to_vec())?;
        // A keystore that forgets at once would cost everything that is written from here on.
        match keystore.load(name.to_owned())?.map(Zeroizing::new) {
            Some(kept) if *kept == key.bytes() => Ok(()),
            _ => Err(KeystoreError::unexpected("what was stored is not there").into()),
        }
    }
}

/// An account's content root in memory: the proof that its content may be read.
///
/// Only `Vault::content_root` makes one; sealing and locking drop it.
#[derive(Clone)]
pub(crate) struct Unlocked {
    root: Key,
}

impl Unlocked {
    /// A new random person key, wrapped.
    pub(crate) fn new_person(
        &self,
        platform: &Platform,
        account: &str,
        person: &str,
    ) -> Result<Wrapped> {
        let nonce: [u8; NONCE_LEN] = platform.random();
        let mut sealed = Key::new(platform.random()).bytes().to_vec();
        let bound = binding(account, person);
        self.wrapping()?
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(bound.as_bytes()),
                &mut sealed,
            )
            .map_err(|_| PericardError::internal("wrap"))?;
        Ok(Wrapped([nonce.as_slice(), &sealed].concat()))
    }

    /// A person's key; `WrongKey` when it was wrapped for another account or person or by another root.
    pub(crate) fn person(
        &self,
        account: &str,
        person: &str,
        wrapped: &Wrapped,
    ) -> Result<PersonKey> {
        let wrong = || PericardError::storage(StorageKind::WrongKey);
        let (nonce, sealed) = wrapped
            .0
            .split_first_chunk::<NONCE_LEN>()
            .ok_or_else(wrong)?;
        let mut sealed = Zeroizing::new(sealed.to_vec());
        let bound = binding(account, person);
        let opened = self
            .wrapping()?
            .open_in_place(
                Nonce::assume_unique_for_key(*nonce),
                Aad::from(bound.as_bytes()),
                &mut sealed,
            )
            .map_err(|_| wrong())?;
        Ok(PersonKey {
            key: Key::from_slice(opened).ok_or_else(wrong)?,
            bound,
        })
    }

    fn wrapping(&self) -> Result<LessSafeKey> {
        let key = derive(&self.root, "pericard person wrap", "");
        let key = UnboundKey::new(&AES_256_GCM, key.bytes())
            .map_err(|_| PericardError::internal("wrap"))?;
        Ok(LessSafeKey::new(key))
    }
}

/// A person's own key; what it is used for is derived from it.
pub(crate) struct PersonKey {
    key: Key,
    bound: String,
}

impl PersonKey {
    pub(crate) fn database(&self) -> Key {
        derive(&self.key, "pericard person database", &self.bound)
    }

    pub(crate) fn ids(&self) -> Key {
        derive(&self.key, "pericard person ids", &self.bound)
    }

    /// Account and person: what sealed files are bound to.
    pub(crate) fn bound(&self) -> &str {
        &self.bound
    }

    /// For keyed hashes of records that must not be stored.
    pub(crate) fn held(&self) -> Key {
        derive(&self.key, "pericard person held", &self.bound)
    }
}

/// The key of device.db.
pub(crate) fn device_database(root: &Key) -> Key {
    derive(root, "pericard device database", "")
}

/// Unambiguous, since both ids are of one fixed length and alphabet.
fn binding(account: &str, person: &str) -> String {
    format!("{account}|{person}")
}

/// HKDF-SHA256 (RFC 5869) of a uniformly random key: no salt is needed (§3.1).
fn derive(key: &Key, purpose: &str, bound: &str) -> Key {
    struct Len;
    impl hkdf::KeyType for Len {
        fn len(&self) -> usize {
            Key::LEN
        }
    }
    let mut bytes = Zeroizing::new([0; Key::LEN]);
    let filled = hkdf::Salt::new(hkdf::HKDF_SHA256, &[])
        .extract(key.bytes())
        .expand(&[purpose.as_bytes(), b"\0", bound.as_bytes()], Len)
        .and_then(|okm| okm.fill(&mut *bytes));
    // 32 bytes of SHA-256 are always within RFC 5869's bound of 255 blocks.
    if filled.is_err() {
        std::process::abort();
    }
    Key::new(*bytes)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(crate) mod tests {
    use std::collections::BTreeMap;
    use std::sync::Mutex;

    use super::*;

    /// Keeps values, unless it forgets them at once.
    #[derive(Default)]
    pub(crate) struct Memory {
        values: Mutex<BTreeMap<String, Vec<u8>>>,
        forgets: bool,
    }

    impl Keystore for Memory {
        fn load(&self, name: String) -> std::result::Result<Option<Vec<u8>>, KeystoreError> {
            Ok(self.values.lock().unwrap().get(&name).cloned())
        }

        fn store(&self, name: String, value: Vec<u8>) -> std::result::Result<(), KeystoreError> {
            if !self.forgets {
                self.values.lock().unwrap().insert(name, value);
            }
            Ok(())
        }

        fn delete(&self, name: String) -> std::result::Result<(), KeystoreError> {
            self.values.lock().unwrap().remove(&name);
            Ok(())
        }
    }

    pub(crate) fn vault(forgets: bool) -> (Vault, Arc<Memory>) {
        let keystore = Arc::new(Memory {
            forgets,
            ..Memory::default()
        });
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
    fn a_person_key_opens_for_its_account_and_person_and_root_alone() {
        let (vault, _) = vault(false);
        let root = vault.new_content_root("a").unwrap();
        let wrapped = root.new_person(&vault.platform, "a", "p").unwrap();
        let key = root.person("a", "p", &wrapped).unwrap();
        assert_eq!(
            root.person("a", "p", &wrapped).unwrap().database().bytes(),
            key.database().bytes()
        );
        assert_ne!(key.database().bytes(), key.ids().bytes());
        for (account, person) in [("a", "q"), ("b", "p"), ("", "")] {
            assert_eq!(
                root.person(account, person, &wrapped).err(),
                Some(WRONG_KEY)
            );
        }
        let other = vault.new_content_root("b").unwrap();
        assert_eq!(other.person("a", "p", &wrapped).err(), Some(WRONG_KEY));
        for broken in [Vec::new(), vec![0; 5], wrapped.0[1..].to_vec()] {
            assert_eq!(
                root.person("a", "p", &Wrapped(broken)).err(),
                Some(WRONG_KEY)
            );
        }
    }

    #[test]
    fn a_root_that_was_destroyed_is_lost_and_a_new_one_is_another() {
        let (vault, keystore) = vault(false);
        let wrapped = vault.new_content_root("a").unwrap();
        let wrapped = wrapped.new_person(&vault.platform, "a", "p").unwrap();
        vault.note_seals("a", 3).unwrap();
        assert_eq!(vault.seals("a"), Ok(3));
        vault.destroy("a").unwrap();
        assert!(keystore.values.lock().unwrap().is_empty());
        assert_eq!(vault.content_root("a").err(), Some(LOST));
        assert_eq!(vault.seals("a"), Ok(0));
        vault.new_content_root("a").unwrap();
        let root = vault.content_root("a").unwrap();
        assert_eq!(root.person("a", "p", &wrapped).err(), Some(WRONG_KEY));
    }
}
