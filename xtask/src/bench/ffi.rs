//! `cargo xtask bench --ffi`: what crossing into the library costs, each row beside a peer of the same run.

use std::fs;
use std::path::Path;
use std::time::Instant;

use crate::bindings::{self, Libraries};
use crate::build;
use crate::kotlin;
use crate::language::Language;
use crate::paths::Paths;
use crate::portal::Stage;
use crate::swift;
use crate::toolchain::Absent;

use super::page;
use super::programs::FOREIGN;
use super::rows::{Budget, Row, size, time};
use super::series::Series;

/// How often a Java machine is started for its first call.
const FIRST_CALLS: u32 = 9;

/// What the numbers mean; below the table.
const MEANING: &str = "\
Both sides are called through the same generator in one process, by turns; noise is half the distance between the
quartiles of the rounds' ratios. Times are medians, on a warm JVM in Kotlin and for release in Swift.

| row | ours | peer |
|---|---|---|
| a call | the id of an account | a text of the same length, from memory |
| an async call that is ready at once | the progress of a sync that is over | an async function that does nothing |
| an async call that reads | the outbox, which is empty: a query, and the way to a thread that may block and back | an async function that does nothing |
| a page of 50 threads | read from the encrypted cache and mapped to the façade's types | a bare list of the same values, from memory, in the generated types |
| of this: mapping | the generated types to the façade's | |
| a change, until a stream has it | `archive` or `unarchive`, which writes, and the `ChangeSet` in the task that listens | a `ChangeSet` of the same shape, sent without a write |
| of this: the write | `archive` or `unarchive` until it returns | |
| library load and first call | `largestOutgoingFile` of the library as it ships | one number of an empty library by the same generator (`tests/benches/empty`) |
| memory per object | a handle of a person's messages | a handle of an object that does nothing |

Load and first call: in Kotlin the time of the call in a fresh JVM, classes and JNA included; in Swift a whole process
from its start to its end, since its library is loaded before its first line. Memory: 20,000 handles that are held; in
Kotlin the heap after a collection and what the process grew by outside of it, in Swift what the process grew by.

Not measured: a phone's processor and its runtime, which is not a JVM; a file cache that is cold.
";

/// Measures from each language, prints the table and writes it to `docs/bench-ffi.md`.
pub(crate) fn run(paths: &Paths, languages: &[Language]) -> Result<bool, String> {
    let started = Instant::now();
    let packages = [&FOREIGN[..], &["pericard-portal"]].concat();
    let release = build::with_generators(paths, build::release(paths, &packages)?)?;
    let libraries = bindings::make(paths, &release)?;
    println!("built in {:.0} s", started.elapsed().as_secs_f64());
    let stage = Stage::set(paths, &release, Path::new("tests/scenarios"))?;
    let (mut all, mut skipped) = (Vec::new(), Vec::new());
    for language in languages {
        let (name, output) = match language {
            Language::Rust => continue,
            Language::Kotlin => ("Kotlin", from_kotlin(paths, &libraries, &stage)),
            Language::Swift => ("Swift", from_swift(paths, &libraries, &stage)),
        };
        match output {
            Ok(output) => {
                let mut series = Series::default();
                series.read(&output)?;
                all.extend(rows(name, &series)?);
            }
            Err(absent) if absent.is_failure() => return Err(absent.text().to_owned()),
            Err(absent) => {
                let why = absent.text().lines().next().unwrap_or_default();
                skipped.push(format!("{name}: {why}"));
            }
        }
    }
    if all.is_empty() {
        return Err(format!("nothing was measured: {}", skipped.join("; ")));
    }
    page::print(&all);
    println!("{:.0} s in all", started.elapsed().as_secs_f64());
    let title = "What crossing into Pericard costs";
    let command = "cargo xtask bench --ffi";
    let text = page::markdown(title, &all, &skipped, command, MEANING);
    let docs = paths.root.join("docs/bench-ffi.md");
    fs::write(&docs, text).map_err(|e| format!("{}: {e}", docs.display()))?;
    Ok(all.iter().all(|row| !row.is_over()))
}

fn from_kotlin(paths: &Paths, libraries: &Libraries, stage: &Stage) -> Result<String, Absent> {
    kotlin::prepare(paths)?;
    let bench = kotlin::bench(paths)?;
    let mut output = bench.measure(&libraries.world, stage, "calls")?;
    for _ in 0..FIRST_CALLS {
        output += &bench.measure(&libraries.ship, stage, "first")?;
        output += &bench.measure(&libraries.ship, stage, "first-empty")?;
    }
    output += &bench.measure(&libraries.world, stage, "memory")?;
    Ok(output)
}

fn from_swift(paths: &Paths, libraries: &Libraries, stage: &Stage) -> Result<String, Absent> {
    let swift = swift::make(paths)?;
    let calls = swift.measure(paths, libraries, stage)?;
    Ok(calls + &swift.measure_load(paths, libraries, stage)?)
}

fn rows(language: &str, series: &Series) -> Result<Vec<Row>, String> {
    let row = |what: &str, shown: fn(f64) -> String, ours: &str, peer: &str, budget| {
        let what = format!("{language}: {what}");
        Row::compared(&what, shown, (series, ours), (series, peer), budget)
    };
    let mut rows = vec![
        row("a call", time, "call_us", "bare_call_us", Budget::None)?,
        row(
            "an async call that is ready at once",
            time,
            "ready_us",
            "bare_async_us",
            Budget::None,
        )?,
        row(
            "an async call that reads",
            time,
            "async_us",
            "bare_async_us",
            Budget::None,
        )?,
        row(
            "a page of 50 threads",
            time,
            "page_us",
            "bare_page_us",
            Budget::None,
        )?,
        Row::time(
            &format!("{language}: of this: mapping"),
            series.median("mapping_us")?,
        ),
        row(
            "a change, until a stream has it",
            time,
            "change_us",
            "bare_change_us",
            Budget::None,
        )?,
        Row::time(
            &format!("{language}: of this: the write"),
            series.median("write_us")?,
        ),
        row(
            "library load and first call",
            time,
            "first_us",
            "bare_first_us",
            Budget::None,
        )?,
    ];
    // Where the system says what a process takes.
    if series.get("object_bytes").is_ok() {
        rows.push(row(
            "memory per object",
            size,
            "object_bytes",
            "bare_object_bytes",
            Budget::None,
        )?);
    }
    Ok(rows)
}
