//! The part of HL7 FHIR R4 (4.0.1) that Pericard needs, read resource by resource.
//!
//! A page is read in two steps: [`bundle`] finds the resources and leaves each as raw JSON, then
//! [`page`] lets a resource's own module read it. So one broken resource costs itself and not its page, and
//! a member of a wrong type costs itself and not its resource. Before both, [`body`] makes sound text of what came. Members that nobody asks for are skipped;
//! every list is capped while it is read ([`crate::limits`]).
//!
//! Types that hold what a patient wrote or received print nothing in `Debug`.

pub mod binary;
pub mod body;
pub mod bundle;
pub mod capability;
pub mod care_team;
pub(crate) mod charset;
pub mod communication;
pub mod contained;
pub mod datatypes;
pub mod diagnostic_report;
pub mod document_reference;
mod entries;
pub mod instant;
pub(crate) mod markup;
pub mod measured;
mod mentions;
pub mod names;
mod numbers;
pub mod observation;
pub mod outcome;
pub mod outgoing;
pub mod page;
pub mod patient;
pub mod person;
pub mod reference;
pub mod related_person;
pub mod result_status;
mod scan;
pub mod search;
pub mod user;

use crate::limits::depth_is_fine;

/// Why something is not the FHIR resource that was asked for. Carries nothing of what was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FhirError {
    /// Not JSON of the expected shape: cut off, not UTF-8, a wrong type, a member given twice.
    #[error("not readable as FHIR JSON")]
    Unreadable,
    /// Nested deeper than [`crate::limits::JSON_DEPTH`].
    #[error("nested too deeply")]
    TooDeep,
    /// Another resource type than asked for, or none.
    #[error("another kind of resource than expected")]
    WrongResource,
    /// A member that is needed is missing or not of its type.
    #[error("the member {field} is missing or invalid")]
    Invalid {
        /// The member's name in the FHIR specification.
        field: &'static str,
    },
}

/// Whether a text can be a resource id. FHIR allows 64 characters of `[A-Za-z0-9\-.]`; longer ids
/// and underscores are tolerated, since they do no harm. `.` and `..` are not ids: they would
/// change a path.
pub fn is_id(text: &str) -> bool {
    (1..=255).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
        && text.bytes().any(|byte| byte != b'.')
}

/// Reads an object of text that is sound ([`body::Body`]).
fn read<'a, T: serde::Deserialize<'a>>(text: &'a str) -> Result<T, FhirError> {
    if !depth_is_fine(text.as_bytes()) {
        return Err(FhirError::TooDeep);
    }
    read_sound(text)
}

/// Reads the object that a response's body is, and lets `of` make of it what is asked for.
fn read_body<T>(body: &[u8], of: impl Fn(&str) -> Result<T, FhirError>) -> Result<T, FhirError> {
    let body = body::Body::new(body);
    match of(body.text()) {
        Err(FhirError::Unreadable) => of(body.mended().ok_or(FhirError::Unreadable)?),
        read => read,
    }
}

/// Reads JSON whose depth is known to be fine, such as that of an entry.
pub(crate) fn read_sound<'a, T: serde::Deserialize<'a>>(text: &'a str) -> Result<T, FhirError> {
    // serde would fill a struct from an array as well, which FHIR never means.
    if !text.trim_start().starts_with('{') {
        return Err(FhirError::Unreadable);
    }
    serde_json::from_str(text).map_err(|_| FhirError::Unreadable)
}
