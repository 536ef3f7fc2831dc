//! The app's classes: compiled module by module with Android's Compose, then as a phone takes them.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::resources::emptied;
use super::{MINIMUM, Workshop};
use crate::command;

/// What ships of ours, and in Java the names of the resources; the first is found first.
pub(super) const MODULES: [&str; 4] = ["app", "ui", "pericard", "names"];

/// A module of Kotlin and what is special about its compilation.
struct Module<'a> {
    name: &'a str,
    sources: Vec<PathBuf>,
    /// The modules whose classes it sees.
    sees: &'a [&'a str],
    /// Another module, or a jar, whose internals it sees.
    friend: Option<PathBuf>,
    options: &'a [&'a str],
}

impl Workshop<'_> {
    /// The classes of a module.
    pub(super) fn classes(&self, module: &str) -> PathBuf {
        self.out.join("classes").join(module)
    }

    /// The Kotlin package as it is installed, which carries this machine's native library.
    pub(super) fn package(&self) -> Result<PathBuf, String> {
        let home = std::env::home_dir().ok_or("no home folder")?;
        let folder = home
            .join(".m2/repository/dev/pericard/pericard-jvm")
            .join(super::VERSION);
        Ok(folder.join(format!("pericard-jvm-{}.jar", super::VERSION)))
    }

    fn inside(&self, inside: &str) -> PathBuf {
        self.paths.root.join(inside)
    }

    pub(super) fn compile(&self) -> Result<(), String> {
        self.compile_names()?;
        let package = self.package()?;
        self.module(&Module {
            name: "pericard",
            sources: vec![self.inside("bindings/kotlin/pericard-android/src/main/kotlin")],
            sees: &[],
            friend: Some(package),
            options: &["-Xexplicit-api=strict"],
        })?;
        self.module(&Module {
            name: "ui",
            sources: vec![
                self.inside("android/ui/src/main/kotlin"),
                self.inside("android/ui/src/generated/kotlin"),
            ],
            sees: &["pericard"],
            friend: None,
            options: &[],
        })?;
        self.module(&Module {
            name: "app",
            sources: vec![self.inside("android/app/src/main/kotlin")],
            sees: &["pericard", "ui", "names"],
            friend: None,
            options: &[],
        })
    }

    pub(super) fn compile_tests(&self) -> Result<(), String> {
        self.module(&Module {
            name: "test",
            sources: vec![
                self.inside("android/app/src/test/kotlin"),
                // An authenticator's code.
                self.inside("android/ui/src/desktop/kotlin/dev/pericard/app/desktop/Totp.kt"),
            ],
            sees: &["pericard", "ui", "app", "names"],
            friend: Some(self.classes("app")),
            options: &[],
        })
    }

    fn compile_names(&self) -> Result<(), String> {
        let out = self.classes("names");
        emptied(&out)?;
        let mut javac = Command::new("javac");
        javac
            .args(["-nowarn", "-d"])
            .arg(out)
            .args(files(&self.names(), "java")?);
        command::run(&mut javac).text_or_error()?;
        Ok(())
    }

    fn module(&self, module: &Module<'_>) -> Result<(), String> {
        let out = self.classes(module.name);
        emptied(&out)?;
        let mut path = self.libraries.jars("framework")?;
        path.extend(module.sees.iter().map(|name| self.classes(name)));
        path.push(self.package()?);
        path.extend(self.libraries.jars("app")?);
        if module.name == "test" {
            path.extend(self.libraries.jars("test")?);
        }
        let mut plugin = OsString::from("-Xplugin=");
        plugin.push(
            self.libraries
                .jar("kotlin", "kotlin-compose-compiler-plugin")?,
        );
        let mut kotlinc = Command::new("java");
        kotlinc
            .args(["-Xmx1g", "-cp"])
            .arg(joined(self.libraries.jars("kotlin")?)?)
            .arg("org.jetbrains.kotlin.cli.jvm.K2JVMCompiler")
            .args([
                "-no-stdlib",
                "-no-reflect",
                "-Werror",
                "-jvm-target",
                "17",
                "-module-name",
                module.name,
            ])
            .arg(plugin)
            .args(module.options);
        if let Some(friend) = &module.friend {
            let mut option = OsString::from("-Xfriend-paths=");
            option.push(friend);
            kotlinc.arg(option);
        }
        kotlinc
            .arg("-cp")
            .arg(joined(path)?)
            .arg("-d")
            .arg(out)
            .args(&module.sources);
        command::run(&mut kotlinc).text_or_error()?;
        Ok(())
    }

    /// All that ships as a phone's classes: what D8 cannot translate for the oldest Android is found here.
    pub(super) fn dex(&self) -> Result<String, String> {
        let out = self.out.join("dex");
        emptied(&out)?;
        let mut dex = Command::new("java");
        dex.args(["-Xmx2g", "-cp"])
            .arg(self.libraries.jar("tools", "r8")?)
            .arg("com.android.tools.r8.D8")
            .args(["--min-api", &MINIMUM.to_string(), "--lib"])
            .args(self.libraries.jars("framework")?)
            .arg("--output")
            .arg(&out);
        dex.args(self.shipped()?);
        command::run(&mut dex).text_or_error()?;
        Ok(megabytes(weight(&out)?))
    }

    /// All classes that ship: files of ours, and jars.
    pub(super) fn shipped(&self) -> Result<Vec<PathBuf>, String> {
        let mut shipped = Vec::new();
        for module in MODULES {
            shipped.extend(files(&self.classes(module), "class")?);
        }
        shipped.push(self.package()?);
        shipped.extend(self.libraries.jars("app")?);
        Ok(shipped)
    }
}

/// The bytes of a phone's classes in a folder.
pub(super) fn weight(folder: &Path) -> Result<u64, String> {
    let files = files(folder, "dex")?;
    let sizes = files.iter().map(|file| {
        let size = file.metadata().map(|file| file.len());
        size.map_err(|e| format!("{}: {e}", file.display()))
    });
    sizes.sum()
}

pub(super) fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB of classes", bytes as f64 / 1e6)
}

pub(super) fn joined(paths: Vec<PathBuf>) -> Result<OsString, String> {
    std::env::join_paths(paths).map_err(|e| e.to_string())
}

/// All files with this ending in a folder and below it.
pub(super) fn files(folder: &Path, ending: &str) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries =
            std::fs::read_dir(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
