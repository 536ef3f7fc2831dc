//! Downloading, sending, and telling who waits.
//!
//! This floor knows no feature: a feature implements [`Mirror`], and the account registers it. A run first sends
//! what is queued, then downloads, per person and feature, page by page; each page is one transaction, so a run
//! may end anywhere and the next one goes on from there.

mod changes;
mod download;
pub(crate) mod outbox;
mod run;

use std::collections::BTreeSet;
use std::sync::Arc;

use pericard_protocol::admission::{
    AdmittedPage, Owner, PageVerdict, ParentVerdict, RecordKey, admit_page,
};
use pericard_protocol::fhir::communication::Communication;
use rusqlite::Connection;

use crate::platform::Platform;
use crate::platform::error::Result;
use crate::session::Session;
use crate::storage::{PageTx, Partition, Schema};

pub(crate) use changes::ChangeNotifier;
pub use changes::{ChangeSet, Changes};
pub(crate) use download::download;
pub(crate) use run::SyncCoordinator;
pub use run::{SyncProgress, SyncRun, SyncStage};

/// A feature whose records are mirrored from the portal.
pub(crate) trait Mirror: Send + Sync {
    /// Its name in the databases.
    fn name(&self) -> &'static str;
    /// Its tables.
    fn schema(&self) -> &'static Schema;
    /// The FHIR resource type it mirrors and sends.
    fn resource_type(&self) -> &'static str;
    /// Turns an admitted page into rows. `news` is false while the history is fetched for the first time.
    fn apply(
        &self,
        tx: &PageTx<'_>,
        owner: &Owner,
        page: &AdmittedPage<Communication>,
        news: bool,
    ) -> Result<RowChanges>;
    /// Hides what is here of records that the portal now says are somebody else's.
    fn hide(&self, connection: &Connection, keys: &[RecordKey]) -> Result<RowChanges>;
    /// Whether the record `id` was admitted before, so that what hangs on it may be admitted through it.
    fn holds(&self, connection: &Connection, id: &str) -> Result<bool>;
    /// Subscription before and after the history is fetched for the first time.
    fn bulk(&self, partition: &Partition, begin: bool) -> Result<()>;
    /// The resource to create for the queued row, or `None` while it has to wait for another.
    fn outgoing(
        &self,
        connection: &Connection,
        owner: &Owner,
        row: i64,
        identifier: &str,
    ) -> Result<Option<String>>;
}

/// What a transaction changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RowChanges {
    /// Rows of threads.
    pub(crate) threads: BTreeSet<i64>,
    pub(crate) messages: bool,
    pub(crate) outbox: bool,
}

/// One feature of one person at one portal: everything that a run works on.
#[derive(Clone)]
pub(crate) struct FeatureSync {
    pub(crate) platform: Platform,
    pub(crate) session: Arc<Session>,
    pub(crate) partition: Arc<Partition>,
    pub(crate) owner: Arc<Owner>,
    pub(crate) mirror: Arc<dyn Mirror>,
    pub(crate) notifier: Arc<ChangeNotifier>,
    /// The capability statement announces conditional create for this resource type.
    pub(crate) conditional_create: bool,
}

impl FeatureSync {
    /// SyncCoordinator `work` on the partition where it may block.
    pub(crate) async fn on_disk<T: Send + 'static>(
        &self,
        work: impl FnOnce(&FeatureSync) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let feature = self.clone();
        self.platform.blocking(move || work(&feature)).await
    }

    /// Whose these records are.
    fn evaluate(&self, records: Vec<Communication>) -> Result<PageVerdict<Communication>> {
        let prefix = format!("{}/", self.mirror.resource_type());
        self.partition.read(|c| {
            let known = |key: &str| {
                if self.partition.is_held(c, key.as_bytes()).unwrap_or(true) {
                    return ParentVerdict::Held;
                }
                match key.strip_prefix(&prefix) {
                    Some(id) if self.mirror.holds(c, id).unwrap_or(false) => {
                        ParentVerdict::Admitted
                    }
                    _ => ParentVerdict::Unknown,
                }
            };
            Ok(admit_page(&self.owner, records, &known))
        })
    }

    /// Writes an admitted page and tells who waits.
    pub(crate) fn keep(
        &self,
        page: &AdmittedPage<Communication>,
        unreadable: &[Vec<u8>],
        watermark: Option<i64>,
        news: bool,
    ) -> Result<RowChanges> {
        let (name, write) = (self.mirror.name(), |tx: &PageTx<'_>| {
            self.mirror.apply(tx, &self.owner, page, news)
        });
        let changes = self
            .partition
            .apply(name, page, unreadable, watermark, write)?;
        self.notifier.changes(self.partition.ids(), &changes);
        Ok(changes)
    }
}
