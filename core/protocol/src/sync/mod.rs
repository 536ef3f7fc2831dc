//! Keeping a copy of what a portal has: the machines of receiving and sending, and the order of versions.
//!
//! - [`version`] says which of two versions of a record is the newer one.
//! - [`download`] goes through a search, page by page, at portals that sort, count and link as they please.
//! - [`outbox`] sends what is queued, once.
//! - [`reconcile`] compares what is here with what the portal lists.

pub mod download;
pub mod outbox;
pub mod reconcile;
pub mod version;
