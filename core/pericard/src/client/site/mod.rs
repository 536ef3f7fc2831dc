//! A portal as this device knows it: its documents and the HTTP client that reaches it.
//!
//! Uses: `config`, `host`, `policy`
//!
//! - `discovery` reads a portal's documents and saves them, so that an account works offline.
//! - `capabilities` and `diagnostics` say what they mean for the app and for the person.
//! - `registration` makes this app a client of a portal that has never heard of it (RFC 7591).
//!
//! Nothing a portal says here makes a token go anywhere but to its base and its token endpoint.

mod capabilities;
mod diagnostics;
mod discovery;
mod registration;

use std::sync::{Arc, Mutex, PoisonError};

use pericard_protocol::base_url::Base;
use pericard_protocol::fhir::capability::{CapabilityStatement, ResourceCapability};
use pericard_protocol::oauth::authorize::check_redirect;
use pericard_protocol::oauth::discovery::{
    AuthorizationServer, PortalEndpoints, SmartConfiguration, protections,
};
use pericard_protocol::oauth::jwks::KeySet;

use crate::client::host::Host;
use crate::http::HttpClient;
use crate::platform::error::Result;
use crate::platform::log;
use crate::session::authority::{Authority, ServerMetadata};

use crate::client::config::PortalConfig;
use crate::client::policy::PortalPolicy;

pub use capabilities::{PortalCapabilities, PortalPage};
pub use diagnostics::{Finding, Verdict};
use discovery::Documents;

/// A portal: its documents, and the HTTP client that reaches it.
pub(crate) struct Site {
    pub(crate) config: PortalConfig,
    pub(crate) http: HttpClient,
    pub(crate) authority: Arc<Authority>,
    pub(crate) policy: Arc<PortalPolicy>,
    documents: Mutex<Arc<Documents>>,
    capability: Mutex<Option<Arc<CapabilityStatement>>>,
}

impl Site {
    /// Fetches the portal's documents and saves them. Cached ones are revalidated rather than downloaded again.
    pub(crate) async fn discover(host: &Arc<Host>, config: PortalConfig) -> Result<Self> {
        let found = Self::find(host, config).await;
        log::event!(INFO, "portal asked for", result = found);
        found
    }

    async fn find(host: &Arc<Host>, config: PortalConfig) -> Result<Self> {
        check_redirect(&config.redirect)?;
        let http = host.http_client(&config)?;
        let own = config.clone();
        let (before, policy) = host
            .on_disk(move |host| Ok((Documents::load(host, &own.base)?, host.policy(&own)?)))
            .await?;
        let documents = Documents::ask(host, &http, before.as_ref()).await?;
        let documents = match before {
            Some(before) => not_less(host, &http, before, documents, true)?,
            None => documents,
        };
        let site = Self::of(host, config, http, policy, documents)?;
        site.keep(host).await?;
        site.recall(host).await;
        Ok(site)
    }

    /// Recalls how the portal's records take tokens.
    async fn recall(&self, host: &Arc<Host>) {
        let base = self.config.base.clone();
        let bearer = host.on_disk(move |host| host.device.takes_bearer(&base));
        // What is not known is found out anew.
        self.http.note_bearer(bearer.await.unwrap_or_default());
    }

    /// Loads the saved documents; `None` if there are none. Blocks.
    pub(crate) fn load(host: &Arc<Host>, config: PortalConfig) -> Result<Option<Self>> {
        let Some(documents) = Documents::load(host, &config.base)? else {
            return Ok(None);
        };
        let http = host.http_client(&config)?;
        http.note_bearer(host.device.takes_bearer(&config.base)?);
        let policy = host.policy(&config)?;
        Self::of(host, config, http, policy, documents).map(Some)
    }

