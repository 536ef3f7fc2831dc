//! An account from the inside: what its handles share.
//!
//! A partition is opened when it is first asked for and lives while the account is unlocked. Sealing drops the key in
//! memory; it is fetched again once the seal is lifted.
//!
//! Two locks: that of the content is never held over disk or keystore, so that what is documented as memory only waits
//! for neither; that of opening is, and is taken on threads that may block alone.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use pericard_protocol::admission::Owner;
use pericard_protocol::session::lease::LastContact;

use crate::client::host::Host;
use crate::client::site::Site;
use crate::keys::{Unlocked, Wrapped};
use crate::platform::error::{KeystoreError, PericardError, Result, SignInReason, StorageKind};
use crate::session::{AccountProblem, Session, SessionDeps, SessionState};
use crate::storage::{AccountRow, Device, Feature, Partition, PersonRow, SealReason, Track};
use crate::sync::{ChangeNotifier, FeatureSync, SyncCoordinator, SyncRun, download, outbox};

use super::revocations;

/// A lease below it would seal between two syncs.
const SHORTEST_LEASE: Duration = Duration::from_secs(60 * 60);

/// An account from the inside, shared by all its handles.
pub(crate) struct AccountCore {
    pub(super) host: Arc<Host>,
    pub(super) row: AccountRow,
    pub(super) site: Arc<Site>,
    pub(super) session: Arc<Session>,
    content: Arc<Mutex<Content>>,
    /// Held by who opens a partition, over keystore and disk.
    opening: Mutex<()>,
    pub(super) notifier: Arc<ChangeNotifier>,
    pub(super) sync_runs: SyncCoordinator,
}

/// What may be read while the account is unlocked.
struct Content {
    people: Vec<PersonRow>,
    unlocked: Option<Unlocked>,
    partitions: Partitions,
    /// Goes up when the key is dropped or comes anew: what was opened with the one before is not published.
    generation: u64,
    paused: bool,
    /// What kept the content from being opened when it was last tried.
    problem: Option<AccountProblem>,
}

type Partitions = BTreeMap<String, Arc<Partition>>;

impl AccountCore {
    /// Blocks.
    pub(super) fn open(
        host: &Arc<Host>,
        mut row: AccountRow,
        notifier: Arc<ChangeNotifier>,
    ) -> Result<Arc<Self>> {
        // An account that the keystore says nothing about now may be sealed.
        if host.device.is_rolled_back(&row.id)? {
            host.device.seal(&row.id, SealReason::Refused)?;
            row.sealed = Some(SealReason::Refused);
        }
        let config = host.portal_config(&row.base, &row.config)?;
        let site = Site::load(host, config)?.ok_or(PericardError::internal("portal"))?;
        let client_id = site.known_client(host)?.unwrap_or_default();
        let content = Arc::new(Mutex::new(Content {
            people: host.device.people(&row.id)?,
            unlocked: None,
            partitions: BTreeMap::new(),
            generation: 0,
            paused: false,
            problem: None,
        }));
        let (changed_content, changed_hub) = (content.clone(), notifier.clone());
        let spawner = host.platform.spawner.clone();
        let deps = SessionDeps {
            platform: host.platform.clone(),
            lifecycle: host.lifecycle().clone(),
            device: host.device.clone(),
            http: site.http.clone(),
            authority: site.authority.clone(),
            on_change: Box::new(move |state| {
                if matches!(state, SessionState::Sealed { .. }) {
                    let closing = lock(&changed_content).seal();
                    // The last one to let go of a partition closes its file, which touches the disk.
                    spawner.blocking(Box::new(move || drop(closing)));
                }
                changed_hub.session();
            }),
            lease: site.config.lease.map(|lease| lease.max(SHORTEST_LEASE)),
            client_id,
        };
        let session = Session::open(deps, row.clone())?;
        let (host, session) = (host.clone(), Arc::new(session));
        Ok(Arc::new(Self {
            host,
            row,
            site: Arc::new(site),
            session,
            content,
            opening: Mutex::default(),
            notifier,
            sync_runs: SyncCoordinator::default(),
        }))
    }

    /// A sign-in as this account is committed by `store`. Blocks, for a refresh that is under way too.
    pub(crate) fn signed_in(
        &self,
        unlocked: Unlocked,
        expires: SystemTime,
        last_contact: Option<LastContact>,
        store: impl FnOnce(&Device) -> Result<()>,
    ) -> Result<()> {
        self.session.adopt(expires, last_contact, store)?;
        let people = self.host.device.people(&self.row.id)?;
        let mut content = self.content();
        content.people = people;
        content.unlocked = Some(unlocked);
        content.generation += 1;
        content.problem = None;
        drop(content);
        self.notifier.session();
        self.notifier.people();
        Ok(())
    }

