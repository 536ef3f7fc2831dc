//! Instants as people write them, in the time zone of this machine.

use std::time::SystemTime;

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use pericard::DatePrecision;

fn zoned(at: SystemTime) -> Zoned {
    Timestamp::try_from(at)
        .unwrap_or(Timestamp::UNIX_EPOCH)
        .to_zoned(TimeZone::system())
}

/// When a message was sent, with as much as is known: a day is that day in every zone.
fn known(at: SystemTime, precision: DatePrecision) -> Zoned {
    match precision {
        DatePrecision::Instant => zoned(at),
        _ => Timestamp::try_from(at)
            .unwrap_or(Timestamp::UNIX_EPOCH)
            .to_zoned(TimeZone::UTC),
    }
}

/// As short as it can be: the time today, the day this year, else with the year.
pub(crate) fn brief(at: SystemTime, precision: DatePrecision) -> String {
    let (at, now) = (known(at, precision), zoned(SystemTime::now()));
    let timed = matches!(precision, DatePrecision::Instant | DatePrecision::LocalTime);
    let format = match precision {
        DatePrecision::Year => "%Y",
        DatePrecision::Month => "%b %Y",
        _ if timed && at.date() == now.date() => "%H:%M",
        _ if at.year() == now.year() => "%-d %b",
        _ => "%-d %b %Y",
    };
    at.strftime(format).to_string()
}

/// When a message was sent, as exactly as is known.
pub(crate) fn sent(at: SystemTime, precision: DatePrecision) -> String {
    let format = match precision {
        DatePrecision::Year => "%Y",
        DatePrecision::Month => "%B %Y",
        DatePrecision::Day => "%-d %b %Y",
        DatePrecision::LocalTime | DatePrecision::Instant => "%-d %b %Y, %H:%M",
    };
    known(at, precision).strftime(format).to_string()
}

/// The same for programs: `2024-03` where only the month is known.
pub(crate) fn written(at: SystemTime, precision: DatePrecision) -> String {
    let format = match precision {
        DatePrecision::Instant => return instant(at),
        DatePrecision::Year => "%Y",
        DatePrecision::Month => "%Y-%m",
        DatePrecision::Day => "%Y-%m-%d",
        DatePrecision::LocalTime => "%Y-%m-%dT%H:%M:%S",
    };
    known(at, precision).strftime(format).to_string()
}

/// Day and time.
pub(crate) fn full(at: SystemTime) -> String {
    zoned(at).strftime("%-d %b %Y, %H:%M").to_string()
}

/// The time of day, to the second.
pub(crate) fn time(at: SystemTime) -> String {
    zoned(at).strftime("%H:%M:%S").to_string()
}

/// RFC 3339 in UTC, for programs.
pub(crate) fn instant(at: SystemTime) -> String {
    Timestamp::try_from(at)
        .unwrap_or(Timestamp::UNIX_EPOCH)
        .to_string()
}
