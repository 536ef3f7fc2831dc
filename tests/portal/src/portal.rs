//! [`Portal`]: one running portal.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use axum::Router;
use serde::Serialize;

use crate::account::{Enrolments, Visits};
use crate::authority::Authority;
use crate::clock::Clock;
use crate::config::{ConfigFile, PortalEntry};
use crate::control::{Answer, Command};
use crate::data::{self, Letter};
use crate::entropy::Entropy;
use crate::fault::Faults;
use crate::fhir::Pages;
use crate::instance::{Instance, Requests, State};
use crate::oauth::{Clients, Credentials, Dpop, Grants, SignIns, SigningKey, clients};
use crate::policy::{Policy, command_line};
use crate::server::{self, Listening};
use crate::{PortalError, Spec, web};

/// How somebody signs in here.
#[derive(Debug, Clone, Serialize, PartialEq, Eq)]
pub struct PersonInfo {
    /// User name.
    pub user: String,
    /// Password.
    pub password: String,
    /// TOTP secret in base32 if enrolled (SHA-1, 6 digits, 30 s if the specification says nothing else).
    pub totp_secret: Option<String>,
    /// The same as an `otpauth://` URI.
    pub otpauth: Option<String>,
    /// The recovery codes of the start that still work.
    pub recovery_codes: Vec<String>,
    /// Id of their Patient.
    pub patient: String,
    /// What they are called.
    pub name: String,
}

/// A running portal; it stops when dropped.
pub struct Portal {
    instance: Arc<Instance>,
    authority: &'static Authority,
    _listening: Option<Listening>,
}

impl Portal {
    /// Starts a portal on a free port of loopback, with TLS. Must be called within a tokio runtime.
    pub async fn start(spec: Spec) -> Result<Self, PortalError> {
        Self::start_on(0, spec, false).await
    }

    /// The same on a given port; `verbose` writes one line to stderr for each request, without its
    /// query, body or headers.
    pub async fn start_on(port: u16, spec: Spec, verbose: bool) -> Result<Self, PortalError> {
        let authority = Authority::of_process()?;
        let tls = authority.server()?;
        let (listener, address) = server::bind(port).await?;
        let origin = format!("https://localhost:{}", address.port());
        let (clock, entropy) = match spec.repeats_from {
            None => (Clock::new(SystemTime::now), Entropy::from_system()?),
            Some(begin) => (begun(begin.into()), Entropy::seeded(spec.seed, "tokens")),
        };
        let instance = Arc::new(instance(origin, &spec, clock, entropy, verbose));
        let listening = server::serve(listener, Some(tls), web::router(Arc::clone(&instance)));
        Ok(Self {
            instance,
            authority,
            _listening: Some(listening),
        })
    }

    /// A portal without a listener, as `https://portal.test`, for simulations: requests are given to
    /// [`Portal::router`], `now` is its clock, and all randomness comes from the seed.
    pub fn in_process(
        spec: Spec,
        now: impl Fn() -> SystemTime + Send + Sync + 'static,
    ) -> Result<Self, PortalError> {
        let entropy = Entropy::seeded(spec.seed, "tokens");
        let origin = "https://portal.test".to_owned();
        let instance = instance(origin, &spec, Clock::new(now), entropy, false);
        Ok(Self {
            instance: Arc::new(instance),
            authority: Authority::of_process()?,
            _listening: None,
        })
    }

    /// What its clock says.
    pub fn now(&self) -> jiff::Timestamp {
        let millis = self.instance.state().clock.millis();
        jiff::Timestamp::from_millisecond(millis).unwrap_or_default()
    }

    /// The FHIR base, `https://localhost:PORT/fhir`.
    pub fn base(&self) -> String {
        self.instance.base()
    }

    /// The OAuth issuer, `https://localhost:PORT/auth`.
    pub fn issuer(&self) -> String {
        self.instance.issuer()
    }

    /// The certificate authority of this process, in PEM.
    pub fn ca_pem(&self) -> String {
        self.authority.pem.clone()
    }

