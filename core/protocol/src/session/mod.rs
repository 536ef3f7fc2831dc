//! What happens to a session, and when its cache is sealed.
//!
//! A machine without hands: [`Session::on`] takes what happened and says what to do, in order.
//! Crate `pericard` carries the effects out and reports back with the next event.
//!
//! ```mermaid
//! stateDiagram-v2
//!     [*] --> SignedOut
//!     SignedOut --> Storing: SignedIn / StoreTokens
//!     Storing --> Active: TokensStored / UseToken; a seal is lifted
//!     Storing --> Storing: StoreFailed / Fail<br>NeedToken / StoreTokens
//!     Active --> Active: NeedToken, still good / UseToken
//!     Active --> Refreshing: NeedToken, soon over or lapsed / StoreIntent<br>TokenRejected / StoreIntent
//!     Refreshing --> Refreshing: IntentStored / Refresh
//!     Refreshing --> Storing: RefreshAnswered / StoreTokens
//!     Refreshing --> Active: RefreshUnreachable / UseToken while it lasts, else Fail<br>refused otherwise / DropIntent, Fail
//!     Refreshing --> Active: interaction_required and its like / DropIntent, Fail<br>from here a new sign-in is asked for
//!     Refreshing --> StepUp: insufficient_authorization / DropIntent, Fail
//!     StepUp --> Storing: SignedIn by the same person / StoreTokens
//!     Refreshing --> Sealed: invalid_grant / Seal, Fail
//!     Active --> Sealed: IdentityChanged / Seal, Fail
//!     Refreshing --> Sealed: IdentityChanged / DiscardAnswer, Seal, Fail
//!     Active --> Active: LeaseEnded / Seal; from here it is lapsed
//!     Sealed --> Storing: SignedIn by the same person / StoreTokens
//!     Active --> SignedOut: RevokedByUser, from every state
//! ```
//!
//! # Promises
//! - The intent to refresh is stored before the request; new tokens are stored before they are used.
//! - `invalid_grant` seals, whatever its cause: revoked, expired, or rotated by an answer of our own that was lost. A
//!   server that fails, a time-out, a network's sign-in page never do.
//! - Sealed outranks everything but signing out. Only a sign-in by the same issuer and subject lifts it, and only once its
//!   tokens are stored; a grant whose [`lease`] has ended keeps its tokens, and a successful refresh lifts that seal too.
//!   Nothing here touches the outbox.
//! - A portal that wants the person at its pages (`interaction_required`, `login_required`, `invalid_client` and their
//!   like) ends nothing: a new sign-in is asked for, what is cached stays readable, and each new need of a token asks the
//!   portal once more.
//! - A token is refreshed when it is used shortly before its end, never by a timer.
//! - A 401 is worth one refresh in [`REJECTION_PAUSE`], not a loop.
//! - After signing out, a late answer is discarded.
//! - An event that does not belong to a state changes nothing. A request for a token is always answered.
//!
//! # What the caller does
//! Refreshing is single flight by the caller's lock, held from [`Event::NeedToken`] until
//! [`Effect::UseToken`] or [`Effect::Fail`]. Who asks meanwhile waits for the lock; the machine
//! answers [`Failure::Busy`] if he does not. Before reporting [`Event::RefreshAnswered`] the caller
//! compares issuer, subject and patient with those of the account, and reports
//! [`Event::IdentityChanged`] instead if one differs.

mod events;
mod grant;
pub mod lease;

use jiff::Timestamp;

use crate::oauth::refusal::Why;

pub use events::{Effect, Event, Failure, Refusal};
pub use grant::{EXPIRY_MARGIN, Grant, REJECTION_PAUSE};

/// A session of one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Session {
    /// There are no tokens.
    SignedOut,
    /// There are tokens.
    Active(Grant),
    /// They are being refreshed.
    Refreshing {
        /// The tokens in use until then.
        grant: Grant,
        /// How far it is.
        stage: Stage,
    },
    /// New tokens are being stored; until then they exist in memory only.
    Storing {
        /// The new tokens.
        grant: Grant,
        /// Where they come from.
        origin: Origin,
    },
    /// There are tokens, and the portal refuses to refresh them until the person has proved more. The cache stays
    /// readable.
    StepUp(Grant),
    /// The portal ended the session. The cache is kept and unreadable.
    Sealed {
        /// Why.
        reason: SealReason,
    },
}

/// How far a refresh is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The intent is being stored.
    StoringIntent,
    /// The portal is being asked.
    Asking,
}

/// Where new tokens come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A sign-in.
    SignIn,
    /// A refresh.
    Refresh,
    /// A sign-in into a sealed account, which stays sealed until they are stored.
    Unsealing(SealReason),
}

