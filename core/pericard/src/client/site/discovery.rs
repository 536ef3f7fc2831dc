//! Discovery: the SMART configuration of the base (SMART App Launch 2.2 §2.1), the metadata of its authorization server
//! (RFC 8414, else OpenID Connect Discovery) with its keys, and the base's CapabilityStatement.
//!
//! Documents are kept as they came, with their validators (RFC 9110 §8.8): asked again, a portal that has nothing new
//! answers with nothing. No redirect is followed, and what is larger than its limit is not read.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use pericard_protocol::base_url::BaseError;
use pericard_protocol::limits;
use pericard_protocol::oauth::authorize::RedirectAddressError;
use pericard_protocol::oauth::discovery::{
    AuthorizationServer, DiscoveryError, PortalEndpoints, SmartConfiguration, well_known_urls,
};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::client::host::Host;
use crate::http::{HttpClient, Request, Response};
use crate::platform::error::{InputProblem, PericardError, PortalProblem, Result};

/// How long documents are believed without asking again.
const AGE: Duration = Duration::from_secs(24 * 60 * 60);

/// A portal's documents, kept in device.db.
#[derive(Serialize, Deserialize)]
pub(crate) struct Documents {
    /// When it was asked, by the device's clock.
    asked: Option<SystemTime>,
    pub(super) smart: CachedDocument,
    pub(super) server: Option<CachedDocument>,
    #[serde(default)]
    pub(super) keys: Option<CachedDocument>,
    pub(super) capability: Option<CachedDocument>,
}

/// A document as it came.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct CachedDocument {
    text: String,
    /// Where it was found.
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    etag: Option<String>,
    #[serde(default)]
    modified: Option<String>,
}

impl CachedDocument {
    pub(super) fn bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    fn is_at(&self, url: &Url) -> bool {
        self.url.as_deref() == Some(url.as_str())
    }
}

impl Documents {
    /// Blocks.
    pub(super) fn load(host: &Arc<Host>, base: &str) -> Result<Option<Self>> {
        let kept = host.device.portal(base)?;
        Ok(kept.map(|text| serde_json::from_str(&text)).transpose()?)
    }

    pub(super) fn is_old(&self, now: SystemTime) -> bool {
        // A clock that was set back makes them old as well: they are asked for once more.
        let age = self.asked.and_then(|asked| now.duration_since(asked).ok());
        age.is_none_or(|age| age >= AGE)
    }

    /// Asks the portal for all of them.
    pub(super) async fn ask(host: &Host, http: &HttpClient, before: Option<&Self>) -> Result<Self> {
        let loopback = host.config.allow_loopback_http;
        let base = http.base();
        let smart = document(
            http,
            base.join(".well-known/smart-configuration"),
            limits::OAUTH_BODY,
            before.map(|before| &before.smart),
        )
        .await?;
        let Some(smart) = smart else {
            return Err(PericardError::portal(PortalProblem::NotAPortal));
        };
        let parsed = SmartConfiguration::parse(smart.bytes())?;
        let issuer = parsed.issuer().ok_or(DiscoveryError::NoIssuer)?;
        let known = before.and_then(|before| before.server.as_ref());
        let mut urls = well_known_urls(issuer, loopback)?;
        // Where it was found the last time is asked first.
        urls.sort_by_key(|url| !known.is_some_and(|kept| kept.is_at(url)));
        let mut server = None;
        // Of the same issuer, since the address is made of it.
        let known = known.filter(|kept| urls.iter().any(|url| kept.is_at(url)));
        for url in urls {
            let found = document(http, url, limits::OAUTH_BODY, known).await?;
            server = found.filter(|found| AuthorizationServer::parse(found.bytes()).is_ok());
            if server.is_some() {
                break;
            }
        }
        // One that was there yesterday is not gone for a refusal today.
        let server = server.or_else(|| known.cloned());
        let statement = before.and_then(|before| before.capability.as_ref());
        let capability = document(
            http,
            base.join("metadata"),
            limits::CAPABILITY_BODY,
            statement,
        )
        .await?;
        let mut documents = Self {
            asked: Some(host.platform.clock.now()),
            smart,
            server,
            keys: None,
            capability,
        };
        let known = before.and_then(|before| before.keys.as_ref());
        documents.keys = documents.keys(http, loopback, known).await?;
        Ok(documents)
    }

