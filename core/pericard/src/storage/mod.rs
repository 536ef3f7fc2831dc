//! Storage on disk: one directory per client, opened by one process, with every database in SQLCipher.
//!
//! ```text
//! {directory}/id                       random, not secret; names this directory's keys in the keystore
//! {directory}/lock                     held by the process that has the directory open
//! {directory}/erased                   names of keys that the keystore did not delete when the directory was erased
//! {directory}/device.db                accounts, tokens, sign-ins in progress   (device root key)
//! {directory}/{account}/access_log     who opened what, in sealed slots         (device root key)
//! {directory}/{account}/{person}.db    one person's records, called a partition (person key)
//! {directory}/{account}/{person}.files one person's large files, each sealed under a key of its own
//! ```
//!
//! - [`Directory`] owns the folder and its lock.
//! - `Database` opens one file, once SQLCipher is verified, and closes it for a pause.
//! - [`Device`] is the device's own database.
//! - [`Partition`] is one person's database. Only [`Partition::apply`] gives out the [`PageTx`] that writes mirrored
//!   rows; it commits the rows, index and cursor of a page in one transaction.
//!
//! Fails with `Storage` and a kind. A file that cannot be read is left untouched, but a partition: of that, what waits to
//! be sent is saved, and the rest begun anew (`salvage`).

mod access_action;
mod access_log;
mod allocator;
mod at_exit;
mod cipher;
mod database;
mod device;
mod directory;
mod failure;
pub(crate) mod files;
mod ids;
pub(crate) mod mirrored;
mod partition;
mod remains;
mod rename;
mod salvage;
mod size;
mod track;

pub use access_action::AccessAction;
pub(crate) use access_log::{AccessLog, LogEntryRow, NewLogEntry};
pub(crate) use database::Schema;
pub use device::SealReason;
pub(crate) use device::{
    AccountRow, Device, GrantRow, PendingRevocation, PersonRow, SavedPolicy, instant, millis,
};
pub(crate) use directory::Directory;
pub(crate) use files::{ContentWriter, Files};
pub(crate) use ids::{IdKind, Ids, random_id};
pub(crate) use partition::{IncidentRow, LocalTx, PageTx, Partition};
pub(crate) use remains::Remains;
pub(crate) use salvage::Salvage;
pub use track::Feature;
pub(crate) use track::Track;
