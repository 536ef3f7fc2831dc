//! A world for one story.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pericard::test_support::{self, Checkpoint, Clock};
use pericard::{Client, Config, Keystore, PericardError, PortalConfig};
use serde_json::{Value, json};

use crate::WorldError;
use crate::browser;
use crate::clock::{DeviceClock, MovedClock};
use crate::control::Control;
use crate::crash::{Crash, Watched};
use crate::keystore::MemoryKeystore;
use crate::network::{Network, NetworkState, Sent, Shared};
use crate::people::People;

/// A directory, a portal, a network and a clock of a story's own.
#[derive(uniffi::Object)]
pub struct TestWorld {
    control: Arc<Control>,
    clock: Arc<MovedClock>,
    network: Arc<Shared>,
    people: People,
    keystore: Arc<MemoryKeystore>,
    death: Arc<Crash>,
    directory: tempfile::TempDir,
    lease: Mutex<Option<Duration>>,
    portal: PortalConfig,
    issuer: String,
}

#[uniffi::export]
impl TestWorld {
    /// Starts a portal as a story's `portal` object describes it.
    #[uniffi::constructor]
    pub async fn start(portal: String) -> Result<Arc<Self>, WorldError> {
        crate::spawn(async move { Self::begin(&portal).await.map(Arc::new) }).await
    }

    /// The configuration that `open` uses: a directory of this world and its portal.
    pub fn config(&self) -> Config {
        Config {
            directory: self
                .directory
                .path()
                .join("pericard")
                .to_string_lossy()
                .into_owned(),
            portals: vec![PortalConfig {
                lease: *self.lease(),
                ..self.portal.clone()
            }],
            allow_loopback_http: false,
            app: "Stories/1".into(),
        }
    }

    /// Sets how long what is cached stays readable without a word from the portal, for clients that are opened from now on.
    pub fn set_lease(&self, span: Duration) {
        *self.lease() = Some(span);
    }

    /// Opens a client in this world.
    pub async fn open(&self, keystore: Arc<dyn Keystore>) -> Result<Arc<Client>, PericardError> {
        self.open_as(self.config(), keystore).await
    }

    /// Opens a client in this world with another configuration.
    pub async fn open_as(
        &self,
        config: Config,
        keystore: Arc<dyn Keystore>,
    ) -> Result<Arc<Client>, PericardError> {
        let clock: Arc<dyn Clock> = Arc::new(DeviceClock(self.clock.clone()));
        let mut world = test_support::system_platform(&config.app);
        world.transport = Arc::new(Network::new(
            world.transport,
            clock.clone(),
            self.network.clone(),
        ));
        world.clock = clock;
        world.checkpoints = Arc::new(Watched(self.death.clone()));
        test_support::open(config, keystore, world).await
    }

    /// A keystore in memory that lives as long as this world.
    pub fn keystore(&self) -> Arc<dyn Keystore> {
        self.keystore.clone()
    }

    /// Changes the network.
    pub fn network(&self, state: NetworkState) {
        self.network.set(state);
    }

    /// Lets the next exchange panic with `text` inside the core.
    pub fn explode(&self, text: String) {
        self.network.explode(text);
    }

    /// Moves the clocks of client and portal on.
    pub async fn advance(&self, seconds: u64) -> Result<(), WorldError> {
        let clock = self.clock.clone();
        crate::spawn(async move { clock.advance(seconds).await }).await
    }

    /// Sets the device's clock back; the portal's stays.
    pub fn set_back(&self, seconds: u64) {
        self.clock.set_back(seconds);
    }

    /// Sets the device's clock ahead; the portal's stays.
    pub fn set_ahead(&self, seconds: u64) {
        self.clock.set_ahead(seconds);
    }

    /// The device is switched off and on: its time since boot starts anew. Its clients have to be opened again.
    pub fn reboot(&self) {
        self.clock.reboot();
    }

    /// Passes a command on to the portal, as the verb `portal` has it, and returns its answer in JSON.
    pub async fn portal(&self, command: String) -> Result<String, WorldError> {
        let control = self.control.clone();
        crate::spawn(async move { Ok(control.send(&command).await?.to_string()) }).await
    }

