//! The exported objects: thin shells, each method a job on the floors below.

pub(crate) mod access_log;
pub(crate) mod account;
pub(crate) mod client;
pub(crate) mod diagnostics;
pub(crate) mod export;
pub(crate) mod features;
pub(crate) mod lock;
pub(crate) mod portal;
pub(crate) mod qr_code;
pub(crate) mod sign_in;
pub(crate) mod two_factor;
