//! `cargo xtask test`: everything that gates a change, in one table.
//!
//! Downloads (the Swift root, Maven's repository, the standard library's sources) run beside the
//! checks that need only Cargo. After the one build, the Rust tests run alone, then the simulation; then the other
//! languages, one after the other, beside the type checks for phones; at the end a sign-in at a server
//! that nobody here wrote.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crate::android_app;
use crate::api;
use crate::app;
use crate::bindings::{self, Libraries};
use crate::build::{self, Built};
use crate::command::{self, Ran};
use crate::counts;
use crate::floors;
use crate::guide;
use crate::interop;
use crate::ios;
use crate::kotlin;
use crate::language::Language;
use crate::mobile::{self, Phone};
use crate::package;
use crate::paths::Paths;
use crate::portal::{Demo, Stage};
use crate::samples;
use crate::screens;
use crate::simulate;
use crate::stories;
use crate::swift::{self, Swift};
use crate::table::{self, Row};
use crate::toolchain::Absent;

/// Runs all steps; true when none failed.
pub(crate) fn run(paths: &Paths) -> bool {
    let started = Instant::now();
    let rows = thread::scope(|scope| {
        let swift = scope.spawn(|| timed(|| swift::make(paths)));
        let maven = scope.spawn(|| timed(|| kotlin::prepare(paths)));
        let sources = scope.spawn(|| timed(|| mobile::sources(paths)));

        let mut rows = Rows::default();
        rows.push(format(paths));
        rows.push(floors(paths));
        rows.push(test_support(paths));
        rows.push(lints(paths));
        let (built, took) = timed(|| build::workspace(paths));
        match built {
            Err(text) => rows.push(Row::check("build", Err(samples::in_pages(&text)), took)),
            Ok(built) => {
                rows.push(Row::check("build", Ok(String::new()), took));
                rows.push(guide::pages(paths, &built));
                let (bound, took) = timed(|| bind(paths, &built));
                match bound {
                    Err(text) => rows.push(Row::check("bindings", Err(text), took)),
                    Ok((libraries, stage)) => {
                        rows.push(Row::check("bindings", Ok(String::new()), took));
                        api::rows(paths).into_iter().for_each(|row| rows.push(row));
                        rust(paths, &stage)
                            .into_iter()
                            .for_each(|row| rows.push(row));
                        rows.push(simulate::row(paths));
                        let (maven, swift) = (joined(maven.join()), joined(swift.join()));
                        let built = Arc::new(built);
                        let theirs = Arc::clone(&built);
                        let others = scope.spawn(move || {
                            let absent = maven.0.as_ref().err().cloned();
                            let mut others = kotlin_rows(paths, &libraries, &stage, maven);
                            others.extend(package_rows(
                                paths,
                                &theirs,
                                &libraries,
                                &stage,
                                absent.as_ref(),
                            ));
                            others.extend(swift_rows(paths, &libraries, &stage, swift));
                            others
                        });
                        phones(paths, joined(sources.join()))
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
                        rows.push(interop(paths, &built));
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
fn interop(paths: &Paths, built: &Built) -> Row {
    let server = interop::Server::OidcProvider;
    match built.program("pericard-interop") {
        Ok(program) => interop::row(paths, program, server, &|_| ()),
        Err(text) => Row::check("interop", Err(text), Duration::ZERO),
    }
}

fn row_of(step: &str, ran: Ran) -> Row {
    let took = ran.took;
    Row::check(step, ran.text_or_error(), took)
}

fn format(paths: &Paths) -> Row {
    row_of(
        "format",
        command::run(paths.cargo().args(["fmt", "--all", "--check"])),
    )
}

fn lints(paths: &Paths) -> Row {
    let mut clippy = paths.cargo();
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
    ran.text = samples::in_pages(&ran.text);
    row_of("lints", ran)
}

/// The floors of the house.
pub(crate) fn floors(paths: &Paths) -> Row {
    let (report, took) = timed(|| floors::check(&paths.root.join("core")));
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
fn test_support(paths: &Paths) -> Row {
    let (tree, took) = timed(|| {
        command::ask(paths.cargo().args([
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

fn bind(paths: &Paths, built: &Built) -> Result<(Libraries, Stage), String> {
    let libraries = bindings::make(paths, built)?;
    let stage = Stage::set(paths, built, &paths.root.join("tests/scenarios"))?;
    Ok((libraries, stage))
}

fn rust(paths: &Paths, stage: &Stage) -> Vec<Row> {
    let mut cargo = paths.cargo();
    let ran = command::run(stage.tell(cargo.args(["test", "--workspace", "--no-fail-fast"])));
    let is_guide = |line: &str| line.contains(&format!("tests/{}.rs ", guide::RUST));
    let guide = counts::cargo(&ran.text, is_guide);
    let tests = counts::cargo(&ran.text, |line| !is_guide(line));
    three(paths, Language::Rust, ran, tests, guide)
}

fn kotlin_rows(
    paths: &Paths,
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
    match timed(|| kotlin::test(paths, libraries, stage, None)) {
        (Err(text), took) => vec![Row::check("Kotlin", Err(text), took)],
        (Ok(kotlin::Tested { ran, tests, guide }), _) => {
            three(paths, Language::Kotlin, ran, tests, guide)
        }
    }
}

/// The Kotlin package as it is released, and what is built against it: the guide's project and the app.
fn package_rows(
    paths: &Paths,
    built: &Built,
    libraries: &Libraries,
    stage: &Stage,
    maven: Option<&Absent>,
) -> Vec<Row> {
    let (step, project) = ("the Kotlin package", "a new Kotlin project");
    if let Some(absent) = maven {
        return [
            step,
            project,
            screens::STEP,
            app::STEP,
            android_app::PACKED,
            android_app::RUN,
        ]
        .map(|step| Row::absent(step, absent, Duration::ZERO))
        .into();
    }
    let (published, took) =
        timed(|| package::kotlin::publish(paths, built.library("pericard_ffi")?));
    let repository = match published {
        Err(text) => return vec![Row::check(step, Err(text), took)],
        Ok(repository) => repository,
    };
    let (followed, following) = timed(|| {
        let demo = Demo::start(paths, built, false)?;
        package::kotlin::follow(paths, &repository, &demo)?.text_or_error()
    });
    let mut rows = vec![
        Row::check(step, Ok(String::new()), took),
        Row::check(project, followed, following),
        screens::row(paths, libraries, stage),
        app::row(paths, built),
    ];
    rows.extend(android_app::rows(paths, built));
    rows
}

fn swift_rows(
    paths: &Paths,
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
                Row::absent(ios::MODELS, &absent, took),
            ];
        }
        (Ok(swift), _) => swift,
    };
    let mut rows = match swift.format(paths, libraries, stage) {
        Ok(ran) => vec![row_of("format of Swift", ran)],
        Err(text) => vec![Row::check("format of Swift", Err(text), Duration::ZERO)],
    };
    rows.push(match swift.consume(paths, libraries) {
        Ok(ran) => row_of("a new Swift package that depends on it", ran),
        Err(text) => Row::check(
            "a new Swift package that depends on it",
            Err(text),
            Duration::ZERO,
        ),
    });
    match timed(|| swift.test(paths, libraries, stage, None)) {
        (Err(text), took) => rows.push(Row::check("Swift", Err(text), took)),
        (Ok(ran), _) => {
            let is_guide = |name: &str| name.starts_with(guide::SWIFT);
            let guide = counts::swift(&ran.text, is_guide);
            let tests = counts::swift(&ran.text, |name| !is_guide(name));
            rows.extend(three(paths, Language::Swift, ran, tests, guide));
        }
    }
    rows.extend(ios::rows(paths, libraries, stage, &swift));
    rows
}

/// One run of a language's tests, stories and guide together, as the three rows that it is.
fn three(
    paths: &Paths,
    language: Language,
    mut ran: Ran,
    tests: counts::Counts,
    guide: counts::Counts,
) -> Vec<Row> {
    ran.text = samples::in_pages(&ran.text);
    let (took, guide_failed) = (ran.took, guide.failed > 0);
    let guide = guide::row(paths, language, guide, &ran);
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
pub(crate) fn phones(paths: &Paths, sources: Prepared<std::path::PathBuf>) -> Vec<Row> {
    match sources {
        (Err(absent), took) => Phone::ALL
            .iter()
            .map(|phone| Row::absent(phone.name(), &absent, took))
            .collect(),
        (Ok(sources), _) => Phone::ALL
            .iter()
            .map(|phone| row_of(phone.name(), mobile::check(paths, &sources, *phone)))
            .collect(),
    }
}
