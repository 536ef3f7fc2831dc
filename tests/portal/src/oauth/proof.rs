//! A DPoP proof (RFC 9449 §4.2): its shape, its signature, the key it carries.
//!
//! Everything here is about the proof alone; whether it fits the request, its time and its nonce is for
//! [`super::dpop`].

use axum::http::HeaderMap;
use data_encoding::BASE64URL_NOPAD;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// No proof needs as much.
const LONGEST: usize = 4096;
/// RFC 9449 §11.1 asks for 96 random bits, which base64url writes in 16 characters.
const JTI: std::ops::RangeInclusive<usize> = 16..=128;
/// RFC 9449 §4.2: no private key. The members of RFC 7518 §6 that hold private or symmetric ones.
const PRIVATE: &[&str] = &["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// A proof whose signature is its own key's.
#[derive(Debug)]
pub(crate) struct Proof {
    /// RFC 7638 thumbprint of the key.
    pub(crate) thumbprint: String,
    pub(crate) jti: String,
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) issued: i64,
    pub(crate) nonce: Option<String>,
    pub(crate) token_hash: Option<String>,
}

/// The proof of a request, if there is one; two are none (§4.3).
pub(crate) fn of(headers: &HeaderMap) -> Result<Option<Proof>, &'static str> {
    let mut fields = headers.get_all("dpop").iter();
    let Some(field) = fields.next() else {
        return Ok(None);
    };
    if fields.next().is_some() {
        return Err("there is more than one DPoP header");
    }
    let text = field.to_str().map_err(|_| "the proof is not ASCII")?;
    Proof::parse(text).map(Some)
}

fn decode(part: &str) -> Result<Vec<u8>, &'static str> {
    BASE64URL_NOPAD
        .decode(part.as_bytes())
        .map_err(|_| "the proof is not base64url without padding")
}

fn object(part: &str) -> Result<Map<String, Value>, &'static str> {
    serde_json::from_slice(&decode(part)?).map_err(|_| "the proof holds no JSON object")
}

impl Proof {
    fn parse(compact: &str) -> Result<Self, &'static str> {
        if compact.len() > LONGEST {
            return Err("the proof is too long");
        }
        let parts: Vec<&str> = compact.split('.').collect();
        let [header, claims, signature] = parts[..] else {
            return Err("the proof has not three parts");
        };
        let head = object(header)?;
        let is = |name: &str, value: &str| head.get(name).is_some_and(|held| held == value);
        if !is("typ", "dpop+jwt") {
            return Err("typ must be dpop+jwt");
        }
        if !is("alg", "ES256") {
            return Err("alg must be ES256");
        }
        if head.contains_key("crit") {
            return Err("crit is not understood");
        }
        let jwk = head.get("jwk").and_then(Value::as_object);
        let (key, thumbprint) = public_key(jwk.ok_or("jwk is missing")?)?;
        let signature =
            Signature::from_slice(&decode(signature)?).map_err(|_| "the signature is malformed")?;
        let signed = compact.len() - parts[2].len() - 1;
        key.verify(&compact.as_bytes()[..signed], &signature)
            .map_err(|_| "the signature is wrong")?;
        let claims = object(claims)?;
        let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
        let optional = |name: &'static str| match claims.contains_key(name) {
            true => text(name).ok_or("nonce and ath must be strings").map(Some),
            false => Ok(None),
        };
        let jti = text("jti").ok_or("jti is missing")?;
        if !JTI.contains(&jti.len()) {
            return Err("jti must have 16 to 128 characters");
        }
        Ok(Self {
            thumbprint,
            jti,
            method: text("htm").ok_or("htm is missing")?,
            url: text("htu").ok_or("htu is missing")?,
            issued: claims
                .get("iat")
                .and_then(Value::as_i64)
                .ok_or("iat is missing")?,
            nonce: optional("nonce")?,
            token_hash: optional("ath")?,
        })
    }
}

fn public_key(jwk: &Map<String, Value>) -> Result<(VerifyingKey, String), &'static str> {
    if PRIVATE.iter().any(|name| jwk.contains_key(*name)) {
        return Err("jwk must be a public key");
    }
    let is = |name: &str, value: &str| jwk.get(name).is_some_and(|held| held == value);
    if !is("kty", "EC") || !is("crv", "P-256") {
        return Err("jwk must be a P-256 key");
    }
    let mut point = vec![4];
    let mut coordinates = Vec::new();
    for name in ["x", "y"] {
        let text = jwk.get(name).and_then(Value::as_str).unwrap_or_default();
        let octets = decode(text)?;
        // RFC 7518 §6.2.1.2: always the full length of the curve's coordinate.
        if octets.len() != 32 {
            return Err("a coordinate of jwk has not 32 octets");
        }
        point.extend(octets);
        coordinates.push(text);
    }
    let key = VerifyingKey::from_sec1_bytes(&point).map_err(|_| "jwk is no point of P-256")?;
    // RFC 7638 §3: the required members only, in this order, without space.
    let canonical =
        json!({ "crv": "P-256", "kty": "EC", "x": coordinates[0], "y": coordinates[1] });
    let hash = Sha256::digest(canonical.to_string().as_bytes());
    Ok((key, BASE64URL_NOPAD.encode(&hash)))
}
