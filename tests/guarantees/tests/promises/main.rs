//! The promises, one module per breach.

#![allow(clippy::unwrap_used)]

mod bad_input;
mod managemyhealth;
mod myquest;
mod nothing_lost;
mod truepill;
mod walgreens;
mod zocdoc;
