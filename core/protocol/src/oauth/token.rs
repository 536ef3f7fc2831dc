//! The token endpoint (RFC 6749 §4.1.3, §5, §6) and revocation (RFC 7009).
//!
//! The important distinction is between a session that the portal has ended and a portal that fails: `invalid_grant`
//! seals a patient's cache, a failing server must not. So only a JSON error that is not a 5xx and does not name a
//! temporary failure is a refusal; everything else is [`TokenError::Unavailable`] or [`TokenError::NotAnAnswer`].
//! [`TokenError::at_refresh`] says what to do.

use std::time::Duration;

use serde::Deserialize;

use super::refusal::{Remedy, Why};
use super::{Code, ErrorCode, Form};
use crate::fhir::is_id;
use crate::json::{self, Hidden, Kind, Member, Number, Read, Text, Words};
use crate::limits;
use crate::secret::Secret;

/// The body that redeems a code (§4.1.3). `redirect` is the one of the authorization request, and
/// absent for a code of the native challenge (draft-ietf-oauth-first-party-apps-04 §6).
pub fn redeem_code(
    client_id: &str,
    code: &Code,
    verifier: &Secret,
    redirect: Option<&str>,
) -> Form {
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", code.0.expose()),
        ("client_id", client_id),
        ("code_verifier", verifier.expose()),
    ];
    Form::new(
        pairs
            .into_iter()
            .chain(redirect.map(|redirect| ("redirect_uri", redirect))),
    )
}

/// The body that refreshes (§6). The scope stays what it was.
pub fn refresh(client_id: &str, refresh_token: &Secret) -> Form {
    Form::new([
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token.expose()),
        ("client_id", client_id),
    ])
}

/// The body that revokes a refresh token, and with it what was made from it (RFC 7009 §2.1).
pub fn revoke(client_id: &str, refresh_token: &Secret) -> Form {
    Form::new([
        ("token", refresh_token.expose()),
        ("token_type_hint", "refresh_token"),
        ("client_id", client_id),
    ])
}

/// The tokens of a grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenResponse {
    /// Goes into `Authorization`, after its kind; only characters that a header may carry.
    pub access_token: Secret,
    /// How the access token is used.
    pub kind: TokenKind,
    /// How long the access token is valid, at most [`limits::ACCESS_TOKEN_LIFE`]. If absent, it is used until it is
    /// refused (§5.1): a refresh may be tried after [`limits::ACCESS_TOKEN_LIFE_UNSAID`], but no session ends then.
    pub expires_in: Option<Duration>,
    /// Absent when a refresh did not rotate: then the old one stays.
    pub refresh_token: Option<Secret>,
    /// Granted scopes; absent means as asked (§5.1).
    pub scope: Option<String>,
    /// The patient in context (SMART App Launch 2.2, launch context), a valid resource id.
    pub patient: Option<PatientContext>,
    /// Who signed in.
    pub id_token: Option<Secret>,
    /// For a later native challenge (draft-ietf-oauth-first-party-apps-04 §6.1).
    pub auth_session: Option<Secret>,
}

/// How an access token is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// By whoever has it (RFC 6750).
    Bearer,
    /// With a proof by the key that it is bound to (RFC 9449 §7.1).
    Dpop,
}

impl TokenKind {
    /// The scheme of `Authorization`.
    pub fn scheme(self) -> &'static str {
        match self {
            Self::Bearer => "Bearer",
            Self::Dpop => "DPoP",
        }
    }

    /// `token_type` is compared without regard to case (RFC 6749 §5.1).
    pub(super) fn parse(text: &str) -> Option<Self> {
        [Self::Bearer, Self::Dpop]
            .into_iter()
            .find(|kind| kind.scheme().eq_ignore_ascii_case(text))
    }
}

/// The id of a patient. Prints nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct PatientContext(pub String);

impl std::fmt::Debug for PatientContext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PatientContext(..)")
    }
}

/// Why there are no tokens.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// The grant is revoked, expired or used up.
    #[error("the grant is no longer valid")]
    InvalidGrant,
    /// The portal asks for a step-up (draft-ietf-oauth-first-party-apps-04 §6.2). The session has not ended.
    #[error("the portal asks for more authorization")]
    InsufficientAuthorization {
        /// To be sent with the next challenge.
        auth_session: Option<Secret>,
    },
    /// Refused for another reason, such as `invalid_client`.
    #[error("the portal refused: {0}")]
    Refused(ErrorCode),
    /// The portal fails (5xx) or asks to wait (429). Says nothing about the session.
    #[error("the portal is not available")]
    Unavailable,
    /// Not an answer of a token endpoint: a web page, a damaged body, a token that cannot be used.
    #[error("the answer is not one of a token endpoint")]
    NotAnAnswer,
}

