//! The sign-in flow, one question at a time.
//!
//! Uses: `accounts`, `config`, `host`, `second_factor`, `site`
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
//! The state is saved, encrypted, before each step is returned, so for ten minutes a sign-in survives leaving the app
//! to copy a code, or the app's death. What the person types is never saved.

mod acting;
mod answers;
mod browser;
mod redeem;
mod state;
mod step;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use pericard_protocol::secret::Secret;

use crate::client::accounts::{AccountEntry, Accounts, SignedIn, revocations};
use crate::client::config::PortalConfig;
use crate::client::host::Host;
use crate::client::second_factor::TotpSecret;
use crate::client::site::Site;
use crate::platform::Checkpoint;
use crate::platform::error::{InputProblem, PericardError, PortalProblem, Result, SignInReason};
use crate::platform::log;

pub(crate) use state::Purpose;
use state::{Stage, State};
pub use step::{SignInMethod, SignInStep};

/// How long a sign-in may take before it has to start again.
const TIME: Duration = Duration::from_secs(600);

/// A sign-in in progress.
pub(crate) struct SignInFlow {
    accounts: Arc<Accounts>,
    host: Arc<Host>,
    site: Arc<Site>,
    /// Locked while an answer is processed.
    state: tokio::sync::Mutex<State>,
    shown: Mutex<Shown>,
}

/// What `step` returns from memory.
struct Shown {
    step: SignInStep,
    wait: Option<SystemTime>,
    expires: SystemTime,
}

