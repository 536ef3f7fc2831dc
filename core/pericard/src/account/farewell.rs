//! Leaving: what this device keeps is destroyed, and the portal is told.
//!
//! Uses: `client`, `portal`
//!
//! That it began is noted first, with what the portal has to be told, so that a death in between loses neither; the key
//! goes next, so that nothing is readable whatever happens then. A portal that cannot be reached now is told
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
    /// The portal is told; the client and its token, if there is one.
    Told(Option<(String, Secret)>),
    /// It is not.
    Silent,
}

impl AccountCore {
    /// Destroys what this device keeps: what was begun is noted first, the key goes next.
    pub(super) async fn wipe(self: &Arc<Self>, ending: Ending) -> Result<()> {
        self.runs.cancel();
        let (this, world) = (self.clone(), &self.client.world);
        self.client
            .on_disk(move |client| {
                let pending = this.revocations(ending)?;
                let until = client.world.clock.now() + REVOCATION;
                let noted = client.device.leave(&this.row.id, &pending, until);
                // A disk that fails must not keep anything readable.
                client.vault.destroy_content_root(&this.row.id)?;
                this.content().close();
                this.content().people.clear();
                noted
            })
            .await?;
        world.reached(Checkpoint::KeyDestroyed).await;
        let this = self.clone();
        self.client
            .on_disk(move |client| {
                client.remove_account(&this.row.id)?;
                client.forget_account(&this.row.id);
                this.hub.session();
                this.hub.end();
                Ok(())
            })
            .await?;
        world.reached(Checkpoint::AccountRemoved).await;
        Ok(())
    }

    /// What the portal has still to be told: of the tokens in use, and of those that later sign-ins took the place of.
    fn revocations(&self, ending: Ending) -> Result<Vec<Secret>> {
        let Ending::Told(current) = ending else {
            return Ok(Vec::new());
        };
        if self.site.endpoints().revocation.is_none() {
            return Ok(Vec::new());
        }
        let earlier = self.client.device.superseded(&self.row.id)?;
        let tokens = earlier.into_iter().chain(current);
        tokens
            .map(|(client_id, token)| {
                let document = Revocation {
                    config: self.config()?,
                    body: revoke(&client_id, &token).as_str().to_owned(),
                };
                Ok(Secret::new(serde_json::to_string(&document)?))
            })
            .collect()
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
            let told = site.net.send(call).await;
            if told.is_ok_and(|answer| answer.is_success()) {
                let _ = self
                    .client
                    .on_disk(move |core| core.device.revoked(revocation.id))
                    .await;
            }
        }
    }
}