impl TokenError {
    /// Returns what to do after a failed refresh. An unusable response says nothing about the session.
    pub fn at_refresh(&self) -> Remedy {
        match self {
            Self::InvalidGrant => Remedy::Revoked,
            Self::InsufficientAuthorization { .. } => Remedy::StepUp,
            Self::Refused(code) => Remedy::at_refresh(code),
            Self::Unavailable | Self::NotAnAnswer => Remedy::Later,
        }
    }

    /// Returns what to do after a code was not redeemed. There is no session yet, so the sign-in starts again.
    pub fn at_sign_in(&self) -> Remedy {
        match self {
            Self::InvalidGrant => Remedy::NewSignIn { why: Why::Expired },
            Self::InsufficientAuthorization { .. } => Remedy::StepUp,
            Self::Refused(code) => Remedy::of(code),
            Self::Unavailable | Self::NotAnAnswer => Remedy::Later,
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Raw {
    error: Member<Text>,
    access_token: Member<Hidden>,
    token_type: Member<Text>,
    expires_in: Member<Number>,
    refresh_token: Member<Hidden>,
    scope: Member<Words>,
    patient: Member<Id>,
    id_token: Member<Hidden>,
    auth_session: Member<Hidden>,
}

/// An id, which some servers write as a number.
#[derive(Debug)]
struct Id;

impl Kind for Id {
    type Value = String;

    fn read(raw: &str) -> Option<Read<String>> {
        match serde_json::from_str::<u64>(raw) {
            Ok(number) => Some(Read::All(number.to_string())),
            Err(_) => Text::read(raw),
        }
    }
}

impl TokenResponse {
    /// Reads an answer of the token endpoint.
    pub fn parse(status: u16, body: &[u8]) -> Result<Self, TokenError> {
        if status == 429 || status >= 500 {
            return Err(TokenError::Unavailable);
        }
        let raw: Raw = json::read(body).map_err(|_| TokenError::NotAnAnswer)?;
        if let Some(code) = raw.error.get() {
            let code = ErrorCode::new(&code);
            return Err(match code.as_str() {
                "invalid_grant" => TokenError::InvalidGrant,
                "insufficient_authorization" => TokenError::InsufficientAuthorization {
                    auth_session: raw.auth_session.get(),
                },
                _ if Remedy::of(&code) == Remedy::Later => TokenError::Unavailable,
                _ => TokenError::Refused(code),
            });
        }
        if !(200..300).contains(&status) {
            return Err(TokenError::NotAnAnswer);
        }
        let access_token = raw
            .access_token
            .get()
            .filter(is_token)
            .ok_or(TokenError::NotAnAnswer)?;
        // §7.1: a client must not use a token whose type it does not understand.
        let kind = raw
            .token_type
            .get()
            .and_then(|kind| TokenKind::parse(&kind))
            .ok_or(TokenError::NotAnAnswer)?;
        // The patient decides whose record it is, so an id written as a number is accepted.
        let patient_is_wrong = raw.patient.is_wrong();
        let patient = raw.patient.get();
        let refresh_token = raw.refresh_token.get();
        let refresh_is_fine = refresh_token.as_ref().is_none_or(is_token);
        let patient_is_fine = !patient_is_wrong && patient.as_deref().is_none_or(is_id);
        if !refresh_is_fine || !patient_is_fine {
            return Err(TokenError::NotAnAnswer);
        }
        let scope = raw.scope.get().filter(|scopes| !scopes.is_empty());
        Ok(Self {
            access_token,
            kind,
            expires_in: raw.expires_in.get().map(|seconds| {
                // Casting saturates, and is bounded right after.
                Duration::from_secs(seconds as u64).min(limits::ACCESS_TOKEN_LIFE)
            }),
            refresh_token,
            scope: scope.map(|scopes| scopes.join(" ")),
            patient: patient.map(PatientContext),
            id_token: raw.id_token.get(),
            auth_session: raw.auth_session.get(),
        })
    }
}

/// Visible ASCII only: more than RFC 6750 §2.1 allows, but nothing that could end a header.
fn is_token(token: &Secret) -> bool {
    let token = token.expose();
    (1..=limits::TOKEN).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests;
