//! The ground floor: errors, the world, secrets. Everything else stands on it.

pub(crate) mod error;
pub(crate) mod gate;
pub(crate) mod secret;
pub(crate) mod world;
