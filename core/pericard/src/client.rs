//! The client: one open directory, its portals and its accounts.
//!
//! Uses: `account`, `portal`, `sign_in`

use std::collections::BTreeMap;
use std::future::Future;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use pericard_protocol::base_url::Base;
use pericard_protocol::oauth::authorize::check_redirect;

use crate::account::{Account, AccountCore, revocation};
use crate::http::HttpClient;
use crate::keys::{Keystore, Vault, device_database};
use crate::platform::Platform;
use crate::platform::error::{InputProblem, PericardError, Result};
use crate::platform::lifecycle::Lifecycle;
use crate::portal::{Portal, PortalConfig, Site};
use crate::sign_in::SignIn;
use crate::storage::{Device, Directory};

/// How to open a client.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Config {
    /// A directory of the app's own, absolute; made when missing. On phones: in the app's private container,
    /// excluded from backups. One process at a time has it open.
    pub directory: String,
    /// The portals that the app's maker configured. Only these may be signed in to natively.
    pub portals: Vec<PortalConfig>,
    /// Allows `http` to literal loopback addresses, for tests against a local server. Leave it off in apps.
    pub allow_loopback_http: bool,
    /// The app's name and version for the portal's logs, for example `Clinic/1.2`; printable ASCII.
    pub app: String,
}

/// An open directory: where an app starts.
///
/// Open one per process and keep it. Everything that touches disk, keystore or network is asynchronous and runs to
/// its end even when the caller goes away.
#[derive(uniffi::Object)]
pub struct Client {
    core: Arc<Core>,
}

#[uniffi::export]
impl Client {
    /// Opens `config.directory`, or makes it. Works offline.
    ///
    /// Fails with `InUse` when another process has it open, `Storage` with its kind (`WrongKey`: the keystore is not
    /// the one that the directory was made with; `NotEncrypted`: the SQLite in this process is not SQLCipher),
    /// `Keystore`, and `InvalidInput` for a portal that cannot be used. Nothing is changed then.
    #[uniffi::constructor]
    pub async fn open(
        config: Config,
        keystore: Arc<dyn Keystore>,
    ) -> Result<Arc<Self>, PericardError> {
        let platform = Platform::real(&config.app);
        Self::on_platform(config, keystore, platform).await
    }

    /// The portals as configured. Memory only.
    pub fn portals(&self) -> Vec<PortalConfig> {
        self.core.config.portals.clone()
    }

    /// Finds a portal: three small requests.
    ///
    /// Fails with `Offline`; `InvalidInput` (`base`, `redirect`: `NotAUrl`, `NotHttps`; `extra_roots`: `NotACertificate`); and
    /// `Portal` with what is wrong: `NotAPortal` (also a captive portal), `WrongIssuer`, `Insecure`, `InvalidAnswer`,
    /// `TooLarge`, `Unsupported`, `Certificate`, `Failing`.
    pub async fn portal(&self, config: PortalConfig) -> Result<Arc<Portal>, PericardError> {
        let core = self.core.clone();
        self.core
            .job(async move {
                let site = Arc::new(Site::discover(&core, config).await?);
                revocation::settle(&core).await;
                Ok(Portal::new(core, site))
            })
            .await
    }

    /// The accounts on this device, in order of their first sign-in. Works offline.
    pub async fn accounts(&self) -> Result<Vec<Arc<Account>>, PericardError> {
        let core = self.core.clone();
        self.core
            .job(async move { core.on_disk(|core| core.accounts()).await })
            .await
    }

    /// One account. `NotFound` when it is not, or no longer, on this device. Works offline.
    pub async fn account(&self, id: String) -> Result<Arc<Account>, PericardError> {
        let core = self.core.clone();
        let found = async move {
            let all = core.on_disk(|core| core.accounts()).await?;
            all.into_iter()
                .find(|account| account.id() == id)
                .ok_or(PericardError::NotFound)
        };
        self.core.job(found).await
    }

