//! Signing in on the app's own screens: OAuth 2.0 for First-Party Applications
//! (draft-ietf-oauth-first-party-apps-04).
//!
//! The draft gives the frame: one endpoint, an `auth_session` that ties the requests together and
//! is sent on each, an `authorization_code` in the end, and `error` to dispatch on. It leaves to
//! each server what to ask for (§5.2.2). Pericard documents its choice so that a portal can adopt
//! it:
//!
//! | member of `insufficient_authorization` | meaning |
//! |---|---|
//! | `password_required: true` | `username` and `password` are wanted |
//! | `otp_required: true` | `otp` is wanted, the draft's own example (§6.2) |
//! | `attempts_left: n` | so many more wrong ones are tolerated |
//! | `rejected: "password"` or `"otp"` | what was just sent was wrong |
//!
//! `too_many_attempts` with `retry_after` (or the header field `Retry-After`) says when to try
//! again. A server that has no `rejected` is understood as well: asking once more for what was just
//! sent means that it was wrong.
//!
//! The status decides nothing where the body has an `error` (RFC 6749 answers 400 for most, servers
//! differ). Only a body that is not JSON is judged by it.

use std::time::Duration;

use serde::Deserialize;
use url::form_urlencoded::byte_serialize;

use super::pkce::Pkce;
use super::{Code, ErrorCode, Form};
use crate::limits;
use crate::place::Base;
use crate::secret::Secret;
use crate::totp;

/// The first request: who asks, for what, with which proof.
#[derive(Debug, Clone, Copy)]
pub struct Start<'a> {
    /// The client as registered.
    pub client_id: &'a str,
    /// Separated by spaces, from [`super::authorize::scopes`].
    pub scope: &'a str,
    /// Ties the code to this sign-in. Sent at once, so that the server may hand over to the browser (§5.2.2.1.1).
    pub pkce: &'a Pkce,
    /// Ties the `id_token` to this sign-in.
    pub nonce: &'a Secret,
    /// The FHIR base, as `aud`.
    pub base: &'a Base,
    /// From an earlier sign-in of this device, if there is one (§5.3.1).
    pub auth_session: Option<&'a Secret>,
}

impl Start<'_> {
    /// The body of the first request.
    pub fn form(&self) -> Form {
        let pairs = [
            ("client_id", self.client_id),
            ("response_type", "code"),
            ("scope", self.scope),
            ("code_challenge", &self.pkce.challenge),
            ("code_challenge_method", "S256"),
            ("nonce", self.nonce.expose()),
            ("aud", self.base.as_str()),
        ];
        let session = self
            .auth_session
            .map(|session| ("auth_session", session.expose()));
        Form::new(pairs.into_iter().chain(session))
    }
}

/// The body that answers with user name and password. The password is octets, as the person's
/// keyboard gave them.
pub fn send_password(
    client_id: &str,
    auth_session: Option<&Secret>,
    user: &str,
    password: &[u8],
) -> Form {
    let head = Form::new(
        [("client_id", client_id)]
            .into_iter()
            .chain(auth_session.map(|session| ("auth_session", session.expose())))
            .chain([("username", user)]),
    );
    // Encoded octet by octet: there must be no second copy of it as text.
    let mut body = String::with_capacity(head.as_str().len() + 3 * password.len() + 16);
    body.push_str(head.as_str());
    body.push_str("&password=");
    body.extend(byte_serialize(password));
    Form(Secret::new(body))
}

/// The body that answers with a code of the second factor.
pub fn send_code(client_id: &str, auth_session: Option<&Secret>, code: &totp::Code) -> Form {
    Form::new(
        [("client_id", client_id)]
            .into_iter()
            .chain(auth_session.map(|session| ("auth_session", session.expose())))
            .chain([("otp", code.digits())]),
    )
}

/// What was just sent; needed to tell a first question from a repeated one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// [`Start`].
    Start,
    /// [`send_password`].
    Password,
    /// [`send_code`].
    Code,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChallengeAnswer {
    /// Redeem it.
    Code {
        /// The authorization code.
        code: Code,
        /// To be kept for a later sign-in (§5.3.1).
        auth_session: Option<Secret>,
    },
    /// Ask the person.
    Needs(Needs),
    /// The password was wrong; ask again.
    WrongPassword(Needs),
    /// The code was wrong or used before; ask again.
    WrongCode(Needs),
    /// Too many wrong ones; wait, then ask again.
    Wait {
        /// How long, bounded by [`limits::RETRY_AFTER`].
        retry_after: Duration,
        /// What to ask then.
        needs: Needs,
    },
    /// This sign-in is over on the server; start anew (`invalid_session`).
    SessionGone,
    /// Go on in the browser (§5.2.2.1.1). Also when the server wants something that the app has no
    /// screen for.
    RedirectToWeb {
        /// A pushed authorization request to open (RFC 9126 §4). Without it: start a browser
        /// sign-in.
        request_uri: Option<Secret>,
        /// How long that one lives.
        expires_in: Option<Duration>,
    },
    /// Refused; asking again will not help.
    Refused {
        /// The server's reason.
        code: ErrorCode,
    },
}

