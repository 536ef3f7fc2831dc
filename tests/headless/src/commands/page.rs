//! The portal's own pages, for what an app should not rebuild: found, shown, opened.

use pericard::{PortalConfig, PortalPage};
use serde_json::json;

use crate::browser::{self, Callback};
use crate::cli::{Options, Page};
use crate::context::{Context, Glance};
use crate::failure::Failure;
use crate::output::{GOOD, Output};
use crate::prompt;
use crate::settings::{self, Folder};

pub(super) async fn run(
    options: &Options,
    page: Page,
    base: Option<&str>,
    open: bool,
    output: &Output,
) -> Result<(), Failure> {
    let callback = Callback::listen(None, options.program()).await?;
    let config = PortalConfig {
        redirect: callback.redirect(),
        ..portal(options, base).await?
    };
    let page = PortalPage::from(page);
    let glance = Glance::open(options, &config).await?;
    let portal = glance.client.portal(config).await?;
    let url = portal.page(page).ok_or_else(|| {
        Failure::usage(
            "the portal has no such page",
            "See which it has: pericard portal",
        )
    })?;
    output.result(&json!({ "page": name(page), "url": url }));
    // A script wants the address, and nobody to wait for.
    if output.json || !prompt::somebody() {
        output.say(url);
    } else {
        browser::show(&url, open, output);
        output.aside("Follow its link back to the app when you are done, or press Ctrl-C.");
        if callback.returned().await? {
            output.say(format!(
                "{} Back from the portal's page.",
                output.paint(GOOD, "Done.")
            ));
        }
    }
    Ok(glance.client.shut_down().await?)
}

/// The portal that is meant: named, the account's, or the only one of --config.
async fn portal(options: &Options, base: Option<&str>) -> Result<PortalConfig, Failure> {
    if base.is_some() || !Folder::of(options)?.is_used() {
        return settings::portal(options, base);
    }
    let context = Context::existing(options).await?;
    let config = match context.any_account().await {
        // With the roots that it was made with.
        Ok(account) => Some(account.portal_config()?),
        Err(Failure::Nobody) => None,
        Err(failure) => return Err(failure),
    };
    context.close().await?;
    config.map_or_else(|| settings::portal(options, None), Ok)
}

impl From<Page> for PortalPage {
    fn from(page: Page) -> Self {
        match page {
            Page::PasswordReset => Self::PasswordReset,
            Page::Account => Self::Account,
            Page::Sessions => Self::Sessions,
        }
    }
}

/// A page's name in JSON, as the portal's standard has it.
pub(super) fn name(page: PortalPage) -> &'static str {
    match page {
        PortalPage::PasswordReset => "password_reset",
        PortalPage::Account => "account",
        PortalPage::Sessions => "sessions",
    }
}