    /// Where the session stands; `Unusable` while its content cannot be opened for another reason. Memory only.
    pub(crate) fn state(&self) -> SessionState {
        let state = self.session.state();
        match (state, self.content().problem) {
            (
                SessionState::Active | SessionState::StepUp | SessionState::SignIn { .. },
                Some(problem),
            ) => SessionState::Unusable { problem },
            _ => state,
        }
    }

    /// Whose records it shows; without their names while nothing may be read. Memory only.
    pub(crate) fn people(&self) -> Vec<PersonRow> {
        let (mut people, problem) = {
            let content = self.content();
            (content.people.clone(), content.problem)
        };
        if self.session.readable().is_err() || problem == Some(AccountProblem::KeyLost) {
            for person in &mut people {
                person.name.clear();
            }
        }
        people
    }

    /// Nothing of it is asked or read from here on. Memory only.
    pub(super) fn leave(&self) {
        self.session.leave();
        self.sync_runs.cancel();
    }

    /// The features of this client.
    pub(crate) fn feature_names(&self) -> impl Iterator<Item = Feature> {
        self.host
            .features
            .iter()
            .map(|definition| definition.feature())
    }

    pub(crate) fn feature_named(&self, name: &str) -> Option<Feature> {
        self.feature_names().find(|feature| feature.name() == name)
    }

    /// Starts a sync, or joins the one that is under way.
    pub(crate) fn start_sync(self: &Arc<Self>, budget: Option<Duration>) -> Result<Arc<SyncRun>> {
        self.session.can_ask()?;
        if self.content().problem == Some(AccountProblem::KeyLost) {
            // The portal is not asked for what has no place to go.
            return Err(KeystoreError::Lost.into());
        }
        let guard = self.host.lifecycle().enter()?;
        let syncs = self.host.lifecycle().syncs();
        let core = self.clone();
        Ok(self
            .sync_runs
            .start(&self.host.platform, &syncs, budget, move |run| async move {
                let _guard = guard;
                revocations::settle(&core.host);
                core.site.refresh_documents(&core.host).await;
                core.session.reopen().await?;
                let mut first = Ok(());
                for feature in core.feature_syncs().await? {
                    // One feature in trouble stops no other, and sending stops no receiving. What is wrong with the session
                    // or the network is every feature's: asking on would spend a refresh token whose answer was lost.
                    let sent = outbox::send(&feature, &run).await;
                    if sent.as_ref().err().is_some_and(stops_the_run) {
                        return first.and(sent);
                    }
                    let received = download(&feature, &run).await;
                    if received.as_ref().err().is_some_and(stops_the_run) {
                        return first.and(sent).and(received);
                    }
                    first = first.and(sent).and(received);
                }
                first
            }))
    }

    /// Closes the files until `resume`. Blocks.
    pub(super) fn pause(&self) {
        let partitions = {
            let mut content = self.content();
            content.paused = true;
            content.partitions.clone()
        };
        partitions.values().for_each(|partition| partition.pause());
    }

    pub(super) fn resume(&self) {
        let mut content = self.content();
        content.paused = false;
        let partitions = content.partitions.clone();
        drop(content);
        partitions.values().for_each(|partition| partition.resume());
    }

    /// Drops the key and closes every file for good. Blocks.
    pub(super) fn close(&self) {
        let partitions = self.content().seal();
        for partition in partitions.into_values() {
            // Somebody may still hold it; its file is closed all the same.
            partition.pause();
        }
    }

    /// The people are nobody's business any more.
    pub(super) fn forget_people(&self) {
        self.content().people.clear();
    }

    pub(crate) fn site(&self) -> &Arc<Site> {
        &self.site
    }

    pub(crate) fn session(&self) -> &Arc<Session> {
        &self.session
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        lock(&self.content)
    }

    pub(super) fn person(&self, id: &str) -> Result<PersonRow> {
        let found = self
            .content()
            .people
            .iter()
            .find(|person| person.id == id)
            .cloned();
        found.ok_or(PericardError::NotFound)
    }

    /// A person's partition, opened once. Blocks, and never twice at a time.
    pub(super) fn partition(&self, id: &str) -> Result<Arc<Partition>> {
        if let Err(error) = self.session.readable() {
            self.session.seal_if_over()?;
            return Err(error);
        }
        let opened = self.open_partition(id);
        self.note(&opened);
        opened
    }

    fn open_partition(&self, id: &str) -> Result<Arc<Partition>> {
        let is_open = || self.content().partitions.get(id).cloned();
        if let Some(partition) = is_open() {
            return Ok(partition);
        }
        let _one = self.opening.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(partition) = is_open() {
            return Ok(partition);
        }
        loop {
            let person = self.person(id)?;
            let (generation, unlocked) = {
                let content = self.content();
                (content.generation, content.unlocked.clone())
            };
            let root = match unlocked {
                Some(root) => root,
                None => self.unlock()?,
            };
            let partition = open_partition(&self.host, &self.row.id, &root, &person)?;
            // Declared after the partition, which is then closed without the lock where it is not published.
            let mut content = self.content();
            if content.paused {
                return Err(PericardError::Closed);
            }
            // Once more where nobody can seal in between: the key must not come back behind a seal.
            self.session.readable()?;
            if content.generation == generation {
                content.unlocked = Some(root);
                content.partitions.insert(id.to_owned(), partition.clone());
                return Ok(partition);
            }
        }
    }

