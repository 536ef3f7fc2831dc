//! An account: one person's sign-in at one portal, with everything this device keeps for it.
//!
//! Uses: `lock`, `sign_in`, `two_factor`

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use pericard_protocol::oauth::step_up::StepUp;

use crate::client::accounts::{AccountEntry, FoundPerson, NotifyPortal, OpenClient, revocations};
use crate::client::config::PortalConfig;
use crate::client::policy::{PolicyStatus, Reason};
use crate::client::sign_in::{Purpose, SignInFlow, SignInMethod};
use crate::client::site::Site;
use crate::features::documents::Documents;
use crate::features::labs::Labs;
use crate::features::messages::Messages;
use crate::platform::error::{PericardError, Result};
use crate::platform::id::{AccountId, IncidentId, PersonId};
use crate::session::SessionState;
use crate::storage::{AccessAction, Feature, PersonRow};
use crate::sync::{Changes, SyncRun, Task};

use super::lock::AccountLock;
use super::sign_in::SignIn;
use super::two_factor::TwoFactor;

/// A person whose records an account shows.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Person {
    /// Opaque, stable on this device, unknown to the portal.
    pub id: PersonId,
    /// The name that the portal gives; empty if it gives none, and while the account is sealed or locked.
    pub name: String,
    /// Whether it is the person who signed in.
    pub is_self: bool,
    /// The state of their session: one person's may be sealed while others' are open.
    pub session: SessionState,
    /// Whether the portal lets something be written for them, as far as it has said so.
    #[uniffi(default = true)]
    pub may_write: bool,
}

/// Something that was detected and rejected.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Incident {
    /// Opaque; what `Integrity` errors and `FeatureState.Stopped` name.
    pub id: IncidentId,
    /// When it was detected, by the device's clock.
    pub at: SystemTime,
    /// What was detected.
    pub kind: IncidentKind,
    /// The feature that it concerns.
    pub feature: Feature,
    /// The FHIR resource type that it concerns.
    pub resource_type: String,
}

/// What was detected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum IncidentKind {
    /// The portal delivered somebody else's record, twice. It was not stored.
    ForeignRecord,
    /// The person's database was damaged and was begun anew. What waited to be sent was saved as far as it could be read;
    /// look through the outbox. Everything else is fetched again.
    DatabaseDamaged,
}

impl IncidentKind {
    /// Reads the database column; `None` for a kind that a later version has recorded.
    fn named(kind: &str) -> Option<Self> {
        match kind {
            "foreign_record" => Some(Self::ForeignRecord),
            "database_damaged" => Some(Self::DatabaseDamaged),
            _ => None,
        }
    }
}

/// An account on this device.
///
/// Everything it shows comes from the encrypted cache and works offline; `start_sync` brings it up to date.
#[derive(uniffi::Object)]
pub struct Account {
    open: Arc<OpenClient>,
    entry: Arc<AccountEntry>,
}

#[uniffi::export]
impl Account {
    /// Opaque, stable on this device, unknown to the portal. Memory only.
    pub fn id(&self) -> AccountId {
        self.entry.id().into()
    }

    /// The portal's FHIR base, as configured. Memory only.
    pub fn portal(&self) -> String {
        self.entry.base()
    }

    /// How the portal is reached: as in `Config.portals` today, else as when the account was made, its extra roots
    /// included. Pass it to `Client.portal`. Memory only.
    pub fn portal_config(&self) -> Result<PortalConfig, PericardError> {
        self.entry.config(self.open.host())
    }

    /// The state of the session, or why the account cannot be used. Memory only.
    pub fn session(&self) -> SessionState {
        self.entry.session()
    }

    /// Whose records this account shows, the person who signed in first. Memory only.
    pub fn people(&self) -> Vec<Person> {
        let Ok(core) = self.entry.core() else {
            return Vec::new();
        };
        let to_view = |row: PersonRow| {
            let (session, may_write) = core.standing_of(&row.id);
            Person {
                id: row.id.into(),
                name: row.name,
                is_self: row.is_self,
                session,
                may_write,
            }
        };
        self.entry.people().into_iter().map(to_view).collect()
    }

    /// Asks the portal whom the person may act for and who is not among `people` yet: FHIR's Person and RelatedPerson records
    /// that link to theirs. Empty where the portal has none; somebody whom it does not name may still be chosen on its own page.
    ///
    /// Fails with `Offline`, `Portal`, `SignInRequired`, `Closed`, or why an unusable account is unusable.
    pub async fn find_people(&self) -> Result<Vec<FoundPerson>, PericardError> {
        let core = self.entry.core()?;
        self.job(async move { core.find_people().await }).await
    }

