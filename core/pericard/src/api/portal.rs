//! A portal that was found: what it can do, and signing in to it.
//!
//! Uses: `sign_in`

use std::sync::Arc;

use crate::client::accounts::OpenClient;
use crate::client::sign_in::{SignInFlow, SignInMethod};
use crate::client::site::{Finding, PortalCapabilities, PortalPage, Site};
use crate::platform::error::PericardError;

use super::sign_in::SignIn;

/// A portal that was found.
#[derive(uniffi::Object)]
pub struct Portal {
    open: Arc<OpenClient>,
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
        self.site.capabilities(self.open.host())
    }

    /// What this portal supports, lacks and gets wrong, as far as discovery shows, and what each means for the person.
    /// Memory only.
    pub fn findings(&self) -> Vec<Finding> {
        self.site.findings(self.open.host())
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
        let (accounts, site) = (self.open.accounts().clone(), self.site.clone());
        let begun = SignInFlow::begin(accounts, site, method, None);
        let flow = self.open.host().job(begun).await?;
        Ok(SignIn::new(self.open.clone(), flow))
    }
}

impl Portal {
    pub(crate) fn new(open: Arc<OpenClient>, site: Arc<Site>) -> Arc<Self> {
        Arc::new(Self { open, site })
    }
}
