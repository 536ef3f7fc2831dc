//! A usable account: the session, the portal, the people's databases ([`Content`]) and the sync runs.
//!
//! When the session is sealed, the content is closed.

use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::time::SystemTime;

use pericard_protocol::policy::SHORTEST_LEASE;
use pericard_protocol::session::lease::LastContact;

use crate::client::host::Host;
use crate::client::site::Site;
use crate::features::messages::Downloads;
use crate::platform::error::{PericardError, Result};
use crate::platform::log::{self, Label};
use crate::session::{AccountProblem, Session, SessionDeps, SessionState};
use crate::storage::{AccessAction, AccountRow, Device, Feature, Partition, PersonRow, SealReason};
use crate::sync::{ChangeNotifier, SyncCoordinator};

use super::adopt::Adopted;
use super::content::Content;
use super::destruction;
use super::lock::{LockCore, Turn};
use super::log::LogCore;

/// A usable account, shared by all its handles.
pub(crate) struct AccountCore {
    pub(super) host: Arc<Host>,
    pub(super) row: AccountRow,
    pub(super) site: Arc<Site>,
    pub(super) session: Arc<Session>,
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
}

impl AccountCore {
    /// Opens an account. Blocks.
    pub(super) fn open(
        host: &Arc<Host>,
        mut row: AccountRow,
        notifier: Arc<ChangeNotifier>,
    ) -> Result<Arc<Self>> {
        let lock = Arc::new(LockCore::load(host, &row.id, row.auto_lock));
        if lock.is_destroyed() {
            if row.sealed != Some(SealReason::Destroyed) {
                destruction::finish(host, &row)?;
                row.sealed = Some(SealReason::Destroyed);
            }
        } else if host.device.is_rolled_back(&row.id)? {
            // A database from before the last seal is sealed again. If the keystore cannot be read, the account may be
            // sealed too.
            host.device.seal(&row.id, SealReason::Refused)?;
            row.sealed = Some(SealReason::Refused);
        }
        let config = host.portal_config(&row.base, &row.config)?;
        let site = Site::load(host, config)?.ok_or(PericardError::internal("portal"))?;
        let client_id = site.known_client(host)?.unwrap_or_default();
        let people = host.device.people(&row.id)?;
        let content = Arc::new(Content::new(row.id.clone(), people));
        let (closing, locking, changed) = (content.clone(), lock.clone(), notifier.clone());
        let spawner = host.platform.spawner.clone();
        let this: Arc<OnceLock<Weak<Self>>> = Arc::default();
        let noting = this.clone();
        let label = host.labels.of(&row.id);
        let (configured, policy) = (site.config.lease, site.policy.clone());
        let deps = SessionDeps {
            platform: host.platform.clone(),
            lifecycle: host.lifecycle().clone(),
            device: host.device.clone(),
            http: site.http.clone(),
            authority: site.authority.clone(),
            on_change: Box::new(move |state| {
                log::event!(INFO, "session changed", account = label, state = state);
                if matches!(state, SessionState::Sealed { .. }) {
                    // Who comes back after a seal proves anew who they are.
                    locking.close();
                    let closed = closing.seal();
                    // Dropping the last handle of a partition closes its file, which accesses the disk.
                    spawner.blocking(Box::new(move || drop(closed)));
                    if let Some(core) = noting.get().and_then(Weak::upgrade) {
                        core.note_soon(AccessAction::Sealed);
                    }
                }
                changed.session();
            }),
            lease: Box::new(move || {
                // The shorter of the two that there are.
                let lease = configured.into_iter().chain(policy.lease()).min();
                lease.map(|lease| lease.max(SHORTEST_LEASE))
            }),
            client_id,
            label,
        };
        let session = Session::open(deps, row.clone())?;
        let (host, session) = (host.clone(), Arc::new(session));
        session.follow_lease();
        let core = Arc::new(Self {
            host,
            row,
            site: Arc::new(site),
            session,
            content,
            lock,
            log: LogCore::default(),
            notifier,
            sync_runs: SyncCoordinator::default(),
            last_run: Mutex::default(),
            downloads: Downloads::default(),
            opening: Arc::default(),
        });
        let _ = this.set(Arc::downgrade(&core));
        core.follow_policy();
        Ok(core)
    }

    /// Takes over a new sign-in, which `store` commits. Blocks, also until a refresh in progress has ended; what is unlocked
    /// then must not become another meanwhile, so whoever has the root brings the turn.
    pub(super) fn signed_in(
        &self,
        (unlocked, turn): (Adopted, Option<Turn>),
        expires: SystemTime,
        last_contact: Option<LastContact>,
        store: impl FnOnce(&Device) -> Result<()>,
    ) -> Result<()> {
        self.session.adopt(expires, last_contact, store)?;
        let _turn = turn.unwrap_or_else(|| self.lock.turn_blocking());
        let people = self.host.device.people(&self.row.id)?;
        let root = match unlocked {
            Adopted::Locked => None,
            Adopted::Known(root) => Some(root),
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
        let state = self.session.state();
        let open = matches!(
            state,
            SessionState::Active | SessionState::StepUp | SessionState::SignIn { .. }
        );
        match self.content.problem() {
            Some(problem) if open => SessionState::Unusable { problem },
            _ if open && self.readable() == Err(PericardError::Locked) => SessionState::Locked,
            _ => state,
        }
    }

    /// Returns the people whose records the account shows, without names while nothing may be read. Memory only.
    pub(crate) fn people(&self) -> Vec<PersonRow> {
        let (mut people, problem) = self.content.people_and_problem();
        if self.readable().is_err() || problem == Some(AccountProblem::KeyLost) {
            for person in &mut people {
                person.name.clear();
            }
        }
        people
    }

    /// Stops all requests and reads. Memory only.
    pub(super) fn leave(&self) {
        self.session.leave();
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

    pub(crate) fn session(&self) -> &Arc<Session> {
        &self.session
    }

    pub(super) fn person(&self, id: &str) -> Result<PersonRow> {
        self.content.person(id)
    }

    /// A person's partition, opened when first asked for. Blocks.
    pub(super) fn partition(&self, id: &str) -> Result<Arc<Partition>> {
        if let Err(error) = self.readable() {
            match error {
                PericardError::Locked => self.lock_if_over(),
                _ => self.session.seal_if_over()?,
            }
            return Err(error);
        }
        let opened = self.content.open(id, &self.host, &self.session);
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

    /// Opens every person's partition. Blocks.
    pub(crate) fn partitions(&self) -> Result<Vec<Arc<Partition>>> {
        let people = self.content.people_and_problem().0;
        people
            .iter()
            .map(|person| self.partition(&person.id))
            .collect()
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
        if !self.content.all_open() {
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