    /// Begins a sign-in that adds a person to this account: the same login, and the portal grants another record. `patient` is
    /// from `find_people`, and tells the portal for whom the app asks; without it, and at a portal that does not know
    /// `patient_hint`, the person chooses on the portal's page. Finishing returns this account; whoever was chosen is among
    /// `people`.
    ///
    /// Fails as `sign_in_again`; finishing fails with `Locked` while the account is locked.
    #[uniffi::method(default(patient = None))]
    pub async fn add_person(
        &self,
        method: SignInMethod,
        patient: Option<String>,
    ) -> Result<Arc<SignIn>, PericardError> {
        self.begin(method, None, patient).await
    }

    /// Removes what this device keeps of one person, what waits in their outbox included, and revokes their tokens: their key
    /// first, then their files. The others stay. Works offline.
    ///
    /// Fails with `NotFound` for anybody else, and with `InvalidInput` for the account's only person: that is `forget`.
    pub async fn forget_person(&self, person: PersonId) -> Result<(), PericardError> {
        let core = self.entry.core()?;
        let person = String::from(person);
        self.job(async move {
            core.remove_person(&person, AccessAction::PersonForgotten)
                .await
        })
        .await
    }

    /// The messages of one of `people`. Memory only; `NotFound` for anybody else.
    pub fn messages(&self, person: PersonId) -> Result<Arc<Messages>, PericardError> {
        let person = self.entry.core()?.person_context(person.into())?;
        Ok(Messages::new(person, self.open.keep()))
    }

    /// The lab results of one of `people`. Memory only; `NotFound` for anybody else.
    pub fn labs(&self, person: PersonId) -> Result<Arc<Labs>, PericardError> {
        let person = self.entry.core()?.person_context(person.into())?;
        Ok(Labs::new(person, self.open.keep()))
    }

    /// The documents of one of `people`. Memory only; `NotFound` for anybody else.
    pub fn documents(&self, person: PersonId) -> Result<Arc<Documents>, PericardError> {
        let person = self.entry.core()?.person_context(person.into())?;
        Ok(Documents::new(person, self.open.keep()))
    }

    /// Starts a sync, or joins the one that is under way: sends the outbox, then fetches what is new. The run continues
    /// even if the handle is dropped. `budget` is the longest it may take, for background tasks; what has arrived by then
    /// is kept, and the run succeeds. What was queued since a run began goes out with it when it is joined.
    ///
    /// After the end of a lease it first asks the portal whether the session is still valid, and reopens the cache.
    ///
    /// With `full` it compares everything that is here with the portal's lists, too. A sync does so by itself after the
    /// first load, after a run that was not complete, and once a day; `full` is for a person who wants to be sure now. It
    /// costs a few requests more, and those records that differ.
    ///
    /// While the account is locked it only counts what is new (`SyncRun.news`), so that an app in the background can say *that*
    /// there is something, and ends `Incomplete` with `Locked`.
    ///
    /// Fails with `SignInRequired`, `Closed`, or why an unusable account is unusable; everything later comes through
    /// `SyncRun.next`. Memory only.
    #[uniffi::method(default(budget = None, full = false))]
    pub fn start_sync(
        &self,
        budget: Option<Duration>,
        full: bool,
    ) -> Result<Arc<SyncRun>, PericardError> {
        let run = self.entry.core()?.start_sync(Task {
            budget,
            full,
            ..Task::default()
        })?;
        run.keep(self.open.keep());
        Ok(run)
    }

    /// A stream of changes in this account from now on. It ends when the account is signed out or forgotten, and when the
    /// client is shut down or dropped. Memory only.
    pub fn changes(&self) -> Result<Arc<Changes>, PericardError> {
        Ok(self.entry.changes())
    }

    /// The number of records that could not be matched to their person. They are not stored and block nothing. Tell the
    /// person, who may ask the portal.
    pub async fn held(&self) -> Result<u64, PericardError> {
        let core = self.entry.core()?;
        let reading = core.clone();
        reading
            .reading(move || core.partitions()?.iter().map(|p| p.held()).sum())
            .await
    }

    /// What was detected and rejected on this device, newest first. Contains nothing from the records.
    pub async fn incidents(&self) -> Result<Vec<Incident>, PericardError> {
        let core = self.entry.core()?;
        let reading = core.clone();
        reading
            .reading(move || {
                let mut all = Vec::new();
                for partition in core.partitions()? {
                    let rows = partition.incidents()?.into_iter();
                    all.extend(rows.filter_map(|row| {
                        Some(Incident {
                            feature: core.feature_named(&row.feature)?,
                            kind: IncidentKind::named(&row.kind)?,
                            id: row.id.into(),
                            at: row.at,
                            resource_type: row.resource_type,
                        })
                    }));
                }
                all.sort_by_key(|incident| std::cmp::Reverse(incident.at));
                Ok(all)
            })
            .await
    }

