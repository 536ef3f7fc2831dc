//! Why an account on this device cannot be used, whatever the state of its session.

use crate::platform::error::{KeystoreError, PericardError, StorageKind};

/// Why an account on this device cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum AccountProblem {
    /// The key of its content is gone from the keystore, so what is cached and queued cannot be read any more. Signing in
    /// again (`Account.sign_in_again`) begins anew: with a new key and an empty cache.
    KeyLost,
    /// Its database is damaged. Signing in again begins anew, with an empty cache; `Account.forget` removes it.
    Damaged,
    /// What was saved of its portal cannot be used: its configuration, a root certificate, the portal's documents. Signing
    /// in again reads them anew, where the app still configures the portal.
    Configuration,
    /// The keystore or the disk does not do what is needed now. Nothing is lost; try again later.
    Unavailable,
}

impl AccountProblem {
    /// What an error says about an account; nothing for one that has another cause.
    pub(crate) fn of(error: &PericardError) -> Option<Self> {
        Some(match error {
            PericardError::Keystore {
                kind: KeystoreError::Lost,
            }
            | PericardError::Storage {
                kind: StorageKind::WrongKey,
            } => Self::KeyLost,
            PericardError::Storage {
                kind: StorageKind::Damaged,
            } => Self::Damaged,
            PericardError::Keystore { .. } | PericardError::Storage { .. } => Self::Unavailable,
            PericardError::InvalidInput { .. }
            | PericardError::Portal { .. }
            | PericardError::Internal { .. } => Self::Configuration,
            _ => return None,
        })
    }
}
