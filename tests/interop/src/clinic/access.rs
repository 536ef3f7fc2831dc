//! Whose records a request may see.

use std::sync::atomic::Ordering::SeqCst;

use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::proof::{self, Demand};
use super::{Inside, locked};
use crate::people::CLINIC;

/// Why a request sees nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// No token at all (RFC 6750 §3.1: without an error).
    NoToken,
    /// The issuer says that the token is worth nothing, or it is used in another way than it was made for.
    InvalidToken,
    /// RFC 9449 §7.1.
    InvalidProof,
    /// RFC 9449 §9.
    UseNonce,
    /// The person signed in too long ago (RFC 9470 §3).
    NotFresh,
    /// The token does not reach so far.
    InsufficientScope,
    /// The issuer cannot be asked.
    IssuerAway,
}

impl Refusal {
    pub(super) fn error(self) -> &'static str {
        match self {
            Self::NoToken => "",
            Self::InvalidToken => "invalid_token",
            Self::InvalidProof => "invalid_dpop_proof",
            Self::UseNonce => "use_dpop_nonce",
            Self::NotFresh => "insufficient_user_authentication",
            Self::InsufficientScope => "insufficient_scope",
            Self::IssuerAway => "issuer_away",
        }
    }

    pub(super) fn answer(self) -> Response {
        let (status, error) = match self {
            Self::NoToken => (StatusCode::UNAUTHORIZED, String::new()),
            Self::IssuerAway => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
            Self::InsufficientScope => (
                StatusCode::FORBIDDEN,
                format!("error=\"{}\", ", self.error()),
            ),
            _ => (
                StatusCode::UNAUTHORIZED,
                format!("error=\"{}\", ", self.error()),
            ),
        };
        let fresh = if self == Self::NotFresh {
            "max_age=\"0\", "
        } else {
            ""
        };
        let challenge = format!("DPoP {error}{fresh}algs=\"ES256\"");
        (status, [(WWW_AUTHENTICATE, challenge)]).into_response()
    }
}

/// The scheme of the `Authorization` field.
pub(super) fn scheme(headers: &HeaderMap) -> &str {
    let field = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    field
        .and_then(|field| field.split_once(' '))
        .map_or("", |(scheme, _)| scheme)
}

/// The patient whose records the token shows.
pub(super) async fn judge(
    inside: &Inside,
    headers: &HeaderMap,
    method: &str,
    url: &str,
    kind: &str,
) -> Result<String, Refusal> {
    let field = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let (scheme, token) = field
        .and_then(|field| field.split_once(' '))
        .ok_or(Refusal::NoToken)?;
    let issuer = inside.issuer.get().ok_or(Refusal::IssuerAway)?;
    // RFC 7662 §2.1.
    let form = [("token", token), ("token_type_hint", "access_token")];
    let said = inside
        .http
        .form(&issuer.introspection, &form, Some(CLINIC))
        .await;
    let said = said
        .and_then(|answer| answer.json())
        .map_err(|_| Refusal::IssuerAway)?;
    if said["active"] != true || said["iss"] != issuer.document["issuer"] {
        return Err(Refusal::InvalidToken);
    }
    match (scheme, said["cnf"]["jkt"].as_str()) {
        ("DPoP", Some(thumbprint)) => {
            let demand = Demand {
                method,
                url,
                token,
                thumbprint,
                nonce: &inside.nonce,
            };
            let jti = proof::check(headers, &demand)?;
            if !locked(&inside.proofs).insert(jti) {
                return Err(Refusal::InvalidProof);
            }
        }
        ("Bearer", None) => {}
        // A token that was taken from its key, or a key without need (RFC 9449 §7.2).
        _ => return Err(Refusal::InvalidToken),
    }
    let signed_in = said["auth_time"].as_u64().unwrap_or_default();
    if signed_in < inside.fresh_since.load(SeqCst) {
        return Err(Refusal::NotFresh);
    }
    let scopes = said["scope"].as_str().unwrap_or_default();
    let reads = |scope: &str| {
        let rights = scope
            .strip_prefix("patient/")
            .and_then(|rest| rest.strip_prefix(kind));
        rights
            .and_then(|rest| rest.strip_prefix('.'))
            .is_some_and(|rights| rights.contains('r') && rights.contains('s'))
    };
    let patient = said["patient"]
        .as_str()
        .filter(|_| scopes.split(' ').any(reads));
    let patient = patient.ok_or(Refusal::InsufficientScope)?;
    inside.signed_in.store(signed_in, SeqCst);
    *locked(&inside.token) = Some(token.to_owned());
    Ok(patient.to_owned())
}
