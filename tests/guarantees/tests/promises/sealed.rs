//! Sealed means sealed, and what is damaged or lost is said and costs only itself.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::mpsc;
use std::time::Duration;

use pericard::{
    Account, AccountId, AccountProblem, Keystore, KeystoreError, PericardError, SessionState,
    SignInMethod, SignInReason, StorageKind,
};
use pericard_guarantees::{Harness, inbox, run, sync, threads};
use serde_json::json;

fn directory(harness: &Harness) -> PathBuf {
    PathBuf::from(harness.world.config().directory)
}

/// Copies the files of `from` whose names begin with `device.db` to `to`.
fn copy_device(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name().to_string_lossy().starts_with("device.db") {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// Ana is synced; `work` happens between a copy of device.db and its coming back.
pub(crate) async fn rolled_back<W: Future<Output = Harness>>(
    work: impl FnOnce(Harness, Arc<Account>) -> W,
) -> (Harness, Arc<Account>) {
    let harness = Harness::ana_and_ben().await;
    let ana = harness.sign_in("ana").await.unwrap();
    sync(&ana).await.unwrap();
    harness.client.shut_down().await.unwrap();
    let copy = harness.world.path().join("copy");
    copy_device(&directory(&harness), &copy);
    let client = harness.world.open(harness.world.keystore()).await.unwrap();
    let harness = Harness { client, ..harness };
    let ana = harness.client.account(ana.id()).await.unwrap();
    let id = ana.id();
    let mut harness = work(harness, ana).await;
    harness.client.shut_down().await.unwrap();
    copy_device(&copy, &directory(&harness));
    harness.client = harness.world.open(harness.world.keystore()).await.unwrap();
    let ana = harness.client.account(id).await.unwrap();
    (harness, ana)
}

#[test]
fn an_older_copy_of_device_db_does_not_unseal() {
    run(async {
        let (harness, ana) = rolled_back(async |harness, ana| {
            harness.portal(json!({ "revoke": "ana" })).await;
            sync(&ana).await.unwrap_err();
            harness
        })
        .await;
        assert!(matches!(ana.session(), SessionState::Sealed { .. }));
        let revoked = PericardError::SignInRequired {
            reason: SignInReason::Revoked,
        };
        assert_eq!(threads(&ana).await.unwrap_err(), revoked);
        assert!(ana.people().iter().all(|person| person.name.is_empty()));
        // It stays so, and only she reopens it.
        let harness = harness.restarted().await.unwrap();
        let ana = harness.client.account(ana.id()).await.unwrap();
        assert!(matches!(ana.session(), SessionState::Sealed { .. }));
        let again = ana.sign_in_again(SignInMethod::Native, None).await.unwrap();
        let ana = harness.answer("ana", again).await.unwrap();
        assert_eq!(threads(&ana).await.unwrap().len(), 3);
        // Without a seal in between an older copy is an older copy.
        let (_harness, ana) = rolled_back(async |harness, _| harness).await;
        assert_eq!(ana.session(), SessionState::Active);
        assert_eq!(threads(&ana).await.unwrap().len(), 3);
    });
}

#[test]
fn a_copy_from_before_a_seal_that_was_lifted_since_does_not_open_either() {
    run(async {
        let (_harness, ana) = rolled_back(async |harness, ana| {
            harness.portal(json!({ "revoke": "ana" })).await;
            sync(&ana).await.unwrap_err();
            let again = ana.sign_in_again(SignInMethod::Native, None).await.unwrap();
            harness.answer("ana", again).await.unwrap();
            harness
        })
        .await;
        assert!(matches!(ana.session(), SessionState::Sealed { .. }));
    });
}

#[test]
fn a_copy_from_before_signing_out_opens_nothing_and_names_nobody() {
    run(async {
        let (_harness, ana) = rolled_back(async |harness, ana| {
            ana.sign_out().await.unwrap();
            harness
        })
        .await;
        let lost = SessionState::Unusable {
            problem: AccountProblem::KeyLost,
        };
        assert_eq!(ana.session(), lost);
        assert!(ana.people().iter().all(|person| person.name.is_empty()));
        assert!(threads(&ana).await.is_err());
        assert!(ana.start_sync(None, false).is_err());
    });
}

#[test]
fn a_sealed_account_shows_no_name_and_an_open_one_does() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let ana = harness.sign_in("ana").await.unwrap();
        sync(&ana).await.unwrap();
        assert!(!ana.people()[0].name.is_empty());
        let id = ana.people()[0].id.clone();
        harness.portal(json!({ "revoke": "ana" })).await;
        sync(&ana).await.unwrap_err();
        assert_eq!(
            (ana.people()[0].name.as_str(), &ana.people()[0].id),
            ("", &id)
        );
        let again = ana.sign_in_again(SignInMethod::Native, None).await.unwrap();
        harness.answer("ana", again).await.unwrap();
        assert!(!ana.people()[0].name.is_empty());
    });
}

