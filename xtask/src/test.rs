//! `cargo xtask test`: everything that gates a change, in one table.
//!
//! Downloads (the Swift root, Maven's repository, the standard library's sources) run beside the
//! checks that need only Cargo. After the one build, the Rust tests run alone; then the other
//! languages, one after the other, beside the type checks for phones; at the end a sign-in at a server
//! that nobody here wrote.

use std::thread;
use std::time::{Duration, Instant};

use crate::bindings::{self, Libraries};
use crate::build::{self, Built};
use crate::command::{self, Ran};
use crate::counts;
use crate::floors;
use crate::guide;
use crate::interop;
use crate::kotlin;
use crate::mobile::{self, Phone};
use crate::place::Place;
use crate::portal::Stage;
use crate::scenarios::Language;
use crate::stories;
use crate::swift::{self, Swift};
use crate::table::{self, Row};
use crate::toolchain::Absent;

/// Runs all steps; true when none failed.
pub(crate) fn run(place: &Place) -> bool {
    let started = Instant::now();
    let rows = thread::scope(|scope| {
        let swift = scope.spawn(|| timed(|| swift::make(place)));
        let maven = scope.spawn(|| timed(|| kotlin::prepare(place)));
        let sources = scope.spawn(|| timed(|| mobile::sources(place)));

        let mut rows = Rows::default();
        rows.push(format(place));
        rows.push(floors(place));
        rows.push(test_support(place));
        rows.push(lints(place));
        let (built, took) = timed(|| build::workspace(place));
        match built {
            Err(text) => rows.push(Row::check("build", Err(guide::in_pages(&text)), took)),
            Ok(built) => {
                rows.push(Row::check("build", Ok(String::new()), took));
                rows.push(guide::pages(place, &built));
                let (bound, took) = timed(|| bind(place, &built));
                match bound {
                    Err(text) => rows.push(Row::check("bindings", Err(text), took)),
                    Ok((libraries, stage)) => {
                        rows.push(Row::check("bindings", Ok(String::new()), took));
                        rust(place, &stage)
                            .into_iter()
                            .for_each(|row| rows.push(row));
                        let (maven, swift) = (joined(maven.join()), joined(swift.join()));
                        let others = scope.spawn(move || {
                            let mut others = kotlin_rows(place, &libraries, &stage, maven);
                            others.extend(swift_rows(place, &libraries, &stage, swift));
                            others
                        });
                        phones(place, joined(sources.join()))
                            .into_iter()
                            .for_each(|row| rows.push(row));
                        others
                            .join()
                            .unwrap_or_else(|_| {
                                let text = "its steps panicked".to_owned();
                                vec![Row::check("Kotlin and Swift", Err(text), Duration::ZERO)]
                            })
                            .into_iter()
                            .for_each(|row| rows.push(row));
                        rows.push(interop(place, &built));
                    }
                }
            }
        }
        rows.0
    });
    let sum = table::print(&rows, started.elapsed());
    println!("{} passed, {} failed", sum.passed, sum.failed);
    sum.failed == 0
}

/// Rows that are told as they come.
#[derive(Default)]
struct Rows(Vec<Row>);

impl Rows {
    fn push(&mut self, row: Row) {
        row.announce();
        self.0.push(row);
    }
}

type Prepared<T> = (Result<T, Absent>, Duration);

fn joined<T>(thread: thread::Result<Prepared<T>>) -> Prepared<T> {
    thread.unwrap_or_else(|_| {
        (
            Err(Absent::Broken("its preparation panicked".to_owned())),
            Duration::ZERO,
        )
    })
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let started = Instant::now();
    let result = work();
    (result, started.elapsed())
}

/// A server that nobody here wrote, the one that starts in seconds; `cargo xtask interop` has the other too.
fn interop(place: &Place, built: &Built) -> Row {
    let server = interop::Server::OidcProvider;
    match built.program("pericard-interop") {
        Ok(program) => interop::row(place, program, server, &|_| ()),
        Err(text) => Row::check("interop", Err(text), Duration::ZERO),
    }
}

fn row_of(step: &str, ran: Ran) -> Row {
    let took = ran.took;
    Row::check(step, ran.text_or_error(), took)
}

fn format(place: &Place) -> Row {
    row_of(
        "format",
        command::run(place.cargo().args(["fmt", "--all", "--check"])),
    )
}

fn lints(place: &Place) -> Row {
    let mut clippy = place.cargo();
    clippy.args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--quiet",
        "--",
        "-D",
        "warnings",
    ]);
    let mut ran = command::run(&mut clippy);
    ran.text = guide::in_pages(&ran.text);
    row_of("lints", ran)
}

/// The floors of the house.
pub(crate) fn floors(place: &Place) -> Row {
    let (report, took) = timed(|| floors::check(&place.root.join("core")));
    let result = report.and_then(|report| {
        if report.breaches.is_empty() {
            let circles = match report.circles.as_slice() {
                [] => "no circle".to_owned(),
                circles => format!("circles: {}", circles.join("; ")),
            };
            Ok(format!("{} files in order; {circles}", report.files))
        } else {
            Err(report
                .breaches
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join("\n"))
        }
    });
    Row::check("floors", result, took)
}

