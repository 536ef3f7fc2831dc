//! Discovery of a portal: `{base}/.well-known/smart-configuration` (SMART App Launch 2.2, "Conformance") and the
//! metadata of its authorization server (RFC 8414, OpenID Connect Discovery 1.0).
//!
//! The SMART document of the FHIR base names the authorization server. If that issuer publishes metadata, its endpoints,
//! keys, DPoP algorithms, pushed requests and `iss` parameter come only from there, and a SMART document that
//! contradicts them is refused: a hostile base could otherwise name an honest issuer with its own token endpoint (RFC
//! 9700 §4.4). [`authority`] has the rules, also for issuers without metadata.
//!
//! | file | what it decides |
//! |---|---|
//! | [`documents`] | how the two documents are read, member by member |
//! | [`metadata`] | which of an issuer's two well-known addresses counts |
//! | [`authority`] | which document may name which endpoint |
//! | [`protections`] | which protections a portal no longer announces |
//!
//! [`PortalEndpoints::merge`] is pure and runs at every refresh of the documents, so taking over a base later gains
//! nothing.
//!
//! Pericard's own members are optional and read only from the SMART document: `totp_endpoint` (which receives the access
//! token, so it must be under the base), `password_reset_uri`, `account_uri` and `sessions_uri` (which a browser opens).
//! `authorization_challenge_endpoint` receives passwords, so it follows the rules for endpoints. An unusable member
//! disables its feature and is [listed](PortalEndpoints::broken); the portal can still be used.

use url::Url;

use crate::base_url::{Base, BaseError, endpoint};

pub mod authority;
pub mod documents;
pub mod metadata;
pub mod protections;

pub use documents::{AuthorizationServer, SmartConfiguration};
pub use metadata::well_known_urls;

use documents::{Member, Metadata};

/// Why a portal cannot be used. The text contains nothing of its response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DiscoveryError {
    /// The answer is not a discovery document: a web page, a sign-in page of a network, or damaged.
    #[error("the address does not answer like a portal")]
    NotAPortal,
    /// It names no issuer, or one that is not a usable address.
    #[error("the portal names no usable issuer")]
    NoIssuer,
    /// Its authorization server calls itself something else, or the portal names endpoints that are
    /// not that server's.
    #[error("the portal and its authorization server contradict each other")]
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
    /// An endpoint is not https, or one that is needed is not a usable address.
    #[error("the address of {which} is not secure")]
    InsecureEndpoint {
        /// The member that names it.
        which: &'static str,
    },
}

/// Everything that sign-in needs to know about a portal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortalEndpoints {
    /// The issuer as given; it is compared byte for byte.
    pub issuer: String,
    /// Whether the issuer publishes metadata, which then named all of the endpoints below.
    pub published: bool,
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
    /// Whether redirects carry `iss` (RFC 9207). Without it, each issuer needs a redirect of its own
    /// (RFC 9700 §4.4.2.2).
    pub iss_parameter: bool,
    /// Algorithms for DPoP (RFC 9449); none means it is not offered.
    pub dpop_algorithms: Vec<String>,
    /// Scopes that are named. Empty means that nothing is said.
    pub scopes: Vec<String>,
    /// SMART capabilities such as `launch-standalone` and `permission-v2`.
    pub capabilities: Vec<String>,
    /// Whether authorization requests must be pushed (RFC 9126 §5).
    pub par_required: bool,
    /// Authentication context classes that are named; for step-up (RFC 9470 §4).
    pub acr_values: Vec<String>,
    /// Where a second factor is set up and removed. It gets the access token and lies within the
    /// base.
    pub totp: Option<Url>,
    /// The portal's page for a forgotten password.
    pub password_reset: Option<Url>,
    /// The portal's page about the account.
    pub account: Option<Url>,
    /// The portal's page that lists and ends sessions.
    pub sessions: Option<Url>,
    /// Members of either document that are there and cannot be used: wrong, not missing.
    pub broken: Vec<&'static str>,
}