#[test]
fn an_emptied_missing_or_foreign_device_db_is_damage_and_no_new_directory() {
    run(async {
        for how in ["emptied", "missing", "foreign", "untouched"] {
            let harness = Harness::ana_and_ben().await;
            let ana = harness.sign_in("ana").await.unwrap();
            sync(&ana).await.unwrap();
            harness.client.shut_down().await.unwrap();
            let file = directory(&harness).join("device.db");
            match how {
                "emptied" => std::fs::write(&file, b"").unwrap(),
                "missing" => std::fs::remove_file(&file).unwrap(),
                "foreign" => {
                    let other = Harness::ana_and_ben().await;
                    other.client.shut_down().await.unwrap();
                    std::fs::copy(directory(&other).join("device.db"), &file).unwrap();
                }
                _ => {}
            }
            let before = std::fs::read(&file).ok();
            let opened = harness.world.open(harness.world.keystore()).await;
            if how == "untouched" {
                assert_eq!(opened.unwrap().accounts().await.unwrap().len(), 1);
                continue;
            }
            let damaged = PericardError::Storage {
                kind: StorageKind::Damaged,
            };
            assert_eq!(opened.err(), Some(damaged), "{how}");
            assert_eq!(std::fs::read(&file).ok(), before, "{how}");
        }
    });
}

/// Ana and Ben, synced, on a device that was restarted after `what` happened to Ana's account.
async fn after(what: impl FnOnce(&Harness, &str)) -> (Harness, Arc<Account>, Arc<Account>) {
    let harness = Harness::ana_and_ben().await;
    let ana = harness.sign_in("ana").await.unwrap();
    let ben = harness.sign_in("ben").await.unwrap();
    sync(&ana).await.unwrap();
    sync(&ben).await.unwrap();
    harness.client.shut_down().await.unwrap();
    what(&harness, ana.id().as_str());
    let client = harness.world.open(harness.world.keystore()).await.unwrap();
    let harness = Harness { client, ..harness };
    let accounts = harness.client.accounts().await.unwrap();
    let of = |id: AccountId| accounts.iter().find(|account| account.id() == id).unwrap();
    let (ana, ben) = (of(ana.id()).clone(), of(ben.id()).clone());
    (harness, ana, ben)
}

fn lose_key(harness: &Harness, account: &str) {
    let id = std::fs::read_to_string(directory(harness).join("id")).unwrap();
    let name = format!("{id}.content.{account}");
    assert!(
        harness
            .world
            .keystore()
            .load(name.clone())
            .unwrap()
            .is_some()
    );
    harness.world.keystore().delete(name).unwrap();
}

#[test]
fn a_lost_key_costs_only_its_account_and_signing_in_begins_anew() {
    let problem = AccountProblem::KeyLost;
    let said = PericardError::Keystore {
        kind: KeystoreError::Lost,
    };
    run(async move {
        let (harness, ana, ben) = after(lose_key).await;
        assert_eq!(ana.session(), SessionState::Unusable { problem });
        assert_eq!(inbox(&ana).threads(None, 10).await.unwrap_err(), said);
        assert_eq!(threads(&ben).await.unwrap().len(), 1);
        sync(&ben).await.unwrap();
        let again = ana.sign_in_again(SignInMethod::Native, None).await.unwrap();
        let anew = harness.answer("ana", again).await.unwrap();
        assert_eq!(anew.id(), ana.id());
        assert_eq!(ana.session(), SessionState::Active);
        assert!(threads(&ana).await.unwrap().is_empty());
        sync(&ana).await.unwrap();
        assert_eq!(threads(&ana).await.unwrap().len(), 3);
        let harness = harness.restarted().await.unwrap();
        let ana = harness.client.account(ana.id()).await.unwrap();
        assert_eq!(threads(&ana).await.unwrap().len(), 3);
    });
}

