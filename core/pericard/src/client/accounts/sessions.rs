//! The sessions of an account: one for each of its people, since a portal grants each record by itself.
//!
//! Uses: `content`, `core`, `lock`

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use pericard_protocol::oauth::scope::may_create;
use pericard_protocol::oauth::step_up::StepUp;
use pericard_protocol::policy::SHORTEST_LEASE;

use crate::client::host::Host;
use crate::client::site::Site;
use crate::platform::error::{PericardError, Result, SignInReason};
use crate::platform::log;
use crate::session::{Session, SessionDeps, SessionState};
use crate::storage::{AccessAction, AccountRow, PersonRow};
use crate::sync::ChangeNotifier;

use super::core::AccountCore;

/// The sessions of an account's people, who signed in first.
pub(super) struct Sessions {
    all: Mutex<Vec<Arc<Session>>>,
}

/// What a session is made of, but for whose it is.
pub(super) struct SessionParts {
    pub(super) host: Arc<Host>,
    pub(super) row: AccountRow,
    pub(super) site: Arc<Site>,
    pub(super) notifier: Arc<ChangeNotifier>,
    /// The account that is told of a seal, once it is open.
    pub(super) account: Arc<OnceLock<Weak<AccountCore>>>,
}

impl SessionParts {
    /// Loads the session of a person. Blocks.
    pub(super) fn open(&self, person: &PersonRow) -> Result<Arc<Session>> {
        let (host, site) = (&self.host, &self.site);
        let (account, changed) = (self.account.clone(), self.notifier.clone());
        let (configured, policy) = (site.config.lease, site.policy.clone());
        let id = person.id.clone();
        let label = host.labels.of(&self.row.id);
        let deps = SessionDeps {
            platform: host.platform.clone(),
            lifecycle: host.lifecycle().clone(),
            device: host.device.clone(),
            http: site.http.clone(),
            authority: site.authority.clone(),
            on_change: Box::new(move |state| {
                log::event!(INFO, "session changed", account = label, state = state);
                if matches!(state, SessionState::Sealed { .. })
                    && let Some(account) = account.get().and_then(Weak::upgrade)
                {
                    account.person_sealed(&id);
                }
                changed.session();
            }),
            lease: Box::new(move || {
                // The shorter of the two that there are.
                let lease = configured.into_iter().chain(policy.lease()).min();
                lease.map(|lease| lease.max(SHORTEST_LEASE))
            }),
            client_id: site.known_client(host)?.unwrap_or_default(),
            label,
        };
        let session = Arc::new(Session::open(deps, self.row.clone(), person.clone())?);
        session.follow_lease();
        Ok(session)
    }
}

impl Sessions {
    /// Loads the sessions of these people. Blocks.
    pub(super) fn open(parts: &SessionParts, people: &[PersonRow]) -> Result<Self> {
        let all: Result<_> = people.iter().map(|person| parts.open(person)).collect();
        Ok(Self {
            all: Mutex::new(all?),
        })
    }

