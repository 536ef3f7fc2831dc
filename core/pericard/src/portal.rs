//! A portal: finding out what is behind an address.
//!
//! Uses: `client`, `sign_in`
//!
//! Discovery reads the SMART configuration of the base (SMART App Launch 2.2 §2.1), the metadata of its
//! authorization server (RFC 8414, else OpenID Connect Discovery) and its CapabilityStatement. What was read is
//! kept, so that an account works offline; nothing a portal says here makes a token go anywhere but to its base and
//! its token endpoint.

use std::sync::Arc;

use pericard_protocol::fhir::capability::{CapabilityStatement, ResourceCapability};
use pericard_protocol::limits;
use pericard_protocol::oauth::discovery::{
    AuthorizationServer, DiscoveryError, PortalEndpoints, SmartConfiguration, well_known_urls,
};
use pericard_protocol::place::{Base, BaseError};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::client::Core;
use crate::ground::error::{InputProblem, PericardError, PortalProblem, Result};
use crate::keepers::net::{Answer, Call, Net};
use crate::sign_in::{SignIn, SignInMethod};

/// How to reach a portal and who asks.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record, Serialize, Deserialize)]
pub struct PortalConfig {
    /// The FHIR base, for example `https://portal.example/fhir/r4`; `https` only. Kept as given.
    pub base: String,
    /// The client id that the portal gave the app.
    pub client_id: String,
    /// Where the browser comes back to after sign-in (RFC 8252 §7): a claimed `https` link, a private-use scheme,
    /// or `http://127.0.0.1:{port}/…` on a desktop. As registered with the portal.
    pub redirect: String,
    /// Allows the app's own password screen for this portal. Only heeded in `Config.portals`: a password is never
    /// asked for a portal that was typed or scanned.
    pub native_sign_in: bool,
    /// Certificates (DER) that are trusted in addition to the system's, for this portal only.
    pub extra_roots: Vec<Vec<u8>>,
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

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Finding {
    /// What was looked at, in a few words.
    pub subject: String,
    /// How it is.
    pub verdict: Verdict,
    /// What it means for the person.
    pub consequence: String,
}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Verdict {
    /// As it should be.
    Works,
    /// Not offered.
    Missing,
    /// Offered, and wrong.
    Wrong,
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

    /// What this portal can, cannot and gets wrong, as far as discovery shows. Memory only.
    pub fn findings(&self) -> Vec<Finding> {
        self.site.findings(&self.core)
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

/// What is known of a portal, and the way to it.
pub(crate) struct Site {
    pub(crate) config: PortalConfig,
    pub(crate) net: Net,
    pub(crate) endpoints: PortalEndpoints,
    capability: Option<CapabilityStatement>,
}

/// The portal's documents as they came, kept in device.db.
#[derive(Serialize, Deserialize)]
struct Documents {
    smart: String,
    server: Option<String>,
    capability: Option<String>,
}

impl Site {
    /// Asks the portal, and keeps what it said.
    pub(crate) async fn discover(core: &Arc<Core>, config: PortalConfig) -> Result<Self> {
        let net = core.net(&config)?;
        let loopback = core.config.allow_loopback_http;
        let base = net.base();
        let smart = document(
            &net,
            base.join(".well-known/smart-configuration"),
            limits::OAUTH_BODY,
        )
        .await?;
        let Some(smart) = smart else {
            return Err(PericardError::portal(PortalProblem::NotAPortal));
        };
        let issuer = SmartConfiguration::parse(smart.as_bytes())?
            .issuer()
            .map(str::to_owned)
            .ok_or(DiscoveryError::NoIssuer)?;
        let mut server = None;
        for url in well_known_urls(&issuer, loopback)? {
            let found = document(&net, url, limits::OAUTH_BODY).await?;
            server = found.filter(|text| AuthorizationServer::parse(text.as_bytes()).is_ok());
            if server.is_some() {
                break;
            }
        }
        let capability = document(&net, base.join("metadata"), limits::CAPABILITY_BODY).await?;
        let documents = Documents {
            smart,
            server,
            capability,
        };
        let site = Self::of(core, config, net, &documents)?;
        let (keep, base) = (serde_json::to_string(&documents)?, site.config.base.clone());
        core.on_disk(move |core| core.device.keep_portal(&base, &keep))
            .await?;
        Ok(site)
    }

    /// What the portal said when it was last asked; `None` when it never was. Blocks.
    pub(crate) fn kept(core: &Arc<Core>, config: PortalConfig) -> Result<Option<Self>> {
        let Some(kept) = core.device.portal(&config.base)? else {
            return Ok(None);
        };
        let documents: Documents = serde_json::from_str(&kept)?;
        let net = core.net(&config)?;
        Self::of(core, config, net, &documents).map(Some)
    }

    fn of(core: &Arc<Core>, config: PortalConfig, net: Net, documents: &Documents) -> Result<Self> {
        let smart = SmartConfiguration::parse(documents.smart.as_bytes())?;
        let server = documents
            .server
            .as_ref()
            .map(|text| AuthorizationServer::parse(text.as_bytes()))
            .transpose()?;
        let endpoints =
            PortalEndpoints::merge(&smart, server.as_ref(), core.config.allow_loopback_http)?;
        let capability = documents
            .capability
            .as_ref()
            .and_then(|text| CapabilityStatement::parse(text.as_bytes()).ok());
        Ok(Self {
            config,
            net,
            endpoints,
            capability,
        })
    }

    pub(crate) fn base(&self) -> &Base {
        self.net.base()
    }

    /// What the portal announces for a resource type.
    pub(crate) fn resource(&self, kind: &str) -> Option<&ResourceCapability> {
        self.capability.as_ref()?.resource(kind)
    }

    fn capabilities(&self, core: &Core) -> PortalCapabilities {
        let messages = self.resource("Communication");
        PortalCapabilities {
            issuer: self.endpoints.issuer.clone(),
            browser_sign_in: true,
            native_sign_in: self.endpoints.challenge.is_some()
                && core.allows_native(&self.config.base),
            messages: messages.is_some_and(ResourceCapability::searches),
            send: messages.is_some_and(ResourceCapability::creates),
            proven_send: messages.is_some_and(|m| m.creates() && m.conditional_create),
            revocation: self.endpoints.revocation.is_some(),
            fhir_version: self
                .capability
                .as_ref()
                .map(|c| c.fhir_version.clone())
                .unwrap_or_default(),
            software: self.capability.as_ref().and_then(|c| c.software.clone()),
        }
    }

    fn findings(&self, core: &Core) -> Vec<Finding> {
        let can = self.capabilities(core);
        let offered = |there: bool| {
            if there {
                Verdict::Works
            } else {
                Verdict::Missing
            }
        };
        let finding = |subject: &str, verdict: Verdict, works: &str, else_: &str| Finding {
            subject: subject.to_owned(),
            verdict,
            consequence: if verdict == Verdict::Works {
                works
            } else {
                else_
            }
            .to_owned(),
        };
        let fhir = match &self.capability {
            None => Verdict::Missing,
            Some(statement) if statement.is_r4() => Verdict::Works,
            Some(_) => Verdict::Wrong,
        };
        let native = match (
            &self.endpoints.challenge,
            core.allows_native(&self.config.base),
        ) {
            (None, _) => "the portal does not offer it; the browser is used",
            (Some(_), false) => {
                "offered, but this app's configuration does not allow it; the browser is used"
            }
            (Some(_), true) => "password and code on the app's own screens",
        };
        vec![
            finding(
                "SMART configuration",
                Verdict::Works,
                "sign-in addresses are known",
                "",
            ),
            finding(
                "PKCE with S256",
                Verdict::Works,
                "a stolen authorization code is worthless",
                "",
            ),
            finding(
                "Issuer in redirects (RFC 9207)",
                offered(self.endpoints.iss_parameter),
                "a mixed-up sign-in is noticed",
                "mix-ups between portals are noticed by state alone",
            ),
            finding(
                "Native sign-in",
                offered(can.native_sign_in),
                native,
                native,
            ),
            finding(
                "Revocation (RFC 7009)",
                offered(can.revocation),
                "signing out ends the session at the portal too",
                "after signing out here, the portal lets the session run out by itself",
            ),
            finding(
                "FHIR R4",
                fhir,
                "records are understood",
                "the CapabilityStatement is missing or of another version; records may not be understood",
            ),
            finding(
                "Messages",
                offered(can.messages),
                "the inbox works",
                "there is no inbox at this portal",
            ),
            finding(
                "Sending",
                offered(can.send),
                "answers can be sent",
                "messages can be read, not sent",
            ),
            finding(
                "Conditional create",
                offered(can.proven_send),
                "a message whose answer got lost arrives once",
                "a message whose answer got lost may have to be checked by the person",
            ),
        ]
    }
}

/// The text at `url`; nothing where the portal has none. A web page is no portal.
async fn document(net: &Net, url: Url, limit: usize) -> Result<Option<String>> {
    let answer: Answer = net
        .send(Call::get(url, limit).header("accept", "application/json"))
        .await?;
    match answer.status {
        _ if answer.is_html() => Err(answer.refusal()),
        200 => String::from_utf8(answer.body)
            .map(Some)
            .map_err(|_| PericardError::Portal {
                problem: PortalProblem::InvalidAnswer,
                status: Some(200),
            }),
        400..=428 | 430..=499 => Ok(None),
        _ => Err(answer.refusal()),
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
