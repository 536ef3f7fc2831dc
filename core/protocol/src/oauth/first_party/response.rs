//! Reads the responses of the challenge endpoint.

use std::time::Duration;

use serde::Deserialize;

use super::Sent;
use crate::json::{self, Count, Flag, Hidden, Member, Number, Text, Texts};
use crate::limits;
use crate::oauth::{Code, ErrorCode};
use crate::otpauth::OtpAuth;
use crate::recovery_code;
use crate::secret::Secret;

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChallengeResponse {
    /// Redeem it.
    Code {
        /// The authorization code.
        code: Code,
        /// For a later sign-in (§5.3.1).
        auth_session: Option<Secret>,
        /// New recovery codes, to be shown once: a second factor was just set up.
        recovery_codes: Vec<Secret>,
        /// How many recovery codes are left: one was just used.
        recovery_codes_left: Option<u32>,
    },
    /// Ask the person.
    Needs(Needs),
    /// The password was wrong; ask again.
    WrongPassword(Needs),
    /// The code, or the recovery code, was wrong or used before; ask again.
    WrongCode(Needs),
    /// Too many wrong attempts; wait, then ask again.
    Wait {
        /// How long, bounded by [`limits::RETRY_AFTER`].
        retry_after: Duration,
        /// What to ask then.
        needs: Needs,
    },
    /// The server no longer knows this sign-in; start again (`invalid_session`).
    SessionGone,
    /// Continue in the browser (§5.2.2.1.1), also if the server asks for something that the app has no screen for.
    RedirectToWeb {
        /// A pushed authorization request to open (RFC 9126 §4). If absent, start a browser sign-in.
        request_uri: Option<Secret>,
        /// How long it is valid.
        expires_in: Option<Duration>,
    },
    /// Refused; asking again will not help.
    Refused {
        /// The server's reason.
        code: ErrorCode,
    },
}

/// What the server asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// To be sent on the next request. If absent, the one sent before stays (§5.3.1).
    pub auth_session: Option<Secret>,
    /// User name and password.
    pub password: bool,
    /// A code of the second factor.
    pub otp: bool,
    /// A recovery code is accepted instead.
    pub recovery_code: bool,
    /// The person must set up a second factor first: the `otpauth://` URI of the new secret, which [`OtpAuth::parse`]
    /// accepts. `otp` is set too, and a code of this secret confirms it.
    pub enrolment: Option<Secret>,
    /// How many attempts are left, if the server says so.
    pub attempts_left: Option<u32>,
}

/// Why a response says nothing about the sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChallengeError {
    /// The server fails (5xx).
    #[error("the portal is not available")]
    Unavailable,
    /// Not an answer of a challenge endpoint.
    #[error("the answer is not one of a challenge endpoint")]
    NotAnAnswer,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Said {
    error: Member<Text>,
    authorization_code: Member<Hidden>,
    auth_session: Member<Hidden>,
    password_required: Member<Flag>,
    otp_required: Member<Flag>,
    recovery_code_accepted: Member<Flag>,
    totp_enrolment_required: Member<Flag>,
    otpauth: Member<Hidden>,
    recovery_codes: Member<Texts>,
    recovery_codes_left: Member<Count>,
    attempts_left: Member<Count>,
    rejected: Member<Text>,
    retry_after: Member<Number>,
    request_uri: Member<Hidden>,
    expires_in: Member<Number>,
}

struct Raw {
    error: Option<String>,
    authorization_code: Option<Secret>,
    auth_session: Option<Secret>,
    password_required: bool,
    otp_required: bool,
    recovery_code_accepted: bool,
    totp_enrolment_required: bool,
    otpauth: Option<Secret>,
    recovery_codes: Vec<Secret>,
    recovery_codes_left: Option<u32>,
    attempts_left: Option<u32>,
    rejected: Option<String>,
    retry_after: Option<Duration>,
    request_uri: Option<Secret>,
    expires_in: Option<Duration>,
}

impl From<Said> for Raw {
    fn from(said: Said) -> Self {
        let flag = |said: Member<Flag>| said.get().unwrap_or_default();
        // Casting saturates, and whoever waits for it bounds it.
        let life = |said: Member<Number>| said.get().map(|s| Duration::from_secs(s as u64));
        Self {
            error: said.error.get(),
            authorization_code: said.authorization_code.get(),
            auth_session: said.auth_session.get(),
            password_required: flag(said.password_required),
            otp_required: flag(said.otp_required),
            recovery_code_accepted: flag(said.recovery_code_accepted),
            totp_enrolment_required: flag(said.totp_enrolment_required),
            otpauth: said.otpauth.get(),
            recovery_codes: said.recovery_codes.get().unwrap_or_default(),
            recovery_codes_left: said.recovery_codes_left.get(),
            attempts_left: said.attempts_left.get(),
            rejected: said.rejected.get(),
            retry_after: life(said.retry_after),
            request_uri: said.request_uri.get(),
            expires_in: life(said.expires_in),
        }
    }
}

