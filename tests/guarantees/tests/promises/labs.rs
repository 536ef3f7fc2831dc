//! MyQuest and Walgreens, for lab results: whose they are, what they say, and what is never made of them.

use std::sync::Arc;

use pericard::{
    AccessAction, Account, ExportFormat, Feature, FeatureState, LabComparator, LabReport,
    LabResult, LabStatus, LabValue, PericardError, SignInMethod,
};
use pericard_guarantees::{Harness, documents, inbox, labs, run, sync, threads};
use serde_json::{Value, json};

use crate::copies::copy;

/// Ana and Ben at a portal whose laboratory has said nothing of Ana yet.
async fn ana() -> (Harness, Arc<Account>) {
    let harness = Harness::with(json!({
        "ana": { "threads": 1, "messages": 2 }, "ben": { "threads": 1, "messages": 2, "labs": true } }))
    .await;
    let ana = harness.sign_in("ana").await.unwrap();
    sync(&ana).await.unwrap();
    assert!(reports(&ana).await.is_empty());
    (harness, ana)
}

async fn gives_out(harness: &Harness, resource: Value) {
    harness
        .portal(json!({ "lab": { "who": "ana", "resource": resource } }))
        .await;
}

async fn reports(account: &Account) -> Vec<LabReport> {
    labs(account).reports(None, 500).await.unwrap().reports
}

/// Every result, report by report.
async fn results(account: &Account) -> Vec<LabResult> {
    let mut all = Vec::new();
    for report in reports(account).await {
        all.extend(labs(account).report(report.id).await.unwrap().results);
    }
    all
}

fn result(id: &str, more: Value) -> Value {
    let mut resource = json!({ "resourceType": "Observation", "id": id, "status": "final",
        "category": [{ "coding": [{ "code": "laboratory" }] }], "code": { "text": "Potassium" },
        "effectiveDateTime": "2026-03-05T10:20:30Z", "valueQuantity": { "value": 4.2, "unit": "mmol/L" } });
    for (name, value) in more.as_object().unwrap() {
        resource[name] = value.clone();
    }
    resource
}

fn report(id: &str, more: Value) -> Value {
    let mut resource = result(
        id,
        json!({ "resourceType": "DiagnosticReport", "code": { "text": "Panel" },
        "category": [{ "coding": [{ "code": "LAB" }] }] }),
    );
    for (name, value) in more.as_object().unwrap() {
        resource[name] = value.clone();
    }
    resource
}

async fn bens(harness: &Harness) -> Value {
    let _ = harness;
    json!({ "reference": "Patient/somebody-else" })
}

#[test]
fn somebody_elses_result_is_never_stored_or_shown_and_stops_labs_alone() {
    run(async {
        let (harness, ana) = ana().await;
        gives_out(&harness, result("own", json!({}))).await;
        let subject = bens(&harness).await;
        gives_out(&harness, result("foreign", json!({ "subject": subject }))).await;
        let error = sync(&ana).await.unwrap_err();
        assert!(
            matches!(error, PericardError::Integrity { .. }),
            "{error:?}"
        );
        assert!(results(&ana).await.is_empty());
        let features = ana.features(Vec::new()).await.unwrap();
        for status in features {
            let stopped = matches!(status.state, FeatureState::Stopped { .. });
            assert_eq!(stopped, status.feature == Feature::Labs, "{status:?}");
        }
        assert_eq!(threads(&ana).await.unwrap().len(), 1);

        // The counter-test: without it, the same page is stored.
        gives_out(
            &harness,
            json!({ "resourceType": "Observation", "id": "foreign", "deleted": true }),
        )
        .await;
        sync(&ana).await.unwrap();
        assert_eq!(results(&ana).await.len(), 1);
    });
}

#[test]
fn a_result_without_a_subject_is_held_and_costs_only_itself() {
    run(async {
        let (harness, ana) = ana().await;
        gives_out(&harness, result("own", json!({}))).await;
        gives_out(&harness, result("nobody", json!({ "subject": null }))).await;
        let another =
            json!({ "subject": null, "performer": [{ "reference": "Patient/somebody-else" }] });
        gives_out(&harness, result("another", another)).await;
        sync(&ana).await.unwrap();
        assert_eq!(results(&ana).await.len(), 1);
        assert_eq!(labs(&ana).state().await.unwrap().held, 2);
        // Once it says whom it is about, it is here.
        gives_out(&harness, result("nobody", json!({}))).await;
        sync(&ana).await.unwrap();
        assert_eq!(results(&ana).await.len(), 2);
    });
}

