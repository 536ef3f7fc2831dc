//! Points in time as FHIR writes them, and as portals do: `instant` and the partial `dateTime`
//! (<https://hl7.org/fhir/R4/datatypes.html#dateTime>).
//!
//! Read are, beside FHIR's own form:
//!
//! - ISO 8601 in its other spellings: `20260105T1020`, `+0100`, `+01`, a comma before the fraction, no seconds or no
//!   minutes, `24:00`, lower-case `t` and `z`, a blank instead of `T`;
//! - what databases and programs print: `2026/01/05`, `10:20:30 PM`, `UTC`, a zone's name behind the offset
//!   (RFC 9557);
//! - HL7 version 2: `20260105102030.5+0100`, cut off anywhere.
//!
//! A time without a zone could be any of 26 hours. It keeps its order and is said to be [`Precision::LocalTime`]. What is
//! no day of the calendar is refused, and so is a day whose month one could take for it (`03/05/2026`), and the year
//! 1, with which programs say that there is none.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;
use jiff::{Span, Timestamp};

use super::FhirError;

/// A date that may be partial. Keeps the text, because `2024-03` must not be shown as the first of
/// March.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct PartialDate {
    /// As sent.
    pub text: String,
    /// Where it begins, for the order; without a zone, as if it were UTC. Its year, month, day and time in UTC are
    /// those that were written unless the precision is [`Precision::Instant`].
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
    /// `2024-03-05`, the same day in every zone.
    Day,
    /// `2024-03-05T10:20`: a time without a zone, to be shown as it is written in every zone.
    LocalTime,
    /// With a time and a zone.
    Instant,
}

