//! The one error that apps see.
//!
//! Uses: `detail`, `id`, `log`
//!
//! Each variant is a thing the app does next. None carries a URL, a body, a name or anything else
//! about the patient: an error may be logged, shown or sent to a crash reporter as it is.
//! Inner modules have small enums of their own; they become this one at the edge of their floor.

use std::time::{Duration, SystemTime};

use super::detail;
use super::id::IncidentId;
use super::log;

/// The result of every call that can fail.
pub(crate) type Result<T, E = PericardError> = std::result::Result<T, E>;

/// What went wrong, as what to do next.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
#[non_exhaustive]
pub enum PericardError {
    /// The portal cannot be reached. The cache stays readable and the outbox keeps its messages; try again later.
    #[error("the portal cannot be reached; try again when the device is online")]
    Offline,
    /// Only a new sign-in helps; `reason` says why. Where the portal merely asks for one, what is cached stays readable.
    #[error("a new sign-in is needed")]
    SignInRequired {
        /// Why the session cannot go on.
        reason: SignInReason,
    },
    /// The portal wants the person to prove more, or anew, before it does this: begin `Account.step_up`, and try again when
    /// it is finished. What is cached stays readable.
    #[error("the portal asks for a fresh or stronger sign-in first")]
    StepUpRequired,
    /// This device has not heard from the portal for longer than the app allows. What is cached is sealed and kept: it
    /// opens by itself when `Account.start_sync` reaches the portal, or with a new sign-in.
    #[error("this device was offline for too long; connect it")]
    LeaseEnded,
    /// The content is locked: ask for the PIN (`AccountLock.unlock`) or for what the shell keeps a key behind
    /// (`AccountLock.unlock_with_key`). Nothing is lost.
    #[error("the content is locked; ask the person to unlock it")]
    Locked,
    /// The PIN is wrong. Say how many tries are left; with the last one the content of this account is destroyed.
    #[error("the PIN is wrong; say how many tries are left")]
    WrongPin {
        /// Tries that are left, at least one.
        attempts_left: u32,
    },
    /// The clinic has switched this off, by its policy (`Account.features` has its notice). What was written is kept and goes
    /// out when it is on again.
    #[error("the clinic has switched this off")]
    SwitchedOff,
    /// The clinic needs a newer version of the app, by its policy: ask the person to update. Nothing is sent or fetched until
    /// then; what is on the device stays readable and what was written is kept.
    #[error("the clinic needs version {minimum} of this app or a newer one")]
    UpdateRequired {
        /// The oldest version that the clinic accepts.
        minimum: String,
    },
    /// The device's clock is so wrong that nothing can be proved to the portal: ask the person to set it.
    #[error("the clock of this device is wrong")]
    ClockWrong {
        /// The time at the portal, where it has said so.
        portal_time: Option<SystemTime>,
    },
    /// The portal asks to wait. Nothing was lost.
    #[error("the portal asks to wait before the next try")]
    RateLimited {
        /// How long to wait.
        retry_after: Duration,
    },
    /// The user name or the password is wrong. The question stays open.
    #[error("user name or password is wrong; ask again")]
    WrongPassword {
        /// Tries that the portal still allows, where it says so.
        attempts_left: Option<u32>,
    },
    /// The code is wrong or was used before. The question stays open.
    #[error("the code is wrong or was used before; ask for the next one")]
    WrongCode {
        /// Tries that the portal still allows, where it says so.
        attempts_left: Option<u32>,
    },
    /// A value that was passed in cannot be used; nothing was sent or stored.
    #[error("{field} cannot be used")]
    InvalidInput {
        /// The parameter, by its name in Rust.
        field: String,
        /// What is wrong with it.
        problem: InputProblem,
    },
    /// There is no such account, person, thread or message on this device.
    #[error("there is no such item on this device")]
    NotFound,
    /// Another process has this directory open. One process at a time owns it.
    #[error("another process has this directory open; close it first")]
    InUse,
    /// Cancelled by `SyncRun.cancel` or `SignIn.cancel`; nothing was lost.
    #[error("cancelled")]
    Cancelled,
    /// The client is paused or shut down; call `Client.resume`, or open it again.
    #[error("the client is paused or shut down")]
    Closed,
    /// The portal answered, but not with what its standards ask for.
    #[error("the portal's response cannot be used")]
    Portal {
        /// What about it.
        problem: PortalProblem,
        /// The HTTP status, where one was received.
        status: Option<u16>,
    },
    /// The portal delivered somebody else's record. It was not stored; the feature is stopped until the portal
    /// answers correctly again. Show the incident; the cache stays readable.
    #[error("the portal delivered somebody else's record; it was not stored")]
    Integrity {
        /// The incident in `Account.incidents`.
        incident: IncidentId,
    },
    /// The directory or a database in it cannot be used. Nothing in it was changed.
    #[error("the storage cannot be used")]
    Storage {
        /// What about it.
        kind: StorageKind,
    },
    /// The keystore did not do what was asked.
    #[error("the keystore did not do what was asked: {kind}")]
    Keystore {
        /// What the keystore said.
        kind: KeystoreError,
    },
    /// A bug in Pericard. The text says nothing more on purpose; report the id.
    #[error("a defect in Pericard ({id}); please report it")]
    Internal {
        /// The place in the code; contains no data.
        id: String,
    },
}

