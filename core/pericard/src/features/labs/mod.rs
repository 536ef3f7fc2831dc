//! Lab results: reports with their results, and how a value developed (FHIR R4 `DiagnosticReport` and `Observation`,
//! US Core 6 §3.3 as the floor).
//!
//! Everything here reads the encrypted cache and answers without the network; a sync fetches.
//!
//! Uses: `paging`, `partition_work`, `track_state`

mod export;
mod mapping;
mod mirror;
mod model;
mod reading;
mod table;
mod trend;
mod units;
mod writing;

use std::sync::Arc;

use pericard_protocol::fhir::diagnostic_report::DiagnosticReport;
use pericard_protocol::fhir::observation::Observation;

use crate::platform::error::{PericardError, Result};
use crate::platform::id::{LabReportId, LabResultId, PagePosition};
use crate::platform::lifecycle::KeepOpen;
use crate::storage::{AccessAction, Feature, IdKind, Partition, Track, instant};
use crate::sync::{IncompleteReason, RowChanges};

use super::paging::{clamp, next, position, row};
use super::{PersonContext, partition_work, track_state};

pub(crate) use mirror::LabsFeature;
pub use model::{
    LabCode, LabComparator, LabFlag, LabInterpretation, LabMeasurement, LabPoint, LabQuantity,
    LabRange, LabReport, LabReportPage, LabReportResults, LabResult, LabSeries, LabStatus,
    LabTrend, LabValue, LabsState,
};

const FEATURE: Feature = Feature::Labs;
const TRACKS: [Track; 2] = [
    track_state::of::<DiagnosticReport>(FEATURE),
    track_state::of::<Observation>(FEATURE),
];

/// The lab results of one person.
///
/// Reading works offline; it fails with `SignInRequired` when the account is sealed or signed out, `Closed` while the client
/// is paused, and `Storage` when the disk does. Where the clinic has switched lab results off and lets nobody read what is
/// here, everything fails with `SwitchedOff`; where it asks for a fresher sign-in first, with `StepUpRequired`. Nothing here
/// is medical advice: values, ranges and marks are the laboratory's own.
#[derive(uniffi::Object)]
pub struct Labs {
    person: Arc<dyn PersonContext>,
    _open: KeepOpen,
}

#[uniffi::export]
impl Labs {
    /// A page of reports, newest first. Results that came without a report are together under their day. `limit` is 1 to 500.
    #[uniffi::method(default(after = None, limit = 50))]
    pub async fn reports(
        &self,
        after: Option<PagePosition>,
        limit: u32,
    ) -> Result<LabReportPage, PericardError> {
        self.reading(move |partition| {
            let before = position(partition, after)?;
            let (reports, last) =
                partition.read(|c| reading::reports(c, partition.ids(), before, clamp(limit)))?;
            Ok(LabReportPage {
                reports,
                after: next(partition, last),
            })
        })
        .await
    }

    /// One report with its results. The access log notes it. `NotFound` when there is none.
    pub async fn report(&self, id: LabReportId) -> Result<LabReportResults, PericardError> {
        let person = self.person.clone();
        self.reading(move |partition| {
            let row = row(partition, IdKind::LabReport, &id)?;
            let found = partition.read(|c| reading::one_report(c, partition.ids(), row))?;
            let (report, results, missing) = found.ok_or(PericardError::NotFound)?;
            person.note(AccessAction::LabResultOpened, Some(id.into()));
            Ok(LabReportResults {
                report,
                results,
                missing,
            })
        })
        .await
    }

    /// One result. The access log notes it. `NotFound` when there is none.
    pub async fn result(&self, id: LabResultId) -> Result<LabResult, PericardError> {
        let person = self.person.clone();
        self.reading(move |partition| {
            let row = row(partition, IdKind::LabResult, &id)?;
            let found = partition.read(|c| reading::one_result(c, partition.ids(), row))?;
            let found = found.ok_or(PericardError::NotFound)?;
            person.note(AccessAction::LabResultOpened, Some(id.into()));
            Ok(found)
        })
        .await
    }

    /// How the analyte of a result developed: all results with its code, else with its name. Amounts are converted by UCUM
    /// where their units compare; others make a series of their own. Values in words are in none. The access log notes it.
    /// `NotFound` when there is no such result.
    pub async fn trend(&self, result: LabResultId) -> Result<LabTrend, PericardError> {
        let person = self.person.clone();
        self.reading(move |partition| {
            let row = row(partition, IdKind::LabResult, &result)?;
            let results = partition.read(|c| {
                reading::one_result(c, partition.ids(), row)?.ok_or(PericardError::NotFound)?;
                reading::same_analyte(c, partition.ids(), row)
            })?;
            person.note(AccessAction::LabResultOpened, Some(result.into()));
            Ok(trend::trend(results))
        })
        .await
    }

    /// Marks a report as opened, on this device. FHIR has no place for it, so the portal is not told.
    pub async fn mark_read(&self, report: LabReportId) -> Result<(), PericardError> {
        let person = self.person.clone();
        let work = move |partition: &Partition| {
            let row = row(partition, IdKind::LabReport, &report)?;
            if partition.local(|tx| writing::mark_read(tx.connection(), row))? {
                let changes = RowChanges {
                    records: true,
                    ..RowChanges::new(FEATURE, IdKind::LabReport)
                };
                person.notifier().rows_changed(partition.ids(), &changes);
            }
            Ok(())
        };
        partition_work::at(&self.person, FEATURE, work).await
    }

    /// How far the lab results on this device are those at the portal.
    pub async fn state(&self) -> Result<LabsState, PericardError> {
        let person = self.person.clone();
        self.reading(move |partition| {
            partition.read(|c| {
                let (state, held, unreadable) = track_state::combined(c, &*person, &TRACKS)?;
                Ok(LabsState {
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

impl Labs {
    pub(crate) fn new(person: Arc<dyn PersonContext>, open: KeepOpen) -> Arc<Self> {
        Arc::new(Self {
            person,
            _open: open,
        })
    }

    async fn reading<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Partition) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        partition_work::reading(&self.person, FEATURE, work).await
    }
}
