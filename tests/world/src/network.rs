//! A network that can be cut, slowed down and made to lose things, around the real one.

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pericard::test_support::{
    Clock, Exchange, Transport, TransportError, TransportRequest, TransportResponse,
};
use tokio::sync::Notify;

/// How the network is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum NetworkState {
    /// As it is.
    Up,
    /// No connection.
    Down,
    /// Every exchange takes two seconds.
    Slow,
    /// Connections are made, and nothing is ever answered.
    Stalled,
    /// Every third exchange is lost, by turns before it is sent and after.
    Lossy,
}

/// The real network, as far as the story lets it be.
pub(crate) struct Network {
    real: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    shared: Arc<Shared>,
}

/// What the story sets.
pub(crate) struct Shared {
    state: Mutex<NetworkState>,
    exchanges: AtomicU32,
    panic: Mutex<Option<String>>,
    sent: Mutex<Vec<Sent>>,
    more: Notify,
}

/// A request that the core let out.
#[derive(Debug, Clone)]
pub struct Sent {
    /// Where it went.
    pub url: url::Url,
    /// Whether it carried an access token.
    pub authorized: bool,
    /// Whether it carried a proof of possession.
    pub proved: bool,
    /// Whether it asks only for what has changed.
    pub conditional: bool,
    /// Its header fields, secrets included: what somebody who reads along would have.
    pub headers: Vec<(&'static str, String)>,
}

impl Sent {
    /// The value of a header field.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(other, _)| *other == name);
        found.map(|(_, value)| value.as_str())
    }
}

impl Default for Shared {
    fn default() -> Self {
        Self {
            state: Mutex::new(NetworkState::Up),
            exchanges: AtomicU32::new(0),
            panic: Mutex::default(),
            sent: Mutex::default(),
            more: Notify::new(),
        }
    }
}

impl Shared {
    pub(crate) fn set(&self, state: NetworkState) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }

    pub(crate) fn explode(&self, text: String) {
        *self.panic.lock().unwrap_or_else(PoisonError::into_inner) = Some(text);
    }
}

impl Shared {
    /// What went out since this was last asked.
    pub(crate) fn sent(&self) -> Vec<Sent> {
        std::mem::take(&mut *self.sent.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns when such a request went out that nobody has asked for yet; it stays to be asked for.
    pub(crate) async fn until_sent(&self, wanted: impl Fn(&Sent) -> bool) {
        loop {
            let mut more = std::pin::pin!(self.more.notified());
            // From here on no notification is missed.
            more.as_mut().enable();
            if self.has_sent(&wanted) {
                return;
            }
            more.await;
        }
    }

    fn has_sent(&self, wanted: impl Fn(&Sent) -> bool) -> bool {
        let sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.iter().any(wanted)
    }

    fn note(&self, request: &TransportRequest) {
        let has = |wanted| request.headers.iter().any(|(name, _)| *name == wanted);
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.push(Sent {
            url: request.url.clone(),
            authorized: has("authorization"),
            proved: has("dpop"),
            conditional: has("if-none-match") || has("if-modified-since"),
            headers: request.headers.clone(),
        });
        drop(sent);
        self.more.notify_waiters();
    }
}

impl Network {
    pub(crate) fn new(
        real: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
        shared: Arc<Shared>,
    ) -> Self {
        Self {
            real,
            clock,
            shared,
        }
    }
}

impl Transport for Network {
    fn exchange(&self, request: TransportRequest) -> Exchange<'static, TransportResponse> {
        let (real, clock, shared) = (self.real.clone(), self.clock.clone(), self.shared.clone());
        Box::pin(async move {
            let panic = shared
                .panic
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take();
            if let Some(text) = panic {
                panic!("{text}");
            }
            // Whoever waits for the request may change the network then: for this one it is as it was.
            let state = *shared.state.lock().unwrap_or_else(PoisonError::into_inner);
            shared.note(&request);
            match state {
                NetworkState::Up => real.exchange(request).await,
                NetworkState::Down => Err(TransportError::Unreachable),
                NetworkState::Slow => {
                    clock.sleep(Duration::from_secs(2)).await;
                    real.exchange(request).await
                }
                NetworkState::Stalled => std::future::pending().await,
                NetworkState::Lossy => match shared.exchanges.fetch_add(1, SeqCst) % 6 {
                    2 => Err(TransportError::Interrupted),
                    5 => {
                        real.exchange(request).await?;
                        Err(TransportError::Interrupted)
                    }
                    _ => real.exchange(request).await,
                },
            }
        })
    }

    fn close_idle(&self) {
        self.real.close_idle();
    }
}
