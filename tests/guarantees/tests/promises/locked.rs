//! ManageMyHealth: a phone that is left lying about. What is locked cannot be read, and a PIN cannot be guessed.

mod away;
mod choosing;
mod news;
mod roots;
mod tries;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pericard::{
    Account, AccountLock, Client, InputProblem, Keystore, KeystoreError, LockState, NewMessage,
    PericardError, SessionState, SignInMethod, SignInReason,
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

/// A call to a keystore.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Call {
    Load,
    Store,
    Delete,
}

type Refusal = Box<dyn FnMut(Call, &str) -> bool + Send>;

/// A keystore that refuses what it is told to.
struct Refusing {
    inner: Arc<dyn Keystore>,
    refuses: Mutex<Option<Refusal>>,
}

impl Refusing {
    fn new(harness: &Harness) -> Arc<Self> {
        let inner = harness.world.keystore();
        let refuses = Mutex::default();
        Arc::new(Self { inner, refuses })
    }

    fn refuse(&self, calls: impl FnMut(Call, &str) -> bool + Send + 'static) {
        *self.refuses.lock().unwrap() = Some(Box::new(calls));
    }

    fn refuse_nothing(&self) {
        *self.refuses.lock().unwrap() = None;
    }

    fn asked(&self, call: Call, name: &str) -> Result<(), KeystoreError> {
        let mut refuses = self.refuses.lock().unwrap();
        if refuses.as_mut().is_some_and(|refuses| refuses(call, name)) {
            return Err(KeystoreError::Unavailable);
        }
        Ok(())
    }
}

impl Keystore for Refusing {
    fn load(&self, name: String) -> Result<Option<Vec<u8>>, KeystoreError> {
        self.asked(Call::Load, &name)?;
        self.inner.load(name)
    }

    fn store(&self, name: String, value: Vec<u8>) -> Result<(), KeystoreError> {
        self.asked(Call::Store, &name)?;
        self.inner.store(name, value)
    }

    fn delete(&self, name: String) -> Result<(), KeystoreError> {
        self.asked(Call::Delete, &name)?;
        self.inner.delete(name)
    }
}

const UNAVAILABLE: PericardError = PericardError::Keystore {
    kind: KeystoreError::Unavailable,
};

/// The same device with another keystore.
async fn with_keystore(
    harness: Harness,
    keystore: Arc<dyn Keystore>,
    account: &Account,
) -> (Harness, Arc<Account>) {
    harness.client.shut_down().await.unwrap();
    let client = harness.world.open(keystore).await.unwrap();
    let account = client.account(account.id()).await.unwrap();
    (Harness { client, ..harness }, account)
}

/// The name of what the keystore has of an account.
fn name(harness: &Harness, what: &str, account: &Account) -> String {
    let id = std::fs::read_to_string(directory(harness).join("id")).unwrap();
    format!("{}.{what}.{}", id.trim(), account.id())
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
        let sign_in = ana.sign_in_again(SignInMethod::Native, None).await.unwrap();
        let ana = harness.answer("ana", sign_in).await.unwrap();
        assert!(is_closed(&ana).await);
        lock(&ana).unlock(PIN.to_vec()).await.unwrap();
        assert_eq!(inbox(&ana).outbox().await.unwrap().len(), 1);
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
