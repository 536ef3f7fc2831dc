//! `cargo xtask package`: what a release consists of, for each language.

pub(crate) mod kotlin;
pub(crate) mod swift;
