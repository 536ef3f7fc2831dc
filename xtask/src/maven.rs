//! Maven: its downloads ahead of a build, and what its tests said.
//!
//! What it downloads stays in its own repository folder; a mark in the cache says that this is done for this very `pom.xml`.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::command;
use crate::counts::{self, Counts};
use crate::fetching;
use crate::paths::Paths;
use crate::toolchain::{self, Absent};

/// Maven for the project of this `pom.xml`.
pub(crate) fn of(paths: &Paths, pom: &Path) -> Command {
    let mut maven = Command::new("mvn");
    maven
        .current_dir(&paths.root)
        .args(["--quiet", "--batch-mode", "--file"])
        .arg(pom);
    maven
}

/// Sees that Maven is there and has what the project will need.
pub(crate) fn prepare(paths: &Paths, pom: &Path) -> Result<(), Absent> {
    if !toolchain::has("mvn") {
        return Err(fetching::missing(
            "no Maven here: install maven and a JDK of 17 or newer",
        ));
    }
    let mark = fetching::named_by(paths, "maven", pom)?;
    if mark.exists() {
        return Ok(());
    }
    command::run(of(paths, pom).arg("dependency:go-offline")).text_or_error()?;
    fs::create_dir_all(&paths.cache)
        .and_then(|()| fs::write(&mark, ""))
        .map_err(|e| Absent::Broken(format!("{}: {e}", mark.display())))
}

/// Removes what an earlier run left in a folder, so that it is not taken for what the next one makes.
pub(crate) fn forget(folder: &Path) -> Result<(), String> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("{}: {error}", folder.display()))
        }
        _ => Ok(()),
    }
}

/// The names of the reports, each with what it counts. Where nothing ran, there is none.
pub(crate) fn reports(folder: &Path) -> Result<Vec<(String, Counts)>, String> {
    let mut reports = Vec::new();
    for path in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = path.file_name().to_string_lossy().into_owned();
        if name.starts_with("TEST-") {
            let path = path.path();
            let xml = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
            reports.push((name, counts::surefire(&xml)));
        }
    }
    Ok(reports)
}
