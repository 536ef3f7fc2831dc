//! The Android app as a phone runs it, without the Android SDK: compiled with Android's own Compose, its manifest and
//! resources linked, its classes turned into those of a phone, and run by Robolectric over the real core and the reference
//! portal.
//!
//! By hand, R8 shrinks it as for a release too, and Robolectric runs what is left.
//!
//! What the SDK does with Gradle is done here by its parts, each from a Maven repository: `android/app/libraries.txt`.

mod classes;
mod device;
mod libraries;
mod resources;
mod shrink;
mod traced;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::bindings;
use crate::build::{self, Built};
use crate::package;
use crate::paths::Paths;
use crate::table::Row;
use crate::toolchain::Absent;

use libraries::Libraries;

/// Its rows in the table.
pub(crate) const PACKED: &str = "the Android app's package";
pub(crate) const RUN: &str = "the Android app";
const SHRUNK: &str = "the Android app, shrunk";
const SHRUNK_RUN: &str = "the shrunk app runs";

/// The name of the app among those of a phone.
const APPLICATION: &str = "dev.pericard.app";
/// Where the browser comes back to, as in `clinics.json`.
const SCHEME: &str = "dev.pericard.app";
const VERSION: &str = "0.1.0";
/// The oldest Android it runs on, and the newest it was made for.
const MINIMUM: u32 = 26;
const TARGET: u32 = 36;

/// Where the app is put together.
struct Workshop<'a> {
    paths: &'a Paths,
    libraries: Libraries,
    /// What is made here.
    out: PathBuf,
}

/// Tests the app, after the core and the package are built, and what R8 leaves of it: that takes minutes, too long for every
/// change.
pub(crate) fn run(paths: &Paths) -> Result<Vec<Row>, String> {
    let built = build::workspace(paths)?;
    let made = bindings::make(paths, &built)?;
    package::kotlin::install(paths, &made.ship.join("libpericard_ffi.so"))?;
    let workshop = match Workshop::open(paths) {
        Ok(workshop) => workshop,
        Err(absent) => return Ok(absent_rows([PACKED, RUN, SHRUNK, SHRUNK_RUN], &absent)),
    };
    let mut rows = workshop.rows(&built);
    if rows.len() > 1 {
        let started = Instant::now();
        rows.push(Row::told(SHRUNK, workshop.shrink(), started.elapsed()));
        rows.push(workshop.test_shrunk(&built));
    }
    Ok(rows)
}

/// The steps, against the Kotlin package that is installed.
pub(crate) fn rows(paths: &Paths, built: &Built) -> Vec<Row> {
    match Workshop::open(paths) {
        Ok(workshop) => workshop.rows(built),
        Err(absent) => absent_rows([PACKED, RUN], &absent),
    }
}

fn absent_rows<const N: usize>(steps: [&str; N], absent: &Absent) -> Vec<Row> {
    steps
        .map(|step| Row::absent(step, absent, Duration::ZERO))
        .into()
}

impl<'a> Workshop<'a> {
    fn open(paths: &'a Paths) -> Result<Self, Absent> {
        Ok(Self {
            paths,
            libraries: Libraries::fetch(paths)?,
            out: paths.target.join("android-app"),
        })
    }

    /// Without a package there is nothing to run.
    fn rows(&self, built: &Built) -> Vec<Row> {
        let started = Instant::now();
        let made = self.make();
        let is_made = made.is_ok();
        let mut rows = vec![Row::told(PACKED, made, started.elapsed())];
        if is_made {
            rows.push(self.test(built));
        }
        rows
    }

    /// Makes everything that a phone would be given but the native library, which needs the NDK.
    fn make(&self) -> Result<String, String> {
        self.link()?;
        self.compile()?;
        self.dex()
    }
}
