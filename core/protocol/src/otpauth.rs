//! `otpauth://` URIs, in which a portal passes on the secret of a second factor.
//!
//! There is no standard; this is the Key URI Format as authenticator apps use it
//! (<https://github.com/google/google-authenticator/wiki/Key-Uri-Format>).
//!
//! Parameters that affect the codes are read strictly, since a misread secret makes codes that are always refused and
//! locks the patient out later. An unknown algorithm, digits or a period out of range, a bad secret, or one of these
//! given twice is an error. Base32 is read as authenticator apps read it: in either case, with or without padding, in
//! groups, with left-over bits at the end.
//!
//! Issuer and account are only displayed, so they never invalidate a good secret: where label and parameter disagree,
//! the parameter counts, and what cannot be decoded is left out. Unknown parameters are ignored.

use std::fmt;

use data_encoding::BASE32_NOPAD;
use zeroize::Zeroizing;

use crate::secret::Secret;
use crate::totp::{Algorithm, Totp, TotpError};

/// A second factor with its label.
#[derive(Clone, PartialEq, Eq)]
pub struct OtpAuth {
    /// The issuer, for display.
    pub issuer: Option<String>,
    /// The account, for display.
    pub account: String,
    /// The factor itself.
    pub totp: Totp,
}

impl fmt::Debug for OtpAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OtpAuth(..)")
    }
}

/// Why a URI cannot be used. The text contains nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OtpAuthError {
    /// Not an `otpauth://` address.
    #[error("not an otpauth address")]
    NotOtpAuth,
    /// Counter-based codes (HOTP) or an unknown type.
    #[error("only time-based codes are supported")]
    NotTotp,
    /// One of secret, algorithm, digits and period without value, given twice, or with a broken
    /// encoding.
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
        let rest = strip_prefix_ignoring_case(uri.trim(), "otpauth://");
        let rest = rest.ok_or(OtpAuthError::NotOtpAuth)?;
        let (head, query) = rest.split_once('?').unwrap_or((rest, ""));
        // Browsers and scanners leave fragments alone; the format has none.
        if query.contains('#') {
            return Err(OtpAuthError::NotOtpAuth);
        }
        let (kind, label) = head.split_once('/').unwrap_or((head, ""));
        if !kind.eq_ignore_ascii_case("totp") {
            return Err(OtpAuthError::NotTotp);
        }
        let Parameters {
            secret,
            issuer,
            algorithm,
            digits,
            period,
        } = Parameters::read(query)?;
        let (issuer, account) = read_label(label, issuer);
        let secret = decode_secret(secret.ok_or(OtpAuthError::Secret)?.expose())?;
        let totp = Totp::new(
            secret,
            algorithm.unwrap_or_default(),
            digits.unwrap_or(6),
            period.unwrap_or(30),
        );
        Ok(Self {
            issuer,
            account,
            totp: totp.map_err(|error| match error {
                TotpError::Secret => OtpAuthError::Secret,
                TotpError::Digits => OtpAuthError::Digits,
                TotpError::Period => OtpAuthError::Period,
            })?,
        })
    }

    /// Writes the URI with every parameter, so that readers need not know the defaults.
    pub fn to_uri(&self) -> Secret {
        // Room for everything at once, so that growing leaves no copies behind: an octet of a text
        // becomes three at most, and five of the secret become eight.
        let texts = self.account.len() + 2 * self.issuer.as_ref().map_or(0, String::len);
        let mut uri = String::with_capacity(128 + 3 * texts + 2 * self.totp.secret().len());
        uri.push_str("otpauth://totp/");
        if let Some(issuer) = &self.issuer {
            encode(&mut uri, issuer);
        }
        // Without it, a colon of the account would be taken for the one after an issuer.
        if self.issuer.is_some() || self.account.contains(':') {
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
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = decode(value);
            match name.to_ascii_lowercase().as_str() {
                "secret" => once(&mut all.secret, Secret::new(needed(value)?))?,
                "algorithm" => once(&mut all.algorithm, read_algorithm(&needed(value)?)?)?,
                "digits" => {
                    let digits = number(&needed(value)?).ok_or(OtpAuthError::Digits)?;
                    once(&mut all.digits, digits)?;
                }
                "period" => {
                    let period = number(&needed(value)?).ok_or(OtpAuthError::Period)?;
                    once(&mut all.period, period)?;
                }
                "issuer" if all.issuer.is_none() => {
                    all.issuer = value.map(shown).filter(|issuer| !issuer.is_empty());
                }
                _ => {}
            }
        }
        Ok(all)
    }
}

fn needed(value: Option<String>) -> Result<String, OtpAuthError> {
    value.ok_or(OtpAuthError::Parameter)
}

fn once<T>(place: &mut Option<T>, value: T) -> Result<(), OtpAuthError> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(OtpAuthError::Parameter),
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

/// Issuer and account of `Issuer:account` or `account`; the colon may be encoded, and a space may
/// follow it. `named` is the parameter, which counts for more.
fn read_label(label: &str, named: Option<String>) -> (Option<String>, String) {
    let whole = shown(decode(label).unwrap_or_default());
    // The parameter tells which of several colons is the one after the issuer.
    let of_named = named.as_ref().and_then(|named| {
        let rest = whole.strip_prefix(named.as_str())?;
        rest.strip_prefix(':').map(str::to_owned)
    });
    if let (Some(account), Some(named)) = (of_named, &named) {
        return (Some(named.clone()), after_colon(&account));
    }
    let raw = label
        .split_once(':')
        .and_then(|(issuer, account)| Some((shown(decode(issuer)?), shown(decode(account)?))));
    let parts = raw.or_else(|| {
        let (issuer, account) = whole.split_once(':')?;
        Some((issuer.to_owned(), account.to_owned()))
    });
    let Some((of_label, account)) = parts else {
        return (named, whole);
    };
    let of_label = Some(of_label).filter(|issuer| !issuer.is_empty());
    let issuer = match (named, of_label) {
        // Written as a form would be.
        (Some(named), Some(of_label)) if named.replace('+', " ") == of_label => Some(of_label),
        (named, of_label) => named.or(of_label),
    };
    (issuer, after_colon(&account))
}

fn after_colon(account: &str) -> String {
    account.trim_start_matches(' ').to_owned()
}

/// Removes characters that a screen would act on.
fn shown(text: String) -> String {
    match text.contains(char::is_control) {
        true => text.replace(char::is_control, ""),
        false => text,
    }
}

/// Base32 (RFC 4648 §6) in either case, in groups, with padding or without. Bits that make no whole
/// octet at the end are dropped, as every authenticator does: some servers cut their secrets.
fn decode_secret(text: &str) -> Result<Zeroizing<Vec<u8>>, OtpAuthError> {
    let text = text.trim_end_matches(['=', ' ', '+']);
    let mut secret = Zeroizing::new(Vec::with_capacity(text.len()));
    let (mut buffer, mut bits) = (0_u32, 0);
    for byte in text
        .bytes()
        .filter(|byte| !matches!(byte, b' ' | b'-' | b'+'))
    {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a',
            b'2'..=b'7' => byte - b'2' + 26,
            _ => return Err(OtpAuthError::Secret),
        };
        buffer = (buffer << 5 | u32::from(value)) & 0xfff;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            secret.push(u8::try_from(buffer >> bits & 0xff).unwrap_or_default());
        }
    }
    Ok(secret)
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
    String::from_utf8(octets).ok()
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
mod tests;
