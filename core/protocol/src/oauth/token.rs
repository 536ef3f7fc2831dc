//! The token endpoint (RFC 6749 §4.1.3, §5, §6) and revocation (RFC 7009).
//!
//! The difference that matters is between a session that the portal has ended and a portal that
//! cannot be reached: `invalid_grant` seals the cache of a patient, a server that fails must not.
//! So a refusal is only what says so in JSON and is not a 5xx; everything else is
//! [`TokenError::Unavailable`] or [`TokenError::NotAnAnswer`].

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::{Code, ErrorCode, Form};
use crate::fhir::is_id;
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

/// What a grant gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenResponse {
    /// Goes into `Authorization`, after its kind; only characters that a header may carry.
    pub access_token: Secret,
    /// How the access token is used.
    pub kind: TokenKind,
    /// How long it lives: bounded by [`limits::ACCESS_TOKEN_LIFE`], and
    /// [`limits::ACCESS_TOKEN_LIFE_UNSAID`] if not said.
    pub expires_in: Duration,
    /// Absent when a refresh did not rotate: then the old one stays.
    pub refresh_token: Option<Secret>,
    /// Granted scopes; absent means as asked (§5.1).
    pub scope: Option<String>,
    /// The patient in context (SMART App Launch 2.2, launch context), a valid resource id.
    pub patient: Option<PatientContext>,
    /// Who signed in.
    pub id_token: Option<Secret>,
    /// To be kept for a later native challenge (draft-ietf-oauth-first-party-apps-04 §6.1).
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
    fn parse(text: &str) -> Option<Self> {
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
    /// The portal wants the person to prove more (draft-ietf-oauth-first-party-apps-04 §6.2): a
    /// step-up, not an end.
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

#[derive(Deserialize)]
struct Raw {
    error: Option<String>,
    access_token: Option<Secret>,
    token_type: Option<String>,
    expires_in: Option<Value>,
    refresh_token: Option<Secret>,
    scope: Option<String>,
    patient: Option<String>,
    id_token: Option<Secret>,
    auth_session: Option<Secret>,
}

impl TokenResponse {
    /// Reads an answer of the token endpoint.
    pub fn parse(status: u16, body: &[u8]) -> Result<Self, TokenError> {
        if status == 429 || status >= 500 {
            return Err(TokenError::Unavailable);
        }
        let raw = Some(body).filter(|body| limits::depth_is_fine(body));
        let raw: Raw = raw
            .and_then(|body| serde_json::from_slice(body).ok())
            .ok_or(TokenError::NotAnAnswer)?;
        if let Some(code) = raw.error {
            return Err(match code.as_str() {
                "invalid_grant" => TokenError::InvalidGrant,
                "insufficient_authorization" => TokenError::InsufficientAuthorization {
                    auth_session: raw.auth_session,
                },
                _ => TokenError::Refused(ErrorCode::new(&code)),
            });
        }
        if !(200..300).contains(&status) {
            return Err(TokenError::NotAnAnswer);
        }
        let access_token = raw
            .access_token
            .filter(is_token)
            .ok_or(TokenError::NotAnAnswer)?;
        // §7.1: a client must not use a token whose type it does not understand.
        let kind = raw
            .token_type
            .as_deref()
            .and_then(TokenKind::parse)
            .ok_or(TokenError::NotAnAnswer)?;
        let refresh_is_fine = raw.refresh_token.as_ref().is_none_or(is_token);
        let patient_is_fine = raw.patient.as_deref().is_none_or(is_id);
        if !refresh_is_fine || !patient_is_fine {
            return Err(TokenError::NotAnAnswer);
        }
        Ok(Self {
            access_token,
            kind,
            expires_in: life(raw.expires_in.as_ref()),
            refresh_token: raw.refresh_token,
            scope: raw.scope,
            patient: raw.patient.map(PatientContext),
            id_token: raw.id_token,
            auth_session: raw.auth_session,
        })
    }
}

/// Visible ASCII only: more than RFC 6750 §2.1 allows, but nothing that could end a header.
fn is_token(token: &Secret) -> bool {
    let token = token.expose();
    (1..=limits::TOKEN).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Seconds as a number; as a text, or with a fraction, from servers that were seen to do so.
fn life(said: Option<&Value>) -> Duration {
    let seconds = match said {
        Some(Value::Number(number)) => number.as_f64(),
        Some(Value::String(text)) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
            text.parse().ok()
        }
        _ => None,
    };
    match seconds {
        Some(seconds) if seconds >= 0.0 => {
            // Casting saturates, and is bounded right after.
            Duration::from_secs(seconds as u64).min(limits::ACCESS_TOKEN_LIFE)
        }
        _ => limits::ACCESS_TOKEN_LIFE_UNSAID,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn secret(text: &str) -> Secret {
        Secret::new(text.into())
    }

    #[test]
    fn requests_are_those_of_the_rfc() {
        let code = Code(secret("c&1"));
        assert_eq!(
            redeem_code(
                "app",
                &code,
                &secret("v"),
                Some("dev.pericard.app:/callback")
            )
            .as_str(),
            "grant_type=authorization_code&code=c%261&client_id=app&code_verifier=v\
             &redirect_uri=dev.pericard.app%3A%2Fcallback"
        );
        assert!(
            !redeem_code("app", &code, &secret("v"), None)
                .as_str()
                .contains("redirect_uri")
        );
        assert_eq!(
            refresh("app", &secret("r")).as_str(),
            "grant_type=refresh_token&refresh_token=r&client_id=app"
        );
        assert_eq!(
            revoke("app", &secret("r")).as_str(),
            "token=r&token_type_hint=refresh_token&client_id=app"
        );
    }

    #[test]
    fn a_full_answer_is_read_and_not_printed() {
        let body = br#"{"access_token":"canary-a","token_type":"bearer","expires_in":300,"refresh_token":"canary-r",
            "scope":"openid","patient":"canary-p","id_token":"canary-i","auth_session":"canary-s","smart_style_url":"x"}"#;
        let answer = TokenResponse::parse(200, body).unwrap();
        assert!(answer.access_token.matches("canary-a"));
        assert!(answer.refresh_token.as_ref().unwrap().matches("canary-r"));
        assert_eq!(answer.patient.as_ref().unwrap().0, "canary-p");
        assert_eq!(answer.expires_in.as_secs(), 300);
        assert!(!format!("{answer:?}").contains("canary"));
    }

    #[test]
    fn a_token_says_how_it_is_used() {
        let kind = |said: &str| {
            let body = format!(r#"{{"access_token":"a","token_type":"{said}"}}"#);
            TokenResponse::parse(200, body.as_bytes()).map(|answer| answer.kind)
        };
        assert_eq!(kind("Bearer"), Ok(TokenKind::Bearer));
        assert_eq!(kind("DPoP"), Ok(TokenKind::Dpop));
        assert_eq!(kind("dpop"), Ok(TokenKind::Dpop));
        assert_eq!(kind("N_A"), Err(TokenError::NotAnAnswer));
    }

    #[test]
    fn only_a_clear_refusal_is_one() {
        let parse = |status, body: &str| TokenResponse::parse(status, body.as_bytes()).unwrap_err();
        let invalid = r#"{"error":"invalid_grant","error_description":"canary"}"#;
        for status in [200, 400, 401, 403] {
            assert_eq!(parse(status, invalid), TokenError::InvalidGrant);
        }
        for status in [429, 500, 502, 503, 599] {
            assert_eq!(parse(status, invalid), TokenError::Unavailable);
        }
        assert_eq!(
            parse(
                403,
                r#"{"error":"insufficient_authorization","auth_session":"s","otp_required":true}"#
            ),
            TokenError::InsufficientAuthorization {
                auth_session: Some(secret("s"))
            }
        );
        assert_eq!(
            parse(401, r#"{"error":"invalid_client"}"#),
            TokenError::Refused(ErrorCode::new("invalid_client"))
        );
        for (status, body) in [
            (200, "<html>invalid_grant</html>"),
            (200, ""),
            (200, "{}"),
            (200, r#"{"access_token":"","token_type":"Bearer"}"#),
            (200, r#"{"access_token":"a b","token_type":"Bearer"}"#),
            (200, r#"{"access_token":"a\r\nX: y","token_type":"Bearer"}"#),
            (200, r#"{"access_token":"a"}"#),
            (200, r#"{"access_token":"a","token_type":"mac"}"#),
            (
                200,
                r#"{"access_token":"a","token_type":"Bearer","patient":"../x"}"#,
            ),
            (
                200,
                r#"{"access_token":"a","token_type":"Bearer","refresh_token":""}"#,
            ),
            (302, r#"{"access_token":"a","token_type":"Bearer"}"#),
            (400, r#"{"access_token":"a","token_type":"Bearer"}"#),
            (400, r#"{"error":7}"#),
            (404, "not found"),
        ] {
            assert_eq!(parse(status, body), TokenError::NotAnAnswer, "{body}");
        }
        let long = format!(
            r#"{{"access_token":"{}","token_type":"Bearer"}}"#,
            "x".repeat(limits::TOKEN + 1)
        );
        assert_eq!(parse(200, &long), TokenError::NotAnAnswer);
    }

    #[test]
    fn a_life_is_bounded() {
        let life = |said: &str| {
            let body = format!(r#"{{"access_token":"a","token_type":"Bearer"{said}}}"#);
            TokenResponse::parse(200, body.as_bytes())
                .unwrap()
                .expires_in
                .as_secs()
        };
        assert_eq!(life(r#","expires_in":3600"#), 3600);
        assert_eq!(life(r#","expires_in":"3600""#), 3600);
        assert_eq!(life(r#","expires_in":3599.9"#), 3599);
        assert_eq!(life(r#","expires_in":0"#), 0);
        assert_eq!(life(r#","expires_in":1e300"#), 86_400);
        for unsaid in [
            "",
            r#","expires_in":null"#,
            r#","expires_in":-5"#,
            r#","expires_in":"soon""#,
            r#","expires_in":[]"#,
        ] {
            assert_eq!(life(unsaid), 300, "{unsaid}");
        }
    }

    proptest! {
        #[test]
        fn no_answer_of_a_failing_server_ends_a_session(status in 500_u16..600, body in ".*") {
            prop_assert_eq!(TokenResponse::parse(status, body.as_bytes()), Err(TokenError::Unavailable));
        }

        #[test]
        fn no_body_makes_parsing_fail_loudly(status: u16, body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = TokenResponse::parse(status, &body);
        }
    }
}
