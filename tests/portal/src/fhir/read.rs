//! Reading one resource by its id.

use std::sync::Arc;

use axum::extract::{self, Path, RawQuery};
use axum::http::header;
use serde_json::json;
use url::form_urlencoded;

use super::access;
use super::dress::{self, Forms};
use crate::asked::Asked;
use crate::clock;
use crate::data::Record;
use crate::fault::{DeletedAs, FaultKind, SenderForm};
use crate::instance::{Instance, State};
use crate::reply::{FHIR_JSON, Reply, empty, none_match, outcome, set, with_body};

/// `GET {base}/Communication/{id}`
pub(crate) async fn read(
    extract::State(instance): extract::State<Arc<Instance>>,
    asked: Asked,
    Path(id): Path<String>,
) -> Reply {
    let state = &mut *instance.state();
    communication(state, &asked, &id).unwrap_or_else(|reply| reply)
}

/// `GET {base}/Communication/{id}/_history/{version}`: what `Location` names. Only versions that were
/// never changed are kept.
pub(crate) async fn read_version(
    extract::State(instance): extract::State<Arc<Instance>>,
    asked: Asked,
    Path((id, version)): Path<(String, u32)>,
) -> Reply {
    let state = &mut *instance.state();
    let current = state
        .store
        .find(&id)
        .is_some_and(|index| state.store.record(index).version == version);
    match communication(state, &asked, &id) {
        Ok(_) if !current => outcome(404, "not-found", "no such version"),
        Ok(reply) | Err(reply) => reply,
    }
}

fn communication(state: &mut State, asked: &Asked, id: &str) -> Result<Reply, Reply> {
    let person = access::person(state, asked, "Communication", 'r')?;
    let Some(index) = state.store.find(id) else {
        return Err(outcome(404, "not-found", "no such Communication"));
    };
    let record = state.store.record(index);
    if record.taken_from == Some(person) {
        return Err(outcome(404, "not-found", "no such Communication"));
    }
    if record.person != person {
        return Err(outcome(403, "forbidden", "another patient's Communication"));
    }
    let deleted = state.faults.find(|kind| match kind {
        FaultKind::Deleted { how } => Some(how),
        _ => None,
    });
    match deleted.filter(|_| record.deleted) {
        Some(DeletedAs::NotFound) => {
            return Err(outcome(404, "not-found", "no such Communication"));
        }
        None if record.deleted => {
            return Err(outcome(410, "deleted", "this Communication was deleted"));
        }
        _ => {}
    }
    let forms = Forms::of(state);
    let record = state.store.record(index);
    if forms.fails(record) {
        return Err(outcome(500, "exception", "this record cannot be served"));
    }
    let Some(body) = dress::dressed(state, &forms, person, index) else {
        return Err(outcome(404, "not-found", "no such Communication"));
    };
    let mut reply = match none_match(&asked.headers, &etag(record)) {
        true => empty(304),
        false => with_body(200, FHIR_JSON, dress::body(body.into_owned())),
    };
    validators(&mut reply, record);
    Ok(reply)
}

fn etag(record: &Record) -> String {
    format!("W/\"{}\"", record.version)
}

pub(super) fn validators(reply: &mut Reply, record: &Record) {
    set(reply, header::ETAG, &etag(record));
    let modified = clock::http_date(record.updated);
    set(reply, header::LAST_MODIFIED, &modified);
}

/// `GET {base}/Practitioner/{id}`: somebody who wrote to the person, where senders have resources.
pub(crate) async fn practitioner(
    extract::State(instance): extract::State<Arc<Instance>>,
    asked: Asked,
    Path(id): Path<String>,
) -> Reply {
    let state = &mut *instance.state();
    let person = match access::person(state, &asked, "Communication", 'r') {
        Ok(person) => person,
        Err(reply) => return reply,
    };
    let form = dress::sender_form(state);
    let has_resource = !matches!(form, None | Some(SenderForm::Contained));
    let mut theirs = state.store.timeline(person).iter();
    let name = theirs.find_map(|&index| {
        let name = &state.store.record(index).meant.from;
        (has_resource && dress::practitioner_id(name) == id).then_some(name)
    });
    match name {
        Some(name) => with_body(200, FHIR_JSON, dress::practitioner(&id, name).to_string()),
        None => outcome(404, "not-found", "no such Practitioner"),
    }
}

/// `GET {base}/Patient/{id}`
pub(crate) async fn read_patient(
    extract::State(instance): extract::State<Arc<Instance>>,
    asked: Asked,
    Path(id): Path<String>,
) -> Reply {
    let base = instance.base();
    let state = &mut *instance.state();
    let person = match access::person(state, &asked, "Patient", 'r') {
        Ok(person) => &state.people[person],
        Err(reply) => return reply,
    };
    let older = person.old_patient.as_deref() == Some(id.as_str());
    if person.patient != id && !older {
        // The same for a patient that is not there, so that ids cannot be tried out.
        return outcome(403, "forbidden", "another patient");
    }
    let resource = person.resource(&base, state.store.started, older);
    let mut reply = match none_match(&asked.headers, "W/\"1\"") {
        true => empty(304),
        false => with_body(200, FHIR_JSON, resource.to_string()),
    };
    set(&mut reply, header::ETAG, "W/\"1\"");
    reply
}

/// `GET {base}/Patient?_id=…`
pub(crate) async fn search_patient(
    extract::State(instance): extract::State<Arc<Instance>>,
    asked: Asked,
    RawQuery(query): RawQuery,
) -> Reply {
    let base = instance.base();
    let state = &mut *instance.state();
    let person = match access::person(state, &asked, "Patient", 's') {
        Ok(person) => &state.people[person],
        Err(reply) => return reply,
    };
    let query = query.unwrap_or_default();
    let mut matches = true;
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match name.as_ref() {
            "_id" => matches &= value.split(',').any(|id| id == person.patient),
            "_format" | "_count" => {}
            other if super::criteria::strict(&asked.headers) => {
                let text = format!("the parameter {other} is not supported");
                return outcome(400, "not-supported", &text);
            }
            _ => {}
        }
    }
    let mut bundle = json!({
        "resourceType": "Bundle",
        "type": "searchset",
        "total": usize::from(matches),
        "link": [{ "relation": "self", "url": format!("{base}/Patient?{query}") }],
    });
    if matches {
        bundle["entry"] = json!([{
            "fullUrl": format!("{base}/Patient/{}", person.patient),
            "resource": person.resource(&base, state.store.started, false),
            "search": { "mode": "match" },
        }]);
    }
    with_body(200, FHIR_JSON, bundle.to_string())
}
