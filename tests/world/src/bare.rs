//! The floor under the cost of a call: exported functions that do nothing, for `cargo xtask bench`.

use std::sync::Arc;

use pericard::ThreadPage;

/// Answers from memory with what it was given: a page costs its way across, and no more.
#[derive(uniffi::Object)]
pub struct Bare {
    text: String,
    page: ThreadPage,
}

#[uniffi::export]
impl Bare {
    /// Keeps a page.
    #[uniffi::constructor]
    pub fn new(text: String, page: ThreadPage) -> Arc<Self> {
        Arc::new(Self { text, page })
    }

    /// The text.
    pub fn text(&self) -> String {
        self.text.clone()
    }

    /// Nothing, ready at once.
    pub async fn ready(&self) {}

    /// The page.
    pub fn page(&self) -> ThreadPage {
        self.page.clone()
    }
}
