//! An account: one person's sign-in at one portal, with everything this device keeps for it.
//!
//! Uses: `client`, `portal`, `sign_in`

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use pericard_protocol::admission::Owner;
use pericard_protocol::limits;
use pericard_protocol::oauth::Form;
use pericard_protocol::secret::Secret;
use serde::{Deserialize, Serialize};

use crate::client::Core;
use crate::features::messages::{MessageMirror, Messages};
use crate::features::{Desk, Feature};
use crate::ground::error::{PericardError, Result, StorageKind};
use crate::ground::gate::Pass;
use crate::ground::world::World;
use crate::keepers::net::Call;
use crate::keepers::session::{Identity, Session, SessionState};
use crate::keepers::store::{AccountRow, Partition, PersonRow};
use crate::keepers::vault::{Unlocked, Wrapped};
use crate::portal::{PortalConfig, Site};
use crate::sign_in::{SignIn, SignInMethod};
use crate::sync::{Changes, Hub, Lane, Mirror, Runs, SyncRun, outbox};

/// How long the copy of a token that can only be revoked is kept while the device is offline.
const REVOCATION: Duration = Duration::from_secs(24 * 60 * 60);

/// The features: one line each.
fn mirrors() -> Vec<Arc<dyn Mirror>> {
    vec![Arc::new(MessageMirror)]
}

/// Somebody whose records an account shows.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Person {
    /// Opaque, stable on this device, unknown to the portal.
    pub id: String,
    /// As the portal gives it; empty when it does not.
    pub name: String,
    /// Whether it is the person who signed in.
    pub is_self: bool,
}

/// Something that was detected and refused.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Incident {
    /// Opaque; what `Integrity` errors and `FeatureState.Stopped` name.
    pub id: String,
    /// When it was detected, by the device's clock.
    pub at: SystemTime,
    /// What it was.
    pub kind: IncidentKind,
    /// Where it was.
    pub feature: Feature,
}

/// What was detected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum IncidentKind {
    /// The portal delivered somebody else's record, twice. It was not stored.
    ForeignRecord,
}

/// Where a feature stands.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct FeatureStatus {
    /// The feature.
    pub feature: Feature,
    /// Where it stands.
    pub state: FeatureState,
}

/// Where a feature stands.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum FeatureState {
    /// It works.
    On,
    /// Nothing new is fetched until the portal answers cleanly; what is cached stays readable.
    Stopped {
        /// The incident in `Account.incidents`.
        incident: String,
    },
}

/// An account on this device.
///
/// Everything it shows comes from the encrypted cache and works offline; `start_sync` brings it up to date.
#[derive(uniffi::Object)]
pub struct Account {
    core: Arc<AccountCore>,
}

#[uniffi::export]
impl Account {
    /// Opaque, stable on this device, unknown to the portal. Memory only.
    pub fn id(&self) -> String {
        self.core.row.id.clone()
    }

    /// The portal's FHIR base, as configured. Memory only.
    pub fn portal(&self) -> String {
        self.core.row.base.clone()
    }

    /// Where the session stands. Memory only.
    pub fn session(&self) -> SessionState {
        self.core.session.state()
    }

    /// Whose records this account shows, the person who signed in first. Memory only.
    pub fn people(&self) -> Vec<Person> {
        let shown = |row: &PersonRow| Person {
            id: row.id.clone(),
            name: row.name.clone(),
            is_self: row.is_self,
        };
        self.core.content().people.iter().map(shown).collect()
    }

    /// The messages of one of `people`. Memory only; `NotFound` for anybody else.
    pub fn messages(&self, person: String) -> Result<Arc<Messages>, PericardError> {
        self.core.person(&person)?;
        Ok(Messages::new(Arc::new(PersonDesk {
            account: self.core.clone(),
            person,
        })))
    }

    /// Starts a sync, or joins the one that is under way: sends what is queued, then fetches what is new. The run
    /// goes on whatever becomes of the handle. `budget` ends it early at a page boundary, for background tasks.
    ///
    /// Fails with `SignInRequired` or `Closed`; everything later comes through `SyncRun.next`.
    pub fn start_sync(&self, budget: Option<Duration>) -> Result<Arc<SyncRun>, PericardError> {
        self.core.session.readable()?;
        let pass = self.core.client.gate().enter()?;
        let core = self.core.clone();
        Ok(self
            .core
            .runs
            .start(&self.core.client.world, budget, move |run| async move {
                let _pass = pass;
                core.settle_revocations().await;
                for lane in core.lanes().await? {
                    outbox::send(&lane, &run).await?;
                    crate::sync::download(&lane, &run).await?;
                }
                Ok(())
            }))
    }

