//! The tables of lab results.
//!
//! A row of `lab_report` is a report, or the day of results that no report and no panel names. Which results a report has
//! lies in `lab_link`, by the portal's key, since they come in any order; it is resolved when the report is read. `place`
//! is `at << 14` with a tiebreak and orders the list.
//!
//! Uses: `date_precision`

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, OptionalExtension, Row};

use crate::features::date_precision::DatePrecision;
use crate::platform::error::Result;
use crate::storage::{IdKind, Ids, Schema};

use super::model::{LabMeasurement, LabReport, LabResult, LabStatus};

pub(super) static SCHEMA: Schema = Schema {
    part: "labs",
    steps: &["
CREATE TABLE lab_report (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    remote TEXT UNIQUE,
    day INTEGER UNIQUE,
    place INTEGER NOT NULL,
    at INTEGER NOT NULL,
    precision INTEGER NOT NULL,
    status INTEGER NOT NULL,
    unread INTEGER NOT NULL,
    name TEXT NOT NULL,
    laboratory TEXT NOT NULL,
    conclusion TEXT NOT NULL,
    narrative TEXT NOT NULL
) STRICT;
CREATE INDEX lab_report_newest ON lab_report (place DESC, id DESC);
-- `analyte`: what results of the same are found by. `day`: the row of the day that it stands under, where nothing names it.
CREATE TABLE lab_result (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    remote TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    precision INTEGER NOT NULL,
    status INTEGER NOT NULL,
    day INTEGER,
    analyte TEXT NOT NULL,
    measured TEXT NOT NULL,
    components TEXT NOT NULL,
    comments TEXT NOT NULL
) STRICT;
CREATE INDEX lab_result_day ON lab_result (day, at, id) WHERE day IS NOT NULL;
CREATE INDEX lab_result_analyte ON lab_result (analyte, at, id);
-- `source`: a report's row, or the negative of a panel's. `key`: `Observation/id`, empty for what is not at this portal.
CREATE TABLE lab_link (
    source INTEGER NOT NULL,
    n INTEGER NOT NULL,
    key TEXT NOT NULL,
    PRIMARY KEY (source, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX lab_link_key ON lab_link (key);
"],
};

const DAY: i64 = 24 * 60 * 60 * 1000;
/// Reports of one millisecond that keep an order of their own.
const PLACES: i64 = 1 << 14;
/// Panels within panels, beyond which nobody reads on.
const DEEPEST: u32 = 8;
/// Results of one report, panels included.
const MOST_RESULTS: usize = 5000;

/// When something was, and how much of that is known.
#[derive(Clone, Copy)]
pub(super) struct Dated {
    pub(super) at: i64,
    pub(super) precision: u8,
}

pub(super) struct ReportRow {
    pub(super) remote: String,
    pub(super) name: String,
    pub(super) laboratory: String,
    pub(super) status: LabStatus,
    pub(super) dated: Dated,
    pub(super) conclusion: String,
    pub(super) narrative: String,
    pub(super) links: Vec<String>,
}

pub(super) struct ResultRow {
    pub(super) remote: String,
    pub(super) measured: LabMeasurement,
    pub(super) components: Vec<LabMeasurement>,
    pub(super) status: LabStatus,
    pub(super) dated: Dated,
    pub(super) comments: Vec<String>,
    pub(super) links: Vec<String>,
}

impl LabStatus {
    fn column(self) -> u8 {
        match self {
            Self::Registered => 0,
            Self::Preliminary => 1,
            Self::Final => 2,
            Self::Corrected => 3,
            Self::Unknown => 4,
        }
    }

    fn of_column(column: u8) -> Self {
        match column {
            0 => Self::Registered,
            1 => Self::Preliminary,
            2 => Self::Final,
            3 => Self::Corrected,
            _ => Self::Unknown,
        }
    }
}

/// Writes a report; `unread` marks it as new. Returns its row.
pub(super) fn save_report(c: &Connection, row: &ReportRow, unread: bool) -> Result<i64> {
    let place = place(c, row.dated.at)?;
    let id: i64 = c
        .prepare_cached(
            "INSERT INTO lab_report (remote, place, at, precision, status, unread, name, laboratory, conclusion, narrative)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             ON CONFLICT (remote) DO UPDATE SET
                 place = iif(at = ?3, place, ?2), at = ?3, precision = ?4, status = ?5, unread = max(unread, ?6),
                 name = ?7, laboratory = ?8, conclusion = ?9, narrative = ?10
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
        remove_contained(c, &remote)?;
    }
    link(c, id, &[])?;
    c.prepare_cached("DELETE FROM lab_report WHERE id = ?1")?
        .execute([id])?;
    Ok(())
}

/// Removes the results that a report contained.
pub(super) fn remove_contained(c: &Connection, report: &str) -> Result<()> {
    // `$` follows `#`, which no id has.
    let sql = "SELECT id FROM lab_result WHERE remote >= ?1 || '#' AND remote < ?1 || '$'";
    let mut statement = c.prepare_cached(sql)?;
    let rows = statement.query_map([report], |row| row.get(0))?;
    for row in rows.collect::<rusqlite::Result<Vec<i64>>>()? {
        remove_result(c, row)?;
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

fn instant(millis: i64) -> SystemTime {
    let span = Duration::from_millis(millis.unsigned_abs());
    let time = match millis < 0 {
        true => UNIX_EPOCH.checked_sub(span),
        false => UNIX_EPOCH.checked_add(span),
    };
    time.unwrap_or(UNIX_EPOCH)
}

const REPORT: &str =
    "id, place, at, precision, status, unread, name, laboratory, conclusion, narrative";
const RESULT: &str = "id, at, precision, status, measured, components, comments, remote";

fn report(ids: &Ids, row: &Row<'_>) -> rusqlite::Result<LabReport> {
    Ok(LabReport {
        id: ids.encode(IdKind::LabReport, row.get(0)?).into(),
        at: instant(row.get(2)?),
        precision: DatePrecision::of_column(row.get(3)?),
        status: LabStatus::of_column(row.get(4)?),
        unread: row.get(5)?,
        name: row.get(6)?,
        laboratory: row.get(7)?,
        conclusion: row.get(8)?,
        narrative: row.get(9)?,
    })
}

fn result(ids: &Ids, row: &Row<'_>) -> rusqlite::Result<LabResult> {
    let json = |n: usize| row.get::<_, String>(n);
    let odd = |error: serde_json::Error| rusqlite::Error::ToSqlConversionFailure(Box::new(error));
    let [measured]: [LabMeasurement; 1] = serde_json::from_str(&json(4)?).map_err(odd)?;
    Ok(LabResult {
        id: ids.encode(IdKind::LabResult, row.get(0)?).into(),
        measured,
        components: serde_json::from_str(&json(5)?).map_err(odd)?,
        status: LabStatus::of_column(row.get(3)?),
        at: instant(row.get(1)?),
        precision: DatePrecision::of_column(row.get(2)?),
        comments: serde_json::from_str(&json(6)?).map_err(odd)?,
    })
}

/// Reports behind a place, newest first, and the place of the last where there are more.
pub(super) fn reports(
    c: &Connection,
    ids: &Ids,
    before: i64,
    limit: u32,
) -> Result<(Vec<LabReport>, Option<i64>)> {
    let sql = format!(
        "SELECT {REPORT} FROM lab_report WHERE place < ?1 ORDER BY place DESC, id DESC LIMIT ?2"
    );
    let mut statement = c.prepare_cached(&sql)?;
    let rows = statement.query_map((before, limit), |row| Ok((report(ids, row)?, row.get(1)?)))?;
    let rows: Vec<(LabReport, i64)> = rows.collect::<rusqlite::Result<_>>()?;
    let last = rows
        .last()
        .map(|(_, place)| *place)
        .filter(|_| rows.len() == limit as usize);
    Ok((rows.into_iter().map(|(report, _)| report).collect(), last))
}

/// A report with its results, and how many of those it names are not here.
pub(super) fn one_report(
    c: &Connection,
    ids: &Ids,
    id: i64,
) -> Result<Option<(LabReport, Vec<LabResult>, u32)>> {
    let sql = format!("SELECT {REPORT} FROM lab_report WHERE id = ?1");
    let found = c
        .prepare_cached(&sql)?
        .query_row([id], |row| report(ids, row))
        .optional()?;
    let Some(report) = found else {
        return Ok(None);
    };
    let mut found = Found {
        results: Vec::new(),
        seen: Vec::new(),
        missing: 0,
    };
    let sql = format!("SELECT {RESULT} FROM lab_result WHERE day = ?1 ORDER BY at, id");
    let mut statement = c.prepare_cached(&sql)?;
    let rows = statement.query_map([id], |row| Ok((row.get::<_, i64>(0)?, result(ids, row)?)))?;
    for (row, result) in rows.collect::<rusqlite::Result<Vec<_>>>()? {
        found.take(c, ids, row, result, 0)?;
    }
    found.follow(c, ids, id, 0)?;
    Ok(Some((report, found.results, found.missing)))
}

struct Found {
    results: Vec<LabResult>,
    seen: Vec<i64>,
    missing: u32,
}

impl Found {
    fn take(
        &mut self,
        c: &Connection,
        ids: &Ids,
        row: i64,
        result: LabResult,
        depth: u32,
    ) -> Result<()> {
        if self.seen.contains(&row) || self.seen.len() >= MOST_RESULTS {
            return Ok(());
        }
        self.seen.push(row);
        self.results.push(result);
        self.follow(c, ids, -row, depth + 1)
    }

    fn follow(&mut self, c: &Connection, ids: &Ids, source: i64, depth: u32) -> Result<()> {
        if depth > DEEPEST {
            return Ok(());
        }
        let sql = format!(
            "SELECT {RESULT}, key FROM lab_link LEFT JOIN lab_result ON key = 'Observation/' || remote
             WHERE source = ?1 ORDER BY n"
        );
        let mut statement = c.prepare_cached(&sql)?;
        let rows = statement.query_map([source], |row| {
            let id: Option<i64> = row.get(0)?;
            id.map(|id| Ok((id, result(ids, row)?))).transpose()
        })?;
        for row in rows.collect::<rusqlite::Result<Vec<_>>>()? {
            match row {
                Some((row, result)) => self.take(c, ids, row, result, depth)?,
                None => self.missing += 1,
            }
        }
        Ok(())
    }
}

pub(super) fn one_result(c: &Connection, ids: &Ids, id: i64) -> Result<Option<LabResult>> {
    let sql = format!("SELECT {RESULT} FROM lab_result WHERE id = ?1");
    Ok(c.prepare_cached(&sql)?
        .query_row([id], |row| result(ids, row))
        .optional()?)
}

/// The results of the same analyte as this one, oldest first; those that the laboratory gave in components are not among them.
pub(super) fn same_analyte(c: &Connection, ids: &Ids, id: i64) -> Result<Vec<LabResult>> {
    let sql = format!(
        "SELECT {RESULT} FROM lab_result WHERE analyte = (SELECT analyte FROM lab_result WHERE id = ?1)
             AND analyte <> '' ORDER BY at, id"
    );
    let mut statement = c.prepare_cached(&sql)?;
    let rows = statement.query_map([id], |row| result(ids, row))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Marks a report as opened; whether that changed anything.
pub(super) fn mark_read(c: &Connection, id: i64) -> Result<bool> {
    let sql = "UPDATE lab_report SET unread = 0 WHERE id = ?1 AND unread = 1";
    Ok(c.execute(sql, [id])? > 0)
}
