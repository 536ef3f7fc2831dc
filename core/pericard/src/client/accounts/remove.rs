//! Leaving: what this device keeps is destroyed, and the portal is told.
//!
//! Nothing here waits for the network or for a request that is under way. That it began is noted first, with what the
//! portal has to be told, so that a death in between loses neither; the person's wrapped keys go with that commit and the
//! root next, so that nothing is readable whatever happens then. A keystore that does not delete the root now is asked
//! again when the client is opened or resumed: leaving does not fail over it.

use std::sync::Arc;

use pericard_protocol::secret::Secret;

use crate::client::host::Host;
use crate::platform::Checkpoint;
use crate::platform::error::Result;

use super::{AccountCore, AccountEntry, Accounts, revocations};

/// Whether the portal is told that a session has ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotifyPortal {
    Yes,
    No,
}

impl Accounts {
    /// Destroys what this device holds of an account, whether it can be used or not.
    pub(crate) async fn remove(
        self: &Arc<Self>,
        entry: &Arc<AccountEntry>,
        notify: NotifyPortal,
    ) -> Result<()> {
        entry.leave();
        let removed = self.destroy(entry, notify).await;
        self.open().remove(entry.id());
        entry.end();
        removed
    }

    async fn destroy(
        self: &Arc<Self>,
        entry: &Arc<AccountEntry>,
        notify: NotifyPortal,
    ) -> Result<()> {
        let (leaving, platform) = (entry.clone(), &self.host.platform);
        self.host
            .on_disk(move |host| {
                let core = leaving.core().ok();
                if let Some(core) = &core {
                    core.close();
                    core.forget_people();
                }
                // What cannot be told is no reason to stay.
                let pending = core.filter(|_| notify == NotifyPortal::Yes);
                let pending = pending.and_then(|core| core.revocations(host).ok());
                let until = host.platform.clock.now() + revocations::KEPT;
                let noted = host
                    .device
                    .leave(leaving.id(), &pending.unwrap_or_default(), until);
                // A disk that fails must not keep anything readable.
                let deleted = delete_keys(host, leaving.id());
                match noted {
                    // It is noted that the keys have to go, and nothing is left that they open.
                    Ok(()) => Ok(()),
                    Err(error) => deleted.and(Err(error)),
                }
            })
            .await?;
        platform.reached(Checkpoint::KeyDestroyed).await;
        let id = entry.id().to_owned();
        self.on_disk(move |accounts| accounts.remove_files(&id))
            .await?;
        platform.reached(Checkpoint::AccountRemoved).await;
        Ok(())
    }

    /// Finishes removals that a crash or a keystore interrupted. Blocks.
    pub(super) fn finish_removals(&self) -> Result<()> {
        let device = &self.host.device;
        for id in device.doomed_keys()? {
            let _ = delete_keys(&self.host, &id);
        }
        for id in device.leaving()? {
            self.remove_files(&id)?;
            self.open().remove(&id);
        }
        Ok(())
    }

    /// Removes the rows and the files of an account whose key is destroyed. Blocks.
    fn remove_files(&self, id: &str) -> Result<()> {
        // The row last: as long as it is there, the rest is tried again.
        self.host.directory()?.remove_account(id)?;
        self.host.device.remove_account(id)
    }
}

/// Deletes an account's keys from the keystore. Blocks.
fn delete_keys(host: &Host, id: &str) -> Result<()> {
    host.vault.destroy(id)?;
    host.device.keys_deleted(id)
}

impl AccountCore {
    /// What the portal has to be told: of the tokens in use, of those that later sign-ins took the place of, and of
    /// sign-ins that go with the account. Blocks.
    fn revocations(&self, host: &Arc<Host>) -> Result<Vec<Secret>> {
        let device = &host.device;
        let current = device
            .grant(&self.row.id)?
            .and_then(|grant| Some((grant.client_id, grant.refresh_token?)));
        let tokens = device.superseded(&self.row.id)?.into_iter().chain(current);
        let tokens = tokens.chain(device.sign_in_tokens(&self.row.id)?);
        let known = self.site.known_client(host)?.unwrap_or_default();
        tokens
            .filter_map(|(client_id, token)| {
                let told = Some(client_id).filter(|id| !id.is_empty());
                let client_id = told.as_ref().unwrap_or(&known);
                revocations::document(&self.site, &self.row.issuer, client_id, &token).transpose()
            })
            .collect()
    }
}
