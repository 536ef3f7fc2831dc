//! Pericard against authorization servers that nobody here wrote.
//!
//! `cargo xtask interop` fetches the servers and runs this program with their places. One server at a time is started
//! on loopback, with a small FHIR server (the clinic) that trusts it and a browser in which a person signs in on the
//! server's own pages. Each check is a line; the last line is `N passed, N failed`.
#![allow(clippy::print_stdout, reason = "a command line talks to people")]
#![allow(
    clippy::disallowed_methods,
    reason = "servers and browsers live in the real world"
)]

mod app;
mod browser;
mod checks;
mod fixture;
mod http;
mod issuer;
mod keep;
mod people;
mod process;
mod report;
mod trouble;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};

use browser::Browser;
use checks::Stage;
use fixture::Fixture;
use issuer::{Issuer, Keycloak, OidcProvider};
use people::{ANA, BEN};
use report::Report;
use trouble::Result;

/// Runs Pericard against one authorization server.
#[derive(Parser)]
struct Arguments {
    server: Server,
    /// Where the server is unpacked
    #[arg(long)]
    home: PathBuf,
    /// Chromium
    #[arg(long)]
    chromium: PathBuf,
    /// Its WebDriver
    #[arg(long)]
    chromedriver: PathBuf,
    /// Start the server and the clinic, tell how to sign in, and stay until Ctrl-C
    #[arg(long)]
    keep: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Server {
    Keycloak,
    OidcProvider,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let name = match arguments.server {
        Server::Keycloak => "keycloak",
        Server::OidcProvider => "oidc-provider",
    };
    if arguments.keep {
        return match keep(&arguments).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(trouble) => {
                eprintln!("{trouble}");
                ExitCode::FAILURE
            }
        };
    }
    let mut report = Report::new(name);
    if let Err(trouble) = check(&arguments, &mut report).await {
        report.ended(&trouble);
    }
    if report.close() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

async fn check(arguments: &Arguments, report: &mut Report) -> Result {
    let logs = tempfile::tempdir()?;
    let (clinic, issuer) = start(arguments, &logs).await?;
    let browser = Browser::start(&arguments.chromedriver, &arguments.chromium, logs.path()).await?;
    let stage = Stage {
        clinic,
        issuer,
        browser,
    };
    checks::run(&stage, report).await
}

async fn keep(arguments: &Arguments) -> Result {
    let logs = tempfile::tempdir()?;
    let (clinic, issuer) = start(arguments, &logs).await?;
    keep::keep(&clinic, &issuer).await
}

async fn start(arguments: &Arguments, logs: &tempfile::TempDir) -> Result<(Fixture, Issuer)> {
    let clinic = Fixture::open().await?;
    let (home, base, people, logs) = (&arguments.home, clinic.base(), [ANA, BEN], logs.path());
    let issuer = match arguments.server {
        Server::Keycloak => Issuer::Keycloak(Keycloak::start(home, &base, &people, logs).await?),
        Server::OidcProvider => {
            Issuer::OidcProvider(OidcProvider::start(home, &base, &people, logs).await?)
        }
    };
    clinic.trust(issuer.name()).await?;
    Ok((clinic, issuer))
}