#[test]
fn an_unusable_account_can_be_forgotten_and_the_others_work() {
    run(async move {
        let (harness, ana, ben) = after(lose_key).await;
        ana.forget().await.unwrap();
        let left = harness.client.accounts().await.unwrap();
        assert_eq!(left.len(), 1);
        assert_eq!(threads(&ben).await.unwrap().len(), 1);
        assert!(!directory(&harness).join(ana.id().as_str()).exists());
    });
}

#[test]
fn an_account_whose_portal_s_root_is_bad_is_listed_and_can_be_left() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let ana = harness.sign_in("ana").await.unwrap();
        harness.client.shut_down().await.unwrap();
        let mut config = harness.world.config();
        config.portals[0].extra_roots = vec![b"no certificate".to_vec()];
        let open = || {
            harness
                .world
                .open_as(config.clone(), harness.world.keystore())
        };
        let client = open().await.unwrap();
        let account = client.accounts().await.unwrap().remove(0);
        let unusable = SessionState::Unusable {
            problem: AccountProblem::Configuration,
        };
        assert_eq!((account.id(), account.session()), (ana.id(), unusable));
        assert!(account.people().is_empty());
        assert!(account.start_sync(None, false).is_err());
        client.shut_down().await.unwrap();
        // With a good one it is back.
        let again = harness.world.open(harness.world.keystore()).await.unwrap();
        let ana = again.accounts().await.unwrap().remove(0);
        sync(&ana).await.unwrap();
        again.shut_down().await.unwrap();
        let client = open().await.unwrap();
        let account = client.accounts().await.unwrap().remove(0);
        account.sign_out().await.unwrap();
        assert!(client.accounts().await.unwrap().is_empty());
    });
}

/// A keystore that goes to the main thread for each call and waits there.
struct ByMainThread {
    inner: Arc<dyn Keystore>,
    hops: AtomicBool,
    main: mpsc::Sender<Option<mpsc::Sender<()>>>,
    hung: AtomicBool,
}

impl ByMainThread {
    fn hop(&self) {
        if !self.hops.load(SeqCst) {
            return;
        }
        let (done, wait) = mpsc::channel();
        self.main.send(Some(done)).unwrap();
        if wait.recv_timeout(Duration::from_secs(15)).is_err() {
            self.hung.store(true, SeqCst);
        }
    }
}

impl Keystore for ByMainThread {
    fn load(&self, name: String) -> Result<Option<Vec<u8>>, KeystoreError> {
        self.hop();
        self.inner.load(name)
    }

    fn store(&self, name: String, value: Vec<u8>) -> Result<(), KeystoreError> {
        self.hop();
        self.inner.store(name, value)
    }

    fn delete(&self, name: String) -> Result<(), KeystoreError> {
        self.hop();
        self.inner.delete(name)
    }
}

#[test]
fn a_keystore_that_goes_to_the_main_thread_finds_it_free() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        harness.client.shut_down().await.unwrap();
        let (main, calls) = mpsc::channel::<Option<mpsc::Sender<()>>>();
        let keystore = Arc::new(ByMainThread {
            inner: harness.world.keystore(),
            hops: AtomicBool::new(false),
            main: main.clone(),
            hung: AtomicBool::new(false),
        });
        let client = harness.world.open(keystore.clone()).await.unwrap();
        let harness = Harness { client, ..harness };
        let ana = harness.sign_in("ana").await.unwrap();
        sync(&ana).await.unwrap();
        let screen = ana.clone();
        // The main thread draws before it looks after a keystore that came to it.
        let draws = std::thread::spawn(move || {
            let mut drawn = 0;
            while let Ok(Some(done)) = calls.recv() {
                screen.session();
                if let Some(me) = screen.people().first() {
                    let _ = screen.messages(me.id.clone());
                }
                drop(screen.changes());
                drop(screen.start_sync(None, false));
                drawn += 1;
                let _ = done.send(());
            }
            drawn
        });
        keystore.hops.store(true, SeqCst);
        harness.client.accounts().await.unwrap();
        harness.portal(json!({ "revoke": "ana" })).await;
        let _ = sync(&ana).await;
        let again = ana.sign_in_again(SignInMethod::Native, None).await.unwrap();
        harness.answer("ana", again).await.unwrap();
        assert_eq!(threads(&ana).await.unwrap().len(), 3);
        ana.sign_out().await.unwrap();
        harness.client.shut_down().await.unwrap();
        keystore.hops.store(false, SeqCst);
        assert!(!keystore.hung.load(SeqCst), "it hangs");
        main.send(None).unwrap();
        assert!(draws.join().unwrap() > 3);
    });
}
