//! How long the cache stays readable without contact to the portal.
//!
//! A stolen device, or one whose owner has lost access, may stay offline for good. A lease ends that: it runs from the
//! last contact with the portal, and the clock that shows the most elapsed time counts.
//!
//! - The portal's own time, received over TLS, is the reference. The device's wall clock is not: one wrong year would
//!   lock the cache for good.
//! - The time since boot is independent of the wall clock, so setting the clock back within a boot gains nothing. After
//!   a reboot it starts at zero and proves less, never more.
//! - Across boots, no time below the highest portal time is accepted.
//!
//! This detects a clock that was set back; it cannot prevent that across boots.

use std::time::Duration;

use jiff::Timestamp;

/// The last contact with the portal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastContact {
    /// By the portal's clock: the highest time it has sent.
    pub at: Timestamp,
    /// By the time since boot, including sleep.
    pub uptime: Duration,
}

/// The readings of the device's clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clocks {
    /// The portal's time as far as this device can tell: its wall clock, corrected by a known offset.
    pub now: Timestamp,
    /// The time since boot, sleep included.
    pub uptime: Duration,
}

impl LastContact {
    /// Returns the contact after a response at `at` by the portal's clock.
    #[must_use]
    pub fn again(self, at: Timestamp, uptime: Duration) -> Self {
        let at = self.at.max(at);
        Self { at, uptime }
    }

    /// Returns how much time has passed since, at least.
    pub fn ago(&self, clocks: Clocks) -> Duration {
        let by_wall = clocks.now.duration_since(self.at);
        let by_wall = Duration::try_from(by_wall).unwrap_or_default();
        // Another boot's uptime is below what has really passed as well, so it needs no name.
        by_wall.max(clocks.uptime.saturating_sub(self.uptime))
    }

    /// Returns how long a lease that began then goes on, if it does: once that time has passed by either clock, it is over.
    pub fn left(&self, lease: Duration, clocks: Clocks) -> Option<Duration> {
        // At its last moment it is not over yet.
        let left = lease.checked_sub(self.ago(clocks))?;
        Some(left.saturating_add(Duration::from_nanos(1)))
    }

    /// Whether a lease that began then is over.
    pub fn is_over(&self, lease: Duration, clocks: Clocks) -> bool {
        self.ago(clocks) > lease
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    const DAY: u64 = 86_400;

    fn heard(at: i64, uptime: u64) -> LastContact {
        LastContact {
            at: Timestamp::from_second(at).unwrap(),
            uptime: Duration::from_secs(uptime),
        }
    }

    fn clocks(now: i64, uptime: u64) -> Clocks {
        let LastContact { at: now, uptime } = heard(now, uptime);
        Clocks { now, uptime }
    }

    fn over(heard: LastContact, clocks: Clocks) -> bool {
        heard.is_over(Duration::from_secs(DAY), clocks)
    }

    #[test]
    fn a_lease_ends_by_either_clock() {
        let then = heard(1_000_000, 500);
        assert!(!over(then, clocks(1_086_400, 86_900)));
        assert!(over(then, clocks(1_086_401, 500)), "by the wall clock");
        assert!(over(then, clocks(1_000_000, 86_901)), "set back in a boot");
        assert!(over(then, clocks(-1_000_000, 86_901)));
    }

    #[test]
    fn a_reboot_proves_less_and_never_more() {
        let then = heard(1_000_000, 80_000);
        assert!(!over(then, clocks(1_000_000, 60)));
        assert_eq!(then.ago(clocks(900_000, 60)), Duration::ZERO);
        assert_eq!(then.ago(clocks(1_000_100, 60)).as_secs(), 100);
    }

    #[test]
    fn the_highest_time_heard_stays() {
        let then =
            heard(1_000_000, 500).again(Timestamp::from_second(900_000).unwrap(), Duration::ZERO);
        assert_eq!(then, heard(1_000_000, 0));
    }

    proptest! {
        /// Whoever waits for what is left finds the lease over, by whichever clock went on, and not before.
        #[test]
        fn what_is_left_is_until_the_end(gone in 0_u64..2 * DAY, set in any::<i32>()) {
            let (lease, then) = (Duration::from_secs(DAY), heard(1_700_000_000, 0));
            let now = clocks(1_700_000_000 + i64::from(set), gone);
            let Some(left) = then.left(lease, now) else {
                prop_assert!(over(then, now));
                return Ok(());
            };
            let later = |more| Clocks { uptime: now.uptime + more, now: now.now + more };
            prop_assert!(!over(then, now) && over(then, later(left)));
            prop_assert!(!over(then, later(left - Duration::from_nanos(1))));
        }

        /// Whatever somebody does to the wall clock, and however often the device was restarted.
        #[test]
        fn no_clock_gives_back_what_has_passed(set in any::<i32>(), slept in 0_u64..10 * DAY, up in 0_u64..10 * DAY) {
            let then = heard(1_700_000_000, up);
            let now = clocks(1_700_000_000 + i64::from(set), up + slept);
            prop_assert!(then.ago(now).as_secs() >= slept);
            prop_assert_eq!(over(then, now), slept > DAY || i64::from(set) > DAY as i64);
        }
    }
}