    /// The authorization server's keys. Without them nobody can sign in, but what is wrong with the rest is told first.
    async fn keys(
        &self,
        http: &HttpClient,
        loopback: bool,
        known: Option<&CachedDocument>,
    ) -> Result<Option<CachedDocument>> {
        let smart = SmartConfiguration::parse(self.smart.bytes())?;
        let server = self.server.as_ref();
        let server = server
            .map(|kept| AuthorizationServer::parse(kept.bytes()))
            .transpose()?;
        let endpoints = PortalEndpoints::merge(http.base(), &smart, server.as_ref(), loopback)?;
        let found = match endpoints.jwks {
            Some(url) => document(http, url, limits::OAUTH_BODY, known).await,
            None => Ok(None),
        };
        Ok(found.unwrap_or_default())
    }
}

/// The document at `url`; nothing where the portal has none. A web page is no portal.
async fn document(
    http: &HttpClient,
    url: Url,
    limit: usize,
    known: Option<&CachedDocument>,
) -> Result<Option<CachedDocument>> {
    let known = known.filter(|kept| kept.is_at(&url));
    let mut request = Request::get(url.clone(), limit).header("accept", "application/json");
    if let Some(etag) = known.and_then(|kept| kept.etag.as_ref()) {
        request = request.header("if-none-match", etag);
    } else if let Some(modified) = known.and_then(|kept| kept.modified.as_ref()) {
        request = request.header("if-modified-since", modified);
    }
    let response: Response = http.send(request).await?;
    let header = |name| response.header(name).map(str::to_owned);
    match response.status {
        // A portal's own page of what it does not have is none of these.
        _ if response.is_html() && !(400..429).contains(&response.status) => {
            Err(response.refusal())
        }
        304 => known.cloned().map(Some).ok_or(response.refusal()),
        200 => {
            let (etag, modified) = (header("etag"), header("last-modified"));
            let text = String::from_utf8(response.body).map_err(|_| PericardError::Portal {
                problem: PortalProblem::InvalidAnswer,
                status: Some(200),
            })?;
            Ok(Some(CachedDocument {
                text,
                url: Some(url.into()),
                etag,
                modified,
            }))
        }
        400..=428 | 430..=499 => Ok(None),
        _ => Err(response.refusal()),
    }
}

impl From<DiscoveryError> for PericardError {
    fn from(error: DiscoveryError) -> Self {
        Self::portal(match error {
            DiscoveryError::NotAPortal => PortalProblem::NotAPortal,
            DiscoveryError::WrongIssuer | DiscoveryError::NoIssuer => PortalProblem::WrongIssuer,
            DiscoveryError::InsecureEndpoint { .. } => PortalProblem::Insecure,
            DiscoveryError::NoPkce
            | DiscoveryError::NoAuthorizationEndpoint
            | DiscoveryError::NoTokenEndpoint => PortalProblem::Unsupported,
        })
    }
}

impl From<BaseError> for PericardError {
    fn from(error: BaseError) -> Self {
        let problem = match error {
            BaseError::NotHttps => InputProblem::NotHttps,
            _ => InputProblem::NotAUrl,
        };
        Self::input("base", problem)
    }
}

impl From<RedirectAddressError> for PericardError {
    fn from(error: RedirectAddressError) -> Self {
        let problem = match error {
            RedirectAddressError::NotAUrl => InputProblem::NotAUrl,
            RedirectAddressError::NotPrivate => InputProblem::NotHttps,
        };
        Self::input("redirect", problem)
    }
}
