//! Files of messages: which there are, and sending them. How they are fetched and read is `features::files`.
//!
//! Uses: `files`, `table`
//!
//! - `table` knows which files there are and where their contents lie; `model` is how apps see them.
//! - `outgoing` takes in what is to be sent, which waits encrypted.

mod model;
mod outgoing;
pub(super) mod table;

use std::sync::Arc;

use crate::features::files::{FileDownload, FileReader, FileState, start};
use crate::features::{Access, PersonContext};
use crate::platform::error::{PericardError, Result};
use crate::platform::id::FileId;
use crate::storage::{AccessAction, IdKind, Partition};

use super::model::Message;
use super::{FEATURE, Messages, notify, row};

pub use model::{
    FileContent, FileSource, FileSourceError, MessageFile, NewFile, largest_outgoing_file,
};
pub(super) use outgoing::{store, take_in};
use table::FILES;
pub(super) use table::shown;

/// Marks the files that are being fetched.
pub(super) fn mark<'a>(
    person: &dyn PersonContext,
    partition: &Partition,
    messages: impl IntoIterator<Item = &'a mut Message>,
) {
    let running = person.downloads().of_person(person.id(), FEATURE);
    if running.is_empty() {
        return;
    }
    let files = messages.into_iter().flat_map(|message| &mut message.files);
    for file in files.filter(|file| file.state != FileState::Stored) {
        let id = partition.ids().decode(IdKind::File, file.id.as_str());
        if id.is_some_and(|id| running.contains(&id)) {
            file.state = FileState::Downloading;
        }
    }
}

#[uniffi::export]
impl Messages {
    /// Starts fetching a file of a message, or joins the download that is under way. It goes on even if the handle is
    /// dropped, and a later one goes on where an interrupted one stopped, if the file is still the same there. A file that
    /// is here already is done at once.
    ///
    /// The portal's token goes to the portal alone; an address elsewhere is asked without one, by https only. At most 250 MB
    /// are taken, whatever is said before.
    ///
    /// Fails with `NotFound` when there is no such file, and `SwitchedOff`; everything later comes through
    /// `FileDownload.next`.
    pub async fn download(&self, file: FileId) -> Result<Arc<FileDownload>, PericardError> {
        let person = self.person.clone();
        let (id, here, thread) = self
            .at(move |partition| {
                let id = row(partition, IdKind::File, &file)?;
                partition.read(|c| {
                    let stored = FILES.file(c, id)?.ok_or(PericardError::NotFound)?;
                    let here = match stored.content {
                        Some(content) => partition.files().is_here(c, content)?,
                        None => false,
                    };
                    Ok((id, here, stored.group))
                })
            })
            .await?;
        let handle = match here {
            true => FileDownload::done(),
            false => {
                person.may(FEATURE, Access::Fetch)?;
                start(person, FILES, id, thread)?
            }
        };
        handle.keep(self.open.clone());
        Ok(handle)
    }

    /// Opens a file that is on this device (`FileState.Stored`), or that waits to be sent. Works offline.
    ///
    /// `NotFound` when it is not here: `download` it first. `Storage` (`Damaged`) when it was changed on disk.
    pub async fn open_file(&self, file: FileId) -> Result<Arc<FileReader>, PericardError> {
        let opening = self.person.clone();
        let found = self.reading(move |partition| {
            let id = row(partition, IdKind::File, &file)?;
            let (content, size, thread) = partition.read(|c| {
                let file = FILES.file(c, id)?.ok_or(PericardError::NotFound)?;
                let content = file.content.ok_or(PericardError::NotFound)?;
                let size = partition.files().size(c, content)?;
                Ok((content, size.ok_or(PericardError::NotFound)?, file.group))
            })?;
            let thread = partition.ids().encode(IdKind::Thread, thread);
            opening.note(AccessAction::FileOpened, Some(thread));
            Ok((content, size))
        });
        let (content, size) = found.await?;
        let (person, open) = (self.person.clone(), self.open.clone());
        Ok(FileReader::new(person, FEATURE, open, content, size))
    }

    /// Removes from this device what was fetched of a file, to free its space; the message stays, and the file can be
    /// fetched again. Cancels its download. Nothing happens if nothing of it is here.
    ///
    /// `InvalidInput` with `WrongState` for a file that waits to be sent, and for one that came within its message and is
    /// nowhere else. `NotFound` when there is no such file.
    pub async fn remove_download(&self, file: FileId) -> Result<(), PericardError> {
        let person = self.person.clone();
        let id = self
            .at(move |partition| row(partition, IdKind::File, &file))
            .await?;
        person
            .downloads()
            .cancel_one(person.id(), FEATURE, id)
            .await;
        self.at(move |partition| {
            let thread = partition.local(|tx| table::forget(tx.connection(), id))?;
            notify(&*person, partition, [thread], false);
            Ok(())
        })
        .await
    }
}
