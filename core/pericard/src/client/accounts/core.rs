//! A usable account: its people's sessions, the portal, the people's databases ([`Content`]) and the sync runs.
//!
//! When a person's session is sealed, their content is closed.

use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use pericard_protocol::session::lease::LastContact;

use crate::client::host::Host;
use crate::client::site::Site;
use crate::features::files::Downloads;
use crate::platform::error::{PericardError, Result};
use crate::platform::log::Label;
use crate::session::{AccountProblem, Session, SessionState};
use crate::storage::{AccessAction, AccountRow, Device, Feature, Partition, PersonRow, SealReason};
use crate::sync::{ChangeNotifier, SyncCoordinator};

use super::adopt::Adopted;
use super::content::Content;
use super::destruction;
use super::lock::{LockCore, Turn};
use super::log::LogCore;
use super::people::StandingAsked;
use super::sessions::{SessionParts, Sessions};

/// A usable account, shared by all its handles.
pub(crate) struct AccountCore {
    pub(super) host: Arc<Host>,
    pub(super) row: AccountRow,
    pub(super) site: Arc<Site>,
    pub(super) sessions: Sessions,
    pub(super) content: Arc<Content>,
    pub(super) lock: Arc<LockCore>,
    pub(super) log: LogCore,
    pub(super) notifier: Arc<ChangeNotifier>,
    pub(super) sync_runs: SyncCoordinator,
    /// When the last run of this process ended, and how, as a code.
    pub(super) last_run: Mutex<Option<(SystemTime, &'static str)>>,
    pub(super) downloads: Downloads,
    /// Locked while a partition is opened on behalf of a feature.
    pub(super) opening: Arc<tokio::sync::Mutex<()>>,
    pub(super) standing_asked: StandingAsked,
    /// What another session is made of.
    session_parts: SessionParts,
}

impl AccountCore {
    /// Opens an account. Blocks.
    pub(super) fn open(
        host: &Arc<Host>,
        row: AccountRow,
        notifier: Arc<ChangeNotifier>,
    ) -> Result<Arc<Self>> {
        let lock = Arc::new(LockCore::load(host, &row.id, row.auto_lock));
        let destroyed = |person: &PersonRow| person.sealed == Some(SealReason::Destroyed);
        if lock.is_destroyed() {
            if !host.device.people(&row.id)?.iter().all(destroyed) {
                destruction::finish(host, &row)?;
            }
        } else if host.device.is_rolled_back(&row.id)? {
            // A database from before the last seal is sealed again. If the keystore cannot be read, the account may be
            // sealed too.
            host.device.seal_all(&row.id, SealReason::Refused)?;
        }
        let config = host.portal_config(&row.base, &row.config)?;
        let site = Site::load(host, config)?.ok_or(PericardError::internal("portal"))?;
        let site = Arc::new(site);
        let people = host.device.people(&row.id)?;
        // What cannot be deleted now is at the next opening; nothing opens it.
        let ids = people.iter().map(|person| person.id.clone()).collect();
        let _ = host.directory()?.keep_people(&row.id, &ids);
        let session_parts = SessionParts {
            host: host.clone(),
            row: row.clone(),
            site: site.clone(),
            notifier: notifier.clone(),
            account: Arc::default(),
        };
        let core = Arc::new(Self {
            host: host.clone(),
            sessions: Sessions::open(&session_parts, &people)?,
            content: Arc::new(Content::new(row.id.clone(), people)),
            row,
            site,
            lock,
            log: LogCore::default(),
            notifier,
            sync_runs: SyncCoordinator::default(),
            last_run: Mutex::default(),
            downloads: Downloads::default(),
            opening: Arc::default(),
            standing_asked: StandingAsked::default(),
            session_parts,
        });
        let _ = core.session_parts.account.set(Arc::downgrade(&core));
        core.follow_policy();
        Ok(core)
    }

