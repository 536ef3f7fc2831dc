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
fn an_instant_is_read_in_every_spelling() {
    for (text, instant) in [
        ("2026-01-05T10:20:30+0100", "2026-01-05T09:20:30Z"),
        ("2026-01-05T10:20:30+01", "2026-01-05T09:20:30Z"),
        ("2026-01-05T10:20:30-0330", "2026-01-05T13:50:30Z"),
        ("2026-01-05t10:20:30z", "2026-01-05T10:20:30Z"),
        ("2026-01-05 10:20:30Z", "2026-01-05T10:20:30Z"),
        ("2026-01-05  10:20:30 +01:00", "2026-01-05T09:20:30Z"),
        ("2026-01-05 10:20:30 UTC", "2026-01-05T10:20:30Z"),
        ("2026-01-05T10:20:30,5Z", "2026-01-05T10:20:30.5Z"),
        (
            "2026-01-05T10:20:30.1234567+00:00",
            "2026-01-05T10:20:30.1234567Z",
        ),
        ("2026-01-05T10:20+01:00", "2026-01-05T09:20:00Z"),
        ("2026-01-05T10Z", "2026-01-05T10:00:00Z"),
        ("20260105T1020Z", "2026-01-05T10:20:00Z"),
        ("20260105T102030+0100", "2026-01-05T09:20:30Z"),
        ("20260105102030+0100", "2026-01-05T09:20:30Z"),
        ("20260105102030.25-0500", "2026-01-05T15:20:30.25Z"),
        ("202601051020+0100", "2026-01-05T09:20:00Z"),
        (
            "2026-01-05T10:20:30+01:00[Europe/Ljubljana]",
            "2026-01-05T09:20:30Z",
        ),
        ("2026-01-05T24:00:00Z", "2026-01-06T00:00:00Z"),
        ("2026-12-31T24:00Z", "2027-01-01T00:00:00Z"),
        ("2016-12-31T23:59:60.5Z", "2016-12-31T23:59:59.5Z"),
        (" 2026-01-05T10:20:30Z\n", "2026-01-05T10:20:30Z"),
    ] {
        let date = PartialDate::parse(text).unwrap_or_else(|_| panic!("{text}"));
        assert_eq!(date.start, instant.parse().unwrap(), "{text}");
        assert_eq!(
            (date.precision, &*date.text),
            (Precision::Instant, text.trim())
        );
        assert!(parse_instant(text).is_ok(), "{text}");
    }
}

#[test]
fn a_time_without_a_zone_keeps_its_order_and_says_so() {
    for (text, start) in [
        ("2026-01-05T10:20:30", "2026-01-05T10:20:30Z"),
        ("2026-01-05 10:20", "2026-01-05T10:20:00Z"),
        ("2026/01/05 10:20:30", "2026-01-05T10:20:30Z"),
        ("2026-01-05T10:20:30.5", "2026-01-05T10:20:30.5Z"),
        ("20260105T1020", "2026-01-05T10:20:00Z"),
        ("20260105102030", "2026-01-05T10:20:30Z"),
        ("2026010510", "2026-01-05T10:00:00Z"),
        ("2026-01-05 10:20:30 PM", "2026-01-05T22:20:30Z"),
        ("2026-01-05 12:20am", "2026-01-05T00:20:00Z"),
        ("2026-01-05T24:00", "2026-01-06T00:00:00Z"),
    ] {
        let date = PartialDate::parse(text).unwrap_or_else(|_| panic!("{text}"));
        assert_eq!(date.start, start.parse().unwrap(), "{text}");
        assert_eq!(date.precision, Precision::LocalTime, "{text}");
        assert_eq!(
            parse_instant(text).unwrap().as_millisecond(),
            date.start.as_millisecond()
        );
    }
    for (text, precision) in [
        ("20260105", Precision::Day),
        ("2026/01/05", Precision::Day),
        ("2026-01-05+01:00", Precision::Day),
        ("2026-01-05Z", Precision::Day),
        ("202601", Precision::Month),
        ("2026/01", Precision::Month),
    ] {
        assert_eq!(
            PartialDate::parse(text).unwrap().precision,
            precision,
            "{text}"
        );
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
        "2024-03-05T25:00:00Z",
        "2024-03-05T24:00:01Z",
        "2024-03-05T24:01Z",
        "2024-02-30T10:00:00Z",
        "20240230",
        "2024-03-05T13:00 PM",
        "03/05/2024",
        "05.03.2024",
        "2024-03/05",
        "2024-0305",
        "2024-03-0510:20:30Z",
        "2024-03-05T10:2030Z",
        "2024-03-05T1020:30Z",
        "2024-03-05T10:20:30+1",
        "2024-03-05T10:20:30+01:0",
        "2024-03-05T10:20:30Z[",
        "2024-03-05T10:20:30[UTC]",
        "1772706030000",
        "1772706030",
        "1712010110",
        "0000-01-01",
        "0001-01-01T00:00:00Z",
        "today",
        "2024-03-05T10:20:61Z",
        "2024-03-05T10:20:30.Z",
        "2024-03-05T10:20:30+15:00",
        "2024-03T10:20:30Z",
        "2024-03-05-01",
        "２０２４",
        "-2024",
        "2024-03-05T10:20:30ZZ",
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
    fn no_text_makes_parsing_fail_loudly(text in "[0-9TZ:.+\\[\\] APM-]{0,30}|.*") {
        let _ = PartialDate::parse(&text);
    }
}
