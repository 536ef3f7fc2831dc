//! Downloading, comparing, sending, and telling who waits.
//!
//! This floor knows no feature: a feature implements [`Mirror`] and is listed in the table of features. A run sends what
//! is queued and then receives, per person and feature, page by page; each page is one transaction, so a run may end
//! anywhere and the next one goes on from there. Sending never stops receiving.

mod any_mirror;
mod changes;
mod delivery;
mod download;
mod judge;
mod listing;
mod location;
mod look;
mod mirror;
pub(crate) mod outbox;
mod pages;
mod patient;
mod progress;
mod receive;
mod reconcile;
mod run;
mod upload;

use std::ops::Deref;
use std::sync::Arc;

use pericard_protocol::admission::Owner;
use pericard_protocol::fhir::capability::ResourceCapability;
use pericard_protocol::oauth::scope::may_search;

use crate::platform::Platform;
use crate::platform::error::Result;
use crate::session::Session;
use crate::storage::{Partition, Track};

pub(crate) use any_mirror::AnyMirror;
pub(crate) use changes::{ChangeNotifier, RowChanges};
pub use changes::{ChangeSet, Changes, FeatureChanges};
pub(crate) use delivery::send;
pub(crate) use look::look;
pub(crate) use mirror::{Applied, Incoming, Mirror, Pace, Reader, Upload};
pub(crate) use pages::FHIR_JSON;
pub use progress::{IncompleteReason, SyncOutcome, SyncPhase, SyncProgress};
pub(crate) use receive::receive;
pub use run::SyncRun;
pub(crate) use run::{Run, SyncCoordinator, Task};

/// One mirror of one person at one portal: everything that a run works on.
#[derive(Clone)]
pub(crate) struct FeatureSync {
    pub(crate) session: Arc<Session>,
    pub(crate) replica: Replica,
    pub(crate) mirror: &'static dyn AnyMirror,
    /// What the portal announces for this resource type.
    pub(crate) capability: ResourceCapability,
    /// The portal takes files by themselves (`POST Binary`).
    pub(crate) takes_files: bool,
}

/// What is here of a person's records of one resource type.
#[derive(Clone)]
pub(crate) struct Replica {
    pub(crate) platform: Platform,
    pub(crate) partition: Arc<Partition>,
    pub(crate) owner: Arc<Owner>,
    /// Who signed in, where that is not the person: `Type/id`.
    pub(crate) user: Option<String>,
    pub(crate) track: Track,
    pub(crate) notifier: Arc<ChangeNotifier>,
}

impl FeatureSync {
    /// Whether the portal is to be asked for this resource type at all.
    pub(crate) fn applies(&self) -> bool {
        let listed = || self.capability.searches();
        let granted = || may_search(&self.session.scope(), self.track.resource_type);
        self.mirror.pace() != Pace::WhereListed || (listed() && granted())
    }
}

impl Deref for FeatureSync {
    type Target = Replica;

    fn deref(&self) -> &Replica {
        &self.replica
    }
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
}

impl Replica {
    pub(crate) fn reader(&self) -> Reader<'_> {
        Reader {
            owner: &self.owner,
            user: self.user.as_deref(),
        }
    }

    fn notify(&self, changes: &RowChanges) {
        self.notifier.rows_changed(self.partition.ids(), changes);
    }

    /// The keyed hash of a record of this resource type.
    fn hash(&self, id: &str) -> Vec<u8> {
        let key = format!("{}/{id}", self.track.resource_type);
        self.partition.hash(key.as_bytes())
    }
}

#[cfg(test)]
mod tests;
