//! Telling portals that a token is of no use any more (RFC 7009).
//!
//! A portal that cannot be reached now is told later: a copy that can do nothing but be revoked is kept for a day, goes out
//! when the device is next online, and is destroyed after that. It goes to the authorization server that gave the token,
//! and to no other that the base may name since.

use std::sync::Arc;
use std::time::Duration;

use pericard_protocol::limits;
use pericard_protocol::oauth::Form;
use pericard_protocol::oauth::token::revoke;
use pericard_protocol::secret::Secret;
use serde::{Deserialize, Serialize};

use crate::client::config::PortalConfig;
use crate::client::host::Host;
use crate::client::site::Site;
use crate::http::Request;
use crate::platform::error::Result;

/// How long a copy is kept while the device is offline.
pub(super) const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

#[derive(Serialize, Deserialize)]
struct Revocation {
    config: PortalConfig,
    #[serde(default)]
    issuer: Option<String>,
    body: String,
}

/// What has to be kept of a token to revoke it.
pub(super) fn document(
    config: PortalConfig,
    issuer: &str,
    client_id: &str,
    token: &Secret,
) -> Result<Secret> {
    let document = Revocation {
        config,
        issuer: Some(issuer.to_owned()),
        body: revoke(client_id, token).as_str().to_owned(),
    };
    Ok(Secret::new(serde_json::to_string(&document)?))
}

/// Keeps a token that became no account's until its portal is told. Blocks.
pub(crate) fn later(
    host: &Host,
    config: PortalConfig,
    issuer: &str,
    client_id: &str,
    token: &Secret,
) -> Result<()> {
    let document = document(config, issuer, client_id, token)?;
    let until = host.platform.clock.now() + KEPT;
    host.device.revoke_later(&document, until)
}

/// Tells portals what they have not heard yet. What cannot be told now stays for its day.
pub(crate) async fn settle(host: &Arc<Host>) {
    let due = |host: &Arc<Host>| host.device.revocations(host.platform.clock.now());
    let Ok(pending) = host.on_disk(due).await else {
        return;
    };
    for revocation in pending {
        let Ok(document) = serde_json::from_str::<Revocation>(revocation.document.expose()) else {
            continue;
        };
        let Revocation {
            config,
            issuer,
            body,
        } = document;
        let kept = host.on_disk(move |host| Site::load(host, config)).await;
        let Ok(Some(site)) = kept else {
            continue;
        };
        let endpoints = site.endpoints();
        let issuer = issuer.unwrap_or_default();
        let url = endpoints.revocation.clone();
        let Some(url) = url.filter(|url| endpoints.may_receive(&issuer, url)) else {
            continue;
        };
        let request = Request::post(
            url,
            Form::CONTENT_TYPE,
            body.into_bytes(),
            limits::OAUTH_BODY,
        );
        let told = site.http.send(request).await;
        if told.is_ok_and(|response| response.is_success()) {
            let _ = host
                .on_disk(move |host| host.device.revoked(revocation.id))
                .await;
        }
    }
}