    /// A stream of what changes in this account from now on. Memory only.
    pub fn changes(&self) -> Result<Arc<Changes>, PericardError> {
        Ok(self.core.hub.subscribe())
    }

    /// How many records could not be matched to their person. They are not stored and stall nothing; tell the person,
    /// who may ask the portal.
    pub async fn held(&self) -> Result<u64, PericardError> {
        let core = self.core.clone();
        self.core
            .on_disk(move || core.partitions()?.iter().map(|p| p.held()).sum())
            .await
    }

    /// What was detected and refused on this device, newest first. Says nothing of the records.
    pub async fn incidents(&self) -> Result<Vec<Incident>, PericardError> {
        let core = self.core.clone();
        self.core
            .on_disk(move || {
                let mut all = Vec::new();
                for partition in core.partitions()? {
                    all.extend(
                        partition
                            .incidents()?
                            .into_iter()
                            .map(|(id, at, _)| Incident {
                                id,
                                at,
                                kind: IncidentKind::ForeignRecord,
                                feature: Feature::Messages,
                            }),
                    );
                }
                all.sort_by_key(|incident| std::cmp::Reverse(incident.at));
                Ok(all)
            })
            .await
    }

    /// Where each feature stands.
    pub async fn features(&self) -> Result<Vec<FeatureStatus>, PericardError> {
        let core = self.core.clone();
        self.core
            .on_disk(move || {
                let mut stopped = None;
                for partition in core.partitions()? {
                    stopped = stopped.or(partition.cursor(Feature::Messages.name())?.stopped);
                }
                let state = stopped.map_or(FeatureState::On, |incident| FeatureState::Stopped {
                    incident,
                });
                Ok(vec![FeatureStatus {
                    feature: Feature::Messages,
                    state,
                }])
            })
            .await
    }

    /// Begins a sign-in that reopens this account: cache and outbox come back when the same person signs in. Anybody
    /// else's sign-in ends with `SignInRequired` (`AnotherPerson`) and changes nothing.
    pub async fn sign_in_again(&self, method: SignInMethod) -> Result<Arc<SignIn>, PericardError> {
        let core = self.core.clone();
        self.core
            .client
            .job(async move {
                let config = core.config()?;
                let site = Arc::new(Site::discover(&core.client, config).await?);
                SignIn::begin(core.client.clone(), site, method, Some(core.row.id.clone())).await
            })
            .await
    }

    /// Signs out: what this device keeps of the account becomes unreadable now and is removed, the outbox with it; the
    /// portal is told. Offline, a copy of the token that can do nothing but be revoked is kept for a day and used by
    /// the next sync of any account.
    pub async fn sign_out(&self) -> Result<(), PericardError> {
        let core = self.core.clone();
        self.core
            .client
            .job(async move {
                let form = core.session.sign_out().await;
                core.wipe(form).await?;
                core.settle_revocations().await;
                Ok(())
            })
            .await
    }

    /// Forgets the account on this device without telling the portal: its keys are destroyed, then its files. Works
    /// offline. `sign_out` is what people mean most of the time.
    pub async fn forget(&self) -> Result<(), PericardError> {
        let core = self.core.clone();
        self.core
            .client
            .job(async move {
                core.session.sign_out().await;
                core.wipe(None).await
            })
            .await
    }
}

impl Account {
    pub(crate) fn new(core: Arc<AccountCore>) -> Arc<Self> {
        Arc::new(Self { core })
    }
}

/// An account from the inside, shared by all its handles.
pub(crate) struct AccountCore {
    client: Arc<Core>,
    row: AccountRow,
    site: Site,
    session: Arc<Session>,
    content: Arc<Mutex<Content>>,
    hub: Arc<Hub>,
    runs: Runs,
}

/// What may be read while the account is unlocked.
struct Content {
    people: Vec<PersonRow>,
    unlocked: Option<Unlocked>,
    partitions: BTreeMap<String, Arc<Partition>>,
}

