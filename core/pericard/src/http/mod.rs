//! HTTP above the transport seam: where a request may go, how large an answer may be, when to try again.
//!
//! - A token goes to the portal's origin *and base path* and nowhere else; a request that would carry it
//!   elsewhere is not sent.
//! - No redirect is followed: none of Pericard's standards needs one, and a followed one carries what it was given.
//! - Idempotent requests are retried with full jitter after a broken connection, 502, 503, 504, and a
//!   429 whose `Retry-After` is short. Nothing else is: after a lost answer the outbox decides, not the network.
//! - A body is read up to its limit and no further; the limit counts decompressed bytes. So are header fields.
//! - At most six requests are in flight per portal.
//! - A request with a key carries a proof of possession (RFC 9449), made anew for each try; see [`proof`].
//!
//! Failures are an [`HttpError`], which says what the caller may conclude: above all, whether the request may have had
//! its effect.

mod bearer;
mod policy_hint;
mod proof;
mod response;
mod retry;
mod stream;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use pericard_protocol::base_url::Base;
use pericard_protocol::limits;
use pericard_protocol::oauth::Form;
use pericard_protocol::oauth::dpop::DpopKey;
use tokio::sync::Semaphore;
use url::Url;

use crate::platform::error::{PericardError, PortalProblem};
use crate::platform::lifecycle::Lifecycle;
use crate::platform::log::{self, Coded};
use crate::platform::{Method, Platform, TransportError, TransportRequest, TransportResponse};
use pericard_protocol::secret::Secret;

pub(crate) use response::Response;
pub(crate) use stream::{Opened, Stream};

/// Requests in flight per portal: what a browser allows a server over HTTP/1.1.
const IN_FLIGHT: usize = 6;

/// Why there is no usable response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HttpError {
    /// Nothing was sent.
    #[error("offline")]
    Offline,
    /// The request may have had its effect; the answer is lost.
    #[error("response lost")]
    AnswerLost,
    /// TLS failed; nothing was sent.
    #[error("certificate")]
    Certificate,
    /// The body is larger than the limit of its kind, or the header fields are.
    #[error("too large")]
    TooLarge,
    /// A token would have left the base; nothing was sent.
    #[error("foreign link")]
    ForeignLink,
    /// The client is being paused or shut down; the request may have had its effect.
    #[error("aborted")]
    Aborted,
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

impl HttpError {
    /// Whether the request may have reached the server.
    pub(crate) fn may_have_been_sent(self) -> bool {
        match self {
            Self::AnswerLost | Self::TooLarge | Self::Aborted => true,
            Self::Offline
            | Self::Certificate
            | Self::ForeignLink
            | Self::Unproved
            | Self::ClockWrong { .. } => false,
        }
    }
}

impl Coded for HttpError {
    fn code(&self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::AnswerLost => "answer_lost",
            Self::Certificate => "certificate",
            Self::TooLarge => "too_large",
            Self::ForeignLink => "foreign_link",
            Self::Aborted => "aborted",
            Self::Unproved => "unproved",
            Self::ClockWrong { .. } => "clock_wrong",
        }
    }
}

impl From<HttpError> for PericardError {
    fn from(error: HttpError) -> Self {
        match error {
            HttpError::Offline | HttpError::AnswerLost => Self::Offline,
            HttpError::Aborted => Self::Closed,
            HttpError::Certificate => Self::portal(PortalProblem::Certificate),
            HttpError::TooLarge => Self::portal(PortalProblem::TooLarge),
            HttpError::ForeignLink => Self::portal(PortalProblem::ForeignLink),
            HttpError::Unproved => Self::internal("proof"),
            HttpError::ClockWrong { portal } => Self::ClockWrong {
                portal_time: portal.map(Into::into),
            },
        }
    }
}

