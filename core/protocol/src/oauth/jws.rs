//! Signed JSON in its compact form (JWS, RFC 7515 §3.1) with the algorithms of RFC 7518 §3 and RFC
//! 8037 that a portal can use with a public key.
//!
//! Keys come only from the issuer's set, [`super::jwks`]; a key in the token itself (`jwk`, `jku`, `x5c`) is ignored.
//! Shared secrets (`HS256` and the like) are not supported, so a public key can never be used as one.

use aws_lc_rs::digest::{self, SHA256, SHA384, SHA512};
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, de::DeserializeOwned};
use zeroize::Zeroizing;

use crate::json::{self, Member, Text};
use crate::limits;

/// A signature algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Rs256,
    Rs384,
    Rs512,
    Ps256,
    Ps384,
    Ps512,
    Es256,
    Es384,
    /// With the curve Ed25519.
    EdDsa,
}

impl Algorithm {
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "RS256" => Self::Rs256,
            "RS384" => Self::Rs384,
            "RS512" => Self::Rs512,
            "PS256" => Self::Ps256,
            "PS384" => Self::Ps384,
            "PS512" => Self::Ps512,
            "ES256" => Self::Es256,
            "ES384" => Self::Es384,
            // RFC 9864 §2.2 gives the same algorithm its own name.
            "EdDSA" | "Ed25519" => Self::EdDsa,
            _ => return None,
        })
    }

    /// The hash function inside, which `at_hash` uses as well (OpenID Connect Core §3.1.3.6).
    pub(crate) fn hash(self) -> &'static digest::Algorithm {
        match self {
            Self::Rs256 | Self::Ps256 | Self::Es256 => &SHA256,
            Self::Rs384 | Self::Ps384 | Self::Es384 => &SHA384,
            Self::Rs512 | Self::Ps512 | Self::EdDsa => &SHA512,
        }
    }
}

/// The parts of a token, not verified.
pub(crate) struct Jws<'a> {
    /// `None` if it is not one of the above.
    pub(crate) algorithm: Option<Algorithm>,
    pub(crate) key_id: Option<String>,
    /// `typ`, which says what kind of document it is.
    pub(crate) kind: Option<String>,
    /// What is signed.
    pub(crate) input: &'a str,
    payload: &'a str,
    pub(crate) signature: Vec<u8>,
}

/// Why a text is not a signed token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JwsError {
    /// Not the compact form, or with members that must be understood and are not.
    Malformed,
    /// `alg` is `none` or missing, or there is no signature.
    Unsigned,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Header {
    alg: Member<Text>,
    kid: Member<Text>,
    typ: Member<Text>,
    crit: Option<serde::de::IgnoredAny>,
}

impl<'a> Jws<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Self, JwsError> {
        if text.len() > limits::TOKEN {
            return Err(JwsError::Malformed);
        }
        let (input, signature) = text.rsplit_once('.').ok_or(JwsError::Malformed)?;
        let (header, payload) = input.split_once('.').ok_or(JwsError::Malformed)?;
        if payload.contains('.') {
            return Err(JwsError::Malformed);
        }
        let header: Header = decode(header).ok_or(JwsError::Malformed)?;
        // RFC 7515 §4.1.11: none of the extensions is understood here.
        if header.crit.is_some() {
            return Err(JwsError::Malformed);
        }
        let alg = header
            .alg
            .get()
            .filter(|alg| !alg.eq_ignore_ascii_case("none"));
        let alg = alg.ok_or(JwsError::Unsigned)?;
        let signature = BASE64URL_NOPAD.decode(signature.as_bytes());
        let signature = signature.map_err(|_| JwsError::Malformed)?;
        if signature.is_empty() {
            return Err(JwsError::Unsigned);
        }
        Ok(Self {
            algorithm: Algorithm::parse(&alg),
            key_id: header.kid.get(),
            kind: header.typ.get(),
            input,
            payload,
            signature,
        })
    }

    /// The claims, if they are a JSON object of that shape.
    pub(crate) fn claims<T: DeserializeOwned>(&self) -> Option<T> {
        decode(self.payload)
    }
}

fn decode<T: DeserializeOwned>(part: &str) -> Option<T> {
    let json = Zeroizing::new(BASE64URL_NOPAD.decode(part.as_bytes()).ok()?);
    json::read(&json).ok()
}
