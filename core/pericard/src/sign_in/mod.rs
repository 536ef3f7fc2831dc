//! Signing in, one question at a time.
//!
//! Uses: `account`, `client`, `portal`, `two_factor`
//!
//! ```mermaid
//! stateDiagram-v2
//!     [*] --> OpenBrowser: browser
//!     [*] --> AskPassword: native
//!     OpenBrowser --> Ready: redirected
//!     AskPassword --> AskCode: right, and a second factor is enrolled
//!     AskPassword --> Enrol: right, and the portal wants one to be enrolled
//!     AskPassword --> Ready: right
//!     AskPassword --> AskPassword: wrong (WrongPassword)
//!     AskCode --> Ready: code or recovery_code, right
//!     AskCode --> AskCode: wrong (WrongCode)
//!     Enrol --> ShowRecoveryCodes: code, right
//!     Enrol --> Enrol: wrong (WrongCode)
//!     ShowRecoveryCodes --> [*]: finish
//!     AskPassword --> Wait: too many (RateLimited)
//!     AskCode --> Wait: too many (RateLimited)
//!     AskPassword --> OpenBrowser: the portal sends native sign-in to the web
//!     Ready --> [*]: finish
//! ```
//!
//! The state is stored, encrypted, before each step is told: leaving the app to copy a code, or its death, costs
//! nothing for ten minutes. What was typed is never stored.

mod answers;
mod browser;
mod redeem;
mod state;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use pericard_protocol::oauth::authorize::scopes;
use pericard_protocol::secret::Secret;

use crate::account::{Account, revocation};
use crate::client::Core;
use crate::platform::Checkpoint;
use crate::platform::error::{InputProblem, PericardError, PortalProblem, Result, SignInReason};
use crate::portal::Site;
use crate::two_factor::TotpSecret;

pub(crate) use state::Purpose;
use state::{Stage, State};

/// How long a sign-in may take before it starts anew.
const TIME: Duration = Duration::from_secs(600);

/// The way of a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum SignInMethod {
    /// In the system's browser, on the portal's own pages: works with every portal and with passkeys.
    Browser,
    /// On the app's own screens, for portals in `Config.portals` with `native_sign_in`.
    Native,
}

/// What to do next.
#[derive(Clone, PartialEq, Eq, uniffi::Enum)]
pub enum SignInStep {
    /// Get `SignIn.authorization_url`, open it in the system's browser (`ASWebAuthenticationSession`, Custom Tabs), never
    /// in a web view, and pass the address that it comes back to, to `redirected`.
    OpenBrowser,
    /// Ask for user name and password, and pass them to `password`.
    AskPassword {
        /// Wrong passwords that the portal still tolerates, where it says so.
        attempts_left: Option<u32>,
    },
    /// Ask for the code of the second factor, and pass it to `code`.
    AskCode {
        /// Wrong codes that the portal still tolerates, where it says so.
        attempts_left: Option<u32>,
        /// Whether a recovery code is taken instead, by `recovery_code`.
        recovery_code: bool,
    },
    /// The portal wants a second factor to be set up before it lets the person in: show the secret (as a `QrCode`, and as
    /// text), ask for the first code that their authenticator makes of it, and pass that to `code`. Until then the
    /// account is as it was.
    Enrol {
        /// What the authenticator needs.
        totp: TotpSecret,
        /// Wrong codes that the portal still tolerates, where it says so.
        attempts_left: Option<u32>,
    },
    /// Signed in, with new recovery codes: show them, this once, have the person keep them, then call `finish`.
    ShowRecoveryCodes {
        /// Each signs in once, in place of a code.
        codes: Vec<String>,
    },
    /// Too many wrong answers: show when the question comes back.
    Wait {
        /// When the portal listens again, by the device's clock.
        until: SystemTime,
    },
    /// Signed in; call `finish`.
    Ready {
        /// How many recovery codes are left, when one was just used: tell the person.
        recovery_codes_left: Option<u32>,
    },
}

/// What is shown to the person is not for logs: neither secret nor codes are printed.
impl fmt::Debug for SignInStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OpenBrowser => f.write_str("OpenBrowser"),
            Self::AskPassword { attempts_left } => {
                write!(f, "AskPassword {{ attempts_left: {attempts_left:?} }}")
            }
            Self::AskCode { attempts_left, .. } => {
                write!(f, "AskCode {{ attempts_left: {attempts_left:?}, .. }}")
            }
            Self::Enrol { attempts_left, .. } => {
                write!(f, "Enrol {{ attempts_left: {attempts_left:?}, .. }}")
            }
            Self::ShowRecoveryCodes { .. } => f.write_str("ShowRecoveryCodes { .. }"),
            Self::Wait { until } => write!(f, "Wait {{ until: {until:?} }}"),
            Self::Ready { .. } => f.write_str("Ready { .. }"),
        }
    }
}

