//! The configuration file that the headless client reads (`--config`).

use serde::{Deserialize, Serialize};

/// The whole file.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
pub struct ConfigFile {
    /// Each portal the client may use.
    pub portals: Vec<PortalEntry>,
}

/// One portal, as a client needs to know it.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
pub struct PortalEntry {
    /// The FHIR base.
    pub base: String,
    /// A client registered there.
    pub client_id: String,
    /// Its redirect; for loopback any port may be added.
    pub redirect: String,
    /// Whether the native challenge may be used.
    pub native_sign_in: bool,
    /// The keys that sign the policies of its clinic, as a JWK Set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_keys: Option<serde_json::Value>,
    /// Certificate authorities in PEM.
    pub extra_roots: Vec<String>,
}
