//! Tasks and blocking threads: one runtime per process, never dropped.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// A task.
pub type Job = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A piece of work that may block.
pub type Work = Box<dyn FnOnce() + Send>;

/// Runs tasks and blocking work.
pub trait Spawner: Send + Sync + 'static {
    /// Runs `job` to its end. A panic in it ends that task alone.
    fn spawn(&self, job: Job);
    /// Runs `work` where it may block.
    fn blocking(&self, work: Work);
    /// The same for a read, of which there may be thousands at once: they take turns, in the order of asking, and leave
    /// threads for everything else.
    fn reading(&self, work: Work) {
        self.blocking(work);
    }
    /// The same for closing files: it waits for nobody, since a keystore may hang on every other thread.
    fn closing(&self, work: Work) {
        self.blocking(work);
    }
}

/// The process's tokio runtime.
pub(super) struct Runtime;

/// Threads that disk and keystore may block. SQLite has one writer and one reader per database, so more would only wait.
const BLOCKING: usize = 8;

/// How many of them read at a time: a write, a refresh or a sync always finds another.
const READING: usize = 4;

fn runtime() -> &'static tokio::runtime::Runtime {
    static RUNTIME: OnceLock<tokio::runtime::Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .max_blocking_threads(BLOCKING)
            .thread_name("pericard")
            .enable_all()
            .build()
            // Without threads nothing can run, and there is no caller to tell.
            .unwrap_or_else(|_| std::process::abort())
    })
}

#[allow(clippy::disallowed_methods)] // the one place
impl Spawner for Runtime {
    fn spawn(&self, job: Job) {
        runtime().spawn(job);
    }

    fn blocking(&self, work: Work) {
        runtime().spawn_blocking(work);
    }

    fn reading(&self, work: Work) {
        if let Some(work) = reads().begin(work) {
            read(work);
        }
    }

    fn closing(&self, work: Work) {
        let shared = Arc::new(Mutex::new(Some(work)));
        let own = shared.clone();
        let take = |shared: &Mutex<Option<Work>>| {
            let mut work = shared.lock().unwrap_or_else(PoisonError::into_inner);
            work.take()
        };
        let started = std::thread::Builder::new()
            .name("pericard-close".into())
            .spawn(move || {
                if let Some(work) = take(&own) {
                    work();
                }
            });
        // No thread to be had: then after whoever blocks now.
        if started.is_err()
            && let Some(work) = take(&shared)
        {
            self.blocking(work);
        }
    }
}

/// The reads of this process: how many are running, and those that wait for their turn.
#[derive(Default)]
struct Reads {
    running: usize,
    waiting: VecDeque<Work>,
}

impl Reads {
    /// Returns `work` if it may run now; keeps it otherwise.
    fn begin(&mut self, work: Work) -> Option<Work> {
        if self.running == READING {
            self.waiting.push_back(work);
            return None;
        }
        self.running += 1;
        Some(work)
    }

    /// Ends a read; returns the one that runs in its place.
    fn end(&mut self) -> Option<Work> {
        let next = self.waiting.pop_front();
        if next.is_none() {
            self.running -= 1;
        }
        next
    }
}

fn reads() -> MutexGuard<'static, Reads> {
    static READS: Mutex<Reads> = Mutex::new(Reads {
        running: 0,
        waiting: VecDeque::new(),
    });
    READS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs one read, then hands its turn on. The next one queues behind what was asked meanwhile.
#[allow(clippy::disallowed_methods)] // the one place
fn read(work: Work) {
    runtime().spawn_blocking(move || {
        let _turn = Turn;
        work();
    });
}

/// The right to read, handed on even if the read panics.
struct Turn;

impl Drop for Turn {
    fn drop(&mut self) {
        let next = reads().end();
        if let Some(next) = next {
            read(next);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
    use std::sync::{Barrier, mpsc};

    use super::*;

    /// One test at a time: both use up threads of the process.
    static ALONE: Mutex<()> = Mutex::new(());

    /// Reads that all wait for a write to be done, and 2,000 behind them.
    #[test]
    fn reads_take_turns_and_starve_no_write() {
        let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        static NOW: AtomicUsize = AtomicUsize::new(0);
        static MOST: AtomicUsize = AtomicUsize::new(0);
        let (tell, told) = mpsc::channel();
        let gate = Arc::new(Barrier::new(READING + 1));
        for n in 0..2_000 {
            let (tell, gate) = (tell.clone(), gate.clone());
            Runtime.reading(Box::new(move || {
                let now = NOW.fetch_add(1, SeqCst) + 1;
                MOST.fetch_max(now, SeqCst);
                if n < READING {
                    gate.wait();
                }
                NOW.fetch_sub(1, SeqCst);
                tell.send(n).unwrap();
                assert!(n != 7, "a read that panics hands its turn on");
            }));
        }
        // Every reader is stuck until this write has run.
        Runtime.blocking(Box::new(move || {
            gate.wait();
        }));
        drop(tell);
        let done: Vec<_> = told.into_iter().collect();
        assert_eq!(done.len(), 2_000);
        assert_eq!(MOST.load(SeqCst), READING);
    }

    #[test]
    fn closing_waits_for_nobody() {
        let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let (tell, told) = mpsc::channel();
        let stuck = Arc::new(Barrier::new(BLOCKING + 1));
        for _ in 0..BLOCKING {
            let stuck = stuck.clone();
            Runtime.blocking(Box::new(move || {
                stuck.wait();
            }));
        }
        Runtime.closing(Box::new(move || tell.send(()).unwrap()));
        told.recv().unwrap();
        stuck.wait();
    }
}