/// The library that ships must not have the test seam, whatever else is built beside it.
fn test_support(place: &Place) -> Row {
    let (tree, took) = timed(|| {
        command::ask(place.cargo().args([
            "tree",
            "--quiet",
            "--package",
            "pericard-ffi",
            "--edges",
            "normal,features",
            "--target",
            "all",
            "--prefix",
            "none",
        ]))
    });
    let result = tree.and_then(|tree| match tree.lines().find(|line| line.contains("pericard feature \"test-support\"")) {
        Some(_) => Err("pericard-ffi is built with the feature `test-support`: its clock and network could be replaced".to_owned()),
        None if !tree.contains("pericard v") => Err(format!("cargo tree does not name pericard:\n{tree}")),
        None => Ok(String::new()),
    });
    Row::check("no test seam in what ships", result, took)
}

fn bind(place: &Place, built: &Built) -> Result<(Libraries, Stage), String> {
    let libraries = bindings::make(place, built)?;
    let stage = Stage::set(place, built, &place.root.join("tests/scenarios"))?;
    Ok((libraries, stage))
}

fn rust(place: &Place, stage: &Stage) -> Vec<Row> {
    let mut cargo = place.cargo();
    let ran = command::run(stage.tell(cargo.args(["test", "--workspace", "--no-fail-fast"])));
    let is_guide = |line: &str| line.contains(&format!("tests/{}.rs ", guide::RUST));
    let guide = counts::cargo(&ran.text, is_guide);
    let tests = counts::cargo(&ran.text, |line| !is_guide(line));
    three(place, Language::Rust, ran, tests, guide)
}

fn kotlin_rows(
    place: &Place,
    libraries: &Libraries,
    stage: &Stage,
    prepared: Prepared<()>,
) -> Vec<Row> {
    if let (Err(absent), took) = &prepared {
        return vec![
            Row::absent("Kotlin", absent, *took),
            Row::absent("stories in Kotlin", absent, *took),
            Row::absent("guide in Kotlin", absent, *took),
        ];
    }
    match timed(|| kotlin::test(place, libraries, stage, None)) {
        (Err(text), took) => vec![Row::check("Kotlin", Err(text), took)],
        (Ok(kotlin::Tested { ran, tests, guide }), _) => {
            three(place, Language::Kotlin, ran, tests, guide)
        }
    }
}

fn swift_rows(
    place: &Place,
    libraries: &Libraries,
    stage: &Stage,
    prepared: Prepared<Swift>,
) -> Vec<Row> {
    let swift = match prepared {
        (Err(absent), took) => {
            return vec![
                Row::absent("Swift", &absent, took),
                Row::absent("stories in Swift", &absent, took),
                Row::absent("guide in Swift", &absent, took),
            ];
        }
        (Ok(swift), _) => swift,
    };
    let mut rows = match swift.format(place, libraries, stage) {
        Ok(ran) => vec![row_of("format of Swift", ran)],
        Err(text) => vec![Row::check("format of Swift", Err(text), Duration::ZERO)],
    };
    match timed(|| swift.test(place, libraries, stage, None)) {
        (Err(text), took) => rows.push(Row::check("Swift", Err(text), took)),
        (Ok(ran), _) => {
            let is_guide = |name: &str| name.starts_with(guide::SWIFT);
            let guide = counts::swift(&ran.text, is_guide);
            let tests = counts::swift(&ran.text, |name| !is_guide(name));
            rows.extend(three(place, Language::Swift, ran, tests, guide));
        }
    }
    rows
}

/// One run of a language's tests, stories and guide together, as the three rows that it is.
fn three(
    place: &Place,
    language: Language,
    mut ran: Ran,
    tests: counts::Counts,
    guide: counts::Counts,
) -> Vec<Row> {
    ran.text = guide::in_pages(&ran.text);
    let (took, guide_failed) = (ran.took, guide.failed > 0);
    let guide = guide::row(place, language, guide, &ran);
    let language = format!("{language:?}");
    let told = stories::read(&ran.text);
    let stories = stories::count(&told);
    // Where only stories or the guide failed, the run ended badly because of them.
    let ok = ran.ok || (tests.failed == 0 && (stories.failed > 0 || guide_failed));
    let why = if stories.failed > 0 {
        stories::failures(&told)
    } else {
        ran.text.clone()
    };
    vec![
        Row::tests(&language, ok, tests, ran.text, took),
        Row::tests(&format!("stories in {language}"), true, stories, why, took),
        guide,
    ]
}

/// Type checks for both kinds of phone.
pub(crate) fn phones(place: &Place, sources: Prepared<std::path::PathBuf>) -> Vec<Row> {
    match sources {
        (Err(absent), took) => Phone::ALL
            .iter()
            .map(|phone| Row::absent(phone.name(), &absent, took))
            .collect(),
        (Ok(sources), _) => Phone::ALL
            .iter()
            .map(|phone| row_of(phone.name(), mobile::check(place, &sources, *phone)))
            .collect(),
    }
}
