//! Enrolling, replacing and removing a second factor, through Pericard's own optional endpoints under `totp_endpoint` of
//! the SMART configuration.
//!
//! | request | answer |
//! |---|---|
//! | `GET` | 200, a [`Status`] |
//! | `POST` | 201, an [`Enrolment`]: a new secret, which takes effect once confirmed |
//! | `POST …/confirm` with [`confirm_json`] | 200, [`RecoveryCodes`] |
//! | `POST …/recovery-codes` | 200, [`RecoveryCodes`], which replace all earlier ones |
//! | `POST …/disable` | 204 |
//!
//! Each request carries the access token. A `POST` requires recent authentication; otherwise the response asks for a
//! step-up ([`crate::oauth::bearer`]). Every other refusal is a [`TwoFactorError`]. Secrets and codes are cleared when
//! dropped and never printed.

use std::time::Duration;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use url::Url;

use crate::json::{self, Count, Flag, Hidden, Member, Number, Text, Texts};
use crate::limits;
use crate::oauth::ErrorCode;
use crate::otpauth::{OtpAuth, OtpAuthError};
use crate::recovery_code;
use crate::secret::Secret;
use crate::totp::Code;

/// An action below the endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Confirms an [`Enrolment`].
    Confirm,
    /// Makes new recovery codes.
    RecoveryCodes,
    /// Removes the second factor and its recovery codes.
    Disable,
}

impl Action {
    /// Returns the URL of the action. A query of the endpoint stays.
    pub fn url(self, endpoint: &Url) -> Url {
        let mut url = endpoint.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push(match self {
                Self::Confirm => "confirm",
                Self::RecoveryCodes => "recovery-codes",
                Self::Disable => "disable",
            });
        }
        url
    }
}

/// Whether a second factor is enrolled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    /// A code is asked for at sign-in.
    pub enrolled: bool,
    /// How many recovery codes are left, if said.
    pub recovery_codes_left: Option<u32>,
}

impl Status {
    /// Reads the answer to `GET`.
    pub fn parse(body: &[u8]) -> Result<Self, TwoFactorError> {
        #[derive(Deserialize, Default)]
        #[serde(default)]
        struct Raw {
            enrolled: Member<Flag>,
            recovery_codes_left: Member<Count>,
        }
        let raw: Raw = read(body)?;
        Ok(Self {
            enrolled: raw.enrolled.get().ok_or(TwoFactorError::NotAnAnswer)?,
            recovery_codes_left: raw.recovery_codes_left.get(),
        })
    }
}

/// A new secret that is not confirmed yet. Until then the account stays as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// The id to confirm it with.
    pub enrolment: Secret,
    /// The URI as sent, for an authenticator app or a QR code.
    pub uri: Secret,
    /// The parsed URI.
    pub otpauth: OtpAuth,
}

impl Enrolment {
    /// Reads the answer to `POST`.
    pub fn parse(body: &[u8]) -> Result<Self, TwoFactorError> {
        #[derive(Deserialize, Default)]
        #[serde(default)]
        struct Raw {
            enrolment: Member<Hidden>,
            otpauth: Member<Hidden>,
        }
        let raw: Raw = read(body)?;
        let both = raw.enrolment.get().zip(raw.otpauth.get());
        let (enrolment, otpauth) = both.ok_or(TwoFactorError::NotAnAnswer)?;
        if !(1..=limits::TOKEN).contains(&enrolment.expose().len()) {
            return Err(TwoFactorError::NotAnAnswer);
        }
        Ok(Self {
            enrolment,
            otpauth: OtpAuth::parse(otpauth.expose())?,
            uri: otpauth,
        })
    }
}

/// New recovery codes, to be shown once, unchanged. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoveryCodes(pub Vec<Secret>);

impl RecoveryCodes {
    /// Reads the response of `…/confirm` and `…/recovery-codes`. Codes that could never be used are left out.
    pub fn parse(body: &[u8]) -> Result<Self, TwoFactorError> {
        #[derive(Deserialize, Default)]
        #[serde(default)]
        struct Raw {
            recovery_codes: Member<Texts>,
        }
        let codes = read::<Raw>(body)?.recovery_codes.get();
        let codes = recovery_code::shown(codes.unwrap_or_default());
        if codes.is_empty() {
            return Err(TwoFactorError::NotAnAnswer);
        }
        Ok(Self(codes))
    }
}

/// The body of `…/confirm`, as `application/json`.
pub fn confirm_json(enrolment: &Secret, code: &Code) -> Secret {
    #[derive(Serialize)]
    struct Confirm<'a> {
        enrolment: &'a str,
        code: &'a str,
    }
    let body = Confirm {
        enrolment: enrolment.expose(),
        code: code.digits(),
    };
    // Room for everything at once, so that growing leaves no copies behind: an octet becomes six at
    // most.
    let mut json = Vec::with_capacity(6 * enrolment.expose().len() + 64);
    // Texts cannot fail to be written, and JSON is UTF-8.
    let _ = serde_json::to_writer(&mut json, &body);
    Secret::new(String::from_utf8(json).unwrap_or_default())
}

