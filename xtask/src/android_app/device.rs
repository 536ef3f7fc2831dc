//! The app's tests on an Android without a phone: Robolectric runs the system's own code on this machine's Java. They are run on
//! the app as it is compiled, and on what R8 leaves of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use super::classes::{MODULES, joined};
use super::resources::emptied;
use super::{APPLICATION, RUN, SHRUNK_RUN, Workshop};
use crate::build::Built;
use crate::command::{self, Ran};
use crate::counts::Counts;
use crate::maven;
use crate::portal::Demo;
use crate::table::Row;

/// What Robolectric reaches into.
const OPENED: [&str; 5] = ["java.lang", "java.util", "java.io", "java.net", "java.nio"];

impl Workshop<'_> {
    /// Compiles the tests and runs them against a portal of their own, which one of them ends.
    pub(super) fn test(&self, built: &Built) -> Row {
        self.row(RUN, built, || {
            self.compile_tests()?;
            let mut classes: Vec<PathBuf> = MODULES.map(|module| self.classes(module)).into();
            classes.push(self.package()?);
            classes.extend(self.libraries.jars("app")?);
            Ok(classes)
        })
    }

    /// Runs them, as they are compiled, on the shrunk app.
    pub(super) fn test_shrunk(&self, built: &Built) -> Row {
        self.row(SHRUNK_RUN, built, || {
            let to = self.out.join("shrunk.jar");
            self.r8(&["--classfile"], &self.rules_of_tests()?, &to)?;
            Ok(vec![to])
        })
    }

    fn row(
        &self,
        step: &str,
        built: &Built,
        app: impl FnOnce() -> Result<Vec<PathBuf>, String>,
    ) -> Row {
        let started = Instant::now();
        match app().and_then(|classes| self.tested(built, classes)) {
            Ok((ran, counts)) => Row::tests(step, ran.ok, counts, ran.text, started.elapsed()),
            Err(text) => Row::check(step, Err(text), started.elapsed()),
        }
    }

    fn tested(&self, built: &Built, app: Vec<PathBuf>) -> Result<(Ran, Counts), String> {
        let told = self.out.join("told");
        emptied(&told)?;
        self.tell(&told)?;
        let reports = self.out.join("reports");
        emptied(&reports)?;
        let demo = Demo::start(self.paths, built, false)?;
        let ana = demo.person("ana")?;

        let mut path = vec![told, self.paths.root.join("android/app/src/test/resources")];
        path.push(self.classes("test"));
        path.extend(app);
        for section in ["test", "device"] {
            path.extend(self.libraries.jars(section)?);
        }
        let mut java = Command::new("java");
        java.args(["-Xmx2g", "-Drobolectric.offline=true"])
            .arg(format!(
                "-Drobolectric.dependency.dir={}",
                self.libraries.folder("image").display()
            ));
        for package in OPENED {
            java.arg(format!("--add-opens=java.base/{package}=ALL-UNNAMED"));
        }
        java.arg("--add-opens=java.base/jdk.internal.access=ALL-UNNAMED")
            .arg("--add-exports=java.base/jdk.internal.access=ALL-UNNAMED");
        let told = [
            ("base", demo.base.clone()),
            ("certificate", demo.certificate.display().to_string()),
            ("portal", demo.process().to_string()),
            ("user", "ana".to_owned()),
            ("password", ana.password.clone()),
            ("secret", ana.secret.clone()),
            ("pictures", self.out.join("pictures").display().to_string()),
        ];
        for (name, value) in told {
            java.arg(format!("-Dpericard.{name}={value}"));
        }
        java.arg("-cp")
            .arg(joined(path)?)
            .args([
                "org.junit.platform.console.ConsoleLauncher",
                "execute",
                "--disable-banner",
                "--details=tree",
            ])
            .args(["--scan-classpath"])
            .arg(self.classes("test"))
            .arg("--reports-dir")
            .arg(&reports);
        let ran = command::run(&mut java);
        let counts = maven::reports(&reports)?.into_iter();
        let counts = counts.fold(Counts::default(), |sum, (_, counts)| sum + counts);
        Ok((ran, counts))
    }

    /// Where Robolectric finds the app's manifest and resources, as Gradle tells it.
    fn tell(&self, folder: &Path) -> Result<(), String> {
        let folder = folder.join("com/android/tools");
        fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        let text = format!(
            "android_merged_manifest={}\nandroid_merged_assets={}\nandroid_resource_apk={}\nandroid_custom_package={APPLICATION}.android\n",
            self.manifest().display(),
            self.assets().display(),
            self.resources().display(),
        );
        let file = folder.join("test_config.properties");
        fs::write(&file, text).map_err(|e| format!("{}: {e}", file.display()))
    }
}
