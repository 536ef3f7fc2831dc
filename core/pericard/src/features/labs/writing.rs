//! Writing lab results: reports, results, and which stand under their day.

use rusqlite::{Connection, OptionalExtension};

use crate::platform::error::Result;

use super::model::LabMeasurement;
use super::table::{ReportRow, ResultRow};

const DAY: i64 = 24 * 60 * 60 * 1000;
/// Reports of one millisecond that keep an order of their own.
const PLACES: i64 = 1 << 14;

/// Writes a report; `unread` marks it as new. Returns its row.
pub(super) fn save_report(c: &Connection, row: &ReportRow, unread: bool) -> Result<i64> {
    let place = place(c, row.dated.at)?;
    let id: i64 = c
        .prepare_cached(
            "INSERT INTO lab_report (remote, place, at, precision, status, unread, name, laboratory, conclusion, narrative,
                 beyond)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
             ON CONFLICT (remote) DO UPDATE SET
                 place = iif(at = ?3, place, ?2), at = ?3, precision = ?4, status = ?5, unread = max(unread, ?6),
                 name = ?7, laboratory = ?8, conclusion = ?9, narrative = ?10, beyond = ?11
             RETURNING id",
        )?
        .query_row(
            (
                &row.remote,
                place,
                row.dated.at,
                row.dated.precision,
                row.status.column(),
                unread,
                &row.name,
                &row.laboratory,
                &row.conclusion,
                &row.narrative,
                row.beyond,
            ),
            |row| row.get(0),
        )?;
    link(c, id, &row.links)?;
    Ok(id)
}

/// Where a report of this time stands in the list.
fn place(c: &Connection, at: i64) -> Result<i64> {
    let first = at.saturating_mul(PLACES);
    let sql =
        "SELECT coalesce(max(place) + 1, ?1) FROM lab_report WHERE place >= ?1 AND place < ?2";
    let ends = (first, first.saturating_add(PLACES));
    Ok(c.prepare_cached(sql)?.query_row(ends, |row| row.get(0))?)
}

/// Removes a report. Its results stand for themselves again, but those that it contained.
pub(super) fn remove_report(c: &Connection, id: i64) -> Result<()> {
    let remote = "SELECT remote FROM lab_report WHERE id = ?1";
    let remote: Option<String> = c
        .query_row(remote, [id], |row| row.get(0))
        .optional()?
        .flatten();
    if let Some(remote) = remote {
        keep_contained(c, &remote, &[])?;
    }
    link(c, id, &[])?;
    c.prepare_cached("DELETE FROM lab_report WHERE id = ?1")?
        .execute([id])?;
    Ok(())
}

