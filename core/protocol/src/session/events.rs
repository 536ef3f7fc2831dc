//! The events and effects of the session machine.

use jiff::Timestamp;

use super::SealReason;
use crate::oauth::refusal::Why;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Somebody signed in.
    SignedIn {
        /// When the access token ends.
        expires: Timestamp,
        /// Whether issuer and subject are those of the account; true for a new account.
        same_person: bool,
    },
    /// A request needs a token.
    NeedToken {
        /// Now.
        now: Timestamp,
    },
    /// The intent is on disk.
    IntentStored,
    /// The portal gave new tokens, for the same issuer, subject and patient.
    RefreshAnswered {
        /// When the new access token ends.
        expires: Timestamp,
    },
    /// The new tokens are on disk.
    TokensStored,
    /// Intent or tokens could not be stored.
    StoreFailed,
    /// The portal refused to refresh.
    RefreshRefused(Refusal),
    /// No answer, or none of a token endpoint: offline, time-out, 5xx, a network's sign-in page.
    RefreshUnreachable {
        /// Now.
        now: Timestamp,
    },
    /// The portal was not heard for longer than the lease ([`super::lease`]).
    LeaseEnded,
    /// The portal answered for another issuer, subject or patient.
    IdentityChanged,
    /// Too many wrong PINs destroyed the content.
    ContentDestroyed,
    /// The person signs out.
    RevokedByUser,
    /// The process begins, with the state restored from disk.
    Restarted {
        /// Whether an intent was on disk: a refresh whose outcome is unknown.
        intent: bool,
    },
    /// The portal answered 401 with `invalid_token`.
    TokenRejected {
        /// Which token it refused, from [`Effect::UseToken`].
        generation: u64,
        /// Now.
        now: Timestamp,
    },
}

/// Why the portal refused to refresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// `invalid_grant`
    InvalidGrant,
    /// `insufficient_authorization`: the person has to prove more.
    StepUp,
    /// The person has to sign in anew; the session is not over.
    NewSignIn(Why),
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Send the request with the current access token.
    UseToken {
        /// To be given back with [`Event::TokenRejected`].
        generation: u64,
    },
    /// Store that a refresh begins; storing it again is fine. Then [`Event::IntentStored`].
    StoreIntent,
    /// Remove the intent.
    DropIntent,
    /// Ask the portal for new tokens.
    Refresh,
    /// Store the new tokens in place of the old ones, remove the intent and lift the seal, in one step. Then
    /// [`Event::TokensStored`].
    StoreTokens,
    /// Revoke the tokens just received and forget them.
    DiscardAnswer,
    /// Drop the key of the content, and the tokens unless it is a lease that ended; store the reason. In memory first: a
    /// disk that fails must not keep it open. The outbox stays.
    Seal {
        /// Why.
        reason: SealReason,
    },
    /// The request for a token fails.
    Fail(Failure),
}

/// Why a request gets no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// Somebody has to sign in; if sealed, the same person.
    SignInRequired(Option<SealReason>),
    /// The portal cannot be reached.
    Unreachable,
    /// The portal wants the person to sign in anew, without ending the session.
    NewSignIn(Why),
    /// The portal wants the person to prove more.
    StepUp,
    /// The portal refuses even a new token.
    Rejected,
    /// The disk or the keystore failed.
    Storage,
    /// Another refresh is under way.
    Busy,
}
