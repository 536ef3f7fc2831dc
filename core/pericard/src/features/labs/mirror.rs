//! Lab results as a feature: what a sync mirrors.

use pericard_protocol::admission::Owner;
use pericard_protocol::fhir::capability::ResourceCapability;
use pericard_protocol::fhir::diagnostic_report::DiagnosticReport;
use pericard_protocol::fhir::names::Names;
use pericard_protocol::fhir::observation::Observation;
use pericard_protocol::fhir::page::Parse;
use pericard_protocol::fhir::search::Search;
use pericard_protocol::oauth::scope::ResourceNeed;
use rusqlite::Connection;

use crate::features::{
    ExportPosition, Exported, FeatureCapability, FeatureDefinition, FeatureFinding, Subject,
};
use crate::platform::error::Result;
use crate::storage::{Feature, IdKind, PageTx, Partition, Schema};
use crate::sync::{AnyMirror, Applied, Incoming, Mirror, Pace, Reader, RowChanges};

use super::{FEATURE, export, mapping, table, writing};

/// The feature's line in the table.
pub(crate) struct LabsFeature;

impl FeatureDefinition for LabsFeature {
    fn feature(&self) -> Feature {
        FEATURE
    }

    fn needs(&self, resource: &dyn Fn(&str) -> Option<ResourceCapability>) -> Vec<ResourceNeed> {
        let types = [DiagnosticReport::RESOURCE_TYPE, Observation::RESOURCE_TYPE];
        let listed = types
            .into_iter()
            .filter(|kind| resource(kind).is_some_and(|it| it.searches()));
        listed
            .map(|kind| ResourceNeed::reads(kind).if_listed())
            .collect()
    }

    fn capability(
        &self,
        resource: &dyn Fn(&str) -> Option<ResourceCapability>,
    ) -> FeatureCapability {
        let results = resource(Observation::RESOURCE_TYPE).map(|it| ResourceCapability {
            interactions: vec!["search-type".to_owned(); usize::from(it.searches())],
            ..ResourceCapability::default()
        });
        FeatureCapability::new(FEATURE, results.as_ref())
    }

    fn findings(&self, capability: &FeatureCapability) -> Vec<FeatureFinding> {
        vec![FeatureFinding {
            subject: "Lab results",
            offered: capability.readable,
            works: "lab results are shown",
            otherwise: "there are no lab results at this portal",
        }]
    }

    fn schemas(&self) -> &'static [&'static Schema] {
        const SCHEMAS: &[&Schema] = &[&table::SCHEMA];
        SCHEMAS
    }

    /// Results first: a report that comes finds them here.
    fn mirrors(&self) -> &'static [&'static dyn AnyMirror] {
        &[&ResultMirror, &ReportMirror]
    }

    fn export(
        &self,
        partition: &Partition,
        subject: &Subject<'_>,
        after: ExportPosition,
    ) -> Result<Option<(Exported, ExportPosition)>> {
        export::report(partition, subject, after)
    }
}

/// What of a category is the person's (US Core: `patient` with `category`). Where a portal lists its parameters and
/// `category` is none of them, all is asked for; what is no laboratory's is left out when it comes.
fn searches(owner: &Owner, offers: &dyn Fn(&str) -> bool, category: &str) -> Vec<Search> {
    let lists = offers("patient") || offers("subject");
    let parameter = match offers("subject") && !offers("patient") {
        true => "subject",
        false => "patient",
    };
    let search = Search::by_patient(parameter, owner);
    vec![match lists && !offers("category") {
        true => search,
        false => search.and("category", category),
    }]
}

/// What laboratories file their reports under: US Core's `LAB`, and the sections of HL7 v2 table 0074.
const LAB_SECTIONS: &str = "LAB,laboratory,BG,BLB,CG,CH,CP,GE,HM,IMM,MB,MCB,MYC,PAR,SP,SR,TX,VR";

fn changed(records: bool) -> RowChanges {
    RowChanges {
        records,
        ..RowChanges::new(FEATURE, IdKind::LabReport)
    }
}

struct ResultMirror;

impl Mirror for ResultMirror {
    type Record = Observation;

    fn pace(&self) -> Pace {
        Pace::WhereListed
    }

    fn searches(&self, owner: &Owner, offers: &dyn Fn(&str) -> bool) -> Vec<Search> {
        searches(owner, offers, "laboratory")
    }

    fn apply(
        &self,
        tx: &PageTx<'_>,
        reader: Reader<'_>,
        records: &[Incoming<'_, Observation>],
        _: &Names,
        news: bool,
    ) -> Result<Applied> {
        let c = tx.connection();
        let mut shown = Vec::with_capacity(records.len());
        for incoming in records {
            let row = mapping::result(reader, incoming.record);
            shown.push(match (row, incoming.shown) {
                (Some(row), _) => Some(writing::save_result(c, &row, news)?),
                (None, Some(gone)) => {
                    writing::remove_result(c, gone)?;
                    None
                }
                (None, None) => None,
            });
        }
        Ok(Applied {
            shown,
            changes: changed(!records.is_empty()),
        })
    }

    fn remove(&self, connection: &Connection, rows: &[i64], _: bool) -> Result<RowChanges> {
        for row in rows {
            writing::remove_result(connection, *row)?;
        }
        Ok(changed(!rows.is_empty()))
    }

    fn no_changes(&self) -> RowChanges {
        changed(false)
    }
}

struct ReportMirror;

impl Mirror for ReportMirror {
    type Record = DiagnosticReport;

    fn pace(&self) -> Pace {
        Pace::WhereListed
    }

    fn searches(&self, owner: &Owner, offers: &dyn Fn(&str) -> bool) -> Vec<Search> {
        searches(owner, offers, LAB_SECTIONS)
    }

    fn apply(
        &self,
        tx: &PageTx<'_>,
        reader: Reader<'_>,
        records: &[Incoming<'_, DiagnosticReport>],
        names: &Names,
        news: bool,
    ) -> Result<Applied> {
        let c = tx.connection();
        let mut shown = Vec::with_capacity(records.len());
        for incoming in records {
            let record = incoming.record;
            let Some(row) = mapping::report(reader, record, names) else {
                if let Some(gone) = incoming.shown {
                    writing::remove_report(c, gone)?;
                }
                shown.push(None);
                continue;
            };
            let id = writing::save_report(c, &row, news)?;
            let contained = mapping::contained(reader, record);
            for result in &contained {
                writing::save_result(c, result, false)?;
            }
            writing::keep_contained(c, &record.id, &contained)?;
            shown.push(Some(id));
        }
        Ok(Applied {
            shown,
            changes: changed(!records.is_empty()),
        })
    }

    fn remove(&self, connection: &Connection, rows: &[i64], _: bool) -> Result<RowChanges> {
        for row in rows {
            writing::remove_report(connection, *row)?;
        }
        Ok(changed(!rows.is_empty()))
    }

    fn no_changes(&self) -> RowChanges {
        changed(false)
    }
}
