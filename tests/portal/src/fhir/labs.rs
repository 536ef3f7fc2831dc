//! Searching and reading what laboratories say: `Observation` and `DiagnosticReport`.

use std::sync::Arc;

use axum::extract::{self, Path, RawQuery};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::criteria::{Criteria, DEFAULT_COUNT, strict};
use super::{access, broken};
use crate::asked::Asked;
use crate::clock;
use crate::data::LabRecord;
use crate::fault::FaultKind;
use crate::instance::{Instance, State};
use crate::reply::{FHIR_JSON, Reply, outcome, with_body};

/// `GET {base}/Observation?…`
pub(crate) async fn search_observation(
    extract::State(instance): extract::State<Arc<Instance>>,
    asked: Asked,
    RawQuery(query): RawQuery,
) -> Reply {
    search(&instance, &asked, "Observation", query)
}

/// `GET {base}/DiagnosticReport?…`
pub(crate) async fn search_report(
    extract::State(instance): extract::State<Arc<Instance>>,
    asked: Asked,
    RawQuery(query): RawQuery,
) -> Reply {
    search(&instance, &asked, "DiagnosticReport", query)
}

/// `GET {base}/Observation/{id}`
pub(crate) async fn read_observation(
    extract::State(instance): extract::State<Arc<Instance>>,
    asked: Asked,
    Path(id): Path<String>,
) -> Reply {
    read(&instance, &asked, "Observation", &id)
}

/// `GET {base}/DiagnosticReport/{id}`
pub(crate) async fn read_report(
    extract::State(instance): extract::State<Arc<Instance>>,
    asked: Asked,
    Path(id): Path<String>,
) -> Reply {
    read(&instance, &asked, "DiagnosticReport", &id)
}

fn search(instance: &Instance, asked: &Asked, kind: &str, query: Option<String>) -> Reply {
    let base = instance.base();
    let state = &mut *instance.state();
    let person = match access::person(state, asked, kind, 's') {
        Ok(person) => person,
        Err(reply) => return reply,
    };
    let query = query.unwrap_or_default();
    let parameters = form_urlencoded::parse(query.as_bytes());
    let (categories, others): (Vec<_>, Vec<_>) =
        parameters.partition(|(name, _)| name == "category");
    let categories: Vec<String> = categories
        .iter()
        .flat_map(|(_, value)| value.split(','))
        .map(|token| token.rsplit('|').next().unwrap_or_default().to_owned())
        .collect();
    let others = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(&others)
        .finish();
    let criteria = match Criteria::parse(others.as_bytes(), strict(&asked.headers), &base) {
        Ok(criteria) => criteria,
        Err((issue, text)) => return outcome(400, issue, &text),
    };
    if let Some(broken) = broken::answer(state) {
        return broken;
    }
    let (leak, empty) = (
        state.faults.hit(FaultKind::LeakOtherPatient),
        state.faults.hit(FaultKind::EmptyList),
    );
    let cut = state.faults.hit(FaultKind::MissingNext);
    let mut hits = match empty {
        true => Vec::new(),
        false => find(state, person, kind, &criteria, &categories),
    };
    if criteria.descending {
        hits.reverse();
    }
    let count = criteria.count.unwrap_or(DEFAULT_COUNT);
    let from = criteria.offset.min(hits.len());
    let until = hits.len().min(from.saturating_add(count));
    let entry = |record: &LabRecord| {
        let body = match criteria.bare {
            true => {
                json!({ "resourceType": kind, "id": record.body["id"], "meta": record.body["meta"] })
            }
            false => record.body.clone(),
        };
        let id = record.body["id"].as_str().unwrap_or_default();
        json!({ "fullUrl": format!("{base}/{kind}/{id}"), "resource": body, "search": { "mode": "match" } })
    };
    let mut entries: Vec<Value> = hits[from..until]
        .iter()
        .map(|record| entry(record))
        .collect();
    if leak {
        let other = state
            .labs
            .records
            .iter()
            .find(|it| it.person != person && it.body["resourceType"] == kind);
        entries.extend(other.map(entry));
    }
    let mut asked_again = form_urlencoded::Serializer::new(String::new());
    asked_again.extend_pairs(
        criteria
            .understood
            .iter()
            .filter(|(name, _)| name != "_offset"),
    );
    if !categories.is_empty() {
        asked_again.append_pair("category", &categories.join(","));
    }
    let link = format!("{base}/{kind}?{}", asked_again.finish());
    let mut links = vec![json!({ "relation": "self", "url": link })];
    let total = hits.len();
    if until < total && !cut {
        links.push(json!({ "relation": "next", "url": format!("{link}&_offset={until}") }));
    }
    let now = clock::instant(state.clock.millis());
    let mut bundle = json!({ "resourceType": "Bundle", "type": "searchset", "meta": { "lastUpdated": now },
        "total": total, "link": links });
    // FHIR has no empty arrays (R4 §2.6.1).
    if !entries.is_empty() && !criteria.summary_count {
        bundle["entry"] = Value::Array(entries);
    }
    with_body(200, FHIR_JSON, bundle.to_string())
}

/// What matches, the oldest change first.
fn find<'a>(
    state: &'a State,
    person: usize,
    kind: &str,
    criteria: &Criteria,
    categories: &[String],
) -> Vec<&'a LabRecord> {
    let is_asked = |record: &&LabRecord| {
        let id = record.body["id"].as_str().unwrap_or_default();
        let codes = record.body["category"].as_array().into_iter().flatten();
        let mut codes = codes.flat_map(|it| it["coding"].as_array().into_iter().flatten());
        let patients = criteria.patients.as_ref();
        record.person == person
            && !record.deleted
            && record.body["resourceType"] == kind
            && patients.is_none_or(|ids| ids.contains(&state.people[person].patient))
            && criteria
                .ids
                .as_ref()
                .is_none_or(|ids| ids.iter().any(|one| one == id))
            && criteria.from.is_none_or(|from| record.updated >= from)
            && criteria.until.is_none_or(|until| record.updated <= until)
            && (categories.is_empty()
                || record.body["category"].is_null()
                || codes.any(|it| categories.iter().any(|asked| it["code"] == asked.as_str())))
    };
    let mut hits: Vec<&LabRecord> = state.labs.records.iter().filter(is_asked).collect();
    hits.sort_by_key(|record| record.updated);
    hits
}

fn read(instance: &Instance, asked: &Asked, kind: &str, id: &str) -> Reply {
    let state = &mut *instance.state();
    let person = match access::person(state, asked, kind, 'r') {
        Ok(person) => person,
        Err(reply) => return reply,
    };
    let mut records = state.labs.records.iter();
    match records.find(|record| record.is(kind, id)) {
        Some(record) if record.person != person => outcome(403, "forbidden", "another patient's"),
        Some(record) if record.deleted => outcome(410, "deleted", "this was deleted"),
        Some(record) => with_body(200, FHIR_JSON, record.body.to_string()),
        None => outcome(404, "not-found", "there is no such record"),
    }
}
