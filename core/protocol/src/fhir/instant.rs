//! Points in time as FHIR writes them: `instant` and the partial `dateTime`
//! (<https://hl7.org/fhir/R4/datatypes.html#dateTime>).

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;

use super::FhirError;

/// A date that may be partial. Keeps the text, because `2024-03` must not be shown as the first of
/// March.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct PartialDate {
    /// As sent.
    pub text: String,
    /// Where it begins; without a zone, in UTC.
    pub start: Timestamp,
    /// How much of it is given.
    pub precision: Precision,
}

/// How much of a date is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(test, derive(serde::Serialize))]
pub enum Precision {
    /// `2024`
    Year,
    /// `2024-03`
    Month,
    /// `2024-03-05`
    Day,
    /// With a time and a zone.
    Instant,
}

impl PartialDate {
    /// Reads a `dateTime`, `date` or `instant`. Beyond the specification only a missing seconds
    /// part is accepted, which some servers leave out; a time without a zone is refused, since it
    /// could be any of 26 hours.
    pub fn parse(text: &str) -> Result<Self, FhirError> {
        let (start, precision) = read(text).ok_or(FhirError::Invalid { field: "dateTime" })?;
        Ok(Self {
            text: text.to_owned(),
            start,
            precision,
        })
    }
}

// Dates are about a patient.
impl std::fmt::Debug for PartialDate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PartialDate({:?}, ..)", self.precision)
    }
}

/// Reads an `instant`: date, time and zone. Cut to milliseconds, the precision of
/// `meta.lastUpdated`.
pub fn parse_instant(text: &str) -> Result<Timestamp, FhirError> {
    match read(text) {
        Some((instant, Precision::Instant)) => Ok(whole_milliseconds(instant)),
        _ => Err(FhirError::Invalid { field: "instant" }),
    }
}

/// Cuts what is below a millisecond, towards the past.
pub fn whole_milliseconds(instant: Timestamp) -> Timestamp {
    let nanoseconds = instant.as_nanosecond();
    let milliseconds = nanoseconds.div_euclid(1_000_000);
    i64::try_from(milliseconds)
        .ok()
        .and_then(|ms| Timestamp::from_millisecond(ms).ok())
        .unwrap_or(instant)
}

/// Writes an `instant` with milliseconds in UTC.
pub fn write_instant(instant: Timestamp) -> String {
    format!("{:.3}", whole_milliseconds(instant))
}

fn read(text: &str) -> Option<(Timestamp, Precision)> {
    if !text.is_ascii() || text.len() > 48 {
        return None;
    }
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let mut parts = date.split('-');
    let year = number(parts.next()?, 4)?;
    let month = parts.next().map(|text| number(text, 2));
    let day = parts.next().map(|text| number(text, 2));
    let precision = match (month, day, time) {
        (_, Some(_), Some(_)) => Precision::Instant,
        (_, Some(_), None) => Precision::Day,
        (Some(_), None, None) => Precision::Month,
        (None, None, None) => Precision::Year,
        _ => return None,
    };
    if parts.next().is_some() {
        return None;
    }
    let part = |given: Option<Option<i16>>| i8::try_from(given.unwrap_or(Some(1))?).ok();
    let date = Date::new(year, part(month)?, part(day)?).ok()?;
    let start = match time {
        None => Offset::UTC.to_timestamp(date.to_datetime(Time::midnight())),
        Some(time) => {
            let (time, offset) = read_time(time)?;
            offset.to_timestamp(DateTime::from_parts(date, time))
        }
    };
    Some((start.ok()?, precision))
}

