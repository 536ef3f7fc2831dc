//! The policy of the portal's clinic: a signed document at `{base}/.well-known/pericard-policy`.
//!
//! It is what a control command made of it, or what lies in a file that `pericard-portal policy` writes. Every answer of the FHIR
//! base names its number in `Pericard-Policy`, unless a command says not to.

pub mod command_line;

use std::path::PathBuf;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName};
use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::clock::Millis;
use crate::instance::Instance;
use crate::oauth::Es256;
use crate::reply::{Reply, cacheable_text, empty, set};

pub(crate) const KIND: &str = "pericard-policy+jwt";
/// How long a policy may be accepted, if nothing else is said.
pub(crate) const DAYS: i64 = 30;

/// Which of the clinic's keys signs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum PolicyKey {
    #[default]
    First,
    Second,
    /// One that clients are not told of.
    Retired,
}

/// What is wrong with a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum PolicyFlaw {
    Unsigned,
    SharedSecret,
    WrongSignature,
    WrongType,
    AnotherPortal,
    Expired,
    FromTheFuture,
    UnknownState,
    NotAPolicy,
    ServerError,
}

/// What the clinic decides.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// As on the wire.
    #[serde(default)]
    pub features: Map<String, Value>,
    /// As on the wire.
    pub lease_hours: Option<serde_json::Number>,
    /// As on the wire.
    pub min_app_version: Option<String>,
    /// One more than the last one of the key if not given.
    pub seq: Option<u64>,
    /// Who signs.
    #[serde(default)]
    pub key: PolicyKey,
    /// What is wrong with it.
    pub flaw: Option<PolicyFlaw>,
    /// Whether answers name its number.
    pub hint: Option<bool>,
}

/// The policy of one portal.
pub(crate) struct Policy {
    /// First, second, retired.
    keys: [Es256; 3],
    /// The highest number of each.
    seqs: [u64; 3],
    shown: Option<Shown>,
    /// Where `pericard-portal policy` puts one.
    file: Option<PathBuf>,
}

struct Shown {
    text: String,
    hint: Option<u64>,
    broken: bool,
}

impl Policy {
    pub(crate) fn new(seed: u64) -> Self {
        let key = |name: &str| Es256::seeded(seed, &format!("policy key {name}"), name.to_owned());
        Self {
            keys: [key("policy-1"), key("policy-2"), key("policy-0")],
            seqs: [0; 3],
            shown: None,
            file: None,
        }
    }

    /// Shows from now on what lies in a file, if anything does.
    pub(crate) fn serve(&mut self, file: PathBuf) {
        self.file = Some(file);
    }

    /// The keys that clients are told of (RFC 7517).
    pub(crate) fn public_keys(&self) -> Value {
        json!({ "keys": [self.keys[0].jwk(), self.keys[1].jwk()] })
    }

    /// The same with their secrets.
    pub(crate) fn private_keys(&self) -> Value {
        json!({ "keys": [self.keys[0].private_jwk(), self.keys[1].private_jwk()] })
    }

    pub(crate) fn withdraw(&mut self) {
        self.shown = None;
    }

    pub(crate) fn decide(&mut self, base: &str, decision: Decision, now: Millis) {
        let which = decision.key as usize;
        let seq = decision.seq.unwrap_or(self.seqs[which] + 1);
        self.seqs[which] = self.seqs[which].max(seq);
        let hint = decision.hint.unwrap_or(true).then_some(seq);
        let flaw = decision.flaw;
        let broken = flaw == Some(PolicyFlaw::ServerError);
        let text = flawed(&self.keys[which], claims(base, decision, seq, now), flaw);
        self.shown = Some(Shown { text, hint, broken });
    }

    fn current(&self) -> Option<(String, Option<u64>)> {
        if let Some(shown) = &self.shown {
            return Some((shown.text.clone(), shown.hint));
        }
        let text = std::fs::read_to_string(self.file.as_ref()?).ok()?;
        let hint = seq_of(&text);
        Some((text, hint))
    }

    /// Names the number of the policy on an answer.
    pub(crate) fn name(&self, answer: &mut Reply) {
        if let Some((_, Some(seq))) = self.current() {
            let name = HeaderName::from_static("pericard-policy");
            set(answer, name, &seq.to_string());
        }
    }
}

/// The number in a policy, without looking at its signature.
pub(crate) fn seq_of(text: &str) -> Option<u64> {
    let payload = text.trim().split('.').nth(1)?;
    let json = BASE64URL_NOPAD.decode(payload.as_bytes()).ok()?;
    serde_json::from_slice::<Value>(&json)
        .ok()?
        .get("seq")?
        .as_u64()
}

pub(crate) fn claims(base: &str, decision: Decision, seq: u64, now: Millis) -> Value {
    let issued = now / 1000;
    let mut claims = json!({
        "aud": base,
        "iat": issued,
        "exp": issued + DAYS * 86_400,
        "seq": seq,
        "features": decision.features,
    });
    if let Some(hours) = decision.lease_hours {
        claims["lease_hours"] = hours.into();
    }
    if let Some(version) = decision.min_app_version {
        claims["min_app_version"] = version.into();
    }
    claims
}

fn flawed(key: &Es256, mut claims: Value, flaw: Option<PolicyFlaw>) -> String {
    let issued = claims["iat"].as_i64().unwrap_or_default();
    match flaw {
        Some(PolicyFlaw::AnotherPortal) => claims["aud"] = json!("https://other.example/fhir"),
        Some(PolicyFlaw::Expired) => claims["exp"] = json!(issued - 3600),
        Some(PolicyFlaw::FromTheFuture) => claims["iat"] = json!(issued + 2 * 86_400),
        Some(PolicyFlaw::UnknownState) => {
            claims["features"] = json!({ "messages": { "state": "sometimes" } });
        }
        _ => {}
    }
    let signed = key.sign(KIND, &claims);
    match flaw {
        Some(PolicyFlaw::Unsigned) => {
            let header = json!({ "alg": "none", "typ": KIND, "kid": key.name });
            let header = BASE64URL_NOPAD.encode(header.to_string().as_bytes());
            let payload = signed.split('.').nth(1).unwrap_or_default();
            format!("{header}.{payload}.")
        }
        Some(PolicyFlaw::SharedSecret) => key.sign_as_if_shared(KIND, &claims),
        Some(PolicyFlaw::WrongType) => key.sign("JWT", &claims),
        Some(PolicyFlaw::NotAPolicy) => "switch everything on, please".into(),
        Some(PolicyFlaw::WrongSignature) => {
            // What was signed under another number.
            claims["seq"] = json!(claims["seq"].as_u64().unwrap_or_default() + 1);
            let other = key.sign(KIND, &claims);
            let (_, signature) = other.rsplit_once('.').unwrap_or_default();
            let (input, _) = signed.rsplit_once('.').unwrap_or_default();
            format!("{input}.{signature}")
        }
        _ => signed,
    }
}

pub(crate) async fn show(State(instance): State<Arc<Instance>>, headers: HeaderMap) -> Reply {
    let state = instance.state();
    if state
        .policy
        .shown
        .as_ref()
        .is_some_and(|shown| shown.broken)
    {
        return empty(503);
    }
    match state.policy.current() {
        Some((text, _)) => cacheable_text(&headers, "application/jose", text),
        None => empty(404),
    }
}
