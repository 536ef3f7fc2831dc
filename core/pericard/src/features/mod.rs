//! The features: each a folder of the same shape, and one line in [`FEATURES`].
//!
//! `mod.rs` has the public object, `model.rs` its records, `mapping.rs` goes between FHIR and the model, `table.rs` has
//! the SQL. Scopes, schemas, mirrors, `doctor` and `Portal` read the same table; nothing else names a feature.

use std::sync::Arc;

use pericard_protocol::oauth::scope::ResourceNeed;

use crate::platform::Platform;
use crate::platform::error::Result;
use crate::platform::lifecycle::ActivityGuard;
use crate::storage::{Feature, Partition, Schema};
use crate::sync::{AnyMirror, ChangeNotifier};

pub(crate) mod messages;

/// A part of the product, as the rest of the house sees it.
pub(crate) trait FeatureDefinition: Send + Sync {
    fn feature(&self) -> Feature;
    /// What has to be allowed at the portal. `creates` says whether it can create a resource type.
    fn needs(&self, creates: &dyn Fn(&str) -> bool) -> Vec<ResourceNeed>;
    /// Its tables.
    fn schemas(&self) -> &'static [&'static Schema];
    /// The resource types that it mirrors.
    fn mirrors(&self) -> &'static [&'static dyn AnyMirror];
}

/// A table of features.
pub(crate) type Features = &'static [&'static dyn FeatureDefinition];

/// The features: one line each.
pub(crate) const FEATURES: Features = &[&messages::MessagesFeature];

/// What a feature's object works at: one person of one account.
pub(crate) trait PersonContext: Send + Sync {
    fn platform(&self) -> &Platform;
    /// The right to work, unless the client is paused or shut down.
    fn enter(&self) -> Result<ActivityGuard>;
    /// The person's partition while the account is unlocked; else the error that says why not.
    fn partition(&self) -> Result<Arc<Partition>>;
    fn notifier(&self) -> &ChangeNotifier;
    /// The person's name, as the portal gives it.
    fn name(&self) -> String;
}