#[test]
fn a_report_that_contains_a_result_of_somebody_else_is_held() {
    run(async {
        let (harness, ana) = ana().await;
        let inner = |subject: Value| {
            json!([{ "resourceType": "Observation", "id": "a", "status": "final", "code": { "text": "Sodium" },
                "subject": subject, "valueInteger": 140 }])
        };
        let results_of = json!([{ "reference": "#a" }]);
        let foreign = json!({ "contained": inner(bens(&harness).await), "result": results_of });
        gives_out(&harness, report("r", foreign)).await;
        sync(&ana).await.unwrap();
        assert!(reports(&ana).await.is_empty());
        assert_eq!(labs(&ana).state().await.unwrap().held, 1);
        let own = json!({ "contained": inner(Value::Null), "result": results_of });
        gives_out(&harness, report("r", own)).await;
        sync(&ana).await.unwrap();
        let here = results(&ana).await;
        assert_eq!(here[0].measured.value, LabValue::Integer { value: 140 });
        // Whoever has it open finds it when the report has changed.
        let changed = json!({ "contained": inner(Value::Null), "result": results_of, "conclusion": "All is well." });
        gives_out(&harness, report("r", changed)).await;
        sync(&ana).await.unwrap();
        let found = labs(&ana).result(here[0].id.clone()).await.unwrap();
        assert_eq!(found, here[0]);
        // What it does not contain any more is gone.
        gives_out(&harness, report("r", json!({ "conclusion": "Nothing." }))).await;
        sync(&ana).await.unwrap();
        let gone = labs(&ana).result(here[0].id.clone()).await;
        assert_eq!(gone, Err(PericardError::NotFound));
    });
}

#[test]
fn results_are_grouped_as_the_laboratory_did_in_whatever_order_they_come() {
    run(async {
        let (harness, ana) = ana().await;
        gives_out(&harness, result("b", json!({}))).await;
        gives_out(
            &harness,
            result("member", json!({ "code": { "text": "Sodium" } })),
        )
        .await;
        sync(&ana).await.unwrap();
        // Without a report they stand under their day.
        assert_eq!(reports(&ana).await.len(), 1);
        assert_eq!(reports(&ana).await[0].name, "");
        let panel =
            json!({ "valueQuantity": null, "hasMember": [{ "reference": "Observation/member" }] });
        gives_out(&harness, result("panel", panel)).await;
        let named = json!({ "result": [{ "reference": "Observation/panel" }, { "reference": "Observation/b" },
            { "reference": "Observation/nowhere" }] });
        gives_out(&harness, report("r", named)).await;
        sync(&ana).await.unwrap();
        let listed = reports(&ana).await;
        assert_eq!((listed.len(), listed[0].name.as_str()), (1, "Panel"));
        let found = labs(&ana).report(listed[0].id.clone()).await.unwrap();
        let names: Vec<_> = found
            .results
            .iter()
            .map(|it| it.measured.name.as_str())
            .collect();
        assert_eq!(names, ["Potassium", "Sodium", "Potassium"]);
        assert_eq!(found.missing, 1);
        // The report is withdrawn: its results are not.
        gives_out(
            &harness,
            report("r", json!({ "status": "entered-in-error" })),
        )
        .await;
        sync(&ana).await.unwrap();
        assert_eq!(reports(&ana).await[0].name, "");
        assert_eq!(results(&ana).await.len(), 3);
    });
}

