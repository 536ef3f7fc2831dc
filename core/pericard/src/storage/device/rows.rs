//! The rows of device.db.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use pericard_protocol::oauth::dpop::DpopKey;
use pericard_protocol::oauth::step_up::SignInProof;
use pericard_protocol::secret::Secret;
use pericard_protocol::session::lease::LastContact;

/// An account: a person's sign-in at one portal.
#[derive(Clone)]
pub(crate) struct AccountRow {
    pub(crate) id: String,
    pub(crate) base: String,
    pub(crate) issuer: String,
    pub(crate) subject: String,
    /// The portal's configuration at sign-in, in JSON.
    pub(crate) config: String,
    /// How long the person may be away before the content locks.
    pub(crate) auto_lock: Duration,
}

/// Why a person's content may not be read until the same person signs in again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum SealReason {
    /// The portal refused the session: revoked, expired, or rotated by an answer that was lost.
    Refused,
    /// The portal answered a refresh with another person.
    IdentityChanged,
    /// The portal was not heard for longer than `PortalConfig.lease`. Reaching it opens the content as well.
    Lease,
    /// Ten wrong PINs destroyed what was cached and queued. Signing in begins anew, with an empty cache.
    Destroyed,
}

impl SealReason {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::IdentityChanged => "identity_changed",
            Self::Lease => "lease",
            Self::Destroyed => "destroyed",
        }
    }

    /// An unknown reason, written by a newer version, counts as `Refused`.
    pub(super) fn named(name: &str) -> Self {
        match name {
            "identity_changed" => Self::IdentityChanged,
            "lease" => Self::Lease,
            "destroyed" => Self::Destroyed,
            _ => Self::Refused,
        }
    }
}

/// The tokens of a person's session.
#[derive(Clone)]
pub(crate) struct GrantRow {
    pub(crate) access_token: Secret,
    pub(crate) expires: SystemTime,
    pub(crate) refresh_token: Option<Secret>,
    pub(crate) scope: String,
    pub(crate) intent: bool,
    /// The client that they were issued to; empty if it is the one in the configuration.
    pub(crate) client_id: String,
    /// The key of the sign-in, which the refresh token is bound to.
    pub(crate) key: Option<Arc<DpopKey>>,
    /// Whether the access token is bound to the key too.
    pub(crate) bound: bool,
    /// Whether `fhirUser` named the patient at sign-in. Then every refresh has to name the same one.
    pub(crate) patient_is_user: bool,
    /// When and how the person proved who they are, as far as the portal said so.
    pub(crate) proof: SignInProof,
}

/// A patient within an account, and where their session stands.
#[derive(Clone)]
pub(crate) struct PersonRow {
    pub(crate) id: String,
    pub(crate) patient: String,
    pub(crate) name: String,
    pub(crate) is_self: bool,
    /// Who signed in for them, as `Type/id`; nothing where that is the person.
    pub(crate) user: Option<String>,
    /// Their key; empty only on its way to `Device::signed_in`, where they keep the one they have.
    pub(crate) wrapped: Vec<u8>,
    pub(crate) sealed: Option<SealReason>,
    /// When the portal last answered about them.
    pub(crate) last_contact: Option<LastContact>,
    /// The step-up that the portal asked for, in JSON.
    pub(crate) step_up: Option<String>,
}

/// A revocation that is still to be sent. It contains nothing else about the account.
pub(crate) struct PendingRevocation {
    pub(crate) id: i64,
    pub(crate) document: Secret,
}

/// Converts to milliseconds since 1970, the unit of every instant in the databases.
pub(crate) fn millis(at: SystemTime) -> i64 {
    let since = match at.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => i128::try_from(after.as_millis()).unwrap_or(i128::MAX),
        Err(before) => -i128::try_from(before.duration().as_millis()).unwrap_or(i128::MAX),
    };
    i64::try_from(since).unwrap_or(i64::MAX)
}

/// Converts from milliseconds since 1970.
pub(crate) fn instant(millis: i64) -> SystemTime {
    let span = Duration::from_millis(millis.unsigned_abs());
    let at = if millis >= 0 {
        SystemTime::UNIX_EPOCH.checked_add(span)
    } else {
        SystemTime::UNIX_EPOCH.checked_sub(span)
    };
    at.unwrap_or(SystemTime::UNIX_EPOCH)
}
