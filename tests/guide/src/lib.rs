//! The Rust samples of the guide: `build.rs` takes them out of its pages, a module for each.
//!
//! `cargo xtask guide` does the same with Swift and Kotlin.

#![allow(
    dead_code,
    missing_docs,
    async_fn_in_trait,
    reason = "samples are parts of an app, not a library"
)]

include!(concat!(env!("OUT_DIR"), "/pages.rs"));
