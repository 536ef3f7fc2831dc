//! `otpauth://` addresses, by which a portal hands over the secret of a second factor.
//!
//! There is no standard; this is the Key URI Format as authenticator apps use it
//! (<https://github.com/google/google-authenticator/wiki/Key-Uri-Format>). It is read strictly: a
//! secret that is guessed wrongly gives codes that are always refused, and locks a patient out
//! later. So an unknown algorithm, digits or a period out of range, a bad secret, a parameter given
//! twice are errors. Unknown parameters are ignored, as the format grows by them.

use std::fmt;

use data_encoding::{BASE32, BASE32_NOPAD};
use zeroize::Zeroizing;

use crate::secret::Secret;
use crate::totp::{Algorithm, Totp, TotpError};

/// A second factor with its label.
#[derive(Clone, PartialEq, Eq)]
pub struct OtpAuth {
    /// Who issued it, to show.
    pub issuer: Option<String>,
    /// For which account, to show.
    pub account: String,
    /// The factor itself.
    pub totp: Totp,
}

impl fmt::Debug for OtpAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OtpAuth(..)")
    }
}

/// Why an address is not usable. Nothing of it is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OtpAuthError {
    /// Not an `otpauth://` address.
    #[error("not an otpauth address")]
    NotOtpAuth,
    /// Counter-based codes (HOTP) or an unknown type.
    #[error("only time-based codes are supported")]
    NotTotp,
    /// The label is missing, or its encoding is broken.
    #[error("the label is malformed")]
    Label,
    /// The issuer of the label and that of the parameter differ.
    #[error("two different issuers are named")]
    IssuerMismatch,
    /// A parameter without value, given twice, or with a broken encoding.
    #[error("a parameter is malformed or given twice")]
    Parameter,
    /// The secret is missing, or not base32.
    #[error("the secret is missing or not base32")]
    Secret,
    /// An unknown hash function.
    #[error("the algorithm is unknown")]
    Algorithm,
    /// Not 6, 7 or 8.
    #[error("the number of digits is not 6 to 8")]
    Digits,
    /// Not 15 to 60.
    #[error("the period is not 15 to 60 seconds")]
    Period,
}

impl OtpAuth {
    /// Reads an address.
    pub fn parse(uri: &str) -> Result<Self, OtpAuthError> {
        let rest = strip_prefix_ignoring_case(uri, "otpauth://").ok_or(OtpAuthError::NotOtpAuth)?;
        // Browsers and scanners leave fragments alone; the format has none.
        if !rest.is_ascii() || rest.contains('#') {
            return Err(OtpAuthError::NotOtpAuth);
        }
        let (head, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (kind, label) = head.split_once('/').ok_or(OtpAuthError::Label)?;
        if !kind.eq_ignore_ascii_case("totp") {
            return Err(OtpAuthError::NotTotp);
        }
        let (of_label, account) = read_label(label)?;
        let Parameters {
            secret,
            issuer,
            algorithm,
            digits,
            period,
        } = Parameters::read(query)?;
        if let (Some(one), Some(other)) = (&of_label, &issuer)
            && one != other
        {
            return Err(OtpAuthError::IssuerMismatch);
        }
        let secret = decode_secret(secret.ok_or(OtpAuthError::Secret)?.expose())?;
        let totp = Totp::new(
            secret,
            algorithm.unwrap_or_default(),
            digits.unwrap_or(6),
            period.unwrap_or(30),
        );
        Ok(Self {
            issuer: issuer.or(of_label),
            account,
            totp: totp.map_err(|error| match error {
                TotpError::Secret => OtpAuthError::Secret,
                TotpError::Digits => OtpAuthError::Digits,
                TotpError::Period => OtpAuthError::Period,
            })?,
        })
    }

    /// Writes the address, with every parameter, so that no reader has to know the defaults.
    pub fn to_uri(&self) -> Secret {
        // Room for everything at once, so that growing leaves no copies behind: an octet of a text
        // becomes three at most, and five of the secret become eight.
        let texts = self.account.len() + 2 * self.issuer.as_ref().map_or(0, String::len);
        let mut uri = String::with_capacity(128 + 3 * texts + 2 * self.totp.secret().len());
        uri.push_str("otpauth://totp/");
        if let Some(issuer) = &self.issuer {
            encode(&mut uri, issuer);
            uri.push(':');
        }
        encode(&mut uri, &self.account);
        uri.push_str("?secret=");
        BASE32_NOPAD.encode_append(self.totp.secret(), &mut uri);
        if let Some(issuer) = &self.issuer {
            uri.push_str("&issuer=");
            encode(&mut uri, issuer);
        }
        uri.push_str(match self.totp.algorithm() {
            Algorithm::Sha1 => "&algorithm=SHA1",
            Algorithm::Sha256 => "&algorithm=SHA256",
            Algorithm::Sha512 => "&algorithm=SHA512",
        });
        uri.push_str(&format!(
            "&digits={}&period={}",
            self.totp.digits(),
            self.totp.period()
        ));
        Secret::new(uri)
    }
}

#[derive(Default)]
struct Parameters {
    secret: Option<Secret>,
    issuer: Option<String>,
    algorithm: Option<Algorithm>,
    digits: Option<u8>,
    period: Option<u32>,
}

impl Parameters {
    fn read(query: &str) -> Result<Self, OtpAuthError> {
        let mut all = Self::default();
        let mut seen = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').ok_or(OtpAuthError::Parameter)?;
            let name = name.to_ascii_lowercase();
            if seen.contains(&name) {
                return Err(OtpAuthError::Parameter);
            }
            let value = decode(value).ok_or(OtpAuthError::Parameter)?;
            match name.as_str() {
                "secret" => all.secret = Some(Secret::new(value)),
                "issuer" => all.issuer = Some(value).filter(|issuer| !issuer.is_empty()),
                "algorithm" => all.algorithm = Some(read_algorithm(&value)?),
                "digits" => all.digits = Some(number(&value).ok_or(OtpAuthError::Digits)?),
                "period" => all.period = Some(number(&value).ok_or(OtpAuthError::Period)?),
                _ => {}
            }
            seen.push(name);
        }
        Ok(all)
    }
}

