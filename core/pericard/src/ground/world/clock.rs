//! Time: the wall clock, and waiting.

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, SystemTime};

/// A wait that ends by itself.
pub type Wait = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Tells the time and waits.
pub trait Clock: Send + Sync + 'static {
    /// The device's wall clock, which may be wrong and may jump.
    fn now(&self) -> SystemTime;
    /// Completes after `span`.
    fn sleep(&self, span: Duration) -> Wait;
}

/// The device's clock.
pub(super) struct SystemClock;

#[allow(clippy::disallowed_methods)] // the one place
impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, span: Duration) -> Wait {
        // Created inside the future: the caller may stand outside the runtime.
        Box::pin(async move { tokio::time::sleep(span).await })
    }
}
