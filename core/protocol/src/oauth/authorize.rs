//! Signing in with the browser: the address to open (RFC 6749 §4.1.1, RFC 7636, SMART App Launch
//! 2.2) and the redirect that comes back (§4.1.2, RFC 9207).
//!
//! A redirect reaches the app from outside, through the system, and anybody can make one. It is
//! believed only if it goes to the very address that was asked for, carries the state of the
//! pending sign-in (compared in constant time) and, where the server announced it, the issuer.

mod redirect;

use url::Url;

use super::Form;
use super::discovery::PortalEndpoints;
use super::pkce::Pkce;
use super::step_up::StepUp;
use crate::base_url::Base;
use crate::secret::Secret;

pub use redirect::{
    RedirectAddressError, RedirectError, check_redirect, is_ambiguous, parse_redirect,
};

/// What is asked of the authorization endpoint.
#[derive(Debug, Clone, Copy)]
pub struct AuthorizationRequest<'a> {
    /// The portal.
    pub endpoints: &'a PortalEndpoints,
    /// The FHIR base, as `aud` (SMART App Launch 2.2 §2.0.9).
    pub base: &'a Base,
    /// The client as registered.
    pub client_id: &'a str,
    /// The redirect as registered; for loopback with the port in use (RFC 8252 §7.3).
    pub redirect: &'a str,
    /// Separated by spaces, from [`super::scope::plan`].
    pub scope: &'a str,
    /// Ties the redirect to this sign-in.
    pub state: &'a Secret,
    /// Ties the `id_token` to this sign-in.
    pub nonce: &'a Secret,
    /// Ties the code to this sign-in.
    pub pkce: &'a Pkce,
    /// What the portal wants of this sign-in beyond the usual (RFC 9470 §4).
    pub step_up: Option<&'a StepUp>,
    /// Ties the code to a key (RFC 9449 §10). Left out where the request is pushed with a proof,
    /// which says the same (§10.1).
    pub dpop_jkt: Option<&'a str>,
}

impl AuthorizationRequest<'_> {
    /// The address to open in the browser. Carries state and nonce: not for logs.
    pub fn url(&self) -> Url {
        let mut url = self.endpoints.authorization.clone();
        self.each(|name, value| {
            url.query_pairs_mut().append_pair(name, value);
        });
        url
    }

    /// The same as a body, to be pushed (RFC 9126 §2.1).
    pub fn form(&self) -> Form {
        let mut pairs = Vec::new();
        self.each(|name, value| pairs.push((name, value.to_owned())));
        Form::new(pairs.iter().map(|(name, value)| (*name, value.as_str())))
    }

    fn each(&self, mut put: impl FnMut(&'static str, &str)) {
        put("response_type", "code");
        put("client_id", self.client_id);
        put("redirect_uri", self.redirect);
        put("scope", self.scope);
        put("state", self.state.expose());
        put("nonce", self.nonce.expose());
        put("code_challenge", &self.pkce.challenge);
        put("code_challenge_method", "S256");
        put("aud", self.base.as_str());
        for (name, value) in self.step_up.into_iter().flat_map(StepUp::parameters) {
            put(name, &value);
        }
        if let Some(thumbprint) = self.dpop_jkt {
            put("dpop_jkt", thumbprint);
        }
    }

    /// What must be remembered until the redirect comes back.
    pub fn pending(&self) -> Pending {
        Pending {
            redirect: self.redirect.to_owned(),
            state: self.state.clone(),
            issuer: self.endpoints.issuer.clone(),
            iss_required: self.endpoints.iss_parameter,
        }
    }
}

/// A sign-in whose redirect is awaited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// The redirect that was asked for.
    pub redirect: String,
    /// The state that was sent.
    pub state: Secret,
    /// The issuer that was asked.
    pub issuer: String,
    /// Whether the server announced that it sends `iss`.
    pub iss_required: bool,
}

#[cfg(test)]
mod tests;
