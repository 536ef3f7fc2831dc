//! Reading a file that is here, piece by piece.
//!
//! Uses: `partition_work`

use std::sync::{Arc, Mutex, PoisonError};

use crate::features::PersonContext;
use crate::platform::error::{PericardError, Result};
use crate::platform::lifecycle::KeepOpen;

use crate::features::partition_work::reading;
use crate::storage::Feature;

/// What one read gives at most.
const MOST: u32 = 1024 * 1024;

/// A file on this device, read from its beginning.
///
/// The content is decrypted as it is read; nothing of it is written anywhere. It stays readable while the account is:
/// every read fails with `SignInRequired` once that is sealed or signed out, and with `NotFound` once its record is gone.
/// Nothing is held open between two reads, so there is nothing to close.
#[derive(uniffi::Object)]
pub struct FileReader {
    person: Arc<dyn PersonContext>,
    feature: Feature,
    _open: KeepOpen,
    content: i64,
    size: u64,
    at: Mutex<u64>,
}

#[uniffi::export]
impl FileReader {
    /// The size in bytes. Memory only.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The next bytes, at most `max_bytes` and at most 1 MB; fewer only at the end, none behind it. One call at a time; a call
    /// that is given up may have moved on.
    ///
    /// `Storage` (`Damaged`) when the file was changed on disk, `Closed` while the client is paused.
    #[uniffi::method(default(max_bytes = 1048576))]
    pub async fn read(&self, max_bytes: u32) -> Result<Vec<u8>, PericardError> {
        let from = *self.at();
        let bytes = self.read_from(from, max_bytes).await?;
        *self.at() = from + bytes.len() as u64;
        Ok(bytes)
    }

    /// Goes on reading at `position`, in bytes from the beginning. Memory only.
    pub fn seek(&self, position: u64) {
        *self.at() = position.min(self.size);
    }
}

impl FileReader {
    pub(crate) fn new(
        person: Arc<dyn PersonContext>,
        feature: Feature,
        open: KeepOpen,
        content: i64,
        size: u64,
    ) -> Arc<Self> {
        Arc::new(Self {
            person,
            feature,
            _open: open,
            content,
            size,
            at: Mutex::new(0),
        })
    }

    fn at(&self) -> std::sync::MutexGuard<'_, u64> {
        self.at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn read_from(&self, from: u64, max_bytes: u32) -> Result<Vec<u8>> {
        let most = max_bytes.min(MOST) as usize;
        let content = self.content;
        reading(&self.person, self.feature, move |partition| {
            let read = partition.read(|c| partition.files().read(c, content, from, most))?;
            read.ok_or(PericardError::NotFound)
        })
        .await
    }
}
