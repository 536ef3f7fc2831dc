//! The tasks of this repository. `cargo xtask --help` lists them.
//!
//! Every task finds what it needs or says what is missing; nothing has to be set up first. Downloads
//! are kept in `PERICARD_CACHE` (by default the user's cache folder), build output in
//! `CARGO_TARGET_DIR` or `PERICARD_TARGET` (by default `target`).
#![allow(clippy::print_stdout, reason = "a command line talks to people")]
#![allow(
    clippy::disallowed_methods,
    reason = "times are printed here; the core's clock is elsewhere"
)]

mod android_app;
mod api;
mod app;
mod bench;
mod bindings;
mod build;
mod cancellable;
mod command;
mod counts;
mod fetching;
mod floors;
mod guide;
mod interop;
mod ios;
mod kotlin;
mod language;
mod looks;
mod maven;
mod mobile;
mod package;
mod paths;
mod portal;
mod samples;
mod scenarios;
mod screens;
mod simulate;
mod size;
mod stories;
mod swift;
mod table;
mod test;
mod toolchain;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{Parser, Subcommand};

use interop::Server;
use language::Language;
use paths::Paths;

/// Builds, tests and measures Pericard in three languages.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Everything that gates a change: format, lints, floors, tests and stories in three languages, the guide, phones
    Test,
    /// Run a folder's stories against the reference portal, a line each
    Scenarios {
        /// The languages to run them in
        #[arg(
            long = "in",
            value_delimiter = ',',
            default_value = "rust,swift,kotlin",
            value_name = "LANGUAGES"
        )]
        languages: Vec<Language>,
        /// The folder of stories
        #[arg(default_value = "tests/scenarios")]
        folder: PathBuf,
    },
    /// Measure Pericard beside the same work by hand; writes the table to docs/bench.md
    Bench {
        /// A few minutes: 10,000 messages, fewer rounds
        #[arg(long)]
        short: bool,
        /// What crossing into the library costs, alone: calls, changes, loading, memory; writes docs/bench-ffi.md
        #[arg(long, conflicts_with = "short")]
        ffi: bool,
        /// The languages to measure the crossing from; the core is measured in any case
        #[arg(
            long = "in",
            value_delimiter = ',',
            default_value = "rust,swift,kotlin",
            value_name = "LANGUAGES"
        )]
        languages: Vec<Language>,
    },
    /// Check against servers that nobody here wrote, a line per check: sign-in on the own pages of two authorization
    /// servers, in a browser; messages of the HAPI FHIR server
    Interop {
        /// The server; all, one after the other, when none is named
        server: Option<Server>,
        /// Start the server, tell how to sign in there, and stay until Ctrl-C
        #[arg(long, requires = "server")]
        keep: bool,
    },
    /// Compile the guide's samples, check its commands, run its tutorial against the reference portal
    Guide {
        /// The languages of the samples
        #[arg(
            long = "in",
            value_delimiter = ',',
            default_value = "rust,swift,kotlin",
            value_name = "LANGUAGES"
        )]
        languages: Vec<Language>,
    },
    /// Simulate weeks of the whole client against the whole portal, each from its seed; names those that fail
    Simulate(simulate::Arguments),
    /// Generate the Kotlin and Swift sources from the built libraries
    Bindings,
    /// Compare what both packages declare for apps with bindings/*/api.txt, and what changed there with CHANGELOG.md
    Api {
        /// Renew the snapshots
        #[arg(long)]
        write: bool,
    },
    /// Make what is released, in the folder `package` of the build output
    Package {
        #[command(subcommand)]
        what: Package,
    },
    /// Open the Android app in a window here, with the real core and the reference portal
    App(app::Arguments),
    /// Put the Android app together without the SDK, shrink it, and run it in Robolectric over the real core and the reference portal
    Android,
    /// Test the Android app's screens and draw them to docs/screens
    Screens,
    /// Test the iOS app as far as it goes without Xcode: its models run, its screens are parsed
    Ios,
    /// Run the Swift tests and the iOS app's models under the thread sanitizer
    Sanitize,
    /// Generate both apps' colours, type, icons and words from design/
    Looks,
    /// Type-check the shipped library for Android and iOS, without their SDKs
    CheckMobile,
    /// Check who uses whom inside core/
    Floors,
    /// Build the shipped library for release and write where its bytes come from to docs/size.md
    Size,
}

