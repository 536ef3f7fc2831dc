//! Simulates weeks, tells which seeds fail and how to see one again.

#![allow(clippy::print_stdout, reason = "a command line talks to people")]
#![allow(clippy::disallowed_methods, reason = "seeds are spread over threads")]

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

use clap::Parser;
use pericard::test_support::Break;
use pericard_simulation::{Finding, Kind, Outcome, Setting};

/// Simulate weeks of the whole client against the whole portal, each from its seed
#[derive(Parser)]
#[command(name = "simulate")]
struct Arguments {
    /// How many seeds
    #[arg(long, default_value_t = 50)]
    seeds: u64,
    /// The first seed
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// One seed alone, with everything that happens in it
    #[arg(long)]
    seed: Option<u64>,
    /// Leave a protection out: then one of the seeds has to fail that does not fail with it
    #[arg(long = "break", value_name = "PROTECTION", value_parser = protection)]
    broken: Option<Break>,
    /// Leave out events and oddities with one of these words in their line, for example `moves,deletes`
    #[arg(long, value_delimiter = ',', value_name = "WORDS")]
    without: Vec<String>,
    /// For how many failing seeds to look for the fewest events
    #[arg(long, default_value_t = 5)]
    shrink: usize,
}

fn protection(name: &str) -> Result<Break, String> {
    let found = Break::ALL.iter().find(|(known, _)| *known == name);
    found.map(|(_, which)| *which).ok_or_else(|| {
        let names: Vec<&str> = Break::ALL.iter().map(|(name, _)| *name).collect();
        format!("one of {}", names.join(", "))
    })
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let setting = Setting {
        broken: arguments.broken,
        without: arguments.without.clone(),
    };
    let passed = match arguments.seed {
        Some(seed) => one(seed, &setting),
        None if setting.broken.is_some() => caught(&arguments, &setting),
        None => all(&arguments, &setting),
    };
    match passed {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// Every seed, in order, on as many threads as there are.
fn outcomes(
    from: u64,
    seeds: u64,
    each: impl Fn(u64) -> Outcome + Sync,
    stop: impl Fn(u64, &Outcome) -> bool + Sync,
) -> BTreeMap<u64, Outcome> {
    let next = AtomicU64::new(from);
    let end = AtomicU64::new(from + seeds);
    let outcomes = Mutex::new(BTreeMap::new());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, SeqCst);
                    if seed >= end.load(SeqCst) {
                        return;
                    }
                    let outcome = each(seed);
                    if stop(seed, &outcome) {
                        end.store(seed, SeqCst);
                    }
                    if let Ok(mut outcomes) = outcomes.lock() {
                        outcomes.insert(seed, outcome);
                    }
                }
            });
        }
    });
    outcomes.into_inner().unwrap_or_default()
}

fn all(arguments: &Arguments, setting: &Setting) -> bool {
    let Arguments { seeds, from, .. } = *arguments;
    let outcomes = outcomes(
        from,
        seeds,
        |seed| setting.simulate(seed, false),
        |_, _| false,
    );
    let failing = outcomes
        .iter()
        .filter(|(_, outcome)| !outcome.findings.is_empty());
    for (n, (seed, outcome)) in failing.enumerate() {
        println!("seed {seed} fails: {}", summary(&outcome.findings));
        for finding in outcome.findings.iter().take(3) {
            println!("  {finding}");
        }
        if n < arguments.shrink {
            let (lines, findings) = setting.shrink(*seed);
            println!("  the fewest events:");
            lines.iter().for_each(|line| println!("    {line}"));
            let first = findings.first().map(ToString::to_string);
            println!("    {}", first.unwrap_or_default());
        }
        println!("  again: cargo xtask simulate --seed {seed}");
    }
    let every = outcomes.values().flat_map(|outcome| &outcome.findings);
    let count = |kind: Kind| every.clone().filter(|finding| finding.kind == kind).count();
    let broken = count(Kind::Broken);
    if broken > 0 {
        println!("{broken} ended otherwise: an error, a hang or a panic that nothing excuses");
    }
    let counts = Kind::COUNTED.map(|kind| format!("{} {kind}", count(kind)));
    println!("{seeds} seeds: {}", counts.join(", "));
    outcomes.values().all(|outcome| outcome.findings.is_empty())
}

fn summary(findings: &[Finding]) -> String {
    let mut counts: BTreeMap<Kind, usize> = BTreeMap::new();
    for finding in findings {
        *counts.entry(finding.kind).or_default() += 1;
    }
    let counts = counts.iter().map(|(kind, count)| format!("{count} {kind}"));
    counts.collect::<Vec<_>>().join(", ")
}

/// One seed with its trace, lived through twice.
fn one(seed: u64, setting: &Setting) -> bool {
    let outcome = setting.simulate(seed, true);
    outcome.lines.iter().for_each(|line| println!("{line}"));
    let again = setting.simulate(seed, false);
    println!("trace {}", outcome.hash);
    if again.hash != outcome.hash {
        println!(
            "a second time it was {}: the seed does not decide everything",
            again.hash
        );
        return false;
    }
    if outcome.findings.is_empty() {
        println!("seed {seed} passes");
        return true;
    }
    let (lines, findings) = setting.shrink(seed);
    println!("seed {seed} fails: {}", summary(&outcome.findings));
    println!("the fewest events:");
    lines.iter().for_each(|line| println!("  {line}"));
    findings
        .iter()
        .take(8)
        .for_each(|finding| println!("  {finding}"));
    false
}

/// Whether a seed fails without the protection that passes with it.
fn caught(arguments: &Arguments, setting: &Setting) -> bool {
    let whole = Setting {
        broken: None,
        ..setting.clone()
    };
    let each = |seed| {
        let mut outcome = whole.simulate(seed, false);
        if outcome.findings.is_empty() {
            outcome = setting.simulate(seed, false);
        } else {
            outcome.findings.clear();
        }
        outcome
    };
    let found = outcomes(arguments.from, arguments.seeds, each, |_, outcome| {
        !outcome.findings.is_empty()
    });
    let first = found
        .iter()
        .find(|(_, outcome)| !outcome.findings.is_empty());
    match first {
        Some((seed, outcome)) => {
            println!("caught by seed {seed}: {}", summary(&outcome.findings));
            outcome
                .findings
                .iter()
                .take(3)
                .for_each(|finding| println!("  {finding}"));
            true
        }
        None => {
            println!("not caught within {} seeds", arguments.seeds);
            false
        }
    }
}
