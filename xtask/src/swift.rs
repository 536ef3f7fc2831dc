//! The Swift compiler: the machine's own, else one in a Debian root that is made once.
//!
//! Inside the root the repository, the build folder, the library and the stories appear at fixed
//! paths, so that a build folder kept between runs serves any clone. Making the root takes one to two
//! minutes and needs apt as root; without them Swift is absent and its steps are skipped.

pub(crate) mod sanitize;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bindings::Libraries;
use crate::command::{self, Ran};
use crate::package;
use crate::paths::Paths;
use crate::portal::Stage;
use crate::toolchain::{self, Absent};

/// Which compiler answers.
#[derive(Debug, Clone)]
pub(crate) enum Swift {
    /// `swift` on the machine's path.
    Host,
    /// The one in this root.
    Root(PathBuf),
}

/// Finds or makes the compiler.
pub(crate) fn make(paths: &Paths) -> Result<Swift, Absent> {
    if toolchain::has("swift") {
        return Ok(Swift::Host);
    }
    if !toolchain::is_root() || !toolchain::has("apt-get") {
        return Err(Absent::Missing(
            "no Swift here, and its root is made by apt as root".to_owned(),
        ));
    }
    let root = paths.cache.join("swift-root");
    let made = command::run(paths.script("xtask/swift/make-root.sh").arg(&root));
    made.text_or_error()
        .map(|_| Swift::Root(root))
        .map_err(Absent::Broken)
}

/// The build folder of the tests.
const BUILD: &str = "swift";

/// What is shown to the compiler, and where.
struct Bench {
    package: PathBuf,
    build: PathBuf,
    library: PathBuf,
    stories: PathBuf,
}

impl Swift {
    fn bench(
        &self,
        paths: &Paths,
        libraries: &Libraries,
        stories: &Path,
        build: &str,
    ) -> Result<(Bench, Bench), String> {
        let outside = Bench {
            package: paths.root.clone(),
            build: paths.target.join(build),
            library: libraries.world.clone(),
            stories: stories.to_owned(),
        };
        fs::create_dir_all(&outside.build)
            .map_err(|e| format!("{}: {e}", outside.build.display()))?;
        let inside = match self {
            Self::Host => Bench {
                package: outside.package.clone(),
                build: outside.build.clone(),
                library: outside.library.clone(),
                stories: outside.stories.clone(),
            },
            Self::Root(_) => Bench {
                package: "/pericard".into(),
                build: "/build".into(),
                library: "/library".into(),
                stories: "/stories".into(),
            },
        };
        Ok((outside, inside))
    }

    fn command(&self, paths: &Paths, outside: &Bench, inside: &Bench, stage: &Stage) -> Command {
        let mut variables = vec![
            ("PERICARD_WORLD_LIB", inside.library.display().to_string()),
            ("PERICARD_SCENARIOS", inside.stories.display().to_string()),
        ];
        variables.push(("PERICARD_PORTAL_CONTROL", stage.control().to_owned()));
        match self {
            Self::Host => {
                let mut command = Command::new("env");
                command.current_dir(&paths.root).envs(variables);
                command
            }
            Self::Root(root) => {
                let mut command = paths.script("xtask/swift/in-root.sh");
                command.arg(root);
                for (from, to) in [
                    (&outside.package, &inside.package),
                    (&outside.build, &inside.build),
                    (&outside.library, &inside.library),
                    (&outside.stories, &inside.stories),
                ] {
                    command.arg(format!("{}={}", from.display(), to.display()));
                }
                for (name, value) in variables {
                    command.arg(format!("{name}={value}"));
                }
                command.arg("-C").arg(&inside.package).arg("--");
                command
            }
        }
    }