impl PartialDate {
    /// Reads a `dateTime`, `date` or `instant` in any spelling that means one thing.
    pub fn parse(text: &str) -> Result<Self, FhirError> {
        let text = text.trim();
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

/// Reads an `instant`: date, time and zone; without a zone it is UTC, since only a server's clock is meant. Cut to
/// milliseconds, the precision of `meta.lastUpdated`.
pub fn parse_instant(text: &str) -> Result<Timestamp, FhirError> {
    match read(text.trim()) {
        Some((instant, Precision::Instant | Precision::LocalTime)) => {
            Ok(whole_milliseconds(instant))
        }
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

/// Longest text that is looked at: nine digits of a fraction and a zone's name leave room.
const LONGEST: usize = 80;

fn read(text: &str) -> Option<(Timestamp, Precision)> {
    if !text.is_ascii() || text.len() > LONGEST {
        return None;
    }
    let mut left = Left(text.as_bytes());
    let (date, precision) = read_date(&mut left)?;
    let midnight = date.to_datetime(Time::midnight());
    if left.0.is_empty() {
        return Some((Offset::UTC.to_timestamp(midnight).ok()?, precision));
    }
    if precision != Precision::Day {
        return None;
    }
    // A date of XML may have a zone (XML Schema 2 §3.2.9.1). It is the same day.
    if matches!(left.0, b"Z" | [b'+' | b'-', _, _, b':', ..]) {
        read_zone(&mut left)?;
        let start = Offset::UTC.to_timestamp(midnight).ok()?;
        return left.0.is_empty().then_some((start, Precision::Day));
    }
    let is_apart = left.any(b"Tt") || left.blanks();
    // In HL7 version 2 the time follows at once.
    if !is_apart && text.as_bytes()[..text.len() - left.0.len()].contains(&b'-') {
        return None;
    }
    let at = read_time(&mut left, date)?;
    left.blanks();
    if left.0.is_empty() {
        let start = Offset::UTC.to_timestamp(at).ok()?;
        return Some((start, Precision::LocalTime));
    }
    let offset = read_zone(&mut left)?;
    if let Some(name) = left.0.strip_prefix(b"[") {
        let is_name = name.len() > 1 && name.ends_with(b"]");
        left.0 = if is_name { b"" } else { b"[" };
    }
    let start = offset.to_timestamp(at).ok()?;
    left.0.is_empty().then_some((start, Precision::Instant))
}

/// A year, a month of it, a day of that: with dashes, with slashes, or with nothing between.
fn read_date(left: &mut Left<'_>) -> Option<(Date, Precision)> {
    let year = left.number(4)?;
    let between = left.0.first().copied().filter(|b| matches!(b, b'-' | b'/'));
    // Numbers that count something else begin like a year, too.
    if year < 2 || between.is_none() && !left.0.is_empty() && !(1800..2200).contains(&year) {
        return None;
    }
    let mut parts = [None; 2];
    for part in &mut parts {
        match between {
            Some(sign) if left.0.first() == Some(&sign) => left.0 = &left.0[1..],
            None if left.0.first().is_some_and(u8::is_ascii_digit) => {}
            _ => break,
        }
        *part = Some(left.number(2)?);
    }
    let (month, day, precision) = match parts {
        [None, _] => (1, 1, Precision::Year),
        [Some(month), None] => (month, 1, Precision::Month),
        [Some(month), Some(day)] => (month, day, Precision::Day),
    };
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    Some((date.ok()?, precision))
}

/// The time of a day, from hours to a fraction of seconds. `24:00` is the next day's beginning.
fn read_time(left: &mut Left<'_>, date: Date) -> Option<DateTime> {
    let mut hour = left.number(2)?;
    let colons = left.0.first() == Some(&b':');
    let more = |left: &mut Left<'_>| -> Option<Option<i16>> {
        let goes_on = if colons {
            left.any(b":")
        } else {
            left.0.first().is_some_and(u8::is_ascii_digit)
        };
        if goes_on {
            left.number(2).map(Some)
        } else {
            Some(None)
        }
    };
    let minute = more(left)?;
    let second = match minute {
        Some(_) => more(left)?,
        None => None,
    };
    let mut nanosecond = 0;
    if second.is_some() && left.any(b".,") {
        let digits = left.0.iter().take_while(|b| b.is_ascii_digit()).count();
        let (fraction, rest) = left.0.split_at(digits);
        left.0 = rest;
        if digits == 0 {
            return None;
        }
        for place in 0..9 {
            let digit = fraction.get(place).map_or(0, |b| i32::from(b - b'0'));
            nanosecond = nanosecond * 10 + digit;
        }
    }
    if let Some(afternoon) = left.half_of_day() {
        if !(1..=12).contains(&hour) {
            return None;
        }
        hour = hour % 12 + if afternoon { 12 } else { 0 };
    }
    let (minute, second) = (minute.unwrap_or(0), second.unwrap_or(0));
    if second > 60 {
        return None;
    }
    if hour == 24 {
        let is_end = (minute, second, nanosecond) == (0, 0, 0);
        let next = date.checked_add(Span::new().days(1)).ok()?;
        return is_end.then(|| next.to_datetime(Time::midnight()));
    }
    let small = |n: i16| i8::try_from(n).ok();
    // The specification allows second 60 for leap seconds, which time scales without them read as 59.
    let second = small(second.min(59))?;
    let time = Time::new(small(hour)?, small(minute)?, second, nanosecond).ok()?;
    Some(DateTime::from_parts(date, time))
}

fn read_zone(left: &mut Left<'_>) -> Option<Offset> {
    for utc in [&b"UTC"[..], b"GMT", b"Z", b"z"] {
        if let Some(rest) = left.0.strip_prefix(utc) {
            left.0 = rest;
            return Some(Offset::UTC);
        }
    }
    let sign = match left.0.first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    left.0 = &left.0[1..];
    let hours = left.number(2)?;
    let minutes = if left.any(b":") || left.0.first().is_some_and(u8::is_ascii_digit) {
        left.number(2)?
    } else {
        0
    };
    if hours > 14 || minutes > 59 {
        return None;
    }
    Offset::from_seconds(sign * (i32::from(hours) * 3600 + i32::from(minutes) * 60)).ok()
}

/// What is left of a text in ASCII.
struct Left<'a>(&'a [u8]);

impl Left<'_> {
    /// A number of exactly so many digits.
    fn number(&mut self, digits: usize) -> Option<i16> {
        let (number, rest) = self.0.split_at_checked(digits)?;
        self.0 = rest;
        number.iter().try_fold(0, |value, digit| {
            digit
                .is_ascii_digit()
                .then(|| value * 10 + i16::from(digit - b'0'))
        })
    }

    /// Takes one of these bytes, if it is there.
    fn any(&mut self, of: &[u8]) -> bool {
        let found = self.0.first().is_some_and(|b| of.contains(b));
        if found {
            self.0 = &self.0[1..];
        }
        found
    }

    fn blanks(&mut self) -> bool {
        let before = self.0.len();
        self.0 = self.0.trim_ascii_start();
        self.0.len() < before
    }

    /// `AM` or `PM`, if it is there: whether it is the latter.
    fn half_of_day(&mut self) -> Option<bool> {
        let word = self.0.trim_ascii_start();
        let (half, rest) = word.split_at_checked(2)?;
        let afternoon = half.eq_ignore_ascii_case(b"PM");
        if !afternoon && !half.eq_ignore_ascii_case(b"AM") {
            return None;
        }
        self.0 = rest;
        Some(afternoon)
    }
}

#[cfg(test)]
mod tests;
