//! The features: each a folder of the same shape, and one line in [`FEATURES`].
//!
//! `mod.rs` has the public object, `model.rs` its records, `mapping.rs` converts between FHIR and the model, `table.rs`
//! has the SQL. Scopes, schemas, mirrors, [`PortalCapabilities`](crate::PortalCapabilities) and
//! [`Portal::findings`](crate::Portal::findings) are built from this table; nothing else names a feature.

use std::sync::Arc;

use pericard_protocol::admission::Owner;
use pericard_protocol::fhir::capability::ResourceCapability;
use pericard_protocol::oauth::scope::ResourceNeed;
use rusqlite::Connection;
use tokio_util::sync::CancellationToken;

use crate::platform::Platform;
use crate::platform::error::Result;
use crate::platform::lifecycle::ActivityGuard;
use crate::session::Session;
use crate::storage::{AccessAction, Feature, Partition, Salvage, Schema};
use crate::sync::{AnyMirror, ChangeNotifier};

pub(crate) mod date_precision;
pub(crate) mod documents;
pub(crate) mod files;
pub(crate) mod labs;
pub(crate) mod messages;
mod paging;
mod partition_work;
mod track_state;

pub use date_precision::DatePrecision;

/// What a portal lets an app do with the records of one feature, as its CapabilityStatement says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct FeatureCapability {
    /// The feature.
    pub feature: Feature,
    /// Records can be read.
    pub readable: bool,
    /// New records can be sent.
    pub sendable: bool,
    /// A record arrives exactly once even if the portal's response is lost (conditional create). Where this is false,
    /// the person may have to check.
    pub sends_exactly_once: bool,
}

impl FeatureCapability {
    /// The capability of a feature with one resource type; `None` where the portal does not list the type.
    pub(crate) fn new(feature: Feature, resource: Option<&ResourceCapability>) -> Self {
        let creates = resource.is_some_and(ResourceCapability::creates);
        Self {
            feature,
            readable: resource.is_some_and(ResourceCapability::searches),
            sendable: creates,
            sends_exactly_once: creates && resource.is_some_and(|it| it.conditional_create),
        }
    }
}

/// One row of `Portal.findings` about a feature.
pub(crate) struct FeatureFinding {
    /// What was checked, in a few words.
    pub(crate) subject: &'static str,
    /// Whether the portal offers it.
    pub(crate) offered: bool,
    /// What it means for the person where it is offered.
    pub(crate) works: &'static str,
    /// What it means for the person where it is missing.
    pub(crate) otherwise: &'static str,
}

/// A feature as the floors above and below see it.
pub(crate) trait FeatureDefinition: Send + Sync {
    fn feature(&self) -> Feature;
    /// Returns what the portal has to allow. `resource` looks up what the portal says of a resource type.
    fn needs(&self, resource: &dyn Fn(&str) -> Option<ResourceCapability>) -> Vec<ResourceNeed>;
    /// Returns what the portal can do for this feature. `resource` looks up what the portal says of a resource type.
    fn capability(
        &self,
        resource: &dyn Fn(&str) -> Option<ResourceCapability>,
    ) -> FeatureCapability;
    /// Returns the rows that say what `capability` means for the person.
    fn findings(&self, capability: &FeatureCapability) -> Vec<FeatureFinding>;
    /// The feature's tables.
    fn schemas(&self) -> &'static [&'static Schema];
    /// The resource types that the feature mirrors.
    fn mirrors(&self) -> &'static [&'static dyn AnyMirror];
    /// Returns what exists nowhere but in its tables, a line for each: it is saved from a damaged database.
    fn salvages(&self) -> &'static [Salvage] {
        &[]
    }
    /// Returns the files that are fetched at the end of a sync: those that the person wants offline and that changed.
    fn wanted_files(&self, _partition: &Partition) -> Result<Option<files::WantedFiles>> {
        Ok(None)
    }
    /// Returns the next part of a copy of what is here, behind `after`, and where the part behind that is; nothing at the end.
    fn export(
        &self,
        partition: &Partition,
        subject: &Subject<'_>,
        after: ExportPosition,
    ) -> Result<Option<(Exported, ExportPosition)>>;
    /// Puts in order what was saved.
    fn salvaged(&self, _connection: &Connection) -> Result<()> {
        Ok(())
    }
}

/// Whose copy it is.
pub(crate) struct Subject<'a> {
    /// The id of their Patient.
    pub(crate) patient: &'a str,
}

/// A part of a copy.
#[derive(Debug, Default)]
pub(crate) struct Exported {
    /// For a person to read: escaped, a section of a page.
    pub(crate) html: String,
    /// The same as FHIR resources.
    pub(crate) resources: Vec<serde_json::Value>,
    /// Some of them may be in other parts as well.
    pub(crate) shares_resources: bool,
}

/// How far a copy of a feature has come; a feature goes through its lists one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ExportPosition {
    /// The row behind which it goes on, from the newest.
    pub(crate) row: i64,
    /// Whether it is in the second list, such as an archive.
    pub(crate) second: bool,
}

impl ExportPosition {
    pub(crate) fn first() -> Self {
        Self {
            row: i64::MAX,
            second: false,
        }
    }

    pub(crate) fn second() -> Self {
        Self {
            second: true,
            ..Self::first()
        }
    }
}

/// A table of features.
pub(crate) type Features = &'static [&'static dyn FeatureDefinition];

/// The features, one line each.
pub(crate) const FEATURES: Features = &[
    &messages::MessagesFeature,
    &documents::DocumentsFeature,
    &labs::LabsFeature,
];

/// What is needed to ask the portal about one person.
pub(crate) struct PersonPortal {
    pub(crate) session: Arc<Session>,
    pub(crate) owner: Owner,
    /// The portal takes files by themselves.
    pub(crate) takes_files: bool,
}

/// What somebody wants of a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// What is on this device, or what is to be queued there.
    Read,
    /// What the portal has.
    Fetch,
}

/// What a feature's object works on: one person of one account.
pub(crate) trait PersonContext: Send + Sync {
    fn platform(&self) -> &Platform;
    /// Fails if the portal's policy does not allow it now. Memory only.
    fn may(&self, feature: Feature, access: Access) -> Result<()>;
    /// Notes what the person did, with the id of what it was done to. Blocks.
    fn note(&self, action: AccessAction, record: Option<String>);
    /// Fails while the client is paused or shut down.
    fn enter(&self) -> Result<ActivityGuard>;
    /// Whether the person's partition is open. Memory only.
    fn is_open(&self) -> bool;
    /// Locked while a partition of the account is opened on behalf of a feature.
    fn opening(&self) -> Arc<tokio::sync::Mutex<()>>;
    /// Returns the person's partition. Fails while the account is sealed or cannot be opened.
    fn partition(&self) -> Result<Arc<Partition>>;
    fn notifier(&self) -> &ChangeNotifier;
    /// How the portal is asked about the person.
    fn portal(&self) -> Result<PersonPortal>;
    /// Whether a sync asks the portal for this resource type, where it does so only if the portal lists it. Memory only.
    fn is_mirrored(&self, resource_type: &str) -> bool;
    /// The person's id on this device.
    fn id(&self) -> &str;
    /// The downloads of the account.
    fn downloads(&self) -> &files::Downloads;
    /// Cancelled as soon as a pause begins.
    fn aborted(&self) -> CancellationToken;
    /// The person's name, as the portal gives it.
    fn name(&self) -> String;
}
