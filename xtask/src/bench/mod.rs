//! `cargo xtask bench`: what Pericard costs beside the same work done by hand, in one table.
//!
//! Machines are noisy, so nothing fails on a time: what is judged is a ratio of two measurements of one run, made by
//! turns, by more than its noise; a count; or a size. The programs that measure are built for release and print
//! their figures as lines of JSON; what they leave out is said below the table in `docs/bench.md`.

pub(crate) mod ffi;
mod page;
mod peers;
mod programs;
mod rows;
mod series;

use std::fs;
use std::time::Instant;

use crate::language::Language;
use crate::paths::Paths;

use programs::Programs;

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extent {
    /// Messages of a cold sync, and those that lie in the cache afterwards.
    messages: u32,
    /// Messages whose sync is compared with that of ten times fewer; none in the short form.
    growth: Option<u32>,
    rounds: u32,
    /// Whether those in other languages are measured, too.
    peers: bool,
}

impl Extent {
    pub(crate) fn of(short: bool) -> Self {
        Self {
            messages: 10_000,
            growth: (!short).then_some(100_000),
            rounds: if short { 5 } else { 9 },
            peers: !short,
        }
    }
}

/// Measures, prints the table and writes it to `docs/bench.md`; false when something is over its budget.
pub(crate) fn run(paths: &Paths, short: bool, languages: &[Language]) -> Result<bool, String> {
    let started = Instant::now();
    let extent = Extent::of(short);
    let programs = Programs::build(paths, languages)?;
    println!("built in {:.0} s", started.elapsed().as_secs_f64());
    let measured = programs.measure(paths, extent, languages)?;
    let rows = rows::all(&measured, extent)?;
    page::print(&rows);
    println!("{:.0} s in all", started.elapsed().as_secs_f64());
    for reason in &measured.skipped {
        println!("skipped: {reason}");
    }
    let command = if short {
        "cargo xtask bench --short"
    } else {
        "cargo xtask bench"
    };
    let text = page::markdown(
        "What Pericard costs",
        &rows,
        &measured.skipped,
        command,
        page::NOT_MEASURED,
    );
    let docs = paths.root.join("docs/bench.md");
    fs::write(&docs, text).map_err(|e| format!("{}: {e}", docs.display()))?;
    Ok(rows.iter().all(|row| !row.is_over()))
}
