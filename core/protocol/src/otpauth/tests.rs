#![allow(clippy::unwrap_used)]
use super::*;
use proptest::prelude::*;

#[test]
fn the_example_of_the_format_is_read() {
    let otp = OtpAuth::parse(
        "otpauth://totp/ACME%20Co:john.doe@email.com?secret=HXDMVJECJJWSRB3HWIZR4IFUGFTMXBOZ\
         &issuer=ACME%20Co&algorithm=SHA1&digits=6&period=30",
    )
    .unwrap();
    assert_eq!(otp.issuer.as_deref(), Some("ACME Co"));
    assert_eq!(otp.account, "john.doe@email.com");
    assert_eq!(otp.totp.secret().len(), 20);
    assert_eq!((otp.totp.digits(), otp.totp.period()), (6, 30));
    assert_eq!(format!("{otp:?}"), "OtpAuth(..)");
}

#[test]
fn defaults_are_those_of_the_format() {
    let otp =
        OtpAuth::parse("OTPAUTH://TOTP/ana?secret=jbswy3dpehpk3pxp&image=https%3A%2F%2Fx").unwrap();
    assert_eq!(otp.issuer, None);
    assert_eq!(otp.totp.algorithm(), Algorithm::Sha1);
    assert_eq!((otp.totp.digits(), otp.totp.period()), (6, 30));
    let padded = OtpAuth::parse("otpauth://totp/ana?secret=GEZDGNBV&issuer=a+b").unwrap();
    assert_eq!(
        (padded.totp.secret(), padded.issuer.as_deref()),
        (&b"12345"[..], Some("a+b"))
    );
    assert_eq!(
        OtpAuth::parse("otpauth://totp/A%3A%20ana?secret=GEZDGNBV")
            .unwrap()
            .account,
        "ana"
    );
}

#[test]
fn nothing_is_guessed() {
    use OtpAuthError as E;
    for (uri, error) in [
        ("https://portal.example/?secret=GEZDGNBV", E::NotOtpAuth),
        ("otpauth:totp/ana?secret=GEZDGNBV", E::NotOtpAuth),
        ("otpauth://totp/ana?secret=GEZDGNBV#x", E::NotOtpAuth),
        ("otpauth://hotp/ana?secret=GEZDGNBV&counter=0", E::NotTotp),
        ("otpauth://?secret=GEZDGNBV", E::NotTotp),
        (
            "otpauth://totp/ana?secret=GEZDGNBV&secret=GEZDGNBV",
            E::Parameter,
        ),
        (
            "otpauth://totp/ana?secret=GEZDGNBV&digits=6&digits=8",
            E::Parameter,
        ),
        ("otpauth://totp/ana?secret=GEZDGNBV&digits=%4", E::Parameter),
        ("otpauth://totp/ana?secret=GEZDGNBV&digits", E::Digits),
        ("otpauth://totp/ana", E::Secret),
        ("otpauth://totp/ana?secret=", E::Secret),
        ("otpauth://totp/ana?secret=GEZDGNB1", E::Secret),
        ("otpauth://totp/ana?secret=G", E::Secret),
        ("otpauth://totp/ana?secret=GEZD=GNBV", E::Secret),
        ("otpauth://totp/ana?secret=GEZDGNB\u{e4}", E::Secret),
        (
            "otpauth://totp/ana?secret=GEZDGNBV&algorithm=MD5",
            E::Algorithm,
        ),
        (
            "otpauth://totp/ana?secret=GEZDGNBV&algorithm=",
            E::Algorithm,
        ),
        ("otpauth://totp/ana?secret=GEZDGNBV&digits=5", E::Digits),
        ("otpauth://totp/ana?secret=GEZDGNBV&digits=9", E::Digits),
        ("otpauth://totp/ana?secret=GEZDGNBV&digits=%2B6", E::Digits),
        ("otpauth://totp/ana?secret=GEZDGNBV&digits=262", E::Digits),
        ("otpauth://totp/ana?secret=GEZDGNBV&digits=", E::Digits),
        ("otpauth://totp/ana?secret=GEZDGNBV&period=14", E::Period),
        ("otpauth://totp/ana?secret=GEZDGNBV&period=61", E::Period),
        ("otpauth://totp/ana?secret=GEZDGNBV&period=30s", E::Period),
    ] {
        assert_eq!(OtpAuth::parse(uri).unwrap_err(), error, "{uri}");
    }
}

