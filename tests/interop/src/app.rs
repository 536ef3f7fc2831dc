//! An app on a device: a directory, a keystore, and a listener that the browser comes back to.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
use std::time::{Duration, SystemTime};

use axum::extract::State;
use axum::http::Uri;
use axum::response::Html;
use axum::{Router, routing};
use pericard::test_support::{self, Clock, Wait};
use pericard::{
    Account, Client, ClientId, Config, Message, Messages, PericardError, Portal, PortalConfig,
    SignIn, SignInMethod, SyncProgress,
};
use pericard_world::MemoryKeystore;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};

use crate::browser::{BACK, Doing, Pages, Window};
use crate::http::Http;
use crate::people::{CLIENT, Person};
use crate::trouble::{Result, Trouble};

/// Where the browser comes back to.
pub(crate) struct Callback {
    pub(crate) redirect: String,
    came: Mutex<mpsc::UnboundedReceiver<String>>,
}

impl Callback {
    async fn listen() -> Result<Arc<Self>> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let origin = format!("http://{}", listener.local_addr()?);
        let (tell, came) = mpsc::unbounded_channel();
        let at = origin.clone();
        let back = move |State(()): State<()>, uri: Uri| {
            let _ = tell.send(format!("{at}{uri}"));
            let page = format!(
                "<!doctype html><title>Back in the app</title><p id=\"{BACK}\">Back in the app</p>"
            );
            std::future::ready(Html(page))
        };
        let router = Router::new().route("/callback", routing::get(back));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Arc::new(Self {
            redirect: format!("{origin}/callback"),
            came: Mutex::new(came),
        }))
    }

    /// The address that the browser came back to.
    async fn came(&self) -> Result<String> {
        let mut came = self.came.lock().await;
        came.try_recv()
            .map_err(|_| Trouble::new("the browser did not come back to the app"))
    }
}

/// A device whose clock is off by whole seconds.
struct WrongClock {
    real: Arc<dyn Clock>,
    ahead: Arc<AtomicI64>,
}

impl Clock for WrongClock {
    fn now(&self) -> SystemTime {
        let ahead = self.ahead.load(SeqCst);
        let off = Duration::from_secs(ahead.unsigned_abs());
        if ahead < 0 {
            self.real.now() - off
        } else {
            self.real.now() + off
        }
    }

    fn uptime(&self) -> Duration {
        self.real.uptime()
    }

    fn sleep(&self, span: Duration) -> Wait {
        self.real.sleep(span)
    }

    fn timer(&self, span: Duration) -> Wait {
        self.real.timer(span)
    }
}

/// How an app comes onto a device.
#[derive(Debug, Clone)]
pub(crate) struct Setup {
    base: String,
    /// By how many seconds the device's clock is ahead; the system's own clock where there is none.
    ahead: Option<Arc<AtomicI64>>,
    /// Whether the server knows the app already.
    known: bool,
}

impl Setup {
    /// On a device with a right clock, for the clinic at `base`, whose server knows the app.
    pub(crate) fn at(base: String) -> Self {
        Self {
            base,
            ahead: None,
            known: true,
        }
    }

    pub(crate) fn ahead(self, seconds: i64) -> Self {
        Self {
            ahead: Some(Arc::new(seconds.into())),
            ..self
        }
    }

    pub(crate) fn unknown(self) -> Self {
        Self {
            known: false,
            ..self
        }
    }

    fn portal(&self, callback: &Callback) -> PortalConfig {
        let registered = ClientId::Registered {
            client_id: CLIENT.to_owned(),
        };
        PortalConfig {
            base: self.base.clone(),
            client: if self.known {
                registered
            } else {
                ClientId::Dynamic
            },
            redirect: callback.redirect.clone(),
            native_sign_in: false,
            lease: None,
            policy_keys: None,
            extra_roots: Vec::new(),
        }
    }
}

/// An app that is open.
pub(crate) struct App {
    pub(crate) client: Arc<Client>,
    setup: Setup,
    keystore: Arc<MemoryKeystore>,
    callback: Arc<Callback>,
    directory: TempDir,
}

impl App {
    /// On a new device.
    pub(crate) async fn install(setup: Setup) -> Result<Self> {
        let (directory, keystore) = (tempfile::tempdir()?, Arc::default());
        Self::open(setup, directory, keystore, Callback::listen().await?).await
    }

    /// On another device, where the browser comes back to the same address.
    pub(crate) async fn install_beside(&self) -> Result<Self> {
        let (directory, keystore) = (tempfile::tempdir()?, Arc::default());
        Self::open(
            self.setup.clone(),
            directory,
            keystore,
            self.callback.clone(),
        )
        .await
    }

    async fn open(
        setup: Setup,
        directory: TempDir,
        keystore: Arc<MemoryKeystore>,
        callback: Arc<Callback>,
    ) -> Result<Self> {
        let config = Config {
            directory: directory.path().to_string_lossy().into_owned(),
            portals: vec![setup.portal(&callback)],
            allow_loopback_http: true,
            app: "Interop/1".into(),
        };
        let client = match &setup.ahead {
            None => Client::open(config, keystore.clone()).await?,
            Some(ahead) => {
                let mut world = test_support::system_platform(&config.app);
                world.clock = Arc::new(WrongClock {
                    real: world.clock,
                    ahead: ahead.clone(),
                });
                test_support::open(config, keystore.clone(), world).await?
            }
        };
        Ok(Self {
            client,
            setup,
            keystore,
            callback,
            directory,
        })
    }

    /// The app after it was closed and opened again.
    pub(crate) async fn restarted(self) -> Result<Self> {
        self.client.shut_down().await?;
        Self::open(self.setup, self.directory, self.keystore, self.callback).await
    }

