//! The app as it is released: R8 removes what nothing uses and renames the rest, by the rules that Gradle's build gives it.
//!
//! Those are the app's, the package's and Gradle's own; aapt2's, for what the manifest names; and those inside the libraries, of
//! which R8 itself finds the ones in jars. Whether the app can do without what is gone, its tests say ([`super::traced`]). They
//! keep what they name, so what the system makes by its name is looked for in the app as a phone gets it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::classes::{megabytes, weight};
use super::libraries::extract;
use super::resources::emptied;
use super::{MINIMUM, Workshop};
use crate::command;
use crate::fetching;

/// The rules that our Gradle files name.
const OURS: [&str; 2] = [
    "android/app/rules.pro",
    "bindings/kotlin/pericard-android/consumer-rules.pro",
];
/// The pieces of Gradle's `proguard-android-optimize.txt`, inside its plugin.
const GRADLES: [&str; 3] = ["header", "optimizations", "common"];
/// Of Java's own classes, those that Android has too; but for a few, it has all of them.
const JAVA: &str = r"regex:/java\.(base|logging)/.*";
/// It does everything once: with Java's second compiler it takes 6.8 minutes of CPU instead of 3.6.
const MACHINE: [&str; 3] = ["-Xmx3g", "-XX:+UseParallelGC", "-XX:TieredStopAtLevel=1"];
/// What WorkManager makes by the names in its database.
const WORKERS: [&str; 2] = [
    "dev.pericard.app.android.SyncWorker",
    "dev.pericard.app.android.Reminder",
];
/// What is for tests alone.
const FOR_TESTS: [&str; 2] = [
    "dev.pericard.testing.MemoryKeystore",
    "dev.pericard.app.models.FakeCore",
];
/// What the classes may weigh: a rule that keeps too much is seen by nothing else.
const BUDGET: u64 = 4_200_000;

impl Workshop<'_> {
    /// Shrinks the app as a phone gets it, and looks at what is left.
    pub(super) fn shrink(&self) -> Result<String, String> {
        let folder = self.out.join("shrunk");
        emptied(&folder)?;
        let (mapping, usage) = (folder.join("mapping.txt"), folder.join("usage.txt"));
        let report = folder.join("report.pro");
        let text = format!(
            "-printmapping {}\n-printusage {}\n",
            mapping.display(),
            usage.display()
        );
        fs::write(&report, text).map_err(|e| format!("{}: {e}", report.display()))?;
        self.r8(&["--min-api", &MINIMUM.to_string()], &report, &folder)?;

        let (mapping, usage) = (read(&mapping)?, read(&usage)?);
        let (kept, removed) = (kept(&mapping), removed(&usage));
        let mut faults = lost(&read(&self.manifest())?, &kept, &removed);
        let left = FOR_TESTS.iter().filter(|name| !removed.contains(*name));
        faults.extend(left.map(|name| format!("{name} is for tests and was not removed")));
        let bytes = weight(&folder)?;
        if bytes > BUDGET {
            faults.insert(format!("{bytes} bytes of classes, more than {BUDGET}"));
        }
        if !faults.is_empty() {
            return Err(Vec::from_iter(faults).join("\n"));
        }
        Ok(megabytes(bytes))
    }

    /// Has R8 shrink what ships, by all rules and by those of `more`.
    pub(super) fn r8(&self, form: &[&str], more: &Path, to: &Path) -> Result<(), String> {
        let ours = OURS.map(|file| self.paths.root.join(file));
        let mut rules = vec![self.gradles_rules()?, self.rules_of_resources()];
        rules.extend(ours.clone());
        let libraries = self.libraries.unpacked("app")?.into_iter();
        rules.extend(
            libraries
                .map(|library| library.0.join("proguard.txt"))
                .filter(|file| file.exists()),
        );
        rules.push(more.to_owned());

        let mut r8 = Command::new("java");
        r8.args(MACHINE)
            .arg("-cp")
            .arg(self.libraries.jar("tools", "r8-")?)
            .args(["com.android.tools.r8.R8", "--release"])
            .args(form)
            .arg("--lib")
            .args(self.libraries.jars("framework")?)
            .arg("--lib")
            .arg(self.java()?)
            .arg("--output")
            .arg(to);
        for file in rules {
            r8.arg("--pg-conf").arg(file);
        }
        r8.args(self.shipped()?);
        let said = command::run(&mut r8).text_or_error()?;
        let faults = faults(&said, &ours);
        if faults.is_empty() {
            return Ok(());
        }
        Err(faults.join("\n"))
    }

    /// Gradle's own rules. They forgive every class of AndroidX that is missing; here a rule of ours has to name it.
    fn gradles_rules(&self) -> Result<PathBuf, String> {
        let plugin = self.libraries.jar("tools", "gradle-")?;
        let to = self.out.join("gradle.pro");
        let mut rules = String::new();
        for piece in GRADLES {
            let name = format!("com/android/build/gradle/proguard-{piece}.txt");
            extract(&plugin, &name, &to)?;
            for line in read(&to)?.lines() {
                if !line.starts_with("-dontwarn") {
                    rules.push_str(line);
                    rules.push('\n');
                }
            }
        }
        fs::write(&to, rules).map_err(|e| format!("{}: {e}", to.display()))?;
        Ok(to)
    }

    /// Java's own classes, which are not among Android's: this machine's.
    fn java(&self) -> Result<PathBuf, String> {
        let home = fetching::java_home()?;
        let folder = self.out.join("java");
        emptied(&folder)?;
        let mut unpack = Command::new(home.join("bin/jimage"));
        unpack
            .arg("extract")
            .arg("--dir")
            .arg(&folder)
            .args(["--include", JAVA])
            .arg(home.join("lib/modules"));
        command::run(&mut unpack).text_or_error()?;
        let to = self.out.join("java.jar");
        let mut pack = Command::new(home.join("bin/jar"));
        pack.args(["--create", "--no-compress", "--file"]).arg(&to);
        for module in ["java.base", "java.logging"] {
            pack.arg("-C").arg(folder.join(module)).arg(".");
        }
        command::run(&mut pack).text_or_error()?;
        Ok(to)
    }
}

