//! What the person says of a thread on this device. FHIR has no place for it, so the portal is not told.

use rusqlite::Connection;

use crate::platform::error::{PericardError, Result};
use crate::platform::id::ThreadId;
use crate::storage::IdKind;

use super::{Messages, notify, row, table};

#[uniffi::export]
impl Messages {
    /// Marks a thread's messages as read, on this device.
    pub async fn mark_read(&self, thread: ThreadId) -> Result<(), PericardError> {
        self.mark(thread, table::mark_read).await
    }

    /// Marks the newest message of the others in a thread as unread, on this device.
    pub async fn mark_unread(&self, thread: ThreadId) -> Result<(), PericardError> {
        self.mark(thread, table::mark_unread).await
    }

    /// Takes a thread out of the inbox, on this device, until news comes in it. It can still be searched and read.
    pub async fn archive(&self, thread: ThreadId) -> Result<(), PericardError> {
        self.mark(thread, |c, thread| table::archive(c, thread, true))
            .await
    }

    /// Puts an archived thread back into the inbox.
    pub async fn unarchive(&self, thread: ThreadId) -> Result<(), PericardError> {
        self.mark(thread, |c, thread| table::archive(c, thread, false))
            .await
    }
}

impl Messages {
    /// Marks a thread; `mark` returns it when anything changed.
    async fn mark(
        &self,
        thread: ThreadId,
        mark: fn(&Connection, i64) -> Result<Option<i64>>,
    ) -> Result<()> {
        let person = self.person.clone();
        self.at(move |partition| {
            let thread = row(partition, IdKind::Thread, &thread)?;
            let marked = partition.local(|tx| mark(tx.connection(), thread))?;
            if let Some(thread) = marked {
                notify(&*person, partition, [thread], false);
            }
            Ok(())
        })
        .await
    }
}