impl PortalEndpoints {
    /// Merges and checks both documents. `server` is the issuer's metadata; `None` only if it is known to publish none
    /// ([`metadata::settle`]).
    pub fn merge(
        base: &Base,
        smart: &SmartConfiguration,
        server: Option<&AuthorizationServer>,
        allow_loopback_http: bool,
    ) -> Result<Self, DiscoveryError> {
        let smart = &smart.0;
        let issuer = smart.named_issuer()?.to_owned();
        well_known_urls(&issuer, allow_loopback_http)?;
        let server = server.map(|server| &server.0);
        if server.is_some_and(|server| server.issuer.as_ref() != Some(&issuer)) {
            return Err(DiscoveryError::WrongIssuer);
        }
        let methods = [Some(smart), server].into_iter().flatten();
        let mut methods = methods.flat_map(|it| &it.code_challenge_methods);
        if !methods.any(|method| method == "S256") {
            return Err(DiscoveryError::NoPkce);
        }
        let mut broken = smart.wrong.clone();
        broken.extend(server.iter().flat_map(|server| &server.wrong));
        let authorities = match server {
            Some(server) => authority::published(smart, server, allow_loopback_http, &mut broken)?,
            None => authority::unpublished(base, &issuer, smart, allow_loopback_http, &mut broken)?,
        };
        let named = server.unwrap_or(smart);
        // The portal's own pages and lists come from the portal, not from the authorization server.
        let mut own = |which: Member, said: &Option<String>| {
            let url = endpoint(said.as_deref()?, allow_loopback_http).ok();
            let url = url.filter(|url| which != Member::Totp || base.covers(url));
            if url.is_none() {
                broken.push(which.name());
            }
            url
        };
        let totp = own(Member::Totp, &smart.totp);
        let password_reset = own(Member::PasswordReset, &smart.password_reset);
        let account = own(Member::Account, &smart.account);
        let sessions = own(Member::Sessions, &smart.sessions);
        broken.sort_unstable();
        broken.dedup();
        let first_said = |one: &[String], other: Option<&Vec<String>>| match one {
            [] => other.cloned().unwrap_or_default(),
            said => said.to_vec(),
        };
        Ok(Self {
            issuer,
            published: server.is_some(),
            authorization: authorities
                .authorization
                .ok_or(DiscoveryError::NoAuthorizationEndpoint)?,
            token: authorities.token.ok_or(DiscoveryError::NoTokenEndpoint)?,
            revocation: authorities.revocation,
            challenge: authorities.challenge,
            par: authorities.par,
            jwks: authorities.jwks,
            registration: authorities.registration,
            iss_parameter: named.iss_parameter,
            dpop_algorithms: named.dpop_algorithms.clone(),
            scopes: first_said(&smart.scopes, server.map(|server| &server.scopes)),
            capabilities: smart.capabilities.clone(),
            par_required: named.par_required,
            acr_values: first_said(&named.acr_values, Some(&smart.acr_values)),
            totp,
            password_reset,
            account,
            sessions,
            broken,
        })
    }

    /// Whether codes and tokens issued by `issuer` may be sent to `url`: only to endpoints of the same issuer (RFC 9700
    /// §4.4).
    pub fn may_receive(&self, issuer: &str, url: &Url) -> bool {
        let receivers = [
            Some(&self.token),
            self.revocation.as_ref(),
            self.challenge.as_ref(),
            self.par.as_ref(),
        ];
        self.issuer == issuer && receivers.into_iter().flatten().any(|one| one == url)
    }

    /// Whether tokens can be bound to an ES256 key (RFC 9449 §5.1).
    pub fn offers_dpop(&self) -> bool {
        self.dpop_algorithms.iter().any(|named| named == "ES256")
    }

    /// Whether a SMART capability is named.
    pub fn is_capable(&self, capability: &str) -> bool {
        self.capabilities.iter().any(|named| named == capability)
    }
}

/// Reads an endpoint. One that is not https is an error, since the portal intends to use it; one that is not a URL is
/// ignored unless it is required.
fn address(
    metadata: &Metadata,
    which: Member,
    allow_loopback_http: bool,
    broken: &mut Vec<&'static str>,
) -> Result<Option<Url>, DiscoveryError> {
    let name = which.name();
    let insecure = DiscoveryError::InsecureEndpoint { which: name };
    let Some(text) = metadata.endpoint(which) else {
        let is_wrong = metadata.wrong.contains(&name);
        // Without its keys, the issuer's signatures could not be verified.
        return if is_wrong && which.is_needed_where_named() {
            Err(insecure)
        } else {
            Ok(None)
        };
    };
    match endpoint(text, allow_loopback_http) {
        Ok(url) => Ok(Some(url)),
        Err(BaseError::NotHttps | BaseError::UserInfo) => Err(insecure),
        Err(_) if which.is_needed_where_named() => Err(insecure),
        Err(_) => {
            broken.push(name);
            Ok(None)
        }
    }
}

#[cfg(test)]
mod tests;
