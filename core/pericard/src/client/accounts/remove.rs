//! Removes an account from this device and revokes its tokens.
//!
//! Nothing here waits for the network or for a request in progress. The first commit marks the account as leaving,
//! saves the revocations and deletes the people's wrapped keys; the root key is deleted next. From the first commit on
//! nothing is readable, and a removal that is interrupted is finished at the next start. If the keystore cannot delete
//! the root key, removing succeeds, and the key is deleted when the client is opened or resumed.

use std::sync::Arc;

use pericard_protocol::secret::Secret;

use crate::client::host::Host;
use crate::platform::Checkpoint;
use crate::platform::error::Result;
use crate::platform::log;

use super::{AccountCore, AccountEntry, Accounts, revocations};

/// Whether the tokens are revoked at the portal.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotifyPortal {
    Yes,
    No,
}

impl Accounts {
    /// Removes an account from this device, whether it can be used or not.
    pub(crate) async fn remove(
        self: &Arc<Self>,
        entry: &Arc<AccountEntry>,
        notify: NotifyPortal,
    ) -> Result<()> {
        entry.leave();
        let removed = self.destroy(entry, notify).await;
        let account = self.host.labels.of(entry.id());
        log::event!(INFO, "account removed", account = account, result = removed);
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
                // Removing does not fail because a revocation cannot be saved.
                let pending = core.filter(|_| notify == NotifyPortal::Yes);
                let pending = pending.and_then(|core| revocations_of(host, &core).ok());
                let until = host.platform.clock.now() + revocations::LIFETIME;
                let noted = host
                    .device
                    .leave(leaving.id(), &pending.unwrap_or_default(), until);
                // A failing disk must not keep anything readable.
                let deleted = delete_keys(host, leaving.id());
                match noted {
                    // The deletion is noted for later, and nothing is left that the key opens.
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

    /// Finishes removals that a crash or the keystore interrupted. Blocks.
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

    /// Deletes the files and rows of an account whose key is deleted. Blocks.
    fn remove_files(&self, id: &str) -> Result<()> {
        // The row is deleted last: while it exists, the rest is tried again.
        self.host.directory()?.remove_account(id)?;
        if let Some(base) = self.host.device.last_at_base(id)? {
            self.host.forget_policy(&base);
        }
        self.host.device.remove_account(id)
    }
}

/// Deletes an account's keys from the keystore. Blocks.
fn delete_keys(host: &Host, id: &str) -> Result<()> {
    host.vault.destroy(id)?;
    host.device.keys_deleted(id)
}

/// Returns the revocations of an account, those of its unfinished sign-ins included. Blocks.
fn revocations_of(host: &Arc<Host>, core: &AccountCore) -> Result<Vec<Secret>> {
    let unfinished = host.device.sign_in_tokens(&core.row.id)?;
    revocations::of_account(host, &core.site, &core.row, unfinished)
}
