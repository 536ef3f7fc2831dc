//! How much of a date is known, in every feature.

use pericard_protocol::fhir::instant::{PartialDate, Precision};

/// How much of a date is known.
///
/// Portals often know a day and no time. Such a date is the same in every time zone: format it in UTC, with the parts
/// that are known and no others. Only an `Instant` is shown in the person's own zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum DatePrecision {
    /// A year.
    Year,
    /// A month.
    Month,
    /// A day.
    Day,
    /// A time whose zone is not known: shown as it is, formatted in UTC.
    LocalTime,
    /// A moment.
    Instant,
}

impl DatePrecision {
    /// Reads the database column.
    pub(crate) fn of_column(column: u8) -> Self {
        match column {
            0 => Self::Year,
            1 => Self::Month,
            2 => Self::Day,
            3 => Self::LocalTime,
            _ => Self::Instant,
        }
    }

    /// What is written to the database column.
    pub(crate) fn column(precision: Precision) -> u8 {
        match precision {
            Precision::Year => 0,
            Precision::Month => 1,
            Precision::Day => 2,
            Precision::LocalTime => 3,
            Precision::Instant => 4,
        }
    }

    /// What is written of a date: where it begins, in milliseconds, and how much of it is known; else of a moment.
    pub(crate) fn columns(date: Option<&PartialDate>, otherwise: i64) -> (i64, u8) {
        match date {
            Some(date) => (date.start.as_millisecond(), Self::column(date.precision)),
            None => (otherwise, Self::column(Precision::Instant)),
        }
    }
}