    /// Begins a sign-in that reopens this account: cache and outbox come back when the same person signs in. Anybody
    /// else's sign-in ends with `SignInRequired` (`AnotherPerson`) and changes nothing.
    ///
    /// With several `people` it renews the session of `person`, or of the first who needs it; the portal is told for whom.
    #[uniffi::method(default(person = None))]
    pub async fn sign_in_again(
        &self,
        method: SignInMethod,
        person: Option<PersonId>,
    ) -> Result<Arc<SignIn>, PericardError> {
        let hint = match self.entry.core() {
            Ok(core) => core.patient_hint(person.map(String::from).as_deref())?,
            // An account that cannot be opened does not know its people.
            Err(_) => None,
        };
        self.begin(method, None, hint).await
    }

    /// Begins the sign-in that a `StepUpRequired` asks for: by the same person, as recent and as strong as the portal has
    /// just required; the result is checked against that. Once it is finished, retry what was refused.
    ///
    /// Fails as `sign_in_again`; finishing fails with `Portal` (`NotFresh`) where the portal did not do what it asked.
    pub async fn step_up(&self, method: SignInMethod) -> Result<Arc<SignIn>, PericardError> {
        let (wanted, hint) = self.entry.core()?.wanted_step_up()?;
        self.begin(method, Some(wanted), hint).await
    }

    /// What is known of the policy with which the clinic switches features: for support, and to say that the app is too old.
    /// Memory only.
    pub fn policy(&self) -> Result<PolicyStatus, PericardError> {
        Ok(self.entry.core()?.policy_status())
    }

    /// Asks the portal for its policy now, and returns what is known then: for a person who wants to see whether something is on
    /// again. A sync asks by itself: once an hour at most, when the portal says that there is another one, and each time while
    /// something is off. Whatever the portal answers, or if it does not, what is in force stays so.
    ///
    /// Fails with `Offline`, `Portal`, `RateLimited`, `Closed`, or why an unusable account is unusable.
    pub async fn check_policy(&self) -> Result<PolicyStatus, PericardError> {
        let core = self.entry.core()?;
        self.job(async move {
            core.check_policy(Reason::Asked).await?;
            Ok(core.policy_status())
        })
        .await
    }

    /// The lock of what this device keeps for the account. Memory only.
    pub fn lock(&self) -> Arc<AccountLock> {
        AccountLock::new(self.open.clone(), self.entry.clone())
    }

    /// The person's second factor at this portal. Memory only; its methods need the network.
    pub fn two_factor(&self) -> Arc<TwoFactor> {
        TwoFactor::new(self.open.clone(), self.entry.clone())
    }

    /// Signs out: the account's data on this device becomes unreadable at once and is removed, including the outbox. Nothing
    /// about the person is left, nor, with its last account, about the portal. Works offline and for an account that cannot
    /// be used; if the keystore cannot delete the key now, that is retried later.
    ///
    /// The tokens are revoked at the portal in the background; this waits at most three seconds for that. If the portal
    /// cannot be reached, a copy that can only be used for revocation is kept for a day and retried when the client is
    /// opened or resumed, a portal is found, or a sync starts.
    pub async fn sign_out(&self) -> Result<(), PericardError> {
        let (accounts, entry) = (self.open.accounts().clone(), self.entry.clone());
        self.job(async move {
            accounts.remove(&entry, NotifyPortal::Yes).await?;
            revocations::settle_within(accounts.host(), revocations::AT_ONCE).await;
            Ok(())
        })
        .await
    }

    /// Removes the account from this device without telling the portal: destroys its keys, then its files. Works offline,
    /// for an account that cannot be used, and if the keystore does not respond. Most people want `sign_out`.
    pub async fn forget(&self) -> Result<(), PericardError> {
        let (accounts, entry) = (self.open.accounts().clone(), self.entry.clone());
        self.job(async move { accounts.remove(&entry, NotifyPortal::No).await })
            .await
    }
}

impl Account {
    pub(crate) fn new(open: Arc<OpenClient>, entry: Arc<AccountEntry>) -> Arc<Self> {
        Arc::new(Self { open, entry })
    }

    /// Runs the job of an exported method.
    pub(super) async fn job<T: Send + 'static>(
        &self,
        job: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        self.open.host().job(job).await
    }

    pub(super) fn open(&self) -> &Arc<OpenClient> {
        &self.open
    }

    pub(crate) fn entry(&self) -> &AccountEntry {
        &self.entry
    }

    /// Begins a sign-in that must end as this account.
    async fn begin(
        &self,
        method: SignInMethod,
        step_up: Option<StepUp>,
        patient_hint: Option<String>,
    ) -> Result<Arc<SignIn>> {
        let (accounts, entry) = (self.open.accounts().clone(), self.entry.clone());
        let begun = self.job(async move {
            let config = entry.config(accounts.host())?;
            let site = Arc::new(Site::discover(accounts.host(), config).await?);
            let purpose = Purpose {
                expected: entry.id().to_owned(),
                step_up,
                patient_hint,
            };
            SignInFlow::begin(accounts, site, method, Some(purpose)).await
        });
        Ok(SignIn::new(self.open.clone(), begun.await?))
    }
}
