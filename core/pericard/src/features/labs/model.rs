//! The records of lab results, as the three languages see them. What lies in the database of a result is its measurement
//! in JSON, under these names.
//!
//! Uses: `date_precision`

use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::features::date_precision::DatePrecision;
use crate::platform::id::{LabReportId, LabResultId, PagePosition};
use crate::sync::IncompleteReason;

/// A report of a laboratory, as a row of the list. Results that came without a report are together under their day.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct LabReport {
    /// Opaque, stable on this device, unknown to the portal.
    pub id: LabReportId,
    /// What was ordered, in the laboratory's words; empty for results without a report.
    pub name: String,
    /// The laboratory, where it is named; may be empty.
    pub laboratory: String,
    /// How far the laboratory is with it (`DiagnosticReport.status`).
    pub status: LabStatus,
    /// When it was true of the person, mostly when the sample was taken; else when it was given out.
    pub at: SystemTime,
    /// How much of `at` is known.
    pub precision: DatePrecision,
    /// It is new, or changed, and was not opened on this device. What was there before the first sync counts as opened.
    pub unread: bool,
    /// The laboratory's conclusion; may be empty.
    pub conclusion: String,
    /// The report in plain text, as the laboratory wrote it; may be empty, and may repeat the results.
    pub narrative: String,
}

/// A page of reports, newest first.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct LabReportPage {
    /// The reports.
    pub reports: Vec<LabReport>,
    /// Pass this as `after` for the next page; nothing at the end.
    pub after: Option<PagePosition>,
}

/// A report with its results.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct LabReportResults {
    /// The report.
    pub report: LabReport,
    /// Its results in the laboratory's order, those of a panel behind it.
    pub results: Vec<LabResult>,
    /// Results that the report names and that are not here: not the person's, withdrawn, not to be had, or beyond the first
    /// 4,096.
    pub missing: u32,
}

/// One result (`Observation`).
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct LabResult {
    /// Opaque, stable on this device, unknown to the portal.
    pub id: LabResultId,
    /// What was measured, and what came of it.
    pub measured: LabMeasurement,
    /// Values that were measured together, such as those of one culture.
    pub components: Vec<LabMeasurement>,
    /// How far the laboratory is with it.
    pub status: LabStatus,
    /// When it was true of the person; else when it was given out.
    pub at: SystemTime,
    /// How much of `at` is known.
    pub precision: DatePrecision,
    /// The laboratory's comments, else its text where nothing is coded.
    pub comments: Vec<String>,
}

/// A name, a value and how to read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, uniffi::Record)]
pub struct LabMeasurement {
    /// What was measured, in the laboratory's words.
    pub name: String,
    /// The same as a code: of LOINC where there is one, else the first.
    pub code: Option<LabCode>,
    /// What came of it.
    pub value: LabValue,
    /// Why there is no value, in the laboratory's words; may be empty.
    pub absent: String,
    /// What the laboratory says of it.
    pub interpretations: Vec<LabInterpretation>,
    /// What is usual, as given. All ranges are here: for whom one is, is for the person to see.
    pub ranges: Vec<LabRange>,
}

/// A code of a system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, uniffi::Record)]
pub struct LabCode {
    /// The code system, such as `http://loinc.org`; may be empty.
    pub system: String,
    /// The code in it.
    pub code: String,
}

/// What came of a measurement (`Observation.value[x]`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, uniffi::Enum)]
#[serde(rename_all = "snake_case")]
pub enum LabValue {
    /// Nothing; `LabMeasurement.absent` may say why.
    Nothing,
    /// An amount.
    Quantity {
        /// How much.
        quantity: LabQuantity,
    },
    /// In words: a text, a coded concept, a time, a date or a period as the laboratory wrote it. Never taken for a number.
    Text {
        /// The words.
        text: String,
    },
    /// Yes or no.
    Boolean {
        /// Which.
        value: bool,
    },
    /// A whole number.
    Integer {
        /// Which.
        value: i64,
    },
    /// Between two amounts.
    Range {
        /// From.
        low: Option<LabQuantity>,
        /// To.
        high: Option<LabQuantity>,
    },
    /// One amount in another, such as a titre.
    Ratio {
        /// Of what.
        numerator: Option<LabQuantity>,
        /// In what.
        denominator: Option<LabQuantity>,
    },
    /// There is a value that this version cannot show, such as a curve.
    Unsupported,
}

