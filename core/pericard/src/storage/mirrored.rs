//! What is known of the records of a portal: which version is here, which are not here and why, how far a search and
//! the comparison with the portal's list have come.
//!
//! Uses: `database`, `track`
//!
//! The rows that a feature shows are its own; this is the same for all. Of a record that may not be shown only a keyed
//! hash of its key is here, with its version.

use pericard_protocol::sync::download::Abilities;
use pericard_protocol::sync::outbox::Identifiers;
use pericard_protocol::sync::version::Version;
use rusqlite::{Connection, OptionalExtension, Row};

use crate::platform::error::Result;

use super::database::Schema;
use super::track::Track;

pub(crate) static SCHEMA: Schema = Schema {
    part: "partition",
    steps: &["
-- How far a feature's download has come. `caught_up`: the history has been fetched once to its end; `stopped` names
-- the incident that stops the feature.
CREATE TABLE cursor (
    feature TEXT PRIMARY KEY,
    watermark INTEGER,
    caught_up INTEGER NOT NULL DEFAULT 0,
    stopped TEXT
) STRICT, WITHOUT ROWID;
-- Records that could not be matched to the person, or not be read: a keyed hash each, never the record.
CREATE TABLE held (
    hash BLOB PRIMARY KEY,
    feature TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE incident (
    id TEXT PRIMARY KEY,
    at INTEGER NOT NULL,
    feature TEXT NOT NULL
) STRICT;
","
-- One cursor per feature and resource type; incidents and held records say where they were.
CREATE TABLE track (
    feature TEXT NOT NULL,
    resource_type TEXT NOT NULL,
    watermark INTEGER,
    caught_up INTEGER NOT NULL DEFAULT 0,
    stopped TEXT,
    PRIMARY KEY (feature, resource_type)
) STRICT, WITHOUT ROWID;
INSERT INTO track SELECT feature, 'Communication', watermark, caught_up, stopped FROM cursor;
DROP TABLE cursor;
ALTER TABLE incident ADD COLUMN kind TEXT NOT NULL DEFAULT 'foreign_record';
ALTER TABLE incident ADD COLUMN resource_type TEXT NOT NULL DEFAULT 'Communication';
ALTER TABLE held ADD COLUMN resource_type TEXT NOT NULL DEFAULT 'Communication';
","
-- Times are the portal's, in milliseconds since 1970. `complete_at`: when a sync last proved that everything is here;
-- `incomplete`: why the last one did not; `compared_at`: when what is here was last compared with the portal's list.
CREATE TABLE tracks (
    id INTEGER PRIMARY KEY,
    feature TEXT NOT NULL,
    resource_type TEXT NOT NULL,
    stopped TEXT,
    synced_at INTEGER,
    complete_at INTEGER,
    compared_at INTEGER,
    incomplete TEXT,
    strict INTEGER NOT NULL DEFAULT 1,
    takes_last_updated INTEGER NOT NULL DEFAULT 1,
    takes_sort INTEGER NOT NULL DEFAULT 1,
    takes_count INTEGER NOT NULL DEFAULT 1,
    cap INTEGER,
    UNIQUE (feature, resource_type)
) STRICT;
INSERT INTO tracks (feature, resource_type, stopped) SELECT feature, resource_type, stopped FROM track;
DROP TABLE track;
ALTER TABLE tracks RENAME TO track;
-- How far a search has come. `began`: when its first page was asked for; `reached`: the history is here down to there;
-- `loaded`: to its end; `watermark`: everything that changed before is here; `fruitful`: it has brought something that
-- the feature's first search had not.
CREATE TABLE search (
    track INTEGER NOT NULL,
    name TEXT NOT NULL,
    watermark INTEGER,
    began INTEGER,
    reached INTEGER,
    loaded INTEGER NOT NULL DEFAULT 0,
    fruitful INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (track, name)
) STRICT, WITHOUT ROWID;
-- The records that are the person's: the version that is here and the feature's row, where it shows one.
CREATE TABLE record (
    track INTEGER NOT NULL,
    id TEXT NOT NULL,
    version TEXT,
    last_updated INTEGER,
    shown INTEGER,
    PRIMARY KEY (track, id)
) STRICT, WITHOUT ROWID;
-- The portal's list while it is being fetched.
CREATE TABLE listed (
    track INTEGER NOT NULL,
    id TEXT NOT NULL,
    version TEXT,
    last_updated INTEGER,
    PRIMARY KEY (track, id)
) STRICT, WITHOUT ROWID;
-- Records that are not here, by a keyed hash: `unmatched` and `unreadable` ones are counted; `gone` ones were removed
-- and do not come back with a late page.
CREATE TABLE absent (
    hash BLOB PRIMARY KEY,
    track INTEGER NOT NULL,
    why TEXT NOT NULL CHECK (why IN ('unmatched', 'unreadable', 'gone')),
    version TEXT,
    last_updated INTEGER,
    listed INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
DROP TABLE held;
-- Other ids of the same person at this portal, confirmed from both sides.
CREATE TABLE alias (
    patient TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
","
-- Whether the portal keeps the identifiers of what it is sent; nothing until it has shown that.
ALTER TABLE track ADD COLUMN keeps_identifiers INTEGER;
","
-- The portal's list is compared as it comes.
DROP TABLE listed;
"],
};

/// How far a search has come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// Everything that changed before is here.
    pub(crate) watermark: Option<i64>,
    /// When the first page of the history was asked for.
    pub(crate) began: Option<i64>,
    /// The history is here down to this moment.
    pub(crate) reached: Option<i64>,
    /// The history has been fetched once to its end: what comes from here on is news.
    pub(crate) loaded: bool,
    /// It has brought something that the feature's first search had not.
    pub(crate) fruitful: bool,
}

/// Where a track stands as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TrackState {
    pub(crate) synced_at: Option<i64>,
    pub(crate) complete_at: Option<i64>,
    pub(crate) compared_at: Option<i64>,
    pub(crate) incomplete: Option<String>,
    pub(crate) stopped: Option<String>,
}

/// A record that is the person's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KnownRecord {
    pub(crate) version: Version,
    /// The feature's row, where it shows one.
    pub(crate) shown: Option<i64>,
}

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

/// The number of a track, made when it is new.
pub(crate) fn track(c: &Connection, track: Track) -> Result<i64> {
    let key = (track.feature.name(), track.resource_type);
    let sql = "SELECT id FROM track WHERE feature = ?1 AND resource_type = ?2";
    let found = c.prepare_cached(sql)?.query_row(key, |row| row.get(0));
    if let Some(id) = found.optional()? {
        return Ok(id);
    }
    c.execute(
        "INSERT INTO track (feature, resource_type) VALUES (?1, ?2)",
        key,
    )?;
    Ok(c.last_insert_rowid())
}

/// How far a search has come.
pub(crate) fn cursor(c: &Connection, of: Track, search: &str) -> Result<Cursor> {
    let sql = "SELECT watermark, began, reached, loaded, fruitful FROM search WHERE track = ?1 AND name = ?2";
    let found = c
        .prepare_cached(sql)?
        .query_row((track(c, of)?, search), |row| {
            Ok(Cursor {
                watermark: row.get(0)?,
                began: row.get(1)?,
                reached: row.get(2)?,
                loaded: row.get(3)?,
                fruitful: row.get(4)?,
            })
        });
    Ok(found.optional()?.unwrap_or_default())
}

/// Notes how far a search has come.
pub(crate) fn save_cursor(c: &Connection, of: Track, search: &str, cursor: &Cursor) -> Result<()> {
    let track = track(c, of)?;
    c.prepare_cached(
        "INSERT OR REPLACE INTO search (track, name, watermark, began, reached, loaded, fruitful)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute((
        track,
        search,
        cursor.watermark,
        cursor.began,
        cursor.reached,
        cursor.loaded,
        cursor.fruitful,
    ))?;
    Ok(())
}

