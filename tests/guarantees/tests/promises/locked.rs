//! ManageMyHealth: a phone that is left lying about. What is locked cannot be read, and a PIN cannot be guessed.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use pericard::{
    Account, AccountLock, IncompleteReason, InputProblem, Keystore, KeystoreError, LockState,
    NewMessage, PericardError, SealReason, SessionState, SignInMethod, SignInReason, SyncOutcome,
};
use pericard_guarantees::{Harness, inbox, run, sync, threads};
use pericard_world::NetworkState;
use serde_json::json;

const PIN: &[u8] = b"270419";
const WRONG: &[u8] = b"270418";
const DESTROYED: PericardError = PericardError::SignInRequired {
    reason: SignInReason::Destroyed,
};

fn locked(attempts_left: u32) -> LockState {
    LockState::Locked {
        attempts_left,
        has_key: false,
    }
}

fn wrong(attempts_left: u32) -> Result<(), PericardError> {
    Err(PericardError::WrongPin { attempts_left })
}

/// Ana, synced, with a PIN.
async fn with_a_pin() -> (Harness, Arc<Account>) {
    let harness = Harness::ana_and_ben().await;
    let ana = harness.sign_in("ana").await.unwrap();
    sync(&ana).await.unwrap();
    ana.lock().set_pin(None, PIN.to_vec()).await.unwrap();
    (harness, ana)
}

async fn restarted(harness: Harness, account: &Account) -> (Harness, Arc<Account>) {
    let harness = harness.restarted().await.unwrap();
    let account = harness.client.account(account.id()).await.unwrap();
    (harness, account)
}

async fn is_closed(account: &Account) -> bool {
    let name = account.people().remove(0).name;
    let read = threads(account).await.err();
    account.session() == SessionState::Locked
        && name.is_empty()
        && read == Some(PericardError::Locked)
}

async fn is_open(account: &Account) -> bool {
    let name = account.people().remove(0).name;
    account.session() == SessionState::Active && !name.is_empty() && threads(account).await.is_ok()
}

fn lock(account: &Account) -> Arc<AccountLock> {
    account.lock()
}

#[test]
fn what_is_locked_is_read_after_the_right_pin_and_not_before() {
    run(async {
        let (harness, ana) = with_a_pin().await;
        assert_eq!(lock(&ana).state(), Ok(LockState::Unlocked));
        assert!(is_open(&ana).await);
        lock(&ana).lock().await.unwrap();
        assert!(is_closed(&ana).await);
        assert_eq!(lock(&ana).unlock(WRONG.to_vec()).await, wrong(9));
        assert!(is_closed(&ana).await);
        lock(&ana).unlock(PIN.to_vec()).await.unwrap();
        assert!(is_open(&ana).await);
        // A new process begins locked; digits of another script are the same PIN.
        let (harness, ana) = restarted(harness, &ana).await;
        assert_eq!(lock(&ana).state(), Ok(locked(10)));
        assert!(is_closed(&ana).await);
        lock(&ana).unlock("٢٧٠ ٤١٩".into()).await.unwrap();
        assert!(is_open(&ana).await);
        sync(&ana).await.unwrap();
        // Without a lock it is read at once, as before.
        lock(&ana).remove_pin(PIN.to_vec()).await.unwrap();
        let (_harness, ana) = restarted(harness, &ana).await;
        assert_eq!(lock(&ana).state(), Ok(LockState::Off));
        assert!(is_open(&ana).await);
    });
}

#[test]
fn the_lock_of_one_account_closes_no_other() {
    run(async {
        let (harness, ana) = with_a_pin().await;
        let ben = harness.sign_in("ben").await.unwrap();
        sync(&ben).await.unwrap();
        lock(&ana).lock().await.unwrap();
        assert!(is_closed(&ana).await);
        assert!(is_open(&ben).await);
        assert_eq!(lock(&ben).state(), Ok(LockState::Off));
        let none = PericardError::InvalidInput {
            field: "lock".into(),
            problem: InputProblem::WrongState,
        };
        assert_eq!(lock(&ben).lock().await, Err(none.clone()));
        assert_eq!(lock(&ben).unlock(PIN.to_vec()).await, Err(none));
    });
}

