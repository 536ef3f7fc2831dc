//! Checks that the linked SQLite is SQLCipher and keeps temporary data in memory.
//!
//! In a static iOS library another `sqlite3` can win the symbols and would silently store plain text; with temporary
//! files, canary words were found on disk by the thousand. The `temp_store` pragma reports only a setting, so the
//! compile options are read.

use std::sync::OnceLock;

use rusqlite::Connection;

use crate::platform::error::{PericardError, Result, StorageKind};

/// Fails with `NotEncrypted` unless this process's SQLite is SQLCipher and keeps temporary data in memory. Checked once
/// per process, on a database in memory, so that a plain SQLite never creates the file.
pub(super) fn prove() -> Result<()> {
    static PROOF: OnceLock<Result<()>> = OnceLock::new();
    let prove = || {
        let connection = Connection::open_in_memory()?;
        let version: Option<String> = ask(&connection, "PRAGMA cipher_version")?.pop();
        let options = ask(&connection, "PRAGMA compile_options")?;
        proven(version.as_deref(), &options)
    };
    PROOF.get_or_init(prove).clone()
}

pub(super) fn ask(connection: &Connection, pragma: &str) -> Result<Vec<String>> {
    let mut statement = connection.prepare(pragma)?;
    let rows = statement
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(rows)
}

pub(super) fn proven(cipher: Option<&str>, options: &[String]) -> Result<()> {
    let encrypts = cipher.is_some_and(|version| !version.trim().is_empty());
    let in_memory = options.iter().any(|option| option == "TEMP_STORE=3");
    if encrypts && in_memory {
        Ok(())
    } else {
        Err(PericardError::storage(StorageKind::NotEncrypted))
    }
}
