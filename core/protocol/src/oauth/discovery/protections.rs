//! What a portal protected yesterday and does not today.
//!
//! Documents change for good reasons, and are changed by whoever takes a server over. A protection
//! that is no longer shown is therefore not dropped in silence: [`lost`] names it, and the client
//! keeps the documents of before in use and reports it, or asks the person to sign in anew.

use super::PortalEndpoints;

/// A protection that a portal can announce.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protection {
    /// The issuer publishes metadata, so that nobody else names its endpoints.
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
    /// What the person loses with it.
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

/// The protections that `before` shows and `now` does not.
pub fn lost(before: &PortalEndpoints, now: &PortalEndpoints) -> Vec<Protection> {
    shown(before)
        .into_iter()
        .zip(shown(now))
        .filter(|((_, then), (_, still))| *then && !still)
        .map(|((protection, _), _)| protection)
        .collect()
}

fn shown(portal: &PortalEndpoints) -> [(Protection, bool); 7] {
    [
        (Protection::Metadata, portal.published),
        (Protection::Issuer, portal.iss_parameter),
        (Protection::RequiredPushing, portal.par_required),
        (Protection::Pushing, portal.par.is_some()),
        (Protection::BoundTokens, portal.offers_dpop()),
        (Protection::Keys, portal.jwks.is_some()),
        (Protection::Revocation, portal.revocation.is_some()),
    ]
}
