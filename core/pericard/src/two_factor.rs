//! The second factor of an account: enrolling, recovery codes, removing.
//!
//! Uses: `account`
//!
//! The portal's part is an extension of Pericard's, described for portal makers; where a portal lacks it, the person does
//! the same on its account page (`Portal.page`). Each change needs a fresh sign-in: `StepUpRequired` says so, and
//! `Account.step_up` is the way.
//!
//! An enrolment that is never confirmed leaves the account as it was. Nothing of it is stored on this device.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use pericard_protocol::limits;
use pericard_protocol::otpauth::OtpAuth;
use pericard_protocol::secret::Secret;
use pericard_protocol::totp;
use pericard_protocol::two_factor::{
    Action, Enrolment, RecoveryCodes, Status, TwoFactorError, confirm_json,
};

use crate::account::AccountCore;
use crate::http::{Request, Response};
use crate::platform::error::{InputProblem, PericardError, PortalProblem, Result};

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
    /// Unused recovery codes: with few left, offer new ones.
    pub recovery_codes_left: u32,
}

/// An enrolment that waits for its first code.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct TotpEnrolment {
    /// Names it in `TwoFactor.confirm`; good for about ten minutes.
    pub id: String,
    /// What the authenticator needs.
    pub totp: TotpSecret,
}

/// The second factor of one account. Needs the network; everything but `status` needs a fresh sign-in.
#[derive(uniffi::Object)]
pub struct TwoFactor {
    account: Arc<AccountCore>,
}

#[uniffi::export]
impl TwoFactor {
    /// Where it stands at the portal.
    ///
    /// Fails with `Portal` (`Unsupported`) where the portal has no such endpoint, `Offline`, `SignInRequired`,
    /// `StepUpRequired`, `RateLimited`, `Portal`; so do the other methods.
    pub async fn status(&self) -> Result<TwoFactorStatus, PericardError> {
        let account = self.account.clone();
        self.job(async move {
            let response = account.ask_totp(Ask::Status).await?;
            let status = Status::parse(&response.body).map_err(|_| response.refusal())?;
            Ok(TwoFactorStatus {
                enrolled: status.enrolled,
                recovery_codes_left: status.recovery_codes_left,
            })
        })
        .await
    }

    /// Begins to enrol: show the secret, ask for the code that the authenticator makes of it, and `confirm`. Codes are
    /// asked for at sign-in only from then on; a factor that is there already stays until then.
    pub async fn enrol(&self) -> Result<TotpEnrolment, PericardError> {
        let account = self.account.clone();
        self.job(async move {
            let response = account.ask_totp(Ask::Enrol).await?;
            let enrolment = Enrolment::parse(&response.body).map_err(|_| response.refusal())?;
            Ok(TotpEnrolment {
                id: enrolment.enrolment.expose().to_owned(),
                totp: TotpSecret::from_uri(&enrolment.uri),
            })
        })
        .await
    }

    /// Activates an enrolment with its first code, and returns new recovery codes: show them, this once, and have the
    /// person keep them. Earlier ones end.
    ///
    /// Fails with `WrongCode`, `InvalidInput` (`code`, `NotDigits`), and `NotFound` when the enrolment is over: begin
    /// again.
    pub async fn confirm(
        &self,
        enrolment: String,
        code: String,
    ) -> Result<Vec<String>, PericardError> {
        let account = self.account.clone();
        let code = zeroize::Zeroizing::new(code);
        self.job(async move {
            let code = totp::Code::normalize(&code)
                .map_err(|_| PericardError::input("code", InputProblem::NotDigits))?;
            let body = confirm_json(&Secret::new(enrolment), &code);
            let asked = account.ask_totp(Ask::Change(Action::Confirm, Some(body)));
            codes(&asked.await?)
        })
        .await
    }

    /// Makes new recovery codes, shown this once. Earlier ones end. `NotFound` when nothing is enrolled.
    pub async fn new_recovery_codes(&self) -> Result<Vec<String>, PericardError> {
        let account = self.account.clone();
        self.job(async move {
            let asked = account.ask_totp(Ask::Change(Action::RecoveryCodes, None));
            codes(&asked.await?)
        })
        .await
    }

    /// Removes the second factor, its recovery codes with it. `NotFound` when nothing is enrolled.
    pub async fn disable(&self) -> Result<(), PericardError> {
        let account = self.account.clone();
        self.job(async move {
            let asked = account.ask_totp(Ask::Change(Action::Disable, None));
            asked.await.map(|_| ())
        })
        .await
    }
}

impl TwoFactor {
    pub(crate) fn new(account: Arc<AccountCore>) -> Arc<Self> {
        Arc::new(Self { account })
    }

    async fn job<T: Send + 'static>(
        &self,
        job: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        self.account.client().job(job).await
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
        let response = self.session().send(request).await?;
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