    /// So much later: only for an app that was set up with a clock of its own.
    pub(crate) fn later(&self, seconds: i64) {
        if let Some(ahead) = &self.setup.ahead {
            ahead.fetch_add(seconds, SeqCst);
        }
    }

    /// The app after a restart, and the same device once more, as a restored backup or a thief would have it.
    pub(crate) async fn copied(self) -> Result<(Self, Self)> {
        self.client.shut_down().await?;
        let copy = tempfile::tempdir()?;
        copy_folder(self.directory.path(), copy.path())?;
        let (setup, keystore, callback) = (
            self.setup.clone(),
            self.keystore.clone(),
            self.callback.clone(),
        );
        let twin = Self::open(setup, copy, keystore, callback).await?;
        Ok((self.restarted().await?, twin))
    }

    pub(crate) async fn portal(&self) -> Result<Arc<Portal>> {
        Ok(self
            .client
            .portal(self.setup.portal(&self.callback))
            .await?)
    }

    /// The one account on this device.
    pub(crate) async fn account(&self) -> Result<Arc<Account>> {
        let accounts = self.client.accounts().await?;
        accounts
            .into_iter()
            .next()
            .ok_or(Trouble::new("there is no account on this device"))
    }

    /// Begins to sign in by browser.
    pub(crate) async fn begin(&self) -> Result<Arc<SignIn>> {
        Ok(self.portal().await?.sign_in(SignInMethod::Browser).await?)
    }

    /// Goes through the server's pages; what was seen there, and the address that the browser came back to.
    pub(crate) async fn visit(
        &self,
        sign_in: &Arc<SignIn>,
        window: &Window,
        person: &Person,
        doing: Doing,
    ) -> Result<(Pages, String)> {
        let url = sign_in.clone().authorization_url().await?;
        self.visit_at(&url, window, person, doing).await
    }

    /// The same, where the address is known already.
    pub(crate) async fn visit_at(
        &self,
        url: &str,
        window: &Window,
        person: &Person,
        doing: Doing,
    ) -> Result<(Pages, String)> {
        let pages = window.sign_in(url, person, doing).await?;
        Ok((pages, self.callback.came().await?))
    }

    /// Signs in from beginning to end.
    pub(crate) async fn sign_in(
        &self,
        window: &Window,
        person: &Person,
    ) -> Result<(Pages, Arc<Account>)> {
        let sign_in = self.begin().await?;
        let (pages, back) = self.visit(&sign_in, window, person, Doing::Right).await?;
        sign_in.clone().redirected(back).await?;
        Ok((pages, sign_in.finish().await?))
    }

    /// Signs in where the portal has no pages and sends the browser back at once.
    pub(crate) async fn sign_in_at_once(&self) -> Result<Arc<Account>> {
        let sign_in = self.begin().await?;
        let url = sign_in.clone().authorization_url().await?;
        let back = Http::new()?.location(&url).await?;
        let back = back.ok_or(Trouble::new("the portal did not send the browser back"))?;
        sign_in.clone().redirected(back).await?;
        Ok(sign_in.finish().await?)
    }

    /// Signs in to the account on this device again.
    pub(crate) async fn reopen(
        &self,
        window: &Window,
        person: &Person,
    ) -> Result<std::result::Result<Arc<Account>, PericardError>> {
        let account = self.account().await?;
        let sign_in = account.sign_in_again(SignInMethod::Browser, None).await?;
        let (_, back) = self.visit(&sign_in, window, person, Doing::Right).await?;
        sign_in.clone().redirected(back).await?;
        Ok(sign_in.finish().await)
    }
}

/// Brings an account up to date.
pub(crate) async fn sync(
    account: &Account,
) -> std::result::Result<Option<SyncProgress>, PericardError> {
    let run = account.start_sync(None, false)?;
    let mut last = None;
    while let Some(progress) = run.next().await? {
        last = Some(progress);
    }
    Ok(last)
}

/// The messages of the account's own person.
pub(crate) fn messages(account: &Account) -> Result<Arc<Messages>> {
    let people = account.people();
    let person = people.into_iter().next();
    let person = person.ok_or(Trouble::new("the account shows nobody"))?;
    Ok(account.messages(person.id)?)
}

/// All that the account's cache shows, thread by thread.
pub(crate) async fn inbox(account: &Account) -> Result<Vec<Vec<Message>>> {
    let messages = messages(account)?;
    let (mut threads, mut after) = (Vec::new(), None);
    loop {
        let page = messages.threads(after, 100).await?;
        for thread in page.threads {
            let (mut whole, mut after) = (Vec::new(), None);
            loop {
                let page = messages.messages(thread.id.clone(), after, 100).await?;
                whole.extend(page.messages);
                after = page.after;
                if after.is_none() {
                    break;
                }
            }
            threads.push(whole);
        }
        after = page.after;
        if after.is_none() {
            return Ok(threads);
        }
    }
}

/// The texts that the account's cache shows, oldest first.
pub(crate) async fn texts(account: &Account) -> Result<Vec<String>> {
    let messages = messages(account)?;
    let mut shown = Vec::new();
    let mut after = None;
    loop {
        let page = messages.threads(after, 100).await?;
        for thread in &page.threads {
            shown.push((thread.last_at, thread.last_text.clone()));
        }
        after = page.after;
        if after.is_none() {
            break;
        }
    }
    shown.sort();
    Ok(shown.into_iter().map(|(_, text)| text).collect())
}

fn copy_folder(from: &Path, to: &Path) -> Result {
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            std::fs::create_dir(&target)?;
            copy_folder(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}