/// What the portal takes in a search, as it has shown.
pub(crate) fn abilities(c: &Connection, of: Track) -> Result<Abilities> {
    let sql =
        "SELECT strict, takes_last_updated, takes_sort, takes_count, cap FROM track WHERE id = ?1";
    Ok(c.prepare_cached(sql)?.query_row([track(c, of)?], |row| {
        Ok(Abilities {
            strict: row.get(0)?,
            last_updated: row.get(1)?,
            sort: row.get(2)?,
            count: row.get(3)?,
            cap: row.get(4)?,
        })
    })?)
}

/// Notes what the portal takes in a search.
pub(crate) fn save_abilities(c: &Connection, of: Track, abilities: Abilities) -> Result<()> {
    let track = track(c, of)?;
    c.prepare_cached(
        "UPDATE track SET strict = ?2, takes_last_updated = ?3, takes_sort = ?4, takes_count = ?5, cap = ?6 WHERE id = ?1",
    )?
    .execute((
        track,
        abilities.strict,
        abilities.last_updated,
        abilities.sort,
        abilities.count,
        abilities.cap,
    ))?;
    Ok(())
}

/// What the portal does with the identifiers of what it is sent.
pub(crate) fn identifiers(c: &Connection, of: Track) -> Result<Identifiers> {
    let sql = "SELECT keeps_identifiers FROM track WHERE feature = ?1 AND resource_type = ?2";
    let kept = c
        .prepare_cached(sql)?
        .query_row((of.feature.name(), of.resource_type), |row| {
            row.get::<_, Option<bool>>(0)
        });
    Ok(match kept.optional()?.flatten() {
        Some(true) => Identifiers::Kept,
        Some(false) => Identifiers::Dropped,
        None => Identifiers::Unknown,
    })
}

