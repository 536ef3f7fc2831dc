//! A message or the head of a thread: `Communication`
//! (<https://hl7.org/fhir/R4/communication.html>).
//!
//! Only what messages need is kept. A member of a wrong type costs that member, with one exception: who is
//! meant decides whose record this is, so a subject, sender, recipient or parent that cannot be read is a
//! reference that says so, and never looks like nobody. A record is unreadable if it has no id, if a member
//! is given twice, or if a list that decides something is longer than its cap.

use jiff::Timestamp;
use serde::Deserialize;

use super::contained::Contained;
use super::datatypes::{self, CodeableConcept, Identifier, Meta, Reference, references};
use super::instant::PartialDate;
use super::mentions::mentions;
use super::page::{Entry, Parse};
use super::{FhirError, is_id};
use crate::bounded;
use crate::limits::{CODINGS, IDENTIFIERS, PARTS};

/// A `Communication`, reduced to what messages need.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct Communication {
    /// The logical id on this portal.
    pub id: String,
    /// `meta.versionId`.
    pub version_id: Option<String>,
    /// `meta.lastUpdated`, whole milliseconds.
    pub last_updated: Option<Timestamp>,
    /// `status`.
    pub status: Status,
    /// Whom it is about.
    pub subject: Option<Reference>,
    /// Who wrote it.
    pub sender: Option<Reference>,
    /// To whom.
    pub recipients: Vec<Reference>,
    /// The thread it belongs to.
    pub part_of: Vec<Reference>,
    /// What it answers.
    pub in_response_to: Vec<Reference>,
    /// What the thread is about.
    pub topic: Option<String>,
    /// What kind of message it is, to show.
    pub category: Option<String>,
    /// When it was sent.
    pub sent: Option<PartialDate>,
    /// When it was received.
    pub received: Option<PartialDate>,
    /// The parts of the message, in order. Empty in the head of a thread.
    pub payload: Vec<Payload>,
    /// Business identifiers, among them the one minted by the sender.
    pub identifiers: Vec<Identifier>,
    /// Types of contained resources, so that references to them can be judged.
    pub contained: Contained,
    /// Everything that is named anywhere in the record. Only collected where there is no subject: then it
    /// decides.
    pub mentions: Vec<Reference>,
}

/// `Communication.status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(test, derive(serde::Serialize))]
pub enum Status {
    /// Being written.
    Preparation,
    /// On its way.
    InProgress,
    /// Not sent.
    NotDone,
    /// Waiting.
    OnHold,
    /// Given up.
    Stopped,
    /// Sent.
    Completed,
    /// Never should have been; not to be shown.
    EnteredInError,
    /// Not said, or not a code of the specification.
    Unknown,
}

/// A part of a message.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(test, derive(serde::Serialize))]
pub enum Payload {
    /// Plain text.
    ContentString(String),
    /// A file.
    Attachment(Attachment),
    /// Another resource.
    Reference(Reference),
}

/// A file as FHIR describes it (<https://hl7.org/fhir/R4/datatypes.html#Attachment>). Every member
/// comes from the sender: the type and the title are claims.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
#[serde(rename_all = "camelCase")]
pub struct Attachment {
    /// MIME type.
    #[serde(default, deserialize_with = "bounded::text")]
    pub content_type: Option<String>,
    /// Where it can be fetched.
    #[serde(default, deserialize_with = "bounded::text")]
    pub url: Option<String>,
    /// The content itself, base64, if it came along.
    #[serde(default, deserialize_with = "bounded::text")]
    pub data: Option<String>,
    /// Bytes.
    #[serde(default, deserialize_with = "bounded::number")]
    pub size: Option<u64>,
    /// SHA-1 of the content, base64.
    #[serde(default, deserialize_with = "bounded::text")]
    pub hash: Option<String>,
    /// A name to show.
    #[serde(default, deserialize_with = "bounded::text")]
    pub title: Option<String>,
}

impl Communication {
    /// Reads a resource that came by itself, such as the answer of a create.
    pub fn parse(json: &str) -> Result<Self, FhirError> {
        Self::of(super::read(json.as_bytes())?, json)
    }

