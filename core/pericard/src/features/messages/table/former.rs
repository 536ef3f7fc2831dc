//! What messages said before the portal changed them.

use std::time::SystemTime;

use rusqlite::Connection;

use crate::platform::error::Result;
use crate::storage::instant;

/// How many earlier texts of one message are kept.
const MOST: i64 = 20;

/// The earlier texts of a message, newest first, each with when it was changed.
pub(crate) fn former(c: &Connection, message: i64) -> Result<Vec<(String, SystemTime)>> {
    let sql = "SELECT text, until FROM former WHERE message = ?1 ORDER BY until DESC";
    let mut statement = c.prepare_cached(sql)?;
    let rows = statement.query_map([message], |row| Ok((row.get(0)?, instant(row.get(1)?))))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Keeps what a message said until `until`, and the newest of what is kept.
pub(super) fn keep(c: &Connection, message: i64, until: i64, text: &str) -> Result<()> {
    c.prepare_cached("INSERT OR IGNORE INTO former (message, until, text) VALUES (?1, ?2, ?3)")?
        .execute((message, until, text))?;
    let sql = "DELETE FROM former WHERE message = ?1 AND until <=
                   (SELECT until FROM former WHERE message = ?1 ORDER BY until DESC LIMIT 1 OFFSET ?2)";
    c.prepare_cached(sql)?.execute((message, MOST))?;
    Ok(())
}

/// Forgets what a message said.
pub(super) fn forget(c: &Connection, message: i64) -> Result<()> {
    c.prepare_cached("DELETE FROM former WHERE message = ?1")?
        .execute([message])?;
    Ok(())
}
