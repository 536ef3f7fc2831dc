//! What ten wrong PINs destroy: the key of the content, then the tokens, here and at the portal.
//!
//! Uses: `core`, `log`, `revocations`
//!
//! The key goes first, and the count of tries stays: a process that is killed in between does the rest at its next start. The
//! tokens are deleted and their revocations are saved in one transaction, so that none is deleted here and accepted there.

use std::sync::Arc;

use pericard_protocol::secret::Secret;

use crate::client::host::Host;
use crate::client::site::Site;
use crate::platform::error::{PericardError, Result, SignInReason};
use crate::storage::{AccessAction, AccountRow};

use super::core::AccountCore;
use super::revocations;

impl AccountCore {
    /// Destroys them. What fails here is done at the next start. Blocks.
    pub(super) fn destroy_content(&self) {
        let _ = self.host.vault.destroy_content(&self.row.id);
        for partition in self.content.seal().into_values() {
            partition.end(PericardError::SignInRequired {
                reason: SignInReason::Destroyed,
            });
        }
        self.sync_runs.cancel(&PericardError::Locked);
        self.downloads.cancel(&PericardError::Locked);
        for session in self.sessions.all() {
            session.content_destroyed();
        }
        let pending = pending(&self.host, &self.site, &self.row);
        let _ = destroyed(&self.host, &self.row, &pending);
        revocations::settle(&self.host);
        self.note_now(AccessAction::Destroyed, None, None);
        self.notifier.session();
        self.notifier.people();
    }
}

/// Does what is left to do for an account whose process ended while it was being destroyed. Blocks.
pub(super) fn finish(host: &Arc<Host>, row: &AccountRow) -> Result<()> {
    let config = host.portal_config(&row.base, &row.config);
    let site = config.and_then(|config| Site::load(host, config));
    // Without the portal's documents nobody can be told; the tokens go all the same.
    let pending = match site {
        Ok(Some(site)) => pending(host, &site, row),
        Ok(None) | Err(_) => Vec::new(),
    };
    destroyed(host, row, &pending)?;
    revocations::settle(host);
    Ok(())
}

/// The revocations of everything that could fetch the content anew. What cannot be read is not revoked, but deleted.
fn pending(host: &Arc<Host>, site: &Site, row: &AccountRow) -> Vec<Secret> {
    let finished = host.device.finished_sign_ins(&row.id);
    let pending = finished.and_then(|tokens| revocations::of_account(host, site, row, tokens));
    pending.unwrap_or_default()
}

fn destroyed(host: &Host, row: &AccountRow, pending: &[Secret]) -> Result<()> {
    let until = host.platform.clock.now() + revocations::LIFETIME;
    host.device.destroyed(&row.id, pending, until)
}
