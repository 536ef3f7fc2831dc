//! The app's process: its tasks, its blocking work, its files and its keystore, and its death at any moment.
//!
//! Dying is a copy of the files and of the keystore at that very moment: whatever the dead still do, on their way out
//! of memory, happens in a folder that nobody opens again. Blocking work runs whole or not at all, as a transaction does.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pericard::test_support::{Checkpoint, Checkpoints, Job, Spawner, Wait};
use pericard::{Keystore, KeystoreError};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::chance::Chance;
use crate::panics;

/// A moment to die at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Death {
    /// Before, or right after, the n-th blocking piece of work.
    Work { n: u32, done: bool },
    /// At the n-th exchange: before it is sent, or when it has had its effect and no answer has come.
    Exchange { n: u32, done: bool },
    /// The same at the n-th create.
    Create { n: u32, done: bool },
    /// Where the process reaches the n-th checkpoint.
    Checkpoint { n: u32 },
}

/// One process of the app.
pub(crate) struct Process {
    pub(crate) folder: PathBuf,
    pub(crate) keystore: Arc<MemoryKeystore>,
    alive: AtomicBool,
    died: Notify,
    tasks: Mutex<JoinSet<()>>,
    chance: Mutex<Chance>,
    death: Mutex<Option<Death>>,
    works: AtomicU32,
    checkpoints: AtomicU32,
    /// Where the files and the keystore are as they were at the death.
    left: Mutex<Option<(PathBuf, Arc<MemoryKeystore>)>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Process {
    pub(crate) fn new(folder: PathBuf, keystore: Arc<MemoryKeystore>, chance: Chance) -> Arc<Self> {
        Arc::new(Self {
            folder,
            keystore,
            alive: AtomicBool::new(true),
            died: Notify::new(),
            tasks: Mutex::default(),
            chance: Mutex::new(chance),
            death: Mutex::default(),
            works: AtomicU32::new(0),
            checkpoints: AtomicU32::new(0),
            left: Mutex::default(),
        })
    }

    /// Which one it is.
    pub(crate) fn folder_name(&self) -> String {
        self.folder
            .file_name()
            .unwrap_or_default()
            .display()
            .to_string()
    }

    pub(crate) fn is_alive(&self) -> bool {
        self.alive.load(SeqCst)
    }

    /// Lets it die at `death`, counted from now; `None`: not any more.
    pub(crate) fn dies_at(&self, death: Option<Death>) {
        self.works.store(0, SeqCst);
        self.checkpoints.store(0, SeqCst);
        *lock(&self.death) = death;
    }

    /// Whether it is to die at this moment; then it does.
    pub(crate) fn passes(&self, moment: Death) -> bool {
        if *lock(&self.death) == Some(moment) {
            self.die();
        }
        self.is_alive()
    }

    /// Dies now.
    pub(crate) fn die(&self) {
        if !self.alive.swap(false, SeqCst) {
            return;
        }
        let next = next_folder(&self.folder);
        // Without its files the next process finds nothing, which the comparison tells.
        let _ = copy(&self.folder, &next);
        *lock(&self.left) = Some((next, Arc::new(self.keystore.copy())));
        self.died.notify_one();
    }

    /// Returns when it has died.
    pub(crate) async fn died(&self) {
        if self.is_alive() {
            self.died.notified().await;
        }
    }

    /// Buries a dead process; returns what it left.
    pub(crate) async fn bury(&self) -> (PathBuf, Arc<MemoryKeystore>) {
        self.die();
        let mut tasks = std::mem::take(&mut *lock(&self.tasks));
        tasks.shutdown().await;
        let left = lock(&self.left).take();
        left.unwrap_or_else(|| (self.folder.clone(), self.keystore.clone()))
    }
}

/// `…/3` after `…/2`.
fn next_folder(folder: &Path) -> PathBuf {
    let name = folder.file_name().and_then(|name| name.to_str());
    let number: u32 = name.and_then(|name| name.parse().ok()).unwrap_or_default();
    folder.with_file_name((number + 1).to_string())
}

/// Everything but the index of a write-ahead log, which lives in memory and is made anew.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else if !entry.file_name().to_string_lossy().ends_with("-shm") {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Runs a process's tasks, all on one thread.
pub(crate) struct OneThread(pub(crate) Arc<Process>);

impl Spawner for OneThread {
    fn spawn(&self, job: Job) {
        if self.0.is_alive() {
            lock(&self.0.tasks).spawn(job);
        }
    }

    /// As other threads would: not at once, and not in the order of asking.
    fn blocking(&self, work: Box<dyn FnOnce() + Send>) {
        let process = self.0.clone();
        let turns = lock(&process.chance).below(4);
        self.spawn(Box::pin(async move {
            for _ in 0..turns {
                tokio::task::yield_now().await;
            }
            let n = process.works.fetch_add(1, SeqCst) + 1;
            if process.passes(Death::Work { n, done: false }) {
                outside(work);
                process.passes(Death::Work { n, done: true });
            }
        }));
    }
}

/// Runs `work` where it may block, while everybody waits for it. It still sees the simulated time.
fn outside(work: Box<dyn FnOnce() + Send>) {
    let runtime = tokio::runtime::Handle::current();
    let panicked = std::thread::scope(|scope| {
        let done = scope.spawn(move || {
            let _guard = runtime.enter();
            let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
            done.err().and_then(|_| panics::last())
        });
        done.join().unwrap_or_default()
    });
    if let Some(why) = panicked {
        panics::note(why);
    }
}

/// The checkpoints of a process.
pub(crate) struct Watched(pub(crate) Arc<Process>);

impl Checkpoints for Watched {
    fn reached(&self, _: Checkpoint) -> Wait {
        let process = self.0.clone();
        Box::pin(async move {
            let n = process.checkpoints.fetch_add(1, SeqCst) + 1;
            if !process.passes(Death::Checkpoint { n }) {
                std::future::pending::<()>().await;
            }
        })
    }
}

/// A keystore in memory that outlives a process.
#[derive(Default)]
pub(crate) struct MemoryKeystore(Mutex<BTreeMap<String, Vec<u8>>>);

impl MemoryKeystore {
    fn copy(&self) -> Self {
        Self(Mutex::new(lock(&self.0).clone()))
    }
}

impl Keystore for MemoryKeystore {
    fn load(&self, name: String) -> Result<Option<Vec<u8>>, KeystoreError> {
        Ok(lock(&self.0).get(&name).cloned())
    }

    fn store(&self, name: String, value: Vec<u8>) -> Result<(), KeystoreError> {
        lock(&self.0).insert(name, value);
        Ok(())
    }

    fn delete(&self, name: String) -> Result<(), KeystoreError> {
        lock(&self.0).remove(&name);
        Ok(())
    }
}
