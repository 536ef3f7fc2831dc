//! Brings a database to the newest version of its tables.

use rusqlite::Connection;

use crate::platform::error::{PericardError, Result, StorageKind};

use super::in_transaction;

/// One part's tables, as steps that only go forward. Step n makes version n + 1 of version n.
pub(crate) struct Schema {
    /// The part's name in the table of versions.
    pub(crate) part: &'static str,
    pub(crate) steps: &'static [&'static str],
}

const VERSIONS: &str = "CREATE TABLE IF NOT EXISTS schema_version (
    part TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT, WITHOUT ROWID";

/// Brings every part to its newest version, all in one transaction. A newer file is left untouched.
pub(super) fn migrate(connection: &mut Connection, schemas: &[&Schema]) -> Result<()> {
    in_transaction(connection, |tx| {
        tx.execute_batch(VERSIONS)?;
        for schema in schemas {
            let newest = schema.steps.len();
            let version: i64 = tx
                .query_row(
                    "SELECT version FROM schema_version WHERE part = ?1",
                    [schema.part],
                    |row| row.get(0),
                )
                .or_else(|e| {
                    if e == rusqlite::Error::QueryReturnedNoRows {
                        Ok(0)
                    } else {
                        Err(e)
                    }
                })?;
            let version = usize::try_from(version).unwrap_or(usize::MAX);
            if version > newest {
                return Err(PericardError::storage(StorageKind::Newer));
            }
            for step in &schema.steps[version..] {
                tx.execute_batch(step)?;
            }
            if version < newest {
                tx.execute(
                    "INSERT OR REPLACE INTO schema_version VALUES (?1, ?2)",
                    (schema.part, newest as i64),
                )?;
            }
        }
        Ok(())
    })
}
