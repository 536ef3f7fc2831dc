//! When to retry, and after how long: full jitter, so that a portal that recovers is not hit by all its
//! patients at once ("Exponential Backoff And Jitter", M. Brooker, AWS Architecture Blog, 2015).
//!
//! Uses: `response`

use std::time::Duration;

use crate::platform::{Method, Platform};

use super::HttpError;
use super::response::Response;

const TRIES: u32 = 3;
const FIRST: Duration = Duration::from_millis(400);
/// A longer `Retry-After` is returned to the caller as `RateLimited`.
const PATIENCE: Duration = Duration::from_secs(5);

/// The retries of one request.
pub(super) struct Retries {
    left: u32,
    ceiling: Duration,
}

impl Retries {
    pub(super) fn new(method: Method) -> Self {
        Self {
            left: if method == Method::Get { TRIES - 1 } else { 0 },
            ceiling: FIRST,
        }
    }

    /// Returns the wait before the next try, or `None` if `outcome` is final.
    pub(super) fn wait(
        &mut self,
        outcome: &Result<Response, HttpError>,
        platform: &Platform,
    ) -> Option<Duration> {
        let asked = match outcome {
            Err(HttpError::AnswerLost) => None,
            Ok(response) if matches!(response.status, 429 | 502 | 503 | 504) => {
                response.retry_after()
            }
            _ => return None,
        };
        if self.left == 0 || asked.is_some_and(|span| span > PATIENCE) {
            return None;
        }
        self.left -= 1;
        let share = f64::from(u32::from_le_bytes(platform.random())) / f64::from(u32::MAX);
        let jitter = self.ceiling.mul_f64(share);
        self.ceiling *= 2;
        Some(asked.unwrap_or_default() + jitter)
    }
}
