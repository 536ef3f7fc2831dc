//! Kotlin and Swift sources, generated from the libraries as they were built.
//!
//! Two libraries hold the same core: the one that ships, and the test world's, which adds the test seam.
//! The sources of the core must come out alike from both, for what is tested must be what ships. The
//! test world's library is copied under the shipped name into a folder of its own, since both sets of
//! sources load that one name: two libraries in one process would be two cores.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::build::Built;
use crate::cancellable::cancellable;
use crate::command;
use crate::language::Language;
use crate::paths::Paths;
use crate::samples;

/// Where the libraries lie after [`make`].
#[derive(Debug, Clone)]
pub(crate) struct Libraries {
    /// Holds the shipped library as `libpericard_ffi`.
    pub(crate) ship: PathBuf,
    /// Holds the test world's library under the same name.
    pub(crate) world: PathBuf,
}

/// Generates everything, and lays the guide's samples beside it. Files that would not change are left as they
/// are, so that compilers rest.
pub(crate) fn make(paths: &Paths, built: &Built) -> Result<Libraries, String> {
    let out = paths.target.join("bindings");
    let libraries = Libraries {
        ship: out.join("ship"),
        world: out.join("world"),
    };
    let ship = copy(built.library("pericard_ffi")?, &libraries.ship, SHIPPED)?;
    let world = copy(
        built.library("pericard_world_ffi")?,
        &libraries.world,
        SHIPPED,
    )?;
    // What is measured beside them finds it where it finds them.
    let empty = built.library("pericard_empty")?;
    let empty_beside = copy(empty, &libraries.ship, EMPTY)?;
    copy(empty, &libraries.world, EMPTY)?;

    let fresh = out.join("sources");
    remove(&fresh)?;
    let bindgen = built.program("uniffi-bindgen")?;
    let generate = |library: &Path, language: &str, of: &str, name: &str| {
        let folder = fresh.join(name);
        command::ask(
            Command::new(bindgen)
                .current_dir(&paths.root)
                .arg("generate")
                .arg(library)
                .args([
                    "--no-format",
                    "--language",
                    language,
                    "--crate",
                    of,
                    "--out-dir",
                ])
                .arg(&folder),
        )
        .map(|_| folder)
    };
    let pages = samples::read(&paths.root)?;
    for language in [Language::Kotlin, Language::Swift] {
        let (in_guide, language) = (language.into(), language.name());
        let shipped = generate(&ship, language, "pericard", &format!("ship-{language}"))?;
        let check = generate(&world, language, "pericard", &format!("check-{language}"))?;
        same(&shipped, &check)?;
        let test_support = generate(
            &world,
            language,
            "pericard_world",
            &format!("world-{language}"),
        )?;
        let empty = generate(
            &empty_beside,
            language,
            "pericard_empty",
            &format!("empty-{language}"),
        )?;
        let facade = fresh.join(format!("facade-{language}"));
        command::ask(
            Command::new(built.program("pericard-facade")?)
                .arg(&ship)
                .args(["--language", language, "--out-dir"])
                .arg(&facade),
        )?;
        lay(
            &facade,
            &paths
                .root
                .join(format!("bindings/{language}/generated/facade")),
        )?;
        let guide = fresh.join(format!("guide-{language}"));
        samples::write(&pages, in_guide, &guide)?;
        lay(
            &guide,
            &paths
                .root
                .join(format!("bindings/{language}/generated/guide")),
        )?;
        if language == "kotlin" {
            let generated = paths.root.join("bindings/kotlin/generated");
            lay(&shipped, &generated.join("main"))?;
            lay_beside(&empty, &test_support)?;
            lay(&test_support, &generated.join("test"))?;
        } else {
            let generated = paths.root.join("bindings/swift/generated");
            lay(
                &swift_modules(&shipped, "PericardCore", &fresh)?,
                &generated.join("core"),
            )?;
            lay(
                &swift_modules(&test_support, "PericardWorld", &fresh)?,
                &generated.join("world"),
            )?;
            lay(
                &swift_modules(&empty, "PericardEmpty", &fresh)?,
                &generated.join("empty"),
            )?;
        }
    }
    Ok(libraries)
}

