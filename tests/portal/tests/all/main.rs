//! The portal's own tests: it must be strict before anything is tested against it.

#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod browser;
mod faults;
mod fhir;
mod native;
mod over_tls;
mod program;
mod sending;
mod spec;
mod support;
mod tokens;
