//! What a server says about its own failure: `OperationOutcome`
//! (<https://hl7.org/fhir/R4/operationoutcome.html>).
//!
//! Only severity and code are read. Diagnostics and details name patients, queries and stack traces
//! in practice, so they never leave the answer.

use serde::Deserialize;

use super::FhirError;
use crate::bounded;
use crate::limits::ISSUES;

/// The issues of an answer, worst first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationOutcome {
    /// At least one; FHIR requires it.
    pub issues: Vec<Issue>,
}

/// One issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Issue {
    /// How bad it is.
    pub severity: Severity,
    /// What kind of problem, from the value set `issue-type`; `unknown` if it is not from there.
    pub code: &'static str,
}

/// How bad an issue is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing could be done.
    Fatal,
    /// It was not done.
    Error,
    /// It was done, though.
    Warning,
    /// A remark.
    Information,
}

/// <https://hl7.org/fhir/R4/valueset-issue-type.html>. Only these are repeated: any other word
/// could be anything.
const CODES: [&str; 31] = [
    "invalid",
    "structure",
    "required",
    "value",
    "invariant",
    "security",
    "login",
    "unknown",
    "expired",
    "forbidden",
    "suppressed",
    "processing",
    "not-supported",
    "duplicate",
    "multiple-matches",
    "not-found",
    "deleted",
    "too-long",
    "code-invalid",
    "extension",
    "too-costly",
    "business-rule",
    "conflict",
    "transient",
    "lock-error",
    "no-store",
    "exception",
    "timeout",
    "incomplete",
    "throttled",
    "informational",
];

#[derive(Deserialize)]
struct Raw {
    #[serde(default, rename = "resourceType", deserialize_with = "bounded::text")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "bounded::first_objects::<_, _, ISSUES>")]
    issue: Vec<RawIssue>,
}

#[derive(Deserialize)]
struct RawIssue {
    #[serde(default, deserialize_with = "bounded::text")]
    severity: Option<String>,
    #[serde(default, deserialize_with = "bounded::text")]
    code: Option<String>,
}

impl OperationOutcome {
    /// Reads the outcome that a response's body is.
    pub fn parse(body: &[u8]) -> Result<Self, FhirError> {
        super::read_body(body, Self::of)
    }

    /// Reads an outcome that is part of sound text.
    pub(super) fn of(text: &str) -> Result<Self, FhirError> {
        let raw: Raw = super::read(text)?;
        if raw.kind.as_deref() != Some("OperationOutcome") {
            return Err(FhirError::WrongResource);
        }
        let mut issues: Vec<Issue> = raw.issue.iter().map(issue).collect();
        if issues.is_empty() {
            return Err(FhirError::Invalid { field: "issue" });
        }
        issues.sort();
        Ok(Self { issues })
    }
}

fn issue(raw: &RawIssue) -> Issue {
    let said = raw.severity.as_deref().unwrap_or_default();
    let severity = match said.to_ascii_lowercase().as_str() {
        "fatal" => Severity::Fatal,
        "warning" => Severity::Warning,
        // R5 also says so when everything went well.
        "information" | "success" => Severity::Information,
        _ => Severity::Error,
    };
    let said = raw.code.as_deref().unwrap_or_default();
    let code = CODES
        .iter()
        .find(|code| **code == said)
        .unwrap_or(&"unknown");
    Issue { severity, code }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_severity_and_known_codes_are_kept() {
        let outcome = OperationOutcome::parse(
            br#"{"resourceType":"OperationOutcome","issue":[
                {"severity":"warning","code":"not-found"},
                {"severity":"error","code":"canary","diagnostics":"Ana Canary","details":{"text":"canary"}}]}"#,
        )
        .unwrap();
        assert_eq!(
            outcome.issues[0],
            Issue {
                severity: Severity::Error,
                code: "unknown"
            }
        );
        assert!(!format!("{outcome:?}").to_lowercase().contains("canary"));
        assert_eq!(
            OperationOutcome::parse(br#"{"resourceType":"OperationOutcome","issue":[]}"#),
            Err(FhirError::Invalid { field: "issue" })
        );
        assert_eq!(
            OperationOutcome::parse(br#"{"resourceType":"Bundle","issue":[]}"#),
            Err(FhirError::WrongResource)
        );
        let odd = b"\xef\xbb\xbf{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":\"Warning\",\"code\":\"timeout\",\"diagnostics\":\"a\tb\xe9\\ud83d\",},]}";
        assert_eq!(
            OperationOutcome::parse(odd).map(|it| it.issues[0]),
            Ok(Issue {
                severity: Severity::Warning,
                code: "timeout"
            })
        );
    }
}