    /// The user name of a person of the story.
    pub fn user(&self, who: String) -> Result<String, WorldError> {
        Ok(self.people.person(&who)?.user.clone())
    }

    /// The portal's id of the record of a person of the story.
    pub fn patient(&self, who: String) -> Result<String, WorldError> {
        Ok(self.people.person(&who)?.patient.clone())
    }

    /// The person of the story whose record this is, by the portal's id; what was given for a stranger's.
    pub fn who(&self, patient: String) -> String {
        self.people.who(&patient).to_owned()
    }

    /// The password of a person of the story, or a wrong one.
    pub fn password(&self, who: String, right: bool) -> Result<Vec<u8>, WorldError> {
        let password = &self.people.person(&who)?.password;
        Ok(if right {
            password.clone()
        } else {
            format!("{password}?")
        }
        .into_bytes())
    }

    /// A code of a person's second factor: `now`, `wrong`, `replayed`, `recovery` (an unused recovery code), or digits that
    /// are given back. For an unused one the clock moves on to the next step if need be.
    pub async fn code(self: Arc<Self>, who: String, kind: String) -> Result<String, WorldError> {
        let this = self.clone();
        crate::spawn(async move { this.people.code(&who, &kind).await }).await
    }

    /// A person's authenticator takes up the secret of an `otpauth://` address, in place of the one before.
    pub fn enrol(&self, who: String, uri: String) -> Result<(), WorldError> {
        self.people.enrol(&who, &uri)
    }

    /// A person keeps new recovery codes, in place of those before.
    pub fn keep_recovery_codes(&self, who: String, codes: Vec<String>) {
        self.people.keep(&who, codes);
    }

    /// Signs in on the portal's own pages, as a person in a browser; the address that leads back to the app.
    pub async fn browser(
        self: Arc<Self>,
        url: String,
        who: String,
        right: bool,
        code: String,
    ) -> Result<String, WorldError> {
        let this = self.clone();
        crate::spawn(async move {
            let roots: Result<Vec<_>, _> = this
                .portal
                .extra_roots
                .iter()
                .map(|der| reqwest::Certificate::from_der(der))
                .collect();
            let http = reqwest::Client::builder()
                .no_proxy()
                .redirect(reqwest::redirect::Policy::none())
                .tls_certs_merge(roots?)
                .build()?;
            let user = this.user(who.clone())?;
            let password =
                String::from_utf8_lossy(&this.password(who.clone(), right)?).into_owned();
            let person = browser::Visitor {
                people: &this.people,
                who: &who,
                user: &user,
                password: &password,
                code: &code,
            };
            browser::sign_in(&http, &url, &this.issuer, person).await
        })
        .await
    }

    /// How many messages with this text the portal holds.
    pub async fn portal_messages(&self, text: String) -> Result<u64, WorldError> {
        self.count(json!({ "count_messages": { "text": text } }))
            .await
    }

    /// How many files of so many bytes the portal holds.
    pub async fn portal_files(&self, bytes: u64) -> Result<u64, WorldError> {
        self.count(json!({ "count_files": { "bytes": bytes } }))
            .await
    }

    /// How many requests the portal got since this was last asked; only those whose path contains `path`, if given.
    pub async fn portal_requests(&self, path: Option<String>) -> Result<u64, WorldError> {
        let which = path.map_or_else(|| json!({}), |path| json!({ "path": path }));
        self.count(json!({ "requests": which })).await
    }

    /// How many revocations the portal accepted. They go out beside everything else, so this returns when none came for
    /// half a second.
    pub async fn portal_revocations(&self) -> Result<u64, WorldError> {
        let mut before = self.count(json!({ "revocations": {} })).await?;
        loop {
            crate::spawn(async {
                tokio::time::sleep(Duration::from_millis(500)).await;
                Ok(())
            })
            .await?;
            let now = self.count(json!({ "revocations": {} })).await?;
            if now == before {
                return Ok(now);
            }
            before = now;
        }
    }