    /// Checks the format of everything written by hand.
    pub(crate) fn format(
        &self,
        paths: &Paths,
        libraries: &Libraries,
        stage: &Stage,
    ) -> Result<Ran, String> {
        let (outside, inside) = self.bench(paths, libraries, stage.stories(), BUILD)?;
        let mut format = self.command(paths, &outside, &inside, stage);
        format.args(["swift", "format", "lint", "--strict", "--recursive"]);
        format.args(["--configuration", "bindings/swift/.swift-format"]);
        format.args([
            "Package.swift",
            "bindings/swift/Bench",
            "bindings/swift/Sources",
            "bindings/swift/Tests",
            "ios/Package.swift",
            "ios/Sources",
            "ios/Tests",
        ]);
        Ok(command::run(&mut format))
    }

    /// Compiles the words of the iOS app and parses its screens, whose types are Apple's: only a Mac compiles those.
    pub(crate) fn parse_screens(
        &self,
        paths: &Paths,
        libraries: &Libraries,
        stage: &Stage,
    ) -> Result<Ran, String> {
        let (outside, inside) = self.bench(paths, libraries, stage.stories(), BUILD)?;
        let mut parse = self.command(paths, &outside, &inside, stage);
        parse.args(["bash", "-c"]);
        parse.arg(
            "set -e; swiftc -typecheck -swift-version 6 ios/Generated/Words.swift; \
             find ios/Sources/App ios/Generated ios/Tests/ScreenTests -name '*.swift' -print0 | xargs -0 swiftc -frontend -parse -swift-version 6",
        );
        Ok(command::run(&mut parse))
    }

    /// Builds the package with its tests and runs them, all or those that `filter` names.
    pub(crate) fn test(
        &self,
        paths: &Paths,
        libraries: &Libraries,
        stage: &Stage,
        filter: Option<&str>,
    ) -> Result<Ran, String> {
        let test = self.tests(paths, libraries, stage, BUILD)?;
        Ok(run_filtered(test, filter))
    }

    /// The same for the models of the iOS app, a package of its own.
    pub(crate) fn test_app(
        &self,
        paths: &Paths,
        libraries: &Libraries,
        stage: &Stage,
        filter: Option<&str>,
    ) -> Result<Ran, String> {
        let mut test = self.tests(paths, libraries, stage, "swift-app")?;
        test.args(["--package-path", "ios"]);
        Ok(run_filtered(test, filter))
    }

    fn tests(
        &self,
        paths: &Paths,
        libraries: &Libraries,
        stage: &Stage,
        build: &str,
    ) -> Result<Command, String> {
        let (outside, inside) = self.bench(paths, libraries, stage.stories(), build)?;
        let mut test = self.command(paths, &outside, &inside, stage);
        add_test(&mut test, &inside.build);
        Ok(test)
    }

    /// Makes the package as a release has it, and an app in a folder of its own that depends on it by URL and version; runs
    /// the app.
    pub(crate) fn consume(&self, paths: &Paths, libraries: &Libraries) -> Result<Ran, String> {
        let package = package::swift::make(paths, &package::swift::Binary::default())?;
        let app = paths.target.join("package/swift-app");
        let (package_inside, app_inside, library_inside) = match self {
            Self::Host => (package.clone(), app.clone(), libraries.ship.clone()),
            // The name of the folder is the package's identity.
            Self::Root(_) => ("/pericard-swift".into(), "/app".into(), "/library".into()),
        };
        package::swift::consumer(paths, &app, &format!("file://{}", package_inside.display()))?;
        let mut run = match self {
            Self::Host => {
                let mut command = Command::new("env");
                command.current_dir(&app);
                command
            }
            Self::Root(root) => {
                let mut command = paths.script("xtask/swift/in-root.sh");
                command.arg(root);
                for (from, to) in [
                    (&package, &package_inside),
                    (&app, &app_inside),
                    (&libraries.ship, &library_inside),
                ] {
                    command.arg(format!("{}={}", from.display(), to.display()));
                }
                command.arg("-C").arg(&app_inside).arg("--");
                command
            }
        };
        // git refuses repositories of another user, whom a mounted folder may belong to.
        run.args([
            "env",
            "GIT_CONFIG_COUNT=1",
            "GIT_CONFIG_KEY_0=safe.directory",
            "GIT_CONFIG_VALUE_0=*",
        ]);
        run.args([
            "swift",
            "run",
            "--disable-sandbox",
            // Of its own: a tag that was made anew must not be compared with an older one.
            "--cache-path",
            ".cache",
            "--security-path",
            ".security",
            "-Xswiftc",
            "-use-ld=lld",
        ]);
        let library = library_inside.display();
        run.args([
            "-Xlinker",
            &format!("-L{library}"),
            "-Xlinker",
            "-rpath",
            "-Xlinker",
        ]);
        run.arg(&library_inside);
        let mut ran = command::run(&mut run);
        if ran.ok && !ran.text.contains("Your blood test") {
            ran.ok = false;
            ran.text.push_str("the app shows no inbox\n");
        }
        Ok(ran)
    }