impl SignInFlow {
    /// Returns what to do next. Memory only.
    pub(crate) fn step(&self) -> Result<SignInStep> {
        let shown = self.shown();
        let now = self.host.platform.clock.now();
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

    /// Begins a sign-in.
    pub(crate) async fn begin(
        accounts: Arc<Accounts>,
        site: Arc<Site>,
        method: SignInMethod,
        purpose: Option<Purpose>,
    ) -> Result<Arc<Self>> {
        let host = accounts.host().clone();
        let endpoints = site.endpoints();
        let stage = match method {
            SignInMethod::Browser => Stage::Browser,
            SignInMethod::Native if !host.allows_native(&site.config.base) => {
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
        let state = State::new(
            &host.platform,
            &site,
            stage,
            site.scope_plan(&host).scope,
            purpose,
            TIME,
        );
        host.on_disk(drop_late).await?;
        if method == SignInMethod::Browser {
            browser::check_redirect(&host, &site).await?;
        }
        log::event!(INFO, "sign-in began", method = method);
        let id = state.id.clone();
        let sign_in = Self::from_parts(accounts, site, state);
        sign_in.save(&*sign_in.state.lock().await).await?;
        Ok(host.shared.one(&id, || sign_in))
    }

    /// Returns the sign-in in progress: from memory if the app holds it, else from disk.
    pub(crate) async fn resume(accounts: Arc<Accounts>) -> Result<Option<Arc<Self>>> {
        let found = accounts
            .host()
            .on_disk(|host| {
                drop_late(host)?;
                let Some((id, kept)) = host.device.sign_in(host.platform.clock.now())? else {
                    return Ok(None);
                };
                let Ok(state) = serde_json::from_str::<State>(kept.expose()) else {
                    // Written by another version: it cannot be resumed.
                    host.device.drop_sign_in(&id)?;
                    return Ok(None);
                };
                // The app's configuration may have dropped the portal meanwhile.
                if state.asks_natively() && !host.allows_native(&state.config.base) {
                    host.device.drop_sign_in(&id)?;
                    return Ok(None);
                }
                let config =
                    host.portal_config(&state.config.base, &serde_json::to_string(&state.config)?)?;
                // The browser was given this redirect, even if the configuration has another one now.
                let config = PortalConfig {
                    redirect: state.config.redirect.clone(),
                    ..config
                };
                let site = Site::load(host, config)?;
                // The portal has another authorization server now, which must not receive anything of the first.
                let site = site.filter(|site| site.issuer() == state.issuer);
                Ok(site.map(|site| (site, state)))
            })
            .await?;
        Ok(found.map(|(site, state)| {
            let shared = accounts.host().shared.clone();
            let id = state.id.clone();
            // A handle that the app still holds shares its state.
            shared.one(&id, || Self::from_parts(accounts, Arc::new(site), state))
        }))
    }

    fn from_parts(accounts: Arc<Accounts>, site: Arc<Site>, state: State) -> Arc<Self> {
        let shown = Mutex::new(Self::to_view(&state));
        Arc::new(Self {
            host: accounts.host().clone(),
            accounts,
            site,
            state: tokio::sync::Mutex::new(state),
            shown,
        })
    }

    fn shown(&self) -> std::sync::MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn to_view(state: &State) -> Shown {
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

    /// Saves the state, then publishes it.
    async fn save(&self, state: &State) -> Result<SignInStep> {
        let json = Secret::new(serde_json::to_string(state)?);
        let (id, expires) = (state.id.clone(), state.expires);
        self.host
            .on_disk(move |host| host.device.save_sign_in(&id, &json, expires))
            .await?;
        *self.shown() = Self::to_view(state);
        let step = self.step()?;
        log::event!(INFO, "sign-in goes on", step = step);
        Ok(step)
    }

    /// Returns the state. Fails if the sign-in has expired or the portal asks to wait.
    async fn asked(&self) -> Result<tokio::sync::MutexGuard<'_, State>> {
        let state = self.state.lock().await;
        if let SignInStep::Wait { until } = self.step()? {
            let now = self.host.platform.clock.now();
            return Err(PericardError::RateLimited {
                retry_after: until.duration_since(now).unwrap_or_default(),
            });
        }
        Ok(state)
    }

    /// Saves a `Ready` sign-in as an account. Called again, it returns the same account.
    pub(crate) async fn finish(&self) -> Result<Arc<AccountEntry>> {
        let mut state = self.state.lock().await;
        let redeemed = match &state.stage {
            Stage::Done { account } => {
                let id = account.clone();
                return self
                    .accounts
                    .on_disk(move |accounts| accounts.find(&id))
                    .await;
            }
            Stage::Ready(redeemed) => redeemed.clone(),
            _ => return Err(PericardError::input("finish", InputProblem::NotAsked)),
        };
        self.step()?;
        let signed_in = SignedIn {
            sign_in: state.id.clone(),
            expected: state.expected.clone(),
            client_id: state.client_id().to_owned(),
            key: state.key(),
            subject: redeemed.subject,
            patient: redeemed.patient,
            name: redeemed.name,
            is_self: redeemed.is_self,
            user: redeemed.user.clone(),
            access_token: redeemed.access_token,
            expires: redeemed.expires,
            refresh_token: redeemed.refresh_token,
            scope: redeemed.scope,
            bound: redeemed.bound,
            at: redeemed.at,
            patient_is_user: redeemed.patient_is_user,
            proof: redeemed.proof,
        };
        let site = self.site.clone();
        let adopted = self
            .accounts
            .on_disk(move |accounts| accounts.adopt(&site, &signed_in))
            .await;
        self.host
            .platform
            .reached(Checkpoint::SignInCommitted)
            .await;
        log::event!(INFO, "sign-in ended", result = adopted);
        match adopted {
            Ok(account) => {
                state.stage = Stage::Done {
                    account: account.id().to_owned(),
                };
                *self.shown() = Self::to_view(&state);
                Ok(account)
            }
            Err(error @ PericardError::SignInRequired { .. }) => {
                self.drop_tokens(&state).await;
                state.start_over(&self.host.platform);
                self.save(&state).await?;
                Err(error)
            }
            Err(error) => Err(error),
        }
    }

    /// Ends the sign-in and revokes its tokens, as soon as the portal can be reached.
    pub(crate) async fn cancel(&self) -> Result<()> {
        let mut state = self.state.lock().await;
        if matches!(state.stage, Stage::Done { .. }) {
            return Ok(());
        }
        let id = state.id.clone();
        self.host
            .on_disk(move |host| host.device.drop_sign_in(&id))
            .await?;
        self.drop_tokens(&state).await;
        state.start_over(&self.host.platform);
        state.expires = SystemTime::UNIX_EPOCH;
        *self.shown() = Self::to_view(&state);
        Ok(())
    }

    /// Revokes tokens that do not become an account.
    async fn drop_tokens(&self, state: &State) {
        let Stage::Ready(redeemed) = &state.stage else {
            return;
        };
        let (token, subject) = (redeemed.refresh_token.as_ref(), Some(&*redeemed.subject));
        redeem::revoke_unused(&self.host, &self.site, state, token, subject).await;
    }
}

/// Deletes expired sign-ins and saves revocations for their tokens. Blocks.
fn drop_late(host: &Arc<Host>) -> Result<()> {
    for kept in host.device.late_sign_ins(host.platform.clock.now())? {
        let Ok(state) = serde_json::from_str::<State>(kept.expose()) else {
            continue;
        };
        let Stage::Ready(redeemed) = &state.stage else {
            continue;
        };
        let client_id = state.client_id();
        let expected = state.expected.as_deref();
        let same = redeem::is_subject(host, expected, &state.issuer, &redeemed.subject)?;
        match (&redeemed.refresh_token, expected.filter(|_| same)) {
            (Some(token), Some(account)) => host.device.supersede(account, client_id, token)?,
            (Some(token), None) => {
                let config = state.config.clone();
                revocations::later(host, config, &state.issuer, client_id, token)?;
            }
            (None, _) => {}
        }
    }
    Ok(())
}
