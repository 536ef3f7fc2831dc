//! Reading a fault from its JSON.

use serde_json::{Map, Value};

use super::{DropOn, Fault, FaultKind, StatusOn};

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
            "names_another" => FaultKind::NamesAnother,
            "amended" => FaultKind::Amended {
                how: keys.need("as")?,
            },
            "ignore_filters" => FaultKind::IgnoreFilters,
            "ignore_identifier" => FaultKind::IgnoreIdentifier,
            "no_identifier_search" => FaultKind::NoIdentifierSearch,
            "no_if_none_exist" => FaultKind::NoIfNoneExist,
            "lacks" => FaultKind::Lacks {
                what: keys.need("as")?,
            },
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
                    body: keys.take("body")?,
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
            "amplified" => FaultKind::Amplified {
                what: keys.need("as")?,
            },
            "large_headers" => FaultKind::LargeHeaders {
                bytes: keys.need("bytes")?,
            },
            "id_token" => FaultKind::IdToken {
                flaw: keys.need("as")?,
            },
            "jwks" => FaultKind::Jwks {
                flaw: keys.need("as")?,
            },
            "discovery" => FaultKind::Discovery {
                flaw: keys.need("as")?,
            },
            "mix_up" => FaultKind::MixUp,
            "no_iss" => FaultKind::NoIss,
            "insufficient_authorization" => FaultKind::InsufficientAuthorization { before: 0 },
            "refuse_dpop" => FaultKind::RefuseDpop,
            "fhir_user" => FaultKind::FhirUser {
                which: keys.need("as")?,
            },
            "ignore_patient_hint" => FaultKind::IgnorePatientHint,
            "no_patient" => FaultKind::NoPatient,
            "first_metadata" => FaultKind::FirstMetadata {
                answer: keys.need("as")?,
            },
            "no_metadata" => FaultKind::NoMetadata,
            "odd_metadata" => FaultKind::OddMetadata {
                members: keys.need("as")?,
            },
            "contradiction" => FaultKind::Contradiction {
                which: keys.need("as")?,
            },
            "refuse_par" => FaultKind::RefusePar {
                refusal: keys.need("as")?,
            },
            "fewer_protections" => FaultKind::FewerProtections,
            "bearer_records" => FaultKind::BearerRecords,
            "no_expires_in" => FaultKind::NoExpiresIn,
            "no_refresh_token" => FaultKind::NoRefreshToken,
            "unauthorized" => FaultKind::Unauthorized {
                answer: keys.need("as")?,
            },
            "refresh_error" => FaultKind::RefreshError {
                error: keys.need("as")?,
            },
            "denied" => FaultKind::Denied {
                denial: keys.need("as")?,
            },
            "byte_order_mark" => FaultKind::ByteOrderMark,
            "otpauth_label" => FaultKind::OtpauthLabel {
                label: keys.need("as")?,
            },
            "empty_text" => FaultKind::EmptyText {
                which: keys.need("as")?,
            },
            "parameter" => FaultKind::Parameter {
                name: keys.need("name")?,
                how: keys.need("as")?,
            },
            "next" => FaultKind::Next {
                how: keys.need("as")?,
            },
            "page_cap" => FaultKind::PageCap {
                most: keys.need::<usize>("most")?.max(1),
            },
            "incomplete_page" => FaultKind::IncompletePage {
                how: keys.need("as")?,
            },
            "poison" => FaultKind::Poison {
                how: keys.need("as")?,
            },
            "stamp_ahead" => FaultKind::StampAhead {
                seconds: keys.need("seconds")?,
            },
            "late" => FaultKind::Late {
                seconds: keys.need("seconds")?,
                every: keys.take("every")?.unwrap_or(1),
            },
            "stale_replica" => FaultKind::StaleReplica {
                seconds: keys.need("seconds")?,
                every: keys.take("every")?.unwrap_or(1),
            },
            "text_form" => FaultKind::TextForm {
                form: keys.need("as")?,
            },
            "odd_records" => FaultKind::OddRecords {
                how: keys.need("as")?,
            },
            "subjectless" => FaultKind::Subjectless,
            "threading" => FaultKind::Threading {
                how: keys.need("as")?,
            },
            "sender_form" => FaultKind::SenderForm {
                form: keys.need("as")?,
            },
            "dates" => FaultKind::Dates {
                form: keys.need("as")?,
            },
            "created" => FaultKind::Created {
                how: keys.need("as")?,
            },
            "refused_text" => {
                let code = keys.need("code")?;
                if !(400..=599).contains(&code) {
                    return Err(format!("code: {code} is not an error status"));
                }
                FaultKind::RefusedText { code }
            }
            "deleted" => FaultKind::Deleted {
                how: keys.need("as")?,
            },
            "same_name" => FaultKind::SameName,
            "copies" => FaultKind::Copies,
            "care_team" => FaultKind::CareTeam {
                how: keys.need("as")?,
            },
            "file" => FaultKind::File {
                how: keys.need("as")?,
            },
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
