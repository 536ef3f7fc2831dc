//! Revokes tokens that are no longer needed (RFC 7009).
//!
//! A revocation is saved for a day as a ready request: the address, the body and the extra roots of the portal. It goes
//! to the authorization server that issued the token, as known when the token was given up, and never to another server
//! that the base names later.
//!
//! Revocations are sent when a client is opened or resumed, a portal is found, a sync starts, or ten wrong PINs destroyed an
//! account's content. They run in the background, so a slow portal delays nothing else. A refusal ends the attempts, because it would be repeated; a
//! failure that says nothing about the token (offline, 5xx, 401, 408, 429) leaves the revocation for the next time.

use std::collections::BTreeSet;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;

use pericard_protocol::base_url::Base;
use pericard_protocol::limits;
use pericard_protocol::oauth::Form;
use pericard_protocol::oauth::token::revoke;
use pericard_protocol::secret::Secret;
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;
use url::Url;

use crate::client::config::PortalConfig;
use crate::client::host::Host;
use crate::client::site::Site;
use crate::http::{HttpClient, Request};
use crate::platform::error::{PericardError, Result};
use crate::storage::{AccountRow, PendingRevocation};

/// How long a revocation is kept while the portal cannot be reached.
pub(super) const LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// How long one attempt may take.
const ATTEMPT: Duration = Duration::from_secs(20);

/// How long signing out and a failed sign-in wait for the revocation.
pub(crate) const AT_ONCE: Duration = Duration::from_secs(3);

#[derive(Serialize, Deserialize)]
struct Revocation {
    url: String,
    body: String,
    roots: Vec<Vec<u8>>,
}

/// Returns the revocation of a token to save; `None` if the server revokes no tokens, or is no longer the one that
/// issued it.
pub(crate) fn document(
    site: &Site,
    issuer: &str,
    client_id: &str,
    token: &Secret,
) -> Result<Option<Secret>> {
    let endpoints = site.endpoints();
    let url = endpoints.revocation.clone();
    let Some(url) = url.filter(|url| endpoints.may_receive(issuer, url)) else {
        return Ok(None);
    };
    let document = Revocation {
        url: url.into(),
        body: revoke(client_id, token).as_str().to_owned(),
        roots: site.config.extra_roots.clone(),
    };
    Ok(Some(Secret::new(serde_json::to_string(&document)?)))
}

/// Returns the revocations of an account: for the tokens in use, for those that later sign-ins replaced, and for `others`,
/// each with the client that it was issued to. Blocks.
pub(super) fn of_account(
    host: &Arc<Host>,
    site: &Site,
    row: &AccountRow,
    others: Vec<(String, Secret)>,
) -> Result<Vec<Secret>> {
    let device = &host.device;
    let current = device.refresh_tokens(&row.id, None)?;
    let tokens = device.superseded(&row.id)?.into_iter().chain(current);
    documents(host, site, row, tokens.chain(others))
}

/// Returns the revocations of what one person of an account has. Blocks.
pub(super) fn of_person(
    host: &Arc<Host>,
    site: &Site,
    row: &AccountRow,
    person: &str,
) -> Result<Vec<Secret>> {
    let tokens = host.device.refresh_tokens(&row.id, Some(person))?;
    documents(host, site, row, tokens.into_iter())
}

fn documents(
    host: &Arc<Host>,
    site: &Site,
    row: &AccountRow,
    tokens: impl Iterator<Item = (String, Secret)>,
) -> Result<Vec<Secret>> {
    let known = site.known_client(host)?.unwrap_or_default();
    tokens
        .filter_map(|(client_id, token)| {
            let told = Some(client_id).filter(|id| !id.is_empty());
            let client_id = told.as_ref().unwrap_or(&known);
            document(site, &row.issuer, client_id, &token).transpose()
        })
        .collect()
}

/// Saves the revocation of a token that no account uses. Blocks.
pub(crate) fn later(
    host: &Arc<Host>,
    config: PortalConfig,
    issuer: &str,
    client_id: &str,
    token: &Secret,
) -> Result<()> {
    let Some(site) = Site::load(host, config)? else {
        return Ok(());
    };
    match document(&site, issuer, client_id, token)? {
        Some(document) => keep(host, &document),
        None => Ok(()),
    }
}

