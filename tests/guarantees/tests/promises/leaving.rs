//! Leaving: what is told to the portal, what is left here, and that nobody waits for either.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use pericard::{Keystore, KeystoreError, SessionState, SignInMethod};
use pericard_guarantees::{Harness, inbox, run, sync, threads};
use pericard_world::NetworkState;
use serde_json::json;

/// Ana has signed out offline, and the network is back.
async fn left_offline() -> Harness {
    let harness = Harness::ana_and_ben().await;
    let ana = harness.sign_in("ana").await.unwrap();
    harness.world.network(NetworkState::Down);
    ana.sign_out().await.unwrap();
    harness.world.network(NetworkState::Up);
    harness
}

async fn revocations(harness: &Harness) -> u64 {
    harness.world.portal_revocations().await.unwrap()
}

#[test]
fn a_revocation_goes_out_when_the_client_is_opened_or_resumed() {
    run(async {
        let harness = left_offline().await;
        assert_eq!(revocations(&harness).await, 0);
        let harness = harness.restarted().await.unwrap();
        assert_eq!(revocations(&harness).await, 1);
        let harness = left_offline().await;
        harness.client.pause().await.unwrap();
        harness.client.resume().await.unwrap();
        assert_eq!(revocations(&harness).await, 1);
    });
}

#[test]
fn a_refused_revocation_is_not_tried_again_and_one_in_trouble_is() {
    for (code, later) in [(400, 0), (403, 0), (401, 1), (429, 1), (500, 1), (503, 1)] {
        run(async move {
            let harness = left_offline().await;
            harness
                .portal(json!({ "fault": "status", "code": code }))
                .await;
            let harness = harness.restarted().await.unwrap();
            assert_eq!(revocations(&harness).await, 0, "{code}");
            harness.portal(json!({ "fault": "none" })).await;
            let harness = harness.restarted().await.unwrap();
            assert_eq!(revocations(&harness).await, later, "{code}");
        });
    }
}

#[test]
fn a_portal_that_never_answers_holds_up_neither_signing_out_nor_what_comes_after() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let ana = harness.sign_in("ana").await.unwrap();
        let ben = harness.sign_in("ben").await.unwrap();
        sync(&ben).await.unwrap();
        harness.world.network(NetworkState::Stalled);
        let soon = |what| tokio::time::timeout(Duration::from_secs(15), what);
        soon(ana.sign_out()).await.expect("it waits").unwrap();
        assert_eq!(harness.client.accounts().await.unwrap().len(), 1);
        assert_eq!(threads(&ben).await.unwrap().len(), 1);
        harness.world.network(NetworkState::Up);
        sync(&ben).await.unwrap();
    });
}

#[test]
fn changes_end_when_the_account_is_left_or_the_client_shut_down_or_dropped() {
    run(async {
        for leave in [true, false] {
            let harness = Harness::ana_and_ben().await;
            let ana = harness.sign_in("ana").await.unwrap();
            let changes = ana.changes().unwrap();
            if leave {
                ana.forget().await.unwrap();
            } else {
                harness.client.shut_down().await.unwrap();
            }
            while changes.next().await.is_some() {}
            let late = ana.changes().unwrap();
            while late.next().await.is_some() {}
        }
        let harness = Harness::ana_and_ben().await;
        let ana = harness.sign_in("ana").await.unwrap();
        let changes = ana.changes().unwrap();
        let Harness { world, client } = harness;
        drop((ana, client));
        while changes.next().await.is_some() {}
        drop(world);
    });
}

#[test]
fn a_client_that_is_dropped_frees_its_directory_whatever_is_under_way() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let ana = harness.sign_in("ana").await.unwrap();
        sync(&ana).await.unwrap();
        let messages = inbox(&ana);
        let Harness { world, client } = harness;
        world.network(NetworkState::Stalled);
        let run = ana.start_sync(None, false).unwrap();
        drop((client, ana, messages));
        while run.next().await.is_ok_and(|progress| progress.is_some()) {}
        drop(run);
        world.network(NetworkState::Up);
        let opened = async {
            loop {
                match world.open(world.keystore()).await {
                    // The last task is about to let go.
                    Err(pericard::PericardError::InUse) => tokio::task::yield_now().await,
                    other => return other,
                }
            }
        };
        let opened = tokio::time::timeout(Duration::from_secs(15), opened);
        let client = opened.await.expect("the directory is free").unwrap();
        let ana = client.accounts().await.unwrap().remove(0);
        assert_eq!(threads(&ana).await.unwrap().len(), 3);
    });
}

