//! The files of documents: fetching, reading, showing, having them offline. How they are fetched and kept is
//! `features::files`.
//!
//! Uses: `files`, `mapping`, `model`, `table`, `view`

use std::sync::Arc;

use crate::features::files::{FileDownload, FileReader, FileState, StoredFile, discard, start};
use crate::features::{Access, PersonContext};
use crate::platform::error::{InputProblem, PericardError, Result, StorageKind};
use crate::platform::id::{DocumentId, FileId};
use crate::storage::{AccessAction, IdKind, Partition};

use super::model::{Document, DocumentView};
use super::table::{self, FILES};
use super::{Documents, FEATURE, row, view};

/// The files of a document that can be fetched and are not here, each with the document.
fn missing(partition: &Partition, document: i64) -> Result<Vec<(i64, i64)>> {
    partition.read(|c| {
        let mut missing = Vec::new();
        for file in table::files_of(c, document)? {
            let stored = FILES.file(c, file.id)?;
            let here = match stored.and_then(|it| it.content) {
                Some(content) => partition.files().is_here(c, content)?,
                None => false,
            };
            if !here && file.url.is_some() {
                missing.push((file.id, document));
            }
        }
        Ok(missing)
    })
}

/// Those of every document that the person wants offline. One that cannot be had waits until somebody asks for it or it is
/// another.
pub(super) fn wanted(partition: &Partition) -> Result<Vec<(i64, i64)>> {
    let (kept, refused) = partition.read(|c| Ok((table::kept(c)?, table::refused_of_kept(c)?)))?;
    let mut wanted = Vec::new();
    for document in kept {
        wanted.extend(missing(partition, document)?);
    }
    wanted.retain(|(file, _)| !refused.contains(file));
    Ok(wanted)
}

/// Removes what is here of a file. On a full disk its content goes first, since saying that it is gone takes room, too.
fn remove(partition: &Partition, id: i64, stored: &StoredFile) -> Result<()> {
    let remove = || {
        partition.local(|tx| {
            discard(tx.connection(), FILES, id, None)?;
            table::keep(tx.connection(), stored.record, false).map(drop)
        })
    };
    match (remove(), stored.content) {
        (
            Err(PericardError::Storage {
                kind: StorageKind::Full,
            }),
            Some(content),
        ) => {
            partition.read(|c| partition.files().free(c, content))?;
            remove()
        }
        (removed, _) => removed,
    }
}

/// Marks the files that are being fetched.
pub(super) fn mark(person: &dyn PersonContext, partition: &Partition, documents: &mut [Document]) {
    let running = person.downloads().of_person(person.id(), FEATURE);
    if running.is_empty() {
        return;
    }
    let files = documents.iter_mut().flat_map(|it| &mut it.files);
    for file in files.filter(|file| file.state != FileState::Stored) {
        let id = partition
            .ids()
            .decode(IdKind::DocumentFile, file.id.as_str());
        if id.is_some_and(|id| running.contains(&id)) {
            file.state = FileState::Downloading;
        }
    }
}

#[uniffi::export]
impl Documents {
    /// Starts fetching a file of a document, or joins the download that is under way. It goes on even if the handle is
    /// dropped, and a later one goes on where an interrupted one stopped, if the file is still the same there. A file that
    /// is here already is done at once; it stays here, encrypted, until `remove_download`.
    ///
    /// The portal's token goes to the portal alone; an address elsewhere is asked without one, by https only. A `Binary`
    /// whose portal says that another patient's record guards it (FHIR R4 §2.40.3) is refused, and never kept. At most
    /// 250 MB are taken, whatever is said before.
    ///
    /// Fails with `NotFound` when there is no such file, and `SwitchedOff`; everything later comes through
    /// `FileDownload.next`.
    pub async fn download(&self, file: FileId) -> Result<Arc<FileDownload>, PericardError> {
        let (id, here, document) = self
            .at(move |partition| {
                let id = row(partition, IdKind::DocumentFile, &file)?;
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
                self.person.may(FEATURE, Access::Fetch)?;
                start(self.person.clone(), FILES, id, document)?
            }
        };
        handle.keep(self.open.clone());
        Ok(handle)
    }

