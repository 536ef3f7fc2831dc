//! For whom somebody acts, as a story says it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::PersonSpec;

/// One person for whom another acts: a name, or `{"name": "mia", "access": "read"}`.
#[derive(Debug, Clone, Deserialize, PartialEq, Eq)]
#[serde(try_from = "Value")]
pub struct ProxySpec {
    /// Whose record; a user name of the same portal.
    pub name: String,
    /// What may be done with it.
    pub access: ProxyAccess,
}

/// What somebody may do with the record of a patient for whom they act.
#[derive(Debug, Clone, Copy, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum ProxyAccess {
    /// All that the patient may.
    #[default]
    Write,
    /// Read and search.
    Read,
}

/// What becomes of an access that is taken away.
#[derive(Debug, Clone, Copy, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Withdrawal {
    /// The tokens stay good, and all of the patient's record is answered 403.
    #[default]
    Forbidden,
    /// The tokens are revoked too.
    Revoked,
    /// Its period is over, and the record is answered as before.
    Ended,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    #[serde(default)]
    access: ProxyAccess,
}

impl TryFrom<Value> for ProxySpec {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        if let Value::String(name) = value {
            let access = ProxyAccess::default();
            return Ok(Self { name, access });
        }
        let written: Written = serde_json::from_value(value)
            .map_err(|error| format!("a name, or an object with name and access: {error}"))?;
        Ok(Self {
            name: written.name,
            access: written.access,
        })
    }
}

/// Whether everybody acts for people of the same portal only, and for each once.
pub(super) fn check(people: &BTreeMap<String, PersonSpec>) -> Result<(), String> {
    for (user, person) in people {
        for (n, proxy) in person.proxy_for.iter().enumerate() {
            let name = &proxy.name;
            if name == user {
                return Err(format!(
                    "proxy_for of {user:?} names {user:?}: nobody is their own proxy"
                ));
            }
            if !people.contains_key(name) {
                return Err(format!(
                    "proxy_for of {user:?} names {name:?}, who is nobody of people"
                ));
            }
            if person.proxy_for[..n]
                .iter()
                .any(|other| other.name == *name)
            {
                return Err(format!("proxy_for of {user:?} names {name:?} twice"));
            }
        }
    }
    Ok(())
}