fn read_time(text: &str) -> Option<(Time, Offset)> {
    let zone_at = text.find(['Z', '+', '-'])?;
    let (clock, zone) = text.split_at(zone_at);
    let (whole, fraction) = match clock.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (clock, None),
    };
    let mut parts = whole.split(':');
    let hour = number(parts.next()?, 2)?;
    let minute = number(parts.next()?, 2)?;
    let second = match parts.next() {
        Some(text) => number(text, 2)?,
        None if fraction.is_none() => 0,
        None => return None,
    };
    if parts.next().is_some() || second > 60 {
        return None;
    }
    let nanosecond = match fraction {
        None => 0,
        Some(digits) => {
            if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            let nine: String = digits.chars().chain("000000000".chars()).take(9).collect();
            nine.parse().ok()?
        }
    };
    let small = |n: i16| i8::try_from(n).ok();
    // The specification allows second 60 for leap seconds, which time scales without them read as
    // 59.
    let time = Time::new(
        small(hour)?,
        small(minute)?,
        small(second.min(59))?,
        nanosecond,
    )
    .ok()?;
    Some((time, read_zone(zone)?))
}

fn read_zone(text: &str) -> Option<Offset> {
    if text == "Z" {
        return Some(Offset::UTC);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let (hours, minutes) = text.get(1..)?.split_once(':')?;
    let (hours, minutes) = (number(hours, 2)?, number(minutes, 2)?);
    if hours > 14 || minutes > 59 {
        return None;
    }
    Offset::from_seconds(sign * (i32::from(hours) * 3600 + i32::from(minutes) * 60)).ok()
}

fn number(text: &str, digits: usize) -> Option<i16> {
    let right = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    if right { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_precision_has_a_beginning() {
        for (text, start, precision) in [
            ("2024", "2024-01-01T00:00:00Z", Precision::Year),
            ("2024-03", "2024-03-01T00:00:00Z", Precision::Month),
            ("2024-02-29", "2024-02-29T00:00:00Z", Precision::Day),
            (
                "2024-03-05T10:20:30Z",
                "2024-03-05T10:20:30Z",
                Precision::Instant,
            ),
            (
                "2024-03-05T10:20Z",
                "2024-03-05T10:20:00Z",
                Precision::Instant,
            ),
            (
                "2024-03-05T10:20:30.5+05:30",
                "2024-03-05T04:50:30.5Z",
                Precision::Instant,
            ),
            (
                "2024-03-05T10:20:30.1234567891234-08:00",
                "2024-03-05T18:20:30.123456789Z",
                Precision::Instant,
            ),
            (
                "2016-12-31T23:59:60Z",
                "2016-12-31T23:59:59Z",
                Precision::Instant,
            ),
        ] {
            let date = PartialDate::parse(text).unwrap();
            assert_eq!(date.start, start.parse().unwrap(), "{text}");
            assert_eq!((date.precision, date.text.as_str()), (precision, text));
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "24",
            "2024-",
            "2024-3",
            "2024-13",
            "2023-02-29",
            "2024-03-05T",
            "2024-03-05T10:20:30",
            "2024-03-05T25:00:00Z",
            "2024-03-05T10:20:61Z",
            "2024-03-05T10:20:30.Z",
            "2024-03-05T10:20:30+0100",
            "2024-03-05T10:20:30+15:00",
            "2024-03T10:20:30Z",
            "2024-03-05-01",
            "２０２４",
            "2024-03-05 10:20:30Z",
            "-2024",
            "2024-03-05T10:20:30ZZ",
            "2024-03-05T10Z",
            "2024-03-05T10:20:30:40Z",
            "2024-03-05T10:20.5Z",
        ] {
            assert!(PartialDate::parse(text).is_err(), "{text}");
        }
        assert!(parse_instant("2024-03-05").is_err());
    }

    #[test]
    fn instants_are_cut_to_milliseconds() {
        let instant = parse_instant("2024-03-05T10:20:30.1239+00:00").unwrap();
        assert_eq!(write_instant(instant), "2024-03-05T10:20:30.123Z");
        let before_1970 = parse_instant("1969-12-31T23:59:59.9999Z").unwrap();
        assert_eq!(write_instant(before_1970), "1969-12-31T23:59:59.999Z");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(ms in -60_000_000_000_000_i64..250_000_000_000_000) {
            let instant = Timestamp::from_millisecond(ms).unwrap();
            prop_assert_eq!(parse_instant(&write_instant(instant)).unwrap(), instant);
        }

        #[test]
        fn no_text_makes_parsing_fail_loudly(text in "[0-9TZ:.+-]{0,30}|.*") {
            let _ = PartialDate::parse(&text);
        }
    }
}
