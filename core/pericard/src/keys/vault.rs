//! What a directory has in the keystore, by name.
//!
//! Uses: `change`, `context`, `person`, `root`

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use zeroize::Zeroizing;

use crate::platform::Platform;
use crate::platform::error::{KeystoreError, PericardError, Result};
use crate::platform::secret::Key;

use super::change::{self, Stored};
use super::context::KeyContext;
use super::person::Unlocked;
use super::root::Content;
use super::{Keystore, odd_length};

/// The keys of one directory. Its methods block: call them through `Platform::blocking`.
pub(crate) struct Vault {
    /// Let go when the client is shut down: a keystore may hold the client that holds it.
    keystore: Mutex<Option<Arc<dyn Keystore>>>,
    pub(super) platform: Platform,
    pub(super) directory: String,
    /// Held while the policies' numbers are changed.
    policies: Mutex<()>,
}

impl Vault {
    pub(crate) fn new(keystore: Arc<dyn Keystore>, platform: Platform, directory: String) -> Self {
        Self {
            keystore: Mutex::new(Some(keystore)),
            platform,
            directory,
            policies: Mutex::default(),
        }
    }

    pub(super) fn policies_turn(&self) -> MutexGuard<'_, ()> {
        self.policies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The keystore, until the client is shut down. It is asked without a lock.
    pub(super) fn keystore(&self) -> Result<Arc<dyn Keystore>> {
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
        let of_accounts = accounts.iter().flat_map(|account| {
            [
                self.content_name(account),
                self.tries_name(account),
                self.seals_name(account),
                self.log_name(account),
            ]
        });
        of_accounts
            .chain([self.device_name(), self.policies_name()])
            .collect()
    }

    /// The device root, if one was made.
    pub(crate) fn device_root(&self) -> Result<Option<Key>> {
        let found = self.keystore()?.load(self.device_name())?;
        let root = found.map(|bytes| {
            let bytes = Zeroizing::new(bytes);
            Key::from_slice(&bytes).ok_or_else(odd_length)
        });
        Ok(root.transpose()?)
    }

    /// Keeps a new device root.
    pub(crate) fn save_device_root(&self, root: &Key) -> Result<()> {
        self.keep(&self.device_name(), root.bytes())
    }

    /// What there is of an account's content. `Lost` when it is gone.
    pub(crate) fn stored(&self, account: &str) -> Result<Stored> {
        let found = self.keystore()?.load(self.content_name(account))?;
        let found = Zeroizing::new(found.ok_or(KeystoreError::Lost)?);
        Stored::parse(&found, &self.context(account))
    }

    /// A content root that was not there before, and is not kept yet.
    pub(crate) fn random_root(&self, account: &str) -> Unlocked {
        Unlocked {
            root: Key::random(&self.platform),
            context: self.context(account),
        }
    }

    /// A new content root, in place of an earlier one: what was wrapped with that is lost.
    pub(crate) fn new_content_root(&self, account: &str) -> Result<Unlocked> {
        let root = self.random_root(account);
        self.save(account, &Content::Open(root.clone()))?;
        Ok(root)
    }

    /// Keeps a content root.
    pub(crate) fn save(&self, account: &str, content: &Content) -> Result<()> {
        self.keep(&self.content_name(account), &content.bytes())
    }

    /// Keeps the content root that is there, and one that is to take its place.
    pub(crate) fn save_both(
        &self,
        account: &str,
        before: &Content,
        (after, root): (&Content, &Unlocked),
    ) -> Result<()> {
        let both = change::both(before, after, root.id());
        self.keep(&self.content_name(account), &both)
    }

    fn context(&self, account: &str) -> KeyContext {
        KeyContext::new(&self.directory, account)
    }

    /// Destroys what the keystore has of an account. Whatever is left of its files is unreadable from here on.
    pub(crate) fn destroy(&self, account: &str) -> Result<()> {
        self.destroy_content(account)?;
        let keystore = self.keystore()?;
        keystore.delete(self.tries_name(account))?;
        keystore.delete(self.log_name(account))?;
        Ok(keystore.delete(self.seals_name(account))?)
    }

    /// Destroys the content root alone: a new sign-in begins anew.
    pub(crate) fn destroy_content(&self, account: &str) -> Result<()> {
        Ok(self.keystore()?.delete(self.content_name(account))?)
    }

    /// Wrong PINs since the last right one; nothing where nobody counted yet.
    pub(crate) fn tries(&self, account: &str) -> Result<Option<u8>> {
        let Some(bytes) = self.keystore()?.load(self.tries_name(account))? else {
            return Ok(None);
        };
        match bytes.as_slice() {
            [tries] => Ok(Some(*tries)),
            _ => Err(odd_length().into()),
        }
    }

    /// Keeps the number of wrong PINs.
    pub(crate) fn note_tries(&self, account: &str, tries: u8) -> Result<()> {
        self.keep(&self.tries_name(account), &[tries])
    }

    /// How often an account was sealed, as far as the keystore was told.
    pub(crate) fn seals(&self, account: &str) -> Result<u64> {
        let Some(bytes) = self.keystore()?.load(self.seals_name(account))? else {
            return Ok(0);
        };
        let number = bytes.try_into().map(u64::from_be_bytes);
        number.map_err(|_| odd_length().into())
    }

    /// Notes how often an account was sealed.
    pub(crate) fn note_seals(&self, account: &str, seals: u64) -> Result<()> {
        let bytes = seals.to_be_bytes().to_vec();
        Ok(self.keystore()?.store(self.seals_name(account), bytes)?)
    }

    fn device_name(&self) -> String {
        format!("{}.device", self.directory)
    }

    pub(super) fn policies_name(&self) -> String {
        format!("{}.policies", self.directory)
    }

    fn content_name(&self, account: &str) -> String {
        format!("{}.content.{account}", self.directory)
    }

    fn seals_name(&self, account: &str) -> String {
        format!("{}.seals.{account}", self.directory)
    }

    fn tries_name(&self, account: &str) -> String {
        format!("{}.tries.{account}", self.directory)
    }

    pub(super) fn keep(&self, name: &str, value: &[u8]) -> Result<()> {
        let keystore = self.keystore()?;
        keystore.store(name.to_owned(), value.to_vec())?;
        // A keystore that forgets at once would cost everything that is written from here on.
        match keystore.load(name.to_owned())?.map(Zeroizing::new) {
            Some(kept) if *kept == value => Ok(()),
            _ => Err(KeystoreError::unexpected("what was stored is not there").into()),
        }
    }
}
