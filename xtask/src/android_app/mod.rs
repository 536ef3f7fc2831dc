//! The Android app as a phone runs it, without the Android SDK: compiled with Android's own Compose, its manifest and
//! resources linked, its classes turned into those of a phone, and run by Robolectric over the real core and the reference
//! portal.
//!
//! What the SDK does with Gradle is done here by its parts, each from a Maven repository: `android/app/libraries.txt`.

mod classes;
mod device;
mod libraries;
mod resources;

use std::path::PathBuf;
use std::time::Instant;

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

/// Tests the app, after the core and the package are built.
pub(crate) fn run(paths: &Paths) -> Result<Vec<Row>, String> {
    let built = build::workspace(paths)?;
    let made = bindings::make(paths, &built)?;
    package::kotlin::install(paths, &made.ship.join("libpericard_ffi.so"))?;
    Ok(rows(paths, &built))
}

/// The steps, against the Kotlin package that is installed.
pub(crate) fn rows(paths: &Paths, built: &Built) -> Vec<Row> {
    let started = Instant::now();
    let workshop = match Workshop::open(paths) {
        Ok(workshop) => workshop,
        Err(absent) => {
            return [PACKED, RUN]
                .map(|step| Row::absent(step, &absent, started.elapsed()))
                .into();
        }
    };
    let made = workshop.make();
    let took = started.elapsed();
    match made {
        Err(text) => vec![Row::check(PACKED, Err(text), took)],
        Ok(told) => vec![Row::check(PACKED, Ok(told), took), workshop.test(built)],
    }
}

impl<'a> Workshop<'a> {
    fn open(paths: &'a Paths) -> Result<Self, Absent> {
        Ok(Self {
            paths,
            libraries: Libraries::fetch(paths)?,
            out: paths.target.join("android-app"),
        })
    }

    /// Makes everything that a phone would be given but the native library, which needs the NDK.
    fn make(&self) -> Result<String, String> {
        self.link()?;
        self.compile()?;
        self.dex()
    }
}