#[test]
fn a_correction_is_marked_and_what_is_withdrawn_is_shown_no_longer() {
    run(async {
        let (harness, ana) = ana().await;
        gives_out(&harness, result("a", json!({ "status": "preliminary" }))).await;
        sync(&ana).await.unwrap();
        let first = &reports(&ana).await[0];
        assert!(first.unread);
        assert_eq!(results(&ana).await[0].status, LabStatus::Preliminary);
        labs(&ana).mark_read(first.id.clone()).await.unwrap();
        assert!(!reports(&ana).await[0].unread);
        let corrected =
            json!({ "status": "corrected", "valueQuantity": { "value": 4.4, "unit": "mmol/L" } });
        gives_out(&harness, result("a", corrected)).await;
        sync(&ana).await.unwrap();
        assert_eq!(results(&ana).await[0].status, LabStatus::Corrected);
        assert!(reports(&ana).await[0].unread);
        let id = results(&ana).await[0].id.clone();
        gives_out(&harness, result("a", json!({ "status": "cancelled" }))).await;
        sync(&ana).await.unwrap();
        assert!(reports(&ana).await.is_empty());
        assert_eq!(labs(&ana).result(id).await, Err(PericardError::NotFound));
    });
}

#[test]
fn units_that_do_not_compare_are_never_in_one_series() {
    run(async {
        let (harness, ana) = ana().await;
        let loinc = json!({ "coding": [{ "system": "http://loinc.org", "code": "2160-0", "display": "Creatinine" }] });
        let given = [
            (1.0, "mg/dL"),
            (12.0, "mg/L"),
            (97.0, "umol/L"),
            (1.1, "mg/dL"),
        ];
        for (n, (value, unit)) in given.into_iter().enumerate() {
            let quantity = json!({ "value": value, "unit": unit, "code": unit, "system": "http://unitsofmeasure.org" });
            let at = format!("2026-03-0{}", n + 1);
            let more = json!({ "code": loinc, "valueQuantity": quantity, "effectiveDateTime": at });
            gives_out(&harness, result(&format!("c{n}"), more)).await;
        }
        let words = json!({ "code": loinc, "valueQuantity": null, "valueString": "1.2 mg/dL" });
        gives_out(&harness, result("words", words)).await;
        sync(&ana).await.unwrap();
        let id = results(&ana).await[0].id.clone();
        let trend = labs(&ana).trend(id).await.unwrap();
        let series: Vec<_> = trend
            .series
            .iter()
            .map(|series| {
                let points = series.points.iter().map(|it| (it.value, it.converted));
                (series.unit.as_str(), points.collect::<Vec<_>>())
            })
            .collect();
        let [(first, points), (second, others)] = &series[..] else {
            panic!("{series:?}");
        };
        assert_eq!((*first, *second), ("mg/dL", "umol/L"));
        assert_eq!(points.len(), 3);
        assert!(
            (points[1].0 - 1.2).abs() < 1e-9 && points[1].1,
            "{points:?}"
        );
        assert_eq!(others, &[(97.0, false)]);
    });
}

#[test]
fn what_is_odd_costs_only_itself_and_is_never_taken_for_something_else() {
    run(async {
        let (harness, ana) = ana().await;
        let value = |value: Value| json!({ "valueQuantity": value });
        gives_out(
            &harness,
            result(
                "huge",
                json!({ "valueQuantity": { "value": 1e300, "comparator": "~" } }),
            ),
        )
        .await;
        gives_out(
            &harness,
            result("zero", value(json!({ "value": -0.0, "unit": "mmol/L" }))),
        )
        .await;
        gives_out(
            &harness,
            result(
                "words",
                json!({ "valueQuantity": null, "valueString": "5.4 mmol/L" }),
            ),
        )
        .await;
        gives_out(
            &harness,
            result(
                "none",
                json!({ "valueQuantity": 7, "dataAbsentReason": { "text": "clotted" } }),
            ),
        )
        .await;
        gives_out(
            &harness,
            result(
                "bare",
                json!({ "category": null, "code": "x", "effectiveDateTime": "soon" }),
            ),
        )
        .await;
        gives_out(
            &harness,
            result(
                "xray",
                json!({ "category": [{ "coding": [{ "code": "imaging" }] }] }),
            ),
        )
        .await;
        gives_out(
            &harness,
            report(
                "mri",
                json!({ "category": [{ "coding": [{ "code": "RAD" }] }] }),
            ),
        )
        .await;
        gives_out(&harness, report("micro", json!({ "code": { "text": "Culture" }, "text": { "div": "<div><script>x</script>No growth</div>" } }))).await;
        let upside = json!({ "referenceRange": [{ "low": { "value": 5 }, "high": { "value": 3 }, "text": "3 to 5" }] });
        gives_out(&harness, result("upside", upside)).await;
        sync(&ana).await.unwrap();
        let found = results(&ana).await;
        assert_eq!(found.len(), 6);
        let has = |wanted: &dyn Fn(&LabResult) -> bool| {
            assert_eq!(found.iter().filter(|it| wanted(it)).count(), 1)
        };
        let quantity = |it: &LabResult| match &it.measured.value {
            LabValue::Quantity { quantity } => Some(quantity.clone()),
            _ => None,
        };
        has(&|it| quantity(it).is_some_and(|q| q.comparator == LabComparator::Other));
        has(&|it| {
            quantity(it)
                .is_some_and(|q| q.number == Some(0.0) && q.number.unwrap().is_sign_positive())
        });
        has(&|it| {
            it.measured.value
                == LabValue::Text {
                    text: "5.4 mmol/L".into(),
                }
        });
        has(&|it| it.measured.value == LabValue::Nothing && it.measured.absent == "clotted");
        has(&|it| {
            it.measured
                .ranges
                .iter()
                .any(|range| range.text == "3 to 5")
        });
        let culture = reports(&ana)
            .await
            .into_iter()
            .find(|it| it.name == "Culture")
            .unwrap();
        assert_eq!(culture.narrative, "No growth");
        assert!(reports(&ana).await.iter().all(|it| it.name != "Panel"));
    });
}

