//! The shared core of patient apps.
#![warn(missing_docs)]

mod features;
mod ground;
mod keepers;
mod sync;

uniffi::setup_scaffolding!();
