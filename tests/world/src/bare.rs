//! The floor under the cost of a call: exported functions that do nothing, for `cargo xtask bench`.

use std::sync::Arc;

use pericard::{ChangeSet, Feature, FeatureChanges, ThreadPage};
use tokio::sync::Notify;

/// Answers from memory with what it was given: a page costs its way across, and no more.
#[derive(uniffi::Object)]
pub struct Bare {
    text: String,
    page: ThreadPage,
    told: Notify,
}

#[uniffi::export]
impl Bare {
    /// Keeps a page.
    #[uniffi::constructor]
    pub fn new(text: String, page: ThreadPage) -> Arc<Self> {
        Arc::new(Self {
            text,
            page,
            told: Notify::new(),
        })
    }

    /// The text.
    pub fn text(&self) -> String {
        self.text.clone()
    }

    /// Nothing, ready at once.
    pub async fn ready(&self) {}

    /// Wakes who waits in `told`.
    pub fn tell(&self) {
        self.told.notify_one();
    }

    /// Waits for `tell`, and returns what a stream of an account would: one thread that changed.
    pub async fn told(&self) -> ChangeSet {
        self.told.notified().await;
        let groups = self.page.threads.iter().map(|thread| thread.id.clone());
        ChangeSet {
            records: vec![FeatureChanges {
                feature: Feature::Messages,
                groups: groups.take(1).collect(),
                all: false,
            }],
            ..ChangeSet::default()
        }
    }

    /// The page.
    pub fn page(&self) -> ThreadPage {
        self.page.clone()
    }
}
