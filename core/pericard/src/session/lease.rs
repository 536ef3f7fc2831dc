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
    last_contact: Mutex<Option<LastContact>>,
}

impl Lease {
    pub(super) fn new(span: Option<Duration>, last_contact: Option<LastContact>) -> Self {
        Self {
            span,
            last_contact: Mutex::new(last_contact),
        }
    }

    pub(super) fn begin(&self, last_contact: Option<LastContact>) {
        *self.last_contact() = last_contact;
    }

    fn last_contact(&self) -> std::sync::MutexGuard<'_, Option<LastContact>> {
        self.last_contact
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Session {
    /// Whether the last contact with the portal is too long ago. Memory only.
    pub(super) fn lease_is_over(&self) -> bool {
        let (Some(span), Some(contact)) = (self.lease.span, *self.lease.last_contact()) else {
            return false;
        };
        let now = self.deps.authority.estimated_time();
        let uptime = self.deps.platform.clock.uptime();
        contact.is_over(span, Clocks { now, uptime })
    }

    /// Records a contact with the portal at `at`, by the portal's clock.
    pub(super) async fn note_contact(&self, at: Timestamp) {
        let uptime = self.deps.platform.clock.uptime();
        let now = {
            let mut last = self.lease.last_contact();
            let before = *last;
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
            *last = Some(now);
            now
        };
        let account = self.account.id.clone();
        // A contact that could not be saved shortens the lease, which is the safe side.
        let _ = self
            .on_disk(move |device| device.save_last_contact(&account, now))
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
