//! A sign-in under way, as apps drive it.
//!
//! Uses: `account`

use std::sync::Arc;

use crate::client::accounts::OpenClient;
use crate::client::sign_in::{SignInFlow, SignInStep};
use crate::platform::error::PericardError;

use super::account::Account;

/// A sign-in under way.
///
/// A wrong answer is an error, and `step` stays the same. The state survives the end of the app's process for ten minutes
/// (`Client.resume_sign_in`). A sign-in may simply be dropped; `cancel` also revokes what it holds.
#[derive(uniffi::Object)]
pub struct SignIn {
    open: Arc<OpenClient>,
    flow: Arc<SignInFlow>,
}

#[uniffi::export]
impl SignIn {
    /// What to do next. Memory only. `SignInRequired` (`Expired`) after ten minutes.
    pub fn step(&self) -> Result<SignInStep, PericardError> {
        self.flow.step()
    }

    /// The address to open in the browser while `step` is `OpenBrowser`. Where the portal takes it, the request goes to it
    /// directly first, and the address carries only a reference that works once and lives for a minute or so: ask again
    /// each time the browser is opened. It holds one-time values: keep it out of logs.
    ///
    /// Fails with `Offline`, `Portal` (`Refused`; `Unsupported` when the app is no client of this portal and cannot
    /// register), `ClockWrong`, `InvalidInput` (`step`, `NotAsked`).
    pub async fn authorization_url(self: Arc<Self>) -> Result<String, PericardError> {
        let flow = self.flow.clone();
        self.open
            .host()
            .job(async move { flow.address().await })
            .await
    }

    /// Submits the address that the browser returned to.
    ///
    /// Fails with `InvalidInput` (`to`, `NotThisSignIn`) when it does not belong to this sign-in, `Cancelled` when the
    /// person cancelled on the portal's pages, `Portal` (`UntrustedIdentity`, `NotFresh`, `Refused`), `ClockWrong`, and
    /// `Offline` when the portal cannot be reached: then start the browser again, since a code works once.
    pub async fn redirected(self: Arc<Self>, to: String) -> Result<SignInStep, PericardError> {
        let flow = self.flow.clone();
        self.open
            .host()
            .job(async move { flow.take_redirect(&to).await })
            .await
    }

    /// Submits user name and password. Neither is stored. The copies that are made of the password on the way are wiped; the one
    /// that is passed in is the app's, so keep it no longer than needed.
    ///
    /// Fails with `WrongPassword`, `RateLimited` (then `step` is `Wait`), `InvalidInput` (`user`, `password`: `Empty`,
    /// `TooLong`), `Offline`, `Portal`. The question stays.
    pub async fn password(
        self: Arc<Self>,
        user: String,
        password: Vec<u8>,
    ) -> Result<SignInStep, PericardError> {
        let flow = self.flow.clone();
        let password = zeroize::Zeroizing::new(password);
        self.open
            .host()
            .job(async move { flow.take_password(&user, &password).await })
            .await
    }

    /// Submits a recovery code in place of the second factor's, where `AskCode` says that it is taken. Each works once;
    /// `Ready` says how many are left.
    ///
    /// Fails as `code` does, and with `InvalidInput` (`code`, `NotARecoveryCode`) before anything is sent.
    pub async fn recovery_code(self: Arc<Self>, code: String) -> Result<SignInStep, PericardError> {
        let flow = self.flow.clone();
        let code = zeroize::Zeroizing::new(code);
        self.open
            .host()
            .job(async move { flow.take_recovery_code(&code).await })
            .await
    }

    /// Submits the code of the second factor, also while enrolling one: six to eight digits of any script; spaces and dashes
    /// are ignored.
    ///
    /// Fails with `InvalidInput` (`code`, `NotDigits`) before anything is sent, `WrongCode`, `RateLimited` (then `step`
    /// is `Wait`), `Offline`, `Portal`. The question stays. The same code is never sent twice.
    pub async fn code(self: Arc<Self>, code: String) -> Result<SignInStep, PericardError> {
        let flow = self.flow.clone();
        let code = zeroize::Zeroizing::new(code);
        self.open
            .host()
            .job(async move { flow.take_code(&code).await })
            .await
    }

    /// Commits a `Ready` sign-in as an account. Sends nothing, but waits for a refresh of that account that is under way.
    /// Calling it again returns the same account.
    ///
    /// Signing in where there is an account of the same person reopens that one, with its cache and its outbox.
    /// Fails with `SignInRequired` (`AnotherPerson`) when `Account.sign_in_again` expected somebody else.
    pub async fn finish(self: Arc<Self>) -> Result<Arc<Account>, PericardError> {
        let flow = self.flow.clone();
        let finished = self.open.host().job(async move { flow.finish().await });
        Ok(Account::new(self.open.clone(), finished.await?))
    }

    /// Cancels the sign-in and revokes the tokens that it holds.
    pub async fn cancel(self: Arc<Self>) -> Result<(), PericardError> {
        let flow = self.flow.clone();
        self.open
            .host()
            .job(async move { flow.cancel().await })
            .await
    }
}

impl SignIn {
    pub(crate) fn new(open: Arc<OpenClient>, flow: Arc<SignInFlow>) -> Arc<Self> {
        Arc::new(Self { open, flow })
    }
}
