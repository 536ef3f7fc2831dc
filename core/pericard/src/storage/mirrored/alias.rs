//! Other ids of the person at the portal.

use rusqlite::Connection;

use crate::platform::error::Result;

/// Other ids of the person, confirmed from both sides.
pub(crate) fn aliases(c: &Connection) -> Result<Vec<String>> {
    let mut statement = c.prepare_cached("SELECT patient FROM alias ORDER BY patient")?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Replaces them.
pub(crate) fn save_aliases(c: &Connection, aliases: impl Iterator<Item = String>) -> Result<()> {
    c.execute("DELETE FROM alias", [])?;
    for alias in aliases {
        c.prepare_cached("INSERT OR IGNORE INTO alias (patient) VALUES (?1)")?
            .execute([alias])?;
    }
    Ok(())
}
