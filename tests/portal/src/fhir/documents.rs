//! Searching and reading documents.

use std::sync::Arc;

use axum::extract::{self, RawQuery};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::access;
use super::criteria::{Criteria, DEFAULT_COUNT, strict};
use crate::asked::Asked;
use crate::clock;
use crate::fault::{FaultKind, FileFault};
use crate::instance::{Instance, State};
use crate::reply::{FHIR_JSON, Reply, outcome, with_body};

const KIND: &str = "DocumentReference";

/// `GET {base}/DocumentReference?…`
pub(crate) async fn search_documents(
    extract::State(instance): extract::State<Arc<Instance>>,
    asked: Asked,
    RawQuery(query): RawQuery,
) -> Reply {
    let base = instance.base();
    let state = &mut *instance.state();
    let person = match access::person(state, &asked, KIND, 's') {
        Ok(person) => person,
        Err(reply) => return reply,
    };
    let query = query.unwrap_or_default();
    let criteria = match Criteria::parse(query.as_bytes(), strict(&asked.headers), &base) {
        Ok(criteria) => criteria,
        Err((issue, text)) => return outcome(400, issue, &text),
    };
    let found = find(state, person, &criteria);
    let count = criteria.count.unwrap_or(DEFAULT_COUNT);
    let from = criteria.offset.min(found.len());
    let until = found.len().min(from.saturating_add(count));
    let mut link = form_urlencoded::Serializer::new(String::new());
    link.extend_pairs(
        criteria
            .understood
            .iter()
            .filter(|(name, _)| name != "_offset"),
    );
    let self_link = format!("{base}/{KIND}?{}", link.finish());
    let mut links = vec![json!({ "relation": "self", "url": self_link })];
    if until < found.len() {
        let next = format!("{self_link}&_offset={until}");
        links.push(json!({ "relation": "next", "url": next }));
    }
    let entries = found[from..until].iter().map(|resource| {
        let id = resource["id"].as_str().unwrap_or_default();
        let resource = match criteria.bare {
            true => json!({ "resourceType": KIND, "id": id, "meta": resource["meta"] }),
            false => resource.clone(),
        };
        json!({ "fullUrl": format!("{base}/{KIND}/{id}"), "resource": resource, "search": { "mode": "match" } })
    });
    let mut bundle = json!({
        "resourceType": "Bundle",
        "type": "searchset",
        "total": found.len(),
        "link": links,
    });
    // FHIR has no empty arrays (R4 §2.6.1).
    if from < until && !criteria.summary_count {
        bundle["entry"] = entries.collect();
    }
    with_body(200, FHIR_JSON, bundle.to_string())
}

/// A document of the list, where there is one of this id.
pub(super) fn read(state: &mut State, person: usize, id: &str) -> Option<Reply> {
    let document = state.store.documents.iter().position(|it| it.id == id)?;
    let document = &state.store.documents[document];
    if document.deleted {
        return Some(outcome(410, "deleted", "this document was deleted"));
    }
    if document.person != person {
        return Some(outcome(403, "forbidden", "another patient's document"));
    }
    let resource = dressed(state, id)?;
    Some(with_body(200, FHIR_JSON, resource.to_string()))
}

/// Whether this portal has documents at all.
pub(super) fn are_there(state: &State) -> bool {
    !state.store.documents.is_empty()
}

/// What matches, in order.
fn find(state: &mut State, person: usize, criteria: &Criteria) -> Vec<Value> {
    if state.faults.hit(FaultKind::EmptyList) {
        return Vec::new();
    }
    let own = state.people[person].patient.clone();
    let asks = |patients: &Vec<String>| patients.contains(&own);
    if !criteria.patients.as_ref().is_none_or(asks) {
        return Vec::new();
    }
    let mut found: Vec<(i64, String)> = Vec::new();
    for document in &state.store.documents {
        let is_meant = criteria
            .ids
            .as_ref()
            .is_none_or(|ids| ids.contains(&document.id));
        let in_time = criteria.from.is_none_or(|from| document.updated >= from)
            && criteria.until.is_none_or(|until| document.updated <= until);
        if document.person == person && !document.deleted && is_meant && in_time {
            found.push((document.updated, document.id.clone()));
        }
    }
    found.sort();
    if criteria.descending {
        found.reverse();
    }
    let mut resources: Vec<Value> = found
        .iter()
        .filter_map(|(_, id)| dressed(state, id))
        .collect();
    if criteria.ids.is_none() {
        resources.extend(strays(state, person, &own));
    }
    resources
}

/// Records that faults put among a person's own.
fn strays(state: &mut State, person: usize, own: &str) -> Vec<Value> {
    let last = state.people.len() - 1;
    let another = format!("Patient/{}", state.people[last].patient);
    let mine = format!("Patient/{own}");
    let now = clock::instant(state.store.started);
    let stray = |id: &str, subject: Option<&str>, author: &str| {
        let mut stray = json!({
            "resourceType": KIND,
            "id": format!("{id}-{person}"),
            "meta": { "versionId": "1", "lastUpdated": now },
            "status": "current",
            "date": now,
            "description": format!("Letter of somebody else ({id})"),
            "author": [{ "reference": author }],
            "content": [{ "attachment": { "contentType": "application/pdf", "url": "Binary/foreign" } }],
        });
        if let Some(subject) = subject {
            stray["subject"] = json!({ "reference": subject });
        }
        stray
    };
    let mut strays = Vec::new();
    if state.faults.hit(FaultKind::LeakOtherPatient) {
        strays.push(stray("leaked", Some(&another), "Practitioner/7"));
    }
    if state.faults.hit(FaultKind::Misfiled) {
        strays.push(stray("misfiled", Some(&another), &mine));
    }
    if state.faults.hit(FaultKind::NamesAnother) {
        strays.push(stray("names-another", None, &another));
    }
    if state.faults.hit(FaultKind::NoSubject) {
        strays.push(stray("no-subject", None, &mine));
    }
    strays
}

/// A document as it is served.
fn dressed(state: &mut State, id: &str) -> Option<Value> {
    let on = |how| state.faults.on(|kind| kind == FaultKind::File { how });
    let (another_type, huge) = (on(FileFault::AnotherType), on(FileFault::Huge));
    let document = state.store.documents.iter().find(|it| it.id == id)?;
    let mut body = document.body.clone();
    body["meta"] = json!({
        "versionId": document.version.to_string(),
        "lastUpdated": clock::instant(document.updated),
    });
    let attachment = &mut body["content"][0]["attachment"];
    if another_type {
        let is_pdf = attachment["contentType"] == "application/pdf";
        attachment["contentType"] = json!(if is_pdf {
            "image/png"
        } else {
            "application/pdf"
        });
    }
    if huge && let Some(members) = attachment.as_object_mut() {
        members.remove("size");
        members.remove("hash");
    }
    Some(body)
}
