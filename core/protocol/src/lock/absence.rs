//! How long the person was away from the app, by a clock that goes on while the device sleeps and that nobody sets.

use std::time::Duration;

/// When the content locks by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Absence {
    /// How long the person may be away; nothing where it never locks by itself.
    pub allowed: Option<Duration>,
    /// The time since boot at which the person left; nothing while somebody is there.
    left: Option<Duration>,
}

impl Absence {
    /// Nobody has left yet.
    pub fn new(allowed: Option<Duration>) -> Self {
        let left = None;
        Self { allowed, left }
    }

    /// The person leaves. Leaving twice is leaving once: what opens the app without the person does not begin it anew.
    #[must_use]
    pub fn leave(self, uptime: Duration) -> Self {
        Self {
            left: self.left.or(Some(uptime)),
            ..self
        }
    }

    /// The person is back.
    #[must_use]
    pub fn come_back(self) -> Self {
        let left = None;
        Self { left, ..self }
    }

    /// Whether the person has been away for too long. A clock that went back is another boot, before which nobody was here.
    pub fn is_over(self, uptime: Duration) -> bool {
        self.remaining(uptime) == Some(Duration::ZERO)
    }

    /// How long it takes until that is so; nothing where there is no end to wait for.
    pub fn remaining(self, uptime: Duration) -> Option<Duration> {
        let (allowed, left) = (self.allowed?, self.left?);
        let away = uptime.checked_sub(left).unwrap_or(Duration::MAX);
        Some(allowed.saturating_sub(away))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn whoever_is_there_is_never_away_for_too_long() {
        let here = Absence::new(Some(Duration::ZERO));
        assert!(!here.is_over(Duration::MAX));
        assert!(!here.leave(MINUTE).come_back().is_over(Duration::MAX));
    }

    #[test]
    fn it_ends_after_what_is_allowed_and_not_before() {
        let away = Absence::new(Some(5 * MINUTE)).leave(MINUTE);
        assert_eq!(away.remaining(2 * MINUTE), Some(4 * MINUTE));
        assert!(!away.is_over(6 * MINUTE - Duration::from_nanos(1)));
        assert!(away.is_over(6 * MINUTE));
        assert!(
            Absence::new(Some(Duration::ZERO))
                .leave(MINUTE)
                .is_over(MINUTE)
        );
        assert!(!Absence::new(None).leave(MINUTE).is_over(Duration::MAX));
    }

    #[test]
    fn leaving_twice_counts_from_the_first_time() {
        let away = Absence::new(Some(5 * MINUTE)).leave(MINUTE);
        assert!(away.leave(5 * MINUTE).is_over(6 * MINUTE));
    }

    #[test]
    fn a_clock_that_went_back_ends_it() {
        let away = Absence::new(Some(5 * MINUTE)).leave(10 * MINUTE);
        assert!(away.is_over(MINUTE));
    }
}
