//! A directory is free soon after the last object of its client is gone, or after a shut-down, whatever is under way,
//! whatever a server or a keystore does, and in whatever order objects are dropped.

use std::any::Any;
use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex};
use std::task::Poll;
use std::time::Duration;

use pericard::{
    Client, Keystore, KeystoreError, NewMessage, PericardError, SessionState, SignInMethod,
    SyncOutcome,
};
use pericard_guarantees::{Harness, inbox, run, sync, threads};
use pericard_world::NetworkState;

/// A hang is told from a slow machine.
const HANG: Duration = Duration::from_secs(15);

async fn soon<T>(what: &str, done: impl Future<Output = T>) -> T {
    let ended = tokio::time::timeout(HANG, done).await;
    ended.unwrap_or_else(|_| panic!("{what} hangs"))
}

type Object = (&'static str, Box<dyn Any>);

/// One of everything, with a sync, a sign-in and a portal that wait for a server which never answers.
async fn everything(harness: Harness) -> (Harness, Vec<Object>) {
    let account = harness.sign_in("ana").await.unwrap();
    sync(&account).await.unwrap();
    let portal = {
        let config = harness.client.portals().remove(0);
        harness.client.portal(config).await.unwrap()
    };
    let sign_in = portal.sign_in(SignInMethod::Native).await.unwrap();
    let messages = inbox(&account);
    let thread = messages.threads(None, 1).await.unwrap().threads.remove(0);
    harness.world.sent();
    harness.world.network(NetworkState::Stalled);
    let run = account.start_sync(None, false).unwrap();
    harness.world.until_sent(|_| true).await;
    let waiting = {
        let (client, config) = (harness.client.clone(), harness.client.portals().remove(0));
        tokio::spawn(async move { drop(client.portal(config).await) })
    };
    let password = harness.world.password("ana".into(), true).unwrap();
    let asked = tokio::spawn({
        let sign_in = sign_in.clone();
        async move { drop(sign_in.password("ana".into(), password).await) }
    });
    // Callers that went away: their jobs go on.
    tokio::time::sleep(Duration::from_millis(50)).await;
    for caller in [waiting, asked] {
        caller.abort();
        let _ = caller.await;
    }
    let objects: Vec<Object> = vec![
        ("two factors", Box::new(account.two_factor())),
        ("changes", Box::new(account.changes().unwrap())),
        ("messages", Box::new(messages)),
        ("a thread", Box::new(thread)),
        ("a run", Box::new(run)),
        ("a sign-in", Box::new(sign_in)),
        ("a portal", Box::new(portal)),
        ("an account", Box::new(account)),
        ("the client", Box::new(harness.client.clone())),
    ];
    (harness, objects)
}

#[test]
fn dropping_every_object_in_any_order_frees_the_directory() {
    for first in 0..9 {
        for backwards in [false, true] {
            run(async move {
                let (harness, mut objects) = everything(Harness::ana_and_ben().await).await;
                objects.rotate_left(first);
                if backwards {
                    objects.reverse();
                }
                let Harness { world, client } = harness;
                drop(client);
                drop(objects);
                let opening = world.open(world.keystore());
                let client = soon("opening again", opening).await.unwrap();
                world.network(NetworkState::Up);
                let account = client.accounts().await.unwrap().remove(0);
                sync(&account).await.unwrap();
                assert_eq!(threads(&account).await.unwrap().len(), 3);
            });
        }
    }
}

#[test]
fn any_object_but_a_stream_keeps_the_client_open() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let account = harness.sign_in("ana").await.unwrap();
        sync(&account).await.unwrap();
        let Harness { world, client } = harness;
        let (messages, changes) = (inbox(&account), account.changes().unwrap());
        let run = account.start_sync(None, false).unwrap();
        drop((client, account));
        // What is under way goes on, and what is held works.
        while run.next().await.unwrap().is_some() {}
        assert_eq!(run.outcome(), Some(SyncOutcome::Complete));
        drop(run);
        assert_eq!(messages.threads(None, 9).await.unwrap().threads.len(), 3);
        let refused = world.open(world.keystore()).await;
        assert_eq!(refused.err(), Some(PericardError::InUse));
        drop(messages);
        let client = soon("opening", world.open(world.keystore())).await;
        assert_eq!(client.unwrap().accounts().await.unwrap().len(), 1);
        soon("the end of a stream", async {
            while changes.next().await.is_some() {}
        })
        .await;
    });
}

/// A keystore that its app has let hold the client.
struct Cycle {
    inner: Arc<dyn Keystore>,
    client: Mutex<Option<Arc<Client>>>,
}

impl Keystore for Cycle {
    fn load(&self, name: String) -> Result<Option<Vec<u8>>, KeystoreError> {
        self.inner.load(name)
    }