/// Why a session is sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealReason {
    /// The portal answered `invalid_grant`.
    Refused,
    /// The portal answered for somebody else.
    IdentityChanged,
    /// The portal was not heard for longer than the lease.
    Lease,
}

impl Session {
    /// Takes what happened and says what to do, in order.
    #[must_use]
    pub fn on(self, event: Event) -> (Self, Vec<Effect>) {
        match event {
            Event::SignedIn {
                expires,
                same_person,
            } => self.signed_in(expires, same_person),
            Event::NeedToken { now } => self.need_token(now),
            Event::TokenRejected { generation, now } => self.rejected(generation, now),
            Event::IntentStored => self.intent_stored(),
            Event::RefreshAnswered { expires } => self.answered(expires),
            Event::TokensStored => self.tokens_stored(),
            Event::StoreFailed => self.store_failed(),
            Event::RefreshRefused(refusal) => self.refused(refusal),
            Event::RefreshUnreachable { now } => self.unreachable(now),
            Event::LeaseEnded => self.lease_ended(),
            Event::IdentityChanged => self.identity_changed(),
            // Destroying the content and telling the portal are the account's.
            Event::RevokedByUser => (Self::SignedOut, vec![]),
            Event::Restarted { intent } => (self.restarted(intent), vec![]),
        }
    }

    /// Why it is sealed, if it is. A sign-in whose tokens are not stored yet has not lifted it.
    pub fn seal(&self) -> Option<SealReason> {
        match self {
            Self::Sealed { reason }
            | Self::Storing {
                origin: Origin::Unsealing(reason),
                ..
            } => Some(*reason),
            _ => self
                .grant()
                .is_some_and(|grant| grant.lapsed)
                .then_some(SealReason::Lease),
        }
    }

    /// Why the portal wants a new sign-in although it has not ended the session.
    pub fn asked(&self) -> Option<Why> {
        self.grant().and_then(|grant| grant.asked)
    }

    fn grant(&self) -> Option<Grant> {
        match self {
            Self::Active(grant)
            | Self::StepUp(grant)
            | Self::Refreshing { grant, .. }
            | Self::Storing { grant, .. } => Some(*grant),
            Self::SignedOut | Self::Sealed { .. } => None,
        }
    }

    fn signed_in(self, expires: Timestamp, same_person: bool) -> (Self, Vec<Effect>) {
        if !same_person {
            return (self, vec![Effect::DiscardAnswer]);
        }
        let grant = Grant {
            expires,
            generation: self.grant().map_or(0, |old| old.generation.wrapping_add(1)),
            ..Grant::new(expires)
        };
        let origin = self.seal().map_or(Origin::SignIn, Origin::Unsealing);
        (Self::Storing { grant, origin }, vec![Effect::StoreTokens])
    }

    fn need_token(self, now: Timestamp) -> (Self, Vec<Effect>) {
        match self {
            Self::Active(grant) if grant.is_good(now) => (self, vec![grant.use_it()]),
            Self::Active(grant) => refresh(grant),
            Self::Refreshing { .. } => (self, vec![Effect::Fail(Failure::Busy)]),
            // The old tokens may be used up already: the new ones are tried again until they are
            // safe.
            Self::Storing { .. } => (self, vec![Effect::StoreTokens]),
            Self::StepUp(_) => (self, vec![Effect::Fail(Failure::StepUp)]),
            Self::SignedOut | Self::Sealed { .. } => self.sign_in_required(),
        }
    }

    fn rejected(self, generation: u64, now: Timestamp) -> (Self, Vec<Effect>) {
        match self {
            Self::Active(grant) if grant.generation == generation => {
                if grant.was_rejected_lately(now) {
                    return (self, vec![Effect::Fail(Failure::Rejected)]);
                }
                let grant = Grant {
                    expires: Timestamp::MIN,
                    rejected_at: Some(now),
                    ..grant
                };
                refresh(grant)
            }
            // A late 401 of an earlier token: there is a newer one by now.
            _ => self.need_token(now),
        }
    }

    fn intent_stored(self) -> (Self, Vec<Effect>) {
        match self {
            Self::Refreshing {
                grant,
                stage: Stage::StoringIntent,
            } => {
                let stage = Stage::Asking;
                (Self::Refreshing { grant, stage }, vec![Effect::Refresh])
            }
            _ => (self, vec![]),
        }
    }

    fn answered(self, expires: Timestamp) -> (Self, Vec<Effect>) {
        match self {
            Self::Refreshing {
                grant,
                stage: Stage::Asking,
            } => {
                let grant = Grant {
                    expires,
                    generation: grant.generation.wrapping_add(1),
                    asked: None,
                    ..grant
                };
                let origin = Origin::Refresh;
                (Self::Storing { grant, origin }, vec![Effect::StoreTokens])
            }
            _ => (self, vec![Effect::DiscardAnswer]),
        }
    }

