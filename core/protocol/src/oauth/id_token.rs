//! Who signed in: the claims of an `id_token` (OpenID Connect Core 1.0 §2, §3.1.3.7).
//!
//! [`verify`] checks the signature with the issuer's keys, and the claims. [`check`] checks only the claims, for an
//! issuer without keys: §3.1.3.7 point 6 allows this for a token that comes directly from the token endpoint over TLS.
//! It must not be used for a token from anywhere else (a redirect, a push message). Neither accepts an unsigned token.
//!
//! Optional claims of a wrong type (`acr` as an object, `auth_time` as a date) are ignored. Claims that bind the token
//! to a client, a sign-in or an access token are not: with a wrong type the token is refused. A refresh has its own
//! rules, [`super::identity`].

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::digest;
use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::jwks::{KeySet, VerifyError};
use super::jws::{Algorithm, Jws, JwsError};
use crate::json::{Hidden, Kind, Member, Number, Read, Text};
use crate::limits;
use crate::secret::Secret;

/// The claims to expect.
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

/// Why a token is refused.
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
    /// It has expired.
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

#[derive(Deserialize, Default)]
#[serde(default)]
struct Raw {
    iss: Member<Text>,
    sub: Member<Text>,
    aud: Member<Audience>,
    azp: Member<Tie>,
    exp: Member<Number>,
    iat: Member<Number>,
    auth_time: Member<Number>,
    nonce: Member<Hidden>,
    acr: Member<Text>,
    at_hash: Member<Tie>,
    #[serde(rename = "fhirUser")]
    fhir_user: Member<Text>,
    /// What SMART App Launch 1.0 called it.
    profile: Member<Text>,
}

/// A string for which an empty one does not count as absent.
#[derive(Debug)]
struct Tie;

impl Kind for Tie {
    type Value = String;

    fn read(raw: &str) -> Option<Read<String>> {
        serde_json::from_str(raw).ok().map(Read::All)
    }
}

/// One client or several. An element of another type counts as an unknown client.
#[derive(Debug)]
struct Audience;

impl Kind for Audience {
    type Value = Vec<Option<String>>;

    fn read(raw: &str) -> Option<Read<Self::Value>> {
        let clients = match serde_json::from_str(raw).ok()? {
            Value::String(one) => vec![Some(one)],
            Value::Array(items) => {
                let clients = items.into_iter().map(|item| match item {
                    Value::String(client) => Some(client),
                    _ => None,
                });
                clients.collect()
            }
            _ => return None,
        };
        Some(Read::All(clients))
    }
}

/// The claims of a token, not checked.
pub(super) struct Claims {
    issuer: Option<String>,
    subject: Option<String>,
    audience: Option<Vec<Option<String>>>,
    /// `Err` if it is there and unreadable.
    authorized: Result<Option<String>, ()>,
    times: Option<(f64, f64)>,
    auth_time: Option<f64>,
    nonce: Option<Secret>,
    acr: Option<String>,
    access_token_hash: Result<Option<String>, ()>,
    fhir_user: Option<String>,
}

impl Claims {
    /// Reads them, if they are a JSON object.
    pub(super) fn of(jws: &Jws<'_>) -> Option<Self> {
        let raw: Raw = jws.claims()?;
        let readable = |member: Member<Tie>| match member.is_wrong() {
            true => Err(()),
            false => Ok(member.get()),
        };
        Some(Self {
            issuer: raw.iss.get(),
            subject: raw.sub.get(),
            audience: raw.aud.get(),
            authorized: readable(raw.azp),
            times: raw.exp.get().zip(raw.iat.get()),
            auth_time: raw.auth_time.get(),
            nonce: raw.nonce.get(),
            acr: raw.acr.get(),
            access_token_hash: readable(raw.at_hash),
            fhir_user: raw.fhir_user.get().or_else(|| raw.profile.get()),
        })
    }

    pub(super) fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    pub(super) fn fhir_user(&self) -> Option<&str> {
        self.fhir_user.as_deref()
    }

    /// §2: at most 255 ASCII characters.
    pub(super) fn subject(&self) -> Result<&str, IdTokenError> {
        self.subject
            .as_deref()
            .filter(|sub| sub.len() <= 255 && sub.is_ascii())
            .ok_or(IdTokenError::NoSubject)
    }

    /// Checks that the claims are complete, from this issuer and for this client.
    pub(super) fn check_addressee(
        &self,
        issuer: &str,
        client_id: &str,
    ) -> Result<(), IdTokenError> {
        let (Some(from), Some(clients), Some(_)) = (&self.issuer, &self.audience, self.times)
        else {
            return Err(IdTokenError::Malformed);
        };
        if from != issuer {
            return Err(IdTokenError::WrongIssuer);
        }
        let is_ours = |id: &String| id == client_id;
        let named = clients.iter().flatten().any(is_ours);
        // Points 3 to 5: with several audiences `azp` must be there; wherever it is, it must be this
        // client.
        let authorized = match &self.authorized {
            Ok(Some(id)) => is_ours(id),
            Ok(None) => clients.len() <= 1,
            Err(()) => false,
        };
        match named && authorized {
            true => Ok(()),
            false => Err(IdTokenError::WrongAudience),
        }
    }

    fn check_times(&self, now: Timestamp) -> Result<(), IdTokenError> {
        let (exp, iat) = self.times.ok_or(IdTokenError::Malformed)?;
        let now = now.as_second() as f64;
        let tolerance = limits::CLOCK_TOLERANCE.as_secs_f64();
        if exp + tolerance <= now {
            return Err(IdTokenError::Expired);
        }
        if iat > now + tolerance {
            return Err(IdTokenError::FromTheFuture);
        }
        Ok(())
    }

    /// Checks `at_hash`, if present, against the access token (§3.1.3.6).
    pub(super) fn check_access_token(
        &self,
        jws: &Jws<'_>,
        token: Option<&Secret>,
    ) -> Result<(), IdTokenError> {
        let Some((token, algorithm)) = token.zip(jws.algorithm) else {
            return Ok(());
        };
        match &self.access_token_hash {
            Ok(None) => Ok(()),
            Ok(Some(hash)) if is_hash_of(hash, token, algorithm) => Ok(()),
            Ok(Some(_)) | Err(()) => Err(IdTokenError::WrongAccessToken),
        }
    }
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
    let claims = Claims::of(jws).ok_or(IdTokenError::Malformed)?;
    claims.check_addressee(expected.issuer, expected.client_id)?;
    let subject = claims.subject()?.to_owned();
    claims.check_times(expected.now)?;
    if let Some(nonce) = expected.nonce
        && claims.nonce.as_ref() != Some(nonce)
    {
        return Err(IdTokenError::WrongNonce);
    }
    claims.check_access_token(jws, expected.access_token)?;
    Ok(IdClaims {
        subject,
        auth_time: claims
            .auth_time
            .and_then(|at| Timestamp::from_second(at as i64).ok()),
        acr: claims.acr,
        fhir_user: claims.fhir_user,
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
mod tests;