#[derive(Subcommand)]
enum Package {
    /// The Kotlin package: a Maven repository with the jar, its sources and its reference
    Kotlin,
    /// The Swift package, in the folder `package/swift` of the build output
    Swift(package::swift::Binary),
}

fn main() -> ExitCode {
    let paths = Paths::find();
    let result = match Arguments::parse().task {
        Task::Test => Ok(test::run(&paths)),
        Task::Scenarios { languages, folder } => scenarios::run(&paths, &languages, &folder),
        Task::Bench {
            ffi: true,
            languages,
            ..
        } => bench::ffi::run(&paths, &languages),
        Task::Bench {
            short, languages, ..
        } => bench::run(&paths, short, &languages),
        Task::Interop {
            server: Some(server),
            keep: true,
        } => interop::keep(&paths, server),
        Task::Interop { server, .. } => interop::run(&paths, server),
        Task::Guide { languages } => guide::run(&paths, &languages),
        Task::Simulate(arguments) => simulate::run(&paths, &arguments),
        Task::Bindings => generate(&paths),
        Task::Api { write: true } => api::write(&paths),
        Task::Api { write: false } => {
            let started = Instant::now();
            api::run(&paths).map(|rows| close(&rows, started))
        }
        Task::Package { what } => release(&paths, &what),
        Task::Sanitize => swift::sanitize::run(&paths),
        Task::Looks => looks::run(&paths),
        Task::App(arguments) => app::run(&paths, &arguments),
        Task::Android => {
            let started = Instant::now();
            android_app::run(&paths).map(|rows| close(&rows, started))
        }
        Task::Screens => screens(&paths),
        Task::Ios => ios::run(&paths),
        Task::CheckMobile => {
            let started = Instant::now();
            let rows = test::phones(&paths, (mobile::sources(&paths), Duration::ZERO));
            Ok(close(&rows, started))
        }
        Task::Floors => Ok(close(&[test::floors(&paths)], Instant::now())),
        Task::Size => size::run(&paths),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(text) => {
            eprintln!("{}", text.trim_end());
            ExitCode::FAILURE
        }
    }
}

/// The screens are built against the package as it is now, and played at the reference portal.
fn screens(paths: &Paths) -> Result<bool, String> {
    let started = Instant::now();
    let built = build::workspace(paths)?;
    let libraries = bindings::make(paths, &built)?;
    package::kotlin::install(paths, &libraries.ship.join("libpericard_ffi.so"))?;
    let stage = portal::Stage::set(paths, &built, &paths.root.join("tests/scenarios"))?;
    Ok(close(&[screens::row(paths, &libraries, &stage)], started))
}

fn close(rows: &[table::Row], started: Instant) -> bool {
    rows.iter().for_each(table::Row::announce);
    table::print(rows, started.elapsed()).failed == 0
}

fn release(paths: &Paths, what: &Package) -> Result<bool, String> {
    let built = build::workspace(paths)?;
    let libraries = bindings::make(paths, &built)?;
    match what {
        Package::Kotlin => {
            let library = libraries.ship.join("libpericard_ffi.so");
            let repository = package::kotlin::publish(paths, &library)?;
            println!("repository  {}", repository.display());
        }
        Package::Swift(binary) => {
            let made = package::swift::make(paths, binary)?;
            println!("package    {} {}", made.display(), package::swift::VERSION);
        }
    }
    Ok(true)
}

fn generate(paths: &Paths) -> Result<bool, String> {
    let built = build::workspace(paths)?;
    let libraries = bindings::make(paths, &built)?;
    println!("sources    bindings/kotlin/generated, bindings/swift/generated");
    println!(
        "libraries  {}\n           {}",
        libraries.ship.display(),
        libraries.world.display()
    );
    Ok(true)
}
