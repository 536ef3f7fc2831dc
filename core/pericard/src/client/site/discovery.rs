//! Discovery: the SMART configuration of the base (SMART App Launch 2.2 §2.1), the metadata of its authorization server
//! (RFC 8414, else OpenID Connect Discovery) with its keys, and the base's CapabilityStatement.
//!
//! Documents are saved as received, with their validators (RFC 9110 §8.8), so that an unchanged one is not sent again. No redirect is followed, and what is larger than its limit is not read.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use pericard_protocol::base_url::BaseError;
use pericard_protocol::limits;
use pericard_protocol::oauth::authorize::RedirectAddressError;
use pericard_protocol::oauth::discovery::metadata::{self, Found, MetadataError};
use pericard_protocol::oauth::discovery::protections::Protection;
use pericard_protocol::oauth::discovery::{
    AuthorizationServer, DiscoveryError, PortalEndpoints, SmartConfiguration, well_known_urls,
};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::client::host::Host;
use crate::http::{HttpClient, HttpError, Request, Response};
use crate::platform::error::{InputProblem, PericardError, PortalProblem, Result};

/// How long saved documents are used without revalidation.
const AGE: Duration = Duration::from_secs(24 * 60 * 60);

/// How long a portal that shows less than before is taken at its earlier word.
const GRACE: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// A portal's documents, kept in device.db.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Documents {
    /// When it was asked, by the device's clock.
    pub(super) asked: Option<SystemTime>,
    pub(super) smart: CachedDocument,
    pub(super) server: Option<CachedDocument>,
    #[serde(default)]
    pub(super) keys: Option<CachedDocument>,
    pub(super) capability: Option<CachedDocument>,
    #[serde(default)]
    pub(super) lost: Option<Lost>,
}

/// Protections that the portal announced before and no longer shows.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Lost {
    /// When it was first noticed.
    since: Option<SystemTime>,
    /// By the names of the protocol.
    pub(super) what: Vec<String>,
}

impl Lost {
    /// What of it the portal does not show again.
    pub(super) fn still(mut self, endpoints: &PortalEndpoints) -> Option<Self> {
        let shown = |name: &str| {
            let mut all = Protection::ALL.into_iter();
            all.any(|one| one.name() == name && one.is_shown(endpoints))
        };
        self.what.retain(|name| !shown(name));
        (!self.what.is_empty()).then_some(self)
    }
}

/// A document as received.
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

    /// Nothing if it is no text.
    fn of(response: Response, url: Url) -> Option<Self> {
        let header = |name| response.header(name).map(str::to_owned);
        let (etag, modified) = (header("etag"), header("last-modified"));
        Some(Self {
            text: String::from_utf8(response.body).ok()?,
            url: Some(url.into()),
            etag,
            modified,
        })
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

    /// Fetches all documents.
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
        // Of the same issuer, since the address is made of it.
        let known = known.filter(|kept| urls.iter().any(|url| kept.is_at(url)));
        let server = metadata(http, urls, issuer, known).await?;
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
            lost: None,
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
        let Some(url) = endpoints.jwks else {
            return Ok(None);
        };
        let known = known.filter(|kept| kept.is_at(&url));
        let found = document(http, url, limits::OAUTH_BODY, known).await;
        // Keys that cannot be had now are those of before; without any, nobody signs in.
        Ok(found.unwrap_or_else(|_| known.cloned()))
    }

    /// What this device goes on with after a portal has shown less than before (see [`protections`]): its documents of
    /// before, for as long as the loss may be a mistake or an attack that somebody notices. `person` says whether somebody
    /// is there to see it: only then is a loss that lasts accepted, and told by the findings from there on.
    pub(super) fn after(self, before: Self, lost: &[Protection], person: bool) -> Self {
        let now = self.asked;
        let mut what: Vec<String> = lost.iter().map(|one| one.name().to_owned()).collect();
        let earlier = before.lost.as_ref();
        // What goes missing only now has a week of its own.
        let noticed = earlier.filter(|earlier| what.iter().all(|one| earlier.what.contains(one)));
        let since = noticed.and_then(|earlier| earlier.since).or(now);
        let told = earlier.map(|earlier| earlier.what.clone());
        what.extend(told.unwrap_or_default());
        what.sort();
        what.dedup();
        let age = now
            .zip(since)
            .and_then(|(now, since)| now.duration_since(since).ok());
        let lost = Some(Lost { since, what });
        if person && age.is_some_and(|age| age >= GRACE) {
            return Self { lost, ..self };
        }
        Self {
            asked: self.asked,
            capability: self.capability,
            lost,
            ..before
        }
    }
}