/// What the server wants.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// To be sent on the next request. If absent, the one sent before stays (§5.3.1).
    pub auth_session: Option<Secret>,
    /// User name and password.
    pub password: bool,
    /// A code of the second factor.
    pub otp: bool,
    /// How many wrong ones are still tolerated, if said.
    pub attempts_left: Option<u32>,
}

/// Why an answer says nothing about the sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChallengeError {
    /// The server fails (5xx).
    #[error("the portal is not available")]
    Unavailable,
    /// Not an answer of a challenge endpoint.
    #[error("the answer is not one of a challenge endpoint")]
    NotAnAnswer,
}

#[derive(Deserialize)]
struct Raw {
    error: Option<String>,
    authorization_code: Option<Secret>,
    auth_session: Option<Secret>,
    #[serde(default)]
    password_required: bool,
    #[serde(default)]
    otp_required: bool,
    attempts_left: Option<u32>,
    rejected: Option<String>,
    retry_after: Option<u64>,
    request_uri: Option<Secret>,
    expires_in: Option<u64>,
}

impl ChallengeAnswer {
    /// Reads an answer. `retry_after` is the header field, read by [`crate::retry_after::parse`].
    pub fn parse(
        status: u16,
        retry_after: Option<Duration>,
        body: &[u8],
        sent: Sent,
    ) -> Result<Self, ChallengeError> {
        let raw = Some(body).filter(|body| limits::depth_is_fine(body));
        let Some(raw) = raw.and_then(|body| serde_json::from_slice::<Raw>(body).ok()) else {
            return without_body(status, retry_after, sent);
        };
        let Some(error) = raw.error.as_deref() else {
            let code = raw
                .authorization_code
                .filter(|code| !code.expose().is_empty());
            return match code {
                Some(code) => Ok(Self::Code {
                    code: Code(code),
                    auth_session: raw.auth_session,
                }),
                None => without_body(status, retry_after, sent),
            };
        };
        Ok(match error {
            "insufficient_authorization" => insufficient(raw, sent),
            "too_many_attempts" => {
                let said = raw.retry_after.map(Duration::from_secs);
                let wait = said.or(retry_after).unwrap_or(limits::RETRY_AFTER_UNSAID);
                Self::Wait {
                    retry_after: wait.min(limits::RETRY_AFTER),
                    needs: raw.needs(sent),
                }
            }
            "invalid_session" => Self::SessionGone,
            "redirect_to_web" => Self::RedirectToWeb {
                request_uri: raw.request_uri,
                expires_in: raw.expires_in.map(Duration::from_secs),
            },
            _ => Self::Refused {
                code: ErrorCode::new(error),
            },
        })
    }
}

fn insufficient(raw: Raw, sent: Sent) -> ChallengeAnswer {
    let rejected = match raw.rejected.as_deref() {
        Some("password") => Some(Sent::Password),
        Some("otp") => Some(Sent::Code),
        Some(_) => None,
        None if sent == Sent::Password && raw.password_required => Some(Sent::Password),
        None if sent == Sent::Code && raw.otp_required => Some(Sent::Code),
        None => None,
    };
    // Only the frame of the draft: at the start that asks for a password; later it asks for
    // something unknown here.
    let says_nothing = !raw.password_required && !raw.otp_required;
    if says_nothing && rejected.is_none() && sent != Sent::Start {
        return ChallengeAnswer::RedirectToWeb {
            request_uri: None,
            expires_in: None,
        };
    }
    match rejected {
        Some(Sent::Password) => ChallengeAnswer::WrongPassword(raw.needs(Sent::Password)),
        Some(Sent::Code) => ChallengeAnswer::WrongCode(raw.needs(Sent::Code)),
        _ => ChallengeAnswer::Needs(raw.needs(sent)),
    }
}

impl Raw {
    /// What is wanted; if not said, what was wanted before.
    fn needs(self, before: Sent) -> Needs {
        let says_nothing = !self.password_required && !self.otp_required;
        Needs {
            auth_session: self.auth_session,
            password: self.password_required || (says_nothing && before != Sent::Code),
            otp: self.otp_required || (says_nothing && before == Sent::Code),
            attempts_left: self.attempts_left,
        }
    }
}

fn without_body(
    status: u16,
    retry_after: Option<Duration>,
    sent: Sent,
) -> Result<ChallengeAnswer, ChallengeError> {
    match status {
        429 => Ok(ChallengeAnswer::Wait {
            retry_after: retry_after
                .unwrap_or(limits::RETRY_AFTER_UNSAID)
                .min(limits::RETRY_AFTER),
            needs: Needs {
                password: sent != Sent::Code,
                otp: sent == Sent::Code,
                ..Needs::default()
            },
        }),
        500.. => Err(ChallengeError::Unavailable),
        _ => Err(ChallengeError::NotAnAnswer),
    }
}

#[cfg(test)]
mod tests;
