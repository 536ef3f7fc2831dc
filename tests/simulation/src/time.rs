//! One time for everybody: tokio's, which stands still while anybody works and jumps to the next timer when nobody
//! does. The portal's clock is right; the device's may be wrong.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::SeqCst};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use pericard::test_support::{Clock, Wait};
use tokio::time::Instant;

/// A Thursday in September 2026.
const EPOCH: Duration = Duration::from_secs(1_790_000_000);

/// The time of a simulated week.
pub(crate) struct Time {
    began: Instant,
    /// How wrong the device's clock is, in milliseconds.
    wrong: AtomicI64,
    /// When the device was last switched on, in milliseconds since the beginning.
    booted: AtomicU64,
}

impl Time {
    pub(crate) fn new() -> Self {
        Self {
            began: Instant::now(),
            wrong: AtomicI64::new(0),
            booted: AtomicU64::new(0),
        }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// The portal's time, which is right.
    pub(crate) fn portal(&self) -> SystemTime {
        UNIX_EPOCH + EPOCH + self.elapsed()
    }

    /// The same in milliseconds since 1970.
    pub(crate) fn millis(&self) -> i64 {
        i64::try_from((EPOCH + self.elapsed()).as_millis()).unwrap_or(i64::MAX)
    }

    /// Makes the device's clock wrong by so many seconds.
    pub(crate) fn set_wrong(&self, seconds: i64) {
        self.wrong.store(seconds * 1000, SeqCst);
    }

    /// The device is switched off and on.
    pub(crate) fn reboot(&self) {
        let now = u64::try_from(self.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.booted.store(now, SeqCst);
    }

    /// For the trace: day, hour, minute, second.
    pub(crate) fn stamp(&self) -> String {
        let at = self.elapsed();
        let (seconds, millis) = (at.as_secs(), at.subsec_millis());
        let (day, rest) = (seconds / 86_400 + 1, seconds % 86_400);
        let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
        format!("day {day} {hour:02}:{minute:02}:{second:02}.{millis:03}")
    }
}

/// The device's clock.
pub(crate) struct DeviceClock(pub(crate) std::sync::Arc<Time>);

impl Clock for DeviceClock {
    fn now(&self) -> SystemTime {
        let wrong = self.0.wrong.load(SeqCst);
        let span = Duration::from_millis(wrong.unsigned_abs());
        match wrong >= 0 {
            true => self.0.portal() + span,
            false => self.0.portal() - span,
        }
    }

    fn uptime(&self) -> Duration {
        let booted = Duration::from_millis(self.0.booted.load(SeqCst));
        self.0.elapsed().saturating_sub(booted) + Duration::from_secs(60)
    }

    fn sleep(&self, span: Duration) -> Wait {
        Box::pin(tokio::time::sleep(span))
    }

    fn timer(&self, span: Duration) -> Wait {
        Box::pin(tokio::time::sleep(span))
    }
}
