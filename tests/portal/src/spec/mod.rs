//! A portal as a story describes it: the `portal` object.
//!
//! What this portal cannot do is refused with a sentence, never skipped: a story that asks for it would
//! otherwise pass without testing anything.

mod person;
mod proxy;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{Decision, Fault};
pub use person::{PersonSpec, TotpAlgorithm, TotpSpec};
pub use proxy::{ProxyAccess, ProxySpec, Withdrawal};

/// People, seed, faults and manners of one portal.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(try_from = "Map<String, Value>")]
pub struct Spec {
    /// By user name.
    pub people: BTreeMap<String, PersonSpec>,
    /// Decides every name, text, date and secret; 0 if not given.
    pub seed: u64,
    /// Correspondences of any size at once, made of a few hundred letters.
    pub load: bool,
    /// On from the start.
    pub faults: Vec<Fault>,
    /// Proof of possession (RFC 9449).
    pub dpop: Offer,
    /// Pushed authorization requests (RFC 9126).
    pub par: Offer,
    /// What its clinic lets apps do; no policy if not given.
    pub policy: Option<Decision>,
    /// What sending a message asks of the sign-in (RFC 9470); nothing if not given.
    pub step_up: Option<StepUpSpec>,
    /// Whom `fhirUser` names: if not given, what somebody is in the record that the grant is for.
    pub fhir_user: Option<NamedAs>,
    /// Where its clock begins, if every start is to be like every other: then all randomness comes from the seed too.
    pub repeats_from: Option<Timestamp>,
}

/// Whether clients may, must or cannot use something.
#[derive(Debug, Clone, Copy, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Offer {
    #[default]
    Offered,
    Required,
    Off,
}

/// What `fhirUser` names in every grant.
#[derive(Debug, Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum NamedAs {
    /// The Person who signed in.
    Person,
}

/// How recent and how strong a sign-in has to be.
#[derive(Debug, Clone, Copy, Default, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct StepUpSpec {
    /// At most so many seconds old.
    pub max_age: Option<u64>,
    /// At least so strong.
    pub acr: Option<Acr>,
}

/// The authentication context classes of this portal, the weaker first.
#[derive(Debug, Clone, Copy, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
pub enum Acr {
    /// A password.
    Pwd,
    /// A password, and a code or a recovery code.
    Mfa,
}

impl Acr {
    /// As on the wire.
    pub fn text(self) -> &'static str {
        match self {
            Self::Pwd => "pwd",
            Self::Mfa => "mfa",
        }
    }
}

const LATER: &[&str] = &["pin"];

fn unknown(what: &str, key: &str) -> String {
    if LATER.contains(&key) {
        format!("{what} {key:?} is not implemented by this portal")
    } else {
        format!("{what} {key:?} is unknown")
    }
}

impl TryFrom<Map<String, Value>> for Spec {
    type Error = String;

    fn try_from(map: Map<String, Value>) -> Result<Self, String> {
        let mut spec = Self::default();
        for (key, value) in map {
            let wrong = |error: serde_json::Error| format!("portal.{key}: {error}");
            match key.as_str() {
                "people" => spec.people = serde_json::from_value(value).map_err(wrong)?,
                "seed" => spec.seed = serde_json::from_value(value).map_err(wrong)?,
                "load" => spec.load = serde_json::from_value(value).map_err(wrong)?,
                "faults" => spec.faults = serde_json::from_value(value).map_err(wrong)?,
                "dpop" => spec.dpop = serde_json::from_value(value).map_err(wrong)?,
                "par" => spec.par = serde_json::from_value(value).map_err(wrong)?,
                "policy" => spec.policy = serde_json::from_value(value).map_err(wrong)?,
                "step_up" => spec.step_up = serde_json::from_value(value).map_err(wrong)?,
                "fhir_user" => spec.fhir_user = serde_json::from_value(value).map_err(wrong)?,
                "repeats_from" => {
                    spec.repeats_from = serde_json::from_value(value).map_err(wrong)?;
                }
                _ => return Err(unknown("the portal's key", &key)),
            }
        }
        for name in spec.people.keys() {
            let plain = |c: char| c.is_ascii_alphanumeric() || "._-@".contains(c);
            if name.is_empty() || !name.chars().all(plain) {
                return Err(format!("{name:?} is no user name"));
            }
        }
        proxy::check(&spec.people)?;
        if spec.step_up == Some(StepUpSpec::default()) {
            return Err("portal.step_up needs max_age, acr or both".into());
        }
        Ok(spec)
    }
}
