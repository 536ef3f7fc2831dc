//! What is remembered of a sign-in between its steps, as it lies in device.db.

use std::time::{Duration, SystemTime};

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use pericard_protocol::oauth::first_party::Needs;
use pericard_protocol::oauth::pkce::Pkce;
use pericard_protocol::secret::Secret;
use serde::{Deserialize, Serialize, Serializer};

use crate::ground::world::World;
use crate::keepers::store::random_id;
use crate::portal::{PortalConfig, Site};

/// A sign-in under way.
#[derive(Serialize, Deserialize)]
pub(super) struct State {
    pub(super) id: String,
    pub(super) config: PortalConfig,
    pub(super) stage: Stage,
    #[serde(serialize_with = "expose")]
    verifier: Secret,
    #[serde(serialize_with = "expose")]
    pub(super) state: Secret,
    #[serde(serialize_with = "expose")]
    pub(super) nonce: Secret,
    pub(super) scope: String,
    /// The account that has to be reopened.
    pub(super) expected: Option<String>,
    pub(super) wait: Option<SystemTime>,
    pub(super) expires: SystemTime,
    /// Hashes of the codes that were sent.
    used: Vec<String>,
    native: bool,
}

/// What is asked.
#[derive(Serialize, Deserialize)]
pub(super) enum Stage {
    Browser,
    Password {
        #[serde(serialize_with = "expose_some")]
        auth_session: Option<Secret>,
    },
    Code {
        #[serde(serialize_with = "expose_some")]
        auth_session: Option<Secret>,
        attempts_left: Option<u32>,
    },
    Ready(Box<Redeemed>),
    /// Committed; never stored.
    #[serde(skip)]
    Done {
        account: String,
    },
}

/// What a code was redeemed for.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Redeemed {
    pub(super) subject: String,
    pub(super) patient: String,
    pub(super) name: String,
    #[serde(serialize_with = "expose")]
    pub(super) access_token: Secret,
    pub(super) expires: SystemTime,
    #[serde(serialize_with = "expose_some")]
    pub(super) refresh_token: Option<Secret>,
    pub(super) scope: String,
}

impl State {
    pub(super) fn new(
        world: &World,
        site: &Site,
        stage: Stage,
        scope: String,
        expected: Option<String>,
        time: Duration,
    ) -> Self {
        let now = world.clock.now();
        Self {
            id: random_id(world),
            config: site.config.clone(),
            native: matches!(stage, Stage::Password { .. }),
            stage,
            verifier: Pkce::from_random(world.random()).verifier,
            state: one_time(world),
            nonce: one_time(world),
            scope,
            expected,
            wait: None,
            expires: now.checked_add(time).unwrap_or(now),
            used: Vec::new(),
        }
    }

    pub(super) fn pkce(&self) -> Pkce {
        Pkce::from_verifier(self.verifier.clone())
    }

    /// Asks what the portal needs. Without a new `auth_session` the one that was sent stays.
    pub(super) fn ask(&mut self, needs: Needs, sent: Option<Secret>) {
        let auth_session = needs.auth_session.or(sent);
        self.wait = None;
        self.stage = if needs.otp && !needs.password {
            Stage::Code {
                auth_session,
                attempts_left: needs.attempts_left,
            }
        } else {
            Stage::Password { auth_session }
        };
    }

    /// Back to the first question, with new one-time values.
    pub(super) fn start_over(&mut self, world: &World) {
        self.stage = if self.native {
            Stage::Password { auth_session: None }
        } else {
            Stage::Browser
        };
        self.verifier = Pkce::from_random(world.random()).verifier;
        self.state = one_time(world);
        self.nonce = one_time(world);
        self.wait = None;
    }

    /// Whether the app's own screens are to ask.
    pub(super) fn asks_natively(&self) -> bool {
        matches!(self.stage, Stage::Password { .. } | Stage::Code { .. })
    }

    /// Remembers a code; false when it was remembered before.
    pub(super) fn first_use(&mut self, code: &str) -> bool {
        let hash =
            HEXLOWER.encode(digest(&SHA256, format!("{}:{code}", self.id).as_bytes()).as_ref());
        let first = !self.used.contains(&hash);
        if first {
            self.used.push(hash);
        }
        first
    }
}

fn one_time(world: &World) -> Secret {
    Secret::new(BASE64URL_NOPAD.encode(&world.random::<24>()))
}

/// Into device.db, which is encrypted, and nowhere else.
fn expose<S: Serializer>(secret: &Secret, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(secret.expose())
}

fn expose_some<S: Serializer>(secret: &Option<Secret>, to: S) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(Secret::expose).serialize(to)
}
