//! Time that passed, and time that this process computed.
//!
//! The portal runs on the same cores, so the clock on the wall says as much about it as about the client. CPU time
//! is the process's own, over all its threads.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

/// What a piece of work took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spent {
    /// By the clock on the wall.
    pub wall: Duration,
    /// Of this process, over all its threads, in user and kernel mode.
    pub cpu: Duration,
}

/// A running measurement.
pub struct Meter {
    wall: Instant,
    cpu: Duration,
}

impl Meter {
    /// Begins.
    pub fn start() -> Self {
        Self {
            cpu: computed(),
            wall: Instant::now(),
        }
    }

    /// Ends.
    pub fn stop(self) -> Spent {
        Spent {
            wall: self.wall.elapsed(),
            cpu: computed().saturating_sub(self.cpu),
        }
    }
}

fn computed() -> Duration {
    clock_gettime(ClockId::ProcessCPUTime)
        .try_into()
        .unwrap_or_default()
}

/// The middle value; zero of none.
pub fn median(values: &mut [Duration]) -> Duration {
    percentile(values, 50)
}

/// The smallest value that is not exceeded by so many in a hundred; zero of none.
pub fn percentile(values: &mut [Duration], hundredth: usize) -> Duration {
    values.sort_unstable();
    let place = (values.len() * hundredth).div_ceil(100).saturating_sub(1);
    values.get(place).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(values: &[u64]) -> Vec<Duration> {
        values.iter().copied().map(Duration::from_millis).collect()
    }

    #[test]
    fn a_percentile_is_a_value_that_was_measured() {
        assert_eq!(median(&mut millis(&[5, 1, 3])), Duration::from_millis(3));
        let hundred: Vec<u64> = (1..=100).rev().collect();
        assert_eq!(
            percentile(&mut millis(&hundred), 99),
            Duration::from_millis(99)
        );
        assert_eq!(percentile(&mut millis(&[7]), 99), Duration::from_millis(7));
        assert_eq!(percentile(&mut [], 99), Duration::ZERO);
    }

    #[test]
    fn only_work_counts_as_computed() {
        let meter = Meter::start();
        let mut sum = 0u64;
        while meter.wall.elapsed() < Duration::from_millis(20) {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
        let spent = meter.stop();
        assert!(spent.cpu > Duration::ZERO && spent.wall >= Duration::from_millis(20));
    }
}