/// Why an action failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TwoFactorError {
    /// The code was wrong or used before; ask again.
    #[error("the code is wrong")]
    WrongCode {
        /// How many attempts are left, if the portal says so.
        attempts_left: Option<u32>,
    },
    /// The enrolment is unknown or has expired: start again.
    #[error("there is no such enrolment")]
    NoEnrolment,
    /// There is no second factor to remove or make codes for.
    #[error("no second factor is set up")]
    NotEnrolled,
    /// Too many wrong codes.
    #[error("too many wrong codes")]
    Wait {
        /// How long, bounded by [`limits::RETRY_AFTER`].
        retry_after: Duration,
    },
    /// Refused for another reason.
    #[error("the portal refused: {0}")]
    Refused(ErrorCode),
    /// The portal gave a secret that cannot be used.
    #[error("the new secret cannot be used: {0}")]
    Unusable(#[from] OtpAuthError),
    /// The portal fails (5xx).
    #[error("the portal is not available")]
    Unavailable,
    /// Not an answer of this endpoint.
    #[error("the answer is not one of a second factor endpoint")]
    NotAnAnswer,
}

impl TwoFactorError {
    /// Reads an answer whose status is not a success. `retry_after` is the header field, read by
    /// [`crate::retry_after::parse`]. A 401 is read as a challenge before.
    pub fn of(status: u16, retry_after: Option<Duration>, body: &[u8]) -> Self {
        #[derive(Deserialize, Default)]
        #[serde(default)]
        struct Raw {
            error: Member<Text>,
            attempts_left: Member<Count>,
            retry_after: Member<Number>,
        }
        let wait = |said: Option<f64>| {
            // Casting saturates, and is bounded right after.
            let said = said.map(|seconds| Duration::from_secs(seconds as u64));
            let wait = said.or(retry_after);
            Self::Wait {
                retry_after: wait
                    .unwrap_or(limits::RETRY_AFTER_UNSAID)
                    .min(limits::RETRY_AFTER),
            }
        };
        let raw = read::<Raw>(body).ok();
        let error = raw.and_then(|mut raw| {
            let error = std::mem::take(&mut raw.error).get()?;
            Some((error, raw))
        });
        match error {
            Some((error, raw)) => match error.as_str() {
                "wrong_code" => Self::WrongCode {
                    attempts_left: raw.attempts_left.get(),
                },
                "no_enrolment" => Self::NoEnrolment,
                "not_enrolled" => Self::NotEnrolled,
                "too_many_attempts" => wait(raw.retry_after.get()),
                _ if status >= 500 => Self::Unavailable,
                code => Self::Refused(ErrorCode::new(code)),
            },
            None if status == 429 => wait(None),
            None if status >= 500 => Self::Unavailable,
            None => Self::NotAnAnswer,
        }
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, TwoFactorError> {
    json::read(body).map_err(|_| TwoFactorError::NotAnAnswer)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_answer_is_read_and_not_printed() {
        let status = Status::parse(br#"{"enrolled":true,"recovery_codes_left":7}"#);
        let seven = Status {
            enrolled: true,
            recovery_codes_left: Some(7),
        };
        assert_eq!(status, Ok(seven));
        assert!(!Status::parse(br#"{"enrolled":false}"#).unwrap().enrolled);
        let enrolment = Enrolment::parse(
            br#"{"enrolment":"canary-e","otpauth":"otpauth://totp/Portal:ana?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&digits=8"}"#,
        )
        .unwrap();
        assert!(enrolment.enrolment.matches("canary-e"));
        assert_eq!(enrolment.otpauth.totp.digits(), 8);
        assert!(enrolment.uri.expose().starts_with("otpauth://"));
        let codes = RecoveryCodes::parse(br#"{"recovery_codes":["abcd-efgh","x"]}"#).unwrap();
        assert_eq!(codes.0, [Secret::new("abcd-efgh".into())]);
        assert_eq!(
            format!("{enrolment:?} {codes:?}"),
            "Enrolment { enrolment: Secret(..), uri: Secret(..), otpauth: OtpAuth(..) } RecoveryCodes([Secret(..)])"
        );
    }

    #[test]
    fn an_odd_member_costs_itself() {
        for left in ["null", "\"\"", "{}", "-1", "[7]"] {
            let body = format!(r#"{{"enrolled":"true","recovery_codes_left":{left}}}"#);
            let status = Status::parse(body.as_bytes()).unwrap();
            assert!(
                status.enrolled && status.recovery_codes_left.is_none(),
                "{left}"
            );
        }
        let refusal = br#"{"error":"wrong_code","attempts_left":null,"retry_after":{}}"#;
        let wrong = TwoFactorError::WrongCode {
            attempts_left: None,
        };
        assert_eq!(TwoFactorError::of(400, None, refusal), wrong);
        let codes = br#"{"recovery_codes":[7,"abcd-efgh",null]}"#;
        assert_eq!(RecoveryCodes::parse(codes).unwrap().0.len(), 1);
        assert!(Status::parse(b"\xef\xbb\xbf{\"enrolled\":false}").is_ok());
    }

    #[test]
    fn a_secret_that_cannot_be_used_is_refused_before_it_is_shown() {
        let body = br#"{"enrolment":"e","otpauth":"otpauth://totp/ana?secret=GEZDGNBV&digits=9"}"#;
        assert_eq!(
            Enrolment::parse(body),
            Err(TwoFactorError::Unusable(OtpAuthError::Digits))
        );
    }

    #[test]
    fn what_is_no_answer_is_said_to_be_none() {
        for body in [
            "",
            "[]",
            "[true,1]",
            "{}",
            r#"{"enrolled":1}"#,
            "<html>",
            r#"{"recovery_codes":[]}"#,
            r#"{"recovery_codes":["x"]}"#,
            r#"{"enrolment":"","otpauth":"otpauth://totp/ana?secret=GEZDGNBV"}"#,
        ] {
            let body = body.as_bytes();
            assert_eq!(Status::parse(body), Err(TwoFactorError::NotAnAnswer));
            assert_eq!(Enrolment::parse(body), Err(TwoFactorError::NotAnAnswer));
            assert_eq!(RecoveryCodes::parse(body), Err(TwoFactorError::NotAnAnswer));
        }
    }

    #[test]
    fn refusals_say_what_to_do() {
        use TwoFactorError as E;
        let of = |status, header: Option<u64>, body: &str| {
            E::of(status, header.map(Duration::from_secs), body.as_bytes())
        };
        let wait = |seconds| E::Wait {
            retry_after: Duration::from_secs(seconds),
        };
        assert_eq!(
            of(400, None, r#"{"error":"wrong_code","attempts_left":4}"#),
            E::WrongCode {
                attempts_left: Some(4)
            }
        );
        assert_eq!(of(404, None, r#"{"error":"no_enrolment"}"#), E::NoEnrolment);
        assert_eq!(of(404, None, r#"{"error":"not_enrolled"}"#), E::NotEnrolled);
        let too_many = r#"{"error":"too_many_attempts","retry_after":30}"#;
        assert_eq!(of(429, Some(9), too_many), wait(30));
        assert_eq!(
            of(429, Some(9), r#"{"error":"too_many_attempts"}"#),
            wait(9)
        );
        assert_eq!(of(429, None, "slow down"), wait(60));
        let endless = r#"{"error":"too_many_attempts","retry_after":18446744073709551615}"#;
        assert_eq!(of(429, None, endless), wait(86_400));
        assert_eq!(
            of(403, None, r#"{"error":"insufficient_scope"}"#),
            E::Refused(ErrorCode::new("insufficient_scope"))
        );
        assert_eq!(of(503, None, r#"{"error":"oops"}"#), E::Unavailable);
        assert_eq!(of(502, None, "<html>"), E::Unavailable);
        assert_eq!(of(404, None, "<html>"), E::NotAnAnswer);
    }

    #[test]
    fn a_code_confirms() {
        let code = Code::normalize("123 456").unwrap();
        let json = confirm_json(&Secret::new("a\"b\u{1}".into()), &code);
        assert_eq!(
            json.expose(),
            r#"{"enrolment":"a\"b\u0001","code":"123456"}"#
        );
        assert_eq!(format!("{json:?}"), "Secret(..)");
    }

    #[test]
    fn actions_lie_below_the_endpoint() {
        let url = |action: Action, endpoint: &str| {
            String::from(action.url(&Url::parse(endpoint).unwrap()))
        };
        let endpoint = "https://portal.example/fhir/account/totp";
        assert_eq!(
            url(Action::Confirm, endpoint),
            format!("{endpoint}/confirm")
        );
        assert_eq!(
            url(Action::Disable, "https://portal.example/totp/?tenant=7"),
            "https://portal.example/totp/disable?tenant=7"
        );
        assert_eq!(
            url(Action::RecoveryCodes, endpoint),
            format!("{endpoint}/recovery-codes")
        );
    }

    proptest! {
        #[test]
        fn no_body_makes_parsing_fail_loudly(status: u16, body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = (Status::parse(&body), Enrolment::parse(&body), RecoveryCodes::parse(&body));
            let _ = TwoFactorError::of(status, None, &body);
        }

        #[test]
        fn any_enrolment_is_sent_as_it_came(enrolment in ".{1,40}") {
            let json = confirm_json(&Secret::new(enrolment.clone()), &Code::normalize("123456").unwrap());
            let read: serde_json::Value = serde_json::from_str(json.expose()).unwrap();
            prop_assert_eq!(read["enrolment"].as_str(), Some(enrolment.as_str()));
        }
    }
}
