//! The people of a story's portal and the codes of their second factor.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use data_encoding::BASE32_NOPAD;
use pericard_protocol::totp::{Algorithm, Totp};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::WorldError;
use crate::clock::MovedClock;

/// Who is at the portal, as its control told.
pub(crate) struct People {
    people: BTreeMap<String, Person>,
    clock: Arc<MovedClock>,
    /// The last step whose code was given out, per person, and the code.
    used: Mutex<BTreeMap<String, (u64, String)>>,
}

pub(crate) struct Person {
    pub(crate) user: String,
    pub(crate) password: String,
    totp: Option<Totp>,
}

impl People {
    pub(crate) fn read(portal: &Value, clock: Arc<MovedClock>) -> Result<Self, WorldError> {
        let people = portal["people"]
            .as_object()
            .ok_or_else(|| WorldError::new("the portal has no people"))?;
        let people = people
            .iter()
            .map(|(who, person)| Ok((who.clone(), Person::read(person)?)));
        Ok(Self {
            people: people.collect::<Result<_, WorldError>>()?,
            clock,
            used: Mutex::default(),
        })
    }

    pub(crate) fn person(&self, who: &str) -> Result<&Person, WorldError> {
        self.people
            .get(who)
            .ok_or_else(|| WorldError::new(format!("the portal has no {who}")))
    }

    /// `now`: a code that was never used, after the next step if need be; `wrong`; `replayed`; or digits as they are.
    pub(crate) async fn code(&self, who: &str, kind: &str) -> Result<String, WorldError> {
        let none = || WorldError::new(format!("{who} has no second factor"));
        match kind {
            "now" => {
                self.unused(who, self.person(who)?.totp.as_ref().ok_or_else(none)?)
                    .await
            }
            "wrong" => Ok(self.wrong(self.person(who)?.totp.as_ref().ok_or_else(none)?)),
            "replayed" => {
                let used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
                let (_, code) = used
                    .get(who)
                    .ok_or_else(|| WorldError::new("no code was used yet"))?;
                Ok(code.clone())
            }
            digits => Ok(digits.to_owned()),
        }
    }

    async fn unused(&self, who: &str, totp: &Totp) -> Result<String, WorldError> {
        let last = self
            .used
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(who)
            .map(|(step, _)| *step);
        while last.is_some_and(|last| totp.step_at(self.now()) <= last) {
            let wait = totp.ends_at(self.now()).saturating_sub(self.now()).max(1);
            self.clock.advance(wait).await?;
        }
        let now = self.now();
        let code = totp.code_at(now).digits().to_owned();
        let used = (totp.step_at(now), code.clone());
        self.used
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(who.to_owned(), used);
        Ok(code)
    }

    /// Digits that are none of the codes around now.
    fn wrong(&self, totp: &Totp) -> String {
        let now = self.now();
        let near: Vec<String> = (0..7)
            .map(|n| {
                totp.code_at((now + n * 30).saturating_sub(90))
                    .digits()
                    .to_owned()
            })
            .collect();
        let candidates = (0..10).map(|n| n.to_string().repeat(6));
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
}

impl Person {
    fn read(person: &Value) -> Result<Self, WorldError> {
        let text = |name: &str| person[name].as_str().map(str::to_owned);
        let missing = |name: &str| WorldError::new(format!("a person without {name}"));
        let totp = match text("totp_secret") {
            Some(secret) => {
                let bytes = BASE32_NOPAD.decode(secret.trim_end_matches('=').as_bytes());
                let bytes = bytes.map_err(|_| missing("a readable totp_secret"))?;
                Some(
                    Totp::new(Zeroizing::new(bytes), Algorithm::Sha1, 6, 30)
                        .map_err(|_| missing("a usable totp_secret"))?,
                )
            }
            None => None,
        };
        Ok(Self {
            user: text("user").ok_or_else(|| missing("user"))?,
            password: text("password").ok_or_else(|| missing("password"))?,
            totp,
        })
    }
}
