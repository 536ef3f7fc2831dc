//! The CapabilityStatement: what this portal does, and nothing that it does not.

use std::sync::Arc;

use axum::extract;
use serde_json::{Value, json};

use crate::clock;
use crate::fault::{FaultKind, FileFault, Lacking};
use crate::instance::Instance;
use crate::reply::{FHIR_JSON, Reply, with_body};

fn parameter(name: &str, kind: &str) -> Value {
    json!({ "name": name, "type": kind })
}

fn lacks(what: Lacking) -> FaultKind {
    FaultKind::Lacks { what }
}

/// `GET {base}/metadata`
pub(crate) async fn metadata(extract::State(instance): extract::State<Arc<Instance>>) -> Reply {
    let issuer = instance.issuer();
    let (started, takes_files, takes_messages, has_messages, has_documents, has_labs) = {
        let state = instance.state();
        let not_taken = FaultKind::File {
            how: FileFault::NotTaken,
        };
        (
            state.store.started,
            !state.faults.on(|kind| kind == not_taken),
            !state.faults.on(|kind| kind == lacks(Lacking::Sending)),
            !state.faults.on(|kind| kind == lacks(Lacking::Messages)),
            super::documents::are_there(&state),
            state.labs.offered,
        )
    };
    let mut files = vec![json!({ "code": "read" })];
    if takes_files {
        files.push(json!({ "code": "create" }));
    }
    let mut messages = vec![json!({ "code": "read" }), json!({ "code": "search-type" })];
    if takes_messages {
        messages.push(json!({ "code": "create" }));
    }
    let mut documents = json!({ "type": "DocumentReference", "interaction": [{ "code": "read" }] });
    if has_documents {
        documents["interaction"] = json!([{ "code": "read" }, { "code": "search-type" }]);
        documents["searchParam"] = json!([
            parameter("_id", "token"),
            parameter("_lastUpdated", "date"),
            parameter("patient", "reference"),
        ]);
    }
    let oauth = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris";
    let service = "http://terminology.hl7.org/CodeSystem/restful-security-service";
    let mut statement = json!({
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": clock::instant(started),
        "kind": "instance",
        "software": { "name": "Pericard reference portal", "version": env!("CARGO_PKG_VERSION") },
        "implementation": { "description": "Linden Clinic", "url": instance.base() },
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json"],
        "rest": [{
            "mode": "server",
            "security": {
                "service": [{ "coding": [{ "system": service, "code": "SMART-on-FHIR" }] }],
                "extension": [{ "url": oauth, "extension": [
                    { "url": "authorize", "valueUri": format!("{issuer}/authorize") },
                    { "url": "token", "valueUri": format!("{issuer}/token") },
                    { "url": "revoke", "valueUri": format!("{issuer}/revoke") },
                ] }],
            },
            "resource": [
                {
                    "type": "Communication",
                    "versioning": "versioned",
                    "interaction": messages,
                    "conditionalCreate": takes_messages,
                    "conditionalRead": "not-match",
                    "updateCreate": false,
                    "searchParam": [
                        parameter("_id", "token"),
                        parameter("_lastUpdated", "date"),
                        parameter("identifier", "token"),
                        parameter("part-of", "reference"),
                        parameter("patient", "reference"),
                        parameter("recipient", "reference"),
                        parameter("sender", "reference"),
                        parameter("subject", "reference"),
                    ],
                },
                {
                    "type": "Patient",
                    "interaction": [{ "code": "read" }, { "code": "search-type" }],
                    "conditionalRead": "not-match",
                    "searchParam": [parameter("_id", "token")],
                },
                {
                    "type": "CareTeam",
                    "interaction": [{ "code": "read" }, { "code": "search-type" }],
                    "searchParam": [parameter("patient", "reference")],
                },
                {
                    "type": "RelatedPerson",
                    "interaction": [{ "code": "read" }, { "code": "search-type" }],
                    "conditionalRead": "not-match",
                    "searchParam": [parameter("_id", "token"), parameter("patient", "reference")],
                },
                {
                    "type": "Person",
                    "interaction": [{ "code": "read" }, { "code": "search-type" }],
                    "conditionalRead": "not-match",
                    "searchParam": [
                        parameter("_id", "token"),
                        parameter("link", "reference"),
                        parameter("patient", "reference"),
                    ],
                },
                { "type": "Binary", "interaction": files },
                documents,
            ],
        }],
    });
    let resources = &mut statement["rest"][0]["resource"];
    if has_labs && let Some(resources) = resources.as_array_mut() {
        for kind in ["Observation", "DiagnosticReport"] {
            resources.push(json!({
                "type": kind,
                "interaction": [{ "code": "read" }, { "code": "search-type" }],
                "searchParam": [
                    parameter("_id", "token"),
                    parameter("_lastUpdated", "date"),
                    parameter("category", "token"),
                    parameter("patient", "reference"),
                ],
            }));
        }
    }
    if !has_messages && let Some(resources) = statement["rest"][0]["resource"].as_array_mut() {
        resources.retain(|resource| resource["type"] != "Communication");
    }
    with_body(200, FHIR_JSON, statement.to_string())
}
