//! A whole life with every level of the log on.

use std::sync::Arc;

use pericard::test_support;
use pericard::{
    Account, Client, FileContent, Keystore, KeystoreError, NewFile, NewMessage, SignInMethod,
    SignInStep,
};
use pericard_guarantees::{Harness, inbox, run, sync, threads};
use serde_json::json;

use super::echo::Echoing;
use super::{Canaries, Lines};
use crate::damage::database;

const CANARY: &str = "Zirkonbaryt-Kanarienvogel";
const PIN: &str = "271828";
const WRONG: &str = "314159";
const WHO: &str = "ana";

/// A keystore whose exceptions say what they must not.
struct Talking(Arc<dyn Keystore>, std::sync::atomic::AtomicBool);

impl Talking {
    fn asked(&self) -> Result<(), KeystoreError> {
        match self.1.load(std::sync::atomic::Ordering::SeqCst) {
            true => Err(KeystoreError::unexpected(format!("no room for {CANARY}"))),
            false => Ok(()),
        }
    }
}

impl Keystore for Talking {
    fn load(&self, name: String) -> Result<Option<Vec<u8>>, KeystoreError> {
        self.asked()?;
        self.0.load(name)
    }

    fn store(&self, name: String, value: Vec<u8>) -> Result<(), KeystoreError> {
        self.asked()?;
        self.0.store(name, value)
    }

    fn delete(&self, name: String) -> Result<(), KeystoreError> {
        self.asked()?;
        self.0.delete(name)
    }
}

/// Somebody's life with an app, and what must not be told of it.
struct Life {
    harness: Harness,
    network: Echoing,
    keystore: Arc<Talking>,
    canaries: Canaries,
    reports: Vec<String>,
}

impl Life {
    async fn begin() -> Self {
        let harness = Harness::described(json!({
            "people": { "ana": { "threads": 3, "messages": 12 }, "ben": { "threads": 1, "messages": 3 } },
        }))
        .await;
        harness.client.shut_down().await.unwrap();
        let network = Echoing::around(test_support::system_platform("Diagnostics/1").transport);
        let quiet = std::sync::atomic::AtomicBool::new(false);
        let keystore = Arc::new(Talking(harness.world.keystore(), quiet));
        let mut life = Self {
            harness,
            network,
            keystore,
            canaries: Canaries::default(),
            reports: Vec::new(),
        };
        life.plant();
        life.harness.client = life.opened().await;
        life
    }

    fn plant(&mut self) {
        let world = &self.harness.world;
        let portal = world.config().portals.remove(0);
        let host = url::Url::parse(&portal.base).unwrap();
        self.canaries.add(CANARY);
        self.canaries.add(portal.base);
        self.canaries.add(host.host_str().unwrap());
        self.canaries.add(world.config().directory);
        for right in [true, false] {
            let password = world.password(WHO.into(), right).unwrap();
            self.canaries.add(String::from_utf8(password).unwrap());
        }
        self.canaries.add(PIN);
        self.canaries.add(WRONG);
    }

    async fn opened(&self) -> Arc<Client> {
        let mut platform = test_support::system_platform("Diagnostics/1");
        platform.transport = Arc::new(self.network.clone());
        let keystore = self.keystore.clone();
        test_support::open(self.harness.world.config(), keystore, platform)
            .await
            .unwrap()
    }

    async fn reopened(&mut self, account: &Account, between: impl FnOnce()) -> Arc<Account> {
        self.harness.client.shut_down().await.unwrap();
        between();
        self.harness.client = self.opened().await;
        self.harness.client.account(account.id()).await.unwrap()
    }

    async fn report(&mut self) {
        let report = self.harness.client.support_report().await.unwrap();
        self.reports.push(report);
    }

    /// Signs in, with a wrong password first, and a code.
    async fn sign_in(&mut self) -> Arc<Account> {
        let world = self.harness.world.clone();
        let sign_in = self.harness.begin(SignInMethod::Native).await.unwrap();
        let user = world.user(WHO.into()).unwrap();
        let wrong = world.password(WHO.into(), false).unwrap();
        sign_in
            .clone()
            .password(user.clone(), wrong)
            .await
            .unwrap_err();
        let right = world.password(WHO.into(), true).unwrap();
        let step = sign_in.clone().password(user, right).await.unwrap();
        if matches!(step, SignInStep::AskCode { .. }) {
            let code = world.code(WHO.into(), "now".into()).await.unwrap();
            self.canaries.add(&code);
            sign_in.clone().code(code).await.unwrap();
        }
        let ana = sign_in.finish().await.unwrap();
        self.canaries.add(ana.people().remove(0).name);
        self.canaries.add(ana.people().remove(0).id.to_string());
        self.canaries.add(ana.id().to_string());
        ana
    }

    async fn letters(&mut self, ana: &Account) {
        let file = json!({ "new_message": { "who": WHO, "thread": 0,
            "text": format!("{CANARY} 20 mg, write to kanari@zirkon.example"),
            "subject": format!("About {CANARY}"),
            "file": { "bytes": 3000, "name": format!("{CANARY}.pdf") } } });
        self.harness.portal(file).await;
        self.canaries.add("kanari@zirkon.example");
        sync(ana).await.unwrap();
        let thread = threads(ana).await.unwrap().remove(0);
        self.canaries.add(thread.id.to_string());
        let read = inbox(ana)
            .messages(thread.id.clone(), None, 50)
            .await
            .unwrap();
        for message in &read.messages {
            self.canaries.add(message.id.to_string());
            self.canaries.add(message.text.as_str());
        }
        inbox(ana).search(CANARY.into(), None, 5).await.unwrap();
        for file in read.messages.iter().flat_map(|message| &message.files) {
            let download = inbox(ana).download(file.id.clone()).await.unwrap();
            while download.next().await.unwrap().is_some() {}
        }
        self.write(ana).await;
        sync(ana).await.unwrap();
    }

