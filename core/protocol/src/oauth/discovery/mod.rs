//! What a portal offers and where: `{base}/.well-known/smart-configuration` (SMART App Launch 2.2,
//! "Conformance") and the metadata of its authorization server (RFC 8414, OpenID Connect Discovery
//! 1.0).
//!
//! The SMART document is the word of the FHIR base that the app was configured with, so it wins
//! where both say something. The authorization server's own document must name the very same
//! issuer, byte for byte (RFC 8414 §3.3), and adds what the SMART document does not say.
//!
//! Pericard's own members are optional and read from the SMART document alone: `totp_endpoint`
//! (which gets the access token, so it must lie under the base), `password_reset_uri`,
//! `account_uri` and `sessions_uri` (which a browser opens). A bad one costs its feature and is
//! [listed](PortalEndpoints::broken), and the portal can still be used.

use serde::Deserialize;
use serde_json::Value;
use url::Url;

use crate::base_url::{Base, endpoint};
use crate::limits::depth_is_fine;

const TOTP_ENDPOINT: &str = "totp_endpoint";

/// Why a portal cannot be used. Nothing of its answer is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DiscoveryError {
    /// The answer is not a discovery document: a web page, a sign-in page of a network, or damaged.
    #[error("the address does not answer like a portal")]
    NotAPortal,
    /// It names no issuer, or one that is not a usable address.
    #[error("the portal names no usable issuer")]
    NoIssuer,
    /// Its authorization server calls itself something else.
    #[error("the authorization server names another issuer")]
    WrongIssuer,
    /// S256 is not offered.
    #[error("the portal does not offer PKCE with S256")]
    NoPkce,
    /// It names no authorization endpoint.
    #[error("the portal names no authorization endpoint")]
    NoAuthorizationEndpoint,
    /// It names no token endpoint.
    #[error("the portal names no token endpoint")]
    NoTokenEndpoint,
    /// An endpoint is not https, or not a usable address.
    #[error("the address of {which} is not secure")]
    InsecureEndpoint {
        /// The member that names it.
        which: &'static str,
    },
}

/// The members that both documents share. Unknown ones are skipped, missing ones are empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct Metadata {
    issuer: Option<String>,
    authorization_endpoint: Option<String>,
    token_endpoint: Option<String>,
    revocation_endpoint: Option<String>,
    authorization_challenge_endpoint: Option<String>,
    pushed_authorization_request_endpoint: Option<String>,
    registration_endpoint: Option<String>,
    jwks_uri: Option<String>,
    authorization_response_iss_parameter_supported: bool,
    code_challenge_methods_supported: Vec<String>,
    dpop_signing_alg_values_supported: Vec<String>,
    require_pushed_authorization_requests: bool,
    acr_values_supported: Vec<String>,
    scopes_supported: Vec<String>,
    capabilities: Vec<String>,
    // Of any type: a bad one is left out and does not spoil the document.
    totp_endpoint: Option<Value>,
    password_reset_uri: Option<Value>,
    account_uri: Option<Value>,
    sessions_uri: Option<Value>,
}

/// The SMART configuration of a FHIR base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmartConfiguration(Metadata);

/// The metadata of an authorization server, by RFC 8414 or OpenID Connect Discovery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizationServer(Metadata);

/// All that signing in needs to know of a portal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortalEndpoints {
    /// The issuer as given; compared byte for byte ever after.
    pub issuer: String,
    /// Where the browser goes.
    pub authorization: Url,
    /// Where codes and refresh tokens are redeemed.
    pub token: Url,
    /// Where tokens are revoked (RFC 7009).
    pub revocation: Option<Url>,
    /// Where native sign-in happens (draft-ietf-oauth-first-party-apps-04 §4.1).
    pub challenge: Option<Url>,
    /// Where authorization requests can be pushed (RFC 9126).
    pub par: Option<Url>,
    /// Where the server's keys are.
    pub jwks: Option<Url>,
    /// Where clients can register (RFC 7591).
    pub registration: Option<Url>,
    /// Whether redirects carry `iss` (RFC 9207).
    pub iss_parameter: bool,
    /// Algorithms for DPoP (RFC 9449); none means it is not offered.
    pub dpop_algorithms: Vec<String>,
    /// Scopes that are named. The list may be incomplete; empty means that nothing is said.
    pub scopes: Vec<String>,
    /// SMART capabilities such as `launch-standalone` and `permission-v2`.
    pub capabilities: Vec<String>,
    /// Whether authorization requests must be pushed (RFC 9126 §5).
    pub par_required: bool,
    /// Authentication context classes that are named; for step-up (RFC 9470 §4).
    pub acr_values: Vec<String>,
    /// Where a second factor is set up and removed. It gets the access token: use it only after
    /// [`within`](Self::within).
    pub totp: Option<Url>,
    /// The portal's page for a forgotten password.
    pub password_reset: Option<Url>,
    /// The portal's page about the account.
    pub account: Option<Url>,
    /// The portal's page that lists and ends sessions.
    pub sessions: Option<Url>,
    /// Which of those four were named and are not usable addresses, by their member.
    pub broken: Vec<&'static str>,
}

impl SmartConfiguration {
    /// Reads the document.
    pub fn parse(json: &[u8]) -> Result<Self, DiscoveryError> {
        read(json).map(Self)
    }

    /// The issuer, if named.
    pub fn issuer(&self) -> Option<&str> {
        self.0.issuer.as_deref()
    }
}

impl AuthorizationServer {
    /// Reads the document.
    pub fn parse(json: &[u8]) -> Result<Self, DiscoveryError> {
        read(json).map(Self)
    }
}

