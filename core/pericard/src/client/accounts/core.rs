//! An account from the inside: what its handles share.
//!
//! A partition is opened when it is first asked for and lives while the account is unlocked. Sealing drops the key in
//! memory; it is fetched again once the seal is lifted.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use pericard_protocol::admission::Owner;
use pericard_protocol::session::lease::LastContact;

use crate::client::config::PortalConfig;
use crate::client::host::Host;
use crate::client::site::Site;
use crate::keys::{Unlocked, Wrapped};
use crate::platform::error::{PericardError, Result};
use crate::session::{Session, SessionDeps, SessionState};
use crate::storage::{AccountRow, Device, Feature, Partition, PersonRow, Track};
use crate::sync::{
    ChangeNotifier, Changes, FeatureSync, SyncCoordinator, SyncRun, download, outbox,
};

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
    pub(super) notifier: Arc<ChangeNotifier>,
    pub(super) sync_runs: SyncCoordinator,
}

/// What may be read while the account is unlocked.
pub(super) struct Content {
    pub(super) people: Vec<PersonRow>,
    unlocked: Option<Unlocked>,
    partitions: BTreeMap<String, Arc<Partition>>,
}

impl AccountCore {
    /// Blocks.
    pub(crate) fn open(host: &Arc<Host>, row: AccountRow) -> Result<Arc<Self>> {
        let config = host.portal_config(&row.base, &row.config)?;
        let site = Site::load(host, config)?.ok_or(PericardError::internal("portal"))?;
        let client_id = site.known_client(host)?.unwrap_or_default();
        let notifier = Arc::new(ChangeNotifier::default());
        let content = Arc::new(Mutex::new(Content {
            people: host.device.people(&row.id)?,
            unlocked: None,
            partitions: BTreeMap::new(),
        }));
        let (changed_content, changed_hub) = (content.clone(), notifier.clone());
        let deps = SessionDeps {
            platform: host.platform.clone(),
            lifecycle: host.lifecycle().clone(),
            device: host.device.clone(),
            http: site.http.clone(),
            authority: site.authority.clone(),
            on_change: Box::new(move |state| {
                if matches!(state, SessionState::Sealed { .. }) {
                    lock(&changed_content).seal();
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
            notifier,
            sync_runs: SyncCoordinator::default(),
        }))
    }

    /// A sign-in as this account is committed by `store`. Blocks, for a refresh that is under way too.
    pub(crate) fn signed_in(
        &self,
        unlocked: Unlocked,
        expires: SystemTime,
        heard: Option<LastContact>,
        store: impl FnOnce(&Device) -> Result<()>,
    ) -> Result<()> {
        self.session.adopt(expires, heard, store)?;
        let people = self.host.device.people(&self.row.id)?;
        let mut content = self.content();
        content.people = people;
        content.unlocked = Some(unlocked);
        drop(content);
        self.notifier.session();
        self.notifier.people();
        Ok(())
    }

    pub(crate) fn id(&self) -> &str {
        &self.row.id
    }

    pub(crate) fn base(&self) -> &str {
        &self.row.base
    }

    pub(crate) fn people(&self) -> Vec<PersonRow> {
        self.content().people.clone()
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

    pub(crate) fn changes(&self) -> Arc<Changes> {
        self.notifier.subscribe()
    }

    /// Runs the job of an exported method.
    pub(crate) async fn job<T: Send + 'static>(
        &self,
        job: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        self.host.job(job).await
    }

    /// Starts a sync, or joins the one that is under way.
    pub(crate) fn start_sync(self: &Arc<Self>, budget: Option<Duration>) -> Result<Arc<SyncRun>> {
        self.session.can_ask()?;
        let guard = self.host.lifecycle().enter()?;
        let syncs = self.host.lifecycle().syncs();
        let core = self.clone();
        Ok(self
            .sync_runs
            .start(&self.host.platform, &syncs, budget, move |run| async move {
                let _guard = guard;
                revocations::settle(&core.host).await;
                core.site.keep_up(&core.host).await;
                core.session.reopen().await?;
                let mut first = Ok(());
                for feature in core.feature_syncs().await? {
                    let (sent, received) = (
                        outbox::send(&feature, &run).await,
                        download(&feature, &run).await,
                    );
                    // One feature in trouble stops no other, and sending stops no receiving.
                    first = first.and(sent).and(received);
                }
                first
            }))
    }

    pub(crate) fn pause(&self) {
        self.content()
            .partitions
            .values()
            .for_each(|partition| partition.pause());
    }

    pub(crate) fn resume(&self) {
        self.content()
            .partitions
            .values()
            .for_each(|partition| partition.resume());
    }

    /// The host is shut down: nothing of the content stays in memory.
    pub(crate) fn end(&self) {
        self.content().close();
        self.notifier.end();
    }

    pub(crate) fn site(&self) -> &Arc<Site> {
        &self.site
    }

    pub(crate) fn session(&self) -> &Arc<Session> {
        &self.session
    }

    pub(crate) fn config(&self) -> Result<PortalConfig> {
        self.host.portal_config(&self.row.base, &self.row.config)
    }

    pub(super) fn content(&self) -> MutexGuard<'_, Content> {
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

    /// A person's partition, opened once. Blocks.
    pub(super) fn partition(&self, id: &str) -> Result<Arc<Partition>> {
        if let Err(error) = self.session.readable() {
            self.session.seal_if_over()?;
            return Err(error);
        }
        let person = self.person(id)?;
        let mut content = self.content();
        // Once more where nobody can seal in between: the key must not come back behind a seal.
        self.session.readable()?;
        if let Some(partition) = content.partitions.get(id) {
            return Ok(partition.clone());
        }
        // The key is fetched when it is first needed, and again after a seal was lifted.
        let root = match content.unlocked.clone() {
            Some(root) => root,
            None => self.host.vault.content_root(&self.row.id, false)?,
        };
        content.unlocked = Some(root.clone());
        let key = root.person(&self.row.id, id, &Wrapped(person.wrapped))?;
        let path = self.host.directory()?.person_db(&self.row.id, id)?;
        let features = self.host.features.iter();
        let schemas = std::iter::once(&outbox::SCHEMA)
            .chain(features.flat_map(|feature| feature.schemas().iter().copied()));
        let partition = Arc::new(Partition::open(&path, &key, &person.patient, schemas)?);
        content.partitions.insert(id.to_owned(), partition.clone());
        Ok(partition)
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

fn lock(content: &Mutex<Content>) -> MutexGuard<'_, Content> {
    content.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Content {
    /// Drops the key. Nobody gets a partition from here on; a run that is ending may still note what it knows.
    fn seal(&mut self) {
        self.unlocked = None;
        self.partitions.clear();
    }

    /// Drops the key and closes every open partition.
    pub(super) fn close(&mut self) {
        self.unlocked = None;
        for partition in std::mem::take(&mut self.partitions).into_values() {
            // Somebody may still hold it; its file is closed all the same.
            partition.pause();
        }
    }
}
