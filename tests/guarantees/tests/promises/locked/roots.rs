//! With a new PIN comes a new key of the content: what was copied before opens nothing that is on the device afterwards.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use pericard::test_support::Checkpoint;
use pericard::{AccountProblem, Config, StorageKind};

use pericard_world::Sent;

use super::*;
use crate::damage::Small;
use crate::deaths::copied;

const OTHER: &[u8] = b"904172";

/// A thief's copy of a keystore: what differs from the person's own, by name.
struct Stolen {
    inner: Arc<dyn Keystore>,
    own: Mutex<BTreeMap<String, Option<Vec<u8>>>>,
}

impl Keystore for Stolen {
    fn load(&self, name: String) -> Result<Option<Vec<u8>>, KeystoreError> {
        match self.own.lock().unwrap().get(&name) {
            Some(own) => Ok(own.clone()),
            None => self.inner.load(name),
        }
    }

    fn store(&self, name: String, value: Vec<u8>) -> Result<(), KeystoreError> {
        self.own.lock().unwrap().insert(name, Some(value));
        Ok(())
    }

    fn delete(&self, name: String) -> Result<(), KeystoreError> {
        self.own.lock().unwrap().insert(name, None);
        Ok(())
    }
}

/// What the keystore has of the content.
fn value(harness: &Harness, account: &Account) -> Vec<u8> {
    let keystore = harness.world.keystore();
    let value = keystore.load(name(harness, "content", account)).unwrap();
    value.unwrap()
}

/// Whether a thief reads who has the files of now, all of the keystore of now but the content, and of that `value`.
async fn reads(harness: &Harness, account: &Account, value: &[u8], pin: Option<&[u8]>) -> bool {
    let copy = harness.world.path().join("copied");
    let _ = std::fs::remove_dir_all(&copy);
    copied(&directory(harness), &copy);
    let config = Config {
        directory: copy.to_string_lossy().into_owned(),
        ..harness.world.config()
    };
    let stolen = (name(harness, "content", account), Some(value.to_vec()));
    let keystore = Stolen {
        inner: harness.world.keystore(),
        own: Mutex::new(BTreeMap::from([stolen])),
    };
    let client = harness.world.open_as(config, Arc::new(keystore)).await;
    let client = client.unwrap();
    let account = client.account(account.id()).await.unwrap();
    if let Some(pin) = pin {
        lock(&account).unlock(pin.to_vec()).await.unwrap();
    }
    let read = threads(&account).await;
    client.shut_down().await.unwrap();
    match read {
        Ok(threads) => threads.len() == 3,
        Err(error) => {
            let kind = StorageKind::WrongKey;
            assert_eq!(error, PericardError::Storage { kind });
            false
        }
    }
}

#[test]
fn what_was_copied_before_a_pin_was_chosen_opens_nothing_afterwards() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let ana = harness.sign_in("ana").await.unwrap();
        sync(&ana).await.unwrap();
        let copied = value(&harness, &ana);
        // The counter-test: without a lock, whoever has it reads.
        assert!(reads(&harness, &ana, &copied, None).await);
        lock(&ana).set_pin(None, PIN.to_vec()).await.unwrap();
        assert!(!reads(&harness, &ana, &copied, None).await);
        assert!(is_open(&ana).await);
        let (harness, ana) = restarted(harness, &ana).await;
        lock(&ana).unlock(PIN.to_vec()).await.unwrap();
        assert!(is_open(&ana).await);
        assert!(!reads(&harness, &ana, &copied, None).await);
        // Given up, it is bare again, and with the next PIN it is another one.
        lock(&ana).remove_pin(PIN.to_vec()).await.unwrap();
        let bare = value(&harness, &ana);
        assert!(reads(&harness, &ana, &bare, None).await);
        lock(&ana).set_pin(None, PIN.to_vec()).await.unwrap();
        for copied in [copied, bare] {
            assert!(!reads(&harness, &ana, &copied, None).await);
        }
        assert!(is_open(&ana).await);
    });
}

#[test]
fn what_was_copied_under_a_pin_that_somebody_saw_opens_nothing_once_it_is_another() {
    run(async {
        let (harness, ana) = with_a_pin().await;
        let copied = value(&harness, &ana);
        assert!(reads(&harness, &ana, &copied, Some(PIN)).await);
        let change = lock(&ana);
        let changed = change.set_pin(Some(PIN.to_vec()), OTHER.to_vec()).await;
        changed.unwrap();
        assert!(!reads(&harness, &ana, &copied, Some(PIN)).await);
        let now = value(&harness, &ana);
        assert!(reads(&harness, &ana, &now, Some(OTHER)).await);
        assert!(is_open(&ana).await);
    });
}

