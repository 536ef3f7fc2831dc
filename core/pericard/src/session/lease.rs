//! The lease in practice: when the portal was last reached, and what happens when that is too long ago.
//!
//! If a portal never sends its time (no `Date` on any response), the device's clock is used instead; across reboots the
//! lease is then only as good as that clock.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use pericard_protocol::session::Event;
use pericard_protocol::session::lease::{Clocks, LastContact};

use crate::platform::error::Result;

use super::{SealReason, Session, SessionState};

/// Minimum gap between persisted last-contact updates, so that a sync does not write on every response.
const WORTH: Duration = Duration::from_secs(60);

/// A lease and the last contact that it counts from.
pub(super) struct Lease {
    span: Option<Duration>,
    heard: Mutex<Option<LastContact>>,
}

impl Lease {
    pub(super) fn new(span: Option<Duration>, heard: Option<LastContact>) -> Self {
        Self {
            span,
            heard: Mutex::new(heard),
        }
    }

    pub(super) fn begin(&self, heard: Option<LastContact>) {
        *self.heard() = heard;
    }

    fn heard(&self) -> std::sync::MutexGuard<'_, Option<LastContact>> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Session {
    /// Whether the last contact with the portal is too long ago. Memory only.
    pub(super) fn lease_is_over(&self) -> bool {
        let (Some(span), Some(heard)) = (self.lease.span, *self.lease.heard()) else {
            return false;
        };
        let now = self.deps.authority.estimated_time();
        let uptime = self.deps.platform.clock.uptime();
        heard.is_over(span, Clocks { now, uptime })
    }

    /// Records a contact with the portal at `at`, by the portal's clock.
    pub(super) async fn heard(&self, at: Timestamp) {
        let uptime = self.deps.platform.clock.uptime();
        let now = {
            let mut heard = self.lease.heard();
            let before = *heard;
            let now = before.map_or(LastContact { at, uptime }, |before| {
                before.again(at, uptime)
            });
            let later = before.is_none_or(|before| {
                let gone = Clocks { now: at, uptime };
                uptime < before.uptime || before.ago(gone) >= WORTH
            });
            if !later {
                return;
            }
            *heard = Some(now);
            now
        };
        let account = self.account.id.clone();
        // A word that could not be written down shortens the lease, which is the safe side.
        let _ = self
            .on_disk(move |device| device.heard(&account, now))
            .await;
    }

    /// Seals when the lease is over: the flag first, since setting the clock back must not lift it. Blocks.
    pub(crate) fn seal_if_over(&self) -> Result<()> {
        // Whoever holds the tokens is asking the portal this moment, and seals or opens by its answer.
        let Ok(mut tokens) = self.tokens.try_lock() else {
            return Ok(());
        };
        let open = matches!(
            self.state(),
            SessionState::Active | SessionState::StepUp | SessionState::SignIn { .. }
        );
        if !open || !self.lease_is_over() {
            return Ok(());
        }
        let stored = self.deps.device.seal(&self.account.id, SealReason::Lease);
        tokens.machine = tokens.machine.on(Event::LeaseEnded).0;
        self.show(&tokens);
        stored
    }

    /// The same, for a caller that is about to contact the portal.
    pub(super) async fn seal_now(&self) {
        let mut tokens = self.tokens.lock().await;
        let (machine, effects) = tokens.machine.on(Event::LeaseEnded);
        tokens.machine = machine;
        self.show(&tokens);
        for effect in effects {
            self.run_effect(effect, &mut tokens).await;
        }
    }
}
