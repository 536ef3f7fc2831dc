//! Each fault of the reference portal, in each of its kinds, is used by a story or a promise: one that nobody turns on
//! proves nothing.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use pericard_portal::Command;
use serde_json::{Value, json};

use super::source::{Source, sources};

/// Faults that neither has, each with where it is used, or why it is not.
const ELSEWHERE: &[(&str, Option<&str>, &str)] = &[];

/// A fault, and which of its kinds.
type Kind = (String, Option<String>);

fn scenarios() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios")
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Every fault that a story may name, by the schema; its kinds are those that the portal understands.
fn faults() -> BTreeSet<Kind> {
    let schema = read(&scenarios().join("story.schema.json"));
    let fault = &schema["$defs"]["fault"]["properties"];
    let words = |of: &Value| -> Vec<String> {
        let all = of["enum"].as_array().unwrap().iter();
        all.map(|word| word.as_str().unwrap().to_owned()).collect()
    };
    let mut all = BTreeSet::new();
    for name in words(&fault["fault"])
        .into_iter()
        .filter(|name| name != "none")
    {
        // Some kinds are of something that is named.
        let understood = |kind: &&String| {
            let alone = json!({ "fault": name, "as": kind });
            let of_sort = json!({ "fault": name, "as": kind, "name": "_sort" });
            let read = serde_json::from_value::<Command>;
            read(alone).is_ok() || read(of_sort).is_ok()
        };
        let kinds: Vec<String> = words(&fault["as"])
            .iter()
            .filter(understood)
            .cloned()
            .collect();
        if kinds.is_empty() {
            all.insert((name, None));
            continue;
        }
        all.extend(kinds.into_iter().map(|kind| (name.clone(), Some(kind))));
    }
    all
}

/// The faults that a story turns on.
fn of_story(story: &Value, used: &mut BTreeSet<Kind>) {
    match story {
        Value::Object(members) => {
            if let Some(name) = story["fault"].as_str() {
                let kind = story["as"].as_str().map(str::to_owned);
                used.insert((name.to_owned(), kind));
            }
            members.values().for_each(|member| of_story(member, used));
        }
        Value::Array(items) => items.iter().for_each(|item| of_story(item, used)),
        _ => {}
    }
}

fn stories() -> BTreeSet<Kind> {
    let mut used = BTreeSet::new();
    for entry in std::fs::read_dir(scenarios()).unwrap().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".json") && !name.ends_with(".schema.json") {
            of_story(&read(&entry.path()), &mut used);
        }
    }
    used
}

/// Whether one function of a promise names a fault and its kind.
fn is_promised(promises: &[Source], (name, kind): &Kind) -> bool {
    let mut functions = promises.iter().flat_map(Source::functions);
    functions
        .any(|function| function.says(name) && kind.as_ref().is_none_or(|kind| function.says(kind)))
}

fn unused(faults: BTreeSet<Kind>, promises: &[Source], stories: &BTreeSet<Kind>) -> Vec<Kind> {
    let elsewhere = |(name, kind): &Kind| {
        let named = |(n, k, _): &(&str, Option<&str>, &str)| {
            n == name && k.is_none_or(|k| kind.as_deref() == Some(k))
        };
        ELSEWHERE.iter().any(named)
    };
    let unused = |fault: &Kind| {
        !stories.contains(fault) && !is_promised(promises, fault) && !elsewhere(fault)
    };
    faults.into_iter().filter(unused).collect()
}

#[test]
fn each_fault_of_the_portal_is_used_by_a_story_or_a_promise() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/promises");
    let promises = sources(&folder).into_iter();
    // This page and its parts only speak of faults.
    let promises = promises.filter(|(path, _)| !path.to_string_lossy().contains("requirements"));
    let promises: Vec<Source> = promises.map(|(_, source)| source).collect();
    let all = faults();
    assert!(all.len() > 100, "{}", all.len());
    let unused = unused(all, &promises, &stories());
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn a_fault_that_nobody_turns_on_is_found() {
    let kind = |name: &str, kind: Option<&str>| (name.to_owned(), kind.map(str::to_owned));
    let all = BTreeSet::from([
        kind("told", None),
        kind("promised", Some("one")),
        kind("promised", Some("two")),
        kind("forgotten", None),
    ]);
    let promise = Source::new(
        r#"
        // "forgotten"
        fn a_promise() { portal(json!({ "fault": "promised", "as": "one" })); }
        fn another() { let kind = "two"; }
    "#,
    );
    let mut told = BTreeSet::new();
    let story = json!({ "steps": [{ "do": "portal", "fault": "told" }, { "text": "forgotten" }] });
    of_story(&story, &mut told);
    let left = [kind("forgotten", None), kind("promised", Some("two"))];
    assert_eq!(unused(all, &[promise], &told), left);
}
