//! The portal's people and what is written to and by them.
//!
//! Everything comes from the seed: the same seed and specification give the same names, letters, secrets
//! and ids. Their dates hang on the portal's start, which is the end of the two years they cover.

mod attachment;
mod letters;
mod person;
mod population;
mod resource;
pub(crate) mod second_factor;
mod store;

pub(crate) use person::{Name, Person};
pub(crate) use population::{add_strays, amend, new_message, populate};
pub(crate) use resource::{Draft, Party};
pub(crate) use second_factor::SecondFactor;
pub(crate) use store::{Record, Store, Stray};
