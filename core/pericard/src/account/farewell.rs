//! Leaving: what this device keeps is destroyed, and the portal is told.
//!
//! Uses: `client`, `portal`
//!
//! The key goes first, so that nothing is readable whatever happens next. A portal that cannot be reached now is told
//! later: a copy of the token that can do nothing but be revoked is kept for a day (RFC 7009).

use std::sync::Arc;
use std::time::Duration;

use pericard_protocol::limits;
use pericard_protocol::oauth::Form;
use pericard_protocol::oauth::token::revoke;
use pericard_protocol::secret::Secret;
use serde::{Deserialize, Serialize};

use crate::client::Core;
use crate::ground::error::Result;
use crate::ground::world::Checkpoint;
use crate::keepers::net::Call;
use crate::portal::{PortalConfig, Site};

use super::inside::AccountCore;

/// How long the copy of a token that can only be revoked is kept while the device is offline.
const REVOCATION: Duration = Duration::from_secs(24 * 60 * 60);

/// What is left of a session that was ended offline.
#[derive(Serialize, Deserialize)]
struct Revocation {
    config: PortalConfig,
    body: String,
}

/// How a session is ended at the portal.
pub(super) enum Ending {
    /// The portal is told: the client and its token.
    Told(String, Secret),
    /// It is not.
    Silent,
}

impl AccountCore {
    /// Destroys what this device keeps: the key first, so that nothing is readable whatever happens next.
    pub(super) async fn wipe(self: &Arc<Self>, ending: Ending) -> Result<()> {
        self.runs.cancel();
        let this = self.clone();
        self.client
            .on_disk(move |client| {
                client.vault.destroy_content_root(&this.row.id)?;
                this.content().close();
                this.content().people.clear();
                Ok(())
            })
            .await?;
        self.client.world.reached(Checkpoint::KeyDestroyed).await;
        let this = self.clone();
        self.client
            .on_disk(move |client| {
                let pending = match ending {
                    Ending::Told(client_id, token)
                        if this.site.endpoints().revocation.is_some() =>
                    {
                        let form = revoke(&client_id, &token);
                        let document = Revocation {
                            config: this.config()?,
                            body: form.as_str().to_owned(),
                        };
                        Some(Secret::new(serde_json::to_string(&document)?))
                    }
                    _ => None,
                };
                let until = client.world.clock.now() + REVOCATION;
                client
                    .device
                    .remove_account(&this.row.id, pending.as_ref().map(|p| (p, until)))?;
                client.directory()?.remove_account(&this.row.id)?;
                client.forget_account(&this.row.id);
                this.hub.session();
                this.hub.end();
                Ok(())
            })
            .await?;
        self.client.world.reached(Checkpoint::AccountRemoved).await;
        Ok(())
    }

    /// Tells portals of sessions that were ended while offline. What cannot be told now stays for its day.
    pub(super) async fn settle_revocations(&self) {
        let due = |core: &Arc<Core>| core.device.revocations(core.world.clock.now());
        let Ok(pending) = self.client.on_disk(due).await else {
            return;
        };
        for revocation in pending {
            let Ok(document) = serde_json::from_str::<Revocation>(revocation.document.expose())
            else {
                continue;
            };
            let kept = self
                .client
                .on_disk(move |core| Ok((Site::kept(core, document.config)?, document.body)))
                .await;
            let Ok((Some(site), body)) = kept else {
                continue;
            };
            let Some(url) = site.endpoints().revocation else {
                continue;
            };
            let call = Call::post(
                url,
                Form::CONTENT_TYPE,
                body.into_bytes(),
                limits::OAUTH_BODY,
            );
            if site
                .net
                .send(call)
                .await
                .is_ok_and(|answer| answer.is_success())
            {
                let _ = self
                    .client
                    .on_disk(move |core| core.device.revoked(revocation.id))
                    .await;
            }
        }
    }
}
