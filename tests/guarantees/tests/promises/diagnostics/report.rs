//! The report is there when something is wrong, which is when it is asked for.

use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use pericard::{Account, Keystore, KeystoreError, PericardError};
use pericard_guarantees::{Harness, run, sync};
use serde_json::json;

/// The sections of a report: the client's, then one for each account.
fn sections(report: &str) -> Vec<&str> {
    let (_, rest) = report.split_once("\n\n").unwrap();
    rest.split("\n\n").collect()
}

fn value<'a>(section: &'a str, key: &str) -> &'a str {
    let mut lines = section.lines();
    let found = lines.find_map(|line| line.strip_prefix(key)?.strip_prefix(": "));
    found.unwrap_or_else(|| panic!("no {key} in\n{section}"))
}

async fn report(harness: &Harness) -> String {
    harness.client.support_report().await.unwrap()
}

async fn signed_in(harness: &Harness, who: &str) -> Arc<Account> {
    let account = harness.sign_in(who).await.unwrap();
    sync(&account).await.unwrap();
    account
}

#[test]
fn a_report_says_where_everything_stands() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        assert_eq!(value(sections(&report(&harness).await)[0], "accounts"), "0");
        let ana = signed_in(&harness, "ana").await;
        let text = report(&harness).await;
        let told = sections(&text);
        assert_eq!(value(told[0], "pericard"), env!("CARGO_PKG_VERSION"));
        assert_eq!(value(told[0], "accounts"), "1");
        assert_eq!(value(told[1], "session"), "active");
        assert_eq!(value(told[1], "lock"), "off");
        assert!(value(told[1], "last_sync").starts_with("complete 20"));
        assert!(value(told[1], "synced").starts_with("messages Communication 20"));
        assert_eq!(value(told[1], "outbox_queued"), "messages 0");
        assert_eq!(value(told[1], "incidents"), "0");
        assert_ne!(value(told[1], "bytes_of_databases"), "0");
        // Two types of each of three features.
        assert!(text.lines().count() < 110, "{text}");
        // The account is called something else with each opening.
        let label = value(told[1], "account").to_owned();
        assert_eq!(
            value(sections(&report(&harness).await)[1], "account"),
            label
        );
        drop(ana);
        let harness = harness.restarted().await.unwrap();
        assert_ne!(
            value(sections(&report(&harness).await)[1], "account"),
            label
        );
        harness.client.pause().await.unwrap();
        let closed = harness.client.support_report().await;
        assert_eq!(closed, Err(PericardError::Closed));
    });
}

#[test]
fn an_account_in_trouble_costs_its_own_lines_alone() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let ana = signed_in(&harness, "ana").await;
        let ben = signed_in(&harness, "ben").await;
        ana.lock().set_pin(None, b"270419".to_vec()).await.unwrap();
        ana.lock().lock().await.unwrap();
        harness
            .portal(json!({ "fault": "leak_other_patient" }))
            .await;
        let word = json!({ "new_message": { "who": "ben", "thread": 0, "text": "A new word" } });
        harness.portal(word).await;
        for _ in 0..2 {
            sync(&ben).await.unwrap_err();
        }
        let text = report(&harness).await;
        let told = sections(&text);
        assert_eq!(value(told[1], "session"), "locked");
        assert_eq!(value(told[1], "database"), "error locked");
        assert_eq!(value(told[2], "session"), "active");
        let incident = &ben.incidents().await.unwrap()[0].id;
        let line = value(told[2], "incident");
        let noted = format!("{incident} foreign_record messages Communication 20");
        assert!(line.starts_with(&noted), "{line}");
        assert!(value(told[2], "stopped_by").ends_with(incident.as_str()));

        // Its key is gone from the keystore: nothing of it can be read, and of the other everything.
        harness.client.shut_down().await.unwrap();
        let keystore = Arc::new(Losing(harness.world.keystore(), ben.id().to_string()));
        let client = harness.world.open(keystore).await.unwrap();
        let harness = Harness { client, ..harness };
        let text = report(&harness).await;
        let told = sections(&text);
        assert_eq!(value(told[1], "session"), "locked");
        assert_eq!(value(told[2], "database"), "error keystore_lost");
        assert_ne!(value(told[2], "bytes_of_databases"), "0");
        let sealed = harness.client.accounts().await.unwrap().remove(1);
        harness.portal(json!({ "revoke": "ben" })).await;
        let _ = sealed.start_sync(None, false);
        assert_eq!(sections(&report(&harness).await).len(), 3);
    });
}

/// A keystore without one account's content key.
struct Losing(Arc<dyn Keystore>, String);

impl Keystore for Losing {
    fn load(&self, name: String) -> Result<Option<Vec<u8>>, KeystoreError> {
        match name.contains(&format!(".content.{}", self.1)) {
            true => Ok(None),
            false => self.0.load(name),
        }
    }

    fn store(&self, name: String, value: Vec<u8>) -> Result<(), KeystoreError> {
        self.0.store(name, value)
    }

    fn delete(&self, name: String) -> Result<(), KeystoreError> {
        self.0.delete(name)
    }
}

#[test]
fn a_keystore_that_does_not_answer_keeps_no_report_back() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let ana = signed_in(&harness, "ana").await;
        harness.client.shut_down().await.unwrap();
        let hanging = Arc::new(Hanging::new(harness.world.keystore()));
        let client = harness.world.open(hanging.clone()).await.unwrap();
        let harness = Harness { client, ..harness };
        harness.client.account(ana.id()).await.unwrap();
        hanging.hangs(true);
        // What is open is asked for nothing.
        assert_eq!(
            value(sections(&report(&harness).await)[1], "session"),
            "active"
        );
        harness.client.shut_down().await.ok();
        hanging.hangs(false);
        let client = harness.world.open(hanging.clone()).await.unwrap();
        let harness = Harness { client, ..harness };
        hanging.hangs(true);
        let began = Instant::now();
        let text = report(&harness).await;
        assert!(began.elapsed() < Duration::from_secs(15));
        assert_eq!(value(sections(&text)[0], "accounts"), "error no_answer");
        hanging.hangs(false);
        assert_eq!(value(sections(&report(&harness).await)[0], "accounts"), "1");
    });
}

/// A keystore that does not come back while it hangs.
struct Hanging {
    inner: Arc<dyn Keystore>,
    hangs: Mutex<bool>,
    changed: Condvar,
}

impl Hanging {
    fn new(inner: Arc<dyn Keystore>) -> Self {
        Self {
            inner,
            hangs: Mutex::new(false),
            changed: Condvar::new(),
        }
    }

    fn hangs(&self, hangs: bool) {
        *self.hangs.lock().unwrap() = hangs;
        self.changed.notify_all();
    }

    fn wait(&self) {
        let hangs = self.hangs.lock().unwrap();
        drop(self.changed.wait_while(hangs, |hangs| *hangs).unwrap());
    }
}

impl Keystore for Hanging {
    fn load(&self, name: String) -> Result<Option<Vec<u8>>, KeystoreError> {
        self.wait();
        self.inner.load(name)
    }

    fn store(&self, name: String, value: Vec<u8>) -> Result<(), KeystoreError> {
        self.wait();
        self.inner.store(name, value)
    }

    fn delete(&self, name: String) -> Result<(), KeystoreError> {
        self.wait();
        self.inner.delete(name)
    }
}
