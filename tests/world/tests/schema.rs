//! The JSON Schema beside the stories: every story fits it, and what no runner knows does not.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios")
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn schema() -> jsonschema::Validator {
    jsonschema::validator_for(&read(&folder().join("story.schema.json"))).unwrap()
}

#[test]
fn every_story_fits() {
    let schema = schema();
    let mut stories = 0;
    for file in std::fs::read_dir(folder()).unwrap().flatten() {
        let name = file.file_name().to_string_lossy().into_owned();
        if name.ends_with(".schema.json") || !name.ends_with(".json") {
            continue;
        }
        let errors: Vec<String> = schema
            .iter_errors(&read(&file.path()))
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
        stories += 1;
    }
    assert!(stories >= 10, "{stories} stories");
}

#[test]
fn what_no_runner_knows_does_not_fit() {
    let schema = schema();
    let story = |step: Value| {
        json!({
            "name": "a story",
            "portal": { "people": { "ana": { "threads": 1, "messages": 1 } } },
            "steps": [step],
        })
    };
    for step in [
        json!({ "do": "sync" }),
        json!({ "do": "portal", "withdraw_proxy": { "of": "ana", "for": "mia" } }),
        json!({ "do": "portal", "withdraw_proxy": { "of": "ana", "for": "mia", "how": "ended" } }),
        json!({ "do": "portal", "grant_proxy": { "of": "ana", "for": "mia", "access": "read" } }),
        json!({ "do": "portal", "fault": "ignore_patient_hint" }),
        json!({ "do": "portal", "fault": "status", "code": 403, "body": "html", "times": 1 }),
    ] {
        assert!(schema.is_valid(&story(step.clone())), "{step}");
    }
    let family = |ana: Value| {
        let mut story = story(json!({ "do": "sync" }));
        story["portal"] = json!({ "people": { "ana": ana, "mia": {} }, "fhir_user": "person" });
        story
    };
    for proxy in [json!("mia"), json!({ "name": "mia", "access": "read" })] {
        assert!(schema.is_valid(&family(json!({ "proxy_for": [proxy] }))));
    }
    for wrong in [
        json!("mia"),
        json!([{ "access": "read" }]),
        json!([{ "name": "mia", "access": "all" }]),
    ] {
        assert!(
            !schema.is_valid(&family(json!({ "proxy_for": wrong }))),
            "{wrong}"
        );
    }
    for step in [
        json!({ "do": "dance" }),
        json!({ "do": "sync", "faster": true }),
        json!({ "do": "sign_in" }),
        json!({ "do": "portal", "fault": "gremlins" }),
        json!({ "do": "portal" }),
        json!({ "do": "portal", "withdraw_proxy": { "of": "ana" } }),
        json!({ "do": "portal", "withdraw_proxy": { "of": "ana", "for": "mia", "how": "gently" } }),
        json!({ "do": "portal", "grant_proxy": "mia" }),
        json!({ "do": "sync", "fails": { "error": "Tired" } }),
        json!({ "expect": "joy" }),
        json!({ "expect": "session", "state": "asleep" }),
        json!({ "do": "sync", "expect": "held", "count": 0 }),
    ] {
        assert!(!schema.is_valid(&story(step.clone())), "{step}");
    }
}