    async fn write(&self, ana: &Account) {
        let file = NewFile {
            name: format!("{CANARY}.jpg"),
            content_type: "image/jpeg".into(),
            content: FileContent::Bytes { bytes: vec![7; 9] },
        };
        let letter = NewMessage {
            subject: Some(format!("{CANARY} again")),
            text: format!("I take {CANARY}"),
            files: vec![file],
            ..NewMessage::default()
        };
        inbox(ana).send(letter).await.unwrap();
    }

    /// Everything that asks the portal, while that repeats whatever it knows.
    async fn echoed(&mut self, ana: &Account) {
        self.write(ana).await;
        self.network.echo(Some(CANARY));
        for _ in 0..6 {
            let _ = sync(ana).await;
            let _ = ana.check_policy().await;
            let _ = ana.two_factor().status().await;
            let _ = self.harness.begin(SignInMethod::Native).await;
            let _ = ana.sign_in_again(SignInMethod::Browser, None).await;
        }
        assert!(self.network.echoed() > 20, "{}", self.network.echoed());
        self.network.echo(None);
        self.report().await;
    }

    async fn locked(&mut self, ana: &Account) {
        let lock = ana.lock();
        lock.set_pin(None, PIN.into()).await.unwrap();
        lock.lock().await.unwrap();
        self.report().await;
        lock.unlock(WRONG.into()).await.unwrap_err();
        lock.unlock(PIN.into()).await.unwrap();
        lock.remove_pin(PIN.into()).await.unwrap();
    }

    async fn keystore_fails(&mut self, ana: &Account) -> Arc<Account> {
        let loud = |keystore: &Talking, fails| {
            keystore.1.store(fails, std::sync::atomic::Ordering::SeqCst)
        };
        let ana = self.reopened(ana, || {}).await;
        loud(&self.keystore, true);
        let _ = ana.check_access_log().await;
        let _ = ana.lock().set_pin(None, PIN.into()).await;
        self.report().await;
        loud(&self.keystore, false);
        ana
    }

    async fn damaged(&mut self, ana: &Account) -> Arc<Account> {
        let file = database(&self.harness, ana);
        let damage = || {
            let mut pages = std::fs::read(&file).unwrap();
            let first = pages.len().min(4096);
            pages[..first].fill(7);
            std::fs::write(&file, pages).unwrap();
        };
        let ana = self.reopened(ana, damage).await;
        let _ = sync(&ana).await;
        let _ = sync(&ana).await;
        assert_eq!(ana.incidents().await.unwrap().len(), 1);
        self.report().await;
        ana
    }

    async fn sealed(&mut self, ana: &Account) {
        self.harness.portal(json!({ "revoke": WHO })).await;
        sync(ana).await.unwrap_err();
        self.report().await;
        ana.forget().await.unwrap();
        self.report().await;
    }
}

#[test]
fn no_word_of_a_patient_gets_into_a_log_line_or_a_report() {
    let lines = Lines::captured();
    run(async {
        let mut life = Life::begin().await;
        let ana = life.sign_in().await;
        life.report().await;
        life.letters(&ana).await;
        life.report().await;
        life.echoed(&ana).await;
        life.locked(&ana).await;
        let ana = life.keystore_fails(&ana).await;
        let ana = life.damaged(&ana).await;
        life.sealed(&ana).await;
        let Life {
            mut canaries,
            network,
            reports,
            ..
        } = life;
        for word in network.words() {
            if word.len() >= 6 {
                canaries.add(word);
            }
        }
        assert!(canaries.0.len() > 100, "{}", canaries.0.len());
        let text = lines.text();
        for line in text.lines() {
            assert_eq!(canaries.found_in(line), [""; 0], "{line}");
        }
        for report in &reports {
            assert_eq!(canaries.found_in(report), [""; 0], "{report}");
        }
        // It is no silence that holds the promise.
        for told in [
            "client opened",
            "portal asked for",
            "sign-in goes on",
            "step=ask_password",
            "sync began",
            "outcome=complete",
            "feature synced",
            "outbox gone through",
            "request retried",
            "request ended",
            "status=503",
            "locked",
            "action=wrong_pin",
            "action=unlocked",
            "keystore failed",
            "keystore_unexpected",
            "storage failed",
            "incident: a damaged database is begun anew",
            "session refreshed",
            "result=invalid_grant",
            "policy asked for",
            "file fetched",
            "session changed",
            "state=sealed_refused",
            "account removed",
            "client shut down",
        ] {
            assert!(text.contains(told), "{told}\n{text}");
        }
        assert!(
            text.lines().all(|line| line.contains("pericard: ")),
            "{text}"
        );
    });
}

#[test]
fn a_word_that_is_planted_in_a_line_is_found_and_lines_of_other_libraries_do_not_get_through() {
    let lines = Lines::captured();
    let mut canaries = Canaries::default();
    canaries.add("Smaragdfink");
    tracing::info!(target: "hyper_util::client", "connecting to Smaragdfink.example");
    tracing::error!(target: "pericard_portal", "Smaragdfink");
    let is_there = || !canaries.found_in(&lines.text()).is_empty();
    assert!(!is_there());
    tracing::trace!(target: "pericard", word = "smaragdFINK", "planted");
    assert!(is_there());
    assert_eq!(
        canaries.found_in("a report about SMARAGDFINK"),
        ["Smaragdfink"]
    );
}
