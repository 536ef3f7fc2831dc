//! What messages said before the portal changed them.

use std::time::SystemTime;

use rusqlite::Connection;

use crate::platform::error::Result;
use crate::storage::instant;

/// How many earlier texts of one message are kept.
const MOST: i64 = 20;

/// The earlier texts of a message, newest first, each with when it was changed, where the portal says that.
pub(crate) fn former(c: &Connection, message: i64) -> Result<Vec<(String, Option<SystemTime>)>> {
    let sql = "SELECT text, until FROM former WHERE message = ?1 ORDER BY n DESC";
    let mut statement = c.prepare_cached(sql)?;
    let rows = statement.query_map([message], |row| {
        let until: Option<i64> = row.get(1)?;
        Ok((row.get(0)?, until.map(instant)))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Keeps what a message said until `until` (0 where that is not known), and the newest of what is kept.
pub(super) fn keep(c: &Connection, message: i64, until: i64, text: &str) -> Result<()> {
    let sql = "INSERT INTO former (message, n, until, text)
               SELECT ?1, coalesce(max(n), 0) + 1, nullif(?2, 0), ?3 FROM former WHERE message = ?1 RETURNING n";
    let n: i64 = c
        .prepare_cached(sql)?
        .query_row((message, until, text), |row| row.get(0))?;
    c.prepare_cached("DELETE FROM former WHERE message = ?1 AND n <= ?2")?
        .execute((message, n - MOST))?;
    Ok(())
}

/// Forgets what a message said.
pub(super) fn forget(c: &Connection, message: i64) -> Result<()> {
    c.prepare_cached("DELETE FROM former WHERE message = ?1")?
        .execute([message])?;
    Ok(())
}
