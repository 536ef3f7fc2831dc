//! A portal: finding out what is behind an address.
//!
//! Uses: `client`, `sign_in`
//!
//! - [`Site`] is what is known of a portal and the way to it.
//! - `discovery` reads its documents and keeps them, so that an account works offline.
//! - `diagnostics` says what they mean for the person.
//! - `registration` makes this app a client of a portal that has never heard of it (RFC 7591).
//!
//! Nothing a portal says here makes a token go anywhere but to its base and its token endpoint.

mod diagnostics;
mod discovery;
mod registration;
mod site;

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::client::Core;
use crate::platform::error::PericardError;
use crate::sign_in::{SignIn, SignInMethod};

pub use diagnostics::{Finding, Verdict};
pub(crate) use site::Site;

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
    pub native_sign_in: bool,
    /// How long what is cached stays readable without a word from the portal: a device that was lost, or whose owner
    /// lost access, may simply stay offline. After it, everything is sealed until the portal is reached
    /// (`LeaseEnded`). None: without end. Less than an hour counts as an hour.
    #[serde(default)]
    pub lease: Option<Duration>,
    /// Certificates (DER) that are trusted in addition to the system's, for this portal only.
    pub extra_roots: Vec<Vec<u8>>,
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

/// What a portal can do.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct PortalCapabilities {
    /// Its authorization server's name for itself.
    pub issuer: String,
    /// Sign-in by the system browser: always there.
    pub browser_sign_in: bool,
    /// Sign-in on the app's own screens: the portal offers it and the app's configuration allows it.
    pub native_sign_in: bool,
    /// What is asked of it in the browser is sent to it directly and cannot be changed on the way (RFC 9126).
    pub pushed_requests: bool,
    /// A stolen token is worthless: it is bound to a key of this device (RFC 9449).
    pub bound_tokens: bool,
    /// It publishes the keys that it signs its statements of who signed in with.
    pub signed_identity: bool,
    /// Apps that it does not know can register themselves (RFC 7591).
    pub registration: bool,
    /// The second factor can be enrolled and removed in the app (`Account.two_factor`).
    pub two_factor: bool,
    /// Its own pages that can be opened by `Portal.page`.
    pub pages: Vec<PortalPage>,
    /// Messages can be read.
    pub messages: bool,
    /// Messages can be sent.
    pub send: bool,
    /// A message whose answer was lost can be proved to have arrived once (conditional create).
    pub proven_send: bool,
    /// Signing out ends the session at the portal too.
    pub revocation: bool,
    /// The FHIR version it announces; empty when it has no CapabilityStatement.
    pub fhir_version: String,
    /// Its software's name, where it says so.
    pub software: Option<String>,
}

/// A page of the portal's own, for what an app should not rebuild.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum PortalPage {
    /// Setting a new password when the old one is lost.
    PasswordReset,
    /// The person's account: password, address, second factors.
    Account,
    /// Where the person is signed in, and ending that elsewhere.
    Sessions,
}

/// A portal that was found.
#[derive(uniffi::Object)]
pub struct Portal {
    core: Arc<Core>,
    site: Arc<Site>,
}

#[uniffi::export]
impl Portal {
    /// The FHIR base, as configured.
    pub fn base(&self) -> String {
        self.site.config.base.clone()
    }

    /// What this portal can do, as it said at discovery. Memory only.
    pub fn capabilities(&self) -> PortalCapabilities {
        self.site.capabilities(&self.core)
    }

    /// What this portal can, cannot and gets wrong, as far as discovery shows, and what each costs the person. Memory
    /// only.
    pub fn findings(&self) -> Vec<Finding> {
        self.site.findings(&self.core)
    }

    /// The address of one of the portal's own pages, to open in the system's browser like a sign-in; its way back is
    /// `PortalConfig.redirect` with `page` in the query. Nothing where the portal has no such page. Memory only.
    pub fn page(&self, page: PortalPage) -> Option<String> {
        self.site.page(page)
    }

    /// Begins a sign-in. No request is sent yet: ask `SignIn.step` what to do.
    ///
    /// Fails with `InvalidInput` (`method`, `NotConfigured`) for a native sign-in that `Config.portals` does not
    /// allow, and `Portal` (`Unsupported`) where the portal has no endpoint for it.
    pub async fn sign_in(&self, method: SignInMethod) -> Result<Arc<SignIn>, PericardError> {
        let (core, site) = (self.core.clone(), self.site.clone());
        self.core
            .job(async move { SignIn::begin(core, site, method, None).await })
            .await
    }
}

impl Portal {
    pub(crate) fn new(core: Arc<Core>, site: Arc<Site>) -> Arc<Self> {
        Arc::new(Self { core, site })
    }
}
