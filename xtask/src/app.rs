//! The Android app's screens, tested and drawn with Compose for the desktop by Maven.
//!
//! The pictures go to `docs/screens`; a run that changes none of them leaves the files as they are. They are drawn with
//! fonts of Debian's packages that are unpacked into the cache, and with no other font of the machine.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::command;
use crate::counts::{self, Counts};
use crate::paths::Paths;
use crate::table::Row;
use crate::toolchain::{self, Absent};

/// The packages that hold the fonts, and where each font lies in them.
const PACKAGES: [&str; 3] = [
    "fonts-roboto-unhinted",
    "fonts-noto-core",
    "fonts-noto-mono",
];
const FONTS: [&str; 7] = [
    "roboto/unhinted/RobotoTTF/Roboto-Regular.ttf",
    "roboto/unhinted/RobotoTTF/Roboto-Italic.ttf",
    "roboto/unhinted/RobotoTTF/Roboto-Medium.ttf",
    "roboto/unhinted/RobotoTTF/Roboto-Bold.ttf",
    "noto/NotoSansArabic-Regular.ttf",
    "noto/NotoSansArabic-Bold.ttf",
    "noto/NotoSansMono-Regular.ttf",
];
/// Roboto as on Android, with Noto for Arabic. A cache has no relative path: fontconfig would put it where a test runs.
const CONFIGURATION: &str = r#"<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir>FOLDER/cache</cachedir>
  <alias binding="strong">
    <family>sans-serif</family>
    <prefer><family>Roboto</family><family>Noto Sans Arabic</family></prefer>
  </alias>
  <alias binding="strong">
    <family>monospace</family>
    <prefer><family>Noto Sans Mono</family></prefer>
  </alias>
</fontconfig>
"#;

fn pom(paths: &Paths) -> PathBuf {
    paths.root.join("android/ui/pom.xml")
}

fn maven(paths: &Paths) -> Command {
    let mut maven = Command::new("mvn");
    maven
        .current_dir(&paths.root)
        .args(["--quiet", "--batch-mode", "--file"])
        .arg(pom(paths));
    maven
}

/// Sees that Maven and the fonts are there.
fn prepare(paths: &Paths) -> Result<(), Absent> {
    if !toolchain::has("mvn") {
        return Err(Absent::Missing(
            "no Maven here: install maven and a JDK of 17 or newer".to_owned(),
        ));
    }
    fonts(paths)?;
    let text = fs::read_to_string(pom(paths)).map_err(|e| broken(&pom(paths), &e))?;
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    let mark = paths
        .cache
        .join(format!("maven-app-{:016x}", hasher.finish()));
    if mark.exists() {
        return Ok(());
    }
    command::run(maven(paths).arg("dependency:go-offline")).text_or_error()?;
    fs::create_dir_all(&paths.cache)
        .and_then(|()| fs::write(&mark, ""))
        .map_err(|e| broken(&mark, &e))
}

fn broken(path: &Path, error: &std::io::Error) -> Absent {
    Absent::Broken(format!("{}: {error}", path.display()))
}

fn font_folder(paths: &Paths) -> PathBuf {
    paths.cache.join("screen-fonts")
}

/// Unpacks the fonts into the cache, once; nothing is installed on the machine.
fn fonts(paths: &Paths) -> Result<(), Absent> {
    let folder = font_folder(paths);
    let ready = folder.join("fonts.conf");
    let configuration = CONFIGURATION.replace("FOLDER", &folder.to_string_lossy());
    if fs::read_to_string(&ready).is_ok_and(|text| text == configuration) {
        return Ok(());
    }
    if !toolchain::has("apt-get") {
        let text = format!("no apt-get here to fetch {} with", PACKAGES.join(", "));
        return Err(Absent::Missing(text));
    }
    let unpacked = folder.join("packages");
    let kept = folder.join("fonts");
    for folder in [&unpacked, &kept] {
        fs::create_dir_all(folder).map_err(|e| broken(folder, &e))?;
    }
    let mut fetch = Command::new("apt-get");
    fetch
        .current_dir(&unpacked)
        .args(["--quiet", "download"])
        .args(PACKAGES);
    command::run(&mut fetch).text_or_error()?;
    let packages = fs::read_dir(&unpacked).map_err(|e| broken(&unpacked, &e))?;
    for package in packages.flatten().map(|entry| entry.path()) {
        if package.extension().is_some_and(|end| end == "deb") {
            let mut unpack = Command::new("dpkg-deb");
            unpack.arg("--extract").arg(&package).arg(&unpacked);
            command::run(&mut unpack).text_or_error()?;
        }
    }
    for font in FONTS.map(Path::new) {
        let from = unpacked.join("usr/share/fonts/truetype").join(font);
        let to = kept.join(font.file_name().unwrap_or_default());
        fs::copy(&from, to).map_err(|e| broken(&from, &e))?;
    }
    fs::remove_dir_all(&unpacked).map_err(|e| broken(&unpacked, &e))?;
    fs::write(&ready, configuration).map_err(|e| broken(&ready, &e))
}

/// Compiles the screens, tests them in every state and view, and draws their pictures.
pub(crate) fn row(paths: &Paths) -> Row {
    const STEP: &str = "the app's screens";
    let started = Instant::now();
    if let Err(absent) = prepare(paths) {
        return Row::absent(STEP, &absent, started.elapsed());
    }
    let build = paths.target.join("app-ui");
    let reports = build.join("surefire-reports");
    if let Err(error) = fs::remove_dir_all(&reports)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        let text = format!("{}: {error}", reports.display());
        return Row::check(STEP, Err(text), Duration::ZERO);
    }
    let pictures = paths.root.join("docs/screens");
    let ran = command::run(
        maven(paths)
            .arg(format!("-Dpericard.build={}", build.display()))
            .arg(format!("-Dpericard.fonts={}", font_folder(paths).display()))
            .arg(format!("-Dpericard.pictures={}", pictures.display()))
            .arg("test"),
    );
    let mut counts = Counts::default();
    for report in fs::read_dir(&reports).into_iter().flatten().flatten() {
        if report.file_name().to_string_lossy().starts_with("TEST-") {
            counts =
                counts + counts::surefire(&fs::read_to_string(report.path()).unwrap_or_default());
        }
    }
    Row::tests(STEP, ran.ok, counts, ran.text, ran.took)
}
