//! A clock that a story can move: the device's, and the portal's with it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
use std::time::{Duration, SystemTime};

use pericard::doors::{Clock, Wait};

use crate::control::Control;

/// The time outside, moved by whole milliseconds.
pub(crate) struct MovedClock {
    device: AtomicI64,
    portal: AtomicI64,
    control: Arc<Control>,
}

impl MovedClock {
    pub(crate) fn new(control: Arc<Control>) -> Self {
        Self {
            device: AtomicI64::new(0),
            portal: AtomicI64::new(0),
            control,
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
        Ok(())
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

    fn sleep(&self, span: Duration) -> Wait {
        let clock = self.0.clone();
        Box::pin(async move {
            // Up to a whole second, which is what the portal's clock counts in.
            let seconds = span.as_secs() + u64::from(span.subsec_nanos() > 0);
            let _ = crate::spawn(async move { clock.advance(seconds).await }).await;
        })
    }
}
