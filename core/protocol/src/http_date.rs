//! Dates in header fields such as `Date` and `Retry-After` (RFC 9110 §5.6.7): `IMF-fixdate` and the two obsolete forms
//! that a recipient has to accept.
//!
//! Whole seconds, from 1970 to 9999. A date that does not exist, or has the wrong day of the week, is invalid.

use jiff::Timestamp;

/// Parses a date; `None` if it has none of the three forms.
pub fn parse(field: &str) -> Option<Timestamp> {
    let date = httpdate::parse_http_date(field.trim_matches([' ', '\t'])).ok()?;
    Timestamp::try_from(date).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_examples_of_rfc_9110() {
        let expected: Timestamp = "1994-11-06T08:49:37Z".parse().unwrap();
        for field in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            " Sun, 06 Nov 1994 08:49:37 GMT\t",
        ] {
            assert_eq!(parse(field), Some(expected), "{field}");
        }
    }

    #[test]
    fn what_is_no_date_is_not_read() {
        for field in [
            "",
            "soon",
            "1994-11-06T08:49:37Z",
            "Mon, 06 Nov 1994 08:49:37 GMT",
            "Sun, 31 Feb 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 +0200",
            "Sun, 06 Nov 1994 24:49:37 GMT",
            "Sun, 06 Nov 0094 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 GMT GMT",
        ] {
            assert_eq!(parse(field), None, "{field}");
        }
    }

    proptest! {
        #[test]
        fn what_a_server_writes_is_read(seconds in 0_i64..253_402_300_800) {
            let at = Timestamp::from_second(seconds).unwrap();
            let written = httpdate::fmt_http_date(at.into());
            prop_assert_eq!(parse(&written), Some(at));
        }

        #[test]
        fn no_field_makes_it_fail_loudly(field in "(Sun|Sunday|, | |-|06|Nov|94|1994|0000|08:49:37|:|GMT){0,12}|.*") {
            let _ = parse(&field);
        }
    }
}