fn labelled(label_and_issuer: &str) -> (Option<String>, String) {
    let (label, issuer) = label_and_issuer.split_once('|').unwrap();
    let issuer = Some(issuer).filter(|issuer| !issuer.is_empty());
    let issuer = issuer.map_or(String::new(), |issuer| format!("&issuer={issuer}"));
    let uri = format!("otpauth://totp{label}?secret=GEZDGNBV{issuer}");
    let otp = OtpAuth::parse(&uri).unwrap();
    (otp.issuer, otp.account)
}

#[test]
fn a_label_never_decides_about_a_good_secret() {
    for (written, issuer, account) in [
        (
            "/Sunny%20Clinic:ana|Sunny+Clinic",
            Some("Sunny Clinic"),
            "ana",
        ),
        (
            "/Sunny+Clinic:ana|Sunny%20Clinic",
            Some("Sunny Clinic"),
            "ana",
        ),
        ("/A:ana|B", Some("B"), "ana"),
        ("/clinic:ana|Clinic", Some("Clinic"), "ana"),
        (
            "/Microsoft:Sunny%20Clinic:ana|Microsoft",
            Some("Microsoft"),
            "Sunny Clinic:ana",
        ),
        ("/a:b:c|", Some("a"), "b:c"),
        ("/a%3Ab:c|a:b", Some("a:b"), "c"),
        // The same letters, composed and decomposed.
        ("/Caf%C3%A9:ana|Cafe%CC%81", Some("Cafe\u{301}"), "ana"),
        ("/Café:ana|Café", Some("Café"), "ana"),
        ("/Clinic%20#3:ana|", Some("Clinic #3"), "ana"),
        ("|", None, ""),
        ("/|Clinic", Some("Clinic"), ""),
        ("/:ana|", None, "ana"),
        ("/%ZZ|Clinic", Some("Clinic"), ""),
        ("/%FF:ana|%FF", None, ""),
        ("/a%0Ab|x%1By", Some("xy"), "ab"),
        ("/ana|%4", None, "ana"),
        ("/ana|A&issuer=B&image", Some("A"), "ana"),
    ] {
        let expected = (issuer.map(str::to_owned), account.to_owned());
        assert_eq!(labelled(written), expected, "{written}");
    }
}

#[test]
fn base32_is_read_as_authenticators_read_it() {
    let secret = |text: &str| {
        let uri = format!("otpauth://totp/ana?secret={text}");
        OtpAuth::parse(&uri).map(|otp| otp.totp.secret().to_vec())
    };
    for (text, octets) in [
        ("GEZDGNBV", &b"12345"[..]),
        ("gezdgnbv", b"12345"),
        ("GEZD%20GNBV", b"12345"),
        ("gezd-gnbv", b"12345"),
        ("GEZD+GNBV+", b"12345"),
        ("GE======", b"1"),
        ("GE%3D%3D", b"1"),
        ("GE=", b"1"),
        ("GEZA", b"12"),
        // Bits are left over that no encoder would have written.
        ("GEZB", b"12"),
        ("GEZDGNB", b"1234"),
        ("GEZDGN", b"123"),
    ] {
        assert_eq!(secret(text).as_deref(), Ok(octets), "{text}");
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(
        issuer in prop::option::of("[^\\p{Cc}]{1,12}"),
        account in "([^ \\p{Cc}][^\\p{Cc}]{0,12})?",
        secret in prop::collection::vec(any::<u8>(), 1..80),
        algorithm in prop::sample::select(vec![Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512]),
        digits in 6_u8..=8,
        period in 15_u32..=60,
    ) {
        let totp = Totp::new(Zeroizing::new(secret), algorithm, digits, period).unwrap();
        let otp = OtpAuth { issuer, account, totp };
        prop_assert_eq!(OtpAuth::parse(otp.to_uri().expose()).unwrap(), otp);
    }

    #[test]
    fn no_label_costs_a_secret(
        issuer in prop::option::of(".{0,12}"),
        account in ".{0,12}",
        label in "[^?]{0,20}",
    ) {
        let secret = Zeroizing::new(b"12345678901234567890".to_vec());
        let totp = Totp::new(secret, Algorithm::Sha256, 8, 60).unwrap();
        let otp = OtpAuth { issuer, account, totp };
        let uri = otp.to_uri();
        prop_assert_eq!(&OtpAuth::parse(uri.expose()).unwrap().totp, &otp.totp);
        let (_, query) = uri.expose().split_once('?').unwrap();
        let odd = OtpAuth::parse(&format!("otpauth://totp/{label}?{query}"));
        prop_assert_eq!(&odd.unwrap().totp, &otp.totp);
    }

    #[test]
    fn no_text_makes_parsing_fail_loudly(text in "otpauth://totp/.{0,10}\\?(secret=|&|=|%|A){0,9}|.*") {
        let _ = OtpAuth::parse(&text);
    }
}