/// A request before the rules are applied.
#[derive(Clone)]
pub(crate) struct Request {
    method: Method,
    url: Url,
    headers: Vec<(&'static str, String)>,
    body: Option<Bytes>,
    token: Option<Secret>,
    key: Option<Arc<DpopKey>>,
    limit: usize,
}

impl Request {
    /// GETs `url` and accepts a body of at most `limit` bytes.
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

    /// POSTs `body` to `url`; never retried automatically.
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

    /// Replaces the type of the body, if `said` is a plain media type.
    pub(crate) fn content_type(mut self, said: &str) -> Self {
        let plain = |c: char| c.is_ascii_alphanumeric() || "!#$&^_.+-/".contains(c);
        let sound = said.split('/').filter(|part| !part.is_empty()).count() == 2
            && said.matches('/').count() == 1
            && said.len() <= 128
            && said.chars().all(plain);
        for (name, value) in &mut self.headers {
            if *name == "content-type" && sound {
                said.clone_into(value);
            }
        }
        self
    }

    /// POSTs `form` to an authorization server and asks for JSON.
    pub(crate) fn form(url: Url, form: &Form) -> Self {
        let body = form.as_str().as_bytes().to_vec();
        Self::post(url, Form::CONTENT_TYPE, body, limits::OAUTH_BODY)
            .header("accept", "application/json")
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Attaches an access token. The request is refused unless its URL lies under the portal's base.
    pub(crate) fn token(mut self, token: &Secret) -> Self {
        self.token = Some(token.clone());
        self
    }

    /// How long its body may take to get there.
    fn on_its_way(&self) -> Duration {
        let bytes = self.body.as_ref().map_or(0, Bytes::len) as u64;
        Duration::from_secs(bytes / limits::SLOWEST_UPLOAD)
    }

    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// Attaches a proof of possession of `key`; a token is then sent as bound to it. Without a key nothing changes.
    pub(crate) fn proved(mut self, key: Option<&Arc<DpopKey>>) -> Self {
        self.key = key.cloned();
        self
    }
}

/// The HTTP client of one portal.
#[derive(Clone)]
pub(crate) struct HttpClient {
    platform: Platform,
    lifecycle: Lifecycle,
    base: Arc<Base>,
    roots: Arc<Vec<Vec<u8>>>,
    in_flight: Arc<Semaphore>,
    heard: Arc<proof::ServerHints>,
    bearer_only: bearer::BearerOnly,
    policy_hint: policy_hint::PolicyHint,
}

impl HttpClient {
    pub(crate) fn new(
        platform: Platform,
        lifecycle: Lifecycle,
        base: Base,
        roots: Vec<Vec<u8>>,
    ) -> Self {
        Self {
            platform,
            lifecycle,
            base: Arc::new(base),
            roots: Arc::new(roots),
            in_flight: Arc::new(Semaphore::new(IN_FLIGHT)),
            heard: Arc::default(),
            bearer_only: bearer::BearerOnly::default(),
            policy_hint: policy_hint::PolicyHint::default(),
        }
    }

    pub(crate) fn base(&self) -> &Base {
        &self.base
    }

    /// Sends `request`, retrying where that is harmless, and reads the whole response. Ends within [`limits::EXCHANGE`],
    /// or when the grace period of a pause is over.
    pub(crate) async fn send(&self, request: Request) -> Result<Response, HttpError> {
        if request.token.is_some() && !self.base.covers(&request.url) {
            return Err(HttpError::ForeignLink);
        }
        let aborted = self.lifecycle.network();
        tokio::select! {
            biased;
            () = aborted.cancelled() => Err(HttpError::Aborted),
            outcome = self.tries(&request) => outcome,
            () = self.platform.clock.timer(limits::EXCHANGE + request.on_its_way()) => Err(HttpError::AnswerLost),
        }
    }

