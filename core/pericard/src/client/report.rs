//! The report for support: versions, sizes, states and incidents, and nothing of a patient.
//!
//! Uses: `accounts`, `host`
//!
//! It is plain text, a `key: value` by line, so that a person can read what they hand on. Values are what a log line may
//! hold, by their type. No address of a portal is among them, since the name of a clinic says where somebody is a patient.
//! An account that does not answer in time costs its own section alone.

use std::sync::Arc;
use std::time::Duration;

use crate::platform::error::{PericardError, Result};
use crate::platform::log::{Coded, Report};
use crate::storage::{Device, Partition};
use crate::sync::outbox;

use super::accounts::{AccountEntry, Accounts};
use super::host::Host;

/// How long one account may take: a keystore may not answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The version of the form.
const FORM: u8 = 1;

const HEAD: &str = "\
Pericard: a report for support
It has no names, messages, addresses, passwords or codes in it, and does not say which portal it is about. What accounts
are called here changes whenever the app is opened.

";

/// Makes the report.
pub(crate) async fn report(accounts: &Arc<Accounts>) -> String {
    let host = accounts.host();
    let mut report = Report::new(HEAD);
    of_client(host, &mut report);
    let listed = within(host, accounts.listing(|accounts| accounts.list())).await;
    // Where the list cannot be read, those that are open are still known.
    let (number, entries) = match listed {
        Ok(entries) => (Ok(entries.len()), entries),
        Err(missing) => (Err(missing), accounts.entries()),
    };
    report.found("accounts", number);
    for entry in entries {
        report.section();
        report.line("account", &[&host.labels.of(entry.id())]);
        of_account(host, entry, &mut report).await;
    }
    report.into_text()
}

fn of_client(host: &Host, report: &mut Report) {
    report.line("form", &[&FORM]);
    report.line("made_at", &[&host.platform.clock.now()]);
    report.line("pericard", &[&env!("CARGO_PKG_VERSION")]);
    report.line("system", &[&std::env::consts::OS, &std::env::consts::ARCH]);
    report.line("tables", &[&"device", &Device::version()]);
    for (part, version) in Partition::versions() {
        report.line("tables", &[&part, &version]);
    }
    report.line(
        "tables",
        &[&outbox::SCHEMA.part, &outbox::SCHEMA.steps.len()],
    );
    for feature in host.features {
        for schema in feature.schemas() {
            report.line("tables", &[&schema.part, &schema.steps.len()]);
        }
    }
    report.line("portals_configured", &[&host.config.portals.len()]);
    report.found(
        "bytes_of_device",
        host.directory().map(|directory| directory.device_size()),
    );
}

async fn of_account(host: &Arc<Host>, entry: Arc<AccountEntry>, report: &mut Report) {
    let work = host.on_disk(move |host| Ok(entry.report(host)));
    match within(host, work).await {
        Ok(section) => report.append(&section),
        Err(error) => report.line("report", &[&"error", &error]),
    }
}

/// Why something is not in the report.
enum Missing {
    /// It took too long.
    NoAnswer,
    Error(PericardError),
}

impl Coded for Missing {
    fn code(&self) -> &'static str {
        match self {
            Self::NoAnswer => "no_answer",
            Self::Error(error) => error.code(),
        }
    }
}

/// Waits for `work` no longer than an account may take.
async fn within<T>(host: &Host, work: impl Future<Output = Result<T>>) -> Result<T, Missing> {
    tokio::select! {
        biased;
        done = work => done.map_err(Missing::Error),
        () = host.platform.clock.timer(PATIENCE) => Err(Missing::NoAnswer),
    }
}
