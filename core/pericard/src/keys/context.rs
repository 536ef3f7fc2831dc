//! Whose content a key is for. It is bound into every wrap, so that none opens for somebody else.

/// The directory and the account of a content root.
///
/// The texts that it makes are unambiguous, since every id in them has one length and one alphabet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyContext {
    directory: String,
    account: String,
}

impl KeyContext {
    pub(super) fn new(directory: &str, account: &str) -> Self {
        Self {
            directory: directory.to_owned(),
            account: account.to_owned(),
        }
    }

    /// What the wraps of a content root are bound to.
    pub(super) fn content(&self) -> String {
        format!("{}|{}", self.directory, self.account)
    }

    /// What the wrap of a person's key is bound to.
    pub(super) fn person(&self, person: &str) -> String {
        format!("{}|{person}", self.content())
    }

    /// What is bound into that which is derived from a person's key, and into the first form of its wrap.
    pub(super) fn derived(&self, person: &str) -> String {
        format!("{}|{person}", self.account)
    }
}
