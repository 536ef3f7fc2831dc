//! The browser's part: the address to open, and the one that it comes back with.

use pericard_protocol::oauth::authorize::{
    AuthorizationRequest, Pending, RedirectError, parse_redirect,
};
use pericard_protocol::oauth::par::{ParError, Pushed};
use pericard_protocol::secret::Secret;

use crate::ground::error::{InputProblem, PericardError, PortalProblem, Result};
use crate::ground::world::Checkpoint;
use crate::portal::Site;

use super::redeem::{self, Granted};
use super::state::{PushedRequest, Stage, State};
use super::{SignIn, SignInStep};

impl SignIn {
    /// The address to open. A pushed request lives for a minute or so and is pushed anew when it is over.
    pub(super) async fn address(&self) -> Result<String> {
        let mut state = self.asked().await?;
        if !matches!(state.stage, Stage::Browser) {
            return Err(PericardError::input("step", InputProblem::NotAsked));
        }
        let now = self.core.world.clock.now();
        if let Some(pushed) = state.pushed.as_ref().filter(|pushed| now < pushed.until) {
            return Ok(pushed.url.expose().to_owned());
        }
        self.become_client(&mut state, None).await?;
        let endpoints = self.site.endpoints();
        let Some(par) = endpoints.par.clone() else {
            let url = request(&self.site, &state, false, |request| request.url().into());
            self.keep(&state).await?;
            return Ok(url);
        };
        let mut forgotten = false;
        loop {
            let form = request(&self.site, &state, true, |request| request.form());
            let key = state.key();
            let answer = self.site.authority.ask(par.clone(), &form, key.as_ref());
            let answer = answer.await?;
            match Pushed::parse(answer.status, &answer.body) {
                Ok(pushed) => {
                    let url: String = pushed.url(&endpoints, state.client_id()).into();
                    let now = self.core.world.clock.now();
                    state.pushed = Some(PushedRequest {
                        url: Secret::new(url.clone()),
                        until: now.checked_add(pushed.expires_in).unwrap_or(now),
                    });
                    self.keep(&state).await?;
                    return Ok(url);
                }
                // A client that registered itself may be forgotten, and registers anew.
                Err(ParError::Refused(code)) if code.as_str() == "invalid_client" && !forgotten => {
                    forgotten = true;
                    let gone = state.client_id.take();
                    self.become_client(&mut state, gone.as_deref()).await?;
                    if gone == state.client_id {
                        return Err(answer.refusal());
                    }
                }
                Err(_) => return Err(answer.refusal()),
            }
        }
    }

    /// Makes sure that this app is a client of the portal. `gone` is the one that the portal has forgotten.
    pub(super) async fn become_client(&self, state: &mut State, gone: Option<&str>) -> Result<()> {
        if state.client_id.is_none() {
            let client = self.site.client(&self.core, &state.scope, gone).await?;
            state.client_id = Some(client);
        }
        Ok(())
    }

    pub(super) async fn take_redirect(&self, to: &str) -> Result<SignInStep> {
        let mut state = self.asked().await?;
        if !matches!(state.stage, Stage::Browser) {
            return Err(PericardError::input("to", InputProblem::NotAsked));
        }
        let pending: Pending = request(&self.site, &state, false, |request| request.pending());
        let code = parse_redirect(&pending, to).map_err(|error| match error {
            RedirectError::Refused { code } if code.as_str() == "access_denied" => {
                PericardError::Cancelled
            }
            RedirectError::Refused { code } if code.as_str() == UNMET => {
                PericardError::portal(PortalProblem::NotFresh)
            }
            RedirectError::Refused { .. } => PericardError::portal(PortalProblem::Refused),
            _ => PericardError::input("to", InputProblem::NotThisSignIn),
        })?;
        self.core.world.reached(Checkpoint::CodeReceived).await;
        let redirect = Some(state.config.redirect.clone());
        let granted = Granted {
            code,
            recovery_codes: Vec::new(),
            recovery_codes_left: None,
        };
        let redeemed = redeem::redeem(&self.core, &self.site, &state, granted, redirect).await;
        self.ready(&mut state, redeemed).await
    }
}

/// What an authorization server says that cannot sign the person in as it was asked to (OpenID Connect Core Unmet
/// Authentication Requirements 1.0).
const UNMET: &str = "unmet_authentication_requirements";

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