#[test]
fn ten_wrong_pins_destroy_what_is_cached_over_kills_and_a_database_from_before() {
    run(async {
        let (harness, ana) = with_a_pin().await;
        harness.client.shut_down().await.unwrap();
        let copy = harness.world.path().join("copy");
        copy_device(&directory(&harness), &copy);
        let (mut harness, mut ana) = restarted(harness, &ana).await;
        for left in (1..10).rev() {
            assert_eq!(lock(&ana).unlock(WRONG.to_vec()).await, wrong(left));
            if left % 4 == 0 {
                harness.client.shut_down().await.unwrap();
                copy_device(&copy, &directory(&harness));
                (harness, ana) = restarted(harness, &ana).await;
                assert_eq!(lock(&ana).state(), Ok(locked(left)));
            }
        }
        assert_eq!(lock(&ana).unlock(WRONG.to_vec()).await, Err(DESTROYED));
        let sealed = SessionState::Sealed {
            reason: SealReason::Destroyed,
        };
        for _ in 0..2 {
            assert_eq!(lock(&ana).state(), Ok(LockState::Destroyed));
            assert_eq!(lock(&ana).unlock(PIN.to_vec()).await, Err(DESTROYED));
            assert_eq!(ana.session(), sealed);
            assert_eq!(threads(&ana).await, Err(DESTROYED));
            // The thief does not fetch it anew: the tokens are gone, in an older copy of the database, too.
            assert_eq!(ana.start_sync(None, false).err(), Some(DESTROYED));
            harness.client.shut_down().await.unwrap();
            copy_device(&copy, &directory(&harness));
            (harness, ana) = restarted(harness, &ana).await;
        }
        let sign_in = ana.sign_in_again(SignInMethod::Native).await.unwrap();
        let ana = harness.answer("ana", sign_in).await.unwrap();
        assert_eq!(lock(&ana).state(), Ok(LockState::Off));
        assert!(threads(&ana).await.unwrap().is_empty());
        sync(&ana).await.unwrap();
        assert_eq!(threads(&ana).await.unwrap().len(), 3);
        // The count begins anew with a new PIN.
        lock(&ana).set_pin(None, PIN.to_vec()).await.unwrap();
        lock(&ana).lock().await.unwrap();
        assert_eq!(lock(&ana).state(), Ok(locked(10)));
        lock(&ana).unlock(PIN.to_vec()).await.unwrap();
    });
}

/// Nine wrong ones and a right one: the counter-test of the promise above.
#[test]
fn a_right_pin_takes_the_wrong_ones_back() {
    run(async {
        let (_harness, ana) = with_a_pin().await;
        lock(&ana).lock().await.unwrap();
        for left in (1..10).rev() {
            assert_eq!(lock(&ana).unlock(WRONG.to_vec()).await, wrong(left));
        }
        lock(&ana).unlock(PIN.to_vec()).await.unwrap();
        assert_eq!(threads(&ana).await.unwrap().len(), 3);
        lock(&ana).lock().await.unwrap();
        assert_eq!(lock(&ana).state(), Ok(locked(10)));
    });
}

/// Refuses to store the count while it is told to.
struct Counts {
    inner: Arc<dyn Keystore>,
    refuses: AtomicBool,
}

impl Keystore for Counts {
    fn load(&self, name: String) -> Result<Option<Vec<u8>>, KeystoreError> {
        self.inner.load(name)
    }

    fn store(&self, name: String, value: Vec<u8>) -> Result<(), KeystoreError> {
        if name.contains(".tries.") && self.refuses.load(SeqCst) {
            return Err(KeystoreError::Unavailable);
        }
        self.inner.store(name, value)
    }

    fn delete(&self, name: String) -> Result<(), KeystoreError> {
        self.inner.delete(name)
    }
}

#[test]
fn a_pin_whose_try_cannot_be_counted_is_not_tried() {
    run(async {
        let (mut harness, ana) = with_a_pin().await;
        harness.client.shut_down().await.unwrap();
        let keystore = Arc::new(Counts {
            inner: harness.world.keystore(),
            refuses: AtomicBool::new(true),
        });
        harness.client = harness.world.open(keystore.clone()).await.unwrap();
        let ana = harness.client.account(ana.id()).await.unwrap();
        let unavailable = PericardError::Keystore {
            kind: KeystoreError::Unavailable,
        };
        for pin in [PIN, WRONG] {
            let refused = lock(&ana).unlock(pin.to_vec()).await;
            assert_eq!(refused, Err(unavailable.clone()));
        }
        assert!(is_closed(&ana).await);
        keystore.refuses.store(false, SeqCst);
        assert_eq!(lock(&ana).unlock(WRONG.to_vec()).await, wrong(9));
        lock(&ana).unlock(PIN.to_vec()).await.unwrap();
    });
}

