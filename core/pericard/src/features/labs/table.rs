//! The tables of lab results, and their rows. `writing` fills them, `reading` reads them.
//!
//! A row of `lab_report` is a report, or the day of results that no report and no panel names. Which results a report has
//! lies in `lab_link`, by the portal's key, since they come in any order; it is resolved when the report is read. `place`
//! is `at << 14` with a tiebreak and orders the list.

use crate::storage::Schema;

use super::model::{LabMeasurement, LabStatus};

pub(super) static SCHEMA: Schema = Schema {
    part: "labs",
    steps: &["
-- `beyond`: results that it names and that were not read, since there are too many.
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
    narrative TEXT NOT NULL,
    beyond INTEGER NOT NULL DEFAULT 0
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
    /// Results that it names beyond those.
    pub(super) beyond: u32,
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
    pub(super) fn column(self) -> u8 {
        match self {
            Self::Registered => 0,
            Self::Preliminary => 1,
            Self::Final => 2,
            Self::Corrected => 3,
            Self::Unknown => 4,
        }
    }

    pub(super) fn of_column(column: u8) -> Self {
        match column {
            0 => Self::Registered,
            1 => Self::Preliminary,
            2 => Self::Final,
            3 => Self::Corrected,
            _ => Self::Unknown,
        }
    }
}
