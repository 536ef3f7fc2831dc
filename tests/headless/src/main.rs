//! `pericard`: a patient client for the desktop, and a tour of what it promises.
//!
//! Without a subcommand it is the tour: a portal of its own, a temporary directory, every promise tried. With one it
//! is a client of any portal that speaks the standards. `pericard --help` has the exit codes.

// A program stands in the world outside: it has a clock, threads and tasks.
#![allow(clippy::disallowed_methods)]

mod browser;
mod cli;
mod commands;
mod context;
mod failure;
mod logging;
mod output;
mod pager;
mod progress;
mod prompt;
mod prompts;
mod render;
mod settings;
mod time_format;
mod tour;
mod unlocking;

use std::process::ExitCode;

use clap::Parser;

use cli::Arguments;
use failure::Failure;
use output::Output;

#[global_allocator]
static ALLOCATOR: pericard_zeroalloc::Zeroing = pericard_zeroalloc::Zeroing;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Some(verbosity) = arguments.options.verbosity() {
        logging::start(verbosity);
    }
    let output = Output::new(arguments.options.json);
    let outcome = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::io("start", error))
        .and_then(|runtime| runtime.block_on(commands::run(&arguments, &output)));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output.failure(&failure);
            ExitCode::from(failure.exit())
        }
    }
}
