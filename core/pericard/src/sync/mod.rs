//! Downloading, sending, and telling who waits.
//!
//! This floor knows no feature: a feature implements [`Mirror`] and is listed in the table of features. A run first
//! sends what is queued, then downloads, per person and feature, page by page; each page is one transaction, so a run
//! may end anywhere and the next one goes on from there.

mod changes;
mod download;
mod mirror;
pub(crate) mod outbox;
mod run;

use std::sync::Arc;

use pericard_protocol::admission::Owner;

use crate::platform::Platform;
use crate::platform::error::Result;
use crate::session::Session;
use crate::storage::{Partition, Track};

pub(crate) use changes::{ChangeNotifier, RowChanges};
pub use changes::{ChangeSet, Changes, FeatureChanges};
pub(crate) use download::download;
pub(crate) use mirror::{AnyMirror, Mirror};
pub(crate) use run::SyncCoordinator;
pub use run::{SyncProgress, SyncRun, SyncStage};

/// One mirror of one person at one portal: everything that a run works on.
#[derive(Clone)]
pub(crate) struct FeatureSync {
    pub(crate) platform: Platform,
    pub(crate) session: Arc<Session>,
    pub(crate) partition: Arc<Partition>,
    pub(crate) owner: Arc<Owner>,
    pub(crate) track: Track,
    pub(crate) mirror: &'static dyn AnyMirror,
    pub(crate) notifier: Arc<ChangeNotifier>,
    /// The capability statement announces conditional create for this resource type.
    pub(crate) conditional_create: bool,
}

impl FeatureSync {
    /// Runs `work` where it may block.
    pub(crate) async fn on_disk<T: Send + 'static>(
        &self,
        work: impl FnOnce(&FeatureSync) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let feature = self.clone();
        self.platform.blocking(move || work(&feature)).await
    }

    fn notify(&self, changes: &RowChanges) {
        self.notifier.rows_changed(self.partition.ids(), changes);
    }
}
