//! Detects protections that a portal announced before and no longer announces.
//!
//! Documents change for good reasons, but also when somebody takes over a server. So a protection is never dropped
//! silently: [`lost`] names it, and the client keeps the earlier documents in use and reports it, or asks the person to
//! sign in again.

use super::PortalEndpoints;

/// A protection that a portal can announce.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protection {
    /// The issuer publishes metadata, so nobody else can name its endpoints.
    Metadata,
    /// Redirects carry the issuer (RFC 9207).
    Issuer,
    /// Requests must be pushed (RFC 9126 §5).
    RequiredPushing,
    /// Requests can be pushed.
    Pushing,
    /// Tokens are bound to a key (RFC 9449).
    BoundTokens,
    /// Who signed in is proved by a signature (`jwks_uri`).
    Keys,
    /// Signing out ends the session at the portal (RFC 7009).
    Revocation,
}

impl Protection {
    /// Every one.
    pub const ALL: [Self; 7] = [
        Self::Metadata,
        Self::Issuer,
        Self::RequiredPushing,
        Self::Pushing,
        Self::BoundTokens,
        Self::Keys,
        Self::Revocation,
    ];

    /// Returns the name, for storage and display.
    pub fn name(self) -> &'static str {
        match self {
            Self::Metadata => "Authorization server metadata (RFC 8414)",
            Self::Issuer => "Issuer in redirects (RFC 9207)",
            Self::RequiredPushing => "Required pushed requests (RFC 9126)",
            Self::Pushing => "Pushed requests (RFC 9126)",
            Self::BoundTokens => "Bound tokens (RFC 9449)",
            Self::Keys => "Signing keys (JWKS)",
            Self::Revocation => "Revocation (RFC 7009)",
        }
    }

    /// Returns what the person loses without it.
    pub fn cost(self) -> &'static str {
        match self {
            Self::Metadata => "the authorization server no longer confirms its own addresses",
            Self::Issuer => "mix-ups between portals are noticed by state alone",
            Self::RequiredPushing | Self::Pushing => {
                "what is asked for passes through the browser, where it can be read"
            }
            Self::BoundTokens => "whoever steals a token can use it until it ends",
            Self::Keys => "who signed in rests on the connection alone",
            Self::Revocation => "after signing out, the portal lets the session run out by itself",
        }
    }
}

impl Protection {
    /// Whether a portal announces it.
    pub fn is_shown(self, portal: &PortalEndpoints) -> bool {
        match self {
            Self::Metadata => portal.published,
            Self::Issuer => portal.iss_parameter,
            Self::RequiredPushing => portal.par_required,
            Self::Pushing => portal.par.is_some(),
            Self::BoundTokens => portal.offers_dpop(),
            Self::Keys => portal.jwks.is_some(),
            Self::Revocation => portal.revocation.is_some(),
        }
    }
}

/// Returns the protections that `before` announces and `now` does not.
pub fn lost(before: &PortalEndpoints, now: &PortalEndpoints) -> Vec<Protection> {
    Protection::ALL
        .into_iter()
        .filter(|one| one.is_shown(before) && !one.is_shown(now))
        .collect()
}
