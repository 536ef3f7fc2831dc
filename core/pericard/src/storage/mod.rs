//! What is on disk: one directory, one process, everything in SQLCipher.
//!
//! ```text
//! {directory}/id                       random, not secret: names this directory's keys in the keystore
//! {directory}/lock                     held by the one process that has the directory open
//! {directory}/device.db                accounts, tokens, sign-ins in progress  (device root)
//! {directory}/{account}/{person}.db    one person's records = a partition      (person key)
//! ```
//!
//! - [`Directory`] owns the folder and its lock.
//! - `Database` opens one file after SQLCipher has proved itself, and closes it for a pause.
//! - [`Device`] is the device's own database.
//! - [`Partition`] is one person's; only [`Partition::apply`] yields the [`PageTx`] that mirrored rows need,
//!   and rows, index and cursor of one page are one transaction.
//!
//! Failures are `Storage` with a kind; a file that cannot be read is left as it is.

mod allocator;
mod database;
mod device;
mod directory;
mod failure;
mod ids;
mod partition;
mod track;

pub(crate) use database::Schema;
pub use device::SealReason;
pub(crate) use device::{
    AccountRow, Device, GrantRow, PendingRevocation, PersonRow, instant, millis,
};
pub(crate) use directory::Directory;
pub(crate) use ids::{IdKind, Ids, random_id};
pub(crate) use partition::{LocalTx, PageTx, Partition};
pub use track::Feature;
pub(crate) use track::Track;
