//! What is known of a portal, and the way to it.

use std::sync::{Arc, Mutex, PoisonError};

use pericard_protocol::base_url::Base;
use pericard_protocol::fhir::capability::{CapabilityStatement, ResourceCapability};
use pericard_protocol::oauth::authorize::check_redirect;
use pericard_protocol::oauth::discovery::{
    AuthorizationServer, PortalEndpoints, SmartConfiguration,
};
use pericard_protocol::oauth::jwks::KeySet;
use url::Url;

use crate::client::Core;
use crate::http::HttpClient;
use crate::platform::error::Result;
use crate::session::authority::{Authority, ServerMetadata};

use super::discovery::Documents;
use super::{PortalCapabilities, PortalConfig, PortalPage};

/// What is known of a portal, and the way to it.
pub(crate) struct Site {
    pub(crate) config: PortalConfig,
    pub(crate) http: HttpClient,
    pub(crate) authority: Arc<Authority>,
    pub(super) documents: Mutex<Arc<Documents>>,
    capability: Mutex<Option<Arc<CapabilityStatement>>>,
}

impl Site {
    /// Asks the portal, and keeps what it said. What is kept from before is not sent again by a portal that knows it.
    pub(crate) async fn discover(core: &Arc<Core>, config: PortalConfig) -> Result<Self> {
        check_redirect(&config.redirect)?;
        let http = core.http(&config)?;
        let base = config.base.clone();
        let before = core
            .on_disk(move |core| Documents::load(core, &base))
            .await?;
        let documents = Documents::ask(core, &http, before.as_ref()).await?;
        let site = Self::of(core, config, http, documents)?;
        site.keep(core).await?;
        Ok(site)
    }

    /// What the portal said when it was last asked; `None` when it never was. Blocks.
    pub(crate) fn load(core: &Arc<Core>, config: PortalConfig) -> Result<Option<Self>> {
        let Some(documents) = Documents::load(core, &config.base)? else {
            return Ok(None);
        };
        let http = core.http(&config)?;
        Self::of(core, config, http, documents).map(Some)
    }

    /// Reads the documents again when they are a day old. A portal that says nonsense today, or calls itself something
    /// else, is believed what it said before: an account is bound to its issuer.
    pub(crate) async fn keep_up(&self, core: &Arc<Core>) {
        let before = self.documents();
        if !before.is_old(core.platform.clock.now()) {
            return;
        }
        let Ok(documents) = Documents::ask(core, &self.http, Some(&before)).await else {
            return;
        };
        let loopback = core.config.allow_loopback_http;
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
        let _ = self.keep(core).await;
    }

    fn of(
        core: &Core,
        config: PortalConfig,
        http: HttpClient,
        documents: Documents,
    ) -> Result<Self> {
        let (known, capability) = read(&http, &documents, core.config.allow_loopback_http)?;
        Ok(Self {
            config,
            authority: Arc::new(Authority::new(http.clone(), known)),
            http,
            documents: Mutex::new(Arc::new(documents)),
            capability: Mutex::new(capability),
        })
    }

    async fn keep(&self, core: &Arc<Core>) -> Result<()> {
        let (base, document) = (
            self.config.base.clone(),
            serde_json::to_string(&*self.documents())?,
        );
        core.on_disk(move |core| core.device.keep_portal(&base, &document))
            .await
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

    pub(super) fn capability(&self) -> Option<Arc<CapabilityStatement>> {
        self.capability
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// What the portal announces for a resource type.
    pub(crate) fn resource(&self, kind: &str) -> Option<ResourceCapability> {
        self.capability()?.resource(kind).cloned()
    }

    pub(super) fn capabilities(&self, core: &Core) -> PortalCapabilities {
        let (endpoints, statement) = (self.endpoints(), self.capability());
        let messages = self.resource("Communication");
        let messages = messages.as_ref();
        PortalCapabilities {
            browser_sign_in: true,
            native_sign_in: endpoints.challenge.is_some() && core.allows_native(&self.config.base),
            pushed_requests: endpoints.par.is_some(),
            bound_tokens: endpoints.offers_dpop(),
            signed_identity: endpoints.jwks.is_some(),
            registration: endpoints.registration.is_some(),
            two_factor: endpoints.totp.is_some(),
            pages: [
                PortalPage::PasswordReset,
                PortalPage::Account,
                PortalPage::Sessions,
            ]
            .into_iter()
            .filter(|page| address(&endpoints, *page).is_some())
            .collect(),
            messages: messages.is_some_and(ResourceCapability::searches),
            send: messages.is_some_and(ResourceCapability::creates),
            proven_send: messages.is_some_and(|m| m.creates() && m.conditional_create),
            revocation: endpoints.revocation.is_some(),
            fhir_version: statement
                .as_ref()
                .map(|c| c.fhir_version.clone())
                .unwrap_or_default(),
            software: statement.and_then(|c| c.software.clone()),
            issuer: endpoints.issuer,
        }
    }

    pub(super) fn page(&self, page: PortalPage) -> Option<String> {
        let mut url = address(&self.endpoints(), page)?.clone();
        url.query_pairs_mut()
            .append_pair("return_to", &self.config.redirect);
        Some(url.into())
    }
}

fn address(endpoints: &PortalEndpoints, page: PortalPage) -> Option<&Url> {
    match page {
        PortalPage::PasswordReset => endpoints.password_reset.as_ref(),
        PortalPage::Account => endpoints.account.as_ref(),
        PortalPage::Sessions => endpoints.sessions.as_ref(),
    }
}

type Read = (ServerMetadata, Option<Arc<CapabilityStatement>>);

fn read(http: &HttpClient, documents: &Documents, allow_loopback_http: bool) -> Result<Read> {
    let smart = SmartConfiguration::parse(documents.smart.bytes())?;
    let server = documents.server.as_ref();
    let server = server
        .map(|kept| AuthorizationServer::parse(kept.bytes()))
        .transpose()?;
    let endpoints = PortalEndpoints::merge(&smart, server.as_ref(), allow_loopback_http)?;
    let keys = documents.keys.as_ref();
    let capability = documents.capability.as_ref();
    Ok((
        ServerMetadata {
            endpoints: endpoints.within(http.base()),
            keys: keys.and_then(|kept| KeySet::parse(kept.bytes()).ok()),
        },
        capability
            .and_then(|kept| CapabilityStatement::parse(kept.bytes()).ok())
            .map(Arc::new),
    ))
}
