//! The test world: clock, network and portal in the hands of a story, in three languages.
//!
//! It is linked into the second library only, beside the same sources of `pericard` that ship. A [`TestWorld`] has a
//! directory, a reference portal of its own, a network that can be cut, and a clock that moves client and portal
//! together; `open` gives a client that stands in it.

// Tests may use the clock and tasks of the world outside: here they are made into another.
#![allow(clippy::disallowed_methods)]

mod bare;
mod browser;
mod clock;
mod conformance;
mod control;
mod crash;
mod keystore;
mod network;
mod people;
mod world;

pub use bare::Bare;
pub use conformance::keystore_conformance;
pub use control::use_portals;
pub use keystore::MemoryKeystore;
pub use network::{NetworkState, Sent};
pub use world::TestWorld;

uniffi::setup_scaffolding!();

/// Something about the world itself failed, not about what is tested.
#[derive(Debug, Clone, thiserror::Error, uniffi::Error)]
pub enum WorldError {
    /// It failed.
    #[error("{problem}")]
    Failed {
        /// What failed.
        problem: String,
    },
}

impl WorldError {
    pub(crate) fn new(problem: impl Into<String>) -> Self {
        Self::Failed {
            problem: problem.into(),
        }
    }
}

impl From<std::io::Error> for WorldError {
    fn from(error: std::io::Error) -> Self {
        Self::new(error.to_string())
    }
}

impl From<reqwest::Error> for WorldError {
    fn from(error: reqwest::Error) -> Self {
        Self::new(error.to_string())
    }
}

/// The world's own runtime: exported futures are polled by Swift and Kotlin, which have none.
pub(crate) fn runtime() -> &'static tokio::runtime::Runtime {
    static RUNTIME: std::sync::OnceLock<tokio::runtime::Runtime> = std::sync::OnceLock::new();
    RUNTIME.get_or_init(|| {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(2).thread_name("world").enable_all();
        builder.build().expect("threads for the test world")
    })
}

/// Runs `job` on the world's runtime.
pub(crate) async fn spawn<T: Send + 'static>(
    job: impl Future<Output = Result<T, WorldError>> + Send + 'static,
) -> Result<T, WorldError> {
    runtime()
        .spawn(job)
        .await
        .unwrap_or_else(|_| Err(WorldError::new("the test world panicked")))
}
