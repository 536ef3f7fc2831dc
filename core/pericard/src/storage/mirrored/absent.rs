//! Records that are not here, and why: a keyed hash of each.
//!
//! Uses: `records`

use pericard_protocol::sync::version::Version;
use rusqlite::{Connection, OptionalExtension};

use crate::platform::error::Result;
use crate::storage::track::Track;

use super::records::version;

/// Why a record is not here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// It could not be matched to the person.
    Unmatched,
    /// It could not be read.
    Unreadable,
    /// The portal has answered that it is gone.
    Gone,
}

impl Why {
    fn name(self) -> &'static str {
        match self {
            Self::Unmatched => "unmatched",
            Self::Unreadable => "unreadable",
            Self::Gone => "gone",
        }
    }

    fn named(name: &str) -> Self {
        match name {
            "unmatched" => Self::Unmatched,
            "unreadable" => Self::Unreadable,
            _ => Self::Gone,
        }
    }
}

/// How many records are not here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Absent {
    pub(crate) unmatched: u64,
    pub(crate) unreadable: u64,
}

/// Why a record is not here, and in which version.
pub(crate) fn why_absent(c: &Connection, hash: &[u8]) -> Result<Option<(Why, Version)>> {
    let sql = "SELECT version, last_updated, why FROM absent WHERE hash = ?1";
    let found = c.prepare_cached(sql)?.query_row([hash], |row| {
        let why: String = row.get(2)?;
        Ok((Why::named(&why), version(row)?))
    });
    Ok(found.optional()?)
}

/// Whether anything is absent: nearly nobody has such records, and then nothing has to be hashed.
pub(crate) fn any_absent(c: &Connection) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM absent)";
    Ok(c.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

/// Notes that a record is not here.
pub(crate) fn save_absent(
    c: &Connection,
    track: i64,
    hash: &[u8],
    why: Why,
    version: &Version,
) -> Result<()> {
    c.prepare_cached(
        "INSERT OR REPLACE INTO absent (hash, track, why, version, last_updated, listed) VALUES (?1, ?2, ?3, ?4, ?5, 1)",
    )?
    .execute((hash, track, why.name(), &version.id, version.last_updated))?;
    Ok(())
}

/// A record that was absent is here.
pub(crate) fn clear_absent(c: &Connection, hash: &[u8]) -> Result<()> {
    c.prepare_cached("DELETE FROM absent WHERE hash = ?1")?
        .execute([hash])?;
    Ok(())
}

/// How many records are not here, of one track or of all.
pub(crate) fn absent(c: &Connection, of: Option<Track>) -> Result<Absent> {
    let sql = "SELECT count(*) FILTER (WHERE why = 'unmatched'), count(*) FILTER (WHERE why = 'unreadable')
               FROM absent JOIN track ON track.id = absent.track
               WHERE ?1 IS NULL OR track.feature = ?1 AND track.resource_type = ?2";
    let key = of.map(|of| (of.feature.name(), of.resource_type));
    let (feature, resource_type) = (key.map(|key| key.0), key.map(|key| key.1));
    Ok(c.prepare_cached(sql)?
        .query_row((feature, resource_type), |row| {
            Ok(Absent {
                unmatched: row.get::<_, i64>(0)?.unsigned_abs(),
                unreadable: row.get::<_, i64>(1)?.unsigned_abs(),
            })
        })?)
}

/// The portal's list begins: nothing absent has been on it.
pub(crate) fn begin_list(c: &Connection, track: i64) -> Result<()> {
    c.execute("UPDATE absent SET listed = 0 WHERE track = ?1", [track])?;
    Ok(())
}

/// An absent record was on the list.
pub(crate) fn mark_listed(c: &Connection, hash: &[u8]) -> Result<()> {
    c.prepare_cached("UPDATE absent SET listed = 1 WHERE hash = ?1")?
        .execute([hash])?;
    Ok(())
}

/// The list is done with: what is absent and was not on it counts no more.
pub(crate) fn end_list(c: &Connection, track: i64) -> Result<()> {
    c.execute(
        "DELETE FROM absent WHERE track = ?1 AND listed = 0 AND why <> 'gone'",
        [track],
    )?;
    Ok(())
}
