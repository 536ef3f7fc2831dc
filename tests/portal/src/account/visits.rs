//! Visits to the portal's own pages: how far somebody got in one, named by an unguessable handle that
//! the pages' forms carry.

use std::collections::BTreeMap;

use crate::clock::Millis;
use crate::entropy::Entropy;
use crate::secret::Fingerprint;

const VISIT_LIFE: Millis = 600_000;

/// Which page somebody came for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    PasswordReset,
    Account,
    Sessions,
}

impl Purpose {
    /// By the last segment of its address.
    pub(crate) fn of(path: &str) -> Option<Self> {
        match path.rsplit('/').next()? {
            "reset" => Some(Self::PasswordReset),
            "account" => Some(Self::Account),
            "sessions" => Some(Self::Sessions),
            _ => None,
        }
    }

    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::PasswordReset => "/auth/reset",
            Self::Account => "/auth/account",
            Self::Sessions => "/auth/sessions",
        }
    }

    /// What the app is told that somebody comes back from.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::PasswordReset => "password_reset",
            Self::Account => "account",
            Self::Sessions => "sessions",
        }
    }
}

/// One visit.
#[derive(Debug, Clone)]
pub(crate) struct Visit {
    pub(crate) purpose: Purpose,
    /// Where the link back leads; none if nobody registered what was asked for.
    pub(crate) back: Option<String>,
    /// Set once the password was right, or for a reset the second factor.
    pub(crate) person: Option<usize>,
    /// Whether nothing more has to be shown to be somebody.
    pub(crate) proven: bool,
    pub(crate) started: Millis,
}

#[derive(Default)]
pub(crate) struct Visits(BTreeMap<Fingerprint, Visit>);

impl Visits {
    /// Keeps a visit; gives its handle.
    pub(crate) fn begin(&mut self, visit: Visit, entropy: &mut Entropy) -> String {
        let now = visit.started;
        self.0.retain(|_, visit| now - visit.started < VISIT_LIFE);
        let handle = entropy.token();
        self.0.insert(Fingerprint::of(&handle), visit);
        handle
    }

    pub(crate) fn find(
        &mut self,
        handle: &str,
        purpose: Purpose,
        now: Millis,
    ) -> Option<&mut Visit> {
        self.0
            .get_mut(&Fingerprint::of(handle))
            .filter(|visit| visit.purpose == purpose && now - visit.started < VISIT_LIFE)
    }

    pub(crate) fn end(&mut self, handle: &str) {
        self.0.remove(&Fingerprint::of(handle));
    }
}
