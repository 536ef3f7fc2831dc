//! `cargo xtask looks`: both apps' colours, type, sizes, icons and words, generated from `design/`.
//!
//! What is generated is committed, so that an app builds without Rust; a test compares it with its sources.

mod android;
mod apple;
mod contrast;
mod icons;
mod kotlin;
mod strings;
mod swift;
mod theme;
mod tokens;
mod words;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::paths::Paths;
use strings::Strings;
use tokens::Tokens;

/// Generated files: where each lies in the repository, and its text.
type Files = BTreeMap<PathBuf, String>;

/// Folders in which everything is generated.
const OWNED: [&str; 2] = ["android/ui/src/generated", "ios/Generated"];

/// Writes what the sources give and removes what they no longer give.
pub(crate) fn run(paths: &Paths) -> Result<bool, String> {
    let files = generate(&paths.root)?;
    for old in on_disk(&paths.root) {
        if !files.contains_key(&old) {
            fs::remove_file(paths.root.join(&old))
                .map_err(|e| format!("{}: {e}", old.display()))?;
        }
    }
    for (path, text) in &files {
        let path = paths.root.join(path);
        let folder = path.parent().unwrap_or(&paths.root);
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&path, text))
            .map_err(|e| format!("{}: {e}", path.display()))?;
    }
    println!("{} files generated from design/", files.len());
    Ok(true)
}

/// Everything that `design/` gives. Fails on a word that a language lacks and on colours that cannot be told apart.
fn generate(root: &Path) -> Result<Files, String> {
    let design = root.join("design");
    let read = |name: &str| {
        let path = design.join(name);
        fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))
    };
    let strings = Strings::read(&read("strings.json")?)?;
    let tokens = Tokens::read(&read("tokens.json")?)?;
    let faults: Vec<String> = strings
        .faults()
        .into_iter()
        .chain(contrast::faults(&tokens))
        .collect();
    if !faults.is_empty() {
        return Err(faults.join("\n"));
    }
    let mut files = Files::new();
    files.extend(words::files(&strings));
    files.extend(theme::files(&tokens));
    files.extend(icons::files(&tokens, &design.join("icons"))?);
    files.extend(android::files(&strings, &tokens));
    files.extend(apple::files(&strings, &tokens));
    files.extend(swift::files(&strings, &tokens));
    Ok(files)
}

fn on_disk(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = OWNED.iter().map(|folder| root.join(folder)).collect();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(inside) = path.strip_prefix(root) {
                found.push(inside.to_owned());
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> PathBuf {
        Paths::find().root
    }

    #[test]
    fn what_is_committed_is_what_the_sources_give() {
        let files = generate(&root()).unwrap_or_else(|text| panic!("{text}"));
        for (path, text) in &files {
            let there = fs::read_to_string(root().join(path)).unwrap_or_default();
            assert!(
                there == *text,
                "{}: run `cargo xtask looks`",
                path.display()
            );
        }
        for old in on_disk(&root()) {
            assert!(
                files.contains_key(&old),
                "{}: no longer generated",
                old.display()
            );
        }
    }
}