    fn of(raw: Raw, json: &str) -> Result<Self, FhirError> {
        if raw.resource_type.as_deref() != Some("Communication") {
            return Err(FhirError::WrongResource);
        }
        let id = raw.id.filter(|id| is_id(id));
        let meta = raw.meta.unwrap_or_default();
        let mentions = match raw.subject {
            Some(_) => Vec::new(),
            None => mentions(json).ok_or(FhirError::Unreadable)?,
        };
        Ok(Self {
            id: id.ok_or(FhirError::Invalid { field: "id" })?,
            version_id: meta.version_id,
            last_updated: meta.last_updated,
            status: status(raw.status.as_deref()),
            subject: raw.subject,
            sender: raw.sender,
            recipients: raw.recipient,
            part_of: raw.part_of,
            in_response_to: raw.in_response_to,
            topic: raw.topic.and_then(CodeableConcept::shown),
            category: raw.category.into_iter().find_map(CodeableConcept::shown),
            sent: raw.sent,
            received: raw.received,
            payload: raw
                .payload
                .into_iter()
                .filter_map(RawPayload::read)
                .collect(),
            identifiers: raw.identifier,
            contained: raw.contained,
            mentions,
        })
    }

    /// `Communication/id`, as other resources refer to it.
    pub fn key(&self) -> String {
        format!("Communication/{}", self.id)
    }
}

impl Parse for Communication {
    const RESOURCE_TYPE: &'static str = "Communication";

    fn of_entry(entry: &Entry<'_>) -> Result<Self, FhirError> {
        let text = entry.resource.get();
        Self::of(super::read_sound(text)?, text)
    }

    fn of_body(body: &[u8]) -> Result<Self, FhirError> {
        let text = std::str::from_utf8(body).map_err(|_| FhirError::Unreadable)?;
        Self::parse(text)
    }

    fn last_updated(&self) -> Option<Timestamp> {
        self.last_updated
    }

    fn has_identifier(&self, system: &str, value: &str) -> bool {
        self.identifiers.iter().any(|identifier| {
            identifier.system.as_deref() == Some(system)
                && identifier.value.as_deref() == Some(value)
        })
    }

    fn lists(&self) -> usize {
        let references = [
            &self.recipients,
            &self.part_of,
            &self.in_response_to,
            &self.mentions,
        ];
        references.iter().map(|list| list.len()).sum::<usize>()
            + self.payload.len()
            + self.identifiers.len()
            + self.contained.len()
    }
}

fn status(code: Option<&str>) -> Status {
    match code {
        Some("preparation") => Status::Preparation,
        Some("in-progress") => Status::InProgress,
        Some("not-done") => Status::NotDone,
        Some("on-hold") => Status::OnHold,
        Some("stopped") => Status::Stopped,
        Some("completed") => Status::Completed,
        Some("entered-in-error") => Status::EnteredInError,
        _ => Status::Unknown,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    #[serde(default, deserialize_with = "bounded::text")]
    resource_type: Option<String>,
    #[serde(default, deserialize_with = "bounded::text")]
    id: Option<String>,
    #[serde(default, deserialize_with = "bounded::object")]
    meta: Option<Meta>,
    #[serde(default, deserialize_with = "bounded::text")]
    status: Option<String>,
    #[serde(default, deserialize_with = "datatypes::reference")]
    subject: Option<Reference>,
    #[serde(default, deserialize_with = "datatypes::reference")]
    sender: Option<Reference>,
    #[serde(default, deserialize_with = "references")]
    recipient: Vec<Reference>,
    #[serde(default, deserialize_with = "references")]
    part_of: Vec<Reference>,
    #[serde(default, deserialize_with = "references")]
    in_response_to: Vec<Reference>,
    #[serde(default, deserialize_with = "bounded::object")]
    topic: Option<CodeableConcept>,
    #[serde(default, deserialize_with = "bounded::first_objects::<_, _, CODINGS>")]
    category: Vec<CodeableConcept>,
    #[serde(default, deserialize_with = "datatypes::date")]
    sent: Option<PartialDate>,
    #[serde(default, deserialize_with = "datatypes::date")]
    received: Option<PartialDate>,
    #[serde(default, deserialize_with = "bounded::objects::<_, _, PARTS>")]
    payload: Vec<RawPayload>,
    #[serde(default, deserialize_with = "bounded::objects::<_, _, IDENTIFIERS>")]
    identifier: Vec<Identifier>,
    #[serde(default)]
    contained: Contained,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawPayload {
    #[serde(default, deserialize_with = "bounded::text")]
    content_string: Option<String>,
    #[serde(default, deserialize_with = "bounded::object")]
    content_attachment: Option<Attachment>,
    #[serde(default, deserialize_with = "datatypes::reference")]
    content_reference: Option<Reference>,
}

impl RawPayload {
    fn read(self) -> Option<Payload> {
        self.content_string
            .map(Payload::ContentString)
            .or(self.content_attachment.map(Payload::Attachment))
            .or(self.content_reference.map(Payload::Reference))
    }
}

impl std::fmt::Debug for Communication {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Communication(..)")
    }
}

impl std::fmt::Debug for Payload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Payload(..)")
    }
}

impl std::fmt::Debug for Attachment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Attachment(..)")
    }
}

#[cfg(test)]
mod tests;