fn read(json: &[u8]) -> Result<Metadata, DiscoveryError> {
    let text = std::str::from_utf8(json).map_err(|_| DiscoveryError::NotAPortal)?;
    // A struct can be read from an array as well, which no portal means.
    if !text.trim_start().starts_with('{') || !depth_is_fine(json) {
        return Err(DiscoveryError::NotAPortal);
    }
    serde_json::from_str(text).map_err(|_| DiscoveryError::NotAPortal)
}

/// Where the metadata of an issuer may be, in the order to ask: RFC 8414 §3.1 puts the well-known
/// part between host and path, OpenID Connect Discovery §4 at the end. Fails with
/// [`DiscoveryError::NoIssuer`] if it is not an address.
pub fn well_known_urls(
    issuer: &str,
    allow_loopback_http: bool,
) -> Result<[Url; 2], DiscoveryError> {
    let url = endpoint(issuer, allow_loopback_http).map_err(|_| DiscoveryError::NoIssuer)?;
    // An issuer has neither query nor fragment (RFC 8414 §2).
    if url.query().is_some() {
        return Err(DiscoveryError::NoIssuer);
    }
    let path = url.path().trim_end_matches('/');
    let mut oauth = url.clone();
    oauth.set_path(&format!("/.well-known/oauth-authorization-server{path}"));
    let mut openid = url.clone();
    openid.set_path(&format!("{path}/.well-known/openid-configuration"));
    Ok([oauth, openid])
}

impl PortalEndpoints {
    /// Puts both documents together and checks them. The server's own document may be missing,
    /// since many portals have none; then the SMART document must say everything.
    pub fn merge(
        smart: &SmartConfiguration,
        server: Option<&AuthorizationServer>,
        allow_loopback_http: bool,
    ) -> Result<Self, DiscoveryError> {
        let nothing = Metadata::default();
        let smart = &smart.0;
        let server = server.map_or(&nothing, |server| &server.0);
        let says_anything = smart.authorization_endpoint.is_some()
            || smart.token_endpoint.is_some()
            || smart.issuer.is_some();
        if !says_anything {
            return Err(DiscoveryError::NotAPortal);
        }
        let issuer = smart.issuer.clone().ok_or(DiscoveryError::NoIssuer)?;
        well_known_urls(&issuer, allow_loopback_http)?;
        if *server != nothing && server.issuer.as_ref() != Some(&issuer) {
            return Err(DiscoveryError::WrongIssuer);
        }
        let methods = [
            &smart.code_challenge_methods_supported,
            &server.code_challenge_methods_supported,
        ];
        if !methods.into_iter().flatten().any(|method| method == "S256") {
            return Err(DiscoveryError::NoPkce);
        }
        let url = |which: &'static str, member: fn(&Metadata) -> &Option<String>| {
            let said = member(smart).as_deref().or(member(server).as_deref());
            said.map(|text| endpoint(text, allow_loopback_http))
                .transpose()
                .map_err(|_| DiscoveryError::InsecureEndpoint { which })
        };
        let list = |member: fn(&Metadata) -> &Vec<String>| {
            let said = member(smart);
            if said.is_empty() {
                member(server).clone()
            } else {
                said.clone()
            }
        };
        let mut broken = Vec::new();
        let mut own = |which: &'static str, said: &Option<Value>| {
            let said = said.as_ref()?;
            let url = said
                .as_str()
                .and_then(|text| endpoint(text, allow_loopback_http).ok());
            if url.is_none() {
                broken.push(which);
            }
            url
        };
        let totp = own(TOTP_ENDPOINT, &smart.totp_endpoint);
        let password_reset = own("password_reset_uri", &smart.password_reset_uri);
        let account = own("account_uri", &smart.account_uri);
        let sessions = own("sessions_uri", &smart.sessions_uri);
        let authorization = url("authorization_endpoint", |it| &it.authorization_endpoint)?;
        let token = url("token_endpoint", |it| &it.token_endpoint)?;
        Ok(Self {
            issuer,
            authorization: authorization.ok_or(DiscoveryError::NoAuthorizationEndpoint)?,
            token: token.ok_or(DiscoveryError::NoTokenEndpoint)?,
            revocation: url("revocation_endpoint", |it| &it.revocation_endpoint)?,
            challenge: url("authorization_challenge_endpoint", |it| {
                &it.authorization_challenge_endpoint
            })?,
            par: url("pushed_authorization_request_endpoint", |it| {
                &it.pushed_authorization_request_endpoint
            })?,
            jwks: url("jwks_uri", |it| &it.jwks_uri)?,
            registration: url("registration_endpoint", |it| &it.registration_endpoint)?,
            iss_parameter: smart.authorization_response_iss_parameter_supported
                || server.authorization_response_iss_parameter_supported,
            dpop_algorithms: list(|it| &it.dpop_signing_alg_values_supported),
            scopes: list(|it| &it.scopes_supported),
            capabilities: list(|it| &it.capabilities),
            par_required: smart.require_pushed_authorization_requests
                || server.require_pushed_authorization_requests,
            acr_values: list(|it| &it.acr_values_supported),
            totp,
            password_reset,
            account,
            sessions,
            broken,
        })
    }

    /// Leaves out what gets the access token and lies outside the base, and lists it as broken.
    pub fn within(mut self, base: &Base) -> Self {
        if self.totp.take_if(|url| !base.covers(url)).is_some() {
            self.broken.push(TOTP_ENDPOINT);
        }
        self
    }

    /// Whether tokens can be bound to a key of the one kind that is used here, ES256 (RFC 9449
    /// §5.1).
    pub fn offers_dpop(&self) -> bool {
        self.dpop_algorithms.iter().any(|named| named == "ES256")
    }

    /// Whether a SMART capability is named.
    pub fn is_capable(&self, capability: &str) -> bool {
        self.capabilities.iter().any(|named| named == capability)
    }
}

#[cfg(test)]
mod tests;
