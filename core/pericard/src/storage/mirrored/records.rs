//! The records that are the person's: which version is here, and how that differs from the portal's list.

use pericard_protocol::sync::version::Version;
use rusqlite::{Connection, OptionalExtension, Row};

use crate::platform::error::Result;

/// A record that is the person's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KnownRecord {
    pub(crate) version: Version,
    /// The feature's row, where it shows one.
    pub(crate) shown: Option<i64>,
}

pub(super) fn version(row: &Row<'_>) -> rusqlite::Result<Version> {
    Ok(Version {
        id: row.get(0)?,
        last_updated: row.get(1)?,
    })
}

/// What is known of the record `id`.
pub(crate) fn known(c: &Connection, track: i64, id: &str) -> Result<Option<KnownRecord>> {
    let sql = "SELECT version, last_updated, shown FROM record WHERE track = ?1 AND id = ?2";
    let found = c.prepare_cached(sql)?.query_row((track, id), |row| {
        Ok(KnownRecord {
            version: version(row)?,
            shown: row.get(2)?,
        })
    });
    Ok(found.optional()?)
}

/// Notes the version of a record that is here now, and the row that shows it.
pub(crate) fn save_record(
    c: &Connection,
    track: i64,
    id: &str,
    version: &Version,
    shown: Option<i64>,
) -> Result<()> {
    c.prepare_cached(
        "INSERT INTO record (track, id, version, last_updated, shown) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (track, id) DO UPDATE SET version = ?3, last_updated = ?4, shown = ?5",
    )?
    .execute((track, id, &version.id, version.last_updated, shown))?;
    Ok(())
}

/// Forgets a record that is not the person's any more, and returns what was known of it.
pub(crate) fn take_record(c: &Connection, track: i64, id: &str) -> Result<Option<KnownRecord>> {
    let known = known(c, track, id)?;
    if known.is_some() {
        c.prepare_cached("DELETE FROM record WHERE track = ?1 AND id = ?2")?
            .execute((track, id))?;
    }
    Ok(known)
}

/// Whether a record that the portal lists is not here, or may be another version there.
pub(crate) fn differs(c: &Connection, track: i64, id: &str, listed: &Version) -> Result<bool> {
    Ok(known(c, track, id)?.is_none_or(|here| {
        // A list without versions says nothing about records that have one. Those that have none may have changed.
        let nothing = Version::default();
        let says_nothing = *listed == nothing && here.version != nothing;
        let same = *listed == here.version && *listed != nothing;
        !same && !says_nothing && listed.may_be_current(&here.version)
    }))
}

/// The records here that are not on the portal's list.
pub(crate) fn not_listed(
    c: &Connection,
    track: i64,
    listed: impl Fn(&str) -> bool,
) -> Result<Vec<String>> {
    let sql = "SELECT id FROM record WHERE track = ?1";
    let mut statement = c.prepare_cached(sql)?;
    let mut rows = statement.query([track])?;
    let mut missing = Vec::new();
    while let Some(row) = rows.next()? {
        let id = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
        if !listed(id) {
            missing.push(id.to_owned());
        }
    }
    Ok(missing)
}

/// How many records are here.
pub(crate) fn count(c: &Connection, track: i64) -> Result<usize> {
    let sql = "SELECT count(*) FROM record WHERE track = ?1";
    let count: i64 = c
        .prepare_cached(sql)?
        .query_row([track], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or(0))
}
