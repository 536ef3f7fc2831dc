//! The portal's people and what is written to and by them.
//!
//! Everything comes from the seed: the same seed and specification give the same names, texts, secrets
//! and ids, and the same distances in time from the portal's start.

mod attachment;
mod letters;
mod person;
mod population;
mod resource;
mod store;

pub(crate) use person::{Name, Person};
pub(crate) use population::{add_strays, new_message, populate};
pub(crate) use resource::{Draft, Party};
pub(crate) use store::{Record, Store, Stray};
