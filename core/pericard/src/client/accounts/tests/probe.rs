//! A feature that exists only in tests: it mirrors FHIR's `Flag`.

use pericard_protocol::admission::{Admissible, Owner};
use pericard_protocol::fhir::FhirError;
use pericard_protocol::fhir::capability::ResourceCapability;
use pericard_protocol::fhir::contained::Contained;
use pericard_protocol::fhir::datatypes::{Meta, Reference};
use pericard_protocol::fhir::names::Names;
use pericard_protocol::fhir::page::{Entry, Parse};
use pericard_protocol::fhir::search::Search;
use pericard_protocol::oauth::scope::ResourceNeed;
use rusqlite::Connection;
use serde::Deserialize;

use crate::features::{
    ExportPosition, Exported, FeatureCapability, FeatureDefinition, FeatureFinding, Subject,
};
use crate::platform::error::Result;
use crate::storage::{Feature, IdKind, PageTx, Partition, Schema};
use crate::sync::{AnyMirror, Applied, Incoming, Mirror, Reader, RowChanges};

/// FHIR's `Flag`, as far as the feature needs it.
pub(super) struct Flag {
    pub(super) id: String,
    meta: Meta,
    subject: Reference,
    contained: Contained,
}

#[derive(Deserialize)]
struct Raw {
    id: String,
    meta: Meta,
    subject: RawSubject,
}

#[derive(Deserialize)]
struct RawSubject {
    reference: String,
}

impl Parse for Flag {
    const RESOURCE_TYPE: &'static str = "Flag";

    fn of_entry(entry: &Entry<'_>) -> Result<Self, FhirError> {
        Self::of_body(entry.resource.get().as_bytes())
    }

    fn of_body(body: &[u8]) -> Result<Self, FhirError> {
        let raw: Raw = serde_json::from_slice(body).map_err(|_| FhirError::Unreadable)?;
        Ok(Self {
            id: raw.id,
            meta: raw.meta,
            subject: Reference {
                reference: Some(raw.subject.reference),
                ..Reference::default()
            },
            contained: Contained::default(),
        })
    }

    fn lists(&self) -> usize {
        0
    }

    fn last_updated(&self) -> Option<jiff::Timestamp> {
        self.meta.last_updated
    }

    fn version_id(&self) -> Option<&str> {
        self.meta.version_id.as_deref()
    }
}

impl Admissible for Flag {
    fn key(&self) -> String {
        format!("Flag/{}", self.id)
    }

    fn subjects(&self) -> impl Iterator<Item = &Reference> {
        std::iter::once(&self.subject)
    }

    fn parties(&self) -> impl Iterator<Item = &Reference> {
        std::iter::empty()
    }

    fn parents(&self) -> impl Iterator<Item = &Reference> {
        std::iter::empty()
    }

    fn mentions(&self) -> impl Iterator<Item = &Reference> {
        std::iter::empty()
    }

    fn contained(&self) -> &Contained {
        &self.contained
    }
}

static TABLE: Schema = Schema {
    part: "probe",
    steps: &["CREATE TABLE flag (id TEXT PRIMARY KEY) STRICT"],
};

/// The feature: its line in the table, and its mirror.
pub(super) struct Probe;

impl FeatureDefinition for Probe {
    fn feature(&self) -> Feature {
        Feature::Probe
    }

    fn needs(&self, _: &dyn Fn(&str) -> Option<ResourceCapability>) -> Vec<ResourceNeed> {
        vec![ResourceNeed::reads("Flag")]
    }

    fn capability(
        &self,
        resource: &dyn Fn(&str) -> Option<ResourceCapability>,
    ) -> FeatureCapability {
        FeatureCapability::new(Feature::Probe, resource("Flag").as_ref())
    }

    fn findings(&self, capability: &FeatureCapability) -> Vec<FeatureFinding> {
        vec![FeatureFinding {
            subject: "Flags",
            offered: capability.readable,
            works: "flags are shown",
            otherwise: "there are no flags at this portal",
        }]
    }

    fn schemas(&self) -> &'static [&'static Schema] {
        const TABLES: &[&Schema] = &[&TABLE];
        TABLES
    }

    fn mirrors(&self) -> &'static [&'static dyn AnyMirror] {
        &[&Probe]
    }

    fn export(
        &self,
        _: &Partition,
        _: &Subject<'_>,
        _: ExportPosition,
    ) -> Result<Option<(Exported, ExportPosition)>> {
        Ok(None)
    }
}

impl Mirror for Probe {
    type Record = Flag;

    fn searches(&self, owner: &Owner, _: &dyn Fn(&str) -> bool) -> Vec<Search> {
        vec![Search::by_patient("patient", owner).and("status", "active")]
    }

    fn apply(
        &self,
        tx: &PageTx<'_>,
        _: Reader<'_>,
        records: &[Incoming<'_, Flag>],
        _: &Names,
        _: bool,
    ) -> Result<Applied> {
        let mut insert = tx
            .connection()
            .prepare("INSERT OR REPLACE INTO flag (id) VALUES (?1) RETURNING rowid")?;
        let mut shown = Vec::new();
        for incoming in records {
            let row = insert.query_row([&incoming.record.id], |row| row.get(0))?;
            shown.push(Some(row));
        }
        Ok(Applied {
            shown,
            changes: self.no_changes(),
        })
    }

    fn remove(&self, connection: &Connection, rows: &[i64], _: bool) -> Result<RowChanges> {
        for row in rows {
            connection.execute("DELETE FROM flag WHERE rowid = ?1", [row])?;
        }
        Ok(self.no_changes())
    }

    fn no_changes(&self) -> RowChanges {
        RowChanges::new(Feature::Probe, IdKind::Position)
    }
}
