//! Points at which a crash would lose the most: between an effect and its record. Tests crash the process there.
//!
//! Uses: `clock`

use super::clock::Wait;

/// Such a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Checkpoint {
    /// An authorization code has arrived and is not redeemed.
    CodeReceived,
    /// The code is redeemed; the tokens are in memory only.
    CodeRedeemed,
    /// The tokens are kept and belong to no account.
    SignInKept,
    /// The tokens are those of an account.
    SignInCommitted,
    /// It is on disk that a refresh begins; the portal has not been asked.
    IntentStored,
    /// The portal has answered a refresh; the new tokens are in memory only.
    RefreshAnswered,
    /// The new tokens are on disk.
    TokensStored,
    /// An account's key is destroyed; its rows and files are there.
    KeyDestroyed,
    /// The account is gone; the portal has not been told.
    AccountRemoved,
}

#[cfg(feature = "test-support")]
impl Checkpoint {
    /// All of them, in the order of an account's life.
    pub const ALL: [Self; 9] = [
        Self::CodeReceived,
        Self::CodeRedeemed,
        Self::SignInKept,
        Self::SignInCommitted,
        Self::IntentStored,
        Self::RefreshAnswered,
        Self::TokensStored,
        Self::KeyDestroyed,
        Self::AccountRemoved,
    ];
}

/// Is told of every checkpoint. A test may block there.
pub trait Checkpoints: Send + Sync + 'static {
    /// `point` is reached; execution continues when the returned future completes.
    fn reached(&self, point: Checkpoint) -> Wait;
}

/// Outside tests, checkpoints do nothing.
pub(super) struct Passed;

impl Checkpoints for Passed {
    fn reached(&self, _: Checkpoint) -> Wait {
        Box::pin(std::future::ready(()))
    }
}
