//! A set of tokens as the session machine sees it: how long it is good for, and when a 401 is worth a refresh.

use std::time::Duration;

use jiff::Timestamp;

use super::Effect;
use crate::oauth::refusal::Why;

/// How long before its end a token is refreshed; longer than a request takes.
pub const EXPIRY_MARGIN: Duration = Duration::from_secs(30);

/// After a 401 has caused a refresh, no other 401 does so within this time.
pub const REJECTION_PAUSE: Duration = Duration::from_secs(5 * 60);

/// A set of tokens, without the tokens themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// When the access token ends; in the past if the token is known to be invalid.
    pub expires: Timestamp,
    /// Counts sets of tokens, so that a late 401 is not attributed to the newest set.
    pub generation: u64,
    /// When a 401 last caused a refresh.
    pub rejected_at: Option<Timestamp>,
    /// Whether the lease has ended since the last contact: the content is sealed until a refresh succeeds.
    pub lapsed: bool,
    /// Why the portal asked for a new sign-in when it last refused to refresh.
    pub asked: Option<Why>,
}

impl Grant {
    /// The first set of tokens of a process.
    pub fn new(expires: Timestamp) -> Self {
        Self {
            expires,
            generation: 0,
            rejected_at: None,
            lapsed: false,
            asked: None,
        }
    }

    pub(super) fn is_good(&self, now: Timestamp) -> bool {
        let soon = now.checked_add(EXPIRY_MARGIN);
        !self.lapsed && soon.is_ok_and(|soon| soon < self.expires)
    }

    pub(super) fn is_alive(&self, now: Timestamp) -> bool {
        now < self.expires
    }

    pub(super) fn was_rejected_lately(&self, now: Timestamp) -> bool {
        // A clock that was set back must not allow a loop: the distance counts in both directions.
        self.rejected_at
            .is_some_and(|at| now.duration_since(at).unsigned_abs() < REJECTION_PAUSE)
    }

    pub(super) fn use_it(&self) -> Effect {
        Effect::UseToken {
            generation: self.generation,
        }
    }
}