impl ChallengeResponse {
    /// Reads an answer. `retry_after` is the header field, read by [`crate::retry_after::parse`].
    pub fn parse(
        status: u16,
        retry_after: Option<Duration>,
        body: &[u8],
        sent: Sent,
    ) -> Result<Self, ChallengeError> {
        let Ok(said) = json::read::<Said>(body) else {
            return without_body(status, retry_after, sent);
        };
        let raw = Raw::from(said);
        let Some(error) = raw.error.as_deref() else {
            return match raw.authorization_code {
                Some(code) => Ok(Self::Code {
                    code: Code(code),
                    auth_session: raw.auth_session,
                    recovery_codes: recovery_code::shown(raw.recovery_codes),
                    recovery_codes_left: raw.recovery_codes_left,
                }),
                None => without_body(status, retry_after, sent),
            };
        };
        Ok(match error {
            "insufficient_authorization" => insufficient(raw, sent),
            "too_many_attempts" => {
                let wait = raw.retry_after.or(retry_after);
                let wait = wait.unwrap_or(limits::RETRY_AFTER_UNSAID);
                Self::Wait {
                    retry_after: wait.min(limits::RETRY_AFTER),
                    needs: raw.needs(sent),
                }
            }
            "invalid_session" => Self::SessionGone,
            "redirect_to_web" => Self::RedirectToWeb {
                request_uri: raw.request_uri,
                expires_in: raw.expires_in,
            },
            _ => Self::Refused {
                code: ErrorCode::new(error),
            },
        })
    }
}

fn insufficient(raw: Raw, sent: Sent) -> ChallengeResponse {
    let rejected = match raw.rejected.as_deref() {
        Some("password") => Some(Sent::Password),
        Some("otp") => Some(Sent::Code),
        Some("recovery_code") => Some(Sent::RecoveryCode),
        Some(_) => None,
        None => Some(sent).filter(|sent| raw.asks_again(*sent)),
    };
    // No known member: at the start this asks for a password, later for something unknown.
    let is_unknown = raw.says_nothing() && rejected.is_none() && sent != Sent::Start;
    if is_unknown || raw.totp_enrolment_required && !raw.can_enrol() {
        return ChallengeResponse::RedirectToWeb {
            request_uri: None,
            expires_in: None,
        };
    }
    match rejected {
        Some(what @ Sent::Password) => ChallengeResponse::WrongPassword(raw.needs(what)),
        Some(what @ (Sent::Code | Sent::RecoveryCode)) => {
            ChallengeResponse::WrongCode(raw.needs(what))
        }
        _ => ChallengeResponse::Needs(raw.needs(sent)),
    }
}

impl Raw {
    fn says_nothing(&self) -> bool {
        !self.password_required && !self.wants_code() && !self.recovery_code_accepted
    }

    fn wants_code(&self) -> bool {
        self.otp_required || self.totp_enrolment_required
    }

    fn asks_again(&self, sent: Sent) -> bool {
        match sent {
            Sent::Start => false,
            Sent::Password => self.password_required,
            Sent::Code => self.wants_code(),
            Sent::RecoveryCode => self.wants_code() || self.recovery_code_accepted,
        }
    }

    fn can_enrol(&self) -> bool {
        self.otpauth
            .as_ref()
            .is_some_and(|uri| OtpAuth::parse(uri.expose()).is_ok())
    }

    /// Returns what the server asks for; if it does not say, what it asked for before.
    fn needs(self, before: Sent) -> Needs {
        if self.says_nothing() {
            return Needs {
                auth_session: self.auth_session,
                attempts_left: self.attempts_left,
                ..Needs::again(before)
            };
        }
        let enrols = self.totp_enrolment_required && self.can_enrol();
        Needs {
            password: self.password_required,
            otp: self.wants_code(),
            recovery_code: self.recovery_code_accepted,
            auth_session: self.auth_session,
            enrolment: self.otpauth.filter(|_| enrols),
            attempts_left: self.attempts_left,
        }
    }
}

impl Needs {
    /// Returns what was asked for before.
    fn again(before: Sent) -> Self {
        let of_factor = matches!(before, Sent::Code | Sent::RecoveryCode);
        Self {
            password: !of_factor,
            otp: of_factor,
            recovery_code: before == Sent::RecoveryCode,
            ..Self::default()
        }
    }
}

fn without_body(
    status: u16,
    retry_after: Option<Duration>,
    sent: Sent,
) -> Result<ChallengeResponse, ChallengeError> {
    match status {
        429 => Ok(ChallengeResponse::Wait {
            retry_after: retry_after
                .unwrap_or(limits::RETRY_AFTER_UNSAID)
                .min(limits::RETRY_AFTER),
            needs: Needs::again(sent),
        }),
        500.. => Err(ChallengeError::Unavailable),
        _ => Err(ChallengeError::NotAnAnswer),
    }
}
