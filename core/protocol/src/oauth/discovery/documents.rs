//! Reads the two discovery documents member by member, so that an unusable member costs only itself and is reported as
//! wrong.

use serde::Deserialize;

use super::DiscoveryError;
use crate::json::{self, Flag, Member as Said, Text, Words};

/// The SMART configuration of a FHIR base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmartConfiguration(pub(super) Metadata);

/// The metadata of an authorization server, by RFC 8414 or OpenID Connect Discovery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizationServer(pub(super) Metadata);

impl SmartConfiguration {
    /// Reads the document. Fails if it is not a JSON object or has no member about sign-in.
    pub fn parse(json: &[u8]) -> Result<Self, DiscoveryError> {
        let metadata = Metadata::parse(json)?;
        if metadata.says_nothing() {
            return Err(DiscoveryError::NotAPortal);
        }
        Ok(Self(metadata))
    }

    /// The issuer, if named.
    pub fn issuer(&self) -> Option<&str> {
        self.0.issuer.as_deref()
    }
}

impl AuthorizationServer {
    /// Reads the document. Fails if it is not a JSON object or names no issuer, which RFC 8414 §2 requires: some
    /// gateways respond to every request with some JSON.
    pub fn parse(json: &[u8]) -> Result<Self, DiscoveryError> {
        let metadata = Metadata::parse(json)?;
        if metadata.issuer.is_none() {
            return Err(DiscoveryError::NotAPortal);
        }
        Ok(Self(metadata))
    }

    /// Returns the issuer that it names.
    pub fn issuer(&self) -> &str {
        self.0.issuer.as_deref().unwrap_or_default()
    }
}

/// A member that names an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Member {
    Authorization,
    Token,
    Revocation,
    Introspection,
    Challenge,
    Par,
    Registration,
    Jwks,
    Totp,
    PasswordReset,
    Account,
    Sessions,
}

impl Member {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Authorization => "authorization_endpoint",
            Self::Token => "token_endpoint",
            Self::Revocation => "revocation_endpoint",
            Self::Introspection => "introspection_endpoint",
            Self::Challenge => "authorization_challenge_endpoint",
            Self::Par => "pushed_authorization_request_endpoint",
            Self::Registration => "registration_endpoint",
            Self::Jwks => "jwks_uri",
            Self::Totp => "totp_endpoint",
            Self::PasswordReset => "password_reset_uri",
            Self::Account => "account_uri",
            Self::Sessions => "sessions_uri",
        }
    }

    /// Whether an unusable address is an error instead of being ignored.
    pub(super) fn is_needed_where_named(self) -> bool {
        matches!(self, Self::Authorization | Self::Token | Self::Jwks)
    }
}

/// The members that both documents share.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Metadata {
    pub(super) issuer: Option<String>,
    authorization: Option<String>,
    token: Option<String>,
    revocation: Option<String>,
    introspection: Option<String>,
    challenge: Option<String>,
    par: Option<String>,
    registration: Option<String>,
    jwks: Option<String>,
    pub(super) iss_parameter: bool,
    pub(super) code_challenge_methods: Vec<String>,
    pub(super) dpop_algorithms: Vec<String>,
    pub(super) par_required: bool,
    pub(super) acr_values: Vec<String>,
    pub(super) scopes: Vec<String>,
    pub(super) capabilities: Vec<String>,
    pub(super) totp: Option<String>,
    pub(super) password_reset: Option<String>,
    pub(super) account: Option<String>,
    pub(super) sessions: Option<String>,
    /// The members that could not be read.
    pub(super) wrong: Vec<&'static str>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Raw {
    issuer: Said<Text>,
    authorization_endpoint: Said<Text>,
    token_endpoint: Said<Text>,
    revocation_endpoint: Said<Text>,
    introspection_endpoint: Said<Text>,
    authorization_challenge_endpoint: Said<Text>,
    pushed_authorization_request_endpoint: Said<Text>,
    registration_endpoint: Said<Text>,
    jwks_uri: Said<Text>,
    authorization_response_iss_parameter_supported: Said<Flag>,
    code_challenge_methods_supported: Said<Words>,
    dpop_signing_alg_values_supported: Said<Words>,
    require_pushed_authorization_requests: Said<Flag>,
    acr_values_supported: Said<Words>,
    scopes_supported: Said<Words>,
    capabilities: Said<Words>,
    totp_endpoint: Said<Text>,
    password_reset_uri: Said<Text>,
    account_uri: Said<Text>,
    sessions_uri: Said<Text>,
}

