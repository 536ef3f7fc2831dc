//! The portal's own tests: it must be strict before anything is tested against it.

#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod browser;
mod changes;
mod dpop;
mod dpop_tokens;
mod enrolment;
mod faults;
mod fhir;
mod flaws;
mod native;
mod odd;
mod over_tls;
mod own_pages;
mod par;
mod policy;
mod program;
mod prover;
mod proxies;
mod proxy_records;
mod records;
mod recovery;
mod registration;
mod searches;
mod second_factor;
mod sending;
mod spec;
mod step_up;
mod support;
mod tokens;
