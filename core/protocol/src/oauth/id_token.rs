//! Who signed in: the claims of an `id_token` (OpenID Connect Core 1.0 §2, §3.1.3.7).
//!
//! [`verify`] checks the signature with the issuer's keys, and the claims. [`check`] checks the claims
//! alone, for an issuer that publishes no keys: a token that comes straight from the token endpoint
//! over TLS may do without (§3.1.3.7 point 6). A token from anywhere else (a redirect, a push
//! message) must not be given to it. Neither takes a token that is not signed at all.

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::digest;
use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp;
use serde::Deserialize;

use super::jwks::{KeySet, VerifyError};
use super::jws::{Algorithm, Jws, JwsError};
use crate::limits;
use crate::secret::Secret;

/// What the token must say.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The issuer, byte for byte.
    pub issuer: &'a str,
    /// This client.
    pub client_id: &'a str,
    /// The nonce of the authorization request. Required to be there if given; after a refresh, when
    /// there is none, give `None` (§12.2).
    pub nonce: Option<&'a Secret>,
    /// Now, by the portal's clock as far as it is known.
    pub now: Timestamp,
    /// The access token of the same answer. If the token has `at_hash`, it must be that of this one
    /// (§3.1.3.6).
    pub access_token: Option<&'a Secret>,
}

/// Who signed in. The account is `(base, issuer, subject)`.
#[derive(Clone, PartialEq, Eq)]
pub struct IdClaims {
    /// `sub`.
    pub subject: String,
    /// When the person proved who they are, if said.
    pub auth_time: Option<Timestamp>,
    /// How, if said.
    pub acr: Option<String>,
    /// The person's own resource (SMART App Launch 2.2, `fhirUser`): a Patient, RelatedPerson,
    /// Practitioner or Person.
    pub fhir_user: Option<String>,
}

impl fmt::Debug for IdClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdClaims(..)")
    }
}

/// Why a token is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdTokenError {
    /// Not a compact JWS with readable claims.
    #[error("the id_token is malformed")]
    Malformed,
    /// `alg` is `none` or missing.
    #[error("the id_token is not signed")]
    Unsigned,
    /// Signed with a key that is not in the set: fetch the set anew, once.
    #[error("the id_token is signed with an unknown key")]
    UnknownKey,
    /// Signed by an algorithm that is not accepted (a shared secret, say), or that the key is not
    /// for.
    #[error("the id_token is signed by an algorithm that is not accepted")]
    Algorithm,
    /// The signature is not that of the issuer.
    #[error("the signature of the id_token is wrong")]
    WrongSignature,
    /// Another issuer.
    #[error("the id_token is from another issuer")]
    WrongIssuer,
    /// Made for another client.
    #[error("the id_token is for another client")]
    WrongAudience,
    /// No usable subject.
    #[error("the id_token names nobody")]
    NoSubject,
    /// Its time is over.
    #[error("the id_token has expired")]
    Expired,
    /// Issued in the future: one of the clocks is wrong.
    #[error("the id_token is from the future")]
    FromTheFuture,
    /// The nonce is missing or another one: it belongs to another sign-in.
    #[error("the id_token belongs to another sign-in")]
    WrongNonce,
    /// Made for another access token.
    #[error("the id_token belongs to another access token")]
    WrongAccessToken,
}

impl From<JwsError> for IdTokenError {
    fn from(error: JwsError) -> Self {
        match error {
            JwsError::Malformed => Self::Malformed,
            JwsError::Unsigned => Self::Unsigned,
        }
    }
}

impl From<VerifyError> for IdTokenError {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::UnknownKey => Self::UnknownKey,
            VerifyError::Algorithm => Self::Algorithm,
            VerifyError::WrongSignature => Self::WrongSignature,
        }
    }
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: Option<String>,
    aud: Audience,
    azp: Option<String>,
    exp: f64,
    iat: f64,
    auth_time: Option<f64>,
    nonce: Option<Secret>,
    acr: Option<String>,
    at_hash: Option<String>,
    #[serde(rename = "fhirUser")]
    fhir_user: Option<String>,
    /// What SMART App Launch 1.0 called it.
    profile: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// Reads an `id_token` and checks its claims, not its signature.
pub fn check(token: &Secret, expected: &Expected<'_>) -> Result<IdClaims, IdTokenError> {
    let jws = Jws::parse(token.expose())?;
    judge(&jws, expected)
}

