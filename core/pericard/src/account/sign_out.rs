//! Leaving: what this device keeps is destroyed, and the portal is told.
//!
//! Uses: `client`
//!
//! Nothing here waits for the network or for a request that is under way. That it began is noted first, with what the
//! portal has to be told, so that a death in between loses neither; the key goes next, so that nothing is readable
//! whatever happens then.

use std::sync::Arc;

use pericard_protocol::secret::Secret;

use crate::platform::Checkpoint;
use crate::platform::error::Result;

use super::core::AccountCore;
use super::revocation;

/// Whether the portal is told that a session has ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum NotifyPortal {
    Yes,
    No,
}

impl AccountCore {
    /// Destroys what this device keeps.
    pub(super) async fn wipe(self: &Arc<Self>, notify: NotifyPortal) -> Result<()> {
        self.session.leave();
        self.sync_runs.cancel();
        let (this, platform) = (self.clone(), &self.client.platform);
        self.client
            .on_disk(move |client| {
                this.content().close();
                this.content().people.clear();
                let noted = this.revocations(notify).and_then(|pending| {
                    let until = client.platform.clock.now() + revocation::KEPT;
                    client.device.leave(&this.row.id, &pending, until)
                });
                // A disk that fails must not keep anything readable.
                client.vault.destroy_content_root(&this.row.id)?;
                noted
            })
            .await?;
        platform.reached(Checkpoint::KeyDestroyed).await;
        let this = self.clone();
        self.client
            .on_disk(move |client| {
                client.remove_account(&this.row.id)?;
                client.forget_account(&this.row.id);
                this.notifier.session();
                this.notifier.end();
                Ok(())
            })
            .await?;
        platform.reached(Checkpoint::AccountRemoved).await;
        Ok(())
    }

    /// What the portal has to be told: of the tokens in use, and of those that later sign-ins took the place of.
    fn revocations(&self, notify: NotifyPortal) -> Result<Vec<Secret>> {
        if notify == NotifyPortal::No || self.site.endpoints().revocation.is_none() {
            return Ok(Vec::new());
        }
        let device = &self.client.device;
        let current = device
            .grant(&self.row.id)?
            .and_then(|grant| Some((grant.client_id, grant.refresh_token?)));
        let tokens = device.superseded(&self.row.id)?.into_iter().chain(current);
        let known = self.site.known_client(&self.client)?.unwrap_or_default();
        tokens
            .map(|(client_id, token)| {
                let told = Some(client_id).filter(|id| !id.is_empty());
                let client_id = told.as_ref().unwrap_or(&known);
                revocation::document(self.config()?, &self.row.issuer, client_id, &token)
            })
            .collect()
    }
}