    /// The key of the content, from the keystore, unless device.db is older than the last seal.
    fn unlock(&self) -> Result<Unlocked> {
        if self.host.device.is_rolled_back(&self.row.id)? {
            return Err(PericardError::SignInRequired {
                reason: SignInReason::Revoked,
            });
        }
        self.host.vault.content_root(&self.row.id)
    }

    /// Remembers whether the content can be opened.
    fn note<T>(&self, opened: &Result<T>) {
        let problem = match opened {
            Ok(_) => None,
            Err(error) => match AccountProblem::of(error) {
                None => return,
                problem => problem,
            },
        };
        let before = std::mem::replace(&mut self.content().problem, problem);
        if before != problem {
            self.notifier.session();
        }
    }

    /// Finds out whether the content can be opened, where it may be. Blocks.
    pub(super) fn probe(&self) {
        if self.session.readable().is_ok() {
            let _ = self.partitions();
        }
    }

    /// Whether a person's partition is open. Memory only.
    pub(super) fn has_open(&self, person: &str) -> bool {
        self.content().partitions.contains_key(person)
    }

    /// Every person's partition. Blocks.
    pub(crate) fn partitions(&self) -> Result<Vec<Arc<Partition>>> {
        let ids: Vec<String> = self
            .content()
            .people
            .iter()
            .map(|person| person.id.clone())
            .collect();
        ids.iter().map(|id| self.partition(id)).collect()
    }

    pub(crate) async fn on_disk<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let guard = self.host.lifecycle().enter()?;
        self.host
            .platform
            .blocking(move || {
                let _guard = guard;
                work()
            })
            .await
    }

    /// What a run works through: each feature of each person.
    pub(super) async fn feature_syncs(self: &Arc<Self>) -> Result<Vec<FeatureSync>> {
        let this = self.clone();
        self.on_disk(move || {
            let mut feature_syncs = Vec::new();
            let people = this.content().people.clone();
            for person in people {
                let owner = Owner {
                    base: this.site.base().clone(),
                    patient: person.patient.clone(),
                    aliases: Default::default(),
                };
                let (owner, partition) = (Arc::new(owner), this.partition(&person.id)?);
                for definition in this.host.features {
                    for mirror in definition.mirrors() {
                        let track = Track {
                            feature: definition.feature(),
                            resource_type: mirror.resource_type(),
                        };
                        feature_syncs.push(FeatureSync {
                            platform: this.host.platform.clone(),
                            session: this.session.clone(),
                            partition: partition.clone(),
                            owner: owner.clone(),
                            track,
                            mirror: *mirror,
                            notifier: this.notifier.clone(),
                            conditional_create: this
                                .site
                                .resource(track.resource_type)
                                .is_some_and(|resource| resource.conditional_create),
                        });
                    }
                }
            }
            Ok(feature_syncs)
        })
        .await
    }
}

/// Whether an error is about the account or the network, and not about one feature.
fn stops_the_run(error: &PericardError) -> bool {
    matches!(
        error,
        PericardError::Offline
            | PericardError::SignInRequired { .. }
            | PericardError::StepUpRequired
            | PericardError::LeaseEnded
            | PericardError::ClockWrong { .. }
            | PericardError::Closed
            | PericardError::Cancelled
    )
}

fn lock(content: &Mutex<Content>) -> MutexGuard<'_, Content> {
    content.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Opens a person's database. Blocks.
pub(super) fn open_partition(
    host: &Host,
    account: &str,
    root: &Unlocked,
    person: &PersonRow,
) -> Result<Arc<Partition>> {
    let key = root.person(account, &person.id, &Wrapped(person.wrapped.clone()))?;
    let path = host.directory()?.person_db(account, &person.id)?;
    let features = host.features.iter();
    let schemas = std::iter::once(&outbox::SCHEMA)
        .chain(features.flat_map(|feature| feature.schemas().iter().copied()));
    let opened = Partition::open(&path, &key, &person.patient, schemas);
    // The key was wrapped for this person, so it is the right one and the file is not.
    let opened = opened.map_err(|error| match error {
        PericardError::Storage {
            kind: StorageKind::WrongKey,
        } => PericardError::storage(StorageKind::Damaged),
        error => error,
    });
    opened.map(Arc::new)
}

impl Content {
    /// Drops the key. Nobody gets a partition from here on; a run that is ending may still note what it knows. Those that
    /// are open are returned, to be dropped without the lock.
    fn seal(&mut self) -> Partitions {
        self.unlocked = None;
        self.generation += 1;
        std::mem::take(&mut self.partitions)
    }
}
