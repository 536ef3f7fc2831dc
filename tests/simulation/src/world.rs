//! The world of a week: a portal, a network, a device, and what a person does there.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use pericard::test_support::{self, Break, Platform, Random};
use pericard::{
    Account, AccountId, Client, ClientId, Config, Message, MessageThread, Messages, PericardError,
    PortalConfig, SessionState, SignInMethod, SignInStep,
};
use pericard_portal::{Command, Letter, PersonSpec, Portal, Spec};

use crate::chance::Chance;
use crate::network::{Line, Network};
use crate::plan::{PEOPLE, Plan};
use crate::policy;
use crate::process::{Death, MemoryKeystore, OneThread, Process, Watched};
use crate::time::{DeviceClock, Time};
use crate::trace::Trace;

/// The longest that anything a person does may take: beyond it the client hangs.
const PATIENCE: Duration = Duration::from_secs(3 * 3600);

/// Why something did not come to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The process died, as it was to.
    Killed,
    /// It never ended.
    Hangs,
    /// The client says why.
    Error(PericardError),
    /// The world itself is wrong.
    World(String),
}

impl From<PericardError> for Stop {
    fn from(error: PericardError) -> Self {
        Self::Error(error)
    }
}

pub(crate) type Result<T, E = Stop> = std::result::Result<T, E>;

/// The world.
pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) time: Arc<Time>,
    pub(crate) trace: Arc<Trace>,
    pub(crate) portal: Arc<Portal>,
    pub(crate) network: Arc<Network>,
    pub(crate) process: Arc<Process>,
    client: Option<Arc<Client>>,
    accounts: [Option<AccountId>; PEOPLE.len()],
    config: Config,
    broken: Option<Break>,
    /// Removed with everything in it when the week is over.
    _folder: tempfile::TempDir,
}

/// Where files cost no disk, if there is such a place.
fn folder() -> std::io::Result<tempfile::TempDir> {
    let memory = std::path::Path::new("/dev/shm");
    match memory.is_dir() {
        true => tempfile::tempdir_in(memory),
        false => tempfile::tempdir(),
    }
}

impl World {
    pub(crate) fn new(plan: &Plan, broken: Option<Break>, trace: Arc<Trace>) -> Result<Self> {
        let wrong = |error: String| Stop::World(error);
        let time = Arc::new(Time::new());
        let chance = &mut Chance::new(plan.seed, "people");
        let mut spec = Spec {
            seed: plan.seed,
            ..Spec::default()
        };
        for who in PEOPLE {
            let threads = chance.between(1, 4);
            let messages = threads + chance.below(chance_size(plan.seed));
            let person = PersonSpec {
                threads: usize::try_from(threads).unwrap_or(1),
                messages: usize::try_from(messages).unwrap_or(1),
                ..PersonSpec::default()
            };
            spec.people.insert(who.to_owned(), person);
        }
        let clock = time.clone();
        let portal = Portal::in_process(spec, move || clock.portal());
        let portal = Arc::new(portal.map_err(|error| wrong(error.to_string()))?);
        for switch in &plan.switches {
            let fault = switch.fault().map_err(wrong)?;
            let done = portal.control(Command::Fault(fault));
            done.map_err(|error| wrong(error.to_string()))?;
        }
        let network = Arc::new(Network::new(portal.clone(), time.clone(), trace.clone()));
        let folder = folder().map_err(|error| wrong(error.to_string()))?;
        let first = folder.path().join("0");
        let config = Config {
            directory: String::new(),
            portals: vec![PortalConfig {
                base: portal.base(),
                client: ClientId::Registered {
                    client_id: "pericard".into(),
                },
                redirect: "http://127.0.0.1/callback".into(),
                native_sign_in: true,
                lease: None,
                policy_keys: policy::is_part_of(plan).then(|| portal.policy_keys().to_string()),
                extra_roots: Vec::new(),
            }],
            allow_loopback_http: false,
            app: "Simulation/1".into(),
        };
        Ok(Self {
            seed: plan.seed,
            process: process(plan.seed, first, Arc::default()),
            time,
            trace,
            portal,
            network,
            client: None,
            accounts: Default::default(),
            config,
            broken,
            _folder: folder,
        })
    }

    /// Does `work` for as long as the process lives.
    pub(crate) async fn alive<T>(
        &self,
        work: impl Future<Output = Result<T, PericardError>>,
    ) -> Result<T> {
        let process = self.process.clone();
        tokio::select! {
            biased;
            () = process.died() => Err(Stop::Killed),
            done = work => match process.is_alive() {
                true => Ok(done?),
                false => Err(Stop::Killed),
            },
            () = tokio::time::sleep(PATIENCE) => Err(Stop::Hangs),
        }
    }

    /// The next exchanges and deaths are counted from here, with luck of their own.
    pub(crate) fn begin(
        &self,
        label: &str,
        death: Option<Death>,
        meanwhile: Option<(u32, Command)>,
    ) {
        self.network.begin(Chance::new(self.seed, label), meanwhile);
        self.process.dies_at(death);
    }

