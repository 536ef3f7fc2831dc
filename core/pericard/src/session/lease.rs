//! The lease in practice: when the portal was last reached, and what happens when that is too long ago.
//!
//! If a portal never sends its time (no `Date` on any response), the device's clock is used instead; across reboots the
//! lease is then only as good as that clock.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use pericard_protocol::session::Event;
use pericard_protocol::session::lease::{Clocks, LastContact};
use tokio::sync::Notify;

use crate::platform::error::{PericardError, Result};

use super::{SealReason, Session, SessionState, Tokens};

/// Minimum gap between persisted last-contact updates, so that a sync does not write on every response.
const WORTH: Duration = Duration::from_secs(60);

/// How long a wait for the end of a lease may be: a timer may stand still while the device sleeps, and somebody may set
/// the clock.
const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);
/// How short: clocks that disagree must not keep a processor busy.
const SHORTEST_WAIT: Duration = Duration::from_secs(1);

/// A lease and the last contact that it counts from.
pub(super) struct Lease {
    last_contact: Mutex<Option<LastContact>>,
    /// Somebody was told that it is over.
    told: AtomicBool,
    /// Wakes who waits for the end, to look again.
    changed: Arc<Notify>,
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.changed.notify_one();
    }
}

impl Lease {
    pub(super) fn new(last_contact: Option<LastContact>) -> Self {
        Self {
            last_contact: Mutex::new(last_contact),
            told: AtomicBool::new(false),
            changed: Arc::default(),
        }
    }

    pub(super) fn begin(&self, last_contact: Option<LastContact>) {
        *self.last_contact() = last_contact;
    }

    /// Lets whoever waits for the end look again. Memory only.
    pub(super) fn look(&self) {
        self.changed.notify_one();
    }

    fn last_contact(&self) -> std::sync::MutexGuard<'_, Option<LastContact>> {
        self.last_contact
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Session {
    fn clocks(&self) -> Clocks {
        Clocks {
            now: self.deps.authority.estimated_time(),
            uptime: self.deps.platform.clock.uptime(),
        }
    }

    /// How far the device's clock is from the portal's, as far as that has told it, and whether it is ahead. Memory only.
    pub(crate) fn clock_difference(&self) -> (Duration, bool) {
        let (portal, own) = (self.deps.authority.estimated_time(), self.now());
        (own.duration_since(portal).unsigned_abs(), own > portal)
    }

    /// Whether the last contact with the portal is too long ago. Memory only.
    pub(super) fn lease_is_over(&self) -> bool {
        let (Some(span), Some(contact)) = ((self.deps.lease)(), *self.lease.last_contact()) else {
            return false;
        };
        contact.is_over(span, self.clocks())
    }

    /// Fails if the lease is over; from then on the state says so, whoever has the tokens and stores the seal. Memory only.
    pub(super) fn within_lease(&self) -> Result<()> {
        if self.lease_is_over() {
            self.lease.told.store(true, Ordering::Relaxed);
            return Err(PericardError::LeaseEnded);
        }
        Ok(())
    }

    /// Whether the lease is over and somebody was told. Memory only.
    pub(super) fn is_told_of_its_end(&self) -> bool {
        self.lease.told.load(Ordering::Relaxed) && self.lease_is_over()
    }

    /// Seals when the lease ends, also if nobody reads then, so that streams are told. Ends with the session, and holds
    /// neither it nor the client.
    pub(crate) fn follow_lease(self: &Arc<Self>) {
        let (session, platform) = (Arc::downgrade(self), self.deps.platform.clone());
        let changed = self.lease.changed.clone();
        let clock = platform.clock.clone();
        platform.spawner.spawn(Box::pin(async move {
            loop {
                let Some(left) = session.upgrade().map(|session| session.lease_left()) else {
                    return;
                };
                match left {
                    Some(left) => tokio::select! {
                        biased;
                        () = changed.notified() => {}
                        () = clock.timer(left.clamp(SHORTEST_WAIT, LONGEST_WAIT)) => {}
                    },
                    None => changed.notified().await,
                }
                if let Some(session) = session.upgrade() {
                    session.seal_at_the_end().await;
                }
            }
        }));
    }

    /// Looks again whether the lease is over: a pause kept its end from being acted on. Memory only.
    pub(crate) fn look_at_lease(&self) {
        self.lease.look();
    }

    /// How long the lease goes on; nothing where there is no end to wait for.
    pub(crate) fn lease_left(&self) -> Option<Duration> {
        let (span, contact) = ((self.deps.lease)()?, (*self.lease.last_contact())?);
        let left = contact.left(span, self.clocks())?;
        self.is_open().then_some(left)
    }

    async fn seal_at_the_end(&self) {
        // While the client is paused nothing touches its files.
        let Ok(_guard) = self.deps.lifecycle.enter() else {
            return;
        };
        let mut tokens = self.tokens.lock().await;
        // Whoever had the tokens may have reached the portal.
        if self.is_open() && self.lease_is_over() {
            self.end_lease(&mut tokens).await;
        }
    }

    /// Whether the content may be read, but for the lease.
    pub(crate) fn is_open(&self) -> bool {
        matches!(
            self.shown(),
            SessionState::Active | SessionState::StepUp | SessionState::SignIn { .. }
        )
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
            self.lease.told.store(false, Ordering::Relaxed);
            now
        };
        let person = self.person.id.clone();
        // A contact that could not be saved shortens the lease, which is the safe side.
        let _ = self
            .on_disk(move |device| device.save_last_contact(&person, now))
            .await;
    }

    /// Seals when the lease is over: the flag first, since setting the clock back must not lift it. Blocks.
    pub(crate) fn seal_if_over(&self) -> Result<()> {
        // Whoever holds the tokens is asking the portal this moment, and seals or opens by its answer.
        let Ok(mut tokens) = self.tokens.try_lock() else {
            return Ok(());
        };
        if !self.is_open() || !self.lease_is_over() {
            return Ok(());
        }
        let (account, person) = (&self.account.id, &self.person.id);
        let stored = self.deps.device.seal(account, person, SealReason::Lease);
        tokens.machine = tokens.machine.on(Event::LeaseEnded).0;
        self.show(&tokens);
        stored
    }

    /// The same, for a caller that is about to contact the portal.
    pub(super) async fn seal_now(&self) {
        let mut tokens = self.tokens.lock().await;
        self.end_lease(&mut tokens).await;
    }

    async fn end_lease(&self, tokens: &mut Tokens) {
        let (machine, effects) = tokens.machine.on(Event::LeaseEnded);
        tokens.machine = machine;
        self.show(tokens);
        for effect in effects {
            self.run_effect(effect, tokens).await;
        }
    }
}