    /// Takes over a person's new sign-in, which `store` commits. Blocks, also until a refresh in progress has ended; what is
    /// unlocked then must not become another meanwhile, so whoever has the root brings the turn.
    pub(super) fn signed_in(
        &self,
        person: &str,
        (unlocked, turn): (Adopted, Option<Turn>),
        expires: SystemTime,
        last_contact: Option<LastContact>,
        store: impl FnOnce(&Device) -> Result<()>,
    ) -> Result<()> {
        let (device, known) = (&self.host.device, self.sessions.of(person).ok());
        match &known {
            Some(session) => session.adopt(expires, last_contact, store)?,
            None => store(device)?,
        }
        let _turn = turn.unwrap_or_else(|| self.lock.turn_blocking());
        let people = device.people(&self.row.id)?;
        let added = people.iter().find(|it| it.id == person && known.is_none());
        if let Some(added) = added {
            self.sessions.add(self.session_parts.open(added)?, &people);
        }
        let root = match unlocked {
            Adopted::Locked => None,
            Adopted::Known(root) | Adopted::PersonAnew(root) => Some(root),
            Adopted::Anew(root) => {
                self.lock.begin_anew();
                Some(root)
            }
        };
        self.content.replace(people, root);
        self.note_now(AccessAction::SignedIn, None, None);
        self.notifier.session();
        self.notifier.people();
        Ok(())
    }

    /// Returns the state of the session, `Locked` while somebody locked its content, or `Unusable` while that cannot be opened.
    /// Memory only.
    pub(crate) fn state(&self) -> SessionState {
        self.shown(self.sessions.state())
    }

    /// The state of a session as the account shows it: what is open may be locked, or cannot be opened. Memory only.
    pub(super) fn shown(&self, state: SessionState) -> SessionState {
        let open = matches!(
            state,
            SessionState::Active | SessionState::StepUp | SessionState::SignIn { .. }
        );
        match self.content.problem() {
            Some(problem) if open => SessionState::Unusable { problem },
            _ if open && self.is_locked() => SessionState::Locked,
            _ => state,
        }
    }

    /// Returns the people whose records the account shows, without names while nothing may be read. Memory only.
    pub(crate) fn people(&self) -> Vec<PersonRow> {
        let (mut people, problem) = self.content.people_and_problem();
        for person in &mut people {
            if self.readable_by(&person.id).is_err() || problem == Some(AccountProblem::KeyLost) {
                person.name.clear();
            }
        }
        people
    }

    /// Stops all requests and reads. Memory only.
    pub(super) fn leave(&self) {
        for session in self.sessions.all() {
            session.leave();
        }
        self.sync_runs.cancel(&PericardError::Cancelled);
        self.downloads.cancel(&PericardError::Cancelled);
    }

    /// Lists the features of this client.
    pub(crate) fn feature_names(&self) -> impl Iterator<Item = Feature> {
        self.host
            .features
            .iter()
            .map(|definition| definition.feature())
    }

    pub(crate) fn feature_named(&self, name: &str) -> Option<Feature> {
        self.feature_names().find(|feature| feature.name() == name)
    }

    /// Closes the files until `resume`. Blocks.
    pub(super) fn pause(self: &Arc<Self>) {
        self.content.pause();
        self.pause_log();
    }

    pub(super) fn resume(&self) {
        self.content.resume();
        self.log.resume();
    }

    /// Drops the key and closes every file for good. Blocks.
    pub(super) fn close(&self) {
        self.log.close();
        let partitions = self.content.seal();
        for partition in partitions.into_values() {
            // Another thread may still hold it; this closes its file all the same.
            partition.pause();
        }
    }

    /// What the account is called in log lines. Memory only.
    pub(super) fn label(&self) -> Label {
        self.host.labels.of(&self.row.id)
    }

    /// Drops the list of people, once they are removed.
    pub(super) fn forget_people(&self) {
        self.content.forget_people();
    }

    pub(crate) fn site(&self) -> &Arc<Site> {
        &self.site
    }

