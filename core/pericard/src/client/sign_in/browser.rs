//! Signing in with the browser: the address to open and the redirect that comes back.

use std::sync::Arc;

use pericard_protocol::oauth::authorize::{
    AuthorizationRequest, Pending, RedirectError, is_ambiguous, parse_redirect,
};
use pericard_protocol::oauth::par::{self, Next, Plan, Pushed};
use pericard_protocol::oauth::refusal::{Remedy, Why};
use url::Url;

use crate::client::config::{ClientId, PortalConfig};
use crate::client::host::Host;
use crate::client::site::Site;
use crate::platform::Checkpoint;
use crate::platform::error::{InputProblem, PericardError, PortalProblem, Result};

use super::answers::refused;
use super::redeem::{self, Granted};
use super::state::{Stage, State};
use super::{SignInFlow, SignInStep};

impl SignInFlow {
    /// Returns the address to open. A pushed request works once, so each call pushes a new one. State and key stay the
    /// same, so the redirect of an earlier address is accepted too.
    pub(crate) async fn address(&self) -> Result<String> {
        let mut state = self.asked().await?;
        if !matches!(state.stage, Stage::Browser) {
            return Err(PericardError::input("step", InputProblem::NotAsked));
        }
        self.become_client(&mut state, None).await?;
        check_redirect(&self.host, &self.site).await?;
        let endpoints = self.site.endpoints();
        let url = match par::plan(&endpoints) {
            Plan::Push(url) => self.push(&mut state, url.clone()).await?,
            Plan::Plain => self.plain(&state),
            Plan::Impossible => return Err(PericardError::portal(PortalProblem::Unsupported)),
        };
        self.save(&state).await?;
        Ok(url)
    }

    fn plain(&self, state: &State) -> String {
        request(&self.site, state, false, |request| request.url().into())
    }

    /// Pushes the request and returns the address that refers to it. If the portal refuses and does not require
    /// pushing, returns the plain address. If the portal no longer knows a client that registered itself, registers
    /// again.
    async fn push(&self, state: &mut State, par: Url) -> Result<String> {
        let mut may_register = matches!(self.site.config.client, ClientId::Dynamic);
        let required = self.site.endpoints().par_required;
        loop {
            let form = request(&self.site, state, true, |request| request.form());
            let key = state.key();
            let asked = self
                .site
                .authority
                .ask_as(&state.issuer, par.clone(), &form, key.as_ref());
            let response = asked.await??;
            let error = match Pushed::parse(response.status, &response.body) {
                Ok(pushed) => {
                    let url = pushed.url(&self.site.endpoints(), state.client_id());
                    return Ok(url.into());
                }
                Err(error) => error,
            };
            match error.next(required, may_register) {
                Next::Plain => return Ok(self.plain(state)),
                Next::RegisterAnew => {
                    may_register = false;
                    let gone = state.client_id.take();
                    self.become_client(state, gone.as_deref()).await?;
                }
                Next::Later => return Err(redeem::refusal(Remedy::Later, &response)),
                Next::Refused => return Err(response.refusal()),
            }
        }
    }

    /// Makes sure that this app has a client id. `gone` is one that the portal no longer knows.
    pub(super) async fn become_client(&self, state: &mut State, gone: Option<&str>) -> Result<()> {
        if state.client_id.is_none() {
            let client = self.site.client(&self.host, &state.scope, gone).await?;
            state.client_id = Some(client);
        }
        Ok(())
    }

    /// Forgets a client id that the portal no longer knows, so that the next attempt registers again.
    pub(super) async fn forget_client(&self, state: &mut State) -> Result<()> {
        if matches!(self.site.config.client, ClientId::Dynamic)
            && let Some(gone) = state.client_id.take()
        {
            let base = self.site.config.base.clone();
            self.host
                .on_disk(move |host| host.device.forget_registration(&base, &gone))
                .await?;
            self.save(state).await?;
        }
        Ok(())
    }

    pub(crate) async fn take_redirect(&self, to: &str) -> Result<SignInStep> {
        let mut state = self.asked().await?;
        if !matches!(state.stage, Stage::Browser) {
            return Err(PericardError::input("to", InputProblem::NotAsked));
        }
        let pending: Pending = request(&self.site, &state, false, |request| request.pending());
        let code = match parse_redirect(&pending, to) {
            Ok(code) => code,
            // An unproven refusal ends the wait too: nothing in it is used, and the person may open the browser again.
            Err(RedirectError::Refused { code } | RedirectError::Unproved { code }) => {
                if Remedy::of(&code)
                    == (Remedy::NewSignIn {
                        why: Why::ClientUnknown,
                    })
                {
                    self.forget_client(&mut state).await?;
                }
                return Err(refused(&code));
            }
            Err(_) => return Err(PericardError::input("to", InputProblem::NotThisSignIn)),
        };
        self.host.platform.reached(Checkpoint::CodeReceived).await;
        let redirect = Some(state.config.redirect.clone());
        let granted = Granted {
            code,
            recovery_codes: Vec::new(),
            recovery_codes_left: None,
        };
        let redeemed = redeem::redeem(&self.host, &self.site, &state, granted, redirect).await;
        self.ready(&mut state, redeemed).await
    }
}

/// Fails with `SharedRedirect` if the portal does not send `iss` and another issuer's sign-ins return to the same
/// address: the code of one could be sent to the other (RFC 9700 §4.4.2.2).
pub(super) async fn check_redirect(host: &Arc<Host>, site: &Arc<Site>) -> Result<()> {
    let site = site.clone();
    let shared = host.on_disk(move |host| {
        let others = others(host, &site.config.base)?;
        let others = others
            .iter()
            .map(|(issuer, redirect)| (issuer.as_str(), redirect.as_str()));
        Ok(is_ambiguous(
            &site.endpoints(),
            &site.config.redirect,
            others,
        ))
    });
    match shared.await? {
        true => Err(PericardError::input(
            "redirect",
            InputProblem::SharedRedirect,
        )),
        false => Ok(()),
    }
}

/// Returns the known issuers of this device's accounts and of the app's other portals, with their redirects. Blocks.
fn others(host: &Arc<Host>, base: &str) -> Result<Vec<(String, String)>> {
    let mut others = Vec::new();
    for account in host.device.accounts()? {
        // The configuration of the last sign-in. One that cannot be read is skipped, so that it blocks no sign-in.
        if let Ok(config) = serde_json::from_str::<PortalConfig>(&account.config) {
            others.push((account.issuer, config.redirect));
        }
    }
    for portal in host.config.portals.iter().filter(|one| one.base != base) {
        if let Ok(Some(site)) = Site::load(host, portal.clone()) {
            others.push((site.issuer(), portal.redirect.clone()));
        }
    }
    Ok(others)
}

/// Builds the authorization request of a state, the same each time. A pushed request is sent with a proof, so it does
/// not name the key.
pub(super) fn request<T>(
    site: &Site,
    state: &State,
    pushed: bool,
    make: impl FnOnce(&AuthorizationRequest<'_>) -> T,
) -> T {
    let (pkce, key) = (state.pkce(), state.key());
    make(&AuthorizationRequest {
        endpoints: &site.endpoints(),
        base: site.base(),
        client_id: state.client_id(),
        redirect: &state.config.redirect,
        scope: &state.scope,
        state: &state.state,
        nonce: &state.nonce,
        pkce: &pkce,
        step_up: state.step_up.as_ref(),
        patient_hint: state.patient_hint.as_deref(),
        dpop_jkt: key.as_ref().filter(|_| !pushed).map(|key| key.thumbprint()),
    })
}
