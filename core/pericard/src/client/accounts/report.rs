//! What a report for support says of one account: states, numbers and times, and nothing of what is in it.
//!
//! Uses: `core`, `entry`, `lock`
//!
//! Each line is found by itself: what cannot be read says why and costs no other line.

use std::sync::{Arc, PoisonError};

use pericard_protocol::policy::Switch;

use crate::client::host::Host;
use crate::platform::id::IncidentId;
use crate::platform::log::Report;
use crate::storage::{IncidentRow, Partition, Track, instant, mirrored};
use crate::sync::{IncompleteReason, outbox};

use super::core::AccountCore;
use super::entry::AccountEntry;

/// Incidents of one person at most, the newest.
const MOST_INCIDENTS: usize = 5;

impl AccountEntry {
    /// What there is to say of the account. Blocks.
    pub(crate) fn report(&self, host: &Arc<Host>) -> Report {
        let mut report = Report::default();
        report.line("session", &[&self.session()]);
        match self.core() {
            Ok(core) => core.report_on(&mut report),
            Err(error) => report.line("account_opens", &[&"error", &error]),
        }
        match host.directory() {
            Ok(directory) => {
                let sizes = directory.sizes(self.id());
                report.line("bytes_of_databases", &[&sizes.databases]);
                report.line("bytes_of_log", &[&sizes.log]);
                report.line("bytes_of_files", &[&sizes.files]);
                report.line("files", &[&sizes.file_count]);
            }
            Err(error) => report.line("files", &[&"error", &error]),
        }
        report
    }
}

impl AccountCore {
    /// Notes how a run ended. Memory only.
    pub(super) fn ended_a_run(&self, outcome: &'static str) {
        let now = self.host.platform.clock.now();
        let mut last = self.last_run.lock().unwrap_or_else(PoisonError::into_inner);
        *last = Some((now, outcome));
    }

    fn report_on(self: &Arc<Self>, report: &mut Report) {
        report.line("lock", &[&self.lock_state()]);
        report.line("locks_after", &[&self.auto_lock()]);
        if let Ok(session) = self.session() {
            let (difference, is_ahead) = session.clock_difference();
            let side = if is_ahead { "ahead" } else { "behind" };
            report.line("clock", &[&difference, &side]);
        }
        self.report_policy(report);
        let last = *self.last_run.lock().unwrap_or_else(PoisonError::into_inner);
        match last {
            Some((at, outcome)) => report.line("last_sync", &[&outcome, &at]),
            None => report.line("last_sync", &[&"none_since_opening"]),
        }
        let people = self.content.people_and_problem().0;
        report.line("people", &[&people.len()]);
        for person in &people {
            report.line("person", &[&self.host.labels.of(&person.id)]);
            if let Ok(session) = self.sessions.of(&person.id) {
                report.line("person_session", &[&session.state()]);
                report.line("lease_left", &[&session.lease_left()]);
            }
            match self.partition(&person.id) {
                Ok(partition) => self.report_person(report, &partition),
                Err(error) => report.line("database", &[&"error", &error]),
            }
        }
    }

    fn report_policy(&self, report: &mut Report) {
        let policy = self.policy_status();
        report.line("policy_configured", &[&policy.configured]);
        report.line("policy_in_force", &[&policy.seq, &policy.issued_at]);
        report.line("policy_asked", &[&policy.asked_at]);
        report.line("policy_problem", &[&policy.problem]);
        report.line("update_required", &[&policy.update_required.is_some()]);
        for feature in self.feature_names() {
            let switch = match self.switch(feature) {
                Switch::On => "on",
                Switch::ReadOnly => "read_only",
                Switch::Off => "off",
            };
            report.line("switch", &[&feature, &switch]);
        }
    }

    fn report_person(&self, report: &mut Report, partition: &Partition) {
        for definition in self.host.features {
            let feature = definition.feature();
            for mirror in definition.mirrors() {
                let track = Track {
                    feature,
                    resource_type: mirror.resource_type(),
                };
                report_track(report, partition, track);
            }
            match partition.read(|c| outbox::counts(c, feature)) {
                Ok(counts) => {
                    report.line("outbox_queued", &[&feature, &counts.queued]);
                    report.line("outbox_sending", &[&feature, &counts.sending]);
                    report.line("outbox_doubtful", &[&feature, &counts.doubtful]);
                    report.line("outbox_failed", &[&feature, &counts.failed]);
                    report.line("outbox_unknown", &[&feature, &counts.unknown]);
                }
                Err(error) => report.line("outbox", &[&feature, &"error", &error]),
            }
        }
        match partition.incidents() {
            Ok(incidents) => {
                report.line("incidents", &[&incidents.len()]);
                for incident in incidents.iter().take(MOST_INCIDENTS) {
                    self.report_incident(report, incident);
                }
            }
            Err(error) => report.line("incidents", &[&"error", &error]),
        }
    }

    /// What a later version has written is not repeated, since nobody here knows what it is.
    fn report_incident(&self, report: &mut Report, incident: &IncidentRow) {
        let kinds = ["foreign_record", "database_damaged"];
        let kind = kinds.into_iter().find(|kind| *kind == incident.kind);
        let feature = self.feature_named(&incident.feature);
        let mut mirrors = self.host.features.iter().flat_map(|it| it.mirrors());
        let mirror = mirrors.find(|mirror| mirror.resource_type() == incident.resource_type);
        let resource_type = mirror.map(|mirror| mirror.resource_type());
        let id = IncidentId::from(incident.id.as_str());
        report.line(
            "incident",
            &[&id, &kind, &feature, &resource_type, &incident.at],
        );
    }
}

/// How far one track of a person is.
fn report_track(report: &mut Report, partition: &Partition, track: Track) {
    let (feature, resource_type) = (track.feature, track.resource_type);
    let found = partition.read(|c| {
        Ok((
            mirrored::state(c, track)?,
            mirrored::absent(c, Some(track))?,
        ))
    });
    let (state, absent) = match found {
        Ok(found) => found,
        Err(error) => return report.line("synced", &[&feature, &resource_type, &"error", &error]),
    };
    let incomplete = state.incomplete.as_deref().map(IncompleteReason::named);
    let stopped = state.stopped.map(IncidentId::from);
    let (synced, complete) = (state.synced_at.map(instant), state.complete_at.map(instant));
    report.line("synced", &[&feature, &resource_type, &synced]);
    report.line("complete", &[&feature, &resource_type, &complete]);
    report.line("incomplete", &[&feature, &resource_type, &incomplete]);
    report.line("stopped_by", &[&feature, &resource_type, &stopped]);
    report.line("held", &[&feature, &resource_type, &absent.unmatched]);
    report.line(
        "unreadable",
        &[&feature, &resource_type, &absent.unreadable],
    );
}
