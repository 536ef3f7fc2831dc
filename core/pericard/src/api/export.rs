//! A copy of a person's records for them to keep.
//!
//! Uses: `account`, `lock`

use std::sync::Arc;

use crate::client::accounts::{Export as ExportCore, ExportFormat, OpenClient};
use crate::platform::error::{PericardError, Result};
use crate::platform::id::PersonId;

use super::account::Account;
use super::lock::read_pin;

/// A copy of what is on this device of one person, made while it is read.
///
/// Write the pieces one after the other to the file that the person has chosen. The file is not encrypted, and what becomes of it
/// is theirs to decide: say so before. Names of attached files are in it, their contents are not.
#[derive(uniffi::Object)]
pub struct Export {
    core: Arc<tokio::sync::Mutex<ExportCore>>,
    open: Arc<OpenClient>,
}

#[uniffi::export]
impl Export {
    /// The next piece, a conversation or so; empty once the copy is whole.
    ///
    /// Fails with `Locked`, `SignInRequired`, `SwitchedOff`, `Closed`, `Storage` as reading does. The copy is not whole then.
    pub async fn read(&self) -> Result<Vec<u8>, PericardError> {
        let core = self.core.clone();
        let host = self.open.host().clone();
        let platform = host.platform.clone();
        host.job(async move {
            let mut core = core.lock_owned().await;
            let piece = platform.blocking(move || core.next()).await?;
            Ok(piece.unwrap_or_default())
        })
        .await
    }
}

#[uniffi::export]
impl Account {
    /// Begins a copy of what is on this device of one of `people`, for them to keep. It is noted in the access log.
    ///
    /// Somebody has to prove to be there: `current` is the PIN where there is a lock; without one it is left out, and the sign-in
    /// has to be of the last five minutes, else it fails with `StepUpRequired` (begin `step_up`, and try again).
    ///
    /// Fails with `InvalidInput` (`current`) and `WrongPin` as `AccountLock.set_pin` does; `NotFound` for anybody else.
    #[uniffi::method(default(current = None))]
    pub async fn export(
        &self,
        person: PersonId,
        format: ExportFormat,
        current: Option<Vec<u8>>,
    ) -> Result<Arc<Export>, PericardError> {
        let core = self.entry().core()?;
        let pin = current
            .map(|typed| read_pin(typed, "current"))
            .transpose()?;
        let begun = self.job(async move {
            let (turn, exporting) = (core.lock_turn().await, core.clone());
            let export = move || exporting.export(person.as_str(), format, &turn, pin.as_ref());
            core.on_disk(export).await
        });
        let begun = begun.await?;
        Ok(Arc::new(Export {
            core: Arc::new(tokio::sync::Mutex::new(begun)),
            open: self.open().clone(),
        }))
    }
}
