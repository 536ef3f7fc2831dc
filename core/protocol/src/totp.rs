//! Time-based one-time passwords: TOTP (RFC 6238) over HOTP (RFC 4226).
//!
//! SHA-1, SHA-256 and SHA-512, 6 to 8 digits, periods of 15 to 60 seconds. A [`Code`] is computed or typed by a person:
//! it has digits only, is cleared when dropped and never printed.

use std::fmt;

use aws_lc_rs::hmac;
use zeroize::Zeroizing;

use crate::secret::Secret;
use crate::typed;

/// A one-time code of 6 to 8 digits.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(Secret);

/// Why a text is not a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Nothing was typed.
    #[error("the code is empty")]
    Empty,
    /// Something else than digits and what separates them.
    #[error("the code has other characters than digits")]
    NotDigits,
    /// Not 6 to 8 digits.
    #[error("the code does not have 6 to 8 digits")]
    WrongLength,
}

impl Code {
    /// Reads what a person typed or pasted: digits of any script. Spaces, line ends, dashes and what
    /// has no width are dropped, and nothing else is.
    pub fn normalize(text: &str) -> Result<Self, CodeError> {
        let mut digits = Zeroizing::new(String::with_capacity(8));
        for c in text.chars() {
            match typed::digit(c) {
                Some(digit) if digits.len() < 8 => digits.push(digit),
                Some(_) => return Err(CodeError::WrongLength),
                None if typed::is_between(c) => {}
                None => return Err(CodeError::NotDigits),
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

/// A second factor: the shared secret and the parameters of its codes.
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

    /// Returns the code at a time in seconds since 1970 (RFC 6238 §4.2 with T0 = 0).
    pub fn code_at(&self, unix_seconds: u64) -> Code {
        hotp(
            &self.secret,
            self.algorithm,
            self.digits,
            self.step_at(unix_seconds),
        )
    }

    /// Returns the step that a time belongs to. A code is used only once, so servers remember used steps.
    pub fn step_at(&self, unix_seconds: u64) -> u64 {
        unix_seconds / u64::from(self.period)
    }

    /// Returns when the code of a time expires, in seconds since 1970.
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

/// RFC 2104.
fn tag(secret: &[u8], algorithm: Algorithm, message: &[u8]) -> hmac::Tag {
    let algorithm = match algorithm {
        Algorithm::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        Algorithm::Sha256 => hmac::HMAC_SHA256,
        Algorithm::Sha512 => hmac::HMAC_SHA512,
    };
    hmac::sign(&hmac::Key::new(algorithm, secret), message)
}

/// RFC 4226 §5.3. `digits` is 6 to 8 here, so the power fits.
fn hotp(secret: &[u8], algorithm: Algorithm, digits: u8, counter: u64) -> Code {
    let tag = tag(secret, algorithm, &counter.to_be_bytes());
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
mod tests;