/// A sign-in under way.
///
/// A wrong answer is an error and `step` keeps the question. The state survives the app's death for ten minutes:
/// `Client.resume_sign_in`. Abandoning it needs nothing, `cancel` is kinder to the portal.
#[derive(uniffi::Object)]
pub struct SignIn {
    core: Arc<Core>,
    site: Arc<Site>,
    /// One answer at a time.
    state: tokio::sync::Mutex<State>,
    shown: Mutex<Shown>,
}

/// What `step` tells from memory.
struct Shown {
    step: SignInStep,
    wait: Option<SystemTime>,
    expires: SystemTime,
}

#[uniffi::export]
impl SignIn {
    /// What to do next. Memory only. `SignInRequired` (`Expired`) after ten minutes.
    pub fn step(&self) -> Result<SignInStep, PericardError> {
        let shown = self.shown();
        let now = self.core.platform.clock.now();
        if now >= shown.expires {
            return Err(PericardError::SignInRequired {
                reason: SignInReason::Expired,
            });
        }
        Ok(match shown.wait {
            Some(until) if now < until => SignInStep::Wait { until },
            _ => shown.step.clone(),
        })
    }

    /// The address to open in the browser while `step` is `OpenBrowser`. Where the portal takes it, the request goes to it
    /// directly first, and the address carries only a reference that works once and lives for a minute or so: ask again
    /// each time the browser is opened. It holds one-time values: keep it out of logs.
    ///
    /// Fails with `Offline`, `Portal` (`Refused`; `Unsupported` when the app is no client of this portal and cannot
    /// register), `ClockWrong`, `InvalidInput` (`step`, `NotAsked`).
    pub async fn authorization_url(self: Arc<Self>) -> Result<String, PericardError> {
        let this = self.clone();
        self.core.job(async move { this.address().await }).await
    }

    /// Passes on the address that the browser came back to.
    ///
    /// Fails with `InvalidInput` (`to`, `NotThisSignIn`) when it does not belong to this sign-in, `Cancelled` when the
    /// person cancelled on the portal's pages, `Portal` (`UntrustedIdentity`, `NotFresh`, `Refused`), `ClockWrong`, and
    /// `Offline` when the portal cannot be reached: then start the browser again, since a code works once.
    pub async fn redirected(self: Arc<Self>, to: String) -> Result<SignInStep, PericardError> {
        let this = self.clone();
        self.core
            .job(async move { this.take_redirect(&to).await })
            .await
    }

    /// Passes on what the person typed. Neither is stored; the core's copies are wiped.
    ///
    /// Fails with `WrongPassword`, `RateLimited` (then `step` is `Wait`), `InvalidInput` (`user`, `password`: `Empty`,
    /// `TooLong`), `Offline`, `Portal`. The question stays.
    pub async fn password(
        self: Arc<Self>,
        user: String,
        password: Vec<u8>,
    ) -> Result<SignInStep, PericardError> {
        let this = self.clone();
        let password = zeroize::Zeroizing::new(password);
        self.core
            .job(async move { this.take_password(&user, &password).await })
            .await
    }

    /// Passes on a recovery code in place of the second factor's, where `AskCode` says that it is taken. Each works once;
    /// `Ready` says how many are left.
    ///
    /// Fails as `code` does, and with `InvalidInput` (`code`, `NotARecoveryCode`) before anything is sent.
    pub async fn recovery_code(self: Arc<Self>, code: String) -> Result<SignInStep, PericardError> {
        let this = self.clone();
        let code = zeroize::Zeroizing::new(code);
        self.core
            .job(async move { this.take_recovery_code(&code).await })
            .await
    }

    /// Passes on the code of the second factor, also while enrolling one: six to eight digits; spaces and dashes are dropped, nothing else is.
    ///
    /// Fails with `InvalidInput` (`code`, `NotDigits`) before anything is sent, `WrongCode`, `RateLimited` (then `step`
    /// is `Wait`), `Offline`, `Portal`. The question stays. The same code is never sent twice.
    pub async fn code(self: Arc<Self>, code: String) -> Result<SignInStep, PericardError> {
        let this = self.clone();
        let code = zeroize::Zeroizing::new(code);
        self.core
            .job(async move { this.take_code(&code).await })
            .await
    }

