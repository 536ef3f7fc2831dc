//! What servers in good faith do differently: faults that a client has to understand or to bear.

use serde::Deserialize;

/// What the RFC 8414 address answers in place of metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum FirstAddress {
    Html,
    ServerError,
    NotImplemented,
    EmptyObject,
    Cut,
    Moved,
}

/// How members of the discovery documents are odd.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum OddMembers {
    Nulls,
    EmptyTexts,
    TextForList,
    FlagsAsText,
    WrongTypes,
}

/// Which endpoint the SMART configuration names elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Contradicted {
    Authorization,
    Token,
    Revocation,
    Registration,
    Par,
    Jwks,
    Challenge,
}

impl Contradicted {
    pub(crate) fn member(self) -> &'static str {
        match self {
            Self::Authorization => "authorization_endpoint",
            Self::Token => "token_endpoint",
            Self::Revocation => "revocation_endpoint",
            Self::Registration => "registration_endpoint",
            Self::Par => "pushed_authorization_request_endpoint",
            Self::Jwks => "jwks_uri",
            Self::Challenge => "authorization_challenge_endpoint",
        }
    }
}

/// How a pushed request is refused although pushing is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum ParRefusal {
    InvalidClient,
    UnauthorizedClient,
    Missing,
    NotImplemented,
}

/// Which 401 the FHIR base answers although the token is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Unauthorized {
    Page,
    Proxy,
    Unexplained,
    MoreScope,
}

/// Which error a refresh is answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum RefreshError {
    InteractionRequired,
    LoginRequired,
    ConsentRequired,
    AccountSelectionRequired,
    MfaRequired,
    InvalidClient,
    InvalidRequest,
    ExpiredToken,
    TemporarilyUnavailable,
    ServerError,
    AccessDenied,
}

impl RefreshError {
    /// Status and code.
    pub(crate) fn answer(self) -> (u16, &'static str) {
        match self {
            Self::InteractionRequired => (400, "interaction_required"),
            Self::LoginRequired => (400, "login_required"),
            Self::ConsentRequired => (400, "consent_required"),
            Self::AccountSelectionRequired => (400, "account_selection_required"),
            Self::MfaRequired => (403, "mfa_required"),
            Self::InvalidClient => (401, "invalid_client"),
            Self::InvalidRequest => (400, "invalid_request"),
            Self::ExpiredToken => (400, "expired_token"),
            Self::TemporarilyUnavailable => (400, "temporarily_unavailable"),
            Self::ServerError => (400, "server_error"),
            Self::AccessDenied => (400, "access_denied"),
        }
    }
}

/// What a refusal at the authorization endpoint carries back to the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Denial {
    Proved,
    NoState,
}

/// Which member of a token answer is an empty text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum EmptyText {
    Error,
    RefreshToken,
    IdToken,
    Scope,
}

impl EmptyText {
    pub(crate) fn member(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::RefreshToken => "refresh_token",
            Self::IdToken => "id_token",
            Self::Scope => "scope",
        }
    }
}

/// How the label of a new `otpauth://` address is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum OddLabel {
    Plus,
    ThreeParts,
    OtherIssuer,
    Missing,
}

/// What becomes of the person's care team.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum OddTeam {
    Refused,
    Inactive,
    OfAnother,
}
