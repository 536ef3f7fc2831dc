//! The authorization server: OAuth 2 with PKCE, OpenID Connect, and the first-party challenge.
//!
//! Strict on purpose: what RFC 6749, 7636, 8252, 9207 or the first-party draft forbid is refused, even
//! where real servers let it pass.

pub(crate) mod authorize;
pub(crate) mod challenge;
pub(crate) mod clients;
mod credentials;
pub(crate) mod discovery;
mod form;
mod grants;
mod keys;
mod pages;
mod scope;
pub(crate) mod token;

pub(crate) use credentials::Credentials;
pub(crate) use grants::Grants;
pub(crate) use keys::SigningKey;
pub(crate) use scope::Scopes;
