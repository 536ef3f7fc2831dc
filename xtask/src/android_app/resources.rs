//! The app's manifest and resources, put together with those of its libraries and linked as in an APK.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{APPLICATION, MINIMUM, SCHEME, TARGET, VERSION, Workshop};
use crate::command;

impl Workshop<'_> {
    /// The merged manifest.
    pub(super) fn manifest(&self) -> PathBuf {
        self.out.join("AndroidManifest.xml")
    }

    /// The linked resources, which are also an APK without code.
    pub(super) fn resources(&self) -> PathBuf {
        self.out.join("resources.ap_")
    }

    /// The rules that keep the classes which the manifest and the resources name.
    pub(super) fn rules_of_resources(&self) -> PathBuf {
        self.out.join("resources.pro")
    }

    pub(super) fn assets(&self) -> PathBuf {
        self.paths.root.join("android/app/src/main/assets")
    }

    /// Classes of Java that name each resource.
    pub(super) fn names(&self) -> PathBuf {
        self.out.join("names")
    }

    pub(super) fn link(&self) -> Result<(), String> {
        let compiled = self.out.join("compiled");
        emptied(&compiled)?;
        emptied(&self.names())?;
        self.merge()?;
        let (mut inputs, mut packages) = (Vec::new(), Vec::new());
        for library in self.libraries.unpacked("app")? {
            if let Some(package) = package(&library.0.join("AndroidManifest.xml"))? {
                packages.push(package);
            }
            let resources = library.0.join("res");
            if resources.exists() {
                let name = library.0.file_name().unwrap_or_default().to_owned();
                inputs.push(self.compiled(&resources, &compiled, &name.to_string_lossy())?);
            }
        }
        let ours = self.paths.root.join("android/app/src/main/res");
        inputs.push(self.compiled(&ours, &compiled, "app")?);
        packages.sort();
        packages.dedup();

        let mut link = Command::new(self.libraries.aapt2()?);
        link.args(["link", "--auto-add-overlay", "-I"])
            .args(self.libraries.jars("framework")?)
            .arg("--manifest")
            .arg(self.manifest())
            .arg("-A")
            .arg(self.assets())
            .arg("--java")
            .arg(self.names())
            .args(["--custom-package", &format!("{APPLICATION}.android")])
            .args(["--extra-packages", &packages.join(":")])
            .arg("--proguard")
            .arg(self.rules_of_resources())
            .args([
                "--proguard-minimal-keep-rules",
                "--no-proguard-location-reference",
            ])
            .arg("-o")
            .arg(self.resources())
            .args(inputs);
        command::run(&mut link).text_or_error()?;
        Ok(())
    }

    fn compiled(&self, resources: &Path, into: &Path, name: &str) -> Result<PathBuf, String> {
        let out = into.join(format!("{name}.zip"));
        let mut compile = Command::new(self.libraries.aapt2()?);
        compile
            .args(["compile", "--dir"])
            .arg(resources)
            .arg("-o")
            .arg(&out);
        command::run(&mut compile).text_or_error()?;
        Ok(out)
    }

    /// The app's manifest with what its libraries add to it, by the tool that Gradle uses.
    fn merge(&self) -> Result<(), String> {
        let app = self.named(
            "android/app/src/main/AndroidManifest.xml",
            APPLICATION,
            "app.xml",
        )?;
        let package = self.named(
            "bindings/kotlin/pericard-android/src/main/AndroidManifest.xml",
            "dev.pericard",
            "pericard.xml",
        )?;
        let mut libraries = vec![package];
        libraries.extend(
            self.libraries
                .unpacked("app")?
                .into_iter()
                .map(|library| library.0.join("AndroidManifest.xml")),
        );
        let list: Vec<String> = libraries
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        let mut merge = Command::new("java");
        merge
            .arg("-cp")
            .arg(std::env::join_paths(self.libraries.jars("merger")?).map_err(|e| e.to_string())?)
            .arg("com.android.manifmerger.Merger")
            .arg("--main")
            .arg(app)
            .args(["--libs", &list.join(":")]);
        let properties = [
            ("MIN_SDK_VERSION", MINIMUM.to_string()),
            ("TARGET_SDK_VERSION", TARGET.to_string()),
            ("VERSION_NAME", VERSION.to_owned()),
            ("VERSION_CODE", "1".to_owned()),
        ];
        for (name, value) in properties {
            merge.args(["--property", &format!("{name}={value}")]);
        }
        merge
            .args(["--placeholder", &format!("applicationId={APPLICATION}")])
            .args(["--placeholder", &format!("pericardRedirectScheme={SCHEME}")])
            .arg("--out")
            .arg(self.manifest());
        command::run(&mut merge).text_or_error()?;
        Ok(())
    }

    /// A manifest of ours with what Gradle adds to it from the build file.
    fn named(&self, inside: &str, package: &str, name: &str) -> Result<PathBuf, String> {
        let path = self.paths.root.join(inside);
        let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        let begins = format!("<manifest package=\"{package}\" ");
        let mut whole = text.replacen("<manifest ", &begins, 1);
        if package != APPLICATION {
            // A library that does not say for which Android it is would be taken for one of the oldest, which asks for more.
            let uses = format!(
                "<uses-sdk android:minSdkVersion=\"{MINIMUM}\" android:targetSdkVersion=\"{TARGET}\" />\n  <application"
            );
            whole = whole.replacen("<application", &uses, 1);
        }
        let to = self.out.join(name);
        fs::write(&to, whole).map_err(|e| format!("{}: {e}", to.display()))?;
        Ok(to)
    }
}

/// The package that a library's manifest names.
fn package(manifest: &Path) -> Result<Option<String>, String> {
    let text = fs::read_to_string(manifest).map_err(|e| format!("{}: {e}", manifest.display()))?;
    Ok(text
        .split_once("package=\"")
        .and_then(|(_, rest)| rest.split_once('"'))
        .map(|(package, _)| package.to_owned()))
}

pub(super) fn emptied(folder: &Path) -> Result<(), String> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    }
    fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))
}
