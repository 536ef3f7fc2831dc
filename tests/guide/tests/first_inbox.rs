//! The tutorial, run against the reference portal by somebody who has a password and a second factor.

#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

use std::sync::{Arc, Mutex, OnceLock};
use std::time::SystemTime;

use pericard::{
    ClientId, Message, MessageThread, PericardError, SearchHit, SyncProgress, TotpSecret,
};
use pericard_guide::first_inbox::{Screens, first_inbox};
use pericard_guide::keystores::MemoryKeystore;
use pericard_portal::ControlServer;
use pericard_world::{TestWorld, keystore_conformance};

/// What Ana does, and what she was shown.
struct Ana {
    world: Arc<TestWorld>,
    seen: Mutex<Vec<&'static str>>,
}

impl Ana {
    async fn with_a_portal() -> Self {
        portals();
        let people = r#"{"people":{"ana":{"threads":3,"messages":60,"totp":true}}}"#;
        Self {
            world: TestWorld::start(people.to_owned()).await.unwrap(),
            seen: Mutex::default(),
        }
    }

    /// How many of her answers the portal has.
    async fn arrived(&self) -> u64 {
        let text = "Thank you, I will be there.";
        self.world.portal_messages(text.into()).await.unwrap()
    }

    fn sees(&self, what: &'static str) {
        let mut seen = self.seen.lock().unwrap();
        if seen.last() != Some(&what) {
            seen.push(what);
        }
    }

    fn seen(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.seen.lock().unwrap())
    }
}

impl Screens for Ana {
    async fn password(&self, _attempts_left: Option<u32>) -> (String, Vec<u8>) {
        let right = self.seen.lock().unwrap().contains(&"password");
        self.seen.lock().unwrap().push("password");
        let user = self.world.user("ana".into()).unwrap();
        (user, self.world.password("ana".into(), right).unwrap())
    }

    async fn code(&self, _attempts_left: Option<u32>) -> String {
        self.sees("code");
        let world = self.world.clone();
        world.code("ana".into(), "now".into()).await.unwrap()
    }

    async fn enrol(&self, _totp: &TotpSecret) -> String {
        unreachable!("Ana has a second factor")
    }

    async fn keep(&self, _recovery_codes: &[String]) {
        unreachable!("Ana has a second factor")
    }

    async fn browse(&self, url: &str) -> String {
        self.sees("browse");
        let world = self.world.clone();
        let back = world.browser(url.into(), "ana".into(), true, "now".into());
        back.await.unwrap()
    }

    async fn wait(&self, _until: SystemTime) {
        unreachable!("Ana mistypes only once")
    }

    fn progress(&self, _progress: SyncProgress) {
        self.sees("progress");
    }

    fn inbox(&self, threads: &[MessageThread]) {
        assert_eq!(threads.len(), 3);
        self.sees("inbox");
    }

    fn thread(&self, messages: &[Message]) {
        assert!(!messages.is_empty());
        self.sees("thread");
    }

    fn hits(&self, hits: &[SearchHit]) {
        assert!(!hits.is_empty());
        self.sees("hits");
    }
}

/// Starts the portals of this process once.
fn portals() {
    static PORTALS: OnceLock<tokio::runtime::Runtime> = OnceLock::new();
    PORTALS.get_or_init(|| {
        std::thread::spawn(|| {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            let server = runtime.block_on(ControlServer::start(0, false)).unwrap();
            pericard_world::use_portals(server.url());
            // They stand as long as the process does.
            std::mem::forget(server);
            runtime
        })
        .join()
        .unwrap()
    });
}

#[tokio::test]
async fn the_tutorial_reads_an_inbox_and_answers() -> Result<(), PericardError> {
    let ana = Ana::with_a_portal().await;
    let config = ana.world.config();
    let (directory, clinic) = (config.directory, config.portals[0].clone());
    let keystore = Arc::new(MemoryKeystore::default());

    first_inbox(directory.clone(), clinic.clone(), keystore.clone(), &ana).await?;
    let asked = ["password", "password", "code"];
    let shown = ["progress", "hits", "inbox", "thread"];
    assert_eq!(ana.seen(), [&asked[..], &shown[..]].concat());
    assert_eq!(ana.arrived().await, 1);

    // Started again, it finds the account.
    first_inbox(directory, clinic, keystore, &ana).await?;
    assert_eq!(ana.seen(), shown);
    assert_eq!(ana.arrived().await, 2);
    Ok(())
}

#[tokio::test]
async fn the_tutorial_goes_to_the_browser_where_the_portal_leads_there() -> Result<(), PericardError>
{
    let ana = Ana::with_a_portal().await;
    let config = ana.world.config();
    let mut clinic = config.portals[0].clone();
    clinic.client = ClientId::Registered {
        client_id: "pericard-web".into(),
    };
    let keystore = Arc::new(MemoryKeystore::default());
    first_inbox(config.directory, clinic, keystore, &ana).await?;
    assert_eq!(
        ana.seen(),
        ["password", "browse", "progress", "hits", "inbox", "thread"]
    );
    Ok(())
}

#[tokio::test]
async fn the_keystore_of_the_guide_conforms() {
    let keystore = Arc::new(MemoryKeystore::default());
    keystore_conformance(keystore).await.unwrap();
}