/// The keystore of a phone that was not unlocked since it was switched on answers later: nothing is open until then.
#[test]
fn a_keystore_that_answers_late_opens_no_lock() {
    run(async {
        let (mut harness, ana) = with_a_pin().await;
        harness.client.shut_down().await.unwrap();
        let keystore = Arc::new(Late {
            inner: harness.world.keystore(),
            answers: AtomicBool::new(false),
        });
        harness.client = harness.world.open(keystore.clone()).await.unwrap();
        let ana = harness.client.account(ana.id()).await.unwrap();
        assert!(threads(&ana).await.is_err());
        keystore.answers.store(true, SeqCst);
        assert_eq!(threads(&ana).await, Err(PericardError::Locked));
        assert!(is_closed(&ana).await);
        assert_eq!(lock(&ana).unlock(WRONG.to_vec()).await, wrong(9));
        lock(&ana).unlock(PIN.to_vec()).await.unwrap();
        assert!(is_open(&ana).await);
    });
}

/// Does not give the key of any content while it is told not to.
struct Late {
    inner: Arc<dyn Keystore>,
    answers: AtomicBool,
}

impl Keystore for Late {
    fn load(&self, name: String) -> Result<Option<Vec<u8>>, KeystoreError> {
        if name.contains(".content.") && !self.answers.load(SeqCst) {
            return Err(KeystoreError::Unavailable);
        }
        self.inner.load(name)
    }

    fn store(&self, name: String, value: Vec<u8>) -> Result<(), KeystoreError> {
        self.inner.store(name, value)
    }

    fn delete(&self, name: String) -> Result<(), KeystoreError> {
        self.inner.delete(name)
    }
}

/// Somebody deletes the count alone.
#[test]
fn a_count_that_is_gone_gives_one_try_and_not_ten() {
    run(async {
        let (harness, ana) = with_a_pin().await;
        let keystore = harness.world.keystore();
        let id = std::fs::read_to_string(directory(&harness).join("id")).unwrap();
        let tries = format!("{}.tries.{}", id.trim(), ana.id());
        assert!(keystore.load(tries.clone()).unwrap().is_some());
        keystore.delete(tries).unwrap();
        let (_harness, ana) = restarted(harness, &ana).await;
        assert_eq!(lock(&ana).state(), Ok(locked(1)));
        lock(&ana).unlock(PIN.to_vec()).await.unwrap();
        assert!(is_open(&ana).await);
    });
}

#[test]
fn whoever_is_away_for_too_long_finds_it_locked() {
    run(async {
        let (harness, ana) = with_a_pin().await;
        lock(&ana)
            .set_auto_lock(Duration::from_secs(300))
            .await
            .unwrap();
        let changes = ana.changes().unwrap();
        harness.client.person_left();
        harness.world.advance(299).await.unwrap();
        harness.client.person_returned();
        assert!(is_open(&ana).await);
        harness.world.advance(3_600).await.unwrap();
        assert!(is_open(&ana).await);
        // Saying it again does not begin it anew, nor does what the app does without the person.
        harness.client.person_left();
        harness.world.advance(200).await.unwrap();
        harness.client.person_left();
        sync(&ana).await.unwrap();
        harness.world.advance(101).await.unwrap();
        assert!(is_closed(&ana).await);
        let told = async { while !changes.next().await.expect("a change").session {} };
        let soon = tokio::time::timeout(Duration::from_secs(10), told);
        soon.await.expect("nobody was told");
        harness.client.person_returned();
        assert!(is_closed(&ana).await);
        lock(&ana).unlock(PIN.to_vec()).await.unwrap();
        assert!(is_open(&ana).await);
        // It is kept, and with nothing it closes at once.
        let (harness, ana) = restarted(harness, &ana).await;
        assert_eq!(lock(&ana).auto_lock(), Ok(Duration::from_secs(300)));
        lock(&ana).unlock(PIN.to_vec()).await.unwrap();
        lock(&ana).set_auto_lock(Duration::ZERO).await.unwrap();
        harness.client.person_left();
        harness.client.person_returned();
        assert!(is_closed(&ana).await);
    });
}

