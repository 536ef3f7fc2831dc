//! Crash at a moment of one's choosing: from there on nothing of that client happens any more, unless it was only held.

use std::sync::{Arc, Mutex, PoisonError};

use pericard::test_support::{Checkpoint, Checkpoints, Wait};
use tokio::sync::Notify;

/// Where the next client dies.
#[derive(Default)]
pub(crate) struct Crash {
    at: Mutex<Option<Checkpoint>>,
    came: Notify,
    go_on: Notify,
}

impl Crash {
    pub(crate) fn at(&self, point: Checkpoint) {
        *self.at.lock().unwrap_or_else(PoisonError::into_inner) = Some(point);
    }

    /// Lets who was stopped there go on.
    pub(crate) fn go_on(&self) {
        self.go_on.notify_one();
    }

    /// Returns when it has happened.
    pub(crate) async fn came(&self) {
        self.came.notified().await;
    }
}

/// The checkpoints of a client in this world.
pub(crate) struct Watched(pub(crate) Arc<Crash>);

impl Checkpoints for Watched {
    fn reached(&self, point: Checkpoint) -> Wait {
        let mut at = self.0.at.lock().unwrap_or_else(PoisonError::into_inner);
        if *at != Some(point) {
            return Box::pin(std::future::ready(()));
        }
        *at = None;
        self.0.came.notify_one();
        let death = self.0.clone();
        Box::pin(async move { death.go_on.notified().await })
    }
}
