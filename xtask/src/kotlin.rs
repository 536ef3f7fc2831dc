//! The Kotlin package, built and tested by Maven.
//!
//! The first download runs beside the build of the core.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bindings::Libraries;
use crate::command::{self, Ran};
use crate::counts::Counts;
use crate::maven;
use crate::paths::Paths;
use crate::portal::Stage;
use crate::toolchain::Absent;

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
    maven::of(paths, &pom(paths))
}

/// Sees that Maven is there and has what it will need.
pub(crate) fn prepare(paths: &Paths) -> Result<(), Absent> {
    maven::prepare(paths, &pom(paths))
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
    maven::forget(&reports)?;
    let mut maven = maven(paths);
    maven
        .arg(format!("-Dpericard.build={}", build.display()))
        .arg(format!("-Dpericard.library={}", libraries.world.display()));
    if let Some(class) = only {
        maven.arg(format!("-Dtest={class}"));
    }
    let ran = command::run(stage.tell(maven.arg("test")));
    let (mut tests, mut tutorial) = (Counts::default(), Counts::default());
    for (name, counts) in maven::reports(&reports)? {
        if name.contains(TUTORIAL) {
            tutorial = tutorial + counts;
        } else if !name.contains(STORIES) {
            tests = tests + counts;
        }
    }
    Ok(Tested {
        ran,
        tests,
        guide: tutorial,
    })
}

/// The measuring program, compiled against the package.
pub(crate) struct Bench(OsString);

/// Compiles the measuring program.
pub(crate) fn bench(paths: &Paths) -> Result<Bench, String> {
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
    Ok(Bench(all))
}

impl Bench {
    /// Measures `what` on a Java machine of its own, which finds the library in `libraries`.
    pub(crate) fn measure(
        &self,
        libraries: &Path,
        stage: &Stage,
        what: &str,
    ) -> Result<String, String> {
        let mut java = Command::new("java");
        java.arg(format!("-Djna.library.path={}", libraries.display()));
        if what == "memory" {
            // The heap is there from the beginning, so that what grows is not the heap.
            java.args(["-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch"]);
        }
        java.arg("-cp")
            .arg(&self.0)
            .args(["dev.pericard.bench.MainKt", what]);
        command::run(stage.tell(&mut java)).text_or_error()
    }
}