/// What is left of a session that was ended offline.
#[derive(Serialize, Deserialize)]
struct Revocation {
    config: PortalConfig,
    body: String,
}

impl AccountCore {
    /// Blocks.
    pub(crate) fn open(client: &Arc<Core>, row: AccountRow) -> Result<Arc<Self>> {
        let config = client.config_of(&row.base, &row.config)?;
        let site = Site::kept(client, config)?.ok_or(PericardError::internal("portal"))?;
        let people = client.device.people(&row.id)?;
        let unlocked = match row.sealed {
            Some(_) => None,
            // Without its key this account is unreadable, and the others are not.
            None => match client.vault.content_root(&row.id, false) {
                Err(PericardError::Storage {
                    kind: StorageKind::WrongKey,
                }) => None,
                root => Some(root?),
            },
        };
        let hub = Arc::new(Hub::default());
        let content = Arc::new(Mutex::new(Content {
            people,
            unlocked,
            partitions: BTreeMap::new(),
        }));
        let (sealed_content, sealed_hub) = (content.clone(), hub.clone());
        let session = Session::open(
            client.world.clone(),
            client.device.clone(),
            site.net.clone(),
            Identity {
                account: row.id.clone(),
                issuer: row.issuer.clone(),
                subject: row.subject.clone(),
                client_id: site.config.client_id.clone(),
                token_endpoint: site.endpoints.token.clone(),
            },
            row.sealed,
            Box::new(move || {
                lock(&sealed_content).seal();
                sealed_hub.session();
            }),
        )?;
        let (client, session) = (client.clone(), Arc::new(session));
        Ok(Arc::new(Self {
            client,
            row,
            site,
            session,
            content,
            hub,
            runs: Runs::default(),
        }))
    }

    /// A sign-in as this account was committed. Blocks.
    pub(crate) fn signed_in(&self, unlocked: Unlocked) -> Result<()> {
        let people = self.client.device.people(&self.row.id)?;
        let mut content = self.content();
        content.people = people;
        content.unlocked = Some(unlocked);
        drop(content);
        self.session.reload()?;
        self.hub.session();
        self.hub.people();
        Ok(())
    }

    pub(crate) fn cancel_sync(&self) {
        self.runs.cancel();
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

    /// The client is shut down: nothing of the content stays in memory.
    pub(crate) fn end(&self) {
        self.content().close();
        self.hub.end();
    }

    fn config(&self) -> Result<PortalConfig> {
        self.client.config_of(&self.row.base, &self.row.config)
    }

    fn content(&self) -> std::sync::MutexGuard<'_, Content> {
        lock(&self.content)
    }

    fn person(&self, id: &str) -> Result<PersonRow> {
        let found = self
            .content()
            .people
            .iter()
            .find(|person| person.id == id)
            .cloned();
        found.ok_or(PericardError::NotFound)
    }

    /// A person's partition, opened once. Blocks.
    fn partition(&self, id: &str) -> Result<Arc<Partition>> {
        self.session.readable()?;
        let person = self.person(id)?;
        let mut content = self.content();
        if let Some(partition) = content.partitions.get(id) {
            return Ok(partition.clone());
        }
        let no_key = PericardError::storage(StorageKind::WrongKey);
        let key = content.unlocked.as_ref().ok_or(no_key)?.person(
            &self.row.id,
            id,
            &Wrapped(person.wrapped),
        )?;
        let path = self.client.directory()?.person_db(&self.row.id, id)?;
        let mirrors = mirrors();
        let schemas: Vec<_> = std::iter::once(&outbox::SCHEMA)
            .chain(mirrors.iter().map(|m| m.schema()))
            .collect();
        let partition = Arc::new(Partition::open(&path, &key, &schemas)?);
        content.partitions.insert(id.to_owned(), partition.clone());
        Ok(partition)
    }

    /// Every person's partition. Blocks.
    fn partitions(&self) -> Result<Vec<Arc<Partition>>> {
        let ids: Vec<String> = self
            .content()
            .people
            .iter()
            .map(|person| person.id.clone())
            .collect();
        ids.iter().map(|id| self.partition(id)).collect()
    }

