//! What the clinic keeps: a patient, and a handful of messages about them.

use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::fhir;
use crate::people::{ANA, BEN, Person};

/// Texts of the messages of one patient, oldest first.
pub(crate) const TEXTS: [&str; 5] = [
    "Your repeat prescription is ready at the front desk.",
    "Please fast for eight hours before the blood test.",
    "The blood test looks as it should.",
    "Your appointment is moved to Thursday at ten.",
    "Bring the letter of your dentist, please.",
];

/// The CapabilityStatement.
pub(super) fn capabilities() -> Value {
    let parameter = |name: &str, kind: &str| json!({ "name": name, "type": kind });
    json!({
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2026-01-01",
        "kind": "instance",
        "software": { "name": "Interop clinic" },
        "implementation": { "description": "A clinic behind an authorization server of somebody else" },
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json"],
        "rest": [{
            "mode": "server",
            "resource": [
                {
                    "type": "Communication",
                    "interaction": [{ "code": "search-type" }],
                    "searchParam": [
                        parameter("_lastUpdated", "date"),
                        parameter("identifier", "token"),
                        parameter("subject", "reference"),
                    ],
                },
                { "type": "Patient", "interaction": [{ "code": "read" }] },
            ],
        }],
    })
}

/// The record that was asked for, if `patient` may see it.
pub(super) fn answer(
    kind: &str,
    id: Option<&str>,
    query: Option<&str>,
    headers: &HeaderMap,
    patient: &str,
) -> Response {
    let person = [ANA, BEN]
        .into_iter()
        .find(|person| person.patient == patient);
    match (kind, id, person) {
        ("Patient", Some(id), Some(person)) if id == patient => fhir(record(&person)),
        ("Communication", None, Some(person)) => {
            let strict = headers
                .get("prefer")
                .is_some_and(|prefer| prefer == "handling=strict");
            search(query.unwrap_or_default(), strict, &person)
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

fn record(person: &Person) -> Value {
    let (given, family) = person.name.split_once(' ').unwrap_or((person.name, ""));
    json!({
        "resourceType": "Patient",
        "id": person.patient,
        "name": [{ "use": "official", "family": family, "given": [given] }],
    })
}

/// When message `n` was last changed.
fn updated(n: usize) -> String {
    format!("2026-02-{:02}T09:30:00.000Z", n + 1)
}

fn message(person: &Person, n: usize, text: &str) -> Value {
    json!({
        "resourceType": "Communication",
        "id": format!("{}-{n}", person.patient),
        "meta": { "versionId": "1", "lastUpdated": updated(n) },
        "status": "completed",
        "subject": { "reference": format!("Patient/{}", person.patient) },
        "recipient": [{ "reference": format!("Patient/{}", person.patient) }],
        "sender": { "display": "Linden Clinic" },
        "topic": { "text": format!("Note {n}") },
        "sent": updated(n),
        "payload": [{ "contentString": text }],
    })
}

/// A search that knows the parameters it announced, and refuses others when asked to be strict.
fn search(query: &str, strict: bool, person: &Person) -> Response {
    let mut hits: Vec<(String, Value)> = TEXTS
        .iter()
        .enumerate()
        .map(|(n, text)| (updated(n), message(person, n, text)))
        .collect();
    let mut most = usize::MAX;
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match name.as_ref() {
            "subject" | "patient" => {
                let own = format!("Patient/{}", person.patient);
                if !value.split(',').any(|reference| reference == own) {
                    hits.clear();
                }
            }
            // All instants here are written in one way, so that their order is the alphabet's.
            "_lastUpdated" => match value.strip_prefix("ge") {
                Some(from) => hits.retain(|(at, _)| at.as_str() >= from),
                None => return unsupported(&name),
            },
            "identifier" => hits.clear(),
            "_sort" if value == "_lastUpdated" => {}
            "_count" => most = value.parse().unwrap_or(most),
            _ if strict => return unsupported(&name),
            _ => {}
        }
    }
    let total = hits.len();
    let entry: Vec<Value> = hits
        .into_iter()
        .take(most)
        .map(|(_, resource)| json!({ "resource": resource, "search": { "mode": "match" } }))
        .collect();
    fhir(json!({ "resourceType": "Bundle", "type": "searchset", "total": total, "entry": entry }))
}

fn unsupported(name: &str) -> Response {
    let outcome = json!({
        "resourceType": "OperationOutcome",
        "issue": [{ "severity": "error", "code": "not-supported", "diagnostics": format!("{name} is not supported here") }],
    });
    (StatusCode::BAD_REQUEST, fhir(outcome)).into_response()
}