#[test]
fn without_a_lock_nobody_is_away_for_too_long() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let ana = harness.sign_in("ana").await.unwrap();
        sync(&ana).await.unwrap();
        harness.client.person_left();
        harness.world.advance(86_400).await.unwrap();
        harness.client.person_returned();
        assert!(is_open(&ana).await);
    });
}

#[test]
fn locking_ends_what_is_under_way_and_says_so() {
    run(async {
        let (harness, ana) = with_a_pin().await;
        harness.world.sent();
        harness.world.network(NetworkState::Stalled);
        let syncing = ana.start_sync(None, false).unwrap();
        harness.world.until_sent(|_| true).await;
        let lock_of_ana = lock(&ana);
        let closed = tokio::time::timeout(Duration::from_secs(2), lock_of_ana.lock());
        closed.await.expect("locking waits for a portal").unwrap();
        let ended = loop {
            match syncing.next().await {
                Ok(Some(_)) => {}
                ended => break ended,
            }
        };
        assert_eq!(ended, Err(PericardError::Locked));
        harness.world.network(NetworkState::Up);
        lock(&ana).unlock(PIN.to_vec()).await.unwrap();
        sync(&ana).await.unwrap();
    });
}

/// What a run of the account found, and how it ended.
async fn looked(account: &Account) -> (u64, Option<SyncOutcome>) {
    let run = account.start_sync(None, false).unwrap();
    while run.next().await.unwrap().is_some() {}
    (run.news(), run.outcome())
}

#[test]
fn a_locked_account_counts_what_is_new_and_keeps_nothing_of_it() {
    run(async {
        let (harness, ana) = with_a_pin().await;
        let counted = Some(SyncOutcome::Incomplete {
            reason: IncompleteReason::Locked,
        });
        lock(&ana).lock().await.unwrap();
        assert_eq!(looked(&ana).await, (0, counted));
        let news = json!({ "new_message": { "who": "ana", "thread": 0, "text": "Zebrafinches" } });
        harness.portal(news).await;
        harness.world.sent();
        assert_eq!(looked(&ana).await, (1, counted));
        // One small request, and no record of it.
        let asked = harness.world.sent();
        let searches = asked
            .iter()
            .filter(|sent| sent.url.path().ends_with("/Communication"));
        assert_eq!(searches.count(), 1, "{asked:?}");
        assert_eq!(harness.world.disk("Zebrafinches".into()).await.unwrap(), 0);
        lock(&ana).unlock(PIN.to_vec()).await.unwrap();
        assert!(
            inbox(&ana)
                .search("zebrafinches".into(), None, 10)
                .await
                .unwrap()
                .hits
                .is_empty()
        );
        assert_eq!(looked(&ana).await, (0, Some(SyncOutcome::Complete)));
        assert_eq!(
            inbox(&ana)
                .search("zebrafinches".into(), None, 10)
                .await
                .unwrap()
                .hits
                .len(),
            1
        );
    });
}

/// A portal that knows neither times nor ids in a search, or refuses them, does not make it cry wolf.
#[test]
fn what_is_counted_is_believed_by_its_times_alone() {
    for unsupported in ["ignored_silently", "refused"] {
        run(async move {
            let faults: Vec<_> = ["_sort", "_lastUpdated", "_count", "_elements"]
                .iter()
                .map(|name| json!({ "fault": "parameter", "as": unsupported, "name": name }))
                .collect();
            let people = json!({ "ana": { "threads": 3, "messages": 12 } });
            let harness = Harness::described(json!({ "people": people, "faults": faults })).await;
            let ana = harness.sign_in("ana").await.unwrap();
            sync(&ana).await.unwrap();
            lock(&ana).set_pin(None, PIN.to_vec()).await.unwrap();
            lock(&ana).lock().await.unwrap();
            assert_eq!(looked(&ana).await.0, 0, "{unsupported}");
            let news = json!({ "new_message": { "who": "ana", "thread": 0, "text": "News" } });
            harness.portal(news).await;
            assert_eq!(looked(&ana).await.0, 1, "{unsupported}");
        });
    }
}

