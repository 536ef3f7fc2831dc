//! The second factor of an account: enrolling, recovery codes, removing.

use std::sync::Arc;

use crate::client::accounts::{AccountEntry, OpenClient};
use crate::client::second_factor::{TotpEnrolment, TwoFactorStatus};
use crate::platform::error::PericardError;
use crate::platform::id::EnrolmentId;

/// The second factor of one account. Needs the network; everything but `status` needs a fresh sign-in.
#[derive(uniffi::Object)]
pub struct TwoFactor {
    open: Arc<OpenClient>,
    entry: Arc<AccountEntry>,
}

#[uniffi::export]
impl TwoFactor {
    /// Where it stands at the portal.
    ///
    /// Fails with `Portal` (`Unsupported`) where the portal has no such endpoint, `Offline`, `SignInRequired`,
    /// `StepUpRequired`, `RateLimited`, `Portal`; so do the other methods.
    pub async fn status(&self) -> Result<TwoFactorStatus, PericardError> {
        let account = self.entry.core()?;
        self.open
            .host()
            .job(async move { account.two_factor_status().await })
            .await
    }

    /// Begins to enrol: show the secret, ask for the code that the authenticator makes of it, and `confirm`. Codes are
    /// asked for at sign-in only from then on; a factor that is there already stays until then.
    pub async fn enrol(&self) -> Result<TotpEnrolment, PericardError> {
        let account = self.entry.core()?;
        self.open
            .host()
            .job(async move { account.enrol_totp().await })
            .await
    }

    /// Activates an enrolment with its first code, and returns new recovery codes: show them, this once, and have the
    /// person keep them. Earlier ones end.
    ///
    /// Fails with `WrongCode`, `InvalidInput` (`code`, `NotDigits`), and `NotFound` when the enrolment is over: begin
    /// again.
    pub async fn confirm(
        &self,
        enrolment: EnrolmentId,
        code: String,
    ) -> Result<Vec<String>, PericardError> {
        let account = self.entry.core()?;
        let code = zeroize::Zeroizing::new(code);
        self.open
            .host()
            .job(async move { account.confirm_totp(enrolment.into(), &code).await })
            .await
    }

    /// Makes new recovery codes, shown this once. Earlier ones end. `NotFound` when nothing is enrolled.
    pub async fn new_recovery_codes(&self) -> Result<Vec<String>, PericardError> {
        let account = self.entry.core()?;
        self.open
            .host()
            .job(async move { account.renew_recovery_codes().await })
            .await
    }

    /// Removes the second factor, its recovery codes with it. `NotFound` when nothing is enrolled.
    pub async fn disable(&self) -> Result<(), PericardError> {
        let account = self.entry.core()?;
        self.open
            .host()
            .job(async move { account.disable_totp().await })
            .await
    }
}

impl TwoFactor {
    pub(crate) fn new(open: Arc<OpenClient>, entry: Arc<AccountEntry>) -> Arc<Self> {
        Arc::new(Self { open, entry })
    }
}
