//! One person of a portal, as a story describes them.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::proxy::ProxySpec;
use super::unknown;

/// One person who can sign in.
#[derive(Debug, Clone, Deserialize, PartialEq, Eq)]
#[serde(try_from = "Map<String, Value>")]
pub struct PersonSpec {
    /// Conversations; 3 if not given.
    pub threads: usize,
    /// Messages over all threads, headers not counted; four a thread if not given.
    pub messages: usize,
    /// Documents; none if not given. A portal where nobody has any does not know them.
    pub documents: usize,
    /// The TOTP secret that is enrolled.
    pub totp: Option<TotpSpec>,
    /// How many recovery codes go with it.
    pub recovery_codes: usize,
    /// Whether signing in leads to enrolling, as long as nothing is enrolled.
    pub must_enrol: bool,
    /// Whether a laboratory has something to say about them.
    pub labs: bool,
    /// For whom they act, beside themselves.
    pub proxy_for: Vec<ProxySpec>,
}

/// What a TOTP secret is like.
#[derive(Debug, Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, default)]
pub struct TotpSpec {
    /// The hash.
    pub algorithm: TotpAlgorithm,
    /// 6 to 8.
    pub digits: u8,
    /// 15 to 60 seconds.
    pub period: u64,
}

/// RFC 6238 §1.2.
#[derive(Debug, Clone, Copy, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
#[allow(missing_docs)]
pub enum TotpAlgorithm {
    #[default]
    Sha1,
    Sha256,
    Sha512,
}

impl Default for TotpSpec {
    fn default() -> Self {
        Self {
            algorithm: TotpAlgorithm::Sha1,
            digits: 6,
            period: 30,
        }
    }
}

impl Default for PersonSpec {
    fn default() -> Self {
        Self {
            threads: 3,
            messages: 12,
            documents: 0,
            totp: None,
            recovery_codes: 0,
            must_enrol: false,
            labs: false,
            proxy_for: Vec::new(),
        }
    }
}

fn totp(value: Value) -> Result<Option<TotpSpec>, String> {
    let spec = match value {
        Value::Bool(enrolled) => return Ok(enrolled.then(TotpSpec::default)),
        Value::Object(_) => serde_json::from_value::<TotpSpec>(value)
            .map_err(|error| format!("a person's totp: {error}"))?,
        _ => return Err("a person's totp is true, false or an object".into()),
    };
    if !(6..=8).contains(&spec.digits) || !(15..=60).contains(&spec.period) {
        return Err("a person's totp has 6 to 8 digits and a period of 15 to 60".into());
    }
    Ok(Some(spec))
}

impl TryFrom<Map<String, Value>> for PersonSpec {
    type Error = String;

    fn try_from(map: Map<String, Value>) -> Result<Self, String> {
        let mut threads = None;
        let mut messages = None;
        let mut person = Self::default();
        for (key, value) in map {
            let wrong = |error: serde_json::Error| format!("a person's {key}: {error}");
            match key.as_str() {
                "threads" => threads = Some(serde_json::from_value(value).map_err(wrong)?),
                "messages" => messages = Some(serde_json::from_value(value).map_err(wrong)?),
                "documents" => person.documents = serde_json::from_value(value).map_err(wrong)?,
                "totp" => person.totp = totp(value)?,
                "recovery_codes" => {
                    person.recovery_codes = serde_json::from_value(value).map_err(wrong)?;
                }
                "must_enrol" => person.must_enrol = serde_json::from_value(value).map_err(wrong)?,
                "labs" => person.labs = serde_json::from_value(value).map_err(wrong)?,
                "proxy_for" => person.proxy_for = serde_json::from_value(value).map_err(wrong)?,
                _ => return Err(unknown("a person's key", &key)),
            }
        }
        person.threads = threads.unwrap_or(messages.map_or(3, |m: usize| m.min(3)));
        person.messages = messages.unwrap_or(person.threads * 4);
        let (threads, messages) = (person.threads, person.messages);
        if messages < threads || (threads == 0 && messages > 0) {
            return Err(format!(
                "{messages} messages cannot fill {threads} threads: each thread has at least one"
            ));
        }
        if person.recovery_codes > 100 {
            return Err("a person has at most 100 recovery codes".into());
        }
        if person.recovery_codes > 0 && person.totp.is_none() {
            return Err("a person without totp has no recovery codes".into());
        }
        Ok(person)
    }
}