    fn list(&self) -> MutexGuard<'_, Vec<Arc<Session>>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn all(&self) -> Vec<Arc<Session>> {
        self.list().clone()
    }

    /// A person's session; `NotFound` for who is not one of the people.
    pub(super) fn of(&self, person: &str) -> Result<Arc<Session>> {
        let all = self.list();
        let found = all.iter().find(|session| session.person().id == person);
        found.cloned().ok_or(PericardError::NotFound)
    }

    /// The session of who signed in, or of the first whom they act for.
    pub(super) fn main(&self) -> Result<Arc<Session>> {
        self.list().first().cloned().ok_or(NOBODY)
    }

    /// Adds a session; those of `people` go in their order.
    pub(super) fn add(&self, session: Arc<Session>, people: &[PersonRow]) {
        let mut all = self.list();
        all.push(session);
        let place = |id: &str| people.iter().position(|person| person.id == id);
        all.sort_by_key(|session| place(&session.person().id));
    }

    pub(super) fn remove(&self, person: &str) {
        self.list().retain(|session| session.person().id != person);
    }

    /// The state of the first whose session is open, else of the first.
    pub(super) fn state(&self) -> SessionState {
        let all = self.all();
        let open = all.iter().find(|session| session.is_open());
        let shown = open.or(all.first());
        shown.map_or(SessionState::SignedOut, |session| session.state())
    }

    /// Fails if nobody's content may be read, with what keeps the first's closed.
    pub(super) fn readable(&self) -> Result<()> {
        self.any(Session::readable)
    }

    /// Fails if there is nobody's token to contact the portal with.
    pub(super) fn can_ask(&self) -> Result<()> {
        self.any(Session::can_ask)
    }

    /// Whether nobody's content may be read, but for the end of a lease.
    pub(super) fn all_sealed(&self) -> bool {
        !self.all().iter().any(|session| session.is_open())
    }

    fn any(&self, check: impl Fn(&Session) -> Result<()>) -> Result<()> {
        let mut first = Err(NOBODY);
        for session in self.all() {
            match check(&session) {
                Ok(()) => return Ok(()),
                failed if first == Err(NOBODY) => first = failed,
                Err(_) => {}
            }
        }
        first
    }
}

/// Where an account shows nobody.
const NOBODY: PericardError = PericardError::SignInRequired {
    reason: SignInReason::SignedOut,
};

impl AccountCore {
    /// The state of a person's session, as the account shows it, and whether something may be written for them. Memory only.
    pub(crate) fn standing_of(&self, person: &str) -> (SessionState, bool) {
        let Ok(session) = self.sessions.of(person) else {
            return (SessionState::SignedOut, false);
        };
        let needs = self.host.features.iter().flat_map(|feature| {
            let resource = |kind: &str| self.site.resource(kind);
            feature.needs(&resource)
        });
        let scope = session.scope();
        let mut created = needs.filter(|need| need.create);
        let may_write = created.all(|need| may_create(&scope, need.resource));
        (self.shown(session.state()), may_write)
    }

    /// The patient to name to the portal when somebody signs in again: this person's, or that of the first who needs it.
    /// Nothing where there is nobody else. Memory only.
    pub(crate) fn patient_hint(&self, person: Option<&str>) -> Result<Option<String>> {
        let all = self.sessions.all();
        let session = match person {
            Some(person) => Some(self.sessions.of(person)?),
            None => {
                let needs = |it: &&Arc<Session>| it.state() != SessionState::Active;
                all.iter().find(needs).or(all.first()).cloned()
            }
        };
        let session = session.filter(|_| all.len() > 1);
        Ok(session.map(|session| session.person().patient.clone()))
    }

    /// The step-up that is asked for, and the patient to name with it. Memory only.
    pub(crate) fn wanted_step_up(&self) -> Result<(StepUp, Option<String>)> {
        let all = self.sessions.all();
        let mut asked = all.iter().filter(|it| it.wants_step_up());
        let session = match asked.next() {
            Some(session) => session.clone(),
            None => self.sessions.main()?,
        };
        let patient = session.person().patient.clone();
        let hint = Some(patient).filter(|_| all.len() > 1);
        Ok((session.step_up(), hint))
    }

    /// What is open of a person is closed, since their session was sealed. Never blocks.
    pub(super) fn person_sealed(self: &Arc<Self>, person: &str) {
        let closed = if self.sessions.all_sealed() {
            // Who comes back after a seal proves anew who they are.
            self.lock.close();
            self.content.seal()
        } else {
            self.content.seal_person(person)
        };
        // Dropping the last handle of a partition closes its file, which accesses the disk.
        let spawner = &self.host.platform.spawner;
        spawner.blocking(Box::new(move || drop(closed)));
        self.note_soon(AccessAction::Sealed);
    }
}
