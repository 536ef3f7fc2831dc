//! Leaving: what this device keeps is destroyed, and the portal is told.
//!
//! Nothing here waits for the network or for a request that is under way. That it began is noted first, with what the
//! portal has to be told, so that a death in between loses neither; the key goes next, so that nothing is readable
//! whatever happens then.

use std::sync::Arc;

use pericard_protocol::secret::Secret;

use crate::platform::Checkpoint;
use crate::platform::error::Result;

use super::core::AccountCore;
use super::{Accounts, revocations};

/// Whether the portal is told that a session has ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotifyPortal {
    Yes,
    No,
}

impl Accounts {
    /// Destroys what this device holds of `account`.
    pub(crate) async fn remove(
        self: &Arc<Self>,
        account: &Arc<AccountCore>,
        notify: NotifyPortal,
    ) -> Result<()> {
        account.session.leave();
        account.sync_runs.cancel();
        let (leaving, platform) = (account.clone(), &self.host.platform);
        self.host
            .on_disk(move |host| {
                leaving.content().close();
                leaving.content().people.clear();
                let noted = leaving.revocations(notify).and_then(|pending| {
                    let until = host.platform.clock.now() + revocations::KEPT;
                    host.device.leave(&leaving.row.id, &pending, until)
                });
                // A disk that fails must not keep anything readable.
                host.vault.destroy_content_root(&leaving.row.id)?;
                noted
            })
            .await?;
        platform.reached(Checkpoint::KeyDestroyed).await;
        let leaving = account.clone();
        self.on_disk(move |accounts| {
            accounts.remove_files(&leaving.row.id)?;
            accounts.forget(&leaving.row.id);
            leaving.notifier.session();
            leaving.notifier.end();
            Ok(())
        })
        .await?;
        platform.reached(Checkpoint::AccountRemoved).await;
        Ok(())
    }

    /// Finishes removals that a crash interrupted. Blocks.
    pub(super) fn finish_removals(&self) -> Result<()> {
        for id in self.host.device.leaving()? {
            self.host.vault.destroy_content_root(&id)?;
            self.remove_files(&id)?;
            self.forget(&id);
        }
        Ok(())
    }

    /// Removes the rows and the files of an account whose key is destroyed. Blocks.
    fn remove_files(&self, id: &str) -> Result<()> {
        // The row last: as long as it is there, the rest is tried again.
        self.host.directory()?.remove_account(id)?;
        self.host.device.remove_account(id)
    }

    fn forget(&self, id: &str) {
        self.open().remove(id);
    }
}

impl AccountCore {
    /// What the portal has to be told: of the tokens in use, and of those that later sign-ins took the place of.
    fn revocations(&self, notify: NotifyPortal) -> Result<Vec<Secret>> {
        if notify == NotifyPortal::No || self.site.endpoints().revocation.is_none() {
            return Ok(Vec::new());
        }
        let device = &self.host.device;
        let current = device
            .grant(&self.row.id)?
            .and_then(|grant| Some((grant.client_id, grant.refresh_token?)));
        let tokens = device.superseded(&self.row.id)?.into_iter().chain(current);
        let known = self.site.known_client(&self.host)?.unwrap_or_default();
        tokens
            .map(|(client_id, token)| {
                let told = Some(client_id).filter(|id| !id.is_empty());
                let client_id = told.as_ref().unwrap_or(&known);
                revocations::document(self.config()?, &self.row.issuer, client_id, &token)
            })
            .collect()
    }
}
