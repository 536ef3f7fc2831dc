//! What an app has for support: log lines, and a report to hand on.
//!
//! Uses: `client`

use crate::client::report;
use crate::platform::error::PericardError;
use crate::platform::log::{self, LogLevel};

use super::client::Client;

/// Writes log lines up to `level` from here on: to the system's log on Apple's systems (subsystem `dev.pericard`) and on
/// Android (tag `pericard`), to standard error elsewhere. Without this call nothing is written. Call it before `Client.open`,
/// and again for another level.
///
/// A line says what happened, in fixed words with numbers, times and codes. Names, messages, addresses, passwords, tokens and
/// a portal's words cannot get into one. Lines of the libraries below are left out.
///
/// Where the process has a subscriber of Rust's `tracing` of its own, that gets the lines, and nothing is changed. Memory only.
#[uniffi::export]
pub fn start_logging(level: LogLevel) {
    log::start(level);
}

#[uniffi::export]
impl Client {
    /// A report for support as plain text, a `key: value` by line: versions, sizes, states of sessions and locks, how far each
    /// feature is synced, what waits to be sent by state, and incidents by id, code and time. Show it to the person, who
    /// decides whether it goes out.
    ///
    /// There are no names, messages, addresses or ids of a portal in it, and not which portal it is about: that says where
    /// somebody is a patient. It is in English. What cannot be read says so with a code and costs no other line; an account
    /// that does not answer in five seconds is left out with an error. Works offline, and for accounts that are locked, sealed
    /// or cannot be used. Fails with `Closed` alone.
    pub async fn support_report(&self) -> Result<String, PericardError> {
        let accounts = self.open_client().accounts().clone();
        let job = async move { Ok(report::report(&accounts).await) };
        self.open_client().host().job(job).await
    }
}
