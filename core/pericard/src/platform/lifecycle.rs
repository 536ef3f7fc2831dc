//! Who is inside: jobs enter, a pause waits until all have left.
//!
//! Uses: `error`
//!
//! iOS kills a suspended process that holds a file lock, so `Client.pause` must know that nothing is under way any
//! more. While the gate is closed, entering fails at once with `Closed`: no screen waits for a pause to end.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::error::{PericardError, Result};

/// More jobs than ever run at once.
const PLACES: u32 = 1 << 16;

/// The gate of one client.
pub(crate) struct Lifecycle {
    places: Arc<Semaphore>,
    closed: Mutex<Option<OwnedSemaphorePermit>>,
}

/// The right to be inside; leaving is dropping it.
pub(crate) struct ActivityGuard {
    _place: OwnedSemaphorePermit,
}

impl Lifecycle {
    pub(crate) fn new() -> Self {
        Self {
            places: Arc::new(Semaphore::new(PLACES as usize)),
            closed: Mutex::new(None),
        }
    }

    pub(crate) fn enter(&self) -> Result<ActivityGuard> {
        let place = self
            .places
            .clone()
            .try_acquire_owned()
            .map_err(|_| PericardError::Closed)?;
        Ok(ActivityGuard { _place: place })
    }

    /// Keeps everybody out from now on and returns when everybody has left.
    pub(crate) async fn close(&self) {
        if self.closed().is_some() {
            return;
        }
        if let Ok(all) = self.places.clone().acquire_many_owned(PLACES).await {
            *self.closed() = Some(all);
        }
    }

    pub(crate) fn open(&self) {
        self.closed().take();
    }

    fn closed(&self) -> std::sync::MutexGuard<'_, Option<OwnedSemaphorePermit>> {
        self.closed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn closing_waits_for_who_is_inside_and_keeps_others_out() {
        let gate = Arc::new(Lifecycle::new());
        let inside = gate.enter().unwrap();
        let mut closing = tokio_test_task(gate.clone());
        assert!(futures_pending(&mut closing));
        assert!(gate.enter().is_err());
        drop(inside);
        closing.await;
        assert!(gate.enter().is_err());
        gate.open();
        assert!(gate.enter().is_ok());
    }

    fn tokio_test_task(gate: Arc<Lifecycle>) -> std::pin::Pin<Box<dyn Future<Output = ()>>> {
        Box::pin(async move { gate.close().await })
    }

    fn futures_pending(future: &mut std::pin::Pin<Box<dyn Future<Output = ()>>>) -> bool {
        future
            .as_mut()
            .poll(&mut std::task::Context::from_waker(std::task::Waker::noop()))
            .is_pending()
    }
}