    /// Reads the documents again when they are a day old. If the new ones are invalid, name another issuer or show fewer
    /// protections, the cached ones stay in use: an account is bound to its issuer.
    pub(crate) async fn refresh_documents(&self, host: &Arc<Host>) {
        let before = self.documents();
        if !before.is_old(host.platform.clock.now()) {
            return;
        }
        let Ok(documents) = Documents::ask(host, &self.http, Some(&before)).await else {
            return;
        };
        let loopback = host.config.allow_loopback_http;
        let before = Documents::clone(&before);
        let Ok(documents) = not_less(host, &self.http, before, documents, false) else {
            return;
        };
        let Ok((known, capability)) = read(&self.http, &documents, loopback) else {
            return;
        };
        if known.endpoints.issuer != self.issuer() {
            return;
        }
        self.authority.update(known);
        *self
            .capability
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = capability;
        *self
            .documents
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(documents);
        // What could not be kept is asked for again.
        let _ = self.keep(host).await;
    }

    fn of(
        host: &Host,
        config: PortalConfig,
        http: HttpClient,
        policy: Arc<PortalPolicy>,
        documents: Documents,
    ) -> Result<Self> {
        let (known, capability) = read(&http, &documents, host.config.allow_loopback_http)?;
        Ok(Self {
            config,
            authority: Arc::new(Authority::new(http.clone(), known)),
            http,
            policy,
            documents: Mutex::new(Arc::new(documents)),
            capability: Mutex::new(capability),
        })
    }

    async fn keep(&self, host: &Arc<Host>) -> Result<()> {
        let (base, document) = (
            self.config.base.clone(),
            serde_json::to_string(&*self.documents())?,
        );
        host.on_disk(move |host| host.device.save_portal(&base, &document))
            .await
    }

    /// The same. Blocks.
    pub(crate) fn save(&self, host: &Host) -> Result<()> {
        let document = serde_json::to_string(&*self.documents())?;
        host.device.save_portal(&self.config.base, &document)
    }

    fn documents(&self) -> Arc<Documents> {
        self.documents
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn base(&self) -> &Base {
        self.http.base()
    }

    /// What the portal offers and where.
    pub(crate) fn endpoints(&self) -> PortalEndpoints {
        self.authority.known().endpoints.clone()
    }

    pub(crate) fn issuer(&self) -> String {
        self.authority.known().endpoints.issuer.clone()
    }

    fn capability(&self) -> Option<Arc<CapabilityStatement>> {
        self.capability
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// What the portal announces for a resource type.
    pub(crate) fn resource(&self, kind: &str) -> Option<ResourceCapability> {
        self.capability()?.resource(kind).cloned()
    }
}

/// The documents to go on with: those of before in place of ones of the same issuer that show fewer protections.
fn not_less(
    host: &Host,
    http: &HttpClient,
    before: Documents,
    now: Documents,
    person: bool,
) -> Result<Documents> {
    let loopback = host.config.allow_loopback_http;
    // Documents of before that cannot be read any more protect nothing.
    let Ok((earlier, _)) = read(http, &before, loopback) else {
        return Ok(now);
    };
    let (later, _) = read(http, &now, loopback)?;
    if earlier.endpoints.issuer != later.endpoints.issuer {
        return Ok(now);
    }
    let lost = protections::lost(&earlier.endpoints, &later.endpoints);
    Ok(match (lost.as_slice(), before.lost.clone()) {
        // What was lost and accepted is told until it is back.
        ([], Some(lost)) => Documents {
            lost: lost.still(&later.endpoints),
            ..now
        },
        ([], None) => now,
        (lost, _) => now.after(before, lost, person),
    })
}

type Read = (ServerMetadata, Option<Arc<CapabilityStatement>>);

fn read(http: &HttpClient, documents: &Documents, allow_loopback_http: bool) -> Result<Read> {
    let smart = SmartConfiguration::parse(documents.smart.bytes())?;
    let server = documents.server.as_ref();
    let server = server
        .map(|kept| AuthorizationServer::parse(kept.bytes()))
        .transpose()?;
    let endpoints =
        PortalEndpoints::merge(http.base(), &smart, server.as_ref(), allow_loopback_http)?;
    let keys = documents.keys.as_ref();
    let capability = documents.capability.as_ref();
    Ok((
        ServerMetadata {
            endpoints,
            keys: keys.and_then(|kept| KeySet::parse(kept.bytes()).ok()),
        },
        capability
            .and_then(|kept| CapabilityStatement::parse(kept.bytes()).ok())
            .map(Arc::new),
    ))
}
