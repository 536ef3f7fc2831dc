//! What the checks need on this machine: the servers in the cache, and a browser with its driver.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::command;
use crate::fetching::{copy, fresh, install, java, libraries, missing, named_by, node, settle};
use crate::paths::Paths;
use crate::toolchain::Absent;

const KEYCLOAK: &str = "26.7.3";
/// Pinned, since a command line has no pom.xml to pin it.
const UNPACK: &str = "org.apache.maven.plugins:maven-dependency-plugin:3.9.0:unpack";

/// A browser and the program that drives it.
pub(super) struct Browser {
    pub(super) chromium: PathBuf,
    pub(super) driver: PathBuf,
}

/// Finds Chromium with its WebDriver, or installs them.
pub(super) fn browser() -> Result<Browser, Absent> {
    let find = || {
        let chromium = ["chromium", "chromium-browser", "google-chrome"];
        let chromium = chromium.into_iter().find_map(find_program)?;
        Some(Browser {
            chromium,
            driver: find_program("chromedriver")?,
        })
    };
    if let Some(found) = find() {
        return Ok(found);
    }
    install(&["chromium", "chromium-driver"])?;
    find().ok_or_else(|| {
        missing("no Chromium with its chromedriver here: install chromium and chromium-driver")
    })
}

/// The folder of an unpacked Keycloak.
pub(super) fn keycloak(paths: &Paths) -> Result<PathBuf, Absent> {
    java("Keycloak")?;
    let whole = paths.cache.join(format!("keycloak-{KEYCLOAK}"));
    if !whole.exists() {
        let parts = fresh(&whole)?;
        let mut maven = Command::new("mvn");
        maven
            .args(["--quiet", "--batch-mode", UNPACK])
            .arg(format!(
                "-Dartifact=org.keycloak:keycloak-quarkus-dist:{KEYCLOAK}:zip"
            ))
            .arg(format!("-DoutputDirectory={}", parts.display()))
            // It writes a mark of its own, by default beside the pom.xml that there is not.
            .arg(format!(
                "-DmarkersDirectory={}",
                parts.join("marks").display()
            ))
            .current_dir(&parts);
        command::run(&mut maven).text_or_error()?;
        settle(&parts.join(format!("keycloak-{KEYCLOAK}")), &whole)?;
        let _ = fs::remove_dir_all(&parts);
    }
    Ok(whole)
}

/// The folder of oidc-provider with what it depends on, and today's files of the repository beside it.
pub(super) fn oidc_provider(paths: &Paths) -> Result<PathBuf, Absent> {
    node("oidc-provider")?;
    let ours = paths.root.join("tests/interop/oidc-provider");
    let whole = named_by(paths, "oidc-provider", &ours.join("package-lock.json"))?;
    if !whole.exists() {
        let parts = fresh(&whole)?;
        copy(&ours, &parts)?;
        let mut npm = Command::new("npm");
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .current_dir(&parts);
        command::run(&mut npm).text_or_error()?;
        settle(&parts, &whole)?;
    }
    // Node looks for dependencies beside the file that asks for them.
    copy(&ours, &whole)?;
    Ok(whole)
}

/// The folder of the HAPI FHIR JPA server: its libraries, and today's files of the repository beside them.
pub(super) fn hapi(paths: &Paths) -> Result<PathBuf, Absent> {
    java("HAPI FHIR")?;
    let ours = paths.root.join("tests/interop/hapi");
    libraries(paths, "hapi", &ours)
}

/// Where a command of this name is.
fn find_program(name: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}
