//! The second factor of an account: enrolling, recovery codes, removing.
//!
//! Uses: `accounts`
//!
//! The portal's part is an extension of Pericard's, described for portal makers; where a portal lacks it, the person does
//! the same on its account page (`Portal.page`). Each change needs a fresh sign-in: `StepUpRequired` says so, and
//! `Account.step_up` is the way.
//!
//! An enrolment that is never confirmed leaves the account as it was. Nothing of it is stored on this device.

use std::fmt;
use std::time::Duration;

use pericard_protocol::limits;
use pericard_protocol::otpauth::OtpAuth;
use pericard_protocol::secret::Secret;
use pericard_protocol::totp;
use pericard_protocol::two_factor::{
    Action, Enrolment, RecoveryCodes, Status, TwoFactorError, confirm_json,
};

use crate::client::accounts::AccountCore;
use crate::http::{Request, Response};
use crate::platform::error::{InputProblem, PericardError, PortalProblem, Result};
use crate::platform::id::EnrolmentId;

/// What an authenticator needs to make codes (RFC 6238).
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct TotpSecret {
    /// The `otpauth://` address, for a `QrCode` or to open on this device.
    pub uri: String,
    /// The secret in base32, for typing.
    pub secret: String,
    /// Whose codes they are, to show; as the portal names itself.
    pub issuer: Option<String>,
    /// For which user name, to show.
    pub account: String,
    /// `SHA1`, `SHA256` or `SHA512`.
    pub algorithm: String,
    /// Digits of a code: 6 to 8.
    pub digits: u32,
    /// How long a code lives: 15 to 60 seconds.
    pub period: Duration,
}

/// It is a secret: nothing is printed.
impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSecret(..)")
    }
}

impl TotpSecret {
    /// Of an address that was read before.
    pub(crate) fn from_uri(uri: &Secret) -> Self {
        let read = OtpAuth::parse(uri.expose()).ok();
        let totp = read.as_ref().map(|read| &read.totp);
        Self {
            uri: uri.expose().to_owned(),
            secret: totp
                .map(|totp| data_encoding::BASE32_NOPAD.encode(totp.secret()))
                .unwrap_or_default(),
            issuer: read.as_ref().and_then(|read| read.issuer.clone()),
            account: read
                .as_ref()
                .map(|read| read.account.clone())
                .unwrap_or_default(),
            algorithm: match totp.map(|totp| totp.algorithm()) {
                Some(totp::Algorithm::Sha256) => "SHA256",
                Some(totp::Algorithm::Sha512) => "SHA512",
                _ => "SHA1",
            }
            .to_owned(),
            digits: totp.map_or(6, |totp| u32::from(totp.digits())),
            period: Duration::from_secs(totp.map_or(30, |totp| u64::from(totp.period()))),
        }
    }
}

/// Where the second factor stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct TwoFactorStatus {
    /// Whether codes are asked for at sign-in.
    pub enrolled: bool,
    /// Unused recovery codes, where the portal says so: with few left, offer new ones.
    pub recovery_codes_left: Option<u32>,
}

/// An enrolment that waits for its first code.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct TotpEnrolment {
    /// Names it in `TwoFactor.confirm`; good for about ten minutes.
    pub id: EnrolmentId,
    /// What the authenticator needs.
    pub totp: TotpSecret,
}

impl AccountCore {
    pub(crate) async fn two_factor_status(&self) -> Result<TwoFactorStatus> {
        let response = self.ask_totp(Ask::Status).await?;
        let status = Status::parse(&response.body).map_err(|_| response.refusal())?;
        Ok(TwoFactorStatus {
            enrolled: status.enrolled,
            recovery_codes_left: status.recovery_codes_left,
        })
    }

    pub(crate) async fn enrol_totp(&self) -> Result<TotpEnrolment> {
        let response = self.ask_totp(Ask::Enrol).await?;
        let enrolment = Enrolment::parse(&response.body).map_err(|_| response.refusal())?;
        Ok(TotpEnrolment {
            id: enrolment.enrolment.expose().into(),
            totp: TotpSecret::from_uri(&enrolment.uri),
        })
    }

    pub(crate) async fn confirm_totp(&self, enrolment: String, code: &str) -> Result<Vec<String>> {
        let code = totp::Code::normalize(code)
            .map_err(|_| PericardError::input("code", InputProblem::NotDigits))?;
        let body = confirm_json(&Secret::new(enrolment), &code);
        let asked = self.ask_totp(Ask::Change(Action::Confirm, Some(body)));
        codes(&asked.await?)
    }

    pub(crate) async fn renew_recovery_codes(&self) -> Result<Vec<String>> {
        let asked = self.ask_totp(Ask::Change(Action::RecoveryCodes, None));
        codes(&asked.await?)
    }

    pub(crate) async fn disable_totp(&self) -> Result<()> {
        let asked = self.ask_totp(Ask::Change(Action::Disable, None));
        asked.await.map(|_| ())
    }
}

/// What the endpoint is asked.
enum Ask {
    Status,
    Enrol,
    /// With a body, where one is needed.
    Change(Action, Option<Secret>),
}

impl AccountCore {
    async fn ask_totp(&self, ask: Ask) -> Result<Response> {
        let unsupported = PericardError::portal(PortalProblem::Unsupported);
        let url = self.site().endpoints().totp.ok_or(unsupported)?;
        let post =
            |url, body: Vec<u8>| Request::post(url, "application/json", body, limits::OAUTH_BODY);
        let request = match ask {
            Ask::Status => Request::get(url, limits::OAUTH_BODY),
            Ask::Enrol => post(url, Vec::new()),
            Ask::Change(action, body) => {
                let body = body.map(|body| body.expose().as_bytes().to_vec());
                post(action.url(&url), body.unwrap_or_default())
            }
        };
        let request = request.header("accept", "application/json");
        let response = self.session()?.send(request).await?;
        if response.is_success() {
            return Ok(response);
        }
        let why = TwoFactorError::of(response.status, response.retry_after(), &response.body);
        Err(match why {
            TwoFactorError::WrongCode { attempts_left } => {
                PericardError::WrongCode { attempts_left }
            }
            TwoFactorError::NoEnrolment | TwoFactorError::NotEnrolled => PericardError::NotFound,
            TwoFactorError::Wait { retry_after } => PericardError::RateLimited { retry_after },
            _ => response.refusal(),
        })
    }
}

fn codes(response: &Response) -> Result<Vec<String>> {
    let codes = RecoveryCodes::parse(&response.body).map_err(|_| response.refusal())?;
    let shown = codes.0.iter().map(|code| code.expose().to_owned());
    Ok(shown.collect())
}