    /// The same in DER.
    pub fn ca_der(&self) -> Vec<u8> {
        self.authority.der.clone()
    }

    /// Everything that answers at this origin, for use without a socket. See [`crate::Hangup`].
    pub fn router(&self) -> Router {
        web::router(Arc::clone(&self.instance))
    }

    /// Changes or asks something; the same as over HTTP.
    pub fn control(&self, command: Command) -> Result<Answer, PortalError> {
        command.carry_out(&self.instance)
    }

    /// Who can sign in, by user name.
    pub fn people(&self) -> BTreeMap<String, PersonInfo> {
        let state = self.instance.state();
        let info = |person: &data::Person| PersonInfo {
            user: person.user.clone(),
            password: person.password.clone(),
            totp_secret: person.totp_secret(),
            otpauth: person.otpauth(),
            recovery_codes: person.recovery_codes(),
            patient: person.patient.clone(),
            name: person.name.full(),
        };
        let signs_in = state.people.iter().filter(|person| person.signs_in());
        signs_in
            .map(|person| (person.user.clone(), info(person)))
            .collect()
    }

    /// What somebody is meant to see, deleted and withdrawn messages included and marked; nothing for a stranger.
    pub fn letters(&self, user: &str) -> Vec<Letter> {
        let state = self.instance.state();
        let person = state.people.iter().position(|person| person.user == user);
        person.map_or_else(Vec::new, |person| data::letters(&state, person))
    }

    /// The keys that sign the policies of this portal's clinic (RFC 7517).
    pub fn policy_keys(&self) -> serde_json::Value {
        self.instance.state().policy.public_keys()
    }

    /// Shows the policy that `pericard-portal policy` writes beside a configuration, and saves the keys for it there.
    pub fn serve_policy(&self, config: &Path) -> Result<(), PortalError> {
        let mut state = self.instance.state();
        state.policy.serve(command_line::policy_beside(config));
        command_line::save_keys(config, &state.policy.private_keys())
    }

    /// What the headless client's `--config` reads.
    pub fn config(&self) -> ConfigFile {
        ConfigFile {
            portals: vec![PortalEntry {
                base: self.base(),
                client_id: clients::FIRST_PARTY.into(),
                redirect: clients::LOOPBACK.into(),
                native_sign_in: true,
                policy_keys: Some(self.policy_keys()),
                extra_roots: vec![self.ca_pem()],
            }],
        }
    }
}

/// A clock that begins at `begin` and goes as fast as the one outside.
fn begun(begin: SystemTime) -> Clock {
    let started = Instant::now();
    Clock::new(move || begin + started.elapsed())
}

fn instance(
    origin: String,
    spec: &Spec,
    clock: Clock,
    mut entropy: Entropy,
    verbose: bool,
) -> Instance {
    let base = format!("{origin}/fhir");
    let (people, store, proxies) = data::populate(spec, &base, clock.millis());
    let labs = data::Labs::seeded(spec, &people, clock.millis());
    let dpop = Dpop::new(spec.dpop, origin.clone(), entropy.bytes::<32>());
    let mut state = State {
        clock,
        entropy,
        people,
        proxies,
        store,
        labs,
        pages: Pages::default(),
        credentials: Credentials::default(),
        clients: Clients::default(),
        sign_ins: SignIns::default(),
        grants: Grants::default(),
        dpop,
        par: spec.par,
        step_up: spec.step_up,
        fhir_user: spec.fhir_user,
        enrolments: Enrolments::default(),
        visits: Visits::default(),
        key: SigningKey::new(spec.seed, 1),
        policy: Policy::new(spec.seed),
        faults: Faults::default(),
        requests: Requests::default(),
    };
    if let Some(decision) = &spec.policy {
        let now = state.clock.millis();
        state.policy.decide(&base, decision.clone(), now);
    }
    for fault in &spec.faults {
        state.set_fault(fault.clone());
    }
    Instance::new(origin, verbose, state)
}
