//! Swift under the thread sanitizer: the tests that cross into the core and back from many tasks, and the iOS models.
//!
//! Swift is instrumented, the core is not: the sanitizer sees what the core's threads do in Swift, and nothing that they
//! do in Rust. That brings no false report; the one that is suppressed is of Swift's runtime
//! (`xtask/swift/thread-sanitizer.txt`). That the sanitizer sees anything is tested with races made on purpose, in
//! `RaceTests`. It does not start where the kernel spreads addresses over more than 28 bits (`vm.mmap_rnd_bits`).

use std::time::{Duration, Instant};

use super::Swift;
use crate::bindings::{self, Libraries};
use crate::build;
use crate::command::{self, Ran};
use crate::counts;
use crate::paths::Paths;
use crate::portal::Stage;
use crate::table::{self, Row};

const STEP: &str = "Swift under the thread sanitizer";
const SUITES: &str = "StreamsTests|CancellationTests|LifetimeTests|ContractTests|KeystoreTests";
const RACES: [&str; 2] = [
    "twoTasksWriteWithoutALock",
    "theCoreCallsAKeystoreWithoutALock",
];
const REPORT: &str = "WARNING: ThreadSanitizer";

/// A package and the folder that it is built in.
struct Package {
    folder: &'static str,
    build: &'static str,
}

const CORE: Package = Package {
    folder: ".",
    build: "swift-sanitized",
};
const APP: Package = Package {
    folder: "ios",
    build: "swift-app-sanitized",
};

/// `cargo xtask sanitize`.
pub(crate) fn run(paths: &Paths) -> Result<bool, String> {
    let started = Instant::now();
    let built = build::workspace(paths)?;
    let libraries = bindings::make(paths, &built)?;
    let stage = Stage::set(paths, &built, &paths.root.join("tests/scenarios"))?;
    let rows = match super::make(paths) {
        Ok(swift) => {
            let models = swift.sanitized(paths, &libraries, &stage, &APP, ".");
            let mut rows = rows(paths, &libraries, &stage, &swift);
            rows.push(clean("models of the iOS app under it", models));
            rows
        }
        Err(absent) => vec![Row::absent(STEP, &absent, started.elapsed())],
    };
    rows.iter().for_each(Row::announce);
    Ok(table::print(&rows, started.elapsed()).failed == 0)
}

/// Those of the package.
fn rows(paths: &Paths, libraries: &Libraries, stage: &Stage, swift: &Swift) -> Vec<Row> {
    let test = |filter| swift.sanitized(paths, libraries, stage, &CORE, filter);
    let mut rows = vec![clean(STEP, test(SUITES))];
    rows.extend(RACES.map(|race| found(race, test(race))));
    rows
}

/// Tests that pass without a report. The sanitizer makes a process that it reported of fail.
fn clean(step: &str, ran: Result<Ran, String>) -> Row {
    match ran {
        Ok(ran) => {
            let counts = counts::swift(&ran.text, |_| true);
            let ok = ran.ok && !ran.text.contains(REPORT);
            Row::tests(step, ok, counts, ran.text, ran.took)
        }
        Err(text) => Row::check(step, Err(text), Duration::ZERO),
    }
}

/// A race that is reported, and fails the run.
fn found(race: &str, ran: Result<Ran, String>) -> Row {
    let step = format!("the sanitizer reports {race}");
    let (found, took) = match ran {
        Ok(ran) if !ran.ok && ran.text.contains(&format!("{REPORT}: data race")) => {
            (Ok(String::new()), ran.took)
        }
        Ok(ran) => (Err(ran.text), ran.took),
        Err(text) => (Err(text), Duration::ZERO),
    };
    Row::check(&step, found, took)
}

impl Swift {
    fn sanitized(
        &self,
        paths: &Paths,
        libraries: &Libraries,
        stage: &Stage,
        package: &Package,
        filter: &str,
    ) -> Result<Ran, String> {
        let (outside, inside) = self.bench(paths, libraries, stage.stories(), package.build)?;
        let mut test = self.command(paths, &outside, &inside, stage);
        let suppressed = inside.package.join("xtask/swift/thread-sanitizer.txt");
        // A thread of the test world's that has ended and was not joined yet when the process does is no race.
        test.arg("env").arg(format!(
            "TSAN_OPTIONS=report_thread_leaks=0:suppressions={}",
            suppressed.display()
        ));
        super::add_test(&mut test, &inside.build);
        test.args(["--package-path", package.folder, "--sanitize=thread"]);
        test.args(["-Xswiftc", "-DTHREAD_SANITIZER", "--filter", filter]);
        Ok(command::run(&mut test))
    }
}
