//! An authorization server that somebody else wrote: what the checks may ask of it beyond its protocol.

mod keycloak;
mod oidc_provider;

use std::fmt;

use serde_json::Value;

pub(crate) use keycloak::Keycloak;
pub(crate) use oidc_provider::OidcProvider;

use crate::people::Person;
use crate::trouble::Result;

/// What a server noted about a request of the app, in the words that both servers share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An authorization request was pushed (RFC 9126).
    Pushed,
    /// A code was redeemed.
    Redeemed,
    /// A refresh token was used.
    Refreshed,
    /// A token was revoked (RFC 7009).
    Revoked,
}

/// One note of the server's own log.
#[derive(Debug, Clone)]
pub(crate) struct Note {
    pub(crate) kind: Kind,
    /// Why the server refused it.
    pub(crate) error: Option<String>,
    /// Whether a refresh gave a new refresh token and spent the old one.
    pub(crate) rotated: bool,
    /// All that the server said.
    pub(crate) whole: Value,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.kind, self.whole)
    }
}

/// A running server.
pub(crate) enum Issuer {
    Keycloak(Keycloak),
    OidcProvider(OidcProvider),
}

impl Issuer {
    /// Its name for itself.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Keycloak(it) => it.issuer(),
            Self::OidcProvider(it) => it.issuer(),
        }
    }

    /// What it noted since this was last asked, oldest first.
    pub(crate) async fn notes(&self) -> Result<Vec<Note>> {
        match self {
            Self::Keycloak(it) => it.notes().await,
            Self::OidcProvider(it) => it.notes().await,
        }
    }

    /// Lets access tokens live so many seconds from now on.
    pub(crate) async fn access_token_life(&self, seconds: u32) -> Result {
        match self {
            Self::Keycloak(it) => it.access_token_life(seconds).await,
            Self::OidcProvider(it) => it.access_token_life(seconds).await,
        }
    }

    /// Ends one access token, and nothing else.
    pub(crate) async fn end_access_token(&self, token: &str) -> Result {
        match self {
            Self::Keycloak(it) => it.end_access_token(token).await,
            Self::OidcProvider(it) => it.end_access_token(token).await,
        }
    }

    /// How many grants of the app are alive for a person.
    pub(crate) async fn grants(&self, person: &Person) -> Result<u64> {
        match self {
            Self::Keycloak(it) => it.grants(person).await,
            Self::OidcProvider(it) => it.grants(person).await,
        }
    }

    /// Ends all grants of a person, as the portal's staff would.
    pub(crate) async fn end_grants(&self, person: &Person) -> Result {
        match self {
            Self::Keycloak(it) => it.end_grants(person).await,
            Self::OidcProvider(it) => it.end_grants(person).await,
        }
    }
}

/// The notes of one kind.
pub(crate) fn of(notes: &[Note], kind: Kind) -> Vec<&Note> {
    notes.iter().filter(|note| note.kind == kind).collect()
}
