//! The one build of the workspace that everything else uses.
//!
//! One package selection for tests, tools and both libraries: another selection may flip a feature of
//! a shared dependency and compile half of the tree again.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;

use crate::command;
use crate::paths::Paths;

/// The files that the build made.
#[derive(Debug, Default)]
pub(crate) struct Built {
    programs: BTreeMap<String, PathBuf>,
    tests: BTreeMap<String, PathBuf>,
    libraries: BTreeMap<String, PathBuf>,
}

impl Built {
    /// A program by its name.
    pub(crate) fn program(&self, name: &str) -> Result<&PathBuf, String> {
        self.programs
            .get(name)
            .ok_or_else(|| format!("the workspace has no program `{name}`"))
    }

    /// The file of an integration test by its name.
    pub(crate) fn test(&self, name: &str) -> Result<&PathBuf, String> {
        self.tests
            .get(name)
            .ok_or_else(|| format!("the workspace has no test `{name}`"))
    }

    /// A shared library by the name of its crate.
    pub(crate) fn library(&self, name: &str) -> Result<&PathBuf, String> {
        self.libraries
            .get(name)
            .ok_or_else(|| format!("the workspace has no shared library `{name}`"))
    }

    fn note(&mut self, message: &Value) {
        let target = &message["target"];
        let (Some(name), Some(kind)) = (target["name"].as_str(), target["kind"][0].as_str()) else {
            return;
        };
        let program = message["executable"].as_str().map(PathBuf::from);
        let is_test = message["profile"]["test"] == true;
        match (kind, program) {
            ("bin", Some(path)) if !is_test => drop(self.programs.insert(name.to_owned(), path)),
            ("test", Some(path)) => drop(self.tests.insert(name.to_owned(), path)),
            ("cdylib", None) => {
                let files = message["filenames"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str);
                for file in files.filter(|file| file.ends_with(".so") || file.ends_with(".dylib")) {
                    self.libraries.insert(name.to_owned(), PathBuf::from(file));
                }
            }
            _ => {}
        }
    }
}

/// Builds libraries, programs and tests of the whole workspace in the dev profile.
pub(crate) fn workspace(paths: &Paths) -> Result<Built, String> {
    build(paths, &["--workspace", "--lib", "--bins", "--tests"])
}

/// Builds libraries and programs of a few packages for release: what is measured.
pub(crate) fn release(paths: &Paths, packages: &[&str]) -> Result<Built, String> {
    let mut selection = vec!["--release", "--lib", "--bins"];
    for package in packages {
        selection.extend(["--package", package]);
    }
    build(paths, &selection)
}

/// Adds the generators of the bindings, in the dev profile: for release they take minutes more and work no faster.
pub(crate) fn with_generators(paths: &Paths, mut built: Built) -> Result<Built, String> {
    let mut dev = workspace(paths)?;
    for name in ["uniffi-bindgen", "pericard-facade"] {
        built.programs.extend(dev.programs.remove_entry(name));
    }
    Ok(built)
}

fn build(paths: &Paths, selection: &[&str]) -> Result<Built, String> {
    let answer = command::ask(
        paths
            .cargo()
            .args([
                "build",
                "--quiet",
                "--message-format=json-render-diagnostics",
            ])
            .args(selection),
    )?;
    let mut built = Built::default();
    for line in answer.lines() {
        if let Ok(message) = serde_json::from_str::<Value>(line)
            && message["reason"] == "compiler-artifact"
        {
            built.note(&message);
        }
    }
    Ok(built)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn artifacts_are_told_apart() {
        let mut built = Built::default();
        for line in [
            r#"{"target":{"name":"pericard-portal","kind":["bin"]},"profile":{"test":false},"executable":"/t/portal"}"#,
            r#"{"target":{"name":"pericard-portal","kind":["bin"]},"profile":{"test":true},"executable":"/t/portal-123"}"#,
            r#"{"target":{"name":"stories","kind":["test"]},"profile":{"test":true},"executable":"/t/stories-1"}"#,
            r#"{"target":{"name":"pericard_ffi","kind":["cdylib"]},"profile":{"test":false},"executable":null,"filenames":["/t/libpericard_ffi.so"]}"#,
        ] {
            built.note(&serde_json::from_str(line).unwrap());
        }
        assert_eq!(
            built.program("pericard-portal").unwrap(),
            &PathBuf::from("/t/portal")
        );
        assert_eq!(
            built.test("stories").unwrap(),
            &PathBuf::from("/t/stories-1")
        );
        assert_eq!(
            built.library("pericard_ffi").unwrap(),
            &PathBuf::from("/t/libpericard_ffi.so")
        );
        assert!(built.program("stories").is_err());
    }
}
