//! The keys of an account's access log, and the newest entry that the keystore knows.
//!
//! Uses: `derivation`, `vault`
//!
//! They come from the device root: the log is written while the account is locked, too.

use std::sync::Arc;

use crate::platform::error::{KeystoreError, Result};
use crate::platform::secret::Key;

use super::Keystore;
use super::derivation::derive;
use super::vault::Vault;

/// The keys of an access log.
pub(crate) struct LogKeys {
    pub(crate) file: Key,
    pub(crate) chain: Key,
}

/// The newest entry of a log that somebody vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogHead {
    pub(crate) n: i64,
    pub(crate) mac: Vec<u8>,
    /// The log was once found not to be the one that was vouched for: it stays so.
    pub(crate) broken: bool,
}

impl LogHead {
    fn read(value: &[u8]) -> Option<Self> {
        let (broken, rest) = value.split_first()?;
        let (n, mac) = rest.split_first_chunk()?;
        Some(Self {
            n: i64::from_be_bytes(*n),
            mac: mac.to_vec(),
            broken: *broken != 0,
        })
    }

    fn bytes(&self) -> Vec<u8> {
        [
            &[u8::from(self.broken)][..],
            &self.n.to_be_bytes(),
            &self.mac,
        ]
        .concat()
    }
}

/// Keeps the newest entry of a log.
pub(crate) struct LogWitness {
    keystore: Arc<dyn Keystore>,
    name: String,
}

impl LogWitness {
    /// The newest entry that was kept. Blocks.
    pub(crate) fn head(&self) -> Result<Option<LogHead>> {
        let Some(value) = self.keystore.load(self.name.clone())? else {
            return Ok(None);
        };
        let odd = KeystoreError::unexpected("a value has another form than was stored");
        Ok(Some(LogHead::read(&value).ok_or(odd)?))
    }

    /// Keeps another one. Blocks.
    pub(crate) fn keep(&self, head: &LogHead) -> Result<()> {
        Ok(self.keystore.store(self.name.clone(), head.bytes())?)
    }
}

impl Vault {
    /// The keys of an account's log. Blocks.
    pub(crate) fn log_keys(&self, account: &str) -> Result<LogKeys> {
        let root = self.device_root()?.ok_or(KeystoreError::Lost)?;
        let key = |purpose: &str| derive(&root, purpose, account);
        Ok(LogKeys {
            file: key("pericard access log"),
            chain: key("pericard access log chain"),
        })
    }

    /// What keeps the newest entry of an account's log, also while the client is being shut down. Memory only.
    pub(crate) fn log_witness(&self, account: &str) -> Result<LogWitness> {
        Ok(LogWitness {
            keystore: self.keystore()?,
            name: self.log_name(account),
        })
    }

    pub(super) fn log_name(&self, account: &str) -> String {
        format!("{}.log.{account}", self.directory)
    }
}
