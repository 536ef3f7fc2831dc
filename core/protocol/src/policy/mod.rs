//! The policy of a portal: what its clinic lets this app do just now. Pericard's own format, described for portal makers in the
//! guide's page "Switching off".
//!
//! A policy is a compact JWS (RFC 7515) at `{base}/.well-known/pericard-policy`, of the type [`TYPE`], signed with one of the keys
//! in the app's configuration. It deletes nothing: it says which features are on, for reading alone, or off with a notice;
//! how long a device may stay out of touch; which version of the app is needed; and how fresh a sign-in a feature asks for.
//!
//! - [`standing`] is the machine that decides which policy is in force.
//! - [`language`] chooses a notice, [`version`] compares versions of the app.
//!
//! # Promises
//! - A text that is not signed by one of the keys, for this base, is never a policy, whatever it says.
//! - A member that is known here and has another shape makes the whole document unreadable: a switch that cannot be read is never
//!   taken for one that is on. Members and features that are not known here are left out.

pub mod language;
pub mod standing;
pub mod version;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::display_text;
use crate::limits;
use crate::oauth::jwks::{KeySet, Thumbprint, VerifyError};
use crate::oauth::jws::{Jws, JwsError};
use crate::oauth::step_up::StepUp;

use version::Version;

/// Below a portal's base.
pub const PATH: &str = ".well-known/pericard-policy";

/// `typ` of the header: a key that signs something else as well makes no policy of it (RFC 8725 §3.11).
pub const TYPE: &str = "pericard-policy+jwt";

/// A shorter lease would seal an account between two syncs.
pub const SHORTEST_LEASE: Duration = Duration::from_secs(60 * 60);

/// A policy whose signature and base are those of its portal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The key that signed it.
    pub key: Thumbprint,
    /// Grows with each policy under one key.
    pub seq: u64,
    /// When it was made.
    pub issued: Timestamp,
    /// Until when it may be accepted. One that is in force stays so.
    pub expires: Timestamp,
    /// How long the content stays readable without contact to the portal.
    pub lease: Option<Duration>,
    /// The oldest version of the app that the clinic accepts.
    pub min_app_version: Option<Version>,
    rules: BTreeMap<String, Rule>,
}

/// What holds for one feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// What may be done.
    pub switch: Switch,
    /// Why, by language; the key is empty where the language is not said.
    pub notice: BTreeMap<String, String>,
    /// Whether what is on the device stays readable while the feature is off.
    pub cached: bool,
    /// The sign-in that reading asks for.
    pub step_up: Option<StepUp>,
}

impl Rule {
    /// What holds where no policy says anything.
    pub const ON: Self = Self {
        switch: Switch::On,
        notice: BTreeMap::new(),
        cached: true,
        step_up: None,
    };

    /// What holds where the policy in force is not here: whatever it was, this is within it.
    pub const WITHHELD: Self = Self {
        switch: Switch::Off,
        notice: BTreeMap::new(),
        cached: false,
        step_up: None,
    };
}

/// What may be done with a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Switch {
    /// Everything.
    On,
    /// Fetching and reading; what is written waits.
    ReadOnly,
    /// Nothing is fetched or sent.
    Off,
}

/// Why a document is no policy of this portal, or changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Flaw {
    /// Not a compact JWS of the right type with readable claims.
    Unreadable,
    /// `alg` is `none` or missing, or there is no signature.
    Unsigned,
    /// Signed with a key that the app's configuration does not have, or with none that it names.
    UnknownKey,
    /// The signature is not that of the key.
    WrongSignature,
    /// Made for another portal.
    AnotherPortal,
    /// No longer to be accepted.
    Expired,
    /// Made in the future: one of the clocks is wrong.
    FromTheFuture,
    /// Older than one that this device has seen under the same key.
    Older,
}

impl From<JwsError> for Flaw {
    fn from(error: JwsError) -> Self {
        match error {
            JwsError::Malformed => Self::Unreadable,
            JwsError::Unsigned => Self::Unsigned,
        }
    }
}

impl From<VerifyError> for Flaw {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::UnknownKey | VerifyError::Algorithm => Self::UnknownKey,
            VerifyError::WrongSignature => Self::WrongSignature,
        }
    }
}

#[derive(Deserialize)]
struct Claims {
    aud: Audience,
    iat: f64,
    exp: f64,
    seq: u64,
    #[serde(default)]
    features: BTreeMap<String, RawRule>,
    lease_hours: Option<f64>,
    min_app_version: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    fn is(&self, base: &str) -> bool {
        match self {
            Self::One(one) => one == base,
            Self::Several(all) => all.iter().any(|one| one == base),
        }
    }
}

