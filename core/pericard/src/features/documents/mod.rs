//! Documents of the record: letters, reports, summaries.
//!
//! Everything here reads the encrypted cache and answers without the network, but `download` and `keep_offline`; a sync
//! brings what the portal says of documents and of reports that come as files, and a file comes when somebody asks for it. The object's methods for files
//! are in `files`.
//!
//! Uses: `paging`, `partition_work`, `track_state`

mod export;
mod files;
mod mapping;
mod mirror;
mod model;
mod reports;
mod table;
mod view;

use std::sync::Arc;

use pericard_protocol::fhir::diagnostic_report::DiagnosticReport;
use pericard_protocol::fhir::document_reference::DocumentReference;

use crate::platform::error::{PericardError, Result};
use crate::platform::id::{DocumentId, PagePosition};
use crate::platform::lifecycle::KeepOpen;
use crate::storage::{Feature, IdKind, Partition, Track, instant};
use crate::sync::IncompleteReason;

use super::paging::{clamp, next, position, row};
use super::{PersonContext, partition_work, track_state};

pub(crate) use mirror::DocumentsFeature;
pub use model::{
    ActiveContent, Document, DocumentFile, DocumentKind, DocumentPage, DocumentView, DocumentsState,
};

const FEATURE: Feature = Feature::Documents;
const TRACKS: [Track; 2] = [
    track_state::of::<DocumentReference>(FEATURE),
    track_state::of::<DiagnosticReport>(FEATURE),
];

/// The documents of one person.
///
/// Lists are newest first and come in pages: pass a page's `after` to get the next one. A position stays valid while
/// documents come and go. Reading works offline; it fails with `SignInRequired` when the account is sealed or signed out,
/// `Closed` while the client is paused, and `Storage` when the disk does. Where the clinic has switched documents off and
/// lets nobody read what is here, everything fails with `SwitchedOff`; where it asks for a fresher sign-in first (RFC 9470),
/// with `StepUpRequired`.
#[derive(uniffi::Object)]
pub struct Documents {
    person: Arc<dyn PersonContext>,
    open: KeepOpen,
}

#[uniffi::export]
impl Documents {
    /// A page of documents, all or of one `kind`, those that were superseded included. What was entered in error is not
    /// here. `limit` is 1 to 500.
    #[uniffi::method(default(kind = None, after = None, limit = 50))]
    pub async fn documents(
        &self,
        kind: Option<DocumentKind>,
        after: Option<PagePosition>,
        limit: u32,
    ) -> Result<DocumentPage, PericardError> {
        let person = self.person.clone();
        self.reading(move |partition| {
            let ids = partition.ids();
            let limit = clamp(limit);
            let after = position(partition, after)?;
            let kind = kind.map(DocumentKind::column);
            let rows = partition.read(|c| table::list(c, kind, after, limit))?;
            let last = rows.last().filter(|_| rows.len() == limit as usize);
            let after = next(partition, last.map(|row| row.id));
            let mut documents: Vec<Document> = rows
                .into_iter()
                .map(|row| mapping::to_view(row, ids))
                .collect();
            files::mark(&*person, partition, &mut documents);
            Ok(DocumentPage { documents, after })
        })
        .await
    }

    /// One document. `NotFound` when there is none.
    pub async fn document(&self, id: DocumentId) -> Result<Document, PericardError> {
        let person = self.person.clone();
        self.reading(move |partition| {
            let row = row(partition, IdKind::Document, &id)?;
            let found = partition.read(|c| table::one(c, row))?;
            let found = found.ok_or(PericardError::NotFound)?;
            let mut documents = [mapping::to_view(found, partition.ids())];
            files::mark(&*person, partition, &mut documents);
            let [document] = documents;
            Ok(document)
        })
        .await
    }

    /// How far the documents on this device are those at the portal: when they were last fetched, and whether that was
    /// everything.
    pub async fn state(&self) -> Result<DocumentsState, PericardError> {
        let person = self.person.clone();
        self.reading(move |partition| {
            partition.read(|c| {
                let (state, held, unreadable) = track_state::combined(c, &*person, &TRACKS)?;
                Ok(DocumentsState {
                    synced_at: state.synced_at.map(instant),
                    complete_at: state.complete_at.map(instant),
                    incomplete: state.incomplete.as_deref().map(IncompleteReason::named),
                    held,
                    unreadable,
                })
            })
        })
        .await
    }
}

impl Documents {
    pub(crate) fn new(person: Arc<dyn PersonContext>, open: KeepOpen) -> Arc<Self> {
        Arc::new(Self { person, open })
    }

    /// Runs `work` on the person's partition where it may block, whatever becomes of the caller.
    async fn at<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Partition) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        partition_work::at(&self.person, FEATURE, work).await
    }

    /// The same for what only reads.
    async fn reading<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Partition) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        partition_work::reading(&self.person, FEATURE, work).await
    }
}