/// An amount.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, uniffi::Record)]
pub struct LabQuantity {
    /// How the true amount compares with it.
    pub comparator: LabComparator,
    /// The number as it was written: `1.10` is more precise than `1.1`.
    pub value: String,
    /// The number; nothing where it is beyond what a number can be.
    pub number: Option<f64>,
    /// The unit to show; may be empty.
    pub unit: String,
    /// The unit in UCUM; empty where the laboratory gave none.
    pub ucum: String,
}

/// How a true amount compares with what is written (<https://hl7.org/fhir/R4/valueset-quantity-comparator.html>).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, uniffi::Enum)]
#[serde(rename_all = "snake_case")]
pub enum LabComparator {
    /// It is that.
    Equal,
    /// It is less.
    Less,
    /// It is that or less.
    LessOrEqual,
    /// It is that or more.
    GreaterOrEqual,
    /// It is more.
    Greater,
    /// Something that this version does not know: do not show the amount without saying so.
    Other,
}

/// What a laboratory says of a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, uniffi::Record)]
pub struct LabInterpretation {
    /// As a code.
    pub flag: LabFlag,
    /// In the portal's own words; may be empty.
    pub text: String,
}

/// The codes of HL7 v3 ObservationInterpretation that laboratories use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, uniffi::Enum)]
#[serde(rename_all = "snake_case")]
pub enum LabFlag {
    /// `N`
    Normal,
    /// `A`
    Abnormal,
    /// `AA`
    CriticallyAbnormal,
    /// `H`
    High,
    /// `HH`, also `HU`
    CriticallyHigh,
    /// `L`
    Low,
    /// `LL`, also `LU`
    CriticallyLow,
    /// `POS`, also `DET`
    Positive,
    /// `NEG`, also `ND`
    Negative,
    /// `S`: a germ that the medicine works against.
    Susceptible,
    /// `I`
    Intermediate,
    /// `R`
    Resistant,
    /// Another; the words say which.
    Other,
}

/// What is usual (`Observation.referenceRange`), as given: `low` may lie above `high`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, uniffi::Record)]
pub struct LabRange {
    /// From.
    pub low: Option<LabQuantity>,
    /// To.
    pub high: Option<LabQuantity>,
    /// In words; may be empty.
    pub text: String,
    /// For whom it is, such as a sex, an age, or what is recommended; may be empty.
    pub applies_to: String,
}

/// How far a laboratory is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum LabStatus {
    /// It is known that there will be a result.
    Registered,
    /// Preliminary: it may change. Call it so.
    Preliminary,
    /// Complete and verified.
    Final,
    /// Changed after it was final: corrected, amended, or added to. Mark it.
    Corrected,
    /// Not said.
    Unknown,
}

/// How one analyte developed, for a plot.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct LabTrend {
    /// What was measured, as the newest result calls it.
    pub name: String,
    /// Points whose units compare, each series in one unit; the one with the newest result first. Nothing is converted
    /// between series.
    pub series: Vec<LabSeries>,
}

/// Points in one unit.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct LabSeries {
    /// The unit of `LabPoint.value`, as its newest result writes it; may be empty.
    pub unit: String,
    /// The points, oldest first.
    pub points: Vec<LabPoint>,
}

/// One result of a trend.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct LabPoint {
    /// The result.
    pub result: LabResultId,
    /// When.
    pub at: SystemTime,
    /// How much of `at` is known.
    pub precision: DatePrecision,
    /// The number in the unit of its series.
    pub value: f64,
    /// How the true value compares with it.
    pub comparator: LabComparator,
    /// Whether the laboratory gave it in another unit.
    pub converted: bool,
    /// How far the laboratory is with it.
    pub status: LabStatus,
    /// From where it is usual, in the unit of the series, where there is exactly one range that says so.
    pub low: Option<f64>,
    /// Up to where.
    pub high: Option<f64>,
}

/// How far the lab results on this device are those at the portal. Of reports and single results, what holds for both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct LabsState {
    /// When a sync last ended, by the device's clock; nothing before the first one, and where the portal has no lab results.
    pub synced_at: Option<SystemTime>,
    /// When a sync last proved that everything is here; nothing where none ever has.
    pub complete_at: Option<SystemTime>,
    /// Why the last sync could not prove it; nothing where it did, and before the first one.
    pub incomplete: Option<IncompleteReason>,
    /// Records that could not be matched to the person. They are neither stored nor shown.
    pub held: u64,
    /// Records that could not be read. They are asked for again once a day.
    pub unreadable: u64,
}
