//! The only door to time, randomness, network and tasks.
//!
//! Everything that makes two runs of the same code differ comes through a [`Platform`]. The real one is
//! [`Platform::real`]; tests bring their own parts through `test_support`. The transport seam lies directly above
//! reqwest, so that redirects, retries and limits are simulated too.

mod broken;
mod checkpoint;
mod clock;
mod code;
mod detail;
pub(crate) mod error;
pub(crate) mod id;
pub(crate) mod lifecycle;
pub(crate) mod log;
mod random;
pub(crate) mod secret;
mod spawner;
mod transport;

use std::future::Future;
use std::sync::Arc;

pub use broken::Break;
pub use checkpoint::{Checkpoint, Checkpoints};
pub use clock::{Clock, Wait};
pub use random::Random;
pub use spawner::{Job, Spawner, Work};
pub use transport::{
    Body, Exchange, Method, Transport, TransportError, TransportRequest, TransportResponse,
};

use error::{PericardError, Result};

/// Where time, randomness, network and tasks come from. Cheap to clone.
#[derive(Clone)]
pub struct Platform {
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// The network.
    pub transport: Arc<dyn Transport>,
    /// Tasks and threads.
    pub spawner: Arc<dyn Spawner>,
    /// Points at which tests let a process crash.
    pub checkpoints: Arc<dyn Checkpoints>,
    /// What a test has broken.
    #[cfg(feature = "test-support")]
    pub broken: Option<Break>,
}

impl Platform {
    /// The real platform.
    pub(crate) fn real(app: &str) -> Self {
        Self {
            clock: Arc::new(clock::SystemClock),
            random: Arc::new(random::SystemRandom),
            transport: Arc::new(transport::Https::new(app)),
            spawner: Arc::new(spawner::Runtime),
            checkpoints: Arc::new(checkpoint::Passed),
            #[cfg(feature = "test-support")]
            broken: None,
        }
    }

    /// Runs `job` to its end whatever becomes of the future that is returned: a caller that goes away
    /// cannot stop work between an effect and its record. A panic becomes `Internal` without its text.
    pub(crate) async fn spawn<T: Send + 'static>(
        &self,
        job: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        let (tell, told) = tokio::sync::oneshot::channel();
        self.spawner.spawn(Box::pin(async move {
            let _ = tell.send(job.await);
        }));
        told.await
            .unwrap_or_else(|_| Err(PericardError::internal("panic")))
    }

    /// Runs `work` on a thread that may block: disk, keystore, key derivation.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.on(|spawner, work| spawner.blocking(work), work).await
    }

    /// The same for a read: thousands at once use a few threads, in the order of asking.
    pub(crate) async fn reading<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.on(|spawner, work| spawner.reading(work), work).await
    }

    /// The same for closing files, which waits for no other work.
    pub(crate) async fn closing<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.on(|spawner, work| spawner.closing(work), work).await
    }

    async fn on<T: Send + 'static>(
        &self,
        threads: impl FnOnce(&dyn Spawner, Work),
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (tell, told) = tokio::sync::oneshot::channel();
        let work: Work = Box::new(move || {
            let _ = tell.send(work());
        });
        threads(&*self.spawner, work);
        told.await
            .unwrap_or_else(|_| Err(PericardError::internal("panic")))
    }

    /// Whether a test has broken `what`; never in a shipped library.
    pub(crate) fn broken(&self, what: Break) -> bool {
        #[cfg(feature = "test-support")]
        return self.broken == Some(what);
        #[cfg(not(feature = "test-support"))]
        {
            let _ = what;
            false
        }
    }

    /// Tells the checkpoints that `point` is reached.
    pub(crate) async fn reached(&self, point: Checkpoint) {
        self.checkpoints.reached(point).await;
    }

    /// Returns `N` unpredictable bytes.
    pub(crate) fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random.fill(&mut bytes);
        bytes
    }
}
