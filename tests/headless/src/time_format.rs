//! Instants as people write them, in the time zone of this machine.

use std::time::SystemTime;

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

fn zoned(at: SystemTime) -> Zoned {
    Timestamp::try_from(at)
        .unwrap_or(Timestamp::UNIX_EPOCH)
        .to_zoned(TimeZone::system())
}

/// As short as it can be: the time today, the day this year, else with the year.
pub(crate) fn brief(at: SystemTime) -> String {
    let (at, now) = (zoned(at), zoned(SystemTime::now()));
    let format = if at.date() == now.date() {
        "%H:%M"
    } else if at.year() == now.year() {
        "%-d %b"
    } else {
        "%-d %b %Y"
    };
    at.strftime(format).to_string()
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
