//! Doors for the tests of this repository: a client in a world of their own making. Rust only, never exported.

use std::sync::Arc;

use crate::api::client::Client;
use crate::client::config::Config;
use crate::keys::Keystore;
use crate::platform::error::PericardError;

pub use crate::platform::{
    Body, Checkpoint, Checkpoints, Clock, Exchange, Job, Method, Platform, Random, Spawner,
    Transport, TransportError, TransportRequest, TransportResponse, Wait,
};

/// The world outside, to be changed in parts.
pub fn system_platform(app: &str) -> Platform {
    Platform::real(app)
}

/// Opens a client in `world`.
pub async fn open(
    config: Config,
    keystore: Arc<dyn Keystore>,
    platform: Platform,
) -> Result<Arc<Client>, PericardError> {
    Client::on_platform(config, keystore, platform).await
}
