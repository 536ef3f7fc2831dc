//! Brings a database to the newest version of its tables.

use rusqlite::Connection;

use crate::platform::error::{PericardError, Result, StorageKind};

use super::in_transaction;

/// One part's tables as a list of migrations. Step n turns version n into version n + 1; there is no way back.
pub(crate) struct Schema {
    /// The part's name in the table `schema_version`.
    pub(crate) part: &'static str,
    pub(crate) steps: &'static [&'static str],
}

const VERSIONS: &str = "CREATE TABLE IF NOT EXISTS schema_version (
    part TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT, WITHOUT ROWID";

/// Migrates every part to its newest version in one transaction. Fails with `Newer` and changes nothing if a part is
/// newer than this code.
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
