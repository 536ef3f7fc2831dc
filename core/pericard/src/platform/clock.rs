//! Time: the wall clock, the time since boot, waiting, deadlines.

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, SystemTime};

/// A wait that ends by itself.
pub type Wait = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Tells the time and waits.
pub trait Clock: Send + Sync + 'static {
    /// The device's wall clock, which may be wrong and may jump.
    fn now(&self) -> SystemTime;
    /// The time since boot, sleep included: nobody can set it back. It starts anew with each boot.
    fn uptime(&self) -> Duration;
    /// Completes after `span`. For waits between two tries, which a simulated clock may skip.
    fn sleep(&self, span: Duration) -> Wait;
    /// Completes after `span`. For deadlines that run beside other work, which a simulated clock must not skip.
    fn timer(&self, span: Duration) -> Wait;
}

/// The device's clock.
pub(super) struct SystemClock;

#[allow(clippy::disallowed_methods)] // the one place
impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    #[cfg(unix)]
    fn uptime(&self) -> Duration {
        use rustix::time::{ClockId, clock_gettime};
        // On Apple's systems it is the monotonic clock that goes on while the device sleeps.
        #[cfg(target_vendor = "apple")]
        const SINCE_BOOT: ClockId = ClockId::Monotonic;
        #[cfg(not(target_vendor = "apple"))]
        const SINCE_BOOT: ClockId = ClockId::Boottime;
        let now = clock_gettime(SINCE_BOOT);
        Duration::try_from(now).unwrap_or_default()
    }

    /// Elsewhere: since this process first asked. That can only shorten a lease, never extend it.
    #[cfg(not(unix))]
    fn uptime(&self) -> Duration {
        static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
        START.get_or_init(std::time::Instant::now).elapsed()
    }

    fn sleep(&self, span: Duration) -> Wait {
        // Created inside the future: the caller may stand outside the runtime.
        Box::pin(async move { tokio::time::sleep(span).await })
    }

    fn timer(&self, span: Duration) -> Wait {
        self.sleep(span)
    }
}
