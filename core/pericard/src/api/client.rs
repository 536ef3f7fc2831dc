//! The client: one open directory, its portals and its accounts.
//!
//! Uses: `account`, `portal`, `sign_in`

use std::sync::Arc;

use crate::client::accounts::{Accounts, revocations};
use crate::client::config::{Config, PortalConfig};
use crate::client::host::Host;
use crate::client::sign_in::SignInFlow;
use crate::client::site::Site;
use crate::features::FEATURES;
use crate::keys::Keystore;
use crate::platform::Platform;
use crate::platform::error::{PericardError, Result};

use super::account::Account;
use super::portal::Portal;
use super::sign_in::SignIn;

/// An open directory: where an app starts.
///
/// Open one per process and keep it. Everything that touches disk, keystore or network is asynchronous and runs to
/// its end even when the caller goes away. When the client and every object that came from it are dropped, what is under
/// way ends and the directory is free; `shut_down` does the same at once and says when it is done.
#[derive(uniffi::Object)]
pub struct Client {
    accounts: Arc<Accounts>,
}

#[uniffi::export]
impl Client {
    /// Opens `config.directory`, creating it if needed. Works offline.
    ///
    /// Fails with `InUse` when another process has it open, `Storage` with its kind (`WrongKey`: the keystore is not
    /// the one that the directory was made with; `Damaged`: a file in it is damaged, empty, missing or of another directory;
    /// `NotEncrypted`: the SQLite in this process is not SQLCipher),
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
        self.host().config.portals.clone()
    }

    /// Finds a portal: three small requests.
    ///
    /// Fails with `Offline`; `InvalidInput` (`base`, `redirect`: `NotAUrl`, `NotHttps`; `extra_roots`: `NotACertificate`); and
    /// `Portal` with what is wrong: `NotAPortal` (also a captive portal), `WrongIssuer`, `Insecure`, `InvalidAnswer`,
    /// `TooLarge`, `Unsupported`, `Certificate`, `Failing`.
    pub async fn portal(&self, config: PortalConfig) -> Result<Arc<Portal>, PericardError> {
        let accounts = self.accounts.clone();
        self.host()
            .job(async move {
                let site = Arc::new(Site::discover(accounts.host(), config).await?);
                revocations::settle(accounts.host());
                Ok(Portal::new(accounts, site))
            })
            .await
    }

    /// The accounts on this device, in order of their first sign-in. One that cannot be used is among them and says why
    /// (`SessionState.Unusable`); it does not keep the others from being used. Works offline.
    pub async fn accounts(&self) -> Result<Vec<Arc<Account>>, PericardError> {
        let accounts = self.accounts.clone();
        self.host()
            .job(async move {
                let found = accounts
                    .on_disk(|accounts| Ok(Accounts::probed(accounts.list()?)))
                    .await?;
                Ok(found
                    .into_iter()
                    .map(|entry| Account::new(accounts.clone(), entry))
                    .collect())
            })
            .await
    }

    /// One account. `NotFound` when it is not, or no longer, on this device. Works offline.
    pub async fn account(&self, id: String) -> Result<Arc<Account>, PericardError> {
        let accounts = self.accounts.clone();
        self.host()
            .job(async move {
                let found = accounts
                    .on_disk(move |accounts| Ok(Accounts::probed(vec![accounts.find(&id)?])));
                let entry = found.await?.pop().ok_or(PericardError::NotFound)?;
                Ok(Account::new(accounts, entry))
            })
            .await
    }

    /// The sign-in that was in progress when the app was left or killed, if it began less than ten minutes ago: a person
    /// who left to copy a code continues where they were. Works offline.
    pub async fn resume_sign_in(&self) -> Result<Option<Arc<SignIn>>, PericardError> {
        let accounts = self.accounts.clone();
        self.host()
            .job(async move {
                let flow = SignInFlow::resume(accounts.clone()).await?;
                Ok(flow.map(|flow| SignIn::new(accounts, flow)))
            })
            .await
    }

    /// Closes every file and idle connection and returns when all are closed: call it when the app goes to the
    /// background. It takes two seconds at most, whatever a server does: syncs end at once with `Cancelled` and go on
    /// from there the next time; other exchanges get a second to end. Until `resume` everything else fails with
    /// `Closed`. Pausing twice is as good as once.
    pub async fn pause(&self) -> Result<(), PericardError> {
        let accounts = self.accounts.clone();
        self.host()
            .platform
            .spawn(async move { accounts.pause().await })
            .await
    }

    /// Reopens the client after `pause`. If a pause is still under way, it takes effect when that one is done.
    ///
    /// Fails with `Closed` when the client was shut down, or paused again meanwhile.
    pub async fn resume(&self) -> Result<(), PericardError> {
        let accounts = self.accounts.clone();
        self.host()
            .platform
            .spawn(async move { accounts.resume().await })
            .await
    }

    /// Closes this client for good: like `pause`, and the directory is free for another client.
    pub async fn shut_down(&self) -> Result<(), PericardError> {
        let accounts = self.accounts.clone();
        self.host()
            .platform
            .spawn(async move { accounts.shut_down().await })
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
        let client = outer
            .blocking(move || {
                let host = Host::open(config, keystore, platform, FEATURES)?;
                Ok(Arc::new(Self {
                    accounts: Accounts::new(host)?,
                }))
            })
            .await?;
        revocations::settle(client.host());
        Ok(client)
    }

    fn host(&self) -> &Arc<Host> {
        self.accounts.host()
    }
}
