//! The people's keys: random, wrapped by the content root of their account.
//!
//! Uses: `envelope`

use crate::platform::Platform;
use crate::platform::error::{PericardError, Result, StorageKind};
use crate::platform::secret::Key;

use super::{binding, derive, envelope};

/// A person's key as it lies in device.db.
pub(crate) struct Wrapped(pub(crate) Vec<u8>);

/// An account's content root in memory: the proof that its content may be read.
///
/// Only `Vault::content_root` makes one; sealing and locking drop it.
#[derive(Clone)]
pub(crate) struct Unlocked {
    pub(super) root: Key,
}

impl Unlocked {
    /// A new random person key, wrapped.
    pub(crate) fn new_person(
        &self,
        platform: &Platform,
        account: &str,
        person: &str,
    ) -> Result<Wrapped> {
        let key = Key::random(platform);
        let bound = binding(account, person);
        envelope::wrap(&key, &self.wrapping(), bound.as_bytes(), platform).map(Wrapped)
    }

    /// A person's key; `WrongKey` when it was wrapped for another account or person or by another root.
    pub(crate) fn person(
        &self,
        account: &str,
        person: &str,
        wrapped: &Wrapped,
    ) -> Result<PersonKey> {
        let bound = binding(account, person);
        let opened = envelope::unwrap(&wrapped.0, &self.wrapping(), bound.as_bytes())?;
        let key = opened.ok_or(PericardError::storage(StorageKind::WrongKey))?;
        Ok(PersonKey { key, bound })
    }

    fn wrapping(&self) -> Key {
        derive(&self.root, "pericard person wrap", "")
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