    fn store(&self, name: String, value: Vec<u8>) -> Result<(), KeystoreError> {
        self.inner.store(name, value)
    }

    fn delete(&self, name: String) -> Result<(), KeystoreError> {
        self.inner.delete(name)
    }
}

#[test]
fn shutting_down_lets_go_of_a_keystore_that_holds_the_client() {
    run(async {
        let Harness { world, client } = Harness::ana_and_ben().await;
        client.shut_down().await.unwrap();
        let keystore = Arc::new(Cycle {
            inner: world.keystore(),
            client: Mutex::default(),
        });
        let client = world.open(keystore.clone()).await.unwrap();
        *keystore.client.lock().unwrap() = Some(client.clone());
        let left = Arc::downgrade(&keystore);
        drop(keystore);
        assert!(left.upgrade().is_some());
        let harness = Harness { world, client };
        let account = harness.sign_in("ana").await.unwrap();
        sync(&account).await.unwrap();
        soon("shut-down", harness.client.shut_down()).await.unwrap();
        let Harness { world, client } = harness;
        drop(client);
        assert!(left.upgrade().is_none(), "the keystore is still held");
        // Objects that are still held neither hold the directory nor crash.
        assert_eq!(account.session(), SessionState::Active);
        assert_eq!(threads(&account).await, Err(PericardError::Closed));
        let again = world.open(world.keystore()).await.unwrap();
        assert_eq!(again.accounts().await.unwrap().len(), 1);
    });
}

#[test]
fn shutting_down_twice_is_as_good_as_once() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let client = &harness.client;
        let both = async { tokio::join!(client.shut_down(), client.shut_down()) };
        assert_eq!(soon("two shut-downs", both).await, (Ok(()), Ok(())));
        assert_eq!(soon("a third", client.shut_down()).await, Ok(()));
        assert_eq!(client.pause().await, Ok(()));
        assert_eq!(client.resume().await, Err(PericardError::Closed));
        let world = &harness.world;
        world.open(world.keystore()).await.unwrap();
    });
}

/// A keystore behind a dialog that nobody answers.
struct Unanswered {
    inner: Arc<dyn Keystore>,
    asking: AtomicUsize,
    answered: (Mutex<bool>, Condvar),
}

impl Unanswered {
    fn new(inner: Arc<dyn Keystore>) -> Arc<Self> {
        Arc::new(Self {
            inner,
            asking: AtomicUsize::new(0),
            answered: (Mutex::new(true), Condvar::new()),
        })
    }

    fn answer(&self, answered: bool) {
        *self.answered.0.lock().unwrap() = answered;
        self.answered.1.notify_all();
    }

    fn wait(&self) {
        self.asking.fetch_add(1, SeqCst);
        let answered = self.answered.0.lock().unwrap();
        drop(self.answered.1.wait_while(answered, |answered| !*answered));
        self.asking.fetch_sub(1, SeqCst);
    }
}

impl Keystore for Unanswered {
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

/// Looks until it is so: other threads get there when they do.
async fn until(mut is_so: impl AsyncFnMut() -> bool) {
    while !is_so().await {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Ana's account after a restart, with reads, writes and lists that all wait for the keystore.
async fn hanging(keystore: &Arc<Unanswered>, harness: Harness) -> Harness {
    let account = harness.sign_in("ana").await.unwrap();
    sync(&account).await.unwrap();
    harness.client.shut_down().await.unwrap();
    let client = harness.world.open(keystore.clone()).await.unwrap();
    let harness = Harness { client, ..harness };
    keystore.answer(false);
    for _ in 0..40 {
        let client = harness.client.clone();
        tokio::spawn(async move {
            if let Ok(accounts) = client.accounts().await {
                drop(threads(&accounts[0]).await);
            }
        });
    }
    soon("the first question", async {
        until(async || keystore.asking.load(SeqCst) > 0).await;
    })
    .await;
    harness
}

#[test]
fn a_keystore_that_hangs_delays_no_shut_down() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let keystore = Unanswered::new(harness.world.keystore());
        let harness = hanging(&keystore, harness).await;
        soon("shut-down", harness.client.shut_down()).await.unwrap();
        let world = &harness.world;
        let client = soon("opening", world.open(world.keystore())).await.unwrap();
        let account = client.accounts().await.unwrap().remove(0);
        assert_eq!(threads(&account).await.unwrap().len(), 3);
        keystore.answer(true);
    });
}

