//! The state of a sign-in between its steps, as saved in device.db.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use pericard_protocol::oauth::dpop::DpopKey;
use pericard_protocol::oauth::first_party::Needs;
use pericard_protocol::oauth::pkce::Pkce;
use pericard_protocol::oauth::step_up::{SignInProof, StepUp};
use pericard_protocol::secret::Secret;
use serde::{Deserialize, Serialize, Serializer};

use crate::client::config::PortalConfig;
use crate::client::site::Site;
use crate::platform::Platform;
use crate::storage::random_id;

/// A sign-in in progress.
#[derive(Serialize, Deserialize)]
pub(super) struct State {
    pub(super) id: String,
    pub(super) config: PortalConfig,
    /// The authorization server.
    pub(super) issuer: String,
    /// The client id; known from the first request on.
    pub(super) client_id: Option<String>,
    pub(super) stage: Stage,
    #[serde(serialize_with = "expose")]
    verifier: Secret,
    #[serde(serialize_with = "expose")]
    pub(super) state: Secret,
    #[serde(serialize_with = "expose")]
    pub(super) nonce: Secret,
    /// The key that the tokens will be bound to, if the portal binds them.
    #[serde(serialize_with = "expose_some")]
    key: Option<Secret>,
    pub(super) scope: String,
    /// The account that the sign-in has to reopen.
    pub(super) expected: Option<String>,
    /// The step-up that the portal asked for.
    pub(super) step_up: Option<StepUp>,
    /// The patient that it is for, where that is known.
    #[serde(default)]
    pub(super) patient_hint: Option<String>,
    pub(super) wait: Option<SystemTime>,
    pub(super) expires: SystemTime,
    /// Hashes of the codes that were sent.
    used: Vec<String>,
    native: bool,
    /// A hash of the user name that was typed.
    #[serde(default)]
    user: Option<String>,
    /// Recovery codes that came with an authorization code, and for whom. Kept until they are shown, even if redeeming
    /// the code fails, since the portal shows them only once.
    #[serde(default)]
    recovery: Option<Recovery>,
}

#[derive(Serialize, Deserialize)]
struct Recovery {
    user: Option<String>,
    #[serde(serialize_with = "expose_all")]
    codes: Vec<Secret>,
}

/// The current question.
#[derive(Serialize, Deserialize)]
pub(super) enum Stage {
    Browser,
    Password {
        #[serde(serialize_with = "expose_some")]
        auth_session: Option<Secret>,
        attempts_left: Option<u32>,
    },
    Code {
        #[serde(serialize_with = "expose_some")]
        auth_session: Option<Secret>,
        attempts_left: Option<u32>,
        recovery_code: bool,
    },
    Enrol {
        #[serde(serialize_with = "expose_some")]
        auth_session: Option<Secret>,
        attempts_left: Option<u32>,
        #[serde(serialize_with = "expose")]
        otpauth: Secret,
    },
    Ready(Box<Redeemed>),
    /// Saved as an account. This stage itself is never saved.
    #[serde(skip)]
    Done {
        account: String,
    },
}

/// The result of redeeming a code.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Redeemed {
    pub(super) subject: String,
    pub(super) patient: String,
    pub(super) name: String,
    /// Whether the patient is the person who signed in.
    pub(super) is_self: bool,
    /// Who signed in for the patient, as `Type/id`, where that is somebody else.
    #[serde(default)]
    pub(super) user: Option<String>,
    #[serde(serialize_with = "expose")]
    pub(super) access_token: Secret,
    pub(super) expires: SystemTime,
    #[serde(serialize_with = "expose_some")]
    pub(super) refresh_token: Option<Secret>,
    pub(super) scope: String,
    /// Whether the tokens are bound to the sign-in's key.
    pub(super) bound: bool,
    /// When, by the portal's clock.
    pub(super) at: jiff::Timestamp,
    /// Whether `fhirUser` named the patient.
    #[serde(default)]
    pub(super) patient_is_user: bool,
    /// When and how the person proved who they are.
    #[serde(default)]
    pub(super) proof: SignInProof,
    /// New recovery codes, to be shown once.
    #[serde(serialize_with = "expose_all")]
    pub(super) recovery_codes: Vec<Secret>,
    pub(super) recovery_codes_left: Option<u32>,
}

/// The purpose of a sign-in.
pub(crate) struct Purpose {
    /// The account that it has to reopen.
    pub(crate) expected: String,
    /// The step-up that the portal asked for.
    pub(crate) step_up: Option<StepUp>,
    /// The patient that it is for, where that is known.
    pub(crate) patient_hint: Option<String>,
}