    /// Opens the client, in a new process if the last one died.
    pub(crate) async fn open(&mut self) -> Result<()> {
        if !self.process.is_alive() {
            self.client = None;
            let (folder, keystore) = self.process.bury().await;
            self.trace
                .note(format!("{} a new process", self.time.stamp()));
            self.process = process(self.seed, folder, keystore);
        }
        if self.client.is_some() {
            return Ok(());
        }
        let mut platform: Platform = test_support::system_platform("Simulation/1");
        let random = Chance::new(self.seed, &format!("random {}", self.process.folder_name()));
        platform.clock = Arc::new(DeviceClock(self.time.clone()));
        platform.random = Arc::new(Seeded(std::sync::Mutex::new(random)));
        platform.transport = Arc::new(Line {
            network: self.network.clone(),
            process: self.process.clone(),
        });
        platform.spawner = Arc::new(OneThread(self.process.clone()));
        platform.checkpoints = Arc::new(Watched(self.process.clone()));
        platform.broken = self.broken;
        let config = Config {
            directory: self.process.folder.to_string_lossy().into_owned(),
            ..self.config.clone()
        };
        let keystore = self.process.keystore.clone();
        let open = test_support::open(config, keystore, platform);
        self.client = Some(self.alive(open).await?);
        Ok(())
    }

    /// Kills the process.
    pub(crate) fn kill(&self) {
        self.process.die();
    }

    pub(crate) fn client(&self) -> Result<&Arc<Client>> {
        let none = || Stop::World("no client is open".to_owned());
        self.client.as_ref().ok_or_else(none)
    }

    /// Somebody's account, if they have signed in.
    pub(crate) async fn account(&self, who: usize) -> Result<Option<Arc<Account>>> {
        let Some(id) = self.accounts[who].clone() else {
            return Ok(None);
        };
        match self.alive(self.client()?.account(id)).await {
            Ok(account) => Ok(Some(account)),
            Err(Stop::Error(PericardError::NotFound)) => Ok(None),
            Err(stop) => Err(stop),
        }
    }

    /// Somebody's account, signed in if it was not.
    pub(crate) async fn signed_in(&mut self, who: usize) -> Result<Arc<Account>> {
        if let Some(account) = self.account(who).await?
            && account.session() == SessionState::Active
        {
            return Ok(account);
        }
        let person = self.portal.people();
        let person = person
            .get(PEOPLE[who])
            .ok_or_else(|| Stop::World("nobody".to_owned()))?;
        let (user, password) = (person.user.clone(), person.password.clone().into_bytes());
        let client = self.client()?.clone();
        let config = self.config.portals[0].clone();
        let account = self
            .alive(async move {
                let portal = client.portal(config).await?;
                let sign_in = portal.sign_in(SignInMethod::Native).await?;
                match sign_in.clone().password(user, password).await? {
                    SignInStep::Ready { .. } => sign_in.finish().await,
                    _ => Err(PericardError::Cancelled),
                }
            })
            .await?;
        self.trace
            .note(format!("{} {} signed in", self.time.stamp(), PEOPLE[who]));
        self.accounts[who] = Some(account.id());
        Ok(account)
    }

    /// What the portal means this person to see.
    pub(crate) fn letters(&self, who: usize) -> Vec<Letter> {
        self.portal.letters(PEOPLE[who])
    }

    /// Everything that the client shows, thread by thread, the newest first.
    pub(crate) async fn inbox(&self, account: &Account) -> Result<Vec<Message>> {
        Ok(self.read(account).await?.1)
    }

    /// The threads, and all of their messages in the order in which they are shown.
    pub(crate) async fn read(
        &self,
        account: &Account,
    ) -> Result<(Vec<MessageThread>, Vec<Message>)> {
        let messages = messages(account)?;
        self.alive(async move {
            let (mut threads, mut all) = (Vec::new(), Vec::new());
            let mut after = None;
            loop {
                let page = messages.threads(after, 40).await?;
                for thread in &page.threads {
                    let mut before = None;
                    loop {
                        let page = messages.messages(thread.id.clone(), before, 100).await?;
                        all.extend(page.messages);
                        before = page.after;
                        if before.is_none() {
                            break;
                        }
                    }
                }
                threads.extend(page.threads);
                after = page.after;
                if after.is_none() {
                    return Ok((threads, all));
                }
            }
        })
        .await
    }

    /// What is in somebody's outbox.
    pub(crate) async fn outbox(&self, account: &Account) -> Result<Vec<Message>> {
        let messages = messages(account)?;
        self.alive(async move { messages.outbox().await }).await
    }
}

/// The messages of the person who signed in.
pub(crate) fn messages(account: &Account) -> Result<Arc<Messages>> {
    let me = account.people().into_iter().find(|person| person.is_self);
    let none = || Stop::Error(PericardError::NotFound);
    Ok(account.messages(me.ok_or_else(none)?.id)?)
}

/// Most people have little; every seventh seed has several pages.
fn chance_size(seed: u64) -> u64 {
    if seed % 7 == 3 { 260 } else { 24 }
}

fn process(seed: u64, folder: PathBuf, keystore: Arc<MemoryKeystore>) -> Arc<Process> {
    let label = format!("work {}", folder.file_name().unwrap_or_default().display());
    Process::new(folder, keystore, Chance::new(seed, &label))
}

/// Randomness that a replay repeats.
struct Seeded(std::sync::Mutex<Chance>);

impl Random for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        let chance = self.0.lock();
        chance
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .fill(bytes);
    }
}
