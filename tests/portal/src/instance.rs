//! One portal's memory: who its people are, what it stores, what it issued, what is wrong with it.
//!
//! Everything that changes lies behind one lock; a request holds it from its first look to its answer,
//! so that requests are as if one came after the other.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::account::{Enrolments, Visits};
use crate::clock::Clock;
use crate::data::{Labs, Person, Proxies, Store};
use crate::entropy::Entropy;
use crate::fault::Faults;
use crate::fhir::Pages;
use crate::oauth::{Clients, Credentials, Dpop, Grants, SignIns, SigningKey};
use crate::policy::Policy;
use crate::{NamedAs, Offer, StepUpSpec};

pub(crate) struct Instance {
    /// `https://localhost:PORT`.
    pub(crate) origin: String,
    /// Whether to write a line to stderr for each request.
    pub(crate) verbose: bool,
    state: Mutex<State>,
}

pub(crate) struct State {
    pub(crate) clock: Clock,
    pub(crate) entropy: Entropy,
    pub(crate) people: Vec<Person>,
    pub(crate) proxies: Proxies,
    pub(crate) store: Store,
    pub(crate) labs: Labs,
    pub(crate) pages: Pages,
    pub(crate) credentials: Credentials,
    pub(crate) clients: Clients,
    pub(crate) sign_ins: SignIns,
    pub(crate) grants: Grants,
    pub(crate) dpop: Dpop,
    pub(crate) par: Offer,
    /// What sending asks of the sign-in.
    pub(crate) step_up: Option<StepUpSpec>,
    /// Whom `fhirUser` names in every grant.
    pub(crate) fhir_user: Option<NamedAs>,
    pub(crate) enrolments: Enrolments,
    pub(crate) visits: Visits,
    pub(crate) key: SigningKey,
    pub(crate) policy: Policy,
    pub(crate) faults: Faults,
    pub(crate) requests: Requests,
}

/// What was asked since somebody last asked about it.
#[derive(Default)]
pub(crate) struct Requests {
    pub(crate) paths: Vec<String>,
    pub(crate) revocations: u64,
    /// How often a replica that is behind was asked.
    pub(crate) replica: u32,
}

impl Instance {
    pub(crate) fn new(origin: String, verbose: bool, state: State) -> Self {
        Self {
            origin,
            verbose,
            state: Mutex::new(state),
        }
    }

    /// A request that panicked left its answer unsent, not the tables half-written: go on.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn base(&self) -> String {
        format!("{}/fhir", self.origin)
    }

    pub(crate) fn issuer(&self) -> String {
        format!("{}/auth", self.origin)
    }
}
