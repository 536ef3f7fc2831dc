//! `cargo xtask api`: what both packages declare for apps, a line for each declaration, in `bindings/*/api.txt`.
//!
//! A change of the interface is therefore seen where it is reviewed, and is told in the changelog ([`changelog`]). The lines
//! are read from the sources that are compiled: those that are made of the core's metadata, and those written by hand,
//! those for Apple's systems and for Android among them, which no compiler here sees.

mod changelog;
mod kotlin;
mod reader;
mod swift;
mod tokens;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::bindings;
use crate::build;
use crate::paths::Paths;
use crate::table::Row;

use reader::Declaration;

/// The snapshots, by the language whose interface they are.
const SNAPSHOTS: [(&str, &str); 2] = [
    ("kotlin", "bindings/kotlin/api.txt"),
    ("swift", "bindings/swift/api.txt"),
];

/// Folders of sources, each with what stands behind the lines of what it declares.
const KOTLIN: &[(&str, &str)] = &[
    ("bindings/kotlin/src/main/kotlin", ""),
    ("bindings/kotlin/generated/facade", ""),
    (
        "bindings/kotlin/pericard-jvm/src/main/kotlin",
        "pericard-jvm",
    ),
    (
        "bindings/kotlin/pericard-android/src/main/kotlin",
        "pericard-android",
    ),
];
const SWIFT: &[(&[&str], &str)] = &[
    (
        &[
            "bindings/swift/Sources/Pericard",
            "bindings/swift/generated/facade",
        ],
        "",
    ),
    (
        &["bindings/swift/Sources/PericardTesting"],
        "PericardTesting",
    ),
];

/// Generates the sources and compares them with the snapshots, and what changed with the changelog.
pub(crate) fn run(paths: &Paths) -> Result<Vec<Row>, String> {
    bindings::make(paths, &build::workspace(paths)?)?;
    Ok(rows(paths))
}

/// Generates the sources and renews the snapshots.
pub(crate) fn write(paths: &Paths) -> Result<bool, String> {
    bindings::make(paths, &build::workspace(paths)?)?;
    for (language, file) in SNAPSHOTS {
        let lines = lines(paths, language)?;
        let to = paths.root.join(file);
        fs::write(&to, lines.join("\n") + "\n").map_err(|e| format!("{}: {e}", to.display()))?;
        println!("{file}  {} lines", lines.len());
    }
    Ok(true)
}

/// Both checks; the sources have to be generated.
pub(crate) fn rows(paths: &Paths) -> Vec<Row> {
    let started = Instant::now();
    let snapshots = Row::check("interface snapshots", check(paths), started.elapsed());
    vec![
        snapshots,
        changelog::row(paths, &SNAPSHOTS.map(|(_, file)| file)),
    ]
}

fn check(paths: &Paths) -> Result<String, String> {
    let mut told = Vec::new();
    for (language, file) in SNAPSHOTS {
        let now = lines(paths, language)?;
        let snapshot = fs::read_to_string(paths.root.join(file)).unwrap_or_default();
        let differences = differences(&snapshot, &now);
        if !differences.is_empty() {
            return Err(format!(
                "{file} is not the interface any more; `cargo xtask api --write` renews it:\n{}",
                differences.join("\n")
            ));
        }
        told.push(format!("{file}  {} lines", now.len()));
    }
    Ok(told.join("\n"))
}

fn differences(snapshot: &str, now: &[String]) -> Vec<String> {
    let before: BTreeSet<&str> = snapshot.lines().collect();
    let after: BTreeSet<&str> = now.iter().map(String::as_str).collect();
    let gone = before.difference(&after).map(|line| format!("- {line}"));
    let new = after.difference(&before).map(|line| format!("+ {line}"));
    gone.chain(new).collect()
}

/// The lines of a snapshot, sorted by the names of what they declare.
fn lines(paths: &Paths, language: &str) -> Result<Vec<String>, String> {
    let mut found: Vec<Declaration> = Vec::new();
    if language == "kotlin" {
        for (folder, note) in KOTLIN {
            for (name, text) in sources(&paths.root.join(folder), "kt")? {
                found.extend(
                    kotlin::declarations(&text, note)
                        .map_err(|error| format!("{name}: {error}"))?,
                );
            }
        }
    } else {
        for (folders, note) in SWIFT {
            let mut module = Vec::new();
            for folder in *folders {
                module.extend(sources(&paths.root.join(folder), "swift")?);
            }
            found.extend(swift::declarations(&module, note)?);
        }
    }
    found.sort();
    Ok(found.into_iter().map(|one| one.text).collect())
}

/// The sources in a folder and those in it, with their paths.
fn sources(folder: &Path, extension: &str) -> Result<Vec<(String, String)>, String> {
    let failed = |path: &Path, e: std::io::Error| format!("{}: {e}", path.display());
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).map_err(|e| failed(&next, e))? {
            let path = entry.map_err(|e| failed(&next, e))?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == extension) {
                let text = fs::read_to_string(&path).map_err(|e| failed(&path, e))?;
                found.push((path.display().to_string(), text));
            }
        }
    }
    if found.is_empty() {
        return Err(format!(
            "{} holds no sources; run `cargo xtask bindings`",
            folder.display()
        ));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_told_line_by_line() {
        let now = ["fun a()".to_owned(), "fun c()".to_owned()];
        assert_eq!(
            differences("fun a()\nfun b()\n", &now),
            ["- fun b()", "+ fun c()"]
        );
        assert!(differences("fun a()\nfun c()\n", &now).is_empty());
        assert_eq!(differences("", &now).len(), 2);
    }
}