/// Removes the results that a report contained before and does not contain now.
pub(super) fn keep_contained(c: &Connection, report: &str, now: &[ResultRow]) -> Result<()> {
    // `$` follows `#`, which no id has.
    let sql = "SELECT id, remote FROM lab_result WHERE remote >= ?1 || '#' AND remote < ?1 || '$'";
    let mut statement = c.prepare_cached(sql)?;
    let rows = statement.query_map([report], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for (row, remote) in rows.collect::<rusqlite::Result<Vec<(i64, String)>>>()? {
        if !now.iter().any(|result| result.remote == remote) {
            remove_result(c, row)?;
        }
    }
    Ok(())
}

/// Writes a result; `unread` marks what shows it as new. Returns its row.
pub(super) fn save_result(c: &Connection, row: &ResultRow, unread: bool) -> Result<i64> {
    let json = |value: &[LabMeasurement]| serde_json::to_string(value).unwrap_or_default();
    let id: i64 = c
        .prepare_cached(
            "INSERT INTO lab_result (remote, at, precision, status, analyte, measured, components, comments)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (remote) DO UPDATE SET at = ?2, precision = ?3, status = ?4, analyte = ?5, measured = ?6,
                 components = ?7, comments = ?8
             RETURNING id",
        )?
        .query_row(
            (
                &row.remote,
                row.dated.at,
                row.dated.precision,
                row.status.column(),
                analyte(&row.measured),
                json(std::slice::from_ref(&row.measured)),
                json(&row.components),
                serde_json::to_string(&row.comments).unwrap_or_default(),
            ),
            |row| row.get(0),
        )?;
    link(c, -id, &row.links)?;
    settle(c, &format!("Observation/{}", row.remote))?;
    if unread {
        let sql =
            "UPDATE lab_report SET unread = 1 WHERE id = (SELECT day FROM lab_result WHERE id = ?1)
                       OR id IN (SELECT source FROM lab_link WHERE key = 'Observation/' || ?2)";
        c.prepare_cached(sql)?.execute((id, &row.remote))?;
    }
    Ok(id)
}

pub(super) fn remove_result(c: &Connection, id: i64) -> Result<()> {
    link(c, -id, &[])?;
    let sql = "DELETE FROM lab_result WHERE id = ?1 RETURNING day";
    let day: Option<Option<i64>> = c
        .prepare_cached(sql)?
        .query_row([id], |row| row.get(0))
        .optional()?;
    empty_day(c, day.flatten())
}

/// What results of the same have in common: LOINC's code, else another system's, else the name.
fn analyte(measured: &LabMeasurement) -> String {
    match &measured.code {
        Some(code) => format!("{}|{}", code.system, code.code),
        None => measured.name.to_lowercase(),
    }
}

/// Puts other links in the place of those of a source, and what either names where it belongs.
fn link(c: &Connection, source: i64, keys: &[String]) -> Result<()> {
    let sql = "DELETE FROM lab_link WHERE source = ?1 RETURNING key";
    let mut statement = c.prepare_cached(sql)?;
    let before = statement.query_map([source], |row| row.get(0))?;
    let mut touched: Vec<String> = before.collect::<rusqlite::Result<_>>()?;
    let mut insert =
        c.prepare_cached("INSERT INTO lab_link (source, n, key) VALUES (?1, ?2, ?3)")?;
    for (n, key) in (0_i64..).zip(keys) {
        insert.execute((source, n, key))?;
    }
    touched.extend_from_slice(keys);
    touched.sort_unstable();
    touched.dedup();
    touched.iter().try_for_each(|key| settle(c, key))
}

/// A result that nothing names stands under its day, any other does not.
fn settle(c: &Connection, key: &str) -> Result<()> {
    let Some(remote) = key.strip_prefix("Observation/") else {
        return Ok(());
    };
    let sql = "SELECT id, at, day FROM lab_result WHERE remote = ?1";
    let found = c
        .prepare_cached(sql)?
        .query_row([remote], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
    let Some((id, at, before)): Option<(i64, i64, Option<i64>)> = found.optional()? else {
        return Ok(());
    };
    let named = "SELECT EXISTS (SELECT 1 FROM lab_link WHERE key = ?1)";
    let named: bool = c
        .prepare_cached(named)?
        .query_row([key], |row| row.get(0))?;
    let day = match named {
        true => None,
        false => Some(day(c, at.div_euclid(DAY))?),
    };
    if day != before {
        c.prepare_cached("UPDATE lab_result SET day = ?2 WHERE id = ?1")?
            .execute((id, day))?;
        empty_day(c, before)?;
    }
    Ok(())
}

/// The row of a day.
fn day(c: &Connection, day: i64) -> Result<i64> {
    let sql = "SELECT id FROM lab_report WHERE day = ?1";
    let found = c
        .prepare_cached(sql)?
        .query_row([day], |row| row.get(0))
        .optional()?;
    if let Some(found) = found {
        return Ok(found);
    }
    let sql = "INSERT INTO lab_report (day, place, at, precision, status, unread, name, laboratory, conclusion, narrative)
               VALUES (?1, ?2, ?3, 2, 2, 0, '', '', '', '') RETURNING id";
    let at = day * DAY;
    Ok(c.prepare_cached(sql)?
        .query_row((day, place(c, at)?, at), |row| row.get(0))?)
}

fn empty_day(c: &Connection, day: Option<i64>) -> Result<()> {
    let sql = "DELETE FROM lab_report WHERE id = ?1 AND day IS NOT NULL
                   AND NOT EXISTS (SELECT 1 FROM lab_result WHERE lab_result.day = ?1)";
    c.prepare_cached(sql)?.execute([day])?;
    Ok(())
}

/// Marks a report as opened; whether that changed anything.
pub(super) fn mark_read(c: &Connection, id: i64) -> Result<bool> {
    let sql = "UPDATE lab_report SET unread = 0 WHERE id = ?1 AND unread = 1";
    Ok(c.execute(sql, [id])? > 0)
}
