//! HL7's own examples of what laboratories and clinics write, and a record that Synthea's modules made: nothing is lost, and
//! nothing is unreadable.

use std::collections::BTreeSet;
use std::path::Path;

use pericard::{DocumentKind, FileProblem, FileState, LabReport};
use pericard_guarantees::{Harness, documents, labs, run, sync};
use pericard_protocol::fhir::diagnostic_report::DiagnosticReport;
use pericard_protocol::fhir::document_reference::DocumentReference;
use pericard_protocol::fhir::observation::Observation;
use pericard_protocol::fhir::page::Parse;
use serde_json::{Value, json};

/// What a laboratory's records are marked with in the examples; one without a category is one of them.
const LABORATORY: [&str; 4] = ["laboratory", "LAB", "HM", "MB"];

/// Every example, those in bundles included.
fn examples() -> Vec<Value> {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let folders = ["hl7-r4", "synthea"].map(|name| std::fs::read_dir(all.join(name)).unwrap());
    let entries = folders.into_iter().flatten();
    let mut files: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|it| it == "json"))
        .collect();
    files.sort();
    let mut all = Vec::new();
    for file in files {
        let resource: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
        match resource["resourceType"] == "Bundle" {
            true => {
                let entries = resource["entry"].as_array().unwrap().iter();
                all.extend(entries.map(|entry| entry["resource"].clone()));
            }
            false => all.push(resource),
        }
    }
    all.retain(|it| {
        ["Observation", "DiagnosticReport", "DocumentReference"]
            .iter()
            .any(|kind| it["resourceType"] == *kind)
    });
    all
}

fn is_shown_among_labs(resource: &Value) -> bool {
    let categories = resource["category"].as_array().into_iter().flatten();
    let codings = categories.flat_map(|it| it["coding"].as_array().into_iter().flatten());
    let codes: Vec<&str> = codings.filter_map(|it| it["code"].as_str()).collect();
    let withdrawn = ["cancelled", "entered-in-error"];
    let is_lab = resource["category"].is_null() || codes.iter().any(|it| LABORATORY.contains(it));
    is_lab && !withdrawn.iter().any(|it| resource["status"] == *it)
}

#[test]
fn every_example_is_read() {
    let all = examples();
    assert!(all.len() > 240, "{}", all.len());
    for resource in all {
        let body = resource.to_string().into_bytes();
        let read = match resource["resourceType"].as_str().unwrap() {
            "Observation" => Observation::of_body(&body).map(drop),
            "DiagnosticReport" => DiagnosticReport::of_body(&body).map(drop),
            _ => DocumentReference::of_body(&body).map(drop),
        };
        assert!(
            read.is_ok(),
            "{} {}: {read:?}",
            resource["resourceType"],
            resource["id"]
        );
    }
}

#[test]
fn every_example_of_a_laboratory_is_shown() {
    run(async {
        let harness =
            Harness::with(json!({ "ana": { "threads": 1, "messages": 1, "documents": 1 } })).await;
        let mut wanted = (BTreeSet::new(), 0);
        let mut given: Vec<Value> = examples();
        given.retain(|it| it["resourceType"] != "DocumentReference");
        for resource in &mut given {
            // They are all about one patient here.
            resource.as_object_mut().unwrap().remove("subject");
            harness
                .portal(json!({ "lab": { "who": "ana", "resource": resource } }))
                .await;
            match resource["resourceType"] == "Observation" {
                true if is_shown_among_labs(resource) => {
                    wanted.0.insert(resource["id"].to_string());
                }
                false if is_shown_among_labs(resource) => wanted.1 += 1,
                _ => {}
            }
        }
        let ana = harness.sign_in("ana").await.unwrap();
        sync(&ana).await.unwrap();
        let state = labs(&ana).state().await.unwrap();
        assert_eq!(
            (state.held, state.unreadable, state.incomplete),
            (0, 0, None)
        );
        let reports = labs(&ana).reports(None, 500).await.unwrap().reports;
        let named = |report: &&LabReport| !report.name.is_empty();
        assert_eq!(reports.iter().filter(named).count(), wanted.1);
        let mut results = BTreeSet::new();
        for report in reports {
            let found = labs(&ana).report(report.id).await.unwrap();
            results.extend(
                found
                    .results
                    .into_iter()
                    .map(|it| it.id.as_str().to_owned()),
            );
        }
        assert_eq!(results.len(), wanted.0.len());

        // The one that comes as a file is among the documents.
        let state = documents(&ana).state().await.unwrap();
        assert_eq!(
            (state.held, state.unreadable, state.incomplete),
            (0, 0, None)
        );
        let found = documents(&ana)
            .documents(None, None, 500)
            .await
            .unwrap()
            .documents;
        assert_eq!(found.len(), 2);
        let report = found
            .iter()
            .find(|it| it.kind == DocumentKind::Other)
            .unwrap();
        assert_eq!(report.files[0].content_type, "application/pdf");
        // The example's hash is not that of its content, which is told and not shown.
        let reason = FileProblem::Mismatch;
        assert_eq!(report.files[0].state, FileState::Unavailable { reason });
    });
}
