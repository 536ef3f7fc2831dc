//! Tokens at the portal's records: with a proof, or plain where only that is understood.
//!
//! Uses: `response`
//!
//! A server that binds tokens (RFC 9449) may stand before records that know `Bearer` only. They say so in their challenge
//! and then get the token plain (§7.2): it is theirs to see in any case, and worth nothing to anybody else who binds.
//! What worked is remembered, also across processes, and taken back when the records ask for proofs again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use pericard_protocol::oauth::bearer::{BearerChallenge, Refusal};
use pericard_protocol::oauth::dpop::DpopKey;
use pericard_protocol::oauth::token::TokenKind;
use pericard_protocol::secret::Secret;

use super::response::Response;
use super::{HttpClient, HttpError, Request};

/// Whether the records take tokens as `Bearer` only.
#[derive(Clone, Default)]
pub(super) struct BearerOnly(Arc<AtomicBool>);

impl HttpClient {
    /// Sends `request` with an access token: with a proof of `key` if it is bound to one, unless the records only know
    /// plain ones. Without a key it is a plain one anyway.
    pub(crate) async fn send_authorized(
        &self,
        request: Request,
        token: &Secret,
        key: Option<&Arc<DpopKey>>,
    ) -> Result<Response, HttpError> {
        let request = request.token(token);
        let Some(key) = key else {
            return self.send(request).await;
        };
        let plainly = self.takes_bearer();
        let sent = |plainly: bool| request.clone().proved((!plainly).then_some(key));
        let response = self.send(sent(plainly)).await?;
        if response.status != 401 || !asks_for_the_other(&response, plainly) {
            return Ok(response);
        }
        let second = self.send(sent(!plainly)).await?;
        if second.status != 401 {
            self.note_bearer(!plainly);
        } else if plainly {
            // The records still know plain ones only: what they said of it is why it was refused.
            return Ok(response);
        }
        Ok(second)
    }

    /// Whether the records take tokens as `Bearer` only, as far as is known.
    pub(crate) fn takes_bearer(&self) -> bool {
        self.bearer_only.0.load(SeqCst)
    }

    /// Notes how the records take tokens.
    pub(crate) fn note_bearer(&self, bearer: bool) {
        self.bearer_only.0.store(bearer, SeqCst);
    }
}

/// Whether a 401 asks for the token in the other form.
pub(super) fn asks_for_the_other(response: &Response, plainly: bool) -> bool {
    let field = response.joined("www-authenticate");
    if plainly {
        let challenge = field.as_deref().and_then(BearerChallenge::parse);
        let is_bound = challenge.is_some_and(|challenge| challenge.scheme == TokenKind::Dpop);
        let refusal = Refusal::of(field.as_deref(), response.is_html(), TokenKind::Bearer);
        // A bound token is no valid one to records that have learnt of proofs since (§7.2).
        return is_bound || refusal == Refusal::InvalidToken;
    }
    let refusal = Refusal::of(field.as_deref(), response.is_html(), TokenKind::Dpop);
    refusal == Refusal::BearerWanted
}
