//! What all objects of one client share: configuration, platform, keys, the device's database, HTTP clients.
//!
//! Uses: `config`, `erase`, `policy`, `shared`
//!
//! `Host` knows no portal, account or sign-in; they are built on it.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use pericard_protocol::base_url::Base;
use pericard_protocol::oauth::authorize::check_redirect;

use crate::features::Features;
use crate::http::HttpClient;
use crate::keys::{Keystore, Vault, device_database};
use crate::platform::Platform;
use crate::platform::error::{InputProblem, PericardError, Result, StorageKind};
use crate::platform::lifecycle::Lifecycle;
use crate::platform::log::Labels;
use crate::platform::secret::Key;
use crate::storage::{Device, Directory};

use super::config::{Config, PortalConfig};
use super::erase;
use super::policy::{self, Policies, PortalPolicy};
use super::shared::SharedById;

/// Identifies a portal connection: base URL plus extra roots.
type PortalKey = (String, Vec<Vec<u8>>);

/// An open directory with everything that is shared by its portals and accounts.
pub(crate) struct Host {
    pub(crate) config: Config,
    pub(crate) platform: Platform,
    pub(crate) vault: Arc<Vault>,
    pub(crate) device: Arc<Device>,
    /// The pending revocations that are being tried.
    pub(super) revoking: Mutex<BTreeSet<i64>>,
    pub(crate) features: Features,
    lifecycle: Lifecycle,
    directory: Mutex<Option<Arc<Directory>>>,
    http_clients: Mutex<BTreeMap<PortalKey, HttpClient>>,
    policies: Policies,
    /// Sign-ins under way: one flow per sign-in, however many handles.
    pub(crate) shared: Arc<SharedById>,
    /// What accounts and people are called in log lines and reports.
    pub(crate) labels: Labels,
}

impl Host {
    /// Blocks.
    pub(crate) fn open(
        config: Config,
        keystore: Arc<dyn Keystore>,
        platform: Platform,
        features: Features,
    ) -> Result<Arc<Self>> {
        check(&config)?;
        let directory = Directory::open(Path::new(&config.directory), &platform)?;
        erase::finish(Path::new(&config.directory), &*keystore);
        let vault = Vault::new(keystore, platform.clone(), directory.id().to_owned());
        let vault = Arc::new(vault);
        let device = open_device(&directory, &vault, &platform)?;
        let labels = Labels::draw(&platform);
        Ok(Arc::new(Self {
            config,
            labels,
            platform,
            vault,
            device: Arc::new(device),
            revoking: Mutex::default(),
            features,
            lifecycle: Lifecycle::default(),
            directory: Mutex::new(Some(Arc::new(directory))),
            http_clients: Mutex::default(),
            policies: Policies::default(),
            shared: Arc::default(),
        }))
    }

    /// Runs the job of an exported method: to its end, and not while the client is paused.
    pub(crate) async fn job<T: Send + 'static>(
        &self,
        job: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        let guard = self.lifecycle.enter()?;
        self.platform
            .spawn(async move {
                let _guard = guard;
                job.await
            })
            .await
    }

    pub(crate) fn lifecycle(&self) -> &Lifecycle {
        &self.lifecycle
    }

    /// Runs `work` where it may block.
    pub(crate) async fn on_disk<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Arc<Self>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let host = self.clone();
        self.platform.blocking(move || work(&host)).await
    }

    pub(crate) fn directory(&self) -> Result<Arc<Directory>> {
        self.directory
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
            .ok_or(PericardError::Closed)
    }

    /// Frees the directory for another client.
    pub(super) fn release_directory(&self) {
        self.directory
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
    }

    /// Whether the app's configuration allows its own password screen for `base`.
    pub(crate) fn allows_native(&self, base: &str) -> bool {
        self.config
            .portals
            .iter()
            .any(|portal| portal.base == base && portal.native_sign_in)
    }

    /// Returns the shared HTTP client for a portal. Roots are parsed here, so a bad one is reported as a caller error.
    pub(crate) fn http_client(&self, config: &PortalConfig) -> Result<HttpClient> {
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
        let mut clients = self
            .http_clients
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let client = clients.entry(key).or_insert_with_key(|(_, roots)| {
            HttpClient::new(
                self.platform.clone(),
                self.lifecycle.clone(),
                base,
                roots.clone(),
            )
        });
        Ok(client.clone())
    }

    /// Returns the policy of a portal, which its accounts share. Blocks.
    pub(crate) fn policy(&self, config: &PortalConfig) -> Result<Arc<PortalPolicy>> {
        self.policies.of(config, || {
            PortalPolicy::load(config, &self.platform, &self.device, &self.vault)
        })
    }

    /// Lets go what was known of a portal's policy: its last account leaves. Blocks.
    pub(crate) fn forget_policy(&self, base: &str) {
        // Where the keystore fails, the portal's policy has to be seen again before anything is.
        let _ = self.vault.retire_policies(base);
        self.policies.forget(base);
    }

    /// Returns the configuration for an account's portal: today's from the app, else the one saved at sign-in.
    pub(crate) fn portal_config(&self, base: &str, saved: &str) -> Result<PortalConfig> {
        match self
            .config
            .portals
            .iter()
            .find(|portal| portal.base == base)
        {
            Some(portal) => Ok(portal.clone()),
            None => Ok(serde_json::from_str(saved)?),
        }
    }
}

/// Opens device.db, or makes it.
///
/// It is made as a draft, and gets its name once its key is kept: a database without its key, or a key without its
/// database, is damage and never taken for a new directory.
fn open_device(directory: &Directory, vault: &Arc<Vault>, platform: &Platform) -> Result<Device> {
    let damaged = || PericardError::storage(StorageKind::Damaged);
    let path = directory.device_db();
    let is_there = path.exists();
    if is_there && std::fs::metadata(&path).is_ok_and(|file| file.len() == 0) {
        // SQLite would take an empty file for a new database.
        return Err(damaged());
    }
    let open = |path: &Path, root: &Key| Device::open(path, device_database(root), vault.clone());
    let root = match (vault.device_root()?, is_there) {
        (Some(root), true) => {
            // The key is the one of this directory, so the file is not.
            return open(&path, &root).map_err(|error| match error {
                PericardError::Storage {
                    kind: StorageKind::WrongKey,
                } => damaged(),
                error => error,
            });
        }
        (None, true) => return Err(PericardError::storage(StorageKind::WrongKey)),
        (None, false) if directory.has_accounts()? => return Err(damaged()),
        (None, false) => {
            directory.remove_draft()?;
            let root = Key::random(platform);
            // Closed again before it is moved, so that nothing of it lies beside it.
            drop(open(&directory.device_draft(), &root)?);
            vault.save_device_root(&root)?;
            root
        }
        (Some(root), false) => {
            // Between keeping the key and giving the draft its name, or gone.
            if !directory.device_draft().exists() {
                return Err(damaged());
            }
            drop(open(&directory.device_draft(), &root).map_err(|_| damaged())?);
            root
        }
    };
    directory.commit_draft()?;
    open(&path, &root)
}

fn check(config: &Config) -> Result<()> {
    if config.app.is_empty() || !config.app.bytes().all(|b| (b' '..=b'~').contains(&b)) {
        return Err(PericardError::input("app", InputProblem::Unreadable));
    }
    if !Path::new(&config.directory).is_absolute() {
        return Err(PericardError::input("directory", InputProblem::Unreadable));
    }
    for portal in &config.portals {
        Base::parse(&portal.base, config.allow_loopback_http)?;
        check_redirect(&portal.redirect)?;
        policy::keys(portal)?;
    }
    Ok(())
}
