//! Doors for the tests of this repository: a client in a world of their own making. Rust only, never exported.
//!
//! Uses: `client`

use std::sync::Arc;

use crate::client::{Client, Config};
use crate::ground::error::PericardError;
use crate::keepers::vault::Keystore;

pub use crate::ground::world::{
    Body, Checkpoint, Checkpoints, Clock, Entropy, Exchange, Job, Method, Request, Response,
    Spawner, Transport, TransportError, Wait, World,
};

/// The world outside, to be changed in parts.
pub fn real_world(app: &str) -> World {
    World::real(app)
}

/// Opens a client in `world`.
pub async fn open(
    config: Config,
    keystore: Arc<dyn Keystore>,
    world: World,
) -> Result<Arc<Client>, PericardError> {
    Client::in_world(config, keystore, world).await
}