    /// Commits a `Ready` sign-in as an account. Asks nobody, but waits for a refresh of that account which is under way;
    /// calling it again returns the same account.
    ///
    /// Signing in where there is an account of the same person reopens that one, with its cache and its outbox.
    /// Fails with `SignInRequired` (`AnotherPerson`) when `Account.sign_in_again` expected somebody else.
    pub async fn finish(self: Arc<Self>) -> Result<Arc<Account>, PericardError> {
        let this = self.clone();
        self.core.job(async move { this.commit().await }).await
    }

    /// Ends the sign-in and revokes what it holds, as far as the portal can be reached.
    pub async fn cancel(self: Arc<Self>) -> Result<(), PericardError> {
        let this = self.clone();
        self.core.job(async move { this.abandon().await }).await
    }
}

impl SignIn {
    /// A new sign-in.
    pub(crate) async fn begin(
        core: Arc<Core>,
        site: Arc<Site>,
        method: SignInMethod,
        purpose: Option<Purpose>,
    ) -> Result<Arc<Self>> {
        let endpoints = site.endpoints();
        let stage = match method {
            SignInMethod::Browser => Stage::Browser,
            SignInMethod::Native if !core.allows_native(&site.config.base) => {
                return Err(PericardError::input("method", InputProblem::NotConfigured));
            }
            SignInMethod::Native if endpoints.challenge.is_none() => {
                return Err(PericardError::portal(PortalProblem::Unsupported));
            }
            SignInMethod::Native => Stage::Password {
                auth_session: None,
                attempts_left: None,
            },
        };
        let send = site
            .resource("Communication")
            .is_none_or(|messages| messages.creates());
        let state = State::new(
            &core.platform,
            &site,
            stage,
            scopes(&endpoints, send),
            purpose,
            TIME,
        );
        core.on_disk(drop_late).await?;
        let sign_in = Self::of(core, site, state);
        sign_in.keep(&*sign_in.state.lock().await).await?;
        Ok(sign_in)
    }

    /// The one that was under way, from disk.
    pub(crate) async fn resume(core: Arc<Core>) -> Result<Option<Arc<Self>>> {
        let found = core
            .on_disk(|core| {
                drop_late(core)?;
                let Some((id, kept)) = core.device.sign_in(core.platform.clock.now())? else {
                    return Ok(None);
                };
                let Ok(state) = serde_json::from_str::<State>(kept.expose()) else {
                    // Of another version: it begins anew.
                    core.device.drop_sign_in(&id)?;
                    return Ok(None);
                };
                // The app's maker may have withdrawn the portal since.
                if state.asks_natively() && !core.allows_native(&state.config.base) {
                    core.device.drop_sign_in(&id)?;
                    return Ok(None);
                }
                let config =
                    core.config_of(&state.config.base, &serde_json::to_string(&state.config)?)?;
                // The redirect is the one that the browser was given, whatever the app is configured with today.
                let config = crate::portal::PortalConfig {
                    redirect: state.config.redirect.clone(),
                    ..config
                };
                let site = Site::load(core, config)?;
                // Another authorization server since: nothing of the first one's goes there.
                let site = site.filter(|site| site.issuer() == state.issuer);
                Ok(site.map(|site| (site, state)))
            })
            .await?;
        Ok(found.map(|(site, state)| Self::of(core, Arc::new(site), state)))
    }

    fn of(core: Arc<Core>, site: Arc<Site>, state: State) -> Arc<Self> {
        let shown = Mutex::new(Self::show(&state));
        Arc::new(Self {
            core,
            site,
            state: tokio::sync::Mutex::new(state),
            shown,
        })
    }

    fn shown(&self) -> std::sync::MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn show(state: &State) -> Shown {
        let step = match &state.stage {
            Stage::Browser => SignInStep::OpenBrowser,
            Stage::Password { attempts_left, .. } => SignInStep::AskPassword {
                attempts_left: *attempts_left,
            },
            Stage::Code {
                attempts_left,
                recovery_code,
                ..
            } => SignInStep::AskCode {
                attempts_left: *attempts_left,
                recovery_code: *recovery_code,
            },
            Stage::Enrol {
                attempts_left,
                otpauth,
                ..
            } => SignInStep::Enrol {
                totp: TotpSecret::from_uri(otpauth),
                attempts_left: *attempts_left,
            },
            Stage::Ready(redeemed) if !redeemed.recovery_codes.is_empty() => {
                let codes = redeemed.recovery_codes.iter();
                SignInStep::ShowRecoveryCodes {
                    codes: codes.map(|code| code.expose().to_owned()).collect(),
                }
            }
            Stage::Ready(redeemed) => SignInStep::Ready {
                recovery_codes_left: redeemed.recovery_codes_left,
            },
            Stage::Done { .. } => SignInStep::Ready {
                recovery_codes_left: None,
            },
        };
        Shown {
            step,
            wait: state.wait,
            expires: state.expires,
        }
    }