    /// The sign-in that was under way when the app went away or was killed, if it is still in its ten minutes: a
    /// person who left to copy a code goes on where they were. Works offline.
    pub async fn resume_sign_in(&self) -> Result<Option<Arc<SignIn>>, PericardError> {
        let core = self.core.clone();
        self.core
            .job(async move { SignIn::resume(core).await })
            .await
    }

    /// Closes every file and idle connection and returns when all are closed: call it when the app goes to the
    /// background. Running syncs end at the next page. Until `resume` everything else fails with `Closed`.
    pub async fn pause(&self) -> Result<(), PericardError> {
        let core = self.core.clone();
        self.core
            .platform
            .spawn(async move { core.pause().await })
            .await
    }

    /// Lets everything go on after `pause`.
    pub async fn resume(&self) -> Result<(), PericardError> {
        let core = self.core.clone();
        self.core.platform.spawn(async move { core.resume() }).await
    }

    /// Ends this client: as `pause`, and the directory is free for another. There is no way back but `open`.
    pub async fn shut_down(&self) -> Result<(), PericardError> {
        let core = self.core.clone();
        self.core
            .platform
            .spawn(async move { core.shut_down().await })
            .await
    }
}

impl Client {
    pub(crate) async fn on_platform(
        config: Config,
        keystore: Arc<dyn Keystore>,
        platform: Platform,
    ) -> Result<Arc<Self>> {
        let outer = platform.clone();
        outer
            .blocking(move || {
                Ok(Arc::new(Self {
                    core: Core::open(config, keystore, platform)?,
                }))
            })
            .await
    }
}

/// What a way to a portal is told by: its base and its roots.
type PortalKey = (String, Vec<Vec<u8>>);

/// What all objects of one client share.
pub(crate) struct Core {
    pub(crate) config: Config,
    pub(crate) platform: Platform,
    pub(crate) vault: Vault,
    pub(crate) device: Arc<Device>,
    gate: Lifecycle,
    directory: Mutex<Option<Arc<Directory>>>,
    accounts: Mutex<BTreeMap<String, Arc<AccountCore>>>,
    http_clients: Mutex<BTreeMap<PortalKey, HttpClient>>,
}

impl Core {
    fn open(config: Config, keystore: Arc<dyn Keystore>, platform: Platform) -> Result<Arc<Self>> {
        if config.app.is_empty() || !config.app.bytes().all(|b| (b' '..=b'~').contains(&b)) {
            return Err(PericardError::input("app", InputProblem::Unreadable));
        }
        let path = Path::new(&config.directory);
        if !path.is_absolute() {
            return Err(PericardError::input("directory", InputProblem::Unreadable));
        }
        for portal in &config.portals {
            Base::parse(&portal.base, config.allow_loopback_http)?;
            check_redirect(&portal.redirect)?;
        }
        let directory = Directory::open(path, &platform)?;
        let vault = Vault::new(keystore, platform.clone(), directory.id().to_owned());
        let database = directory.device_db();
        let root = vault.device_root(!database.exists())?;
        let device = Device::open(&database, device_database(&root))?;
        let core = Arc::new(Self {
            config,
            platform,
            vault,
            device: Arc::new(device),
            gate: Lifecycle::new(),
            directory: Mutex::new(Some(Arc::new(directory))),
            accounts: Mutex::default(),
            http_clients: Mutex::default(),
        });
        // What cannot be ended now is not listed, and ended another time.
        let _ = core.end_leaving();
        core.device.revocations(core.platform.clock.now())?;
        Ok(core)
    }

    /// Ends the destruction of accounts that was begun and not ended. Blocks.
    pub(crate) fn end_leaving(&self) -> Result<()> {
        for id in self.device.leaving()? {
            self.vault.destroy_content_root(&id)?;
            self.remove_account(&id)?;
            self.forget_account(&id);
        }
        Ok(())
    }

    /// Removes the rows and the files of an account whose key is destroyed. Blocks.
    pub(crate) fn remove_account(&self, id: &str) -> Result<()> {
        // The row last: as long as it is there, the rest is tried again.
        self.directory()?.remove_account(id)?;
        self.device.remove_account(id)
    }

