//! `cargo xtask simulate`: weeks of the whole client against the whole portal, each from its seed.

use std::process::Command;
use std::time::Duration;

use crate::command;
use crate::paths::Paths;
use crate::table::Row;

/// How many seeds gate a change.
const GATE: &str = "50";

/// The arguments of the command line.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// How many seeds
    #[arg(long, default_value = GATE)]
    seeds: u64,
    /// The first seed
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// One seed alone, with everything that happens in it
    #[arg(long)]
    seed: Option<u64>,
    /// Leave a protection out, which has to be noticed: guard, identifier, cursor, outbox, version or reconcile
    #[arg(long = "break", value_name = "PROTECTION")]
    broken: Option<String>,
    /// Leave out events and oddities with one of these words in their line, for example `moves,deletes`
    #[arg(long, value_name = "WORDS")]
    without: Option<String>,
}

/// Runs the weeks; true when nothing was found.
pub(crate) fn run(paths: &Paths, arguments: &Arguments) -> Result<bool, String> {
    let mut simulate = program(paths);
    simulate.args(["--seeds", &arguments.seeds.to_string()]);
    simulate.args(["--from", &arguments.from.to_string()]);
    if let Some(seed) = arguments.seed {
        simulate.args(["--seed", &seed.to_string()]);
    }
    if let Some(broken) = &arguments.broken {
        simulate.args(["--break", broken]);
    }
    if let Some(without) = &arguments.without {
        simulate.args(["--without", without]);
    }
    let status = simulate.status().map_err(|error| error.to_string())?;
    Ok(status.success())
}

fn program(paths: &Paths) -> Command {
    let mut cargo = paths.cargo();
    cargo.args(["run", "--quiet", "--package", "pericard-simulation", "--"]);
    cargo
}

/// The gate.
pub(crate) fn row(paths: &Paths) -> Row {
    let ran = command::run(program(paths).args(["--seeds", GATE]));
    let took: Duration = ran.took;
    let closing = ran.text.lines().last().unwrap_or_default().to_owned();
    Row::check("simulation", ran.text_or_error().map(|_| closing), took)
}