#[derive(Deserialize)]
struct RawRule {
    state: Switch,
    notice: Option<RawNotice>,
    cached: Option<bool>,
    step_up: Option<RawStepUp>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawNotice {
    Plain(String),
    ByLanguage(BTreeMap<String, String>),
}

#[derive(Deserialize)]
struct RawStepUp {
    max_age: Option<u64>,
    #[serde(default)]
    acr_values: Vec<String>,
}

impl Policy {
    /// Reads a policy and checks its signature and its portal. The times are looked at when it is offered ([`standing`]): one that
    /// is in force is read again whenever the app starts, however old it is.
    pub fn read(text: &str, keys: &KeySet, base: &str) -> Result<Self, Flaw> {
        let jws = Jws::parse(text.trim())?;
        let key = keys.signer(&jws)?;
        if jws.kind.as_deref() != Some(TYPE) {
            return Err(Flaw::Unreadable);
        }
        let claims: Claims = jws.claims().ok_or(Flaw::Unreadable)?;
        if !claims.aud.is(base) {
            return Err(Flaw::AnotherPortal);
        }
        let lease = claims.lease_hours.map(hours).transpose()?;
        let min_app_version = claims.min_app_version.as_deref();
        let rules = claims.features.into_iter().take(limits::POLICY_FEATURES);
        Ok(Self {
            key,
            seq: claims.seq,
            issued: instant(claims.iat)?,
            expires: instant(claims.exp)?,
            lease,
            min_app_version: min_app_version
                .map(|text| Version::parse(text).ok_or(Flaw::Unreadable))
                .transpose()?,
            rules: rules.map(|(name, rule)| (name, rule.into())).collect(),
        })
    }

    /// What holds for a feature.
    pub fn rule(&self, feature: &str) -> &Rule {
        static ON: Rule = Rule::ON;
        self.rules.get(feature).unwrap_or(&ON)
    }

    /// Whether it names the feature, so that what it says of it was meant.
    pub fn names(&self, feature: &str) -> bool {
        self.rules.contains_key(feature)
    }

    fn check_times(&self, now: Timestamp) -> Result<(), Flaw> {
        let tolerance = limits::CLOCK_TOLERANCE;
        let later = |at: Timestamp| at.saturating_add(tolerance).unwrap_or(Timestamp::MAX);
        if later(self.expires) <= now {
            return Err(Flaw::Expired);
        }
        if self.issued > later(now) {
            return Err(Flaw::FromTheFuture);
        }
        Ok(())
    }
}

impl From<RawRule> for Rule {
    fn from(raw: RawRule) -> Self {
        let step_up = raw.step_up.map(|raw| StepUp {
            acr_values: raw.acr_values,
            max_age: raw.max_age.map(Duration::from_secs),
        });
        Self {
            switch: raw.state,
            notice: notice(raw.notice),
            cached: raw.cached.unwrap_or(true),
            step_up: step_up.filter(|asked| *asked != StepUp::default()),
        }
    }
}

/// The texts of a notice, safe to show. An empty one is none.
fn notice(raw: Option<RawNotice>) -> BTreeMap<String, String> {
    let texts = match raw {
        None => BTreeMap::new(),
        Some(RawNotice::Plain(text)) => BTreeMap::from([(String::new(), text)]),
        Some(RawNotice::ByLanguage(texts)) => texts,
    };
    let texts = texts.into_iter().take(limits::POLICY_LANGUAGES);
    let shown = texts.map(|(language, text)| {
        let cut: String = text.chars().take(limits::POLICY_NOTICE).collect();
        (language, display_text::body(cut.trim()).into_owned())
    });
    shown.filter(|(_, text)| !text.is_empty()).collect()
}

fn hours(hours: f64) -> Result<Duration, Flaw> {
    let lease = Duration::try_from_secs_f64(hours * 3600.0).map_err(|_| Flaw::Unreadable)?;
    Ok(lease.max(SHORTEST_LEASE))
}

/// RFC 7519 §2: seconds since 1970, possibly with a fraction.
fn instant(seconds: f64) -> Result<Timestamp, Flaw> {
    let whole = seconds.is_finite().then_some(seconds as i64);
    whole
        .and_then(|whole| Timestamp::from_second(whole).ok())
        .ok_or(Flaw::Unreadable)
}

#[cfg(test)]
pub(crate) mod tests;
