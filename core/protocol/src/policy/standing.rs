//! Which policy is in force.
//!
//! ```mermaid
//! stateDiagram-v2
//!     [*] --> Nothing
//!     Nothing --> Saving: Offered, newer / Save
//!     InForce --> Saving: Offered, newer / Save
//!     Withheld --> Saving: Offered, not older / Save
//!     Saving --> InForce: Saved / Raise, Tell
//!     Saving --> Nothing: NotSaved
//!     Saving --> InForce: NotSaved, one was in force
//!     Saving --> Withheld: NotSaved
//! ```
//!
//! # Promises
//! - A policy comes into force only by being offered with a higher `seq` than any that this device has seen under its key, before
//!   its end and not from the future. Whatever else is offered, or nothing, leaves what is in force as it was.
//! - One that came into force stays so, also after its end, until a newer one is accepted.
//! - The highest `seq` of a key never goes down.
//! - Where an older copy is found on the device than the device has seen, everything is withheld until a policy is offered that
//!   is not older: an older one may be one that allowed more.
//!
//! # The caller's part
//! One check at a time. The caller keeps the highest `seq` of each key where an older copy of the database cannot bring back a
//! lower one, and begins with what it finds ([`Standing::begin`]). It reports [`Event::Saved`] or [`Event::NotSaved`] after
//! [`Effect::Save`]; a `seq` that could not be raised is raised by the next start, since the database has it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::oauth::jwks::Thumbprint;

use super::{Flaw, Policy};

/// Which policy is in force, and what this device has seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    force: Force,
    /// A policy that is being saved.
    saving: Option<Box<Policy>>,
    /// The highest `seq` of each key.
    seen: BTreeMap<Thumbprint, u64>,
    problem: Option<Problem>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Force {
    Nothing,
    Policy(Box<Policy>),
    Withheld,
}

/// What was wrong at the last check. It changed nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Problem {
    /// The portal showed a policy before and shows none now.
    Missing,
    /// What it shows is not to be accepted.
    Flaw(Flaw),
}

/// What is found at a start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// The highest `seq`.
    pub seq: u64,
    /// Whether a database without any policy is a new one and not an older copy: the portal's last account left in between.
    pub retired: bool,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The portal shows this.
    Offered {
        /// As it was read.
        policy: Result<Box<Policy>, Flaw>,
        /// By the portal's clock, as far as it is known.
        now: Timestamp,
    },
    /// The portal shows none.
    NoneOffered,
    /// The policy is saved.
    Saved,
    /// It could not be saved.
    NotSaved,
}

/// What has to be done now, in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Save the offered document; report `Saved` or `NotSaved`.
    Save,
    /// Keep that this `seq` was seen under this key.
    Raise {
        /// The key.
        key: Thumbprint,
        /// Its highest `seq`.
        seq: u64,
    },
    /// Tell whom it concerns.
    Tell,
}

impl Standing {
    /// The state after a start: the saved policy, what was wrong at the last check, and what was seen of the configured keys.
    /// Also returns what to raise.
    #[must_use]
    pub fn begin(
        saved: Option<Policy>,
        problem: Option<Problem>,
        seen: &BTreeMap<Thumbprint, Seen>,
    ) -> (Self, Vec<Effect>) {
        let mut highest: BTreeMap<_, _> = seen.iter().map(|(key, seen)| (*key, seen.seq)).collect();
        let mut effects = Vec::new();
        let force = match saved {
            Some(policy) => {
                let before = highest.get(&policy.key).copied().unwrap_or_default();
                if policy.seq < before {
                    Force::Withheld
                } else {
                    if policy.seq > before {
                        let (key, seq) = (policy.key, policy.seq);
                        highest.insert(key, seq);
                        effects.push(Effect::Raise { key, seq });
                    }
                    Force::Policy(Box::new(policy))
                }
            }
            None if seen.values().all(|seen| seen.retired) => Force::Nothing,
            None => Force::Withheld,
        };
        let begun = Self {
            force,
            saving: None,
            seen: highest,
            problem,
        };
        (begun, effects)
    }

    /// The policy in force.
    pub fn policy(&self) -> Option<&Policy> {
        match &self.force {
            Force::Policy(policy) => Some(policy),
            Force::Nothing | Force::Withheld => None,
        }
    }

    /// Whether everything is withheld, since an older copy of the policy is what is here.
    pub fn is_withheld(&self) -> bool {
        self.force == Force::Withheld
    }

    /// What was wrong at the last check.
    pub fn problem(&self) -> Option<Problem> {
        self.problem
    }

    /// The next state, and what has to be done.
    #[must_use]
    pub fn on(self, event: Event) -> (Self, Vec<Effect>) {
        match event {
            Event::Offered { policy, now } => match self.evaluate(policy, now) {
                Ok(Some(policy)) => {
                    let saving = Some(policy);
                    (Self { saving, ..self }, vec![Effect::Save])
                }
                Ok(None) => self.with(None),
                Err(flaw) => self.with(Some(Problem::Flaw(flaw))),
            },
            Event::NoneOffered => {
                let missing = self.force != Force::Nothing;
                self.with(missing.then_some(Problem::Missing))
            }
            Event::Saved => self.saved(),
            Event::NotSaved => {
                let saving = None;
                (Self { saving, ..self }, vec![])
            }
        }
    }

    fn with(self, problem: Option<Problem>) -> (Self, Vec<Effect>) {
        (Self { problem, ..self }, vec![])
    }

    /// A policy that comes into force, or nothing for the one that is.
    fn evaluate(
        &self,
        offered: Result<Box<Policy>, Flaw>,
        now: Timestamp,
    ) -> Result<Option<Box<Policy>>, Flaw> {
        let offered = offered?;
        if self.policy() == Some(&offered) {
            return Ok(None);
        }
        let seen = self.seen.get(&offered.key).copied();
        let is_older = match seen {
            None => false,
            // The one that was seen, which is not here any more.
            Some(seq) if self.policy().is_none() => offered.seq < seq,
            Some(seq) => offered.seq <= seq,
        };
        if is_older {
            return Err(Flaw::Older);
        }
        offered.check_times(now)?;
        Ok(Some(offered))
    }

    fn saved(mut self) -> (Self, Vec<Effect>) {
        let Some(policy) = self.saving.take() else {
            return (self, vec![]);
        };
        let (key, seq) = (policy.key, policy.seq);
        self.seen.insert(key, seq);
        self.force = Force::Policy(policy);
        self.problem = None;
        (self, vec![Effect::Raise { key, seq }, Effect::Tell])
    }
}

#[cfg(test)]
mod tests;
