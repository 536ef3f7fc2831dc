//! What is fetched for this machine: packages of the system, and folders in the cache.
//!
//! A download is made in a folder of its own and moved to its place when it is whole, so that an interrupted one, or
//! two at a time, leave nothing half done.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command;
use crate::paths::Paths;
use crate::toolchain::{self, Absent};

/// Pinned, since a command line has no pom.xml to pin it.
const COPY: &str = "org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy-dependencies";
/// The oldest Node.js that is good enough for what runs here.
const NODE: u32 = 20;
/// The oldest Java.
const JAVA: u32 = 17;

/// Another installation may be under way.
const PATIENT: &str = "-oDPkg::Lock::Timeout=120";

/// Java, with Maven to fetch what it runs.
pub(crate) fn java(what: &str) -> Result<(), Absent> {
    if !toolchain::has("java") || !toolchain::has("mvn") {
        install(&["default-jdk-headless", "maven"])?;
    }
    let version = command::ask(Command::new("java").arg("--version")).ok();
    let old = version
        .and_then(|text| major(&text))
        .is_none_or(|major| major < JAVA);
    if old || !toolchain::has("mvn") {
        return Err(Absent::Missing(format!(
            "{what} needs Java 17 or newer, and Maven to fetch it: install maven and a JDK"
        )));
    }
    Ok(())
}

/// The folder of this machine's Java.
pub(crate) fn java_home() -> Result<PathBuf, String> {
    const HOME: &str = "java.home = ";
    let said = command::run(Command::new("java").args(["-XshowSettings:properties", "-version"]))
        .text_or_error()?;
    let home = said.lines().find_map(|line| line.trim().strip_prefix(HOME));
    home.map(PathBuf::from)
        .ok_or_else(|| "java does not say where it is".to_owned())
}

/// Node.js with npm.
pub(crate) fn node(what: &str) -> Result<(), Absent> {
    if !toolchain::has("node") || !toolchain::has("npm") {
        install(&["nodejs", "npm"])?;
    }
    let version = command::ask(Command::new("node").arg("--version")).ok();
    if version
        .and_then(|text| major(&text))
        .is_none_or(|major| major < NODE)
        || !toolchain::has("npm")
    {
        return Err(Absent::Missing(format!(
            "{what} needs Node.js 20 or newer, with npm"
        )));
    }
    Ok(())
}

/// A folder in the cache with today's files of `ours`, and in `lib` what its pom.xml depends on.
pub(crate) fn libraries(paths: &Paths, name: &str, ours: &Path) -> Result<PathBuf, Absent> {
    let whole = named_by(paths, name, &ours.join("pom.xml"))?;
    if !whole.exists() {
        let parts = fresh(&whole)?;
        copy(ours, &parts)?;
        let mut maven = Command::new("mvn");
        maven
            .args(["--quiet", "--batch-mode", COPY])
            .arg(format!("-DoutputDirectory={}", parts.join("lib").display()))
            .current_dir(&parts);
        command::run(&mut maven).text_or_error()?;
        settle(&parts, &whole)?;
    }
    copy(ours, &whole)?;
    Ok(whole)
}

/// The folder in the cache for what `list` names: another list, another folder.
pub(crate) fn named_by(paths: &Paths, name: &str, list: &Path) -> Result<PathBuf, Absent> {
    let text = fs::read(list).map_err(|e| at(list, &e))?;
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    Ok(paths.cache.join(format!("{name}-{:016x}", hasher.finish())))
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
pub(crate) fn install(packages: &[&str]) -> Result<(), Absent> {
    if !toolchain::is_root() || !toolchain::has("apt-get") {
        return Ok(());
    }
    refresh()?;
    let mut apt = Command::new("apt-get");
    apt.args([PATIENT, "install", "-y", "-qq", "--no-install-recommends"])
        .args(packages);
    command::run(apt.env("DEBIAN_FRONTEND", "noninteractive")).text_or_error()?;
    Ok(())
}

/// The newest lists of packages; a new machine has none.
fn refresh() -> Result<(), Absent> {
    command::run(Command::new("apt-get").args([PATIENT, "update", "-qq"])).text_or_error()?;
    Ok(())
}

/// Unpacks packages of the system into a folder; nothing is installed.
pub(crate) fn unpack(packages: &[&str], into: &Path) -> Result<(), Absent> {
    if !toolchain::has("apt-get") {
        let text = format!("no apt-get here to fetch {} with", packages.join(", "));
        return Err(missing(&text));
    }
    if toolchain::is_root() {
        refresh()?;
    }
    let mut fetch = Command::new("apt-get");
    fetch
        .current_dir(into)
        .args(["-qq", "download"])
        .args(packages);
    command::run(&mut fetch).text_or_error()?;
    for package in fs::read_dir(into).map_err(|e| at(into, &e))?.flatten() {
        let package = package.path();
        if package.extension().is_some_and(|end| end == "deb") {
            let mut dpkg = Command::new("dpkg-deb");
            dpkg.arg("--extract").arg(&package).arg(into);
            command::run(&mut dpkg).text_or_error()?;
        }
    }
    Ok(())
}

/// An empty folder beside `whole`, of this process alone.
pub(crate) fn fresh(whole: &Path) -> Result<PathBuf, Absent> {
    let parts = whole.with_extension(format!("parts-{}", std::process::id()));
    if parts.exists() {
        fs::remove_dir_all(&parts).map_err(|e| at(&parts, &e))?;
    }
    fs::create_dir_all(&parts).map_err(|e| at(&parts, &e))?;
    Ok(parts)
}

/// Moves what is whole to its place, unless another has put it there meanwhile.
pub(crate) fn settle(parts: &Path, whole: &Path) -> Result<(), Absent> {
    match fs::rename(parts, whole) {
        Err(error) if !whole.exists() => Err(at(whole, &error)),
        _ => Ok(()),
    }
}

/// Copies the files of a folder, not what is below it.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<(), Absent> {
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

pub(crate) fn missing(text: &str) -> Absent {
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
