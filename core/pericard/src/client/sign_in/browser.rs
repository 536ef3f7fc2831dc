//! The browser's part: the address to open, and the one that it comes back with.

use pericard_protocol::oauth::authorize::{
    AuthorizationRequest, Pending, RedirectError, parse_redirect,
};
use pericard_protocol::oauth::par::{ParError, Pushed};
use url::Url;

use crate::client::site::Site;
use crate::platform::Checkpoint;
use crate::platform::error::{InputProblem, PericardError, Result};

use super::answers::refused;
use super::redeem::{self, Granted};
use super::state::{Stage, State};
use super::{SignInFlow, SignInStep};

impl SignInFlow {
    /// The address to open. A pushed request works once, so each opening of the browser has its own; state and key stay,
    /// and the redirect of an earlier opening is as good.
    pub(crate) async fn address(&self) -> Result<String> {
        let mut state = self.asked().await?;
        if !matches!(state.stage, Stage::Browser) {
            return Err(PericardError::input("step", InputProblem::NotAsked));
        }
        self.become_client(&mut state, None).await?;
        let url = match self.site.endpoints().par {
            Some(par) => self.push(&mut state, par).await?,
            None => request(&self.site, &state, false, |request| request.url().into()),
        };
        self.save(&state).await?;
        Ok(url)
    }

    /// Pushes the request; the address that refers to it. A client that registered itself and was forgotten registers
    /// anew.
    async fn push(&self, state: &mut State, par: Url) -> Result<String> {
        let mut forgotten = false;
        loop {
            let form = request(&self.site, state, true, |request| request.form());
            let key = state.key();
            let response = self.site.authority.ask(par.clone(), &form, key.as_ref());
            let response = response.await?;
            match Pushed::parse(response.status, &response.body) {
                Ok(pushed) => {
                    let url = pushed.url(&self.site.endpoints(), state.client_id());
                    return Ok(url.into());
                }
                Err(ParError::Refused(code)) if code.as_str() == "invalid_client" && !forgotten => {
                    forgotten = true;
                    let gone = state.client_id.take();
                    self.become_client(state, gone.as_deref()).await?;
                }
                Err(_) => return Err(response.refusal()),
            }
        }
    }

    /// Makes sure that this app is a client of the portal. `gone` is the one that the portal has forgotten.
    pub(super) async fn become_client(&self, state: &mut State, gone: Option<&str>) -> Result<()> {
        if state.client_id.is_none() {
            let client = self.site.client(&self.host, &state.scope, gone).await?;
            state.client_id = Some(client);
        }
        Ok(())
    }

    pub(crate) async fn take_redirect(&self, to: &str) -> Result<SignInStep> {
        let mut state = self.asked().await?;
        if !matches!(state.stage, Stage::Browser) {
            return Err(PericardError::input("to", InputProblem::NotAsked));
        }
        let pending: Pending = request(&self.site, &state, false, |request| request.pending());
        let code = parse_redirect(&pending, to).map_err(|error| match error {
            RedirectError::Refused { code } if code.as_str() == "access_denied" => {
                PericardError::Cancelled
            }
            RedirectError::Refused { code } => refused(&code),
            _ => PericardError::input("to", InputProblem::NotThisSignIn),
        })?;
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

/// Builds the authorization request of a state: the same each time it is asked. A pushed one comes with a proof and need
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
        dpop_jkt: key.as_ref().filter(|_| !pushed).map(|key| key.thumbprint()),
    })
}