impl PericardError {
    /// A defect, by the place that noticed it.
    pub(crate) fn internal(id: &'static str) -> Self {
        Self::Internal { id: id.into() }
    }

    pub(crate) fn input(field: &str, problem: InputProblem) -> Self {
        Self::InvalidInput {
            field: field.into(),
            problem,
        }
    }

    pub(crate) fn portal(problem: PortalProblem) -> Self {
        Self::Portal {
            problem,
            status: None,
        }
    }

    /// A database or a file is not as it was written.
    pub(crate) const DAMAGED: Self = Self::Storage {
        kind: StorageKind::Damaged,
    };

    pub(crate) fn storage(kind: StorageKind) -> Self {
        Self::Storage { kind }
    }
}

/// Why only a new sign-in helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum SignInReason {
    /// The person signed out on this device.
    SignedOut,
    /// The portal no longer accepts this session. The cache is sealed and kept, the outbox is kept;
    /// signing in as the same person reopens both.
    Revoked,
    /// The portal answered with another person than the one who signed in. Sealed as for `Revoked`.
    IdentityChanged,
    /// Ten wrong PINs destroyed what was cached and queued, and the session with it. Signing in begins anew.
    Destroyed,
    /// A sign-in took longer than its ten minutes; start again.
    Expired,
    /// Somebody else signed in where the same person was expected; nothing was changed.
    AnotherPerson,
    /// The portal has something to show to the person before it goes on (`interaction_required`).
    Interaction,
    /// The portal does not know the person's sign-in any more (`login_required`).
    Login,
    /// The portal wants the person's consent, for example to new terms (`consent_required`).
    Consent,
    /// The portal wants the person to choose an account there (`account_selection_required`).
    AccountChoice,
    /// The portal wants a second factor (`mfa_required`).
    SecondFactor,
    /// The portal has forgotten this app (`invalid_client`). An app that registers itself does so anew at the next sign-in;
    /// for one that the portal's makers registered, they have to be asked if signing in does not help.
    ClientUnknown,
    /// The portal refuses to go on with this session and gives no reason that says more. It has not ended it.
    Refused,
}

/// What is wrong with a value that was passed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum InputProblem {
    /// Nothing but white space.
    Empty,
    /// Longer than the portal or the core accepts.
    TooLong,
    /// A PIN has six digits at least.
    TooShort,
    /// A PIN that everybody tries first: one digit over and over, or digits that count up or down.
    TooSimple,
    /// A file has more bytes than the portal or the core accepts.
    TooLarge,
    /// More than are accepted at once.
    TooMany,
    /// Fewer than are needed: of the keys that sign policies there are two at least, so that a stolen one can be replaced.
    TooFew,
    /// A code may hold six to eight digits, spaces and dashes, and nothing else; a PIN six to twelve.
    NotDigits,
    /// Not a recovery code: eight letters and digits or more, spaces and dashes between them.
    NotARecoveryCode,
    /// Not an absolute URL.
    NotAUrl,
    /// Not `https`. `http` is for literal loopback addresses while `Config.allow_loopback_http` is on. A redirect may also be
    /// `http` on 127.0.0.1 or `[::1]`, or a private-use scheme with a dot (RFC 8252 §7).
    NotHttps,
    /// The redirect does not belong to this sign-in.
    NotThisSignIn,
    /// Native sign-in is for portals in `Config.portals` that have `native_sign_in`; use the browser.
    NotConfigured,
    /// A certificate in `extra_roots` is not DER.
    NotACertificate,
    /// An opaque position (`after`) or a value that this method never gave out.
    Unreadable,
    /// The portal does not say in redirects who it is (RFC 9207), and another portal's sign-ins come back to the same
    /// address: give this portal's `PortalConfig.redirect` an address of its own.
    SharedRedirect,
    /// The sign-in asks for something else now; look at `SignIn.step`.
    NotAsked,
    /// This message, or the lock, is not in a state in which that can be done.
    WrongState,
}