#[test]
fn a_policy_switches_labs_off_and_on_again_and_leaves_messages_alone() {
    run(async {
        let (harness, ana) = ana().await;
        gives_out(&harness, result("a", json!({}))).await;
        harness
            .portal(json!({ "policy": { "features": { "labs": { "state": "off", "cached": false } } } }))
            .await;
        ana.check_policy().await.unwrap();
        sync(&ana).await.unwrap();
        let refused = labs(&ana).reports(None, 5).await;
        assert_eq!(refused, Err(PericardError::SwitchedOff));
        assert_eq!(threads(&ana).await.unwrap().len(), 1);
        harness
            .portal(json!({ "policy": { "features": { "labs": { "state": "read_only" } } } }))
            .await;
        ana.check_policy().await.unwrap();
        sync(&ana).await.unwrap();
        assert_eq!(reports(&ana).await.len(), 1);
    });
}

#[test]
fn opening_a_report_is_in_the_access_log_and_a_copy_has_its_results() {
    run(async {
        let (harness, ana) = ana().await;
        let usual = json!({ "interpretation": [{ "coding": [{ "code": "H" }] }],
            "referenceRange": [{ "low": { "value": 3.5, "unit": "mmol/L" }, "text": "adults" }],
            "component": [{ "code": { "text": "Part" }, "valueInteger": 7 }] });
        gives_out(&harness, result("a", usual)).await;
        let inner = json!([{ "resourceType": "Observation", "id": "x", "status": "corrected",
            "code": { "text": "<b>Sodium</b>" }, "valueInteger": 140 }]);
        let named = json!({ "contained": inner, "conclusion": "All is <i>well</i>.", "effectiveDateTime": "2026-03-06",
            "result": [{ "reference": "#x" }, { "reference": "Observation/a" }] });
        gives_out(&harness, report("r", named)).await;
        let again = json!({ "result": [{ "reference": "Observation/a" }], "code": { "text": "Potassium again" } });
        gives_out(&harness, report("again", again)).await;
        gives_out(
            &harness,
            result("alone", json!({ "effectiveDateTime": "2026-03" })),
        )
        .await;
        sync(&ana).await.unwrap();
        let id = reports(&ana).await[0].id.clone();
        labs(&ana).report(id).await.unwrap();
        let log = ana.access_log(None, 50).await.unwrap();
        assert!(
            log.entries
                .iter()
                .any(|it| it.action == AccessAction::LabResultOpened)
        );
        let text = copy(&ana, ExportFormat::Fhir, None).await.unwrap();
        let bundle: Value = serde_json::from_str(&text).unwrap();
        let entries = bundle["entry"].as_array().unwrap().iter();
        let resources: Vec<&Value> = entries.map(|entry| &entry["resource"]).collect();
        let of = |kind: &str, id: &str| {
            let mut found = resources
                .iter()
                .filter(|it| it["resourceType"] == kind && it["id"] == id);
            let one = *found.next().unwrap_or_else(|| panic!("{kind}/{id}"));
            assert!(found.next().is_none(), "{kind}/{id}");
            one
        };
        let copied = of("DiagnosticReport", "r");
        assert_eq!(
            copied["result"],
            json!([{ "reference": "Observation/r.0" }, { "reference": "Observation/a" }])
        );
        assert_eq!(copied["effectiveDateTime"], "2026-03-06");
        assert_eq!(copied["conclusion"], "All is <i>well</i>.");
        let sodium = of("Observation", "r.0");
        assert_eq!(
            (&sodium["status"], &sodium["valueInteger"]),
            (&json!("corrected"), &json!(140))
        );
        let potassium = of("Observation", "a");
        assert_eq!(potassium["valueQuantity"]["value"], json!(4.2));
        assert_eq!(potassium["interpretation"][0]["coding"][0]["code"], "H");
        assert_eq!(
            potassium["referenceRange"],
            json!([{ "low": { "value": 3.5, "unit": "mmol/L" }, "text": "adults" }])
        );
        assert_eq!(potassium["component"][0]["valueInteger"], json!(7));
        assert_eq!(of("Observation", "alone")["effectiveDateTime"], "2026-03");
        // A day is no report of the laboratory's.
        let reports = resources
            .iter()
            .filter(|it| it["resourceType"] == "DiagnosticReport");
        assert_eq!(reports.count(), 2);
        let html = copy(&ana, ExportFormat::Html, None).await.unwrap();
        assert!(
            html.contains("4.2 mmol/L") && html.contains("&lt;b&gt;Sodium"),
            "{html}"
        );
        assert!(html.contains("≥ 3.5 mmol/L, adults") && html.contains("Part: 7"));
        assert!(!html.contains("<b>Sodium") && !html.contains("<i>well"));
    });
}

