//! The people of a story's portal, and their second factors: what is enrolled, and which codes were used.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use pericard_protocol::otpauth::OtpAuth;
use pericard_protocol::totp::Totp;
use serde_json::Value;

use crate::WorldError;
use crate::clock::MovedClock;

/// Who is at the portal, as its control told.
pub(crate) struct People {
    people: BTreeMap<String, Person>,
    clock: Arc<MovedClock>,
    factors: Mutex<BTreeMap<String, Factor>>,
}

pub(crate) struct Person {
    pub(crate) user: String,
    pub(crate) password: String,
    /// The portal's id of their record.
    pub(crate) patient: String,
}

/// What a person has beside the password.
#[derive(Default)]
struct Factor {
    totp: Option<Totp>,
    /// The last step whose code was given out, and the code.
    used: Option<(u64, String)>,
    /// Unused recovery codes.
    recovery: BTreeSet<String>,
}

impl People {
    pub(crate) fn read(portal: &Value, clock: Arc<MovedClock>) -> Result<Self, WorldError> {
        let told = portal["people"]
            .as_object()
            .ok_or_else(|| WorldError::new("the portal has no people"))?;
        let (mut people, mut factors) = (BTreeMap::new(), BTreeMap::new());
        for (who, person) in told {
            people.insert(who.clone(), Person::read(person)?);
            factors.insert(who.clone(), Factor::read(person)?);
        }
        Ok(Self {
            people,
            clock,
            factors: Mutex::new(factors),
        })
    }

    pub(crate) fn person(&self, who: &str) -> Result<&Person, WorldError> {
        self.people
            .get(who)
            .ok_or_else(|| WorldError::new(format!("the portal has no {who}")))
    }

    /// The person of the story whose record this is, else what was given.
    pub(crate) fn who<'a>(&'a self, patient: &'a str) -> &'a str {
        let mut people = self.people.iter();
        let found = people.find(|(_, person)| person.patient == patient);
        found.map_or(patient, |(who, _)| who)
    }

    /// A person's authenticator takes up a new secret.
    pub(crate) fn enrol(&self, who: &str, uri: &str) -> Result<(), WorldError> {
        let totp = read_totp(uri)?;
        let mut factors = self.factors();
        let factor = factors.entry(who.to_owned()).or_default();
        (factor.totp, factor.used) = (Some(totp), None);
        Ok(())
    }

    /// A person keeps new recovery codes; earlier ones are thrown away.
    pub(crate) fn keep(&self, who: &str, codes: Vec<String>) {
        self.factors().entry(who.to_owned()).or_default().recovery = codes.into_iter().collect();
    }

    /// `now`: a code that was never used, after the next step if need be; `wrong`; `replayed`; `recovery`: a recovery code
    /// that was never used; or digits as they are.
    pub(crate) async fn code(&self, who: &str, kind: &str) -> Result<String, WorldError> {
        let none = || WorldError::new(format!("{who} has no second factor"));
        let totp = || {
            let factors = self.factors();
            let totp = factors.get(who).and_then(|factor| factor.totp.clone());
            totp.ok_or_else(none)
        };
        match kind {
            "now" => self.unused(who, &totp()?).await,
            "wrong" => Ok(self.wrong(&totp()?)),
            "replayed" => {
                let factors = self.factors();
                let used = factors.get(who).and_then(|factor| factor.used.as_ref());
                used.map(|(_, code)| code.clone())
                    .ok_or_else(|| WorldError::new("no code was used yet"))
            }
            "recovery" => {
                let mut factors = self.factors();
                let code = factors
                    .get_mut(who)
                    .and_then(|factor| factor.recovery.pop_first());
                code.ok_or_else(|| WorldError::new(format!("{who} has no recovery codes")))
            }
            digits => Ok(digits.to_owned()),
        }
    }

    async fn unused(&self, who: &str, totp: &Totp) -> Result<String, WorldError> {
        let last = |factors: &BTreeMap<String, Factor>| {
            let used = factors.get(who).and_then(|factor| factor.used.as_ref());
            used.map(|(step, _)| *step)
        };
        let last = last(&self.factors());
        while last.is_some_and(|last| totp.step_at(self.now()) <= last) {
            let wait = totp.ends_at(self.now()).saturating_sub(self.now()).max(1);
            self.clock.advance(wait).await?;
        }
        let now = self.now();
        let code = totp.code_at(now).digits().to_owned();
        let used = Some((totp.step_at(now), code.clone()));
        self.factors().entry(who.to_owned()).or_default().used = used;
        Ok(code)
    }

    /// Digits that are none of the codes around now.
    fn wrong(&self, totp: &Totp) -> String {
        let (now, period) = (self.now(), u64::from(totp.period()));
        let near: Vec<String> = (0..7)
            .map(|n| (now + n * period).saturating_sub(3 * period))
            .map(|at| totp.code_at(at).digits().to_owned())
            .collect();
        let candidates = (0..10).map(|n| n.to_string().repeat(usize::from(totp.digits())));
        candidates
            .into_iter()
            .find(|candidate| !near.contains(candidate))
            .unwrap_or_default()
    }

    fn now(&self) -> u64 {
        self.clock
            .portal_now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .map_or(0, |since| since.as_secs())
    }

    fn factors(&self) -> MutexGuard<'_, BTreeMap<String, Factor>> {
        self.factors.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Person {
    fn read(person: &Value) -> Result<Self, WorldError> {
        let text = |name: &str| {
            let text = person[name].as_str().map(str::to_owned);
            text.ok_or_else(|| WorldError::new(format!("a person without {name}")))
        };
        Ok(Self {
            user: text("user")?,
            password: text("password")?,
            patient: text("patient")?,
        })
    }
}

impl Factor {
    fn read(person: &Value) -> Result<Self, WorldError> {
        let recovery = person["recovery_codes"].as_array().into_iter().flatten();
        Ok(Self {
            totp: person["otpauth"].as_str().map(read_totp).transpose()?,
            used: None,
            recovery: recovery
                .filter_map(|code| code.as_str().map(str::to_owned))
                .collect(),
        })
    }
}

fn read_totp(uri: &str) -> Result<Totp, WorldError> {
    OtpAuth::parse(uri)
        .map(|read| read.totp)
        .map_err(|error| WorldError::new(format!("the portal's otpauth address: {error}")))
}
