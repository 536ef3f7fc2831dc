//! HTTP above the transport seam: where a request may go, how large an answer may be, when to try again.
//!
//! - A token goes to the portal's origin *and base path* and nowhere else; a request that would carry it
//!   elsewhere is not sent.
//! - No redirect is followed: none of Pericard's standards needs one, and a followed one carries what it was given.
//! - Repeatable calls are tried again with full jitter after a broken connection, 502, 503, 504, and a
//!   429 whose `Retry-After` is short. Nothing else is: after a lost answer the outbox decides, not the network.
//! - A body is read up to its limit and no further; the limit counts decompressed bytes.
//! - At most six requests are in flight per portal.
//! - A call with a key carries a proof of it (RFC 9449), made anew for each try; see [`proof`].
//!
//! Failures are a [`NetError`], which says what the caller can conclude: above all whether the request may
//! have had its effect.

mod answer;
mod proof;
mod retry;

use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use pericard_protocol::limits;
use pericard_protocol::oauth::Form;
use pericard_protocol::oauth::dpop::DpopKey;
use pericard_protocol::place::Base;
use tokio::sync::Semaphore;
use url::Url;

use crate::ground::error::{PericardError, PortalProblem};
use crate::ground::world::{Method, Request, TransportError, World};
use pericard_protocol::secret::Secret;

pub(crate) use answer::Answer;

/// Requests in flight per portal: what a browser allows a server over HTTP/1.1.
const IN_FLIGHT: usize = 6;

/// Why there is no answer that can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NetError {
    /// Nothing was sent.
    #[error("offline")]
    Offline,
    /// The request may have had its effect; the answer is lost.
    #[error("answer lost")]
    AnswerLost,
    /// TLS failed; nothing was sent.
    #[error("certificate")]
    Certificate,
    /// The body is larger than the limit of its kind.
    #[error("too large")]
    TooLarge,
    /// A token would have left the base; nothing was sent.
    #[error("foreign link")]
    ForeignLink,
    /// No proof could be made; nothing was sent.
    #[error("no proof")]
    Unproved,
    /// The device's clock is so wrong that no proof can be made, or no certificate judged; nothing was sent.
    #[error("clock wrong")]
    ClockWrong {
        /// What the portal's clock says, where it has said so.
        portal: Option<Timestamp>,
    },
}

impl From<NetError> for PericardError {
    fn from(error: NetError) -> Self {
        match error {
            NetError::Offline | NetError::AnswerLost => Self::Offline,
            NetError::Certificate => Self::portal(PortalProblem::Certificate),
            NetError::TooLarge => Self::portal(PortalProblem::TooLarge),
            NetError::ForeignLink => Self::portal(PortalProblem::ForeignLink),
            NetError::Unproved => Self::internal("proof"),
            NetError::ClockWrong { portal } => Self::ClockWrong {
                portal_time: portal.map(Into::into),
            },
        }
    }
}

/// A request before the rules are applied.
#[derive(Clone)]
pub(crate) struct Call {
    method: Method,
    url: Url,
    headers: Vec<(&'static str, String)>,
    body: Option<Bytes>,
    token: Option<Secret>,
    key: Option<Arc<DpopKey>>,
    limit: usize,
}

impl Call {
    /// A read of `url`, at most `limit` bytes of it.
    pub(crate) fn get(url: Url, limit: usize) -> Self {
        Self {
            method: Method::Get,
            url,
            headers: Vec::new(),
            body: None,
            token: None,
            key: None,
            limit,
        }
    }

    /// Sends `body` to `url`; never repeated by itself.
    pub(crate) fn post(url: Url, content_type: &'static str, body: Vec<u8>, limit: usize) -> Self {
        let headers = vec![("content-type", content_type.to_owned())];
        Self {
            method: Method::Post,
            url,
            headers,
            body: Some(Bytes::from(body)),
            token: None,
            key: None,
            limit,
        }
    }

