//! The Kotlin package as it is published: a jar that carries the native library, its sources and its reference.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bindings;
use crate::command::{self, Ran};
use crate::kotlin;
use crate::paths::Paths;
use crate::portal::Demo;

/// The page of the guide that a new project follows.
const PAGE: &str = "docs/src/adding-kotlin.md";

/// Puts the package into a Maven repository of its own, with `library` in it, and says where. It is then in the person's own
/// repository, too, where other projects of this machine find it.
pub(crate) fn publish(paths: &Paths, library: &Path) -> Result<PathBuf, String> {
    let folder = paths.target.join("package/kotlin");
    let repository = folder.join("repository");
    let mut maven = packaging(paths, library, &folder)?;
    maven
        .arg(format!(
            "-DaltDeploymentRepository=local::file:{}",
            repository.display()
        ))
        .arg("deploy");
    command::run(&mut maven).text_or_error()?;
    Ok(repository)
}

/// Puts the package into the person's own repository, without its reference, for what is built beside it.
pub(crate) fn install(paths: &Paths, library: &Path) -> Result<(), String> {
    let mut maven = packaging(paths, library, &paths.target.join("package/kotlin"))?;
    command::run(maven.args(["-Ddokka.skip=true", "install"])).text_or_error()?;
    Ok(())
}

/// Maven, told what belongs to the package.
fn packaging(paths: &Paths, library: &Path, folder: &Path) -> Result<Command, String> {
    let native = folder.join("native");
    let into = native.join(system()?);
    fs::create_dir_all(&into).map_err(|e| format!("{}: {e}", into.display()))?;
    let name = library.file_name().unwrap_or_default();
    let shipped = into.join(name);
    fs::copy(library, &shipped).map_err(|e| format!("{}: {e}", library.display()))?;
    // The metadata has served its purpose.
    command::ask(Command::new("strip").arg("--strip-unneeded").arg(&shipped))?;

    let sources = folder.join("sources");
    for from in [
        "generated/facade",
        "src/main/kotlin",
        "pericard-jvm/src/main/kotlin",
    ] {
        bindings::lay_beside(&paths.root.join("bindings/kotlin").join(from), &sources)?;
    }
    let mut maven = kotlin::maven(paths);
    maven
        .arg(format!(
            "-Dpericard.build={}",
            folder.join("build").display()
        ))
        .arg(format!("-Dpericard.native={}", native.display()))
        .arg(format!("-Dpericard.sources={}", sources.display()))
        .arg("-Dmaven.test.skip=true");
    Ok(maven)
}

/// The folder in which JNA looks for the library of this machine.
fn system() -> Result<&'static str, String> {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => Ok("linux-x86-64"),
        ("linux", "aarch64") => Ok("linux-aarch64"),
        ("macos", "x86_64") => Ok("darwin-x86-64"),
        ("macos", "aarch64") => Ok("darwin-aarch64"),
        ("windows", "x86_64") => Ok("win32-x86-64"),
        (os, arch) => Err(format!(
            "no name is known for the libraries of {os} on {arch}"
        )),
    }
}

/// Follows the guide's page in a new project: writes its files as the page has them, with the package from `repository`, and
/// reads ben's inbox at a portal that was just started.
pub(crate) fn follow(paths: &Paths, repository: &Path, demo: &Demo) -> Result<Ran, String> {
    let ben = demo.person("ben")?;
    let page = fs::read_to_string(paths.root.join(PAGE)).map_err(|e| format!("{PAGE}: {e}"))?;
    let app = paths.target.join("package/kotlin-app");
    if app.exists() {
        fs::remove_dir_all(&app).map_err(|e| format!("{}: {e}", app.display()))?;
    }
    for (name, fence) in [("pom.xml", "xml"), ("src/Inbox.kt", "kotlin")] {
        let file = app.join(name);
        fs::create_dir_all(file.parent().unwrap_or(&app))
            .and_then(|()| fs::write(&file, block(&page, fence)?))
            .map_err(|e| format!("{}: {e}", file.display()))?;
    }
    let mut maven = Command::new("mvn");
    maven.current_dir(&app).args([
        "--quiet",
        "--batch-mode",
        "-U",
        &format!("-Dpericard.repository={}", repository.display()),
        "compile",
        "dependency:build-classpath",
        "-Dmdep.outputFile=classpath",
    ]);
    command::run(&mut maven).text_or_error()?;
    let jars = fs::read_to_string(app.join("classpath")).map_err(|e| format!("classpath: {e}"))?;
    let mut java = Command::new("java");
    java.current_dir(&app)
        .arg("-cp")
        .arg(format!("target/classes:{}", jars.trim()))
        .args(["InboxKt", &demo.base])
        .arg(&demo.certificate)
        .args(["ben", &ben.password]);
    let ran = command::run(&mut java);
    let lines = ran.text.lines().filter(|line| line.contains(": ")).count();
    if ran.ok && lines != ben.threads {
        return Err(format!(
            "the inbox has {lines} threads, not {}:\n{}",
            ben.threads, ran.text
        ));
    }
    Ok(ran)
}

/// The one block of a page with this fence.
fn block<'a>(page: &'a str, fence: &str) -> Result<&'a str, std::io::Error> {
    let missing = || std::io::Error::other(format!("{PAGE} has no block of {fence}"));
    let (_, rest) = page
        .split_once(&format!("```{fence}\n"))
        .ok_or_else(missing)?;
    rest.split_once("```")
        .map(|(block, _)| block)
        .ok_or_else(missing)
}