/// A keystore that can stop deleting, or doing anything.
struct Stubborn {
    inner: Arc<dyn Keystore>,
    keeps: AtomicBool,
    locked: AtomicBool,
    deleted: std::sync::Mutex<Vec<String>>,
}

impl Stubborn {
    fn new(inner: Arc<dyn Keystore>) -> Arc<Self> {
        Arc::new(Self {
            inner,
            keeps: AtomicBool::new(false),
            locked: AtomicBool::new(false),
            deleted: std::sync::Mutex::default(),
        })
    }

    fn usable(&self) -> Result<(), KeystoreError> {
        if self.locked.load(SeqCst) {
            return Err(KeystoreError::Unavailable);
        }
        Ok(())
    }
}

impl Keystore for Stubborn {
    fn load(&self, name: String) -> Result<Option<Vec<u8>>, KeystoreError> {
        self.usable()?;
        self.inner.load(name)
    }

    fn store(&self, name: String, value: Vec<u8>) -> Result<(), KeystoreError> {
        self.usable()?;
        self.inner.store(name, value)
    }

    fn delete(&self, name: String) -> Result<(), KeystoreError> {
        self.usable()?;
        if self.keeps.load(SeqCst) {
            return Err(KeystoreError::Refused);
        }
        self.deleted.lock().unwrap().push(name.clone());
        self.inner.delete(name)
    }
}

#[test]
fn forgetting_works_where_the_keystore_does_not_and_the_key_goes_later() {
    for locked in [false, true] {
        run(async move {
            let harness = Harness::ana_and_ben().await;
            harness.client.shut_down().await.unwrap();
            let keystore = Stubborn::new(harness.world.keystore());
            let client = harness.world.open(keystore.clone()).await.unwrap();
            let harness = Harness { client, ..harness };
            let ana = harness.sign_in("ana").await.unwrap();
            sync(&ana).await.unwrap();
            let folder = harness
                .world
                .path()
                .join("pericard")
                .join(ana.id().as_str());
            assert!(folder.exists());
            keystore.locked.store(locked, SeqCst);
            keystore.keeps.store(true, SeqCst);
            ana.forget().await.unwrap();
            assert_eq!(ana.session(), SessionState::SignedOut);
            assert!(harness.client.accounts().await.unwrap().is_empty());
            assert!(!folder.exists());
            assert!(keystore.deleted.lock().unwrap().is_empty());
            keystore.locked.store(false, SeqCst);
            keystore.keeps.store(false, SeqCst);
            harness.client.shut_down().await.unwrap();
            let client = harness.world.open(keystore.clone()).await.unwrap();
            let name = format!(".content.{}", ana.id());
            let deleted = keystore.deleted.lock().unwrap().clone();
            assert!(deleted.iter().any(|deleted| deleted.ends_with(&name)));
            // She can come back.
            let harness = Harness { client, ..harness };
            let ana = harness.sign_in("ana").await.unwrap();
            sync(&ana).await.unwrap();
            assert_eq!(threads(&ana).await.unwrap().len(), 3);
        });
    }
}

#[test]
fn a_sign_in_that_began_before_the_last_account_was_left_is_finished_all_the_same() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let ana = harness.sign_in("ana").await.unwrap();
        let sign_in = harness.begin(SignInMethod::Native).await.unwrap();
        ana.sign_out().await.unwrap();
        let ben = harness.answer("ben", sign_in).await.unwrap();
        let harness = harness.restarted().await.unwrap();
        let ben = harness.client.account(ben.id()).await.unwrap();
        sync(&ben).await.unwrap();
        assert_eq!(threads(&ben).await.unwrap().len(), 1);
    });
}

#[test]
fn a_stranger_s_token_is_revoked_at_once_and_the_person_s_own_is_kept() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let ana = harness.sign_in("ana").await.unwrap();
        let alive =
            async |who: &str| harness.portal(json!({ "sessions": who })).await["count"].clone();
        let again = ana.sign_in_again(SignInMethod::Native, None).await.unwrap();
        assert!(harness.answer("ben", again).await.is_err());
        assert_eq!(revocations(&harness).await, 1);
        assert_eq!(
            (alive("ben").await, alive("ana").await),
            (json!(0), json!(1))
        );
        // Her own session goes on, and what a step-up replaced is revoked when she leaves.
        let again = ana.sign_in_again(SignInMethod::Native, None).await.unwrap();
        harness.answer("ana", again).await.unwrap();
        assert_eq!(revocations(&harness).await, 1);
        sync(&ana).await.unwrap();
    });
}
