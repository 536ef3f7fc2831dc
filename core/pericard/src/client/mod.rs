//! The client's parts, lowest first. Each knows those above it in this list and none below.
//!
//! - [`config`] is what an app configures.
//! - [`erase`] removes all of a directory and of its keys, without opening it.
//! - [`shared`] holds one object per id, however many handles there are.
//! - [`policy`] is what a clinic allows, by its signed document.
//! - [`host`] is what everything shares: platform, keys, the device's database, HTTP clients.
//! - [`site`] is what is known of a portal: its documents, endpoints and capabilities.
//! - [`accounts`] are the accounts of the directory: opened, adopted from a sign-in, removed. Never names a sign-in.
//! - [`report`] is what support is told.
//! - [`second_factor`] manages an account's TOTP at the portal.
//! - [`sign_in`] is the sign-in flow; a finished one is handed to `Accounts::adopt`.

pub(crate) mod accounts;
pub(crate) mod config;
pub(crate) mod erase;
pub(crate) mod host;
pub(crate) mod policy;
pub(crate) mod report;
pub(crate) mod second_factor;
pub(crate) mod shared;
pub(crate) mod sign_in;
pub(crate) mod site;