    fn tokens_stored(self) -> (Self, Vec<Effect>) {
        let Self::Storing { grant, .. } = self else {
            return (self, vec![]);
        };
        let lapsed = false;
        (
            Self::Active(Grant { lapsed, ..grant }),
            vec![grant.use_it()],
        )
    }

    fn store_failed(self) -> (Self, Vec<Effect>) {
        let fail = vec![Effect::Fail(Failure::Storage)];
        match self {
            Self::Refreshing {
                grant,
                stage: Stage::StoringIntent,
            } => (Self::Active(grant), fail),
            Self::Storing { .. } => (self, fail),
            _ => (self, vec![]),
        }
    }

    fn refused(self, refusal: Refusal) -> (Self, Vec<Effect>) {
        let Self::Refreshing {
            grant,
            stage: Stage::Asking,
        } = self
        else {
            return (self, vec![]);
        };
        let (next, failure) = match refusal {
            Refusal::InvalidGrant => return seal(SealReason::Refused, false),
            Refusal::StepUp => (Self::StepUp(grant), Failure::StepUp),
            Refusal::NewSignIn(why) => {
                let asked = Some(why);
                (
                    Self::Active(Grant { asked, ..grant }),
                    Failure::NewSignIn(why),
                )
            }
        };
        (next, vec![Effect::DropIntent, Effect::Fail(failure)])
    }

    fn unreachable(self, now: Timestamp) -> (Self, Vec<Effect>) {
        match self {
            // The intent stays: the portal may have rotated the token before its answer was lost.
            Self::Refreshing {
                grant,
                stage: Stage::Asking,
            } => {
                let effect = if grant.is_alive(now) && !grant.lapsed {
                    grant.use_it()
                } else {
                    Effect::Fail(Failure::Unreachable)
                };
                (Self::Active(grant), vec![effect])
            }
            _ => (self, vec![]),
        }
    }

    /// The tokens stay, so that the portal can be asked whether the person still may.
    fn lease_ended(mut self) -> (Self, Vec<Effect>) {
        let grant = match &mut self {
            Self::Active(grant)
            | Self::StepUp(grant)
            | Self::Refreshing { grant, .. }
            | Self::Storing {
                grant,
                origin: Origin::SignIn | Origin::Refresh,
            } => grant,
            _ => return (self, vec![]),
        };
        if std::mem::replace(&mut grant.lapsed, true) {
            return (self, vec![]);
        }
        let reason = SealReason::Lease;
        (self, vec![Effect::Seal { reason }])
    }

    fn identity_changed(self) -> (Self, Vec<Effect>) {
        match self {
            Self::Refreshing { .. } => seal(SealReason::IdentityChanged, true),
            Self::Active(_)
            | Self::StepUp(_)
            | Self::Storing {
                origin: Origin::Refresh | Origin::SignIn,
                ..
            } => seal(SealReason::IdentityChanged, false),
            Self::Storing {
                origin: Origin::Unsealing(reason),
                ..
            } => (Self::Sealed { reason }, vec![Effect::DiscardAnswer]),
            Self::SignedOut | Self::Sealed { .. } => (self, vec![Effect::DiscardAnswer]),
        }
    }

    /// What is left of a state after the death of its process.
    fn restarted(self, intent: bool) -> Self {
        let seal = self.seal();
        let lapsed = seal == Some(SealReason::Lease);
        match (seal, self.grant()) {
            (Some(reason), _) if !lapsed => Self::Sealed { reason },
            (_, Some(grant)) => {
                let expires = if intent {
                    Timestamp::MIN
                } else {
                    grant.expires
                };
                Self::Active(Grant {
                    expires,
                    lapsed,
                    ..grant
                })
            }
            (Some(reason), None) => Self::Sealed { reason },
            (None, None) => Self::SignedOut,
        }
    }

    fn sign_in_required(self) -> (Self, Vec<Effect>) {
        let failure = Failure::SignInRequired(self.seal());
        (self, vec![Effect::Fail(failure)])
    }
}

fn seal(reason: SealReason, discard: bool) -> (Session, Vec<Effect>) {
    let mut effects = vec![
        Effect::Seal { reason },
        Effect::Fail(Failure::SignInRequired(Some(reason))),
    ];
    if discard {
        effects.insert(0, Effect::DiscardAnswer);
    }
    (Session::Sealed { reason }, effects)
}

fn refresh(grant: Grant) -> (Session, Vec<Effect>) {
    let stage = Stage::StoringIntent;
    (
        Session::Refreshing { grant, stage },
        vec![Effect::StoreIntent],
    )
}

#[cfg(test)]
mod tests;
