//! A portal as a story describes it: the `portal` object.
//!
//! What this portal cannot do is refused with a sentence, never skipped: a story that asks for it would
//! otherwise pass without testing anything.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::Fault;

/// People, seed and faults of one portal.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(try_from = "Map<String, Value>")]
pub struct Spec {
    /// By user name.
    pub people: BTreeMap<String, PersonSpec>,
    /// Decides every name, text, date and secret; 0 if not given.
    pub seed: u64,
    /// On from the start.
    pub faults: Vec<Fault>,
}

/// One person who can sign in.
#[derive(Debug, Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(try_from = "Map<String, Value>")]
pub struct PersonSpec {
    /// Conversations; 3 if not given.
    pub threads: usize,
    /// Messages over all threads, headers not counted; four a thread if not given.
    pub messages: usize,
    /// Whether a TOTP secret is enrolled.
    pub totp: bool,
}

impl Default for PersonSpec {
    fn default() -> Self {
        Self {
            threads: 3,
            messages: 12,
            totp: false,
        }
    }
}

const LATER: &[&str] = &["policy", "recovery_codes", "proxy_for", "pin"];

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
                "faults" => spec.faults = serde_json::from_value(value).map_err(wrong)?,
                _ => return Err(unknown("the portal's key", &key)),
            }
        }
        for name in spec.people.keys() {
            let plain = |c: char| c.is_ascii_alphanumeric() || "._-@".contains(c);
            if name.is_empty() || !name.chars().all(plain) {
                return Err(format!("{name:?} is no user name"));
            }
        }
        Ok(spec)
    }
}

impl TryFrom<Map<String, Value>> for PersonSpec {
    type Error = String;

    fn try_from(map: Map<String, Value>) -> Result<Self, String> {
        let mut threads = None;
        let mut messages = None;
        let mut totp = false;
        for (key, value) in map {
            let wrong = |error: serde_json::Error| format!("a person's {key}: {error}");
            match key.as_str() {
                "threads" => threads = Some(serde_json::from_value(value).map_err(wrong)?),
                "messages" => messages = Some(serde_json::from_value(value).map_err(wrong)?),
                "totp" => totp = serde_json::from_value(value).map_err(wrong)?,
                _ => return Err(unknown("a person's key", &key)),
            }
        }
        let threads: usize = threads.unwrap_or(messages.map_or(3, |m: usize| m.min(3)));
        let messages: usize = messages.unwrap_or(threads * 4);
        if messages < threads || (threads == 0 && messages > 0) {
            return Err(format!(
                "{messages} messages cannot fill {threads} threads: each thread has at least one"
            ));
        }
        Ok(Self {
            threads,
            messages,
            totp,
        })
    }
}