    /// Builds the measuring programs for release and runs the one that calls.
    pub(crate) fn measure(
        &self,
        paths: &Paths,
        libraries: &Libraries,
        stage: &Stage,
    ) -> Result<String, String> {
        for product in [
            "PericardBench",
            "PericardFirst",
            "PericardEmptyFirst",
            "PericardLoad",
        ] {
            let (mut build, inside) = self.measuring(paths, libraries, stage)?;
            build.args(["env", "PERICARD_BENCH=1", "swift", "build", "--quiet"]);
            build.args(["--configuration", "release", "-Xswiftc", "-use-ld=lld"]);
            build
                .arg("--scratch-path")
                .arg(&inside)
                .args(["--product", product]);
            command::run(&mut build).text_or_error()?;
        }
        let (mut run, inside) = self.measuring(paths, libraries, stage)?;
        run.arg(inside.join("release/PericardBench"));
        command::run(&mut run).text_or_error()
    }

    /// Times whole processes: one that calls the shipped library once, and one that calls the empty one. After
    /// [`Swift::measure`].
    pub(crate) fn measure_load(
        &self,
        paths: &Paths,
        libraries: &Libraries,
        stage: &Stage,
    ) -> Result<String, String> {
        // The programs look for their library in one folder; here the shipped one lies there.
        let shipped = Libraries {
            world: libraries.ship.clone(),
            ship: libraries.ship.clone(),
        };
        let (mut run, inside) = self.measuring(paths, &shipped, stage)?;
        let release = inside.join("release");
        run.arg(release.join("PericardLoad"))
            .arg(release.join("PericardFirst"))
            .arg(release.join("PericardEmptyFirst"));
        command::run(&mut run).text_or_error()
    }

    /// A command where the programs are built, and the folder that they are built in.
    fn measuring(
        &self,
        paths: &Paths,
        libraries: &Libraries,
        stage: &Stage,
    ) -> Result<(Command, PathBuf), String> {
        let (outside, inside) = self.bench(paths, libraries, stage.stories(), "swift-bench")?;
        let command = self.command(paths, &outside, &inside, stage);
        Ok((command, inside.build))
    }
}

fn add_test(command: &mut Command, build: &Path) {
    command.args(["swift", "test", "--disable-xctest"]);
    // The default gold linker cannot read the relocations of the Observation module, which apps use.
    command.args(["-Xswiftc", "-use-ld=lld", "--scratch-path"]);
    command.arg(build);
}

fn run_filtered(mut test: Command, filter: Option<&str>) -> Ran {
    if let Some(filter) = filter {
        test.args(["--filter", filter]);
    }
    command::run(&mut test)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inside_the_root_paths_do_not_depend_on_the_clone() {
        let paths = Paths {
            root: "/somewhere/clone".into(),
            target: std::env::temp_dir(),
            cache: "/c".into(),
        };
        let libraries = Libraries {
            ship: "/l/ship".into(),
            world: "/l/world".into(),
        };
        let swift = Swift::Root("/c/swift-root".into());
        let (_, inside) = swift
            .bench(&paths, &libraries, Path::new("/somewhere/stories"), BUILD)
            .unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(inside.package, Path::new("/pericard"));
        assert_eq!(inside.stories, Path::new("/stories"));
    }
}