    async fn on_disk<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let pass = self.client.gate().enter()?;
        self.client
            .world
            .blocking(move || {
                let _pass = pass;
                work()
            })
            .await
    }

    /// What a run works through: each feature of each person.
    async fn lanes(self: &Arc<Self>) -> Result<Vec<Lane>> {
        let this = self.clone();
        self.on_disk(move || {
            let mut lanes = Vec::new();
            let people = this.content().people.clone();
            for person in people {
                let owner = Owner {
                    base: this.site.base().clone(),
                    patient: person.patient.clone(),
                    aliases: Default::default(),
                };
                let (owner, partition) = (Arc::new(owner), this.partition(&person.id)?);
                lanes.extend(mirrors().into_iter().map(|mirror| {
                    Lane {
                        world: this.client.world.clone(),
                        session: this.session.clone(),
                        partition: partition.clone(),
                        owner: owner.clone(),
                        conditional_create: this
                            .site
                            .resource(mirror.resource_type())
                            .is_some_and(|resource| resource.conditional_create),
                        mirror,
                        hub: this.hub.clone(),
                    }
                }));
            }
            Ok(lanes)
        })
        .await
    }

    /// Destroys what this device keeps: the key first, so that nothing is readable whatever happens next.
    async fn wipe(self: &Arc<Self>, revoke: Option<Form>) -> Result<()> {
        self.runs.cancel();
        let this = self.clone();
        self.client
            .on_disk(move |client| {
                client.vault.destroy_content_root(&this.row.id)?;
                this.content().close();
                this.content().people.clear();
                let pending = match revoke {
                    Some(form) if this.site.endpoints.revocation.is_some() => {
                        let document = Revocation {
                            config: this.config()?,
                            body: form.as_str().to_owned(),
                        };
                        Some(Secret::new(serde_json::to_string(&document)?))
                    }
                    _ => None,
                };
                let until = client.world.clock.now() + REVOCATION;
                client
                    .device
                    .remove_account(&this.row.id, pending.as_ref().map(|p| (p, until)))?;
                client.directory()?.remove_account(&this.row.id)?;
                client.forget_account(&this.row.id);
                this.hub.session();
                this.hub.end();
                Ok(())
            })
            .await
    }

    /// Tells portals of sessions that were ended while offline. What cannot be told now stays for its day.
    async fn settle_revocations(&self) {
        let due = |core: &Arc<Core>| core.device.revocations(core.world.clock.now());
        let Ok(pending) = self.client.on_disk(due).await else {
            return;
        };
        for revocation in pending {
            let Ok(document) = serde_json::from_str::<Revocation>(revocation.document.expose())
            else {
                continue;
            };
            let kept = self
                .client
                .on_disk(move |core| Ok((Site::kept(core, document.config)?, document.body)))
                .await;
            let Ok((Some(site), body)) = kept else {
                continue;
            };
            let Some(url) = site.endpoints.revocation.clone() else {
                continue;
            };
            let call = Call::post(
                url,
                Form::CONTENT_TYPE,
                body.into_bytes(),
                limits::OAUTH_BODY,
            );
            if site
                .net
                .send(call)
                .await
                .is_ok_and(|answer| answer.is_success())
            {
                let _ = self
                    .client
                    .on_disk(move |core| core.device.revoked(revocation.id))
                    .await;
            }
        }
    }
}

fn lock(content: &Mutex<Content>) -> std::sync::MutexGuard<'_, Content> {
    content.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Content {
    /// Drops the key. Nobody gets a partition from here on; a run that is ending may still note what it knows.
    fn seal(&mut self) {
        self.unlocked = None;
        self.partitions.clear();
    }

    /// Drops the key and closes every open partition.
    fn close(&mut self) {
        self.unlocked = None;
        for partition in std::mem::take(&mut self.partitions).into_values() {
            // Somebody may still hold it; its file is closed all the same.
            partition.pause();
        }
    }
}

/// One person of an account, as features see it.
struct PersonDesk {
    account: Arc<AccountCore>,
    person: String,
}

impl Desk for PersonDesk {
    fn world(&self) -> &World {
        &self.account.client.world
    }

    fn enter(&self) -> Result<Pass> {
        self.account.client.gate().enter()
    }

    fn partition(&self) -> Result<Arc<Partition>> {
        self.account.partition(&self.person)
    }

    fn hub(&self) -> &Hub {
        &self.account.hub
    }

    fn name(&self) -> String {
        self.account
            .person(&self.person)
            .map(|person| person.name)
            .unwrap_or_default()
    }
}
