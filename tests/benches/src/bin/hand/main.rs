//! The same work by hand: reqwest, serde_json and rusqlite, and nothing between them.
//!
//! `bench-hand MESSAGES` fetches Ana's messages as one would who trusts the portal and writes for this one case: no
//! admission, no retries, no crash points, memory not wiped, and, for the sync, no encryption. Opening and searching
//! are measured on an encrypted copy. `bench-hand sync MESSAGES` and `bench-hand encrypted MESSAGES` measure the sync
//! alone, for a profiler, the second with encryption. It needs a reference portal (`PERICARD_PORTAL_CONTROL`).
//! `bench-hand ticket MESSAGES` signs in and says what a peer in another language needs to fetch them.
//! `bench-hand auth` measures what signing in computes, with the crates that others use for it, and needs none;
//! `bench-hand argon2` measures what a PIN costs.

#![allow(clippy::disallowed_methods)]

mod argon;
mod auth;
mod fetch;
mod page;
mod read;
mod store;

use std::process::ExitCode;

use pericard_benches::{Broken, Figures, Meter, Spent, median, percentile, queries};

use fetch::Portal;
use store::Store;

const OPENINGS: usize = 15;
const SEARCHES: usize = 1000;
const PAGE: u32 = 50;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments[..] {
        ["argon2"] => argon::run(),
        ["auth"] => auth::run(),
        ["ticket", messages] => {
            return match messages.parse().map_err(Broken::from).and_then(ticket) {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => {
                    eprintln!("{error}");
                    ExitCode::FAILURE
                }
            };
        }
        [messages] => messages.parse().map_err(Broken::from).and_then(run),
        ["sync", messages] => messages
            .parse()
            .map_err(Broken::from)
            .and_then(|messages| sync(messages, None)),
        ["encrypted", messages] => messages
            .parse()
            .map_err(Broken::from)
            .and_then(|messages| sync(messages, Some(&[7; 32]))),
        _ => Err("bench-hand [sync|encrypted|ticket] MESSAGES | bench-hand (argon2|auth)".into()),
    };
    match result {
        Ok(figures) => {
            figures.print();
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// A portal with so many messages, told to a peer in another language.
#[allow(clippy::print_stdout)] // the program's answer
fn ticket(count: usize) -> Result<(), Broken> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let portal = runtime.block_on(Portal::start(count))?;
    println!("{}", portal.ticket());
    Ok(())
}

/// A cold sync alone.
fn sync(count: usize, key: Option<&[u8; 32]>) -> Result<Figures, Broken> {
    let mut figures = Figures::default();
    let folder = tempfile::tempdir()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let portal = runtime.block_on(Portal::start(count))?;
    let meter = Meter::start();
    runtime.block_on(portal.fetch_all(Store::make(&folder.path().join("hand.db"), key)?))?;
    figures.spent("sync", meter.stop());
    Ok(figures)
}

fn run(count: usize) -> Result<Figures, Broken> {
    let mut figures = Figures::default();
    let folder = tempfile::tempdir()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let portal = runtime.block_on(Portal::start(count))?;

    let plain = folder.path().join("plain.db");
    let meter = Meter::start();
    runtime.block_on(portal.fetch_all(Store::make(&plain, None)?))?;
    figures.spent("sync", meter.stop());

    let (path, key) = (folder.path().join("encrypted.db"), [7; 32]);
    let meter = Meter::start();
    let store = runtime.block_on(portal.fetch_all(Store::make(&path, Some(&key))?))?;
    figures.spent("encrypted_sync", meter.stop());
    let connection = store.into_connection();
    let texts = read::texts(&connection, PAGE)?;
    let mut searches = Vec::with_capacity(SEARCHES);
    let mut hits = 0;
    for query in queries(texts.iter().map(String::as_str), SEARCHES) {
        let meter = Meter::start();
        let found = read::search(&connection, &query, PAGE)?;
        searches.push(meter.stop().wall);
        hits += found.len() as u64;
    }
    figures.time("search_p50", median(&mut searches));
    figures.time("search_p99", percentile(&mut searches, 99));
    figures.count("search_hits", hits);

    let mut pages = Vec::new();
    for _ in 0..SEARCHES {
        let meter = Meter::start();
        read::threads(&connection, PAGE)?;
        pages.push(meter.stop().wall);
    }
    figures.time("page", median(&mut pages));
    let (threads, messages) = read::counts(&connection)?;
    figures.count("threads", threads);
    figures.count("messages", messages);
    connection.close().map_err(|(_, error)| error)?;
    figures.count("bytes", std::fs::metadata(&path)?.len());

    let mut opened: Vec<Spent> = Vec::new();
    for _ in 0..OPENINGS {
        let meter = Meter::start();
        let connection = store::connect(&path, Some(&key))?;
        let page = read::threads(&connection, PAGE)?;
        opened.push(meter.stop());
        if page.len() != PAGE as usize {
            return Err("the first screen is not full".into());
        }
    }
    figures.time(
        "open_wall",
        median(&mut opened.iter().map(|s| s.wall).collect::<Vec<_>>()),
    );
    figures.time(
        "open_cpu",
        median(&mut opened.iter().map(|s| s.cpu).collect::<Vec<_>>()),
    );
    Ok(figures)
}
