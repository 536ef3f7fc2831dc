//! A DPoP proof as a resource server checks it (RFC 9449 §4.3, §7), by another library than the core's.

use axum::http::HeaderMap;
use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::jwk::ThumbprintHash;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;

use super::access::Refusal;
use super::seconds;

/// How far the time of a proof may be off, as Keycloak has it.
const EARLY: i64 = 25;
const LATE: i64 = 15;

/// What a proof has to say.
pub(super) struct Demand<'a> {
    pub(super) method: &'a str,
    pub(super) url: &'a str,
    pub(super) token: &'a str,
    /// The key that the token is bound to (§6.1).
    pub(super) thumbprint: &'a str,
    pub(super) nonce: &'a str,
}

#[derive(Deserialize)]
struct Claims {
    jti: String,
    htm: String,
    htu: String,
    iat: i64,
    ath: String,
    nonce: Option<String>,
}

/// The `jti` of a proof that says all of it.
pub(super) fn check(headers: &HeaderMap, demand: &Demand<'_>) -> Result<String, Refusal> {
    let mut fields = headers.get_all("dpop").iter();
    let (Some(proof), None) = (fields.next(), fields.next()) else {
        return Err(Refusal::InvalidProof);
    };
    let proof = proof.to_str().map_err(|_| Refusal::InvalidProof)?;
    let claims = signed(proof, demand.thumbprint).ok_or(Refusal::InvalidProof)?;
    let digest = hash(demand.token);
    let age = i64::try_from(seconds()).unwrap_or_default() - claims.iat;
    let holds = claims.htm == demand.method
        && claims.htu == demand.url
        && claims.ath == digest
        && (-LATE..=EARLY).contains(&age)
        && !claims.jti.is_empty();
    if !holds {
        return Err(Refusal::InvalidProof);
    }
    if claims.nonce.as_deref() != Some(demand.nonce) {
        return Err(Refusal::UseNonce);
    }
    Ok(claims.jti)
}

/// The claims of a proof under its own key, if that key is the one of the token.
fn signed(proof: &str, thumbprint: &str) -> Option<Claims> {
    let header = decode_header(proof).ok()?;
    let key = header.jwk.as_ref()?;
    if header.typ.as_deref() != Some("dpop+jwt") || header.alg != Algorithm::ES256 {
        return None;
    }
    if key.thumbprint(ThumbprintHash::SHA256).ok()? != thumbprint {
        return None;
    }
    let mut validation = Validation::new(Algorithm::ES256);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    let key = DecodingKey::from_jwk(key).ok()?;
    decode(proof, &key, &validation)
        .ok()
        .map(|token| token.claims)
}

/// `ath` (§4.2).
fn hash(token: &str) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, token.as_bytes());
    BASE64URL_NOPAD.encode(digest.as_ref())
}
