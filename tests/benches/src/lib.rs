//! What the two measuring programs share: the meter, the figures they print, and the questions they ask.
//!
//! `bench-ours` goes through Pericard's public API; `bench-hand` does the same work with the same libraries and
//! nothing else. Each is a process of its own, which `cargo xtask bench` starts by turns; each prints one JSON
//! object of numbers per round.

// Measuring is what the clock is for here; the core's own clock is elsewhere.
#![allow(clippy::disallowed_methods)]

pub mod auth;
mod figures;
pub mod memory;
mod meter;
mod often;
pub mod pin;
mod queries;

pub use figures::Figures;
pub use meter::{Meter, Spent, median, percentile};
pub use often::each;
pub use queries::queries;

/// Why a measurement could not be made.
pub type Broken = Box<dyn std::error::Error + Send + Sync>;

/// Messages of a conversation, on average.
const PER_THREAD: usize = 20;

/// The portal that both programs measure against: Ana with so many messages, the same ones each time.
pub fn portal_spec(messages: usize) -> String {
    let threads = (messages / PER_THREAD).max(1);
    format!(
        r#"{{"seed":11,"people":{{"ana":{{"threads":{threads},"messages":{messages},"totp":false}}}}}}"#
    )
}
