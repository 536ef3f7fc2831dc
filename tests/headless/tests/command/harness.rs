//! A portal, a directory, and the command run between them.

use std::process::Stdio;
use std::time::{Duration, SystemTime};

use data_encoding::BASE32_NOPAD;
use pericard_portal::{Answer, Command as Control, Portal};
use pericard_protocol::totp::{Algorithm, Totp};
use serde_json::Value;
use tempfile::TempDir;
use zeroize::Zeroizing;

/// Ana has a second factor, Ben has none.
const PEOPLE: &str = r#"{ "seed": 7, "people": {
    "ana": { "threads": 4, "messages": 30, "totp": true },
    "ben": { "threads": 3, "messages": 12 } } }"#;

pub(crate) struct Harness {
    pub(crate) portal: Option<Portal>,
    pub(crate) home: TempDir,
    pub(crate) runtime: tokio::runtime::Runtime,
    /// How far the portal's clock is ahead.
    ahead: std::cell::Cell<u64>,
}

/// What a command said.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) exit: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Harness {
    pub(crate) fn new() -> Self {
        Self::of(PEOPLE)
    }

    /// With a portal as `spec` has it.
    pub(crate) fn of(spec: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let portal = runtime
            .block_on(Portal::start(serde_json::from_str(spec).unwrap()))
            .unwrap();
        let home = tempfile::tempdir().unwrap();
        let config = serde_json::to_string(&portal.config()).unwrap();
        std::fs::write(home.path().join("portals.json"), config).unwrap();
        Self {
            portal: Some(portal),
            home,
            runtime,
            ahead: 0.into(),
        }
    }

    /// The same with Ana signed in and everything fetched.
    pub(crate) fn with_ana() -> Self {
        let harness = Self::new();
        let code = harness.code("ana");
        harness.sign_in("ana", &["--code", &code]).succeeds();
        harness.run(&["sync"]).succeeds();
        harness
    }

    pub(crate) fn portal(&self) -> &Portal {
        self.portal.as_ref().unwrap()
    }

    /// Tells the portal something, in the JSON of its control.
    pub(crate) fn control(&self, command: &str) -> Answer {
        let command: Control = serde_json::from_str(command).unwrap();
        self.portal().control(command).unwrap()
    }

    /// The portal goes away.
    pub(crate) fn stop_portal(&mut self) {
        self.portal = None;
    }

    /// Time goes by at the portal.
    pub(crate) fn later(&self, seconds: u64) {
        self.control(&format!(r#"{{ "advance_seconds": {seconds} }}"#));
        self.ahead.set(self.ahead.get() + seconds);
    }

    /// Changes the configuration file.
    pub(crate) fn configure(&self, from: &str, to: &str) {
        let file = self.home.path().join("portals.json");
        let config = std::fs::read_to_string(&file).unwrap();
        assert!(config.contains(from), "{config}");
        std::fs::write(file, config.replace(from, to)).unwrap();
    }

    /// A code that was not used yet.
    pub(crate) fn code(&self, who: &str) -> String {
        let secret = self.portal().people()[who].totp_secret.clone().unwrap();
        self.code_of(&secret)
    }

    /// The same of a secret that was enrolled since.
    pub(crate) fn code_of(&self, secret: &str) -> String {
        self.later(30);
        let secret = Zeroizing::new(BASE32_NOPAD.decode(secret.as_bytes()).unwrap());
        let totp = Totp::new(secret, Algorithm::Sha1, 6, 30).unwrap();
        let now = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap()
            .as_secs();
        totp.code_at(now + self.ahead.get()).digits().to_owned()
    }

    pub(crate) fn password(&self, who: &str) -> String {
        self.portal().people()[who].password.clone()
    }

    /// Signs somebody in with the right password, as a script does.
    pub(crate) fn sign_in(&self, who: &str, more: &[&str]) -> Outcome {
        let mut command = self.command();
        command.args(["signin", "--user", who]).args(more);
        command.env("PERICARD_PASSWORD", self.password(who));
        said(command)
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome {
        let mut command = self.command();
        command.args(arguments);
        said(command)
    }

    /// The JSON that a command says; it has to succeed.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let mut command = self.command();
        command.args(arguments).arg("--json");
        said(command).succeeds().json()
    }

    /// The command in its own surroundings, and nothing of this machine's.
    pub(crate) fn command(&self) -> assert_cmd::Command {
        let mut command = assert_cmd::Command::from_std(self.plain_command());
        command.timeout(Duration::from_secs(60));
        command
    }

    /// The same, for whoever talks to it while it runs.
    pub(crate) fn plain_command(&self) -> std::process::Command {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_pericard"));
        command
            .env_clear()
            .env("HOME", self.home.path())
            .env("TZ", "UTC")
            .env("PERICARD_CONFIG", self.home.path().join("portals.json"))
            .env("PERICARD_DIR", self.home.path().join("pericard"))
            .env("PERICARD_PASSPHRASE", "a passphrase for tests")
            .stdin(Stdio::null());
        command
    }
}

/// Runs a command whose output goes into a pipe: then it is plain, whatever happens.
pub(crate) fn said(mut command: assert_cmd::Command) -> Outcome {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| {
        let text = String::from_utf8(bytes).unwrap();
        assert!(!text.contains('\x1b'), "escape codes in a pipe: {text:?}");
        text
    };
    Outcome {
        exit: output.status.code().unwrap(),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

impl Outcome {
    #[track_caller]
    pub(crate) fn succeeds(self) -> Self {
        assert_eq!(self.exit, 0, "{self:?}");
        self
    }

    /// Ends with `exit` and says `words` to the person.
    #[track_caller]
    pub(crate) fn fails(self, exit: i32, words: &str) -> Self {
        assert_eq!(self.exit, exit, "{self:?}");
        assert!(self.err.contains(words), "{self:?}");
        self
    }

    /// Standard output as one JSON object.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}