#[test]
fn a_seal_closes_the_lock_and_a_sign_in_does_not_open_it() {
    run(async {
        let (harness, ana) = with_a_pin().await;
        let message = NewMessage {
            thread: Some(threads(&ana).await.unwrap()[0].id.clone()),
            text: "Kept".into(),
            ..NewMessage::default()
        };
        harness.world.network(NetworkState::Down);
        inbox(&ana).send(message).await.unwrap();
        harness.world.network(NetworkState::Up);
        harness.portal(json!({ "revoke": "ana" })).await;
        sync(&ana).await.unwrap_err();
        assert!(matches!(ana.session(), SessionState::Sealed { .. }));
        let revoked = PericardError::SignInRequired {
            reason: SignInReason::Revoked,
        };
        assert_eq!(lock(&ana).unlock(PIN.to_vec()).await, Err(revoked));
        let sign_in = ana.sign_in_again(SignInMethod::Native).await.unwrap();
        let ana = harness.answer("ana", sign_in).await.unwrap();
        assert!(is_closed(&ana).await);
        lock(&ana).unlock(PIN.to_vec()).await.unwrap();
        assert_eq!(inbox(&ana).outbox().await.unwrap().len(), 1);
    });
}

#[test]
fn the_shells_key_opens_beside_the_pin_and_only_the_newest() {
    run(async {
        let (harness, ana) = with_a_pin().await;
        let first = lock(&ana).add_key(PIN.to_vec()).await.unwrap();
        let key = lock(&ana).add_key(PIN.to_vec()).await.unwrap();
        let (_harness, ana) = restarted(harness, &ana).await;
        let state = LockState::Locked {
            attempts_left: 10,
            has_key: true,
        };
        assert_eq!(lock(&ana).state(), Ok(state));
        let refused = PericardError::Keystore {
            kind: KeystoreError::Refused,
        };
        for _ in 0..12 {
            let opened = lock(&ana).unlock_with_key(first.clone()).await;
            assert_eq!(opened, Err(refused.clone()));
        }
        // A wrong key is no try.
        assert_eq!(lock(&ana).state(), Ok(state));
        lock(&ana).unlock_with_key(key.clone()).await.unwrap();
        assert!(is_open(&ana).await);
        // Another PIN leaves it as it is; giving it up does not.
        lock(&ana)
            .set_pin(Some(PIN.to_vec()), b"904172".to_vec())
            .await
            .unwrap();
        lock(&ana).lock().await.unwrap();
        assert_eq!(lock(&ana).unlock(PIN.to_vec()).await, wrong(9));
        lock(&ana).unlock_with_key(key.clone()).await.unwrap();
        lock(&ana).lock().await.unwrap();
        lock(&ana).remove_key().await.unwrap();
        assert_eq!(lock(&ana).unlock_with_key(key).await, Err(refused));
        lock(&ana).unlock(b"904172".to_vec()).await.unwrap();
        assert!(is_open(&ana).await);
    });
}

#[test]
fn another_pin_needs_the_one_of_before_and_a_wrong_one_counts() {
    run(async {
        let (_harness, ana) = with_a_pin().await;
        let input = |field: &str, problem| PericardError::InvalidInput {
            field: field.into(),
            problem,
        };
        let set = |current: Option<&[u8]>, pin: &[u8]| {
            let (lock, current, pin) = (lock(&ana), current.map(<[u8]>::to_vec), pin.to_vec());
            async move { lock.set_pin(current, pin).await }
        };
        let missing = input("current", InputProblem::WrongState);
        assert_eq!(set(None, b"904172").await, Err(missing));
        let simple = input("pin", InputProblem::TooSimple);
        assert_eq!(set(Some(PIN), b"123456").await, Err(simple));
        let short = input("current", InputProblem::TooShort);
        assert_eq!(set(Some(b"2704"), b"904172").await, Err(short));
        assert_eq!(set(Some(WRONG), b"904172").await, wrong(9));
        assert_eq!(lock(&ana).remove_pin(WRONG.to_vec()).await, wrong(8));
        assert_eq!(
            lock(&ana).add_key(WRONG.to_vec()).await.err(),
            wrong(7).err()
        );
        // Who reads goes on reading.
        assert!(is_open(&ana).await);
        lock(&ana).lock().await.unwrap();
        assert_eq!(lock(&ana).state(), Ok(locked(7)));
        let closed = set(Some(PIN), b"904172").await;
        assert_eq!(closed, Err(PericardError::Locked));
        lock(&ana).unlock(PIN.to_vec()).await.unwrap();
        set(Some(PIN), b"904172").await.unwrap();
        lock(&ana).lock().await.unwrap();
        assert_eq!(lock(&ana).unlock(PIN.to_vec()).await, wrong(9));
        lock(&ana).unlock(b"904172".to_vec()).await.unwrap();
    });
}

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