/// Reads an `id_token` and checks its signature, then its claims.
pub fn verify(
    token: &Secret,
    keys: &KeySet,
    expected: &Expected<'_>,
) -> Result<IdClaims, IdTokenError> {
    let jws = Jws::parse(token.expose())?;
    keys.verify(&jws)?;
    judge(&jws, expected)
}

fn judge(jws: &Jws<'_>, expected: &Expected<'_>) -> Result<IdClaims, IdTokenError> {
    let claims: Claims = jws.claims().ok_or(IdTokenError::Malformed)?;
    if claims.iss != expected.issuer {
        return Err(IdTokenError::WrongIssuer);
    }
    let is_ours = |id: &String| id == expected.client_id;
    let (named, several) = match &claims.aud {
        Audience::One(id) => (is_ours(id), false),
        Audience::Several(ids) => (ids.iter().any(is_ours), ids.len() > 1),
    };
    // Points 3 to 5: with several audiences `azp` must be there; wherever it is, it must be this
    // client.
    let authorized = match &claims.azp {
        Some(id) => is_ours(id),
        None => !several,
    };
    if !named || !authorized {
        return Err(IdTokenError::WrongAudience);
    }
    // §2: at most 255 ASCII characters.
    let subject = claims
        .sub
        .filter(|sub| (1..=255).contains(&sub.len()) && sub.is_ascii());
    let subject = subject.ok_or(IdTokenError::NoSubject)?;
    let now = expected.now.as_second() as f64;
    let tolerance = limits::CLOCK_TOLERANCE.as_secs_f64();
    if claims.exp + tolerance <= now {
        return Err(IdTokenError::Expired);
    }
    if claims.iat > now + tolerance {
        return Err(IdTokenError::FromTheFuture);
    }
    if let Some(nonce) = expected.nonce
        && claims.nonce.as_ref() != Some(nonce)
    {
        return Err(IdTokenError::WrongNonce);
    }
    if let (Some(token), Some(hash)) = (expected.access_token, &claims.at_hash)
        && jws
            .algorithm
            .is_some_and(|algorithm| !is_hash_of(hash, token, algorithm))
    {
        return Err(IdTokenError::WrongAccessToken);
    }
    Ok(IdClaims {
        subject,
        auth_time: claims
            .auth_time
            .and_then(|at| Timestamp::from_second(at as i64).ok()),
        acr: claims.acr,
        fhir_user: claims.fhir_user.or(claims.profile),
    })
}

