//! Points at which a crash would lose the most: between an effect and its record. Tests crash the process there.
//!
//! Uses: `clock`

use super::clock::Wait;

/// Such a point.
#[cfg_attr(not(feature = "test-support"), allow(dead_code))]
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
    /// A new content root is in the keystore beside the one of before, which wraps the people's keys.
    RootKept,
    /// The new content root wraps the people's keys; the keystore still has both.
    RootReplaced,
    /// The key of one of an account's people is destroyed; their files are there.
    PersonDestroyed,
    /// An account's key is destroyed; its rows and files are there.
    KeyDestroyed,
    /// The account is gone; the portal has not been told.
    AccountRemoved,
    /// A page has been read and admitted; nothing of it is on disk.
    PageAdmitted,
    /// A page is on disk with its cursor; what follows from it has not been done.
    PageStored,
    /// It is on disk that a queued item is being sent; the portal has not been asked.
    SendStored,
    /// A file of a queued item is at the portal; the item is not.
    FileUploaded,
    /// The portal has answered a create; the answer is in memory only.
    SendAnswered,
    /// The outcome of a create is on disk.
    SendSettled,
}

#[cfg(feature = "test-support")]
impl Checkpoint {
    /// Those of an account's life, in its order.
    pub const ALL: [Self; 12] = [
        Self::CodeReceived,
        Self::CodeRedeemed,
        Self::SignInKept,
        Self::SignInCommitted,
        Self::IntentStored,
        Self::RefreshAnswered,
        Self::TokensStored,
        Self::RootKept,
        Self::RootReplaced,
        Self::PersonDestroyed,
        Self::KeyDestroyed,
        Self::AccountRemoved,
    ];

    /// Those of a sync, in its order.
    pub const SYNC: [Self; 5] = [
        Self::PageAdmitted,
        Self::PageStored,
        Self::SendStored,
        Self::SendAnswered,
        Self::SendSettled,
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