    /// Stores the state, then tells it.
    async fn keep(&self, state: &State) -> Result<SignInStep> {
        let json = Secret::new(serde_json::to_string(state)?);
        let (id, expires) = (state.id.clone(), state.expires);
        self.core
            .on_disk(move |core| core.device.keep_sign_in(&id, &json, expires))
            .await?;
        *self.shown() = Self::show(state);
        self.step()
    }

    /// The state, while there is time and the portal does not ask to wait.
    async fn asked(&self) -> Result<tokio::sync::MutexGuard<'_, State>> {
        let state = self.state.lock().await;
        if let SignInStep::Wait { until } = self.step()? {
            let now = self.core.platform.clock.now();
            return Err(PericardError::RateLimited {
                retry_after: until.duration_since(now).unwrap_or_default(),
            });
        }
        Ok(state)
    }

    async fn commit(&self) -> Result<Arc<Account>> {
        let mut state = self.state.lock().await;
        let redeemed = match &state.stage {
            Stage::Done { account } => return self.account(account.clone()).await,
            Stage::Ready(redeemed) => redeemed.clone(),
            _ => return Err(PericardError::input("finish", InputProblem::NotAsked)),
        };
        self.step()?;
        let site = self.site.clone();
        let committed = redeem::Committed {
            sign_in: state.id.clone(),
            expected: state.expected.clone(),
            client_id: state.client_id().to_owned(),
            key: state.key(),
        };
        let committed = self
            .core
            .on_disk(move |core| redeem::commit(core, &site, committed, &redeemed))
            .await;
        self.core
            .platform
            .reached(Checkpoint::SignInCommitted)
            .await;
        match committed {
            Ok(account) => {
                state.stage = Stage::Done {
                    account: account.id(),
                };
                *self.shown() = Self::show(&state);
                Ok(account)
            }
            Err(error @ PericardError::SignInRequired { .. }) => {
                self.drop_tokens(&state).await;
                state.start_over(&self.core.platform);
                self.keep(&state).await?;
                Err(error)
            }
            Err(error) => Err(error),
        }
    }

    async fn account(&self, id: String) -> Result<Arc<Account>> {
        self.core
            .on_disk(move |core| {
                let row = core.device.accounts()?.into_iter().find(|row| row.id == id);
                Ok(Account::new(
                    core.account_core(row.ok_or(PericardError::NotFound)?)?,
                ))
            })
            .await
    }

    async fn abandon(&self) -> Result<()> {
        let mut state = self.state.lock().await;
        if matches!(state.stage, Stage::Done { .. }) {
            return Ok(());
        }
        let id = state.id.clone();
        self.core
            .on_disk(move |core| core.device.drop_sign_in(&id))
            .await?;
        self.drop_tokens(&state).await;
        state.start_over(&self.core.platform);
        state.expires = SystemTime::UNIX_EPOCH;
        *self.shown() = Self::show(&state);
        Ok(())
    }

    /// Tokens that become no account are revoked, as far as the portal can be reached.
    async fn drop_tokens(&self, state: &State) {
        if let Stage::Ready(redeemed) = &state.stage {
            let token = redeemed.refresh_token.as_ref();
            redeem::revoke(&self.core, &self.site, state, token).await;
        }
    }
}

/// Drops sign-ins whose time is over; tokens that they hold are revoked with the next word to their portal. Blocks.
fn drop_late(core: &Arc<Core>) -> Result<()> {
    for kept in core.device.late_sign_ins(core.platform.clock.now())? {
        let Ok(state) = serde_json::from_str::<State>(kept.expose()) else {
            continue;
        };
        let Stage::Ready(redeemed) = &state.stage else {
            continue;
        };
        let client_id = state.client_id();
        match (&redeemed.refresh_token, &state.expected) {
            (Some(token), Some(account)) => core.device.supersede(account, client_id, token)?,
            (Some(token), None) => {
                let config = state.config.clone();
                revocation::later(core, config, &state.issuer, client_id, token)?;
            }
            (None, _) => {}
        }
    }
    Ok(())
}
