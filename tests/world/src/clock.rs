//! A clock that a story can move: the device's, and the portal's with it.

use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use pericard::test_support::{Clock, Wait};

use tokio::sync::watch;

use crate::control::Control;

/// The time outside, moved by whole milliseconds.
pub(crate) struct MovedClock {
    device: AtomicI64,
    portal: AtomicI64,
    /// When the device was booted: what was moved on until then, and the time outside.
    boot: Mutex<(i64, Instant)>,
    control: Arc<Control>,
    /// Wakes deadlines when the time is moved on.
    moved: watch::Sender<()>,
}

impl MovedClock {
    /// `ahead` is by how many milliseconds the portal is ahead of the time outside from the start, and the device with it.
    pub(crate) fn new(control: Arc<Control>, ahead: i64) -> Self {
        Self {
            device: AtomicI64::new(ahead),
            portal: AtomicI64::new(ahead),
            boot: Mutex::new((ahead, Instant::now())),
            control,
            moved: watch::channel(()).0,
        }
    }

    /// What the portal's clock says.
    pub(crate) fn portal_now(&self) -> SystemTime {
        moved(self.portal.load(SeqCst))
    }

    /// Moves both clocks on.
    pub(crate) async fn advance(&self, seconds: u64) -> Result<(), crate::WorldError> {
        let millis = i64::try_from(seconds).unwrap_or(i64::MAX / 2000) * 1000;
        self.control
            .send(&format!("{{\"advance_seconds\":{seconds}}}"))
            .await?;
        self.device.fetch_add(millis, SeqCst);
        self.portal.fetch_add(millis, SeqCst);
        self.moved.send_replace(());
        Ok(())
    }

    /// Sets the device's clock ahead; the portal's stays.
    pub(crate) fn set_ahead(&self, seconds: u64) {
        self.device.fetch_add(
            i64::try_from(seconds).unwrap_or(i64::MAX / 2000) * 1000,
            SeqCst,
        );
    }

    /// The device is switched off and on: its time since boot starts anew.
    pub(crate) fn reboot(&self) {
        *self.boot() = (self.portal.load(SeqCst), Instant::now());
    }

    fn boot(&self) -> MutexGuard<'_, (i64, Instant)> {
        self.boot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The time since boot. What moves on moves it; setting the clock does not.
    fn uptime(&self) -> Duration {
        let (moved, since) = *self.boot();
        let moved = self.portal.load(SeqCst) - moved;
        since.elapsed() + Duration::from_millis(moved.unsigned_abs())
    }

    /// Sets the device's clock back; the portal's stays.
    pub(crate) fn set_back(&self, seconds: u64) {
        self.device.fetch_sub(
            i64::try_from(seconds).unwrap_or(i64::MAX / 2000) * 1000,
            SeqCst,
        );
    }
}

fn moved(millis: i64) -> SystemTime {
    let now = SystemTime::now();
    let span = Duration::from_millis(millis.unsigned_abs());
    if millis >= 0 { now + span } else { now - span }
}

/// The device's clock. Waiting is moving on: a story never sleeps.
pub(crate) struct DeviceClock(pub(crate) Arc<MovedClock>);

impl Clock for DeviceClock {
    fn now(&self) -> SystemTime {
        moved(self.0.device.load(SeqCst))
    }

    fn uptime(&self) -> Duration {
        self.0.uptime()
    }

    fn sleep(&self, span: Duration) -> Wait {
        let clock = self.0.clone();
        Box::pin(async move {
            // Up to a whole second, which is what the portal's clock counts in.
            let seconds = span.as_secs() + u64::from(span.subsec_nanos() > 0);
            let _ = crate::spawn(async move { clock.advance(seconds).await }).await;
        })
    }

    /// A deadline passes beside something that may end earlier, so it moves nothing: it ends when the story has moved
    /// the time on, or when the time outside has passed.
    fn timer(&self, span: Duration) -> Wait {
        let clock = self.0.clone();
        Box::pin(async move {
            let (end, mut moved) = (clock.uptime().saturating_add(span), clock.moved.subscribe());
            loop {
                let left = end.saturating_sub(clock.uptime());
                if left.is_zero() {
                    return;
                }
                tokio::select! {
                    _ = moved.changed() => {}
                    () = tokio::time::sleep(left) => {}
                }
            }
        })
    }
}