    /// SyncCoordinator a job of an exported method: to its end, and not while the client is paused.
    pub(crate) async fn job<T: Send + 'static>(
        &self,
        job: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        let guard = self.gate.enter()?;
        self.platform
            .spawn(async move {
                let _guard = guard;
                job.await
            })
            .await
    }

    pub(crate) fn gate(&self) -> &Lifecycle {
        &self.gate
    }

    /// SyncCoordinator `work` where it may block.
    pub(crate) async fn on_disk<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Arc<Core>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let core = self.clone();
        self.platform.blocking(move || work(&core)).await
    }

    pub(crate) fn directory(&self) -> Result<Arc<Directory>> {
        self.directory
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
            .ok_or(PericardError::Closed)
    }

    /// Whether the app's maker allows the app's own password screen for `base`.
    pub(crate) fn allows_native(&self, base: &str) -> bool {
        self.config
            .portals
            .iter()
            .any(|portal| portal.base == base && portal.native_sign_in)
    }

    /// The way to a portal, one for all who go there; its roots are read here, so that a bad one is the caller's mistake and no portal's.
    pub(crate) fn http(&self, config: &PortalConfig) -> Result<HttpClient> {
        let base = Base::parse(&config.base, self.config.allow_loopback_http)?;
        for root in &config.extra_roots {
            if rustls::RootCertStore::empty()
                .add(root.clone().into())
                .is_err()
            {
                return Err(PericardError::input(
                    "extra_roots",
                    InputProblem::NotACertificate,
                ));
            }
        }
        let key = (config.base.clone(), config.extra_roots.clone());
        let mut http_clients = self
            .http_clients
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let http = http_clients.entry(key).or_insert_with_key(|(_, roots)| {
            let platform = self.platform.clone();
            HttpClient::new(platform, base, roots.clone())
        });
        Ok(http.clone())
    }

    /// The configuration for an account's portal: today's from the app, else the one of its sign-in.
    pub(crate) fn config_of(&self, base: &str, kept: &str) -> Result<PortalConfig> {
        match self
            .config
            .portals
            .iter()
            .find(|portal| portal.base == base)
        {
            Some(portal) => Ok(portal.clone()),
            None => Ok(serde_json::from_str(kept)?),
        }
    }

    /// Every account, opened once and shared by all who ask. Blocks.
    fn accounts(self: &Arc<Self>) -> Result<Vec<Arc<Account>>> {
        let rows = self.device.accounts()?;
        rows.into_iter()
            .map(|row| Ok(Account::new(self.account_core(row)?)))
            .collect()
    }

    pub(crate) fn account_core(
        self: &Arc<Self>,
        row: crate::storage::AccountRow,
    ) -> Result<Arc<AccountCore>> {
        let mut open = self.open_accounts();
        if let Some(account) = open.get(&row.id) {
            return Ok(account.clone());
        }
        let id = row.id.clone();
        let account = AccountCore::open(self, row)?;
        open.insert(id, account.clone());
        Ok(account)
    }

    pub(crate) fn forget_account(&self, id: &str) {
        self.open_accounts().remove(id);
    }

    fn open_accounts(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Arc<AccountCore>>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn pause(self: &Arc<Self>) -> Result<()> {
        for account in self.open_accounts().values() {
            account.cancel_sync();
        }
        self.gate.close().await;
        self.on_disk(|core| {
            for account in core.open_accounts().values() {
                account.pause();
            }
            core.device.pause();
            core.platform.transport.close_idle();
            Ok(())
        })
        .await
    }

    fn resume(&self) -> Result<()> {
        self.directory()?;
        self.device.resume();
        for account in self.open_accounts().values() {
            account.resume();
        }
        self.gate.open();
        Ok(())
    }

    async fn shut_down(self: &Arc<Self>) -> Result<()> {
        self.pause().await?;
        self.directory
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let accounts = std::mem::take(&mut *self.open_accounts());
        for account in accounts.into_values() {
            account.end();
        }
        Ok(())
    }
}
