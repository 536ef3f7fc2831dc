//! The authorization server: OAuth 2 with PKCE, OpenID Connect, and the first-party challenge.
//!
//! Strict on purpose: what RFC 6749, 7636, 8252, 9207 or the first-party draft forbid is refused, even
//! where real servers let it pass.

pub(crate) mod authorize;
pub(crate) mod challenge;
pub(crate) mod clients;
pub(crate) mod credentials;
pub(crate) mod discovery;
pub(crate) mod dpop;
mod es256;
mod finish;
mod form;
mod grants;
mod id_token;
mod keys;
pub(crate) mod login;
pub(crate) mod own_pages;
mod pages;
pub(crate) mod par;
mod proof;
pub(crate) mod register;
mod request;
mod reset;
mod scope;
mod sign_in;
pub(crate) mod token;

pub(crate) use clients::Clients;
pub(crate) use credentials::Credentials;
pub(crate) use dpop::Dpop;
pub(crate) use es256::Es256;
pub(crate) use grants::{Grants, Held};
pub(crate) use keys::SigningKey;
pub(crate) use scope::Scopes;
pub(crate) use sign_in::SignIns;