/// Somebody puts back a device.db from before the PIN: it opens nothing, and signing in begins anew. Not before the right PIN
/// was typed, since until then nobody knows.
#[test]
fn an_older_device_db_beside_a_new_root_is_begun_anew_by_whoever_has_the_pin() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let ana = harness.sign_in("ana").await.unwrap();
        sync(&ana).await.unwrap();
        let (harness, ana) = restarted(harness, &ana).await;
        let copy = harness.world.path().join("copy");
        copy_device(&directory(&harness), &copy);
        lock(&ana).set_pin(None, PIN.to_vec()).await.unwrap();
        harness.client.shut_down().await.unwrap();
        copy_device(&copy, &directory(&harness));
        let (harness, ana) = restarted(harness, &ana).await;
        let sign_in = ana.sign_in_again(SignInMethod::Native, None).await.unwrap();
        let ana = harness.answer("ana", sign_in).await.unwrap();
        assert!(is_closed(&ana).await);
        lock(&ana).unlock(PIN.to_vec()).await.unwrap();
        let kind = StorageKind::WrongKey;
        assert_eq!(threads(&ana).await, Err(PericardError::Storage { kind }));
        let problem = AccountProblem::KeyLost;
        assert_eq!(ana.session(), SessionState::Unusable { problem });
        let sign_in = ana.sign_in_again(SignInMethod::Native, None).await.unwrap();
        let ana = harness.answer("ana", sign_in).await.unwrap();
        assert_eq!(lock(&ana).state(), Ok(LockState::Off));
        assert!(threads(&ana).await.unwrap().is_empty());
        sync(&ana).await.unwrap();
        assert!(is_open(&ana).await);
        let (_harness, ana) = restarted(harness, &ana).await;
        assert_eq!(threads(&ana).await.unwrap().len(), 3);
    });
}

/// Ana without a lock, or with one, on a device whose keystore may refuse.
async fn on_a_bad_device(has_pin: bool) -> (Harness, Arc<Account>, Arc<Refusing>) {
    let harness = Harness::ana_and_ben().await;
    let keystore = Refusing::new(&harness);
    let ana = harness.sign_in("ana").await.unwrap();
    sync(&ana).await.unwrap();
    let (harness, ana) = with_keystore(harness, keystore.clone(), &ana).await;
    if has_pin {
        lock(&ana).set_pin(None, PIN.to_vec()).await.unwrap();
    }
    (harness, ana, keystore)
}

/// Opens the device anew, and reads with `pin` where there is a lock. Returns whether there is.
async fn reopened(
    harness: Harness,
    keystore: Arc<Refusing>,
    account: &Account,
    pin: &[u8],
) -> (Harness, Arc<Account>, bool) {
    let (harness, account) = with_keystore(harness, keystore, account).await;
    let is_locked = lock(&account).state() != Ok(LockState::Off);
    if is_locked {
        assert!(is_closed(&account).await);
        lock(&account).unlock(pin.to_vec()).await.unwrap();
    }
    assert!(is_open(&account).await);
    (harness, account, is_locked)
}

/// Refuses the call after `before` others, alone or with all that come after it. Returns whether it came to that.
fn refuse(keystore: &Refusing, before: u32, once: bool) -> Arc<AtomicBool> {
    let (mut calls, reached) = (0, Arc::new(AtomicBool::new(false)));
    let told = reached.clone();
    keystore.refuse(move |_, _| {
        let refuses = calls == before || calls > before && !once;
        calls += 1;
        if refuses {
            told.store(true, SeqCst);
        }
        refuses
    });
    reached
}

/// Whichever call to the keystore is refused, alone or with all that come after it: either the PIN is the new one and
/// everything is under it, or it is as it was.
#[test]
fn a_keystore_that_refuses_any_call_leaves_one_pin_that_opens_everything() {
    for (has_pin, once) in [(false, true), (false, false), (true, true), (true, false)] {
        run(async move {
            let (mut harness, mut ana, keystore) = on_a_bad_device(has_pin).await;
            let current = has_pin.then(|| PIN.to_vec());
            let (mut refused, mut chosen) = (0, 0);
            for nth in 0.. {
                let reached = refuse(&keystore, nth, once);
                let set = lock(&ana);
                let set = set.set_pin(current.clone(), OTHER.to_vec()).await;
                keystore.refuse_nothing();
                assert!(is_open(&ana).await, "{nth}");
                let is_new = set.is_ok();
                let pin = if is_new { OTHER } else { PIN };
                let locked;
                (harness, ana, locked) = reopened(harness, keystore.clone(), &ana, pin).await;
                assert_eq!(locked, is_new || has_pin, "{nth}");
                if !is_new {
                    assert_eq!(set, Err(UNAVAILABLE), "{nth}");
                    refused += 1;
                    continue;
                }
                // One root is left of two.
                assert!(value(&harness, &ana).len() < 100, "{nth}");
                chosen += 1;
                if !reached.load(SeqCst) {
                    break;
                }
                if has_pin {
                    let back = lock(&ana).set_pin(Some(OTHER.to_vec()), PIN.to_vec()).await;
                    back.unwrap();
                } else {
                    lock(&ana).remove_pin(OTHER.to_vec()).await.unwrap();
                }
            }
            // Some calls are made before anything is certain, and some after.
            assert!(refused > 3 && chosen > 1, "{refused} {chosen}");
        });
    }
}

