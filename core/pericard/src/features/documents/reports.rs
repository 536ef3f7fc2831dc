//! Reports that come as files (FHIR R4 `DiagnosticReport.presentedForm`): documents like any other.
//!
//! A portal may offer the same file as a `DocumentReference` as well, as US Core asks of it; then that is shown alone.
//! Which of both came first makes no difference: both are stored, and the list leaves the report out.
//!
//! Uses: `date_precision`, `mapping`, `model`, `table`

use pericard_protocol::admission::Owner;
use pericard_protocol::display_text;
use pericard_protocol::fhir::datatypes::CodeableConcept;
use pericard_protocol::fhir::diagnostic_report::DiagnosticReport;
use pericard_protocol::fhir::names::Names;
use pericard_protocol::fhir::page::Parse;
use pericard_protocol::fhir::result_status::ResultStatus;

use crate::features::date_precision::DatePrecision;
use crate::platform::error::Result;
use crate::storage::PageTx;
use crate::sync::{Applied, Incoming, Reader};

use super::mapping::{self, line};
use super::model::DocumentKind;
use super::table::{self, Content};

/// Writes those reports of a page that have files. One that was withdrawn, or has none any more, goes.
pub(super) fn apply(
    tx: &PageTx<'_>,
    reader: Reader<'_>,
    records: &[Incoming<'_, DiagnosticReport>],
    names: &Names,
) -> Result<Applied> {
    let mut shown = Vec::with_capacity(records.len());
    for incoming in records {
        let record = incoming.record;
        let files = &record.presented;
        if record.status.is_withdrawn() || files.is_empty() {
            if let Some(row) = incoming.shown {
                table::remove(tx.connection(), row)?;
            }
            shown.push(None);
            continue;
        }
        let content = content(reader.owner, record, names);
        let row = mapping::write(tx, reader, incoming.shown, content, files.iter())?;
        shown.push(Some(row));
    }
    Ok(Applied {
        shown,
        changes: table::changed(),
    })
}

fn content(owner: &Owner, record: &DiagnosticReport, names: &Names) -> Content {
    let updated = record.last_updated.map_or(0, |at| at.as_millisecond());
    let issued = record.issued.map_or(updated, |at| at.as_millisecond());
    let (at, precision) = DatePrecision::columns(record.effective.as_ref(), issued);
    let names = record.performers.iter().filter_map(|whom| {
        let said = record.name_of(whom);
        let name = said.or_else(|| names.get(&whom.key(&owner.base)?))?;
        Some(display_text::line(name)).filter(|name| !name.is_empty())
    });
    let author = names.collect::<Vec<_>>().join(", ");
    let concepts = || std::iter::once(&record.code).chain(&record.categories);
    let codes = concepts().flat_map(|it| &it.coding);
    let codes: Vec<String> = codes.filter_map(|it| it.code.clone()).collect();
    let shown = |concept: &CodeableConcept| line(concept.clone().shown().as_deref());
    let preliminary = matches!(
        record.status,
        ResultStatus::Registered | ResultStatus::Preliminary
    );
    Content {
        remote: format!("{}/{}", DiagnosticReport::RESOURCE_TYPE, record.id),
        report: true,
        at,
        precision,
        updated,
        kind: DocumentKind::of_report(&codes).column(),
        type_name: shown(&record.code),
        category: record
            .categories
            .iter()
            .map(shown)
            .find(|name| !name.is_empty())
            .unwrap_or_default(),
        author: line(Some(&author)),
        preliminary,
        files: record.presented.iter().map(mapping::file_row).collect(),
        formats: record.presented.iter().map(|_| String::new()).collect(),
        ..Content::default()
    }
}
