//! The promises, one module per breach.

#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod access;
mod acting;
mod bad_input;
mod contract;
mod copies;
mod damage;
mod deaths;
mod diagnostics;
mod discovery;
mod documents;
mod downloads;
mod erasing;
mod examples;
mod files;
mod labs;
mod lease;
mod leaving;
mod lifecycle;
mod lifetimes;
mod locked;
mod managemyhealth;
mod myquest;
mod nothing_lost;
mod others_servers;
mod proving;
mod requirements;
mod sealed;
mod stolen_tokens;
mod strangers;
mod switching;
mod truepill;
mod walgreens;
mod zocdoc;