    async fn tries(&self, request: &Request) -> Result<Response, HttpError> {
        let Ok(_slot) = self.in_flight.acquire().await else {
            return Err(HttpError::Offline);
        };
        let mut retries = retry::Retries::new(request.method);
        let mut proofs = proof::Tries::default();
        loop {
            let outcome = self.once(request, &mut proofs).await;
            if let Ok(response) = &outcome
                && self.has_better(request, response, &mut proofs).await
            {
                continue;
            }
            let status = outcome.as_ref().ok().map(|response| response.status);
            let error = outcome.as_ref().err().copied();
            match retries.wait(&outcome, &self.platform) {
                Some(span) => {
                    log::event!(
                        DEBUG,
                        "request retried",
                        method = request.method,
                        status = status,
                        error = error,
                        after = span
                    );
                    self.platform.clock.sleep(span).await;
                }
                None => {
                    log::event!(
                        TRACE,
                        "request ended",
                        method = request.method,
                        status = status,
                        error = error
                    );
                    return outcome;
                }
            }
        }
    }

    /// Returns this device's best estimate of the time at `url`'s server.
    pub(crate) fn estimated_time(&self, url: &Url) -> Timestamp {
        self.heard.estimated_time(url, &self.base, &self.platform)
    }

    /// The same; fails with `ClockWrong` when the device's own clock is more than a day away from it.
    pub(crate) fn time_at(&self, url: &Url) -> Result<Timestamp, HttpError> {
        self.heard.time_at(url, &self.base, &self.platform)
    }

    /// Whether another proof is worth another try.
    async fn has_better(
        &self,
        request: &Request,
        response: &Response,
        proofs: &mut proof::Tries,
    ) -> bool {
        let next = |proofs: &mut proof::Tries| {
            proofs.next(response, request, &self.heard, &self.base, &self.platform)
        };
        match next(proofs) {
            proof::Next::Stands => false,
            proof::Next::Again => true,
            proof::Next::AskTime => {
                let url = self.base.join(".well-known/smart-configuration");
                let ask = Request::get(url, limits::OAUTH_BODY);
                // Whatever it answers: it is asked for the time.
                let _ = self.once(&ask, &mut proof::Tries::default()).await;
                next(proofs) == proof::Next::Again
            }
        }
    }

    async fn once(
        &self,
        request: &Request,
        proofs: &mut proof::Tries,
    ) -> Result<Response, HttpError> {
        let head = self.head(request, proofs).await?;
        let response = Response::read(head, request.limit, &*self.platform.clock).await?;
        self.heard
            .take(&response, &request.url, &self.base, &self.platform);
        self.take_policy_hint(&response, &request.url);
        Ok(response)
    }

    /// Sends `request` once and waits for the head of the answer.
    async fn head(
        &self,
        request: &Request,
        proofs: &mut proof::Tries,
    ) -> Result<TransportResponse, HttpError> {
        let mut headers = request.headers.clone();
        if let Some(key) = &request.key {
            let proof = self
                .heard
                .proof(key, request, &self.base, &self.platform, proofs)?;
            headers.push(("dpop", proof));
        }
        if let Some(token) = &request.token {
            let scheme = if request.key.is_some() {
                "DPoP"
            } else {
                "Bearer"
            };
            headers.push(("authorization", format!("{scheme} {}", token.expose())));
        }
        let outgoing = TransportRequest {
            method: request.method,
            url: request.url.clone(),
            headers,
            body: request.body.clone(),
            roots: self.roots.clone(),
        };
        tokio::select! {
            biased;
            head = self.platform.transport.exchange(outgoing) => head.map_err(concluded),
            () = self.platform.clock.timer(limits::HEAD + request.on_its_way()) => Err(HttpError::AnswerLost),
        }
    }
}

/// Translates a transport failure into what the caller may conclude.
fn concluded(error: TransportError) -> HttpError {
    match error {
        TransportError::Unreachable => HttpError::Offline,
        TransportError::Interrupted | TransportError::TimedOut => HttpError::AnswerLost,
        TransportError::Certificate | TransportError::Root => HttpError::Certificate,
        TransportError::Clock => HttpError::ClockWrong { portal: None },
        TransportError::TooLarge => HttpError::TooLarge,
    }
}