    /// The session of who signed in.
    pub(crate) fn session(&self) -> Result<Arc<Session>> {
        self.sessions.main()
    }

    /// Looks again whether a lease is over. Memory only.
    pub(crate) fn look_at_leases(&self) {
        for session in self.sessions.all() {
            session.look_at_lease();
        }
    }

    pub(super) fn person(&self, id: &str) -> Result<PersonRow> {
        self.content.person(id)
    }

    /// A person's partition, opened when first asked for. Blocks.
    pub(super) fn partition(&self, id: &str) -> Result<Arc<Partition>> {
        let session = self.sessions.of(id)?;
        if let Err(error) = self.readable_by(id) {
            match error {
                PericardError::Locked => self.lock_if_over(),
                _ => session.seal_if_over()?,
            }
            return Err(error);
        }
        let opened = self.content.open(id, &self.host, &session);
        self.note_problem(&opened);
        if matches!(opened, Err(PericardError::Locked)) && self.lock.find(&self.host, &self.row.id)
        {
            self.notifier.session();
        }
        if opened
            .as_ref()
            .is_ok_and(|partition| partition.was_begun_anew())
        {
            self.notifier.features();
        }
        opened
    }

    /// Notes whether the content can be opened, and notifies if that changed.
    fn note_problem<T>(&self, opened: &Result<T>) {
        let problem = match opened {
            // The keystore has answered.
            Ok(_) | Err(PericardError::Locked) => None,
            Err(error) => match AccountProblem::of(error) {
                None => return,
                problem => problem,
            },
        };
        if self.content.note_problem(problem) {
            self.notifier.session();
        }
    }

    /// Checks whether the content can be opened, unless it is sealed. Blocks.
    pub(super) fn probe(&self) {
        if self.readable().is_ok() {
            let _ = self.partitions();
        }
    }

    /// Whether a person's partition is open. Memory only.
    pub(super) fn has_open(&self, person: &str) -> bool {
        self.content.has_open(person)
    }

    /// Opens the partitions of everybody who can be read; one that cannot be opened costs only itself. Fails if there is none.
    /// Blocks.
    pub(crate) fn partitions(&self) -> Result<Vec<Arc<Partition>>> {
        let people = self.content.people_and_problem().0;
        let opened = people.iter().map(|person| self.partition(&person.id));
        let (mut partitions, mut first) = (Vec::new(), None);
        for opened in opened {
            match opened {
                Ok(partition) => partitions.push(partition),
                Err(error) => first = first.or(Some(error)),
            }
        }
        match first {
            Some(error) if partitions.is_empty() => Err(error),
            _ => Ok(partitions),
        }
    }

    /// Whether everybody's partition is open who can be read. Memory only.
    fn all_open(&self) -> bool {
        let sessions = self.sessions.all();
        let mut readable = sessions
            .iter()
            .filter(|it| it.readable().is_ok())
            .peekable();
        let is_any = readable.peek().is_some();
        is_any
            && self
                .content
                .all_open(readable.map(|session| session.person().id.as_str()))
    }

    pub(crate) async fn on_disk<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let guard = self.host.lifecycle().enter()?;
        let work = move || {
            let _guard = guard;
            work()
        };
        self.host.platform.blocking(work).await
    }

    /// The same for what only reads from the people's databases, which are opened first.
    pub(crate) async fn reading<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let guard = self.host.lifecycle().enter()?;
        if !self.all_open() {
            let (turn, core) = (self.opening.clone().lock_owned().await, self.clone());
            let open = move || {
                let _turn = turn;
                core.partitions().map(drop)
            };
            self.on_disk(open).await?;
        }
        let work = move || {
            let _guard = guard;
            work()
        };
        self.host.platform.reading(work).await
    }

    /// Whether the portal takes files by themselves. Memory only.
    pub(super) fn takes_files(&self) -> bool {
        self.site
            .resource("Binary")
            .is_some_and(|binary| binary.creates())
    }
}
