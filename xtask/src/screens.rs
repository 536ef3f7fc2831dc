//! The Android app's screens, tested and drawn with Compose for the desktop by Maven.
//!
//! Their models are played with the real core in the test world, at the reference portal, beside that.
//!
//! The pictures go to `docs/screens`; a run that changes none of them leaves the files as they are. They are drawn with
//! fonts of Debian's packages that are unpacked into the cache, and with no other font of the machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::bindings::Libraries;
use crate::command::{self, Ran};
use crate::counts::Counts;
use crate::fetching;
use crate::maven;
use crate::paths::Paths;
use crate::portal::Stage;
use crate::table::Row;
use crate::toolchain::Absent;

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

/// Its row in the table.
pub(crate) const STEP: &str = "the app's screens";

pub(crate) fn pom(paths: &Paths) -> PathBuf {
    paths.root.join("android/ui/pom.xml")
}

pub(crate) fn build(paths: &Paths) -> PathBuf {
    paths.target.join("app-ui")
}

/// Sees that Maven and the fonts are there; says where the fonts are.
pub(crate) fn prepare(paths: &Paths) -> Result<PathBuf, Absent> {
    maven::prepare(paths, &pom(paths))?;
    fonts(paths)
}

/// The folder of the fonts in the cache, with their configuration; nothing is installed on the machine.
fn fonts(paths: &Paths) -> Result<PathBuf, Absent> {
    let whole = paths.cache.join("screen-fonts");
    let ready = whole.join("fonts.conf");
    let configuration = CONFIGURATION.replace("FOLDER", &whole.to_string_lossy());
    if fs::read_to_string(&ready).is_ok_and(|text| text == configuration) {
        return Ok(whole);
    }
    if whole.exists() {
        fs::remove_dir_all(&whole).map_err(|e| broken(&whole, &e))?;
    }
    let parts = fetching::fresh(&whole)?;
    let (unpacked, kept) = (parts.join("packages"), parts.join("fonts"));
    for folder in [&unpacked, &kept] {
        fs::create_dir_all(folder).map_err(|e| broken(folder, &e))?;
    }
    fetching::unpack(&PACKAGES, &unpacked)?;
    for font in FONTS.map(Path::new) {
        let from = unpacked.join("usr/share/fonts/truetype").join(font);
        let to = kept.join(font.file_name().unwrap_or_default());
        fs::copy(&from, to).map_err(|e| broken(&from, &e))?;
    }
    fs::remove_dir_all(&unpacked).map_err(|e| broken(&unpacked, &e))?;
    fs::write(parts.join("fonts.conf"), configuration).map_err(|e| broken(&ready, &e))?;
    fetching::settle(&parts, &whole)?;
    Ok(whole)
}

fn broken(path: &Path, error: &std::io::Error) -> Absent {
    Absent::Broken(format!("{}: {error}", path.display()))
}

/// Compiles the screens and their models, tests them in every state and view, and draws their pictures. They are built
/// against the Kotlin package, which is installed before.
pub(crate) fn row(paths: &Paths, libraries: &Libraries, stage: &Stage) -> Row {
    let started = Instant::now();
    let fonts = match prepare(paths) {
        Ok(fonts) => fonts,
        Err(absent) => return Row::absent(STEP, &absent, started.elapsed()),
    };
    match draw(paths, &fonts, libraries, stage) {
        Ok((ran, counts)) => Row::tests(STEP, ran.ok, counts, ran.text, ran.took),
        Err(text) => Row::check(STEP, Err(text), started.elapsed()),
    }
}

fn draw(
    paths: &Paths,
    fonts: &Path,
    libraries: &Libraries,
    stage: &Stage,
) -> Result<(Ran, Counts), String> {
    let build = build(paths);
    let reports = build.join("surefire-reports");
    maven::forget(&reports)?;
    // A class whose source is gone would be looked at, too.
    maven::forget(&build.join("classes"))?;
    let pictures = paths.root.join("docs/screens");
    let mut maven = maven::of(paths, &pom(paths));
    maven
        .arg(format!("-Dpericard.build={}", build.display()))
        .arg(format!("-Dpericard.library={}", libraries.world.display()))
        .arg(format!("-Dpericard.fonts={}", fonts.display()))
        .arg(format!("-Dpericard.pictures={}", pictures.display()))
        .arg("test");
    let ran = command::run(stage.tell(&mut maven));
    let counts = maven::reports(&reports)?.into_iter();
    let counts = counts.fold(Counts::default(), |sum, (_, counts)| sum + counts);
    Ok((ran, counts))
}
