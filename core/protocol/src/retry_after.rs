//! `Retry-After` (RFC 9110 §10.2.3): seconds, or a date.

use std::time::Duration;

use jiff::Timestamp;

use crate::{http_date, limits};

/// Parses how long to wait, at most [`limits::RETRY_AFTER`]; `None` if the field has neither form. A date in the past
/// means no wait.
pub fn parse(field: &str, now: Timestamp) -> Option<Duration> {
    let field = field.trim_matches([' ', '\t']);
    let wait = if !field.is_empty() && field.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than a u64 holds is still "very long", not "unreadable".
        Duration::from_secs(field.parse().unwrap_or(u64::MAX))
    } else {
        Duration::try_from(http_date::parse(field)?.duration_since(now)).unwrap_or(Duration::ZERO)
    };
    Some(wait.min(limits::RETRY_AFTER))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn seconds_and_dates_are_understood_and_capped() {
        let now: Timestamp = "1994-11-06T08:49:00Z".parse().unwrap();
        let seconds = |text| parse(text, now).map(|wait| wait.as_secs());
        assert_eq!(seconds("120"), Some(120));
        assert_eq!(seconds(" 0 "), Some(0));
        assert_eq!(seconds("Sun, 06 Nov 1994 08:49:37 GMT"), Some(37));
        assert_eq!(seconds("Sun, 06 Nov 1994 08:48:37 GMT"), Some(0));
        assert_eq!(seconds("999999999999999999999999"), Some(86_400));
        for bad in ["", "soon", "-1", "1.5", "+3", "1 2"] {
            assert_eq!(seconds(bad), None, "{bad}");
        }
    }
}
