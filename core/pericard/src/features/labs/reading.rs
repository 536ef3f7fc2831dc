//! Reading lab results: the list of reports, one with its results, and all of one analyte.
//!
//! Uses: `date_precision`

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, Row};

use crate::features::date_precision::DatePrecision;
use crate::platform::error::Result;
use crate::storage::{IdKind, Ids, instant};

use super::model::{LabMeasurement, LabReport, LabResult, LabStatus};

/// Panels within panels, beyond which nobody reads on.
const DEEPEST: u32 = 8;
/// Results of one report, panels included.
const MOST_RESULTS: usize = 5000;

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
    let sql = format!("SELECT {REPORT}, beyond FROM lab_report WHERE id = ?1");
    let found = c
        .prepare_cached(&sql)?
        .query_row([id], |row| Ok((report(ids, row)?, row.get(10)?)))
        .optional()?;
    let Some((report, missing)) = found else {
        return Ok(None);
    };
    let mut found = Found {
        results: Vec::new(),
        seen: BTreeSet::new(),
        missing,
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
    seen: BTreeSet<i64>,
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
        if self.seen.len() >= MOST_RESULTS {
            self.missing = self.missing.saturating_add(1);
            return Ok(());
        }
        if !self.seen.insert(row) {
            return Ok(());
        }
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
                None => self.missing = self.missing.saturating_add(1),
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

/// The portal's id of a report; nothing for a day.
pub(super) fn id_of_report(c: &Connection, id: i64) -> Result<Option<String>> {
    let sql = "SELECT remote FROM lab_report WHERE id = ?1";
    let found = c.prepare_cached(sql)?.query_row([id], |row| row.get(0));
    Ok(found.optional()?.flatten())
}

/// The portal's id of a result; of one that its report contains, both with `#` between.
pub(super) fn id_of_result(c: &Connection, id: i64) -> Result<Option<String>> {
    let sql = "SELECT remote FROM lab_result WHERE id = ?1";
    let found = c.prepare_cached(sql)?.query_row([id], |row| row.get(0));
    Ok(found.optional()?)
}