fn read(file: &Path) -> Result<String, String> {
    fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))
}

/// What each class that is left was called, and is called now. The lines between are about members.
fn kept(mapping: &str) -> BTreeMap<&str, &str> {
    let lines = mapping.lines().filter(|line| !line.starts_with([' ', '#']));
    let classes = lines.filter_map(|line| line.strip_suffix(':')?.split_once(" -> "));
    classes.collect()
}

/// The classes that are gone as a whole: with a colon, a line is followed by what was removed of a class.
fn removed(usage: &str) -> BTreeSet<&str> {
    let lines = usage.lines();
    lines
        .filter(|line| !line.starts_with(' ') && !line.ends_with(':'))
        .collect()
}

/// What the system and WorkManager make by its name, and is not there under it. Every second piece of the manifest between
/// quotes is the value of an attribute; those that are no class were neither kept nor removed.
fn lost(manifest: &str, kept: &BTreeMap<&str, &str>, removed: &BTreeSet<&str>) -> BTreeSet<String> {
    let values = manifest.split('"').skip(1).step_by(2);
    let classes = values.filter(|value| kept.contains_key(value) || removed.contains(value));
    classes
        .chain(WORKERS)
        .filter(|name| kept.get(name) != Some(name))
        .map(|name| format!("{name} is found by its name and is not there under it"))
        .collect()
}

/// What R8 said of what it did, where it is more than that two jars have a file of the same name: its warnings, and rules of
/// ours that keep nothing.
fn faults<'a>(said: &'a str, ours: &[PathBuf]) -> Vec<&'a str> {
    let is_fault = |line: &str| match line.strip_prefix("Info in ") {
        Some(at) => ours
            .iter()
            .any(|file| at.starts_with(&*file.to_string_lossy())),
        None => line.starts_with("Warning") && !line.starts_with("Warning: Resource '"),
    };
    let mut faults = Vec::new();
    let mut told = false;
    for line in said.lines() {
        if line.starts_with("Info") || line.starts_with("Warning") {
            told = is_fault(line);
        }
        if told {
            faults.push(line);
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::{WORKERS, faults, kept, lost, removed};

    #[test]
    fn a_rule_of_ours_that_keeps_nothing_is_a_fault_and_a_librarys_is_none() {
        let said = "Info in /l/proguard.txt at line 1, column 1:\n\
                    Proguard configuration rule does not match anything: `-keep a {\n}`\n\
                    Info in /o/rules.pro at line 2, column 1:\n\
                    Proguard configuration rule does not match anything: `-keep b {\n}`\n\
                    Warning: Resource 'x' already exists.\n\
                    Warning: odd\n";
        let ours = &said.split_inclusive('\n').collect::<Vec<_>>()[3..6];
        assert_eq!(
            faults(said, &["/o/rules.pro".into()]),
            [ours[0], ours[1], ours[2], "Warning: odd"].map(str::trim_end)
        );
    }

    #[test]
    fn what_the_manifest_names_may_be_neither_removed_nor_renamed() {
        let manifest = r#"<activity name="a.Gone"/><service name="a.New"/><receiver name="a.Kept"/><x y="true"/>"#;
        let mapping = "# R8\na.New -> b:\n    void a.New() -> c\na.Kept -> a.Kept:\n\
                       dev.pericard.app.android.Reminder -> dev.pericard.app.android.Reminder:\n";
        let usage = "a.Gone\na.Kept:\n    void f()\n";
        assert_eq!(
            lost(manifest, &kept(mapping), &removed(usage)),
            ["a.Gone", "a.New", WORKERS[0]]
                .map(|name| format!("{name} is found by its name and is not there under it"))
                .into()
        );
    }
}