    /// Opens a file that is on this device (`FileState.Stored`), to save it or for a viewer of the platform. Works offline,
    /// and is in the access log. What it is, `view` says first: do not open it as what the portal claims.
    ///
    /// `NotFound` when it is not here: `download` it first. `Storage` (`Damaged`) when it was changed on disk.
    pub async fn open_file(&self, file: FileId) -> Result<Arc<FileReader>, PericardError> {
        let (content, size, _) = self.opened(file).await?;
        let (person, open) = (self.person.clone(), self.open.clone());
        Ok(FileReader::new(person, FEATURE, open, content, size))
    }

    /// What of a file on this device can be shown safely. Its bytes are looked at: what is something else than the portal
    /// says is told, and not shown. HTML and the narrative of CDA documents (HL7 CDA R2) are cleaned. What a PDF would do is
    /// told as far as its bytes show it. Works offline, and is in the access log.
    ///
    /// `NotFound` when it is not here: `download` it first. `Storage` (`Damaged`) when it was changed on disk.
    pub async fn view(&self, file: FileId) -> Result<DocumentView, PericardError> {
        let (content, _, claimed) = self.opened(file).await?;
        self.reading(move |partition| view::view(partition, content, &claimed))
            .await
    }

    /// Keeps a document for reading offline: starts fetching what of it is not here, and marks it. A sync that brings other
    /// files of it fetches those as well. Where a file cannot be fetched now, the next sync tries again; where it cannot be
    /// had, its state says so, and `download` tries again. With `keep` false the mark goes; what is here stays until
    /// `remove_download`.
    ///
    /// `NotFound` when there is no such document; `SwitchedOff`.
    pub async fn keep_offline(&self, id: DocumentId, keep: bool) -> Result<(), PericardError> {
        let person = self.person.clone();
        let missing = self
            .at(move |partition| {
                let document = row(partition, IdKind::Document, &id)?;
                let known = partition.local(|tx| table::keep(tx.connection(), document, keep))?;
                if !known {
                    return Err(PericardError::NotFound);
                }
                let changes = table::changed();
                person.notifier().rows_changed(partition.ids(), &changes);
                missing(partition, document)
            })
            .await?;
        if keep && !missing.is_empty() {
            self.person.may(FEATURE, Access::Fetch)?;
            for (file, document) in missing {
                start(self.person.clone(), FILES, file, document)?;
            }
        }
        Ok(())
    }

    /// Removes from this device what was fetched of a file, to free its space; the document stays, and the file can be
    /// fetched again. Cancels its download, and takes the document's mark `kept_offline` away.
    ///
    /// `InvalidInput` with `WrongState` for a file that came within its document and is nowhere else. `NotFound` when there
    /// is no such file.
    pub async fn remove_download(&self, file: FileId) -> Result<(), PericardError> {
        let person = self.person.clone();
        let id = self
            .at(move |partition| row(partition, IdKind::DocumentFile, &file))
            .await?;
        person
            .downloads()
            .cancel_one(person.id(), FEATURE, id)
            .await;
        self.at(move |partition| {
            let stored = partition.read(|c| FILES.file(c, id))?;
            let stored = stored.ok_or(PericardError::NotFound)?;
            if stored.described.url.is_none() {
                return Err(PericardError::input("file", InputProblem::WrongState));
            }
            remove(partition, id, &stored)?;
            let changes = table::changed();
            person.notifier().rows_changed(partition.ids(), &changes);
            Ok(())
        })
        .await
    }
}

impl Documents {
    /// A file that is here: its content, its size and the type that the portal claims. Notes that it was opened.
    async fn opened(&self, file: FileId) -> Result<(i64, u64, String)> {
        let person = self.person.clone();
        self.reading(move |partition| {
            let id = row(partition, IdKind::DocumentFile, &file)?;
            let (content, size, stored) = partition.read(|c| {
                let stored = FILES.file(c, id)?.ok_or(PericardError::NotFound)?;
                let content = stored.content.ok_or(PericardError::NotFound)?;
                let size = partition.files().size(c, content)?;
                Ok((content, size.ok_or(PericardError::NotFound)?, stored))
            })?;
            let document = partition.ids().encode(IdKind::Document, stored.record);
            person.note(AccessAction::DocumentOpened, Some(document));
            Ok((content, size, stored.described.kind))
        })
        .await
    }
}
