//! Browser sign-in: builds the address to open (RFC 6749 §4.1.1, RFC 7636, SMART App Launch 2.2) and checks the redirect
//! that comes back (§4.1.2, RFC 9207).
//!
//! A redirect reaches the app through the system, and anybody can make one. It is accepted only if it goes to the
//! requested address, carries the state of the pending sign-in (compared in constant time) and, if the server announced
//! it, the issuer.

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

/// An authorization request.
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
    /// Binds the redirect to this sign-in.
    pub state: &'a Secret,
    /// Binds the `id_token` to this sign-in.
    pub nonce: &'a Secret,
    /// Binds the code to this sign-in.
    pub pkce: &'a Pkce,
    /// The step-up that the portal asked for (RFC 9470 §4).
    pub step_up: Option<&'a StepUp>,
    /// For which patient the app asks, by FHIR id, where it knows: Pericard's own `patient_hint`, which other servers ignore
    /// (RFC 6749 §3.1).
    pub patient_hint: Option<&'a str>,
    /// Binds the code to a key (RFC 9449 §10). Left out if the request is pushed with a proof, which does the same
    /// (§10.1).
    pub dpop_jkt: Option<&'a str>,
}

impl AuthorizationRequest<'_> {
    /// Returns the address to open in the browser. It contains state and nonce, so it must not be logged.
    pub fn url(&self) -> Url {
        let mut url = self.endpoints.authorization.clone();
        self.each(|name, value| {
            url.query_pairs_mut().append_pair(name, value);
        });
        url
    }

    /// Returns the request as a body to push (RFC 9126 §2.1).
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
        if let Some(patient) = self.patient_hint {
            put("patient_hint", patient);
        }
        if let Some(thumbprint) = self.dpop_jkt {
            put("dpop_jkt", thumbprint);
        }
    }

    /// Returns what to keep until the redirect comes back.
    pub fn pending(&self) -> Pending {
        Pending {
            redirect: self.redirect.to_owned(),
            state: self.state.clone(),
            issuer: self.endpoints.issuer.clone(),
            iss_required: self.endpoints.iss_parameter,
        }
    }
}

/// A sign-in that waits for its redirect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// The requested redirect.
    pub redirect: String,
    /// The state that was sent.
    pub state: Secret,
    /// The issuer that the request was sent to.
    pub issuer: String,
    /// Whether the server announced that it sends `iss`.
    pub iss_required: bool,
}

#[cfg(test)]
mod tests;
