//! The faults that a portal can be told to have, and which of them apply right now.
//!
//! A fault is a flat JSON object: `{"fault": "status", "code": 503, "times": 2}`. An unknown name or
//! key is an error, so that a story cannot ask for a fault that never happens.

use serde::Deserialize;
use serde_json::{Map, Value};

/// Which answers get the status of [`FaultKind::Status`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusOn {
    /// Everything.
    Any,
    /// Below the FHIR base.
    Fhir,
    /// The authorization server.
    Auth,
    /// The token endpoint.
    Token,
}

/// Which answer [`FaultKind::DropAnswerAfterCommit`] loses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DropOn {
    /// That of a FHIR create.
    Create,
    /// That of the token endpoint.
    Token,
}

/// What goes wrong; README.md says what each does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
#[non_exhaustive]
pub enum FaultKind {
    LeakOtherPatient,
    Misfiled,
    NoSubject,
    IgnoreFilters,
    IgnoreIdentifier,
    NoIdentifierSearch,
    NoIfNoneExist,
    LaggingIndex { seconds: u64 },
    EmptyList,
    WrongSelfLink,
    ForeignNext,
    MissingNext,
    ExpiredNext,
    DuplicatePage,
    TruncateBody,
    DropAnswerAfterCommit { on: DropOn },
    Status { code: u16, on: StatusOn },
    RateLimit { seconds: u64 },
    NoRotation,
    InvalidGrant,
    WrongSubject,
    WrongIssuer,
    CaptivePortal,
    ClockSkew { seconds: i64 },
    HugeBundle,
    DeepJson,
    BadUtf8,
    GzipBomb,
}

/// A fault, and how often it still applies (`None`: always).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Map<String, Value>")]
pub struct Fault {
    /// What.
    pub kind: FaultKind,
    /// How often.
    pub times: Option<u32>,
}

const LATER: &[&str] = &[
    "slow_body",
    "wrong_tls_key",
    "bad_policy_signature",
    "old_policy",
    "no_policy",
];

struct Keys(Map<String, Value>);

impl Keys {
    fn take<T: serde::de::DeserializeOwned>(&mut self, key: &str) -> Result<Option<T>, String> {
        self.0
            .remove(key)
            .map(|value| serde_json::from_value(value).map_err(|error| format!("{key}: {error}")))
            .transpose()
    }

    fn need<T: serde::de::DeserializeOwned>(&mut self, key: &str) -> Result<T, String> {
        self.take(key)?
            .ok_or_else(|| format!("this fault needs {key:?}"))
    }
}

impl TryFrom<Map<String, Value>> for Fault {
    type Error = String;

    fn try_from(map: Map<String, Value>) -> Result<Self, String> {
        let mut keys = Keys(map);
        let name: String = keys.need("fault")?;
        let mut times: Option<u32> = keys.take("times")?;
        let kind = match name.as_str() {
            "leak_other_patient" => {
                match keys.take::<String>("when")?.as_deref() {
                    None | Some("always") => {}
                    Some("once") => times = Some(1),
                    Some(other) => {
                        return Err(format!("when: {other:?} is neither once nor always"));
                    }
                }
                FaultKind::LeakOtherPatient
            }
            "misfiled" => FaultKind::Misfiled,
            "no_subject" => FaultKind::NoSubject,
            "ignore_filters" => FaultKind::IgnoreFilters,
            "ignore_identifier" => FaultKind::IgnoreIdentifier,
            "no_identifier_search" => FaultKind::NoIdentifierSearch,
            "no_if_none_exist" => FaultKind::NoIfNoneExist,
            "lagging_index" => FaultKind::LaggingIndex {
                seconds: keys.need("seconds")?,
            },
            "empty_list" => FaultKind::EmptyList,
            "wrong_self_link" => FaultKind::WrongSelfLink,
            "foreign_next" => FaultKind::ForeignNext,
            "missing_next" => FaultKind::MissingNext,
            "expired_next" => FaultKind::ExpiredNext,
            "duplicate_page" => FaultKind::DuplicatePage,
            "truncate_body" => FaultKind::TruncateBody,
            "drop_answer_after_commit" => {
                times.get_or_insert(1);
                FaultKind::DropAnswerAfterCommit {
                    on: keys.take("on")?.unwrap_or(DropOn::Create),
                }
            }
            "status" => {
                let code = keys.need("code")?;
                if !(400..=599).contains(&code) {
                    return Err(format!("code: {code} is not an error status"));
                }
                FaultKind::Status {
                    code,
                    on: keys.take("on")?.unwrap_or(StatusOn::Any),
                }
            }
            "rate_limit" => FaultKind::RateLimit {
                seconds: keys.need("seconds")?,
            },
            "no_rotation" => FaultKind::NoRotation,
            "invalid_grant" => FaultKind::InvalidGrant,
            "wrong_subject" => FaultKind::WrongSubject,
            "wrong_issuer" => FaultKind::WrongIssuer,
            "captive_portal" => FaultKind::CaptivePortal,
            "clock_skew" => FaultKind::ClockSkew {
                seconds: keys.need("seconds")?,
            },
            "huge_bundle" => FaultKind::HugeBundle,
            "deep_json" => FaultKind::DeepJson,
            "bad_utf8" => FaultKind::BadUtf8,
            "gzip_bomb" => FaultKind::GzipBomb,
            later if LATER.contains(&later) => {
                return Err(format!("fault {later:?} is not implemented by this portal"));
            }
            other => return Err(format!("fault {other:?} is unknown")),
        };
        if let Some(key) = keys.0.keys().next() {
            return Err(format!("fault {name:?} has no key {key:?}"));
        }
        Ok(Self { kind, times })
    }
}

/// The faults that are on.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    /// Turns a fault on; one of the same name is replaced.
    pub(crate) fn set(&mut self, fault: Fault) {
        let name = std::mem::discriminant(&fault.kind);
        self.0
            .retain(|other| std::mem::discriminant(&other.kind) != name);
        self.0.push(fault);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Whether such a fault is on, without using it up.
    pub(crate) fn on(&self, wanted: impl Fn(FaultKind) -> bool) -> bool {
        self.0
            .iter()
            .any(|fault| fault.times != Some(0) && wanted(fault.kind))
    }

    /// The first such fault that is on; uses up one of its times.
    pub(crate) fn take(&mut self, wanted: impl Fn(FaultKind) -> bool) -> Option<FaultKind> {
        let fault = self
            .0
            .iter_mut()
            .find(|fault| fault.times != Some(0) && wanted(fault.kind))?;
        if let Some(times) = &mut fault.times {
            *times -= 1;
        }
        Some(fault.kind)
    }

    /// The same for a fault without keys.
    pub(crate) fn hit(&mut self, kind: FaultKind) -> bool {
        self.take(|on| on == kind).is_some()
    }
}
