//! The session machine: when to refresh, when to ask for a new sign-in, when to seal the cache.
//!
//! [`Session::on`] takes an event and returns the next state with the effects to carry out, in order. Crate `pericard`
//! carries them out and reports the results as events.
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
//!     Active --> Sealed: ContentDestroyed / Seal, from every state that has tokens
//!     Active --> Active: LeaseEnded / Seal; from here it is lapsed
//!     Sealed --> Storing: SignedIn by the same person / StoreTokens
//!     Active --> SignedOut: RevokedByUser, from every state
//! ```
//!
//! # Promises
//! - The intent to refresh is stored before the request; new tokens are stored before they are used.
//! - `invalid_grant` seals, whatever its cause: the token was revoked, has expired, or was rotated by a response that
//!   was lost. A failing server, a time-out or a network's sign-in page never seals.
//! - Sealed outranks everything but signing out. Only a sign-in by the same issuer and subject lifts it, and only once
//!   its tokens are stored. A grant whose [`lease`] has ended keeps its tokens; a successful refresh lifts that seal
//!   too. The outbox is never affected.
//! - A portal that needs the person on its pages (`interaction_required`, `login_required`, `invalid_client` and others)
//!   does not end the session: a new sign-in is asked for, the cache stays readable, and every further need of a token
//!   asks the portal again.
//! - A token is refreshed when it is used shortly before its end, never by a timer.
//! - A 401 causes at most one refresh within [`REJECTION_PAUSE`].
//! - After signing out, a late response is discarded.
//! - An event that a state does not expect changes nothing. Every request for a token gets a response.
//!
//! # The caller's part
//! The caller holds a lock from [`Event::NeedToken`] until [`Effect::UseToken`] or [`Effect::Fail`], so that refreshing
//! is single flight; without the lock the machine returns [`Failure::Busy`]. Before reporting [`Event::RefreshAnswered`]
//! the caller compares issuer, subject and patient with those of the account, and reports [`Event::IdentityChanged`]
//! instead if one differs.

mod events;
mod grant;
pub mod lease;

use jiff::Timestamp;

use crate::oauth::refusal::Why;

pub use events::{Effect, Event, Failure, Refusal};
pub use grant::{EXPIRY_MARGIN, Grant, REJECTION_PAUSE};

/// The session of one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Session {
    /// There are no tokens.
    SignedOut,
    /// There are tokens.
    Active(Grant),
    /// The tokens are being refreshed.
    Refreshing {
        /// The tokens in use until then.
        grant: Grant,
        /// The stage of the refresh.
        stage: Stage,
    },
    /// New tokens are being stored; until then they exist in memory only.
    Storing {
        /// The new tokens.
        grant: Grant,
        /// Where they come from.
        origin: Origin,
    },
    /// There are tokens, and the portal refuses to refresh them until the person authenticates again. The cache stays
    /// readable.
    StepUp(Grant),
    /// The portal ended the session. The cache is kept and unreadable.
    Sealed {
        /// Why.
        reason: SealReason,
    },
}

/// The stage of a refresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The intent is being stored.
    StoringIntent,
    /// The request is being sent.
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
    /// The portal responded for another person.
    IdentityChanged,
    /// The portal was not reached for longer than the lease.
    Lease,
    /// Too many wrong PINs: the content is destroyed.
    Destroyed,
}

impl Session {
    /// Handles an event. Returns the next state and the effects to carry out, in order.
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
            Event::ContentDestroyed => self.content_destroyed(),
            // The account deletes the content and revokes the tokens.
            Event::RevokedByUser => (Self::SignedOut, vec![]),
            Event::Restarted { intent } => (self.restarted(intent), vec![]),
        }
    }

    /// Returns why the session is sealed, if it is. A sign-in lifts the seal only once its tokens are stored.
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

    /// Returns why the portal asks for a new sign-in, if it does so without having ended the session.
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
            // The old tokens may be used up, so storing the new ones is tried again.
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
            // A late 401 for an earlier token; there is a newer one.
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
            // The intent stays: the portal may have rotated the token before its response was lost.
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

    /// Seals but keeps the tokens, so that the portal can confirm the session.
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

    /// The tokens go with the content: whoever typed the wrong PINs must not fetch it again.
    fn content_destroyed(self) -> (Self, Vec<Effect>) {
        let reason = SealReason::Destroyed;
        match self {
            Self::SignedOut
            | Self::Sealed {
                reason: SealReason::Destroyed,
            } => (self, vec![]),
            Self::Refreshing { .. } | Self::Storing { .. } => seal(reason, true),
            Self::Active(_) | Self::StepUp(_) | Self::Sealed { .. } => seal(reason, false),
        }
    }

    /// Returns the state after a restart of the process.
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
