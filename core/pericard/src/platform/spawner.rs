//! Tasks and blocking threads: one runtime per process, never dropped.

use std::future::Future;
use std::pin::Pin;
use std::sync::OnceLock;

/// A task.
pub type Job = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Runs tasks and blocking work.
pub trait Spawner: Send + Sync + 'static {
    /// Runs `job` to its end. A panic in it ends that task alone.
    fn spawn(&self, job: Job);
    /// Runs `work` where it may block.
    fn blocking(&self, work: Box<dyn FnOnce() + Send>);
}

/// The process's tokio runtime.
pub(super) struct Runtime;

/// Threads that disk and keystore may block. SQLite has one writer and one reader per database, so more would only wait.
const BLOCKING: usize = 8;

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

    fn blocking(&self, work: Box<dyn FnOnce() + Send>) {
        runtime().spawn_blocking(work);
    }
}
