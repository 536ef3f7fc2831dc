//! The Kotlin package, built and tested by Maven.
//!
//! Maven's downloads stay in its own repository folder. The first download runs beside the build of
//! the core; a mark in the cache says that it is done for this very `pom.xml`.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::PathBuf;
use std::process::Command;

use crate::bindings::Libraries;
use crate::command::{self, Ran};
use crate::counts::{self, Counts};
use crate::paths::Paths;
use crate::portal::Stage;
use crate::toolchain::{self, Absent};

/// The class that runs the stories; its tests are counted as stories, not as tests.
pub(crate) const STORIES: &str = "StoriesTest";
/// The class that runs the guide's tutorial.
pub(crate) const TUTORIAL: &str = "GuideTest";

fn pom(paths: &Paths) -> PathBuf {
    paths.root.join("bindings/kotlin/pericard-jvm/pom.xml")
}

fn build_folder(paths: &Paths) -> PathBuf {
    paths.target.join("kotlin")
}

/// Maven for the package.
pub(crate) fn maven(paths: &Paths) -> Command {
    let mut maven = Command::new("mvn");
    maven
        .current_dir(&paths.root)
        .args(["--quiet", "--batch-mode", "--file"])
        .arg(pom(paths));
    maven
}

/// Sees that Maven is there and has what it will need.
pub(crate) fn prepare(paths: &Paths) -> Result<(), Absent> {
    if !toolchain::has("mvn") {
        return Err(Absent::Missing(
            "no Maven here: install maven and a JDK of 17 or newer".to_owned(),
        ));
    }
    let text = fs::read_to_string(pom(paths))
        .map_err(|e| Absent::Broken(format!("{}: {e}", pom(paths).display())))?;
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    let mark = paths.cache.join(format!("maven-{:016x}", hasher.finish()));
    if mark.exists() {
        return Ok(());
    }
    command::run(maven(paths).arg("dependency:go-offline")).text_or_error()?;
    fs::create_dir_all(&paths.cache)
        .and_then(|()| fs::write(&mark, ""))
        .map_err(|e| Absent::Broken(format!("{}: {e}", mark.display())))
}

/// What Maven did: the run, the counts of the tests and of the guide's tutorial. The stories count themselves.
pub(crate) struct Tested {
    pub(crate) ran: Ran,
    pub(crate) tests: Counts,
    pub(crate) guide: Counts,
}

/// Builds the package and runs its tests, all or those of the class that `only` names.
pub(crate) fn test(
    paths: &Paths,
    libraries: &Libraries,
    stage: &Stage,
    only: Option<&str>,
) -> Result<Tested, String> {
    let build = build_folder(paths);
    let reports = build.join("surefire-reports");
    if reports.exists() {
        fs::remove_dir_all(&reports).map_err(|e| format!("{}: {e}", reports.display()))?;
    }
    let mut maven = maven(paths);
    maven
        .arg(format!("-Dpericard.build={}", build.display()))
        .arg(format!("-Dpericard.library={}", libraries.world.display()));
    if let Some(class) = only {
        maven.arg(format!("-Dtest={class}"));
    }
    let ran = command::run(stage.tell(maven.arg("test")));
    let (mut tests, mut tutorial) = (Counts::default(), Counts::default());
    for entry in fs::read_dir(&reports).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if name.starts_with("TEST-") && !name.contains(STORIES) {
            let xml = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
            let sum = if name.contains(TUTORIAL) {
                &mut tutorial
            } else {
                &mut tests
            };
            *sum = *sum + counts::surefire(&xml);
        }
    }
    Ok(Tested {
        ran,
        tests,
        guide: tutorial,
    })
}

/// Compiles the measuring program against the package and runs it on a Java machine of its own.
pub(crate) fn bench(paths: &Paths, libraries: &Libraries, stage: &Stage) -> Result<String, String> {
    let build = paths.target.join("kotlin-bench");
    let classpath = build.join("classpath");
    let sources = paths.root.join("bindings/kotlin/src/bench/kotlin");
    let mut compile = maven(paths);
    compile
        .arg(format!("-Dpericard.build={}", build.display()))
        .arg(format!("-Dtest.sources={}", sources.display()))
        .arg(format!("-Dmdep.outputFile={}", classpath.display()))
        .args(["test-compile", "dependency:build-classpath"]);
    command::run(&mut compile).text_or_error()?;
    let jars =
        fs::read_to_string(&classpath).map_err(|e| format!("{}: {e}", classpath.display()))?;
    let own = [build.join("test-classes"), build.join("classes")];
    let all = std::env::join_paths(own.into_iter().chain(std::env::split_paths(jars.trim())))
        .map_err(|e| e.to_string())?;
    let mut java = Command::new("java");
    java.arg(format!("-Djna.library.path={}", libraries.world.display()))
        .arg("-cp")
        .arg(all)
        .arg("dev.pericard.bench.MainKt");
    command::run(stage.tell(&mut java)).text_or_error()
}
