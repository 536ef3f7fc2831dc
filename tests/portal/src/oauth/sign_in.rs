//! Sign-ins under way: what a client asked for, and how far somebody got.
//!
//! One is named by handles that nobody can guess: the `login` of the browser's forms, the `auth_session`
//! of the native challenge. It ends with a code, or ten minutes after its first request.

use std::collections::BTreeMap;

use totp_rs::Totp;

use super::Scopes;
use crate::clock::Millis;
use crate::entropy::Entropy;
use crate::secret::Fingerprint;

pub(crate) const SESSION_LIFE: Millis = 600_000;
pub(crate) const PUSHED_LIFE: Millis = 60_000;
/// What a `request_uri` begins with (RFC 9126 §2.2).
const PUSHED: &str = "urn:ietf:params:oauth:request_uri:";

/// What a client asked for.
#[derive(Debug, Clone)]
pub(crate) struct Authorization {
    pub(crate) client: String,
    pub(crate) scopes: Scopes,
    pub(crate) nonce: Option<String>,
    /// None until the client gives it: a step-up at the token endpoint begins without.
    pub(crate) code_challenge: Option<String>,
    /// None in the native challenge.
    pub(crate) redirect: Option<String>,
    pub(crate) state: Option<String>,
    /// The key that the code, and what it gives, are bound to.
    pub(crate) thumbprint: Option<String>,
    /// Whether nothing less than `mfa` will do.
    pub(crate) mfa: bool,
    /// Id of the Patient whom the app asks for.
    pub(crate) patient_hint: Option<String>,
    /// Whose record the grant is for that a step-up at the token endpoint goes on with.
    pub(crate) patient: Option<usize>,
}

/// What stood beside the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Second {
    Code,
    RecoveryCode,
}

/// Somebody on the way to a code.
#[derive(Clone)]
pub(crate) struct SignIn {
    pub(crate) wanted: Authorization,
    pub(crate) started: Millis,
    /// Set once the password was right.
    pub(crate) person: Option<usize>,
    /// The secret that is shown to somebody who must enrol: one for the whole sign-in.
    pub(crate) enrolling: Option<Totp>,
    /// Whether that was confirmed, and only the recovery codes are still being read.
    pub(crate) confirmed: bool,
    /// Set once everything was proved and only the record is still to be chosen; what stood beside the password.
    pub(crate) choosing: Option<Option<Second>>,
    /// The user name last given: whose counter `attempts_left` speaks of.
    pub(crate) user: String,
    pub(crate) finished: bool,
}

struct Pushed {
    wanted: Authorization,
    at: Millis,
}

#[derive(Default)]
pub(crate) struct SignIns {
    all: Vec<SignIn>,
    /// Every handle given out, to its sign-in.
    handles: BTreeMap<Fingerprint, usize>,
    pushed: BTreeMap<Fingerprint, Pushed>,
}

impl SignIns {
    pub(crate) fn begin(&mut self, wanted: Authorization, now: Millis) -> usize {
        self.all.push(SignIn {
            wanted,
            started: now,
            person: None,
            enrolling: None,
            confirmed: false,
            choosing: None,
            user: String::new(),
            finished: false,
        });
        self.all.len() - 1
    }

    /// A new name for a sign-in; earlier ones stay valid.
    pub(crate) fn handle(&mut self, index: usize, entropy: &mut Entropy) -> String {
        let handle = entropy.token();
        self.handles.insert(Fingerprint::of(&handle), index);
        handle
    }

    pub(crate) fn find(&self, handle: &str, now: Millis) -> Option<usize> {
        let &index = self.handles.get(&Fingerprint::of(handle))?;
        let sign_in = &self.all[index];
        (!sign_in.finished && now - sign_in.started < SESSION_LIFE).then_some(index)
    }

    pub(crate) fn at(&mut self, index: usize) -> &mut SignIn {
        &mut self.all[index]
    }

    /// Ends what somebody has under way.
    pub(crate) fn end_of(&mut self, person: usize) {
        for sign_in in &mut self.all {
            sign_in.finished |= sign_in.person == Some(person);
        }
    }

    /// Keeps a request until the browser brings its `request_uri`.
    pub(crate) fn push(
        &mut self,
        wanted: Authorization,
        now: Millis,
        entropy: &mut Entropy,
    ) -> String {
        self.pushed
            .retain(|_, pushed| now - pushed.at < PUSHED_LIFE);
        let uri = format!("{PUSHED}{}", entropy.token());
        let pushed = Pushed { wanted, at: now };
        self.pushed.insert(Fingerprint::of(&uri), pushed);
        uri
    }

    /// What was pushed by this client under this name: once, and only while it is fresh.
    pub(crate) fn pull(&mut self, uri: &str, client: &str, now: Millis) -> Option<Authorization> {
        let key = Fingerprint::of(uri);
        let pushed = self.pushed.get(&key)?;
        let good = pushed.wanted.client == client && now - pushed.at < PUSHED_LIFE;
        good.then(|| self.pushed.remove(&key))
            .flatten()
            .map(|pushed| pushed.wanted)
    }
}