fn read_algorithm(name: &str) -> Result<Algorithm, OtpAuthError> {
    match name.to_ascii_uppercase().as_str() {
        "SHA1" => Ok(Algorithm::Sha1),
        "SHA256" => Ok(Algorithm::Sha256),
        "SHA512" => Ok(Algorithm::Sha512),
        _ => Err(OtpAuthError::Algorithm),
    }
}

/// Digits only: `parse` alone would take `+6`.
fn number<T: std::str::FromStr>(text: &str) -> Option<T> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// `Issuer:account` or `account`; the colon may be encoded, and a space may follow it.
fn read_label(label: &str) -> Result<(Option<String>, String), OtpAuthError> {
    let label = decode(label).ok_or(OtpAuthError::Label)?;
    let (issuer, account) = match label.split_once(':') {
        Some((issuer, account)) => (Some(issuer.to_owned()), account.trim_start_matches(' ')),
        None => (None, label.as_str()),
    };
    let empty_issuer = issuer.as_ref().is_some_and(String::is_empty);
    if account.is_empty() || account.contains(':') || empty_issuer {
        return Err(OtpAuthError::Label);
    }
    Ok((issuer, account.to_owned()))
}

/// Base32 (RFC 4648 §6) in either case, with all of its padding or none. The bits that no octet
/// needs must be zero (§3.5): otherwise something was cut off.
fn decode_secret(text: &str) -> Result<Zeroizing<Vec<u8>>, OtpAuthError> {
    let text = Zeroizing::new(text.to_ascii_uppercase());
    let encoding = if text.contains('=') {
        &BASE32
    } else {
        &BASE32_NOPAD
    };
    let secret = encoding.decode(text.as_bytes());
    secret.map(Zeroizing::new).map_err(|_| OtpAuthError::Secret)
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix)
        .then(|| &text[prefix.len()..])
}

/// Percent-decoding (RFC 3986 §2.1) that refuses what is broken. A plus is a plus: this is not a
/// form.
fn decode(text: &str) -> Option<String> {
    let mut octets = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let high = char::from(bytes.next()?).to_digit(16)?;
            let low = char::from(bytes.next()?).to_digit(16)?;
            octets.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            octets.push(byte);
        }
    }
    let text = String::from_utf8(octets).ok()?;
    (!text.contains(char::is_control)).then_some(text)
}

/// Everything but the unreserved characters (RFC 3986 §2.3) is encoded.
fn encode(into: &mut String, text: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            into.push(char::from(byte));
        } else {
            into.push('%');
            into.push(char::from(HEX[usize::from(byte >> 4)]));
            into.push(char::from(HEX[usize::from(byte & 0x0f)]));
        }
    }
}

#[cfg(test)]
mod tests {
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
            OtpAuth::parse("OTPAUTH://TOTP/ana?secret=jbswy3dpehpk3pxp&image=https%3A%2F%2Fx")
                .unwrap();
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
            ("otpauth://totp/\u{e4}na?secret=GEZDGNBV", E::NotOtpAuth),
            ("otpauth://totp/ana?secret=GEZDGNBV#x", E::NotOtpAuth),
            ("otpauth://hotp/ana?secret=GEZDGNBV&counter=0", E::NotTotp),
            ("otpauth://totp?secret=GEZDGNBV", E::Label),
            ("otpauth://totp/?secret=GEZDGNBV", E::Label),
            ("otpauth://totp/:ana?secret=GEZDGNBV", E::Label),
            ("otpauth://totp/a:b:c?secret=GEZDGNBV", E::Label),
            ("otpauth://totp/%ZZ?secret=GEZDGNBV", E::Label),
            ("otpauth://totp/%FF?secret=GEZDGNBV", E::Label),
            ("otpauth://totp/a%0Ab?secret=GEZDGNBV", E::Label),
            (
                "otpauth://totp/A:ana?secret=GEZDGNBV&issuer=B",
                E::IssuerMismatch,
            ),
            (
                "otpauth://totp/ana?secret=GEZDGNBV&secret=GEZDGNBV",
                E::Parameter,
            ),
            ("otpauth://totp/ana?secret=GEZDGNBV&digits", E::Parameter),
            ("otpauth://totp/ana?secret=GEZDGNBV&issuer=%4", E::Parameter),
            ("otpauth://totp/ana", E::Secret),
            ("otpauth://totp/ana?secret=", E::Secret),
            ("otpauth://totp/ana?secret=GEZDGNB1", E::Secret),
            ("otpauth://totp/ana?secret=GEZD%20GNBV", E::Secret),
            ("otpauth://totp/ana?secret=GE%3D", E::Secret),
            ("otpauth://totp/ana?secret=GEZDGNB", E::Secret),
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

    proptest! {
        #[test]
        fn what_is_written_is_read_again(
            issuer in prop::option::of("[^:\\p{Cc}]{1,12}"),
            account in "[^: \\p{Cc}][^:\\p{Cc}]{0,12}",
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
        fn no_text_makes_parsing_fail_loudly(text in "otpauth://totp/.{0,10}\\?(secret=|&|=|%|A){0,9}|.*") {
            let _ = OtpAuth::parse(&text);
        }
    }
}
