//! Documents as a feature: what a sync mirrors.
//!
//! Uses: `export`, `files`, `mapping`, `reports`, `table`

use pericard_protocol::admission::Owner;
use pericard_protocol::fhir::capability::ResourceCapability;
use pericard_protocol::fhir::diagnostic_report::DiagnosticReport;
use pericard_protocol::fhir::document_reference::DocumentReference;
use pericard_protocol::fhir::names::Names;
use pericard_protocol::fhir::page::Parse;
use pericard_protocol::fhir::search::Search;
use pericard_protocol::oauth::scope::ResourceNeed;
use rusqlite::Connection;

use crate::features::files::WantedFiles;
use crate::features::{
    ExportPosition, Exported, FeatureCapability, FeatureDefinition, FeatureFinding, Subject,
};
use crate::platform::error::Result;
use crate::storage::{Feature, PageTx, Partition, Schema};
use crate::sync::{AnyMirror, Applied, Incoming, Mirror, Pace, Reader, RowChanges};

use super::table::FILES;
use super::{FEATURE, export, files, mapping, reports, table};

/// The feature's line in the table.
pub(crate) struct DocumentsFeature;

impl FeatureDefinition for DocumentsFeature {
    fn feature(&self) -> Feature {
        FEATURE
    }

    /// Its files are read as those of messages are: `Binary` is among the needs of messages, `DiagnosticReport` among those
    /// of lab results.
    fn needs(&self, resource: &dyn Fn(&str) -> Option<ResourceCapability>) -> Vec<ResourceNeed> {
        let documents = DocumentReference::RESOURCE_TYPE;
        match resource(documents).is_some_and(|it| it.searches()) {
            true => vec![ResourceNeed::reads(documents).if_listed()],
            false => Vec::new(),
        }
    }

    fn capability(
        &self,
        resource: &dyn Fn(&str) -> Option<ResourceCapability>,
    ) -> FeatureCapability {
        let documents = resource(DocumentReference::RESOURCE_TYPE);
        FeatureCapability {
            sendable: false,
            sends_exactly_once: false,
            ..FeatureCapability::new(FEATURE, documents.as_ref())
        }
    }

    fn findings(&self, capability: &FeatureCapability) -> Vec<FeatureFinding> {
        vec![FeatureFinding {
            subject: "Documents",
            offered: capability.readable,
            works: "letters, reports and summaries can be read",
            otherwise: "there are no documents at this portal",
        }]
    }

    fn schemas(&self) -> &'static [&'static Schema] {
        const SCHEMAS: &[&Schema] = &[&table::SCHEMA];
        SCHEMAS
    }

    fn mirrors(&self) -> &'static [&'static dyn AnyMirror] {
        &[&DocumentMirror, &ReportMirror]
    }

    fn wanted_files(&self, partition: &Partition) -> Result<Option<WantedFiles>> {
        let files = files::wanted(partition)?;
        Ok(Some(WantedFiles {
            table: FILES,
            files,
        }))
    }

    fn export(
        &self,
        partition: &Partition,
        subject: &Subject<'_>,
        after: ExportPosition,
    ) -> Result<Option<(Exported, ExportPosition)>> {
        export::document(partition, subject, after)
    }
}

/// `patient` is what US Core and IPA ask of servers; `subject` is FHIR's own.
fn by_patient(owner: &Owner, offers: &dyn Fn(&str) -> bool) -> Vec<Search> {
    let parameter = match offers("subject") && !offers("patient") {
        true => "subject",
        false => "patient",
    };
    vec![Search::by_patient(parameter, owner)]
}

fn remove(connection: &Connection, rows: &[i64]) -> Result<RowChanges> {
    for row in rows {
        table::remove(connection, *row)?;
    }
    Ok(table::changed())
}

fn no_changes() -> RowChanges {
    RowChanges {
        records: false,
        ..table::changed()
    }
}

struct DocumentMirror;

impl Mirror for DocumentMirror {
    type Record = DocumentReference;

    fn pace(&self) -> Pace {
        Pace::WhereListed
    }

    fn searches(&self, owner: &Owner, offers: &dyn Fn(&str) -> bool) -> Vec<Search> {
        by_patient(owner, offers)
    }

    fn apply(
        &self,
        tx: &PageTx<'_>,
        reader: Reader<'_>,
        records: &[Incoming<'_, DocumentReference>],
        names: &Names,
        _: bool,
    ) -> Result<Applied> {
        mapping::apply(tx, reader, records, names)
    }

    fn remove(&self, connection: &Connection, rows: &[i64], _: bool) -> Result<RowChanges> {
        remove(connection, rows)
    }

    fn no_changes(&self) -> RowChanges {
        no_changes()
    }
}

/// Of every category: which report comes as a file is seen when it is here.
struct ReportMirror;

impl Mirror for ReportMirror {
    type Record = DiagnosticReport;

    fn pace(&self) -> Pace {
        Pace::WhereListed
    }

    /// Most reports are a laboratory's, whose results count.
    fn is_counted(&self) -> bool {
        false
    }

    fn searches(&self, owner: &Owner, offers: &dyn Fn(&str) -> bool) -> Vec<Search> {
        by_patient(owner, offers)
    }

    fn apply(
        &self,
        tx: &PageTx<'_>,
        reader: Reader<'_>,
        records: &[Incoming<'_, DiagnosticReport>],
        names: &Names,
        _: bool,
    ) -> Result<Applied> {
        reports::apply(tx, reader, records, names)
    }

    fn remove(&self, connection: &Connection, rows: &[i64], _: bool) -> Result<RowChanges> {
        remove(connection, rows)
    }

    fn no_changes(&self) -> RowChanges {
        no_changes()
    }
}