/// What about the portal's answer cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum PortalProblem {
    /// There is no SMART configuration at this base: not a portal, or a login page of the network (captive portal).
    NotAPortal,
    /// The issuer in the metadata is not the one that was asked.
    WrongIssuer,
    /// An endpoint is not `https`.
    Insecure,
    /// The response is not the document that the standard requires.
    InvalidAnswer,
    /// Larger than the limit for its kind.
    TooLarge,
    /// A file is not the one that its record describes: its size or its hash differs. Nothing of it was kept.
    Mismatch,
    /// Something that is needed here is missing: PKCE with S256, a token endpoint, an endpoint for this way of signing in.
    Unsupported,
    /// The portal refused the request (4xx).
    Refused,
    /// The portal failed (5xx) or redirected elsewhere. Try again later.
    Failing,
    /// The portal's certificate is not trusted, or TLS failed.
    Certificate,
    /// A link leads away from the portal; it was not followed.
    ForeignLink,
    /// The `id_token` cannot be trusted: its signature, its times or its audience is wrong.
    UntrustedIdentity,
    /// The portal signed the person in without the fresh or stronger proof that it had asked for.
    NotFresh,
}

/// What about the storage cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum StorageKind {
    /// No space left. Free some and try again; what was acknowledged is there.
    Full,
    /// The directory or a file cannot be written.
    ReadOnly,
    /// The database was made under another key: the keystore is not the one of this directory.
    WrongKey,
    /// A file is damaged, empty, missing, or belongs to another directory, although its key is here.
    Damaged,
    /// The SQLite in this process is not SQLCipher, or keeps temporary data on disk; nothing was written.
    /// Link Pericard so that its own copy is used.
    NotEncrypted,
    /// Made by a newer version of Pericard; update the app.
    Newer,
    /// Cannot be opened for another reason.
    Unavailable,
}

/// What a keystore says when it cannot do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum KeystoreError {
    /// Cannot be used now, for example before the first unlock of the device, or because a prompt of the system was not
    /// answered in time; try again later.
    #[error("the keystore cannot be used now")]
    Unavailable,
    /// The system or the person refused.
    #[error("the keystore refused")]
    Refused,
    /// A key that was kept here is gone; what was encrypted with it cannot be read any more. A `Keystore` returns
    /// nothing from `load` in that case; Pericard knows which keys have to be there.
    #[error("a key is no longer in the keystore")]
    Lost,
    /// Several values lie under one name, and which is the right one cannot be told.
    #[error("the keystore has several values under one name")]
    Doubled,
    /// Something that the keystore did not foresee: any other exception of a `Keystore`.
    #[error("the keystore failed ({detail})")]
    Unexpected {
        /// What the exception said, for the developer's log and nobody else: its first line, at most 200 characters. What
        /// could be a value of the keystore is left out of it, such as long words with digits and rows of numbers.
        detail: String,
    },
}

impl KeystoreError {
    /// A failure that the keystore did not foresee, in the developer's words.
    pub fn unexpected(detail: impl AsRef<str>) -> Self {
        Self::Unexpected {
            detail: detail::loggable(detail.as_ref()),
        }
    }
}

impl From<uniffi::UnexpectedUniFFICallbackError> for KeystoreError {
    fn from(thrown: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::unexpected(thrown.reason)
    }
}

impl From<KeystoreError> for PericardError {
    fn from(kind: KeystoreError) -> Self {
        // Without the developer's words, which are for the app alone.
        log::event!(WARN, "keystore failed", kind = kind);
        Self::Keystore {
            kind: match kind {
                // The app may have made it itself.
                KeystoreError::Unexpected { detail } => KeystoreError::unexpected(detail),
                kind => kind,
            },
        }
    }
}