/// The portal has shown whether it keeps identifiers.
pub(crate) fn save_identifiers(c: &Connection, of: Track, kept: bool) -> Result<()> {
    let sql =
        "UPDATE track SET keeps_identifiers = ?2 WHERE id = ?1 AND keeps_identifiers IS NOT ?2";
    let track = track(c, of)?;
    c.prepare_cached(sql)?.execute((track, kept))?;
    Ok(())
}

/// Where a track stands.
pub(crate) fn state(c: &Connection, of: Track) -> Result<TrackState> {
    let sql = "SELECT synced_at, complete_at, compared_at, incomplete, stopped FROM track
               WHERE feature = ?1 AND resource_type = ?2";
    let found = c
        .prepare_cached(sql)?
        .query_row((of.feature.name(), of.resource_type), |row| {
            Ok(TrackState {
                synced_at: row.get(0)?,
                complete_at: row.get(1)?,
                compared_at: row.get(2)?,
                incomplete: row.get(3)?,
                stopped: row.get(4)?,
            })
        });
    Ok(found.optional()?.unwrap_or_default())
}

/// Notes how a sync ended: at the portal's time `now`, complete or not.
pub(crate) fn save_outcome(
    c: &Connection,
    of: Track,
    now: i64,
    incomplete: Option<&str>,
) -> Result<()> {
    let track = track(c, of)?;
    c.prepare_cached(
        "UPDATE track SET synced_at = ?2, incomplete = ?3, complete_at = CASE WHEN ?3 IS NULL THEN ?2 ELSE complete_at END
         WHERE id = ?1",
    )?
    .execute((track, now, incomplete))?;
    Ok(())
}

/// Notes that what is here was compared with the portal's list at the portal's time `now`.
pub(crate) fn save_compared(c: &Connection, of: Track, now: i64) -> Result<()> {
    let track = track(c, of)?;
    c.prepare_cached("UPDATE track SET compared_at = ?2 WHERE id = ?1")?
        .execute((track, now))?;
    Ok(())
}

fn version(row: &Row<'_>) -> rusqlite::Result<Version> {
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
