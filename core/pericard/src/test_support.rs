//! The test seam: a client on a simulated platform. Rust only, behind a feature, never exported to Swift or Kotlin.

use std::sync::Arc;

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use crate::api::account::Account;
use crate::api::client::{Client, erase_on};
use crate::client::config::Config;
use crate::keys::Keystore;
use crate::platform::error::{PericardError, Result};

pub use crate::platform::log::{Loggable, capture as capture_lines};
pub use crate::platform::{
    Body, Break, Checkpoint, Checkpoints, Clock, Exchange, Job, Method, Platform, Random, Spawner,
    Transport, TransportError, TransportRequest, TransportResponse, Wait, Work,
};

/// The real platform, whose parts a test may replace.
pub fn system_platform(app: &str) -> Platform {
    Platform::real(app)
}

/// Opens a client on `platform`.
pub async fn open(
    config: Config,
    keystore: Arc<dyn Keystore>,
    platform: Platform,
) -> Result<Arc<Client>, PericardError> {
    Client::on_platform(config, keystore, platform).await
}

/// Takes what a log line may hold, and nothing else.
pub fn loggable(_: impl Loggable) {}

/// Erases a directory on `platform`.
pub async fn erase(
    directory: String,
    keystore: Arc<dyn Keystore>,
    platform: Platform,
) -> Result<(), PericardError> {
    erase_on(directory, keystore, platform).await
}

/// Every value of every table of an account's people, decrypted: what a test may search for words that must not be there.
pub async fn plain_rows(account: &Account) -> Result<Vec<u8>, PericardError> {
    let core = account.entry().core()?;
    let reading = core.clone();
    let rows = reading.on_disk(move || {
        let mut all = Vec::new();
        for partition in core.partitions()? {
            partition.read(|connection| rows(connection, &mut all))?;
        }
        Ok(all)
    });
    rows.await
}

fn rows(connection: &Connection, all: &mut Vec<u8>) -> Result<()> {
    let mut tables = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")?;
    let tables = tables.query_map([], |row| row.get::<_, String>(0))?;
    for table in tables.collect::<rusqlite::Result<Vec<_>>>()? {
        let mut statement = connection.prepare(&format!("SELECT * FROM \"{table}\""))?;
        let columns = statement.column_count();
        let mut found = statement.query([])?;
        while let Some(row) = found.next()? {
            for column in 0..columns {
                match row.get_ref(column)? {
                    ValueRef::Text(bytes) | ValueRef::Blob(bytes) => all.extend(bytes),
                    ValueRef::Integer(number) => all.extend(number.to_string().as_bytes()),
                    ValueRef::Real(_) | ValueRef::Null => {}
                }
                all.push(b'\n');
            }
        }
    }
    Ok(())
}
