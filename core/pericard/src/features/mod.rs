//! The features. Each is a folder of the same shape: `mod.rs` has the public object, `model.rs` its records,
//! `mapping.rs` goes between FHIR and the model, `table.rs` has the SQL. A feature comes to life by one line in
//! `account.rs`.

use std::sync::Arc;

use crate::platform::Platform;
use crate::platform::error::Result;
use crate::platform::lifecycle::ActivityGuard;
use crate::storage::Partition;
use crate::sync::ChangeNotifier;

pub(crate) mod messages;

/// A part of the product that can stop without stopping the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Feature {
    /// Secure messages.
    Messages,
}

impl Feature {
    /// Its name in the databases.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Messages => "messages",
        }
    }
}

/// What a feature's object works at: one person of one account.
pub(crate) trait PersonContext: Send + Sync {
    fn platform(&self) -> &Platform;
    /// The right to work, unless the client is paused or shut down.
    fn enter(&self) -> Result<ActivityGuard>;
    /// The person's partition while the account is unlocked; else the error that says why not.
    fn partition(&self) -> Result<Arc<Partition>>;
    fn notifier(&self) -> &ChangeNotifier;
    /// The person's name, as the portal gives it.
    fn name(&self) -> String;
}
