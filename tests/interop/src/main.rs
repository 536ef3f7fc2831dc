//! Pericard against servers that nobody here wrote: authorization servers, and a FHIR server.
//!
//! `cargo xtask interop` fetches the servers and runs this program with their places. One server at a time is started
//! on loopback, with a small FHIR server (the clinic) that trusts it and a browser in which a person signs in on the
//! server's own pages; or the FHIR server, behind a gateway that signs people in without pages. Each check is a line; the
//! last line is `N passed, N failed`.
#![allow(clippy::print_stdout, reason = "a command line talks to people")]
#![allow(
    clippy::disallowed_methods,
    reason = "servers and browsers live in the real world"
)]

mod app;
mod browser;
mod checks;
mod fixture;
mod gateway;
mod hapi;
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
use gateway::Gateway;
use hapi::Hapi;
use issuer::{Issuer, Keycloak, OidcProvider};
use people::{ANA, BEN};
use report::Report;
use trouble::{Result, Trouble};

/// Runs Pericard against one server.
#[derive(Parser)]
struct Arguments {
    server: Server,
    /// Where the server is unpacked
    #[arg(long)]
    home: PathBuf,
    /// Chromium, for a server with pages
    #[arg(long, required_if_eq_any = [("server", "keycloak"), ("server", "oidc-provider")])]
    chromium: Option<PathBuf>,
    /// Its WebDriver
    #[arg(long, requires = "chromium")]
    chromedriver: Option<PathBuf>,
    /// Start the server and what it needs around it, tell how to sign in, and stay until Ctrl-C
    #[arg(long)]
    keep: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Server {
    Keycloak,
    OidcProvider,
    Hapi,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let name = match arguments.server {
        Server::Keycloak => "keycloak",
        Server::OidcProvider => "oidc-provider",
        Server::Hapi => "hapi",
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
    if matches!(arguments.server, Server::Hapi) {
        let stage = filled(arguments, &logs).await?;
        return checks::fhir::run(&stage, report).await;
    }
    let (clinic, issuer) = start(arguments, &logs).await?;
    let (Some(driver), Some(chromium)) = (&arguments.chromedriver, &arguments.chromium) else {
        return Err(Trouble::new("a server with pages needs a browser"));
    };
    let browser = Browser::start(driver, chromium, logs.path()).await?;
    let stage = Stage {
        clinic,
        issuer,
        browser,
    };
    checks::run(&stage, report).await
}

async fn keep(arguments: &Arguments) -> Result {
    let logs = tempfile::tempdir()?;
    if matches!(arguments.server, Server::Hapi) {
        let stage = filled(arguments, &logs).await?;
        return keep::keep_records(&stage).await;
    }
    let (clinic, issuer) = start(arguments, &logs).await?;
    keep::keep(&clinic, &issuer).await
}

/// An authorization server, and the clinic that trusts it.
async fn start(arguments: &Arguments, logs: &tempfile::TempDir) -> Result<(Fixture, Issuer)> {
    let clinic = Fixture::open().await?;
    let (home, base, people, logs) = (&arguments.home, clinic.base(), [ANA, BEN], logs.path());
    let issuer = match arguments.server {
        Server::Keycloak => Issuer::Keycloak(Keycloak::start(home, &base, &people, logs).await?),
        Server::OidcProvider => {
            Issuer::OidcProvider(OidcProvider::start(home, &base, &people, logs).await?)
        }
        Server::Hapi => return Err(Trouble::new("it signs nobody in")),
    };
    clinic.trust(issuer.name()).await?;
    Ok((clinic, issuer))
}

/// The FHIR server with its records, behind the gateway.
async fn filled(arguments: &Arguments, logs: &tempfile::TempDir) -> Result<checks::fhir::Stage> {
    let gateway = Gateway::open().await?;
    let hapi = Hapi::start(&arguments.home, &gateway.base(), logs.path()).await?;
    gateway.serve(hapi.base());
    hapi::fill(&hapi, &gateway.base()).await?;
    Ok(checks::fhir::Stage { hapi, gateway })
}