#[test]
fn a_keystore_that_refuses_while_the_lock_is_given_up_loses_nothing() {
    run(async {
        let (mut harness, mut ana, keystore) = on_a_bad_device(true).await;
        let mut refused = 0;
        for nth in 0.. {
            let reached = refuse(&keystore, nth, true);
            let given_up = lock(&ana).remove_pin(PIN.to_vec()).await;
            keystore.refuse_nothing();
            let locked;
            (harness, ana, locked) = reopened(harness, keystore.clone(), &ana, PIN).await;
            assert_eq!(locked, given_up.is_err(), "{nth}");
            if locked {
                refused += 1;
                continue;
            }
            if !reached.load(SeqCst) {
                break;
            }
            lock(&ana).set_pin(None, PIN.to_vec()).await.unwrap();
        }
        assert!(refused > 3, "{refused}");
    });
}

#[test]
fn on_a_full_disk_no_pin_is_chosen_and_everything_stays_readable() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        harness.client.shut_down().await.unwrap();
        let folder = directory(&harness);
        std::fs::remove_dir_all(&folder).unwrap();
        let Some(small) = Small::mount(folder.clone(), "4m") else {
            eprintln!("skipped: a small file system can only be mounted by root");
            return;
        };
        let client = harness.world.open(harness.world.keystore()).await.unwrap();
        let harness = Harness { client, ..harness };
        let ana = harness.sign_in("ana").await.unwrap();
        sync(&ana).await.unwrap();
        let ballast = folder.join("ballast");
        let _ = std::fs::write(&ballast, vec![1; 4 << 20]);
        let kind = StorageKind::Full;
        let full = Err(PericardError::Storage { kind });
        let before = value(&harness, &ana);
        assert_eq!(lock(&ana).set_pin(None, PIN.to_vec()).await, full);
        assert_eq!(lock(&ana).state(), Ok(LockState::Off));
        assert!(is_open(&ana).await);
        // The keystore got as far as having both.
        assert_ne!(value(&harness, &ana), before);
        std::fs::remove_file(&ballast).unwrap();
        let (harness, ana) = restarted(harness, &ana).await;
        assert_eq!(value(&harness, &ana), before);
        assert_eq!(lock(&ana).state(), Ok(LockState::Off));
        assert!(is_open(&ana).await);
        lock(&ana).set_pin(None, PIN.to_vec()).await.unwrap();
        let (harness, ana) = restarted(harness, &ana).await;
        assert_eq!(lock(&ana).state(), Ok(locked(10)));
        lock(&ana).unlock(PIN.to_vec()).await.unwrap();
        assert!(is_open(&ana).await);
        harness.client.shut_down().await.unwrap();
        drop(small);
    });
}

/// While one root takes the place of the other, reading goes on, and a sign-in and another try wait.
#[test]
fn what_happens_while_a_pin_is_chosen_finds_one_root_or_the_other() {
    for point in [Checkpoint::RootKept, Checkpoint::RootReplaced] {
        run(async move {
            let harness = Harness::ana_and_ben().await;
            let ana = harness.sign_in("ana").await.unwrap();
            sync(&ana).await.unwrap();
            // Nothing is open, and the key is not in memory: the keystore did not give it yet.
            let keystore = Refusing::new(&harness);
            keystore.refuse(|call, name| call == Call::Load && name.contains(".content."));
            let (harness, ana) = with_keystore(harness, keystore.clone(), &ana).await;
            keystore.refuse_nothing();
            let again = ana.sign_in_again(SignInMethod::Native, None).await.unwrap();
            harness.world.dies_at(point);
            let mut running = tokio::task::JoinSet::new();
            let choosing = lock(&ana);
            running.spawn(async move { choosing.set_pin(None, PIN.to_vec()).await });
            harness.world.died().await;
            assert_eq!(threads(&ana).await.map(|it| it.len()), Ok(3), "{point:?}");
            harness.world.sent();
            let (world, client) = (harness.world.clone(), harness.client.clone());
            let signs_in = Harness { world, client };
            running.spawn(async move { signs_in.answer("ana", again).await.map(|_| ()) });
            let trying = lock(&ana);
            running.spawn(async move { trying.unlock(PIN.to_vec()).await });
            let redeems = |sent: &Sent| sent.url.path().ends_with("/token");
            harness.world.until_sent(redeems).await;
            assert!(is_open(&ana).await, "{point:?}");
            harness.world.goes_on();
            while let Some(done) = running.join_next().await {
                done.unwrap().unwrap();
            }
            assert_eq!(lock(&ana).state(), Ok(LockState::Unlocked));
            sync(&ana).await.unwrap();
            assert!(is_open(&ana).await, "{point:?}");
            let (_harness, ana) = restarted(harness, &ana).await;
            lock(&ana).unlock(PIN.to_vec()).await.unwrap();
            assert_eq!(threads(&ana).await.unwrap().len(), 3, "{point:?}");
        });
    }
}