/// SwiftPM wants a folder for each module: the Swift source, and the C header with its module map.
fn swift_modules(generated: &Path, module: &str, fresh: &Path) -> Result<PathBuf, String> {
    let arranged = fresh.join(format!("modules-{module}"));
    let read = |name: &str| {
        fs::read_to_string(generated.join(name))
            .map_err(|e| format!("{}: {e}", generated.join(name).display()))
    };
    let mut source = read(&format!("{module}.swift"))?;
    match module {
        "PericardCore" => source = cancellable(&source)?,
        // The generator leaves out the import of the module whose types this one uses.
        "PericardWorld" => source = format!("import PericardCore\n{source}"),
        _ => {}
    }
    write(
        &arranged.join(module).join(format!("{module}.swift")),
        &source,
    )?;
    let header = format!("{module}FFI.h");
    write(
        &arranged.join(format!("{module}FFI")).join(&header),
        &read(&header)?,
    )?;
    let map = format!("module {module}FFI {{\n    header \"{header}\"\n    export *\n}}\n");
    write(
        &arranged.join(format!("{module}FFI/module.modulemap")),
        &map,
    )?;
    Ok(arranged)
}

/// The name under which sources load the core.
const SHIPPED: &str = "libpericard_ffi";
/// The name of the library that `cargo xtask bench --ffi` measures beside it.
const EMPTY: &str = "libpericard_empty";

fn copy(library: &Path, folder: &Path, name: &str) -> Result<PathBuf, String> {
    let extension = library.extension().unwrap_or_default().to_string_lossy();
    let to = folder.join(format!("{name}.{extension}"));
    fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    // A process may still hold the old file: a new one takes its place, it is never written over.
    let beside = folder.join("copying");
    fs::copy(library, &beside)
        .and_then(|_| fs::rename(&beside, &to))
        .map_err(|e| format!("{} to {}: {e}", library.display(), to.display()))?;
    Ok(to)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).map_err(|e| format!("{}: {e}", next.display()))? {
            let path = entry
                .map_err(|e| format!("{}: {e}", next.display()))?
                .path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path.strip_prefix(folder).unwrap_or(&path).to_owned());
            }
        }
    }
    found.sort();
    Ok(found)
}

fn same(shipped: &Path, other: &Path) -> Result<(), String> {
    let names = files(shipped)?;
    if names != files(other)? {
        return Err(format!(
            "{} and {} hold different files",
            shipped.display(),
            other.display()
        ));
    }
    for name in names {
        if fs::read(shipped.join(&name)).ok() != fs::read(other.join(&name)).ok() {
            return Err(format!(
                "{} differs between the shipped library and the test world's: what is tested would not be what ships",
                name.display()
            ));
        }
    }
    Ok(())
}

/// Makes `to` hold what `from` holds.
fn lay(from: &Path, to: &Path) -> Result<(), String> {
    let names = files(from)?;
    fs::create_dir_all(to).map_err(|e| format!("{}: {e}", to.display()))?;
    for old in files(to)?.iter().filter(|old| !names.contains(old)) {
        fs::remove_file(to.join(old)).map_err(|e| format!("{}: {e}", to.join(old).display()))?;
    }
    lay_beside(from, to)
}

/// Adds what `from` holds to what is in `to`.
pub(crate) fn lay_beside(from: &Path, to: &Path) -> Result<(), String> {
    for name in files(from)? {
        let text =
            fs::read_to_string(from.join(&name)).map_err(|e| format!("{}: {e}", name.display()))?;
        write(&to.join(name), &text)?;
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(path, text))
        .map_err(|e| format!("{}: {e}", path.display()))
}

fn remove(folder: &Path) -> Result<(), String> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("{}: {error}", folder.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn laying_keeps_what_is_alike_and_removes_what_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        write(&from.join("a/one"), "1").unwrap();
        write(&to.join("a/one"), "1").unwrap();
        write(&to.join("old"), "x").unwrap();
        let before = fs::metadata(to.join("a/one")).unwrap().modified().unwrap();
        lay(&from, &to).unwrap();
        assert_eq!(files(&to).unwrap(), [PathBuf::from("a/one")]);
        assert_eq!(
            fs::metadata(to.join("a/one")).unwrap().modified().unwrap(),
            before
        );
    }

    #[test]
    fn a_difference_between_the_libraries_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (folder.path().join("one"), folder.path().join("two"));
        write(&one.join("p.kt"), "class A").unwrap();
        write(&two.join("p.kt"), "class A").unwrap();
        same(&one, &two).unwrap();
        write(&two.join("p.kt"), "class B").unwrap();
        assert!(same(&one, &two).unwrap_err().contains("p.kt"));
        write(&one.join("q.kt"), "").unwrap();
        assert!(same(&one, &two).is_err());
    }
}