/// Saves a revocation that `document` made. Blocks.
pub(crate) fn keep(host: &Host, document: &Secret) -> Result<()> {
    let until = host.platform.clock.now() + LIFETIME;
    host.device.revoke_later(document, until)
}

/// Sends the saved revocations in the background.
pub(crate) fn settle(host: &Arc<Host>) {
    drop(begin(host));
}

/// Sends the saved revocations and waits for them at most `limit`; the rest continues in the background.
pub(crate) async fn settle_within(host: &Arc<Host>, limit: Duration) {
    let done = begin(host);
    tokio::select! {
        biased;
        _ = done => {}
        () = host.platform.clock.timer(limit) => {}
    }
}

/// Resolves when every saved revocation has been tried.
fn begin(host: &Arc<Host>) -> oneshot::Receiver<()> {
    let (done, told) = oneshot::channel();
    let host = host.clone();
    // Nothing starts while the client is paused.
    if let Ok(guard) = host.lifecycle().enter() {
        let platform = host.platform.clone();
        platform.spawner.spawn(Box::pin(async move {
            let _guard = guard;
            try_all(&host).await;
            let _ = done.send(());
        }));
    }
    told
}

async fn try_all(host: &Arc<Host>) {
    let due = |host: &Arc<Host>| host.device.revocations(host.platform.clock.now());
    let Ok(pending) = host.on_disk(due).await else {
        return;
    };
    // Each has its own task, so none waits for another.
    let running: Vec<_> = pending
        .into_iter()
        .filter_map(|revocation| {
            let turn = Turn::take(host, revocation.id)?;
            let (done, told) = oneshot::channel();
            host.platform.spawner.spawn(Box::pin(async move {
                turn.tell(revocation).await;
                let _: Result<(), ()> = done.send(());
            }));
            Some(told)
        })
        .collect();
    for told in running {
        // One that panicked is tried again another time.
        let _ = told.await;
    }
}

/// The right to send one revocation, so that no two tasks send the same.
struct Turn {
    host: Arc<Host>,
    id: i64,
}

impl Turn {
    fn take(host: &Arc<Host>, id: i64) -> Option<Self> {
        let first = taken(host).insert(id);
        first.then(|| Self {
            host: host.clone(),
            id,
        })
    }

    async fn tell(&self, revocation: PendingRevocation) {
        let document = serde_json::from_str::<Revocation>(revocation.document.expose());
        let settled = match document {
            Ok(document) => tokio::select! {
                biased;
                settled = send(&self.host, document) => settled.unwrap_or(true),
                () = self.host.platform.clock.timer(ATTEMPT) => false,
            },
            Err(_) => true,
        };
        if settled {
            let _ = self
                .host
                .on_disk(move |host| host.device.revoked(revocation.id))
                .await;
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        taken(&self.host).remove(&self.id);
    }
}

fn taken(host: &Host) -> MutexGuard<'_, BTreeSet<i64>> {
    host.revoking.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sends a revocation. Returns whether it is done; fails if it can never be sent.
async fn send(host: &Host, document: Revocation) -> Result<bool> {
    let malformed = |_| PericardError::internal("revocation");
    let url = Url::parse(&document.url).map_err(malformed)?;
    let origin = url.origin().ascii_serialization();
    let http = HttpClient::new(
        host.platform.clone(),
        host.lifecycle().clone(),
        Base::parse(&origin, host.config.allow_loopback_http)?,
        document.roots,
    );
    let body = document.body.into_bytes();
    let request = Request::post(url, Form::CONTENT_TYPE, body, limits::OAUTH_BODY);
    Ok(http
        .send(request)
        .await
        .is_ok_and(|response| is_settled(response.status)))
}

/// Whether the server accepted it or would refuse it again. Unknown tokens are answered with 200 (RFC 7009 §2.2).
fn is_settled(status: u16) -> bool {
    match status {
        200..=299 => true,
        401 | 408 | 429 => false,
        400..=499 => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_settled;

    #[test]
    fn a_refusal_ends_the_trying_and_trouble_does_not() {
        assert!([200, 204, 400, 403, 404, 405, 410].map(is_settled) == [true; 7]);
        assert!([302, 401, 408, 429, 500, 502, 503, 504].map(is_settled) == [false; 8]);
    }
}
