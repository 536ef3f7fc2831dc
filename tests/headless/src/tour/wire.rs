//! The tour's network: the real one with a switch, and with an ear for what must not be on disk.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use pericard::test_support::{
    Body, Exchange, Method, Transport, TransportError, TransportRequest, TransportResponse,
};
use serde_json::Value;
use zeroize::Zeroizing;

/// What the tour may do to its network and hear from it.
#[derive(Default)]
pub(crate) struct Wire {
    cut: AtomicBool,
    carried: AtomicU64,
    refused: AtomicU64,
    lost: AtomicU64,
    tokens: Mutex<Vec<Zeroizing<String>>>,
    /// Token answers that were bound to a key, and those that were not.
    bound: AtomicU64,
    unbound: AtomicU64,
}

impl Wire {
    /// Puts this wire in front of `real`.
    pub(crate) fn before(self: &Arc<Self>, real: Arc<dyn Transport>) -> Arc<dyn Transport> {
        Arc::new(Wired {
            real,
            wire: self.clone(),
        })
    }

    pub(crate) fn cut(&self) {
        self.cut.store(true, SeqCst);
    }

    pub(crate) fn mend(&self) {
        self.cut.store(false, SeqCst);
    }

    /// Requests that went out.
    pub(crate) fn carried(&self) -> u64 {
        self.carried.load(SeqCst)
    }

    /// Requests that found the wire cut.
    pub(crate) fn refused(&self) -> u64 {
        self.refused.load(SeqCst)
    }

    /// Requests whose answer did not come back.
    pub(crate) fn lost(&self) -> u64 {
        self.lost.load(SeqCst)
    }

    /// Every token that the portal gave.
    pub(crate) fn tokens(&self) -> Vec<Zeroizing<String>> {
        self.tokens
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Whether tokens were given, each bound to a key of this device (RFC 9449 §5).
    pub(crate) fn every_token_is_bound(&self) -> bool {
        self.bound.load(SeqCst) > 0 && self.unbound.load(SeqCst) == 0
    }

    fn hear(&self, answer: &[u8]) {
        let Ok(answer) = serde_json::from_slice::<Value>(answer) else {
            return;
        };
        if answer["access_token"].is_string() {
            let bound = answer["token_type"] == "DPoP";
            let count = if bound { &self.bound } else { &self.unbound };
            count.fetch_add(1, SeqCst);
        }
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        for name in ["access_token", "refresh_token", "id_token"] {
            tokens.extend(
                answer[name]
                    .as_str()
                    .map(|token| Zeroizing::new(token.to_owned())),
            );
        }
    }
}

struct Wired {
    real: Arc<dyn Transport>,
    wire: Arc<Wire>,
}

impl Transport for Wired {
    fn exchange(&self, request: TransportRequest) -> Exchange<'static, TransportResponse> {
        if self.wire.cut.load(SeqCst) {
            self.wire.refused.fetch_add(1, SeqCst);
            return Box::pin(async { Err(TransportError::Unreachable) });
        }
        self.wire.carried.fetch_add(1, SeqCst);
        let wire = self.wire.clone();
        let gives_tokens =
            matches!(request.method, Method::Post) && request.url.path().ends_with("/token");
        let answer = self.real.exchange(request);
        Box::pin(async move {
            let answer = answer.await;
            match answer {
                Ok(answer) if gives_tokens => Ok(TransportResponse {
                    body: Box::new(Heard {
                        inner: answer.body,
                        so_far: Zeroizing::default(),
                        wire,
                    }),
                    ..answer
                }),
                Err(TransportError::Interrupted) => {
                    wire.lost.fetch_add(1, SeqCst);
                    answer
                }
                answer => answer,
            }
        })
    }

    fn close_idle(&self) {
        self.real.close_idle();
    }
}

/// A body that is listened to while it passes.
struct Heard {
    inner: Box<dyn Body>,
    so_far: Zeroizing<Vec<u8>>,
    wire: Arc<Wire>,
}

impl Body for Heard {
    fn chunk(&mut self) -> Exchange<'_, Option<Bytes>> {
        Box::pin(async {
            let chunk = self.inner.chunk().await?;
            match &chunk {
                Some(bytes) => self.so_far.extend_from_slice(bytes),
                None => self.wire.hear(&self.so_far),
            }
            Ok(chunk)
        })
    }
}
