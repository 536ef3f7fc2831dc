//! The shared core of patient apps: sign-in, secure messages, an encrypted cache that works offline.
//!
//! One public API in three languages: uniffi exports the types below as they are to Swift and Kotlin. An app opens a
//! [`Client`], finds a [`Portal`], follows a [`SignIn`] and gets an [`Account`], whose [`Messages`] come from the
//! encrypted cache; [`Account::start_sync`] brings it up to date and sends what is queued.
//!
//! Asynchronous methods touch disk, keystore or network and run to their end even when the caller goes away;
//! synchronous ones only look at memory. Every failure is a [`PericardError`], whose variants say what to do next.
//! Instants are wall-clock times; ids are opaque and mean nothing to the portal.

mod account;
mod client;
mod features;
mod http;
mod keys;
mod platform;
mod portal;
mod qr_code;
mod session;
mod sign_in;
mod storage;
mod sync;
#[cfg(feature = "test-support")]
#[doc(hidden)]
pub mod test_support;
mod two_factor;

pub use account::{Account, FeatureState, FeatureStatus, Incident, IncidentKind, Person};
pub use client::{Client, Config};
pub use features::Feature;
pub use features::messages::{
    Message, MessagePage, MessageState, MessageThread, Messages, NewMessage, SearchHit, SearchPage,
    SnippetPart, ThreadPage,
};
pub use keys::Keystore;
pub use platform::error::{
    InputProblem, KeystoreError, PericardError, PortalProblem, SignInReason, StorageKind,
};
pub use portal::{
    ClientId, Finding, Portal, PortalCapabilities, PortalConfig, PortalPage, Verdict,
};
pub use qr_code::QrCode;
pub use session::SessionState;
pub use sign_in::{SignIn, SignInMethod, SignInStep};
pub use storage::SealReason;
pub use sync::{ChangeSet, Changes, SyncProgress, SyncRun, SyncStage};
pub use two_factor::{TotpEnrolment, TotpSecret, TwoFactor, TwoFactorStatus};

uniffi::setup_scaffolding!();