#[test]
fn a_period_is_shown_as_the_laboratory_wrote_it_and_an_empty_one_is_nothing() {
    run(async {
        let (harness, ana) = ana().await;
        for (id, period, wanted) in [
            (
                "both",
                json!({ "start": "2026-03-05T08:00:00Z", "end": "2026-03-06T08:00:00Z" }),
                "2026-03-05T08:00:00Z – 2026-03-06T08:00:00Z",
            ),
            ("begun", json!({ "start": "2026-03" }), "2026-03 –"),
            ("empty", json!({ "start": 7 }), ""),
        ] {
            let more = json!({ "valueQuantity": null, "valuePeriod": period, "effectiveDateTime": null,
                "effectivePeriod": { "start": "2026-03-05T08:00:00Z" } });
            gives_out(&harness, result(id, more)).await;
            sync(&ana).await.unwrap();
            let found = results(&ana).await;
            let [one] = &found[..] else {
                panic!("{found:?}");
            };
            match &one.measured.value {
                LabValue::Text { text } => assert_eq!(text, wanted),
                other => assert!(
                    *other == LabValue::Nothing && wanted.is_empty(),
                    "{other:?}"
                ),
            }
            // It counts from when its sample was begun to be taken.
            let begun = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_772_697_600);
            assert_eq!(one.at, begun);
            let gone = json!({ "resourceType": "Observation", "id": id, "deleted": true });
            gives_out(&harness, gone).await;
            let withdrawn = json!({ "status": "entered-in-error" });
            gives_out(&harness, result(id, withdrawn)).await;
            sync(&ana).await.unwrap();
        }
    });
}

