//! The portal's own clock: a source, plus what stories advance it by. It never goes back.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;

/// Milliseconds since 1970: what FHIR instants are kept in.
pub(crate) type Millis = i64;

pub(crate) struct Clock {
    source: Box<dyn Fn() -> SystemTime + Send + Sync>,
    advanced: Duration,
}

impl Clock {
    pub(crate) fn new(source: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self {
            source: Box::new(source),
            advanced: Duration::ZERO,
        }
    }

    pub(crate) fn advance(&mut self, by: Duration) {
        self.advanced += by;
    }

    pub(crate) fn millis(&self) -> Millis {
        let since = (self.source)()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        (since + self.advanced).as_millis() as Millis
    }
}

fn stamp(millis: Millis) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// A FHIR `instant`, always with three digits of milliseconds.
pub(crate) fn instant(millis: Millis) -> String {
    format!("{:.3}", stamp(millis))
}

/// An HTTP date (RFC 9110 §5.6.7).
pub(crate) fn http_date(millis: Millis) -> String {
    stamp(millis)
        .strftime("%a, %d %b %Y %H:%M:%S GMT")
        .to_string()
}

/// Year, month, day in UTC.
pub(crate) fn date(millis: Millis) -> jiff::civil::Date {
    stamp(millis).to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// Parses what `_lastUpdated` may hold: an instant, or a date or date-time in UTC. Gives the first
/// and the last millisecond it covers, since a FHIR date stands for its whole day.
pub(crate) fn parse_range(text: &str) -> Option<(Millis, Millis)> {
    if let Ok(stamp) = text.parse::<Timestamp>() {
        let from = stamp.as_millisecond();
        let whole_second = !text.contains('.');
        return Some((from, if whole_second { from + 999 } else { from }));
    }
    let day: jiff::civil::Date = text.parse().ok()?;
    let from = day
        .to_zoned(jiff::tz::TimeZone::UTC)
        .ok()?
        .timestamp()
        .as_millisecond();
    Some((from, from + 86_400_000 - 1))
}
