//! What the tour plays on: a portal of its own, a directory of its own, a wire of its own.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use data_encoding::BASE32_NOPAD;
use pericard::{Client, ClientId, Config, PericardError, PortalConfig, test_support};
use pericard_desktop::DesktopKeystore;
use pericard_portal::{Command, PersonInfo, Portal, PortalError, Spec};
use pericard_protocol::totp::{Algorithm, Totp};
use zeroize::Zeroizing;

use crate::context::APP;
use crate::failure::Failure;
use crate::settings::REDIRECT;
use crate::tour::wire::Wire;

/// Enough correspondence to look real, and somebody else's beside it.
const PEOPLE: &str = r#"{ "seed": 7, "people": {
    "ana": { "threads": 28, "messages": 640, "totp": true },
    "ben": { "threads": 9, "messages": 84 } } }"#;

/// The stage. Dropped, nothing of it is left.
pub(crate) struct Fixture {
    pub(crate) portal: Portal,
    pub(crate) wire: Arc<Wire>,
    pub(crate) passphrase: Zeroizing<Vec<u8>>,
    ana: PersonInfo,
    directory: tempfile::TempDir,
}

impl Fixture {
    pub(crate) async fn set() -> Result<Self, Failure> {
        let spec: Spec = serde_json::from_str(PEOPLE)
            .map_err(|error| Failure::io("describe a portal", error.into()))?;
        let portal = Portal::start(spec).await.map_err(portal_failure)?;
        let mut people = portal.people();
        let ana = people
            .remove("ana")
            .ok_or_else(|| Failure::Promise("the portal does not know Ana".into()))?;
        let directory =
            tempfile::tempdir().map_err(|error| Failure::io("make a directory", error))?;
        // Whoever reads this program must not know it: it guards the keys for as long as the tour lasts.
        let mut random = Zeroizing::new([0; 20]);
        aws_lc_rs::rand::fill(&mut *random)
            .map_err(|_| Failure::Promise("the system has no randomness".into()))?;
        let passphrase = Zeroizing::new(BASE32_NOPAD.encode(&*random).into_bytes());
        Ok(Self {
            portal,
            wire: Arc::default(),
            passphrase,
            ana,
            directory,
        })
    }

    /// Ana, who shows everything.
    pub(crate) fn ana(&self) -> &PersonInfo {
        &self.ana
    }

    /// Where everything is written that the tour keeps.
    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().to_owned()
    }

    /// The portal as an app's maker would configure it.
    pub(crate) fn config(&self) -> PortalConfig {
        PortalConfig {
            base: self.portal.base(),
            client: ClientId::Registered {
                client_id: "pericard".into(),
            },
            redirect: REDIRECT.into(),
            native_sign_in: true,
            lease: None,
            policy_keys: Some(self.portal.policy_keys().to_string()),
            extra_roots: vec![self.portal.ca_der()],
        }
    }

    /// A client whose keys are in a file under a passphrase, behind the wire.
    pub(crate) async fn client(&self) -> Result<Arc<Client>, Failure> {
        let (folder, passphrase) = (self.path().join("keys"), self.passphrase.clone());
        let open = move || DesktopKeystore::open_preferring_file(&folder, |_| Some(passphrase));
        let keystore = tokio::task::spawn_blocking(open).await;
        let keystore =
            keystore.map_err(|error| Failure::io("open the keystore", error.into()))??;
        let config = Config {
            directory: self.path().join("data").to_string_lossy().into_owned(),
            portals: vec![self.config()],
            allow_loopback_http: false,
            app: APP.into(),
        };
        let mut world = test_support::system_platform(&config.app);
        world.transport = self.wire.before(world.transport);
        Ok(test_support::open(config, keystore, world).await?)
    }

    /// What Ana's authenticator app shows now.
    pub(crate) fn code(&self) -> Result<String, PericardError> {
        let unreadable = || PericardError::NotFound;
        let secret = self.ana.totp_secret.as_deref().ok_or_else(unreadable)?;
        let secret = BASE32_NOPAD
            .decode(secret.as_bytes())
            .map_err(|_| unreadable())?;
        let totp =
            Totp::new(Zeroizing::new(secret), Algorithm::Sha1, 6, 30).map_err(|_| unreadable())?;
        let now = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        Ok(totp.code_at(now.as_secs()).digits().to_owned())
    }

    /// How many messages with this text the portal holds, over all people.
    pub(crate) fn copies(&self, text: &str) -> Result<u64, Failure> {
        let answer = self
            .portal
            .control(Command::CountMessages(text.to_owned()))
            .map_err(portal_failure)?;
        answer
            .count()
            .ok_or_else(|| Failure::Promise("the portal did not count".into()))
    }

    /// Loses the answer to the next message that the portal takes.
    pub(crate) fn lose_an_answer(&self) -> Result<(), Failure> {
        let fault =
            serde_json::json!({ "fault": "drop_answer_after_commit", "on": "create", "times": 1 });
        let command = serde_json::from_value(fault)
            .map_err(|error| Failure::io("describe a fault", error.into()))?;
        self.portal
            .control(command)
            .map(|_| ())
            .map_err(portal_failure)
    }
}

fn portal_failure(error: PortalError) -> Failure {
    Failure::io(
        "run the tour's portal",
        std::io::Error::other(error.to_string()),
    )
}
