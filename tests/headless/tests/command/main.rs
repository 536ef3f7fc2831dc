//! The command as a person or a script meets it: started as a program, against a portal on this machine.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, missing_docs)]

mod browser;
mod client;
#[cfg(unix)]
mod correspondence;
mod exits;
mod files;
mod harness;
mod help;
mod labs;
mod lock;
mod log;
mod page;
mod people;
mod policy;
mod report;
mod second_factor;
mod step_up;
#[cfg(unix)]
mod terminal;
mod tour;