    /// How often `text` is in the raw bytes of the files of this world, in UTF-8 and UTF-16.
    pub async fn disk(&self, text: String) -> Result<u64, WorldError> {
        let folder = self.directory.path().to_owned();
        crate::spawn(async move {
            let needles = [
                text.as_bytes().to_vec(),
                text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
                text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            ];
            occurrences(&folder, &needles)
        })
        .await
    }
}

impl TestWorld {
    async fn begin(spec: &str) -> Result<Self, WorldError> {
        let (control, portal) = Control::start(spec).await?;
        let control = Arc::new(control);
        let repeats =
            serde_json::from_str::<Value>(spec).is_ok_and(|spec| !spec["repeats_from"].is_null());
        let ahead = if repeats { ahead(&portal)? } else { 0 };
        let clock = Arc::new(MovedClock::new(control.clone(), ahead));
        Ok(Self {
            people: People::read(&portal, clock.clone())?,
            portal: configuration(&portal["config"]["portals"][0])?,
            issuer: text(&portal, "issuer")?,
            control,
            clock,
            network: Arc::default(),
            keystore: Arc::default(),
            death: Arc::default(),
            directory: tempfile::tempdir()?,
            lease: Mutex::default(),
        })
    }

    fn lease(&self) -> std::sync::MutexGuard<'_, Option<Duration>> {
        self.lease.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn count(&self, command: Value) -> Result<u64, WorldError> {
        let control = self.control.clone();
        crate::spawn(async move { control.count(command).await }).await
    }

    /// What the core sent since this was last asked, whether the network let it through or not.
    pub fn sent(&self) -> Vec<Sent> {
        self.network.sent()
    }

    /// Returns when the core has sent such a request that [`sent`](Self::sent) has not told of yet.
    pub async fn until_sent(&self, wanted: impl Fn(&Sent) -> bool) {
        self.network.until_sent(wanted).await;
    }

    /// Lets the client that reaches `point` next die there: nothing of it happens any more.
    pub fn dies_at(&self, point: Checkpoint) {
        self.death.at(point);
    }

    /// Lets the client that died go on after all: it was only slow.
    pub fn goes_on(&self) {
        self.death.go_on();
    }

    /// Returns when a client has died.
    pub async fn died(&self) {
        self.death.came().await;
    }

    /// Where this world keeps its files.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }
}

/// By how many milliseconds the clock of a portal that has just begun is ahead of the time outside.
fn ahead(portal: &Value) -> Result<i64, WorldError> {
    let now: jiff::Timestamp = text(portal, "now")?
        .parse()
        .map_err(|_| WorldError::new("the portal's time is none"))?;
    Ok(now.as_millisecond() - jiff::Timestamp::now().as_millisecond())
}

fn text(json: &Value, name: &str) -> Result<String, WorldError> {
    json[name]
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| WorldError::new(format!("the portal did not say its {name}")))
}

/// A portal of the configuration file, with its roots as certificates.
fn configuration(portal: &Value) -> Result<PortalConfig, WorldError> {
    let roots = portal["extra_roots"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    let roots = roots.map(|pem| {
        let body: String = pem
            .lines()
            .filter(|line| !line.starts_with("-----"))
            .collect();
        data_encoding::BASE64
            .decode(body.as_bytes())
            .map_err(|_| WorldError::new("a root that is no PEM"))
    });
    Ok(PortalConfig {
        base: text(portal, "base")?,
        client: portal["client_id"].as_str().map(str::to_owned).into(),
        redirect: text(portal, "redirect")?,
        native_sign_in: portal["native_sign_in"].as_bool().unwrap_or_default(),
        lease: None,
        policy_keys: portal.get("policy_keys").map(Value::to_string),
        extra_roots: roots.collect::<Result<_, _>>()?,
    })
}

fn occurrences(folder: &Path, needles: &[Vec<u8>]) -> Result<u64, WorldError> {
    let mut count = 0;
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            count += occurrences(&path, needles)?;
            continue;
        }
        let bytes = std::fs::read(path)?;
        for needle in needles.iter().filter(|needle| !needle.is_empty()) {
            count += bytes
                .windows(needle.len())
                .filter(|window| window == needle)
                .count() as u64;
        }
    }
    Ok(count)
}