/// What the authorization server publishes, from the first of its addresses that has it: `None` only where both say clearly
/// that there is nothing, and nothing was there before. What cannot be had now is what it was before.
async fn metadata(
    http: &HttpClient,
    urls: [Url; 2],
    issuer: &str,
    known: Option<&CachedDocument>,
) -> Result<Option<CachedDocument>> {
    let (mut found, mut server, mut trouble) = (Vec::new(), None, None);
    for url in urls {
        let known = known.filter(|kept| kept.is_at(&url));
        let (one, document) = match conditional(http, url.clone(), limits::OAUTH_BODY, known).await
        {
            Err(error) => {
                trouble = trouble.or(Some(PericardError::from(error)));
                (Found::Trouble, None)
            }
            Ok(response) if response.status == 304 => {
                let bytes = known.map(CachedDocument::bytes).unwrap_or_default();
                (metadata::read(200, bytes, issuer), known.cloned())
            }
            Ok(response) => {
                let one = metadata::read(response.status, &response.body, issuer);
                if one == Found::Trouble {
                    trouble = trouble.or(Some(response.refusal()));
                }
                (one, CachedDocument::of(response, url))
            }
        };
        let is_there = matches!(one, Found::Metadata(_));
        found.push(one);
        if is_there {
            server = document;
            break;
        }
    }
    match metadata::settle(found) {
        Ok(Some(_)) => Ok(server),
        // One that was there yesterday is not gone for a refusal today.
        Ok(None) => Ok(known.cloned()),
        Err(MetadataError::Unavailable) if known.is_some() => Ok(known.cloned()),
        Err(MetadataError::Unavailable) => {
            let failing = PericardError::portal(PortalProblem::InvalidAnswer);
            Err(trouble.unwrap_or(failing))
        }
        Err(MetadataError::WrongIssuer) => Err(PericardError::portal(PortalProblem::WrongIssuer)),
    }
}

/// Asks for a document, without its body where it is still the known one.
async fn conditional(
    http: &HttpClient,
    url: Url,
    limit: usize,
    known: Option<&CachedDocument>,
) -> Result<Response, HttpError> {
    let mut request = Request::get(url, limit).header("accept", "application/json");
    if let Some(etag) = known.and_then(|kept| kept.etag.as_ref()) {
        request = request.header("if-none-match", etag);
    } else if let Some(modified) = known.and_then(|kept| kept.modified.as_ref()) {
        request = request.header("if-modified-since", modified);
    }
    http.send(request).await
}

/// The document at `url`; nothing where the portal has none. A web page is no portal.
async fn document(
    http: &HttpClient,
    url: Url,
    limit: usize,
    known: Option<&CachedDocument>,
) -> Result<Option<CachedDocument>> {
    let known = known.filter(|kept| kept.is_at(&url));
    let response = conditional(http, url.clone(), limit, known).await?;
    match response.status {
        // A portal's own page of what it does not have is none of these.
        _ if response.is_html() && !(400..429).contains(&response.status) => {
            Err(response.refusal())
        }
        304 => known.cloned().map(Some).ok_or(response.refusal()),
        200 => {
            let invalid = PericardError::Portal {
                problem: PortalProblem::InvalidAnswer,
                status: Some(200),
            };
            CachedDocument::of(response, url).map(Some).ok_or(invalid)
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