impl State {
    pub(super) fn new(
        platform: &Platform,
        site: &Site,
        stage: Stage,
        scope: String,
        purpose: Option<Purpose>,
        time: Duration,
    ) -> Self {
        let now = platform.clock.now();
        let (expected, step_up, patient_hint) = purpose.map_or_else(Default::default, |purpose| {
            let hint = purpose.patient_hint;
            (Some(purpose.expected), purpose.step_up, hint)
        });
        Self {
            id: random_id(platform),
            config: site.config.clone(),
            issuer: site.issuer(),
            client_id: None,
            native: matches!(stage, Stage::Password { .. }),
            stage,
            verifier: Pkce::from_random(platform.random()).verifier,
            state: one_time(platform),
            nonce: one_time(platform),
            key: site.endpoints().offers_dpop().then(|| new_key(platform)),
            scope,
            expected,
            step_up,
            patient_hint,
            wait: None,
            expires: now.checked_add(time).unwrap_or(now),
            used: Vec::new(),
            user: None,
            recovery: None,
        }
    }

    pub(super) fn pkce(&self) -> Pkce {
        Pkce::from_verifier(self.verifier.clone())
    }

    pub(super) fn key(&self) -> Option<Arc<DpopKey>> {
        let secret = self.key.as_ref()?.expose().as_bytes();
        let secret = zeroize::Zeroizing::new(BASE64URL_NOPAD.decode(secret).ok()?);
        DpopKey::from_secret(&secret).map(Arc::new)
    }

    pub(super) fn client_id(&self) -> &str {
        self.client_id.as_deref().unwrap_or_default()
    }

    /// Asks for what the portal needs. Without a new `auth_session` the one that was sent stays valid.
    pub(super) fn ask(&mut self, needs: Needs, sent: Option<Secret>) {
        let auth_session = needs.auth_session.or(sent);
        let attempts_left = needs.attempts_left;
        self.wait = None;
        // A server that does not repeat the secret means the one it sent before.
        let shown = match &self.stage {
            Stage::Enrol { otpauth, .. } if needs.otp => Some(otpauth.clone()),
            _ => None,
        };
        self.stage = match needs.enrolment.or(shown) {
            _ if needs.password => Stage::Password {
                auth_session,
                attempts_left,
            },
            Some(otpauth) => Stage::Enrol {
                auth_session,
                attempts_left,
                otpauth,
            },
            None => Stage::Code {
                auth_session,
                attempts_left,
                recovery_code: needs.recovery_code,
            },
        };
    }

    /// Returns to the first question, with new one-time values.
    pub(super) fn start_over(&mut self, platform: &Platform) {
        self.stage = if self.native {
            Stage::Password {
                auth_session: None,
                attempts_left: None,
            }
        } else {
            Stage::Browser
        };
        self.verifier = Pkce::from_random(platform.random()).verifier;
        self.state = one_time(platform);
        self.nonce = one_time(platform);
        self.wait = None;
    }

    /// Whether the app's own screens ask the questions.
    pub(super) fn asks_natively(&self) -> bool {
        matches!(
            self.stage,
            Stage::Password { .. } | Stage::Code { .. } | Stage::Enrol { .. }
        )
    }

    /// Notes that a code is used. Returns false if it was used before.
    pub(super) fn first_use(&mut self, code: &str) -> bool {
        let hash = self.hash(code);
        let first = !self.used.contains(&hash);
        if first {
            self.used.push(hash);
        }
        first
    }

    /// Undoes [`Self::first_use`], because the code certainly did not leave this device.
    pub(super) fn not_used(&mut self, code: &str) {
        let hash = self.hash(code);
        self.used.retain(|used| *used != hash);
    }

    /// Notes the user name.
    pub(super) fn typed(&mut self, user: &str) {
        self.user = Some(self.hash(user));
    }

    /// Keeps recovery codes until they are shown.
    pub(super) fn keep_recovery(&mut self, codes: &[Secret]) {
        self.recovery = Some(Recovery {
            user: self.user.clone(),
            codes: codes.to_vec(),
        });
    }

    /// Takes the recovery codes that an earlier attempt of the same person brought and that were not shown.
    pub(super) fn take_recovery(&mut self) -> Vec<Secret> {
        let user = self.user.clone();
        let theirs = self.recovery.take_if(|kept| kept.user == user);
        theirs.map(|kept| kept.codes).unwrap_or_default()
    }

    fn hash(&self, text: &str) -> String {
        let text = format!("{}:{text}", self.id);
        HEXLOWER.encode(digest(&SHA256, text.as_bytes()).as_ref())
    }
}

fn one_time(platform: &Platform) -> Secret {
    Secret::new(BASE64URL_NOPAD.encode(&platform.random::<24>()))
}

/// Tries again in the one case of 2^32 in which random octets are not a key.
fn new_key(platform: &Platform) -> Secret {
    loop {
        let secret = zeroize::Zeroizing::new(platform.random::<32>());
        if DpopKey::from_secret(&*secret).is_some() {
            return Secret::new(BASE64URL_NOPAD.encode(&*secret));
        }
    }
}

/// Serialises a secret. For device.db only, which is encrypted.
fn expose<S: Serializer>(secret: &Secret, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(secret.expose())
}

fn expose_some<S: Serializer>(secret: &Option<Secret>, to: S) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(Secret::expose).serialize(to)
}

fn expose_all<S: Serializer>(secrets: &[Secret], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(secrets.iter().map(Secret::expose))
}
