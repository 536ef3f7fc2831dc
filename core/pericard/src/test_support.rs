//! The test seam: a client on a simulated platform. Rust only, behind a feature, never exported to Swift or Kotlin.

use std::sync::Arc;

use crate::api::client::Client;
use crate::client::config::Config;
use crate::keys::Keystore;
use crate::platform::error::PericardError;

pub use crate::platform::{
    Body, Checkpoint, Checkpoints, Clock, Exchange, Job, Method, Platform, Random, Spawner,
    Transport, TransportError, TransportRequest, TransportResponse, Wait,
};

/// The real platform, whose parts a test may replace.
pub fn system_platform(app: &str) -> Platform {
    Platform::real(app)
}

/// Opens a client on `platform`.
pub async fn open(
    config: Config,
    keystore: Arc<dyn Keystore>,
    platform: Platform,
) -> Result<Arc<Client>, PericardError> {
    Client::on_platform(config, keystore, platform).await
}