/// §3.1.3.6: the left half of the hash.
fn is_hash_of(said: &str, token: &Secret, algorithm: Algorithm) -> bool {
    let hash = digest(algorithm.hash(), token.expose().as_bytes());
    let (left, _) = hash.as_ref().split_at(hash.as_ref().len() / 2);
    let right = BASE64URL_NOPAD.encode(left);
    verify_slices_are_equal(said.as_bytes(), right.as_bytes()).is_ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    const NOW: i64 = 1_800_000_000;

    fn claims() -> Value {
        json!({
            "iss": "https://portal.example/auth", "sub": "user-7", "aud": "pericard",
            "iat": NOW - 5, "exp": NOW + 300, "auth_time": NOW - 60, "nonce": "n1",
            "acr": "mfa", "fhirUser": "https://portal.example/fhir/Patient/ana",
        })
    }

    fn token(header: &Value, claims: &Value, signature: &[u8]) -> Secret {
        let encode = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
        Secret::new(format!(
            "{}.{}.{}",
            encode(header.to_string().as_bytes()),
            encode(claims.to_string().as_bytes()),
            encode(signature)
        ))
    }

    fn check_token(token: &Secret) -> Result<IdClaims, IdTokenError> {
        let nonce = Secret::new("n1".into());
        let expected = Expected {
            issuer: "https://portal.example/auth",
            client_id: "pericard",
            nonce: Some(&nonce),
            now: Timestamp::from_second(NOW).unwrap(),
            access_token: None,
        };
        check(token, &expected)
    }

    fn with(change: impl FnOnce(&mut Value)) -> Result<IdClaims, IdTokenError> {
        let mut claims = claims();
        change(&mut claims);
        check_token(&token(&json!({"alg": "ES256"}), &claims, b"signature"))
    }

    fn without(name: &str) -> Result<IdClaims, IdTokenError> {
        with(|claims| {
            claims.as_object_mut().unwrap().remove(name);
        })
    }

    #[test]
    fn a_good_token_says_who() {
        let who = with(|_| {}).unwrap();
        assert_eq!(who.subject, "user-7");
        assert_eq!(who.auth_time.unwrap().as_second(), NOW - 60);
        assert_eq!(who.acr.as_deref(), Some("mfa"));
        assert!(who.fhir_user.as_deref().unwrap().ends_with("Patient/ana"));
        assert_eq!(format!("{who:?}"), "IdClaims(..)");
    }

    #[test]
    fn each_claim_is_checked() {
        use IdTokenError as E;
        assert_eq!(
            with(|c| c["iss"] = "https://portal.example/auth/".into()),
            Err(E::WrongIssuer)
        );
        assert_eq!(with(|c| c["aud"] = "other".into()), Err(E::WrongAudience));
        assert_eq!(with(|c| c["aud"] = json!([])), Err(E::WrongAudience));
        assert_eq!(
            with(|c| c["aud"] = json!(["pericard", "other"])),
            Err(E::WrongAudience)
        );
        assert_eq!(with(|c| c["azp"] = "other".into()), Err(E::WrongAudience));
        assert!(with(|c| c["aud"] = json!(["pericard"])).is_ok());
        assert!(
            with(|c| {
                c["aud"] = json!(["other", "pericard"]);
                c["azp"] = "pericard".into();
            })
            .is_ok()
        );
        assert_eq!(with(|c| c["exp"] = (NOW - 120).into()), Err(E::Expired));
        assert!(with(|c| c["exp"] = (NOW - 119).into()).is_ok());
        assert_eq!(
            with(|c| c["iat"] = (NOW + 121).into()),
            Err(E::FromTheFuture)
        );
        assert!(with(|c| c["iat"] = (NOW + 120).into()).is_ok());
        assert_eq!(with(|c| c["nonce"] = "n2".into()), Err(E::WrongNonce));
        assert_eq!(without("nonce"), Err(E::WrongNonce));
        assert_eq!(without("sub"), Err(E::NoSubject));
        assert_eq!(with(|c| c["sub"] = "".into()), Err(E::NoSubject));
        assert_eq!(
            with(|c| c["sub"] = "x".repeat(256).into()),
            Err(E::NoSubject)
        );
        for needed in ["iss", "aud", "exp", "iat"] {
            assert_eq!(without(needed), Err(E::Malformed), "{needed}");
        }
    }

    #[test]
    fn an_unsigned_token_is_refused() {
        let of =
            |header: Value, signature: &[u8]| check_token(&token(&header, &claims(), signature));
        assert_eq!(of(json!({"alg": "none"}), b""), Err(IdTokenError::Unsigned));
        assert_eq!(
            of(json!({"alg": "NONE"}), b"x"),
            Err(IdTokenError::Unsigned)
        );
        assert_eq!(of(json!({}), b"x"), Err(IdTokenError::Unsigned));
        assert_eq!(
            of(json!({"alg": "RS256"}), b""),
            Err(IdTokenError::Unsigned)
        );
        assert!(of(json!({"alg": "RS256"}), b"x").is_ok());
    }

    #[test]
    fn a_refreshed_token_needs_no_nonce() {
        let mut claims = claims();
        claims.as_object_mut().unwrap().remove("nonce");
        let expected = Expected {
            issuer: "https://portal.example/auth",
            client_id: "pericard",
            nonce: None,
            now: Timestamp::from_second(NOW).unwrap(),
            access_token: None,
        };
        assert!(check(&token(&json!({"alg": "ES256"}), &claims, b"x"), &expected).is_ok());
    }

    proptest! {
        #[test]
        fn no_text_makes_checking_fail_loudly(text in "[A-Za-z0-9_.-]{0,80}|.*") {
            prop_assert!(check_token(&Secret::new(text)).is_err());
        }

        #[test]
        fn no_claims_make_checking_fail_loudly(json in "\\{(\"(iss|aud|exp|iat|sub)\":(1|-1e300|\"x\"|\\[\\]|null),?){0,5}\\}") {
            let encode = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
            let text = format!("{}.{}.{}", encode(r#"{"alg":"ES256"}"#), encode(&json), encode("x"));
            prop_assert!(check_token(&Secret::new(text)).is_err());
        }
    }
}