    /// A question to an authorization server: `form` to `url`, the answer in JSON.
    pub(crate) fn form(url: Url, form: &Form) -> Self {
        let body = form.as_str().as_bytes().to_vec();
        Self::post(url, Form::CONTENT_TYPE, body, limits::OAUTH_BODY)
            .header("accept", "application/json")
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Carries an access token, which only the portal's base may see.
    pub(crate) fn token(mut self, token: &Secret) -> Self {
        self.token = Some(token.clone());
        self
    }

    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// Proves that `key` is ours; a token is then one that is bound to it. Without a key nothing changes.
    pub(crate) fn proved(mut self, key: Option<&Arc<DpopKey>>) -> Self {
        self.key = key.cloned();
        self
    }
}

/// The way to one portal.
#[derive(Clone)]
pub(crate) struct Net {
    world: World,
    base: Arc<Base>,
    roots: Arc<Vec<Vec<u8>>>,
    in_flight: Arc<Semaphore>,
    heard: Arc<proof::Heard>,
}

impl Net {
    pub(crate) fn new(world: World, base: Base, roots: Vec<Vec<u8>>) -> Self {
        Self {
            world,
            base: Arc::new(base),
            roots: Arc::new(roots),
            in_flight: Arc::new(Semaphore::new(IN_FLIGHT)),
            heard: Arc::default(),
        }
    }

    pub(crate) fn base(&self) -> &Base {
        &self.base
    }

    /// Sends `call` and reads the whole answer, again where that is harmless.
    pub(crate) async fn send(&self, call: Call) -> Result<Answer, NetError> {
        if call.token.is_some() && !self.base.covers(&call.url) {
            return Err(NetError::ForeignLink);
        }
        let Ok(_slot) = self.in_flight.acquire().await else {
            return Err(NetError::Offline);
        };
        let mut retries = retry::Retries::new(call.method);
        let mut proofs = proof::Tries::default();
        loop {
            let outcome = self.once(&call, &mut proofs).await;
            if let Ok(answer) = &outcome
                && self.has_better(&call, answer, &mut proofs).await
            {
                continue;
            }
            match retries.wait(&outcome, &self.world) {
                Some(span) => self.world.clock.sleep(span).await,
                None => return outcome,
            }
        }
    }

    /// The time at `url`'s server, as far as this device can tell.
    pub(crate) fn guess(&self, url: &Url) -> Timestamp {
        self.heard.guess(url, &self.base, &self.world)
    }

    /// The same; `ClockWrong` when the device's own clock is more than a day away from it.
    pub(crate) fn time_at(&self, url: &Url) -> Result<Timestamp, NetError> {
        self.heard.time_at(url, &self.base, &self.world)
    }

    /// Whether another proof is worth another try.
    async fn has_better(&self, call: &Call, answer: &Answer, proofs: &mut proof::Tries) -> bool {
        let next = |proofs: &mut proof::Tries| {
            proofs.next(answer, call, &self.heard, &self.base, &self.world)
        };
        match next(proofs) {
            proof::Next::Stands => false,
            proof::Next::Again => true,
            proof::Next::AskTime => {
                let url = self.base.join(".well-known/smart-configuration");
                let ask = Call::get(url, limits::OAUTH_BODY);
                // Whatever it answers: it is asked for the time.
                let _ = self.once(&ask, &mut proof::Tries::default()).await;
                next(proofs) == proof::Next::Again
            }
        }
    }

    async fn once(&self, call: &Call, proofs: &mut proof::Tries) -> Result<Answer, NetError> {
        let mut headers = call.headers.clone();
        if let Some(key) = &call.key {
            let proof = self
                .heard
                .proof(key, call, &self.base, &self.world, proofs)?;
            headers.push(("dpop", proof));
        }
        if let Some(token) = &call.token {
            let scheme = if call.key.is_some() { "DPoP" } else { "Bearer" };
            headers.push(("authorization", format!("{scheme} {}", token.expose())));
        }
        let request = Request {
            method: call.method,
            url: call.url.clone(),
            headers,
            body: call.body.clone(),
            roots: self.roots.clone(),
        };
        let response = self
            .world
            .transport
            .exchange(request)
            .await
            .map_err(concluded)?;
        let answer = Answer::read(response, call.limit, self.world.clock.now()).await?;
        self.heard.take(&answer, &call.url, &self.base, &self.world);
        Ok(answer)
    }
}

/// What may be concluded from a failure of the transport.
fn concluded(error: TransportError) -> NetError {
    match error {
        TransportError::Unreachable => NetError::Offline,
        TransportError::Interrupted | TransportError::TimedOut => NetError::AnswerLost,
        TransportError::Certificate | TransportError::Root => NetError::Certificate,
        TransportError::Clock => NetError::ClockWrong { portal: None },
    }
}
