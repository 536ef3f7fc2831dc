//! What a portal can do, from what it published at discovery.

use pericard_protocol::oauth::discovery::PortalEndpoints;
use pericard_protocol::oauth::scope::{self, ResourceNeed, ScopePlan};
use url::Url;

use crate::client::host::Host;
use crate::features::FeatureCapability;

use super::Site;

/// What a portal can do.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct PortalCapabilities {
    /// The issuer identifier of its authorization server.
    pub issuer: String,
    /// Sign-in by the system browser: always there.
    pub browser_sign_in: bool,
    /// Sign-in on the app's own screens: the portal offers it and the app's configuration allows it.
    pub native_sign_in: bool,
    /// Authorization requests are pushed to it directly, so they cannot be read or changed in the browser (RFC 9126).
    pub pushed_requests: bool,
    /// Tokens are bound to a key of this device, so a stolen one is useless (RFC 9449).
    pub bound_tokens: bool,
    /// Publishes a JWKS, so id_tokens can be verified.
    pub signed_identity: bool,
    /// Unknown apps can register themselves (RFC 7591).
    pub registration: bool,
    /// The second factor can be enrolled and removed in the app (`Account.two_factor`).
    pub two_factor: bool,
    /// Its own pages that can be opened by `Portal.page`.
    pub pages: Vec<PortalPage>,
    /// What can be done with the records of each feature, one entry a feature.
    pub features: Vec<FeatureCapability>,
    /// Signing out ends the session at the portal too.
    pub revocation: bool,
    /// The FHIR version it announces; empty when it has no CapabilityStatement.
    pub fhir_version: String,
    /// Its software's name, where it says so.
    pub software: Option<String>,
}

/// One of the portal's own pages, for tasks that an app should not rebuild.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum PortalPage {
    /// Setting a new password when the old one is lost.
    PasswordReset,
    /// The person's account: password, address, second factors.
    Account,
    /// Where the person is signed in, and ending that elsewhere.
    Sessions,
}

impl Site {
    pub(crate) fn capabilities(&self, host: &Host) -> PortalCapabilities {
        let (endpoints, statement) = (self.endpoints(), self.capability());
        let features = host.features.iter();
        let features = features.map(|feature| feature.capability(&|kind| self.resource(kind)));
        PortalCapabilities {
            browser_sign_in: true,
            native_sign_in: endpoints.challenge.is_some() && host.allows_native(&self.config.base),
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
            features: features.collect(),
            revocation: endpoints.revocation.is_some(),
            fhir_version: statement
                .as_ref()
                .map(|c| c.fhir_version.clone())
                .unwrap_or_default(),
            software: statement.and_then(|c| c.software.clone()),
            issuer: endpoints.issuer,
        }
    }

    /// What is asked for at a sign-in, and what of it the portal does not list.
    pub(crate) fn scope_plan(&self, host: &Host) -> ScopePlan {
        // Whom somebody acts for is good to know, and needed for nothing.
        let mut needs = vec![
            ResourceNeed::reads("Patient"),
            ResourceNeed::reads("RelatedPerson").if_listed(),
            ResourceNeed::reads("Person").if_listed(),
        ];
        for feature in host.features {
            needs.extend(feature.needs(&|kind| self.resource(kind)));
        }
        scope::plan(&self.endpoints(), &needs)
    }

    pub(crate) fn page(&self, page: PortalPage) -> Option<String> {
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