#[test]
fn a_record_with_a_hundred_thousand_of_anything_costs_itself_and_no_more() {
    run(async {
        let (harness, ana) = ana().await;
        gives_out(&harness, result("own", json!({}))).await;
        let many = |one: Value| Value::Array(vec![one; 100_000]);
        let named = many(json!({ "reference": "Observation/own" }));
        gives_out(&harness, report("named", json!({ "result": named }))).await;
        let panel = json!({ "hasMember": many(json!({ "reference": "Observation/own" })) });
        gives_out(&harness, result("members", panel)).await;
        let parts = many(json!({ "code": { "text": "x" }, "valueInteger": 1 }));
        gives_out(
            &harness,
            result("components", json!({ "component": parts })),
        )
        .await;
        // What is only shown is cut, and its record is here.
        let ranges = json!({ "referenceRange": many(json!({ "text": "3 to 5" })), "note": many(json!({ "text": "n" })) });
        gives_out(&harness, result("ranges", ranges)).await;
        sync(&ana).await.unwrap();
        let found = results(&ana).await;
        assert_eq!(found.len(), 2, "{}", found.len());
        assert!(
            found
                .iter()
                .all(|it| it.measured.ranges.len() <= 1024 && it.comments.len() <= 1024)
        );
        assert_eq!(labs(&ana).state().await.unwrap().unreadable, 2);
        // Of a report the first are read, and the rest is counted.
        let named = |reports: Vec<LabReport>| {
            let mut named = reports.into_iter();
            named.find(|it| it.name == "Panel").unwrap().id
        };
        let id = named(reports(&ana).await);
        let found = labs(&ana).report(id).await.unwrap();
        assert_eq!((found.results.len(), found.missing), (1, 100_000 - 4096));
        // The counter-test: as many as a laboratory may name are all here.
        let some = vec![json!({ "reference": "Observation/own" }); 1000];
        gives_out(&harness, report("named", json!({ "result": some }))).await;
        sync(&ana).await.unwrap();
        let id = named(reports(&ana).await);
        assert_eq!(labs(&ana).report(id).await.unwrap().missing, 0);
        assert_eq!(labs(&ana).state().await.unwrap().unreadable, 2);
    });
}

/// Somebody who signed in before their portal had lab results: the session may not read them.
#[test]
fn a_grant_from_before_lab_results_costs_them_alone_until_the_next_sign_in() {
    run(async {
        let harness =
            Harness::with(json!({ "ana": { "threads": 1, "messages": 2, "documents": 2 } })).await;
        let ana = harness.sign_in("ana").await.unwrap();
        sync(&ana).await.unwrap();
        gives_out(&harness, result("a", json!({}))).await;
        let new = json!({ "who": "ana", "thread": 0, "text": "Your results are here" });
        harness.portal(json!({ "new_message": new })).await;
        // What the portal offers is asked for anew after a while.
        harness.world.advance(2 * 24 * 3600).await.unwrap();
        sync(&ana).await.unwrap();
        let messages = inbox(&ana).state().await.unwrap();
        assert!(messages.incomplete.is_none() && messages.complete_at.is_some());
        assert_eq!(threads(&ana).await.unwrap()[0].messages, 3);
        assert_eq!(
            documents(&ana)
                .documents(None, None, 50)
                .await
                .unwrap()
                .documents
                .len(),
            2
        );
        assert!(reports(&ana).await.is_empty());
        assert_eq!(labs(&ana).state().await.unwrap().complete_at, None);
        let method = SignInMethod::Native;
        let again = ana.sign_in_again(method, None).await.unwrap();
        let ana = harness.answer("ana", again).await.unwrap();
        sync(&ana).await.unwrap();
        assert_eq!(results(&ana).await.len(), 1);
    });
}

/// The counter-test of all of these: what a real laboratory gives out is here, whole.
#[test]
fn the_seeded_laboratory_is_here_without_a_record_lost() {
    run(async {
        let harness =
            Harness::with(json!({ "ana": { "threads": 1, "messages": 1, "labs": true } })).await;
        let ana = harness.sign_in("ana").await.unwrap();
        sync(&ana).await.unwrap();
        assert_eq!(
            (reports(&ana).await.len(), results(&ana).await.len()),
            (11, 36)
        );
        let state = labs(&ana).state().await.unwrap();
        assert!(state.complete_at.is_some());
        assert_eq!((state.held, state.unreadable), (0, 0));
        assert!(reports(&ana).await.iter().all(|report| !report.unread));
        let all = results(&ana).await;
        let creatinine = all
            .iter()
            .find(|it| it.measured.name == "Creatinine")
            .unwrap();
        let trend = labs(&ana).trend(creatinine.id.clone()).await.unwrap();
        assert_eq!((trend.series.len(), trend.series[0].points.len()), (1, 8));
        assert_eq!(trend.series[0].points[0].low, Some(0.6));
    });
}