#[test]
fn a_keystore_that_hangs_keeps_no_dropped_client_open() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let keystore = Unanswered::new(harness.world.keystore());
        let Harness { world, client } = hanging(&keystore, harness).await;
        // Those who wait for it go away, too.
        let left = Arc::downgrade(&client);
        drop(client);
        until(async || {
            keystore.answer(true);
            left.upgrade().is_none()
        })
        .await;
        keystore.answer(false);
        // The thread that let go of it last may still be in its destructor.
        let mut opened = Err(PericardError::InUse);
        soon("opening", async {
            until(async || {
                opened = world.open(Unanswered::new(world.keystore())).await;
                !matches!(opened, Err(PericardError::InUse))
            })
            .await;
        })
        .await;
        assert_eq!(opened.unwrap().accounts().await.unwrap().len(), 1);
        keystore.answer(true);
    });
}

/// The person leaves the screen before the database is open: what they wrote is queued all the same, once.
#[test]
fn a_message_survives_its_caller_going_away_while_the_account_is_opened() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let account = harness.sign_in("ana").await.unwrap();
        let (messages, changes) = (inbox(&account), account.changes().unwrap());
        let letter = NewMessage {
            text: "Kept".into(),
            thread: None,
            subject: Some("Going away".into()),
            recipients: Vec::new(),
            files: Vec::new(),
        };
        // Begun, and dropped at its first wait.
        let mut sending = Box::pin(messages.send(letter));
        std::future::poll_fn(|context| {
            assert!(sending.as_mut().poll(context).is_pending());
            Poll::Ready(())
        })
        .await;
        drop(sending);
        soon("the message", async {
            while !changes.next().await.expect("a change").outbox {}
        })
        .await;
        let queued = messages.outbox().await.unwrap();
        let texts: Vec<_> = queued.iter().map(|message| &*message.text).collect();
        assert_eq!(texts, ["Kept"]);
    });
}

/// Opening that is given up leaves nothing behind.
#[test]
fn a_client_that_nobody_waits_for_any_more_frees_the_directory() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        harness.client.shut_down().await.unwrap();
        let (world, keystore) = (&harness.world, Unanswered::new(harness.world.keystore()));
        keystore.answer(false);
        let opening = tokio::time::timeout(Duration::from_millis(50), world.open(keystore.clone()));
        assert!(opening.await.is_err());
        keystore.answer(true);
        soon("opening", async {
            until(async || world.open(world.keystore()).await.is_ok()).await;
        })
        .await;
    });
}

#[test]
fn an_absurd_budget_is_a_budget() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let account = harness.sign_in("ana").await.unwrap();
        for budget in [Duration::MAX, Duration::from_secs(u64::MAX), Duration::ZERO] {
            let run = account.start_sync(Some(budget), false).unwrap();
            while run.next().await.unwrap().is_some() {}
            assert!(run.outcome().is_some());
        }
        let config = pericard::PortalConfig {
            lease: Some(Duration::MAX),
            ..harness.client.portals().remove(0)
        };
        let config = pericard::Config {
            portals: vec![config],
            ..harness.world.config()
        };
        harness.client.shut_down().await.unwrap();
        let world = &harness.world;
        let client = world.open_as(config, world.keystore()).await.unwrap();
        let account = client.accounts().await.unwrap().remove(0);
        sync(&account).await.unwrap();
        assert_eq!(threads(&account).await.unwrap().len(), 3);
    });
}

/// Threads of this process that belong to the core.
#[cfg(target_os = "linux")]
fn threads_of_the_core() -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap().flatten();
    tasks
        .filter(|task| {
            let name = std::fs::read_to_string(task.path().join("comm"));
            name.is_ok_and(|name| name.trim() == "pericard")
        })
        .count()
}

#[test]
#[cfg(target_os = "linux")]
fn two_thousand_reads_at_once_use_eight_threads() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let account = harness.sign_in("ana").await.unwrap();
        sync(&account).await.unwrap();
        let harness = harness.restarted().await.unwrap();
        let account = harness.client.account(account.id()).await.unwrap();
        let messages = inbox(&account);
        let (done, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let reads: Vec<_> = (0..2_000)
            .map(|n| {
                let (messages, done, most) = (messages.clone(), done.clone(), most.clone());
                tokio::spawn(async move {
                    let page = messages.threads(None, 50).await.unwrap();
                    if n % 50 == 0 {
                        most.fetch_max(threads_of_the_core(), SeqCst);
                    }
                    done.fetch_add(1, SeqCst);
                    page.threads.len()
                })
            })
            .collect();
        // A write does not wait for all of them.
        let thread = messages
            .threads(None, 1)
            .await
            .unwrap()
            .threads
            .remove(0)
            .id;
        messages.mark_read(thread).await.unwrap();
        for read in reads {
            assert_eq!(read.await.unwrap(), 3);
        }
        // Two more run tasks.
        assert!(most.load(SeqCst) <= 8 + 2, "{most:?}");
    });
}
