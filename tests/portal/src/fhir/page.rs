//! One page of a search, put together from the resources' texts.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::dress::{self, Forms};
use crate::clock;
use crate::fault::{FaultKind, Incomplete, SenderForm};
use crate::instance::State;
use crate::reply::{FHIR_JSON, Reply, outcome, with_body};

/// What is on a page.
pub(super) struct Page<'a> {
    pub(super) viewer: usize,
    pub(super) shown: &'a [u32],
    pub(super) total: usize,
    pub(super) self_link: &'a str,
    pub(super) next: Option<&'a str>,
    /// Only id and meta are wanted.
    pub(super) bare: bool,
}

impl Page<'_> {
    /// The page as a searchset.
    pub(super) fn answer(&self, state: &mut State, base: &str) -> Reply {
        let forms = Forms::of(state);
        let shown = self.shown.iter();
        let mut shown = shown.map(|&index| state.store.record(index));
        if shown.any(|record| forms.fails(record)) {
            return outcome(500, "exception", "a record cannot be served");
        }
        let incomplete = match self.shown.len() {
            0 | 1 => None,
            _ => state
                .faults
                .take(|kind| matches!(kind, FaultKind::IncompletePage { .. })),
        };
        let incomplete = match incomplete {
            Some(FaultKind::IncompletePage { how }) => Some(how),
            _ => None,
        };
        let entries = self.entries(state, base, &forms, incomplete);
        let mut links = vec![json!({ "relation": "self", "url": self.self_link })];
        if let Some(next) = self.next {
            links.push(json!({ "relation": "next", "url": next }));
        }
        let now = clock::instant(state.clock.millis());
        let links = Value::Array(links);
        let total = self.total;
        let mut body = format!(
            "{{\"resourceType\":\"Bundle\",\"meta\":{{\"lastUpdated\":\"{now}\"}},\"type\":\"searchset\",\"total\":{total},\"link\":{links}"
        );
        // FHIR has no empty arrays (R4 §2.6.1).
        if !entries.is_empty() {
            body.push_str(",\"entry\":[");
            body.push_str(&entries.join(","));
            body.push(']');
        }
        body.push('}');
        with_body(200, FHIR_JSON, dress::body(body))
    }

    fn entries(
        &self,
        state: &State,
        base: &str,
        forms: &Forms,
        incomplete: Option<Incomplete>,
    ) -> Vec<String> {
        let mut entries = Vec::new();
        for (n, &index) in self.shown.iter().enumerate() {
            let record = state.store.record(index);
            if record.deleted {
                continue;
            }
            let url = format!("{base}/Communication/{}", record.id);
            match incomplete.filter(|_| n % 2 == 1) {
                Some(Incomplete::NoResource) => {
                    entries
                        .push(json!({ "fullUrl": url, "search": { "mode": "match" } }).to_string());
                    continue;
                }
                Some(_) => continue,
                None => {}
            }
            let Some(body) = dress::dressed(state, forms, self.viewer, index) else {
                continue;
            };
            let body = match self.bare {
                // What spoils a record spoils the whole of it and not its id.
                true => bare(&body)
                    .or_else(|| bare(&record.body))
                    .unwrap_or_default()
                    .into(),
                false => body,
            };
            entries.push(format!(
                "{{\"fullUrl\":\"{url}\",\"resource\":{body},\"search\":{{\"mode\":\"match\"}}}}"
            ));
        }
        let severity = match incomplete {
            Some(Incomplete::Warning) => Some("warning"),
            Some(Incomplete::Error) => Some("error"),
            _ => None,
        };
        if let Some(severity) = severity {
            let issue = json!([{ "severity": severity, "code": "incomplete",
                "diagnostics": "some records could not be read in time" }]);
            let outcome = json!({ "resourceType": "OperationOutcome", "issue": issue });
            entries
                .push(json!({ "resource": outcome, "search": { "mode": "outcome" } }).to_string());
        }
        if dress::sender_form(state) == Some(SenderForm::Included) && !self.bare {
            entries.extend(self.senders(state, base));
        }
        entries
    }

    fn senders(&self, state: &State, base: &str) -> Vec<String> {
        let records = self.shown.iter().map(|&index| state.store.record(index));
        let staff = records.filter(|record| !record.meant.outgoing);
        let names: BTreeSet<&str> = staff.map(|record| record.meant.from.as_str()).collect();
        let entry = |name: &str| {
            let id = dress::practitioner_id(name);
            let entry = json!({
                "fullUrl": format!("{base}/Practitioner/{id}"),
                "resource": dress::practitioner(&id, name),
                "search": { "mode": "include" },
            });
            entry.to_string()
        };
        names.into_iter().map(entry).collect()
    }
}

/// What is left of a resource with `_elements=id,meta`.
fn bare(body: &str) -> Option<String> {
    let body: Value = serde_json::from_str(body).ok()?;
    let mut meta = body["meta"].clone();
    meta["tag"] = json!([{
        "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
        "code": "SUBSETTED",
    }]);
    let left = json!({ "resourceType": body["resourceType"], "id": body["id"], "meta": meta });
    Some(left.to_string())
}
