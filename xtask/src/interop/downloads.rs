//! What the checks need on this machine: two servers in the cache, and a browser with its driver.
//!
//! A download is made in a folder of its own and moved to its place when it is whole, so that an interrupted one, or
//! two at a time, leave nothing half done.

use std::collections::hash_map::DefaultHasher;
use std::env;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command;
use crate::paths::Paths;
use crate::toolchain::{self, Absent};

const KEYCLOAK: &str = "26.7.3";
/// Pinned, since a command line has no pom.xml to pin it.
const UNPACK: &str = "org.apache.maven.plugins:maven-dependency-plugin:3.9.0:unpack";
/// The oldest Node.js that oidc-provider runs on.
const NODE: u32 = 20;
/// The oldest Java that Keycloak runs on.
const JAVA: u32 = 17;

/// Another installation may be under way.
const PATIENT: &str = "-oDPkg::Lock::Timeout=120";

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
    if !toolchain::has("java") || !toolchain::has("mvn") {
        install(&["default-jdk-headless", "maven"])?;
    }
    let version = command::ask(Command::new("java").arg("--version")).ok();
    if version
        .and_then(|text| major(&text))
        .is_none_or(|major| major < JAVA)
        || !toolchain::has("mvn")
    {
        return Err(missing(
            "Keycloak needs Java 17 or newer, and Maven to fetch it: install maven and a JDK",
        ));
    }
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
    if !toolchain::has("node") || !toolchain::has("npm") {
        install(&["nodejs", "npm"])?;
    }
    let version = command::ask(Command::new("node").arg("--version")).ok();
    if version
        .and_then(|text| major(&text))
        .is_none_or(|major| major < NODE)
        || !toolchain::has("npm")
    {
        return Err(missing("oidc-provider needs Node.js 20 or newer, with npm"));
    }
    let ours = paths.root.join("tests/interop/oidc-provider");
    let lock = fs::read(ours.join("package-lock.json")).map_err(|e| at(&ours, &e))?;
    let mut hasher = DefaultHasher::new();
    lock.hash(&mut hasher);
    let whole = paths
        .cache
        .join(format!("oidc-provider-{:016x}", hasher.finish()));
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

/// Where a command of this name is.
fn find_program(name: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}

/// The first number of a version such as `v20.1.2` or `openjdk 17.0.15 2025-04-15`.
fn major(text: &str) -> Option<u32> {
    let digits = text.split(|c: char| !c.is_ascii_digit());
    digits
        .into_iter()
        .find(|part| !part.is_empty())?
        .parse()
        .ok()
}

/// Installs packages of the system where that is allowed; where it is not, what is missing is told by who asked.
fn install(packages: &[&str]) -> Result<(), Absent> {
    if !toolchain::is_root() || !toolchain::has("apt-get") {
        return Ok(());
    }
    command::run(Command::new("apt-get").args([PATIENT, "update", "-qq"])).text_or_error()?;
    let mut apt = Command::new("apt-get");
    apt.args([PATIENT, "install", "-y", "-qq", "--no-install-recommends"])
        .args(packages);
    command::run(apt.env("DEBIAN_FRONTEND", "noninteractive")).text_or_error()?;
    Ok(())
}

/// An empty folder beside `whole`, of this process alone.
fn fresh(whole: &Path) -> Result<PathBuf, Absent> {
    let parts = whole.with_extension(format!("parts-{}", std::process::id()));
    if parts.exists() {
        fs::remove_dir_all(&parts).map_err(|e| at(&parts, &e))?;
    }
    fs::create_dir_all(&parts).map_err(|e| at(&parts, &e))?;
    Ok(parts)
}

/// Moves what is whole to its place, unless another has put it there meanwhile.
fn settle(parts: &Path, whole: &Path) -> Result<(), Absent> {
    match fs::rename(parts, whole) {
        Err(error) if !whole.exists() => Err(at(whole, &error)),
        _ => Ok(()),
    }
}

/// Copies the files of a folder, not what is below it.
fn copy(from: &Path, to: &Path) -> Result<(), Absent> {
    for entry in fs::read_dir(from).map_err(|e| at(from, &e))? {
        let path = entry.map_err(|e| at(from, &e))?.path();
        if path.is_file()
            && let Some(name) = path.file_name()
        {
            fs::copy(&path, to.join(name)).map_err(|e| at(&path, &e))?;
        }
    }
    Ok(())
}

fn missing(text: &str) -> Absent {
    Absent::Missing(text.to_owned())
}

fn at(path: &Path, error: &std::io::Error) -> Absent {
    Absent::Broken(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::major;

    #[test]
    fn versions_are_told_by_their_first_number() {
        assert_eq!(major("v20.20.2\n"), Some(20));
        assert_eq!(
            major("openjdk 17.0.15 2025-04-15\nOpenJDK Runtime"),
            Some(17)
        );
        assert_eq!(major("unknown"), None);
    }
}
