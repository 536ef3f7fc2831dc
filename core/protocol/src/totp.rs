//! Time-based one-time passwords: TOTP (RFC 6238) over HOTP (RFC 4226).
//!
//! SHA-1, SHA-256 and SHA-512, 6 to 8 digits, periods of 15 to 60 seconds. A [`Code`] that a person
//! typed is the same type as one that was computed: digits only, cleared when dropped, never
//! printed.

use std::fmt;

use aws_lc_rs::hmac;
use zeroize::Zeroizing;

use crate::secret::Secret;

/// A one-time code of 6 to 8 digits.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(Secret);

/// Why a text is not a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Nothing was typed.
    #[error("the code is empty")]
    Empty,
    /// Something else than digits, spaces and dashes.
    #[error("the code has other characters than digits")]
    NotDigits,
    /// Not 6 to 8 digits.
    #[error("the code does not have 6 to 8 digits")]
    WrongLength,
}

impl Code {
    /// Reads what a person typed or pasted. Spaces and dashes, which apps show between groups of
    /// digits, are dropped, and nothing else is.
    pub fn normalize(text: &str) -> Result<Self, CodeError> {
        let mut digits = Zeroizing::new(String::with_capacity(8));
        for c in text.chars() {
            match c {
                ' ' | '-' => {}
                '0'..='9' if digits.len() < 8 => digits.push(c),
                '0'..='9' => return Err(CodeError::WrongLength),
                _ => return Err(CodeError::NotDigits),
            }
        }
        match digits.len() {
            0 => Err(CodeError::Empty),
            6..=8 => Ok(Self(Secret::new(std::mem::take(&mut *digits)))),
            _ => Err(CodeError::WrongLength),
        }
    }

    /// The digits.
    pub fn digits(&self) -> &str {
        self.0.expose()
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(..)")
    }
}

/// The hash function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Algorithm {
    /// What nearly every portal uses. HMAC does not suffer from SHA-1's collisions.
    #[default]
    Sha1,
    /// RFC 6238 §1.2.
    Sha256,
    /// RFC 6238 §1.2.
    Sha512,
}

/// Why parameters are not usable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TotpError {
    /// Empty, or longer than 256 octets.
    #[error("the secret has an unusable length")]
    Secret,
    /// Not 6 to 8.
    #[error("the number of digits is not 6 to 8")]
    Digits,
    /// Not 15 to 60 seconds.
    #[error("the period is not 15 to 60 seconds")]
    Period,
}

/// A second factor: the secret that both sides share, and how codes are made of it.
#[derive(Clone)]
pub struct Totp {
    secret: Zeroizing<Vec<u8>>,
    algorithm: Algorithm,
    digits: u8,
    period: u32,
}

impl Totp {
    /// Checks the parameters.
    pub fn new(
        secret: Zeroizing<Vec<u8>>,
        algorithm: Algorithm,
        digits: u8,
        period: u32,
    ) -> Result<Self, TotpError> {
        if !(1..=256).contains(&secret.len()) {
            return Err(TotpError::Secret);
        }
        if !(6..=8).contains(&digits) {
            return Err(TotpError::Digits);
        }
        if !(15..=60).contains(&period) {
            return Err(TotpError::Period);
        }
        Ok(Self {
            secret,
            algorithm,
            digits,
            period,
        })
    }

    /// The code at a time, in seconds since 1970 (RFC 6238 §4.2 with T0 = 0).
    pub fn code_at(&self, unix_seconds: u64) -> Code {
        hotp(
            &self.secret,
            self.algorithm,
            self.digits,
            self.step_at(unix_seconds),
        )
    }

    /// Which step a time belongs to. A code is used once, so the steps that were used are
    /// remembered.
    pub fn step_at(&self, unix_seconds: u64) -> u64 {
        unix_seconds / u64::from(self.period)
    }

    /// When the code of that time ends, in seconds since 1970.
    pub fn ends_at(&self, unix_seconds: u64) -> u64 {
        let period = u64::from(self.period);
        self.step_at(unix_seconds)
            .saturating_add(1)
            .saturating_mul(period)
    }

    /// The shared secret.
    pub fn secret(&self) -> &[u8] {
        &self.secret
    }

    /// The hash function.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Digits per code.
    pub fn digits(&self) -> u8 {
        self.digits
    }

    /// Seconds per code.
    pub fn period(&self) -> u32 {
        self.period
    }
}

impl PartialEq for Totp {
    fn eq(&self, other: &Self) -> bool {
        let same_secret =
            aws_lc_rs::constant_time::verify_slices_are_equal(&self.secret, &other.secret);
        same_secret.is_ok()
            && (self.algorithm, self.digits, self.period)
                == (other.algorithm, other.digits, other.period)
    }
}

impl Eq for Totp {}

impl fmt::Debug for Totp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Totp(..)")
    }
}

/// RFC 4226 §5.3. `digits` is 6 to 8 here, so the power fits.
fn hotp(secret: &[u8], algorithm: Algorithm, digits: u8, counter: u64) -> Code {
    let algorithm = match algorithm {
        Algorithm::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        Algorithm::Sha256 => hmac::HMAC_SHA256,
        Algorithm::Sha512 => hmac::HMAC_SHA512,
    };
    let tag = hmac::sign(&hmac::Key::new(algorithm, secret), &counter.to_be_bytes());
    let tag = tag.as_ref();
    // Dynamic truncation: the low four bits of the last octet say where the four octets begin. The
    // shortest tag has 20 octets, so 15 + 4 is always inside.
    let offset = tag.last().map_or(0, |last| usize::from(last & 0x0f));
    let word = tag
        .iter()
        .skip(offset)
        .take(4)
        .fold(0_u32, |word, byte| (word << 8) | u32::from(*byte));
    let number = (word & 0x7fff_ffff) % 10_u32.pow(u32::from(digits.min(9)));
    let width = usize::from(digits);
    Code(Secret::new(format!("{number:0width$}")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn digits(code: &Code) -> &str {
        code.digits()
    }

    #[test]
    fn rfc_4226_appendix_d() {
        let expected = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583",
            "399871", "520489",
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
    fn spaces_and_dashes_are_dropped_and_nothing_else() {
        let read = |text| Code::normalize(text).map(|code| digits(&code).to_owned());
        for (text, code) in [
            ("123456", "123456"),
            (" 123 456 ", "123456"),
            ("123-456", "123456"),
            ("1234 5678", "12345678"),
            ("000000", "000000"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(code));
        }
        for text in ["", " ", "--"] {
            assert_eq!(read(text), Err(CodeError::Empty));
        }
        for text in ["12345", "123456789", "1"] {
            assert_eq!(read(text), Err(CodeError::WrongLength));
        }
        for text in [
            "12345a",
            "123\u{a0}456",
            "123.456",
            "１２３４５６",
            "123456\n",
            "+123456",
        ] {
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
                let kept: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
                prop_assert_eq!(code.digits(), kept.as_str());
            }
        }
    }
}
