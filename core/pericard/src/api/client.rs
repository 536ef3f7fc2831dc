//! The client: one open directory, its portals and its accounts.
//!
//! Uses: `account`, `portal`, `sign_in`

use std::path::PathBuf;
use std::sync::Arc;

use crate::client::accounts::{Accounts, OpenClient, open, revocations};
use crate::client::config::{Config, PortalConfig};
use crate::client::erase;
use crate::client::host::Host;
use crate::client::sign_in::SignInFlow;
use crate::client::site::Site;
use crate::features::FEATURES;
use crate::keys::Keystore;
use crate::platform::Platform;
use crate::platform::error::{PericardError, Result};
use crate::platform::id::AccountId;
use crate::platform::log;

use super::account::Account;
use super::portal::Portal;
use super::sign_in::SignIn;

/// An open directory: where an app starts.
///
/// Open one per process and keep it. Everything that touches disk, keystore or network is asynchronous and runs to
/// its end even when the caller goes away.
///
/// A client is open as long as one of its objects is held: the client itself, a portal, a sign-in, an account, its
/// messages, a sync, a download, a reader of a file. A stream of changes does not keep it open. When the last one is
/// dropped, what is under way ends and the directory is free, in two seconds at most; opening it again waits for that.
/// `shut_down` does the same whatever is still held, and says when it is done. A keystore that holds the client keeps it
/// open for good: such an app has to call `shut_down`, which lets the keystore go.
#[derive(uniffi::Object)]
pub struct Client {
    open: Arc<OpenClient>,
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
        let host = self.host().clone();
        let site = self.host().job(async move {
            let site = Site::discover(&host, config).await?;
            revocations::settle(&host);
            Ok(site)
        });
        Ok(Portal::new(self.open.clone(), Arc::new(site.await?)))
    }

    /// The accounts on this device, in order of their first sign-in. One that cannot be used is among them and says why
    /// (`SessionState.Unusable`); it does not keep the others from being used. Works offline.
    pub async fn accounts(&self) -> Result<Vec<Arc<Account>>, PericardError> {
        let accounts = self.open.accounts().clone();
        let found = self.host().job(async move {
            accounts
                .listing(|accounts| Ok(Accounts::probed(accounts.list()?)))
                .await
        });
        let to_view = |entry| Account::new(self.open.clone(), entry);
        Ok(found.await?.into_iter().map(to_view).collect())
    }

    /// One account. `NotFound` when it is not, or no longer, on this device. Works offline.
    pub async fn account(&self, id: AccountId) -> Result<Arc<Account>, PericardError> {
        let accounts = self.open.accounts().clone();
        let found = self.host().job(async move {
            accounts
                .listing(move |accounts| Ok(Accounts::probed(vec![accounts.find(id.as_str())?])))
                .await
        });
        let entry = found.await?.pop().ok_or(PericardError::NotFound)?;
        Ok(Account::new(self.open.clone(), entry))
    }

    /// The sign-in that was in progress when the app was left or killed, if it began less than ten minutes ago: a person
    /// who left to copy a code continues where they were. Works offline.
    pub async fn resume_sign_in(&self) -> Result<Option<Arc<SignIn>>, PericardError> {
        let accounts = self.open.accounts().clone();
        let flow = self.host().job(SignInFlow::resume(accounts)).await?;
        Ok(flow.map(|flow| SignIn::new(self.open.clone(), flow)))
    }

    /// Closes every file and idle connection and returns when all are closed: call it when the app goes to the
    /// background. It takes two seconds at most, whatever a server does: syncs end at once with `Cancelled` and go on
    /// from there the next time; other exchanges get a second to end. Until `resume` everything else fails with
    /// `Closed`. Pausing twice is as good as once.
    pub async fn pause(&self) -> Result<(), PericardError> {
        let accounts = self.open.accounts().clone();
        self.host()
            .platform
            .spawn(async move { accounts.pause().await })
            .await
    }

    /// Reopens the client after `pause`. If a pause is still under way, it takes effect when that one is done.
    ///
    /// Fails with `Closed` when the client was shut down, or paused again meanwhile.
    pub async fn resume(&self) -> Result<(), PericardError> {
        let accounts = self.open.accounts().clone();
        self.host()
            .platform
            .spawn(async move { accounts.resume().await })
            .await
    }

    /// The person leaves the app: no window of it is in front. Accounts with a lock close it when `AccountLock.auto_lock` has
    /// passed, at once where that is nothing. Saying it twice counts from the first time. Memory only.
    pub fn person_left(&self) {
        self.open.accounts().person_left();
    }

    /// The person is back. What was away for too long is locked, whatever the process did meanwhile. Memory only.
    pub fn person_returned(&self) {
        self.open.accounts().person_returned();
    }

    /// Closes this client for good: like `pause`, and the directory is free for another client.
    pub async fn shut_down(&self) -> Result<(), PericardError> {
        let accounts = self.open.accounts().clone();
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
        let try_open = || {
            let (config, keystore) = (config.clone(), keystore.clone());
            let inner = platform.clone();
            platform.blocking(move || {
                let host = Host::open(config, keystore, inner, FEATURES)?;
                Ok(OpenClient::new(Accounts::new(host)?))
            })
        };
        let opened = match try_open().await {
            // An earlier client of this process may be on its way out.
            Err(PericardError::InUse) if open::closed(&config.directory, &platform).await => {
                try_open().await
            }
            opened => opened,
        };
        log::event!(
            INFO,
            "client opened",
            version = env!("CARGO_PKG_VERSION"),
            portals = config.portals.len(),
            result = opened
        );
        let client = Arc::new(Self { open: opened? });
        revocations::settle(client.host());
        Ok(client)
    }

    fn host(&self) -> &Arc<Host> {
        self.open.host()
    }

    pub(super) fn open_client(&self) -> &Arc<OpenClient> {
        &self.open
    }
}

/// Removes everything that Pericard has in `directory` and in `keystore`, to begin anew: what waited to be sent is lost
/// with it. For a directory that `Client.open` fails on with `Storage` (`WrongKey`, `Damaged`), and for an app that
/// removes everybody's data. Works offline; the portals are not told, so tokens stay valid there until they expire.
///
/// The keys go first, then the files, and nothing of anybody else's; the empty file `lock` stays. It needs no directory,
/// and erasing twice is as good as once.
///
/// Fails with `InUse` while a client has the directory open, and does nothing then; `InvalidInput` (`directory`,
/// `Unreadable`) for a path that is not absolute; `Storage` when a file cannot be removed: call it again. `Keystore` says
/// that all files are gone and keys are left that open nothing any more; deleting them is tried again by the next
/// `Client.open` or `erase` of this directory. If the file `id` was lost before, no key can be named, and those that were
/// there stay.
#[uniffi::export]
pub async fn erase(directory: String, keystore: Arc<dyn Keystore>) -> Result<(), PericardError> {
    let platform = Platform::real("");
    erase_on(directory, keystore, platform).await
}

pub(crate) async fn erase_on(
    directory: String,
    keystore: Arc<dyn Keystore>,
    platform: Platform,
) -> Result<()> {
    let try_erase = || {
        let (path, keystore) = (PathBuf::from(&directory), keystore.clone());
        let inner = platform.clone();
        platform.blocking(move || erase::erase(&path, keystore, &inner))
    };
    let erased = match try_erase().await {
        Err(PericardError::InUse) if open::closed(&directory, &platform).await => try_erase().await,
        erased => erased,
    };
    log::event!(INFO, "directory erased", result = erased);
    erased
}
