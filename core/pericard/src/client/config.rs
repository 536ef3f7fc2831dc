//! What an app configures: its directory, its portals, and which client of each it is.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How to open a client.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Config {
    /// A directory of the app's own, absolute; made when missing. On phones: in the app's private container,
    /// excluded from backups. One process at a time has it open.
    pub directory: String,
    /// The portals that the app's maker configured. Native sign-in is for these only.
    #[uniffi(default = [])]
    pub portals: Vec<PortalConfig>,
    /// Allows `http` to literal loopback addresses, for tests against a local server. Leave it off in apps.
    #[uniffi(default = false)]
    pub allow_loopback_http: bool,
    /// The app's name and version for the portal's logs, for example `Clinic/1.2`; printable ASCII. The version, numbers with
    /// dots between, is what a clinic's policy may ask to be newer.
    pub app: String,
}

/// How to reach a portal and who asks.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record, Serialize, Deserialize)]
pub struct PortalConfig {
    /// The FHIR base, for example `https://portal.example/fhir/r4`; `https` only. Kept as given.
    pub base: String,
    /// Which client of the portal the app is.
    #[serde(alias = "client_id", default)]
    pub client: ClientId,
    /// Where the browser comes back to after sign-in (RFC 8252 §7): a claimed `https` link, a private-use scheme,
    /// or `http://127.0.0.1:{port}/…` on a desktop. As registered with the portal.
    pub redirect: String,
    /// Allows the app's own password screen for this portal. Only heeded in `Config.portals`: a password is never
    /// asked for a portal that was typed or scanned.
    #[uniffi(default = false)]
    pub native_sign_in: bool,
    /// How long the cache stays readable without contact to the portal: a device that was lost, or whose owner lost access,
    /// may simply stay offline. After that, everything is sealed until the portal is reached (`LeaseEnded`). None means no
    /// limit; less than an hour counts as an hour.
    #[serde(default)]
    #[uniffi(default = None)]
    pub lease: Option<Duration>,
    /// Certificates (DER) that are trusted in addition to the system's, for this portal only.
    #[uniffi(default = [])]
    pub extra_roots: Vec<Vec<u8>>,
    /// The keys with which the clinic signs its policy, as a JWK Set (RFC 7517) in JSON: two at least, each with a `kid`, so that
    /// a stolen one can be replaced. None: no policy is asked for, and nothing can be switched off.
    #[serde(default)]
    #[uniffi(default = None)]
    pub policy_keys: Option<String>,
}

/// Which client of a portal the app is.
#[derive(Debug, Clone, Default, PartialEq, Eq, uniffi::Enum, Serialize, Deserialize)]
#[serde(from = "Option<String>", into = "Option<String>")]
pub enum ClientId {
    /// The one that the portal's makers registered for the app.
    Registered {
        /// The client id that they gave.
        client_id: String,
    },
    /// One that the app registers itself, at its first sign-in (RFC 7591), where the portal allows that. Such a client
    /// signs in by browser.
    #[default]
    Dynamic,
}

impl From<Option<String>> for ClientId {
    fn from(client_id: Option<String>) -> Self {
        client_id.map_or(Self::Dynamic, |client_id| Self::Registered { client_id })
    }
}

impl From<ClientId> for Option<String> {
    fn from(client: ClientId) -> Self {
        match client {
            ClientId::Registered { client_id } => Some(client_id),
            ClientId::Dynamic => None,
        }
    }
}
