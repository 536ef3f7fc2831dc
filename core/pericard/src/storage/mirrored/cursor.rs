//! How far each search of a track is, what the portal takes in one, and how its syncs ended.

use pericard_protocol::sync::download::Abilities;
use pericard_protocol::sync::outbox::Identifiers;
use rusqlite::{Connection, OptionalExtension};

use crate::platform::error::Result;
use crate::storage::track::Track;

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

/// The newest change that has been seen of any record of a track.
pub(crate) fn newest(c: &Connection, of: Track) -> Result<Option<i64>> {
    let sql = "SELECT newest FROM track WHERE feature = ?1 AND resource_type = ?2";
    let key = (of.feature.name(), of.resource_type);
    let found = c.prepare_cached(sql)?.query_row(key, |row| row.get(0));
    Ok(found.optional()?.flatten())
}

/// Notes a change that has been seen.
pub(crate) fn saw(c: &Connection, track: i64, last_updated: i64) -> Result<()> {
    c.prepare_cached("UPDATE track SET newest = ?2 WHERE id = ?1 AND coalesce(newest < ?2, true)")?
        .execute((track, last_updated))?;
    Ok(())
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
