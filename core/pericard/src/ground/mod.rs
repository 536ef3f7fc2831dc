//! The ground floor: errors, the world, secrets. Everything else stands on it.

pub(crate) mod error;
pub(crate) mod gate;
pub(crate) mod secret;
// Its items are public for `doors` alone.
#[cfg_attr(not(feature = "doors"), allow(unreachable_pub, unused_imports))]
pub(crate) mod world;