impl Metadata {
    fn parse(json: &[u8]) -> Result<Self, DiscoveryError> {
        let raw: Raw = json::read(json).map_err(|_| DiscoveryError::NotAPortal)?;
        let mut wrong = Vec::new();
        let mut text = |said: Said<Text>, which: Member| said.take(which.name(), &mut wrong);
        let mut metadata = Self {
            authorization: text(raw.authorization_endpoint, Member::Authorization),
            token: text(raw.token_endpoint, Member::Token),
            revocation: text(raw.revocation_endpoint, Member::Revocation),
            introspection: text(raw.introspection_endpoint, Member::Introspection),
            challenge: text(raw.authorization_challenge_endpoint, Member::Challenge),
            par: text(raw.pushed_authorization_request_endpoint, Member::Par),
            registration: text(raw.registration_endpoint, Member::Registration),
            jwks: text(raw.jwks_uri, Member::Jwks),
            totp: text(raw.totp_endpoint, Member::Totp),
            password_reset: text(raw.password_reset_uri, Member::PasswordReset),
            account: text(raw.account_uri, Member::Account),
            sessions: text(raw.sessions_uri, Member::Sessions),
            ..Self::default()
        };
        metadata.issuer = raw.issuer.take("issuer", &mut wrong);
        let mut words = |said: Said<Words>, name| said.take(name, &mut wrong).unwrap_or_default();
        metadata.code_challenge_methods = words(
            raw.code_challenge_methods_supported,
            "code_challenge_methods_supported",
        );
        metadata.dpop_algorithms = words(
            raw.dpop_signing_alg_values_supported,
            "dpop_signing_alg_values_supported",
        );
        metadata.acr_values = words(raw.acr_values_supported, "acr_values_supported");
        metadata.scopes = words(raw.scopes_supported, "scopes_supported");
        metadata.capabilities = words(raw.capabilities, "capabilities");
        let mut flag = |said: Said<Flag>, name| said.take(name, &mut wrong).unwrap_or_default();
        metadata.iss_parameter = flag(
            raw.authorization_response_iss_parameter_supported,
            "authorization_response_iss_parameter_supported",
        );
        metadata.par_required = flag(
            raw.require_pushed_authorization_requests,
            "require_pushed_authorization_requests",
        );
        metadata.wrong = wrong;
        Ok(metadata)
    }

    fn says_nothing(&self) -> bool {
        self.issuer.is_none() && self.authorization.is_none() && self.token.is_none()
    }

    pub(super) fn named_issuer(&self) -> Result<&str, DiscoveryError> {
        self.issuer.as_deref().ok_or(DiscoveryError::NoIssuer)
    }

    /// The address that a member names.
    pub(super) fn endpoint(&self, which: Member) -> Option<&str> {
        let said = match which {
            Member::Authorization => &self.authorization,
            Member::Token => &self.token,
            Member::Revocation => &self.revocation,
            Member::Introspection => &self.introspection,
            Member::Challenge => &self.challenge,
            Member::Par => &self.par,
            Member::Registration => &self.registration,
            Member::Jwks => &self.jwks,
            Member::Totp => &self.totp,
            Member::PasswordReset => &self.password_reset,
            Member::Account => &self.account,
            Member::Sessions => &self.sessions,
        };
        said.as_deref()
    }
}
