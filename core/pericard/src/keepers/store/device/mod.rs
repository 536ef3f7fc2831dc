//! device.db: who is signed in where, with which tokens, and what was about to happen.
//!
//! - `accounts` are who is signed in, and who is about to be forgotten.
//! - `grants` are their tokens.
//! - `waiting` is what goes on later: sign-ins, revocations, and what portals said.
//!
//! Every commit here survives the loss of power: a refresh token that is lost is a person locked out.

mod accounts;
mod grants;
mod rows;
mod schema;
mod waiting;

use std::path::Path;

use crate::ground::error::{PericardError, Result};
use crate::ground::secret::Key;

use super::database::{Database, Durability};

pub use rows::SealReason;
pub(crate) use rows::{AccountRow, GrantRow, PersonRow, instant, millis};
use schema::SCHEMA;

/// The device's database. Its methods block.
pub(crate) struct Device {
    database: Database,
}

impl Device {
    pub(crate) fn open(path: &Path, key: Key) -> Result<Self> {
        Ok(Self {
            database: Database::open(path, key, Durability::Power, vec![&SCHEMA])?,
        })
    }

    pub(crate) fn pause(&self) {
        self.database.pause();
    }

    pub(crate) fn resume(&self) {
        self.database.resume();
    }
}

impl From<serde_json::Error> for PericardError {
    /// Only documents that this installation wrote itself are read this way.
    fn from(_: serde_json::Error) -> Self {
        Self::internal("document")
    }
}
