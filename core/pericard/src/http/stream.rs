//! An answer that is taken piece by piece: files, which are too large for memory.
//!
//! Uses: `bearer`, `proof`, `response`
//!
//! Only the body of a success (200, 206) is streamed. Anything else is read whole, within a small limit, since it says why
//! there is no file. Nothing is retried here but for a better proof: what has come is kept by the caller, who asks for the
//! rest. Each wait for a piece is bounded, and so is the whole exchange ([`limits::FILE_EXCHANGE`]).

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use pericard_protocol::limits;
use pericard_protocol::oauth::dpop::DpopKey;
use pericard_protocol::secret::Secret;
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;

use crate::platform::{Body, Clock, TransportResponse};

use super::response::{Response, limit_head};
use super::{HttpClient, HttpError, Request, bearer, concluded, proof};

/// What came of asking for a file.
pub(crate) enum Opened {
    /// Its content comes.
    Stream(Stream),
    /// Another answer: a refusal, a redirect.
    Answer(Response),
}

/// A body on its way.
pub(crate) struct Stream {
    /// Status and header fields; the body is empty.
    pub(crate) head: Response,
    body: Box<dyn Body>,
    clock: Arc<dyn Clock>,
    aborted: CancellationToken,
    began: Duration,
    received: u64,
    _slot: OwnedSemaphorePermit,
}

impl Stream {
    /// The next piece, or `None` at the end.
    pub(crate) async fn piece(&mut self) -> Result<Option<Bytes>, HttpError> {
        let took = self.clock.uptime().saturating_sub(self.began);
        let slow = took > limits::SLOW_START && self.received < limits::SLOWEST * took.as_secs();
        if slow || took > limits::FILE_EXCHANGE {
            return Err(HttpError::AnswerLost);
        }
        let piece = tokio::select! {
            biased;
            () = self.aborted.cancelled() => return Err(HttpError::Aborted),
            piece = self.body.chunk() => piece.map_err(|error| match concluded(error) {
                // The head has arrived, so the request had its effect.
                HttpError::Offline => HttpError::AnswerLost,
                other => other,
            })?,
            () = self.clock.timer(limits::HEAD) => return Err(HttpError::AnswerLost),
        };
        self.received += piece.as_ref().map_or(0, |piece| piece.len() as u64);
        Ok(piece)
    }

    /// Reads the rest as the body of a response, up to `limit` bytes.
    pub(crate) async fn whole(mut self, limit: usize) -> Result<Response, HttpError> {
        let mut body = Vec::new();
        while let Some(piece) = self.piece().await? {
            if body.len() + piece.len() > limit {
                return Err(HttpError::TooLarge);
            }
            body.extend_from_slice(&piece);
        }
        self.head.body = body;
        Ok(self.head)
    }
}

impl HttpClient {
    /// Asks for a file with an access token, in whichever form the records take it (see [`bearer`]).
    pub(crate) async fn open_authorized(
        &self,
        request: Request,
        token: &Secret,
        key: Option<&Arc<DpopKey>>,
    ) -> Result<Opened, HttpError> {
        let request = request.token(token);
        let Some(key) = key else {
            return self.open(request).await;
        };
        let plainly = self.takes_bearer();
        let form = |plainly: bool| request.clone().proved((!plainly).then_some(key));
        match self.open(form(plainly)).await? {
            Opened::Answer(answer)
                if answer.status == 401 && bearer::asks_for_the_other(&answer, plainly) =>
            {
                let second = self.open(form(!plainly)).await?;
                if !matches!(&second, Opened::Answer(answer) if answer.status == 401) {
                    self.note_bearer(!plainly);
                }
                Ok(second)
            }
            opened => Ok(opened),
        }
    }

    /// Asks for a file. A token is never sent away from the base.
    pub(crate) async fn open(&self, request: Request) -> Result<Opened, HttpError> {
        if request.token.is_some() && !self.base.covers(&request.url) {
            return Err(HttpError::ForeignLink);
        }
        let aborted = self.lifecycle.network();
        let mut proofs = proof::Tries::default();
        loop {
            let opened = tokio::select! {
                biased;
                () = aborted.cancelled() => return Err(HttpError::Aborted),
                opened = self.open_once(&request, &mut proofs) => opened?,
                () = self.platform.clock.timer(limits::EXCHANGE) => return Err(HttpError::AnswerLost),
            };
            match &opened {
                Opened::Answer(answer) if self.has_better(&request, answer, &mut proofs).await => {}
                _ => return Ok(opened),
            }
        }
    }

    async fn open_once(
        &self,
        request: &Request,
        proofs: &mut proof::Tries,
    ) -> Result<Opened, HttpError> {
        let slot = self.in_flight.clone().acquire_owned().await;
        let Ok(slot) = slot else {
            return Err(HttpError::Offline);
        };
        let answer = self.head(request, proofs).await?;
        let clock = self.platform.clock.clone();
        if !matches!(answer.status, 200 | 206) {
            let answer = Response::read(answer, request.limit, &*clock).await?;
            self.heard
                .take(&answer, &request.url, &self.base, &self.platform);
            return Ok(Opened::Answer(answer));
        }
        limit_head(&answer.headers)?;
        let TransportResponse {
            status,
            headers,
            body,
        } = answer;
        let head = Response::of(status, headers, Vec::new(), &*clock);
        self.heard
            .take(&head, &request.url, &self.base, &self.platform);
        Ok(Opened::Stream(Stream {
            head,
            body,
            began: clock.uptime(),
            clock,
            aborted: self.lifecycle.network(),
            received: 0,
            _slot: slot,
        }))
    }
}
