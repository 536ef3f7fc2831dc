//! A message or the head of a thread: `Communication`
//! (<https://hl7.org/fhir/R4/communication.html>, members of R5 included).
//!
//! Only what messages need is kept. A member of a wrong type costs that member, with one exception: who is
//! meant decides whose record this is, so a subject, sender, recipient or parent that cannot be read is a
//! reference that says so, and never looks like nobody. A record is unreadable if it has no id, if a member
//! is given twice, or if a list that decides something is longer than its cap.
//!
//! # What a message says
//! Portals put words into many members. In this order, all that there are:
//!
//! | where | becomes |
//! |---|---|
//! | `payload.contentString` | a text |
//! | `payload.contentCodeableConcept` (R5) | a text: what is shown of it |
//! | `payload.contentAttachment` with inline `text/plain`, HTML or XHTML | a text |
//! | any other `payload.contentAttachment` | an attachment |
//! | `payload.contentReference` | a reference |
//! | `note`, else the narrative, if none of the above is a text | texts |
//!
//! Texts are as the portal wrote them but for their line ends; what may be shown of them is for
//! [`display_text`](crate::display_text) to say, which has been asked already.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::contained::Contained;
use super::datatypes::{self, CodeableConcept, Identifier, Meta, Reference, references};
use super::instant::PartialDate;
use super::mentions::mentions;
use super::page::{Entry, Parse};
use super::{FhirError, is_id};
use crate::bounded;
use crate::limits::{CODINGS, IDENTIFIERS, PARTS, REFERENCES};

use self::said::{Part, Said};

pub(super) use self::said::remarks;

pub use self::attachment::Attachment;

mod attachment;
mod said;

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
    /// `priority`.
    pub priority: Option<Priority>,
    /// Whom it is about.
    pub subject: Option<Reference>,
    /// Who wrote it.
    pub sender: Option<Reference>,
    /// To whom.
    pub recipients: Vec<Reference>,
    /// What it is part of: its thread, or a task, a care plan, a request.
    pub part_of: Vec<Reference>,
    /// What it answers.
    pub in_response_to: Vec<Reference>,
    /// The requests and plans that it fulfils, the first [`REFERENCES`] of them.
    pub based_on: Vec<Reference>,
    /// What the thread is about: `topic`.
    pub topic: Option<String>,
    /// Why it was sent: `reasonCode`, R5 `reason`.
    pub reason: Option<String>,
    /// What kind of message it is, to show.
    pub category: Option<String>,
    /// When it was sent.
    pub sent: Option<PartialDate>,
    /// When it was received.
    pub received: Option<PartialDate>,
    /// What it says, in order, each with its line ends as `\n` and fit to be shown. None is blank.
    pub texts: Vec<String>,
    /// The files that come with it and are not among the texts, in order.
    pub attachments: Vec<Attachment>,
    /// The resources that are sent with it, in order.
    pub references: Vec<Reference>,
    /// Business identifiers, among them the one minted by the sender.
    pub identifiers: Vec<Identifier>,
    /// Types and names of contained resources, so that references to them can be judged and shown.
    pub contained: Contained,
    /// Everything that is named anywhere in the record. Only collected where there is no subject: then it
    /// decides.
    pub mentions: Vec<Reference>,
    silent: bool,
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

/// `Communication.priority`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(test, derive(serde::Serialize))]
pub enum Priority {
    /// Nothing special.
    Routine,
    /// Sooner than routine.
    Urgent,
    /// As soon as possible.
    Asap,
    /// At once.
    Stat,
}

impl Communication {
    /// Reads a resource that came by itself, such as the answer of a create.
    pub fn parse(json: &str) -> Result<Self, FhirError> {
        Self::of_body(json.as_bytes())
    }

    fn of(raw: Raw<'_>, json: &str) -> Result<Self, FhirError> {
        if raw.resource_type.as_deref() != Some("Communication") {
            return Err(FhirError::WrongResource);
        }
        let id = raw.id.filter(|id| is_id(id));
        let meta = raw.meta.unwrap_or_default();
        let mut said = Said::default();
        for part in raw.payload {
            said.part(part);
        }
        let silent = said.is_nothing();
        if said.texts.is_empty() {
            said.texts = remarks(raw.note, raw.text);
        }
        let mentions = match raw.subject {
            Some(_) => Vec::new(),
            None => mentions(json).ok_or(FhirError::Unreadable)?,
        };
        Ok(Self {
            id: id.ok_or(FhirError::Invalid { field: "id" })?,
            version_id: meta.version_id,
            last_updated: meta.last_updated,
            status: status(raw.status.first()),
            priority: priority(raw.priority.first()),
            subject: raw.subject,
            sender: raw.sender,
            recipients: raw.recipient,
            part_of: raw.part_of,
            in_response_to: raw.in_response_to,
            based_on: raw.based_on,
            topic: raw.topic.into_iter().find_map(CodeableConcept::shown),
            reason: raw
                .reason_code
                .into_iter()
                .find_map(CodeableConcept::shown)
                .or_else(|| {
                    let mut reasons = raw.reason.into_iter().filter_map(|it| it.concept);
                    reasons.find_map(CodeableConcept::shown)
                }),
            category: raw.category.into_iter().find_map(CodeableConcept::shown),
            sent: raw.sent,
            received: raw.received,
            texts: said.texts,
            attachments: said.attachments,
            references: said.references,
            identifiers: raw.identifier,
            contained: raw.contained,
            mentions,
            silent,
        })
    }

    /// Whether no part of it says anything: neither a text nor an attachment nor a reference. Such a record is the
    /// head of a thread if others hang on it, else a message without text. Notes and narrative are remarks about
    /// it, so it can be silent and still have [`texts`](Self::texts).
    pub fn is_silent(&self) -> bool {
        self.silent
    }

    /// What a person would call the subject of the message: its topic, else its reason.
    pub fn heading(&self) -> Option<&str> {
        self.topic.as_deref().or(self.reason.as_deref())
    }

    /// The name of somebody whom this record refers to: the display, else the name of the contained resource. As
    /// sent; [`display_text::line`](crate::display_text::line()) makes it fit to be shown.
    pub fn name_of<'a>(&'a self, whom: &'a Reference) -> Option<&'a str> {
        self.contained.name_of(whom)
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
        super::read_body(body, |text| Self::of(super::read(text)?, text))
    }

    fn last_updated(&self) -> Option<Timestamp> {
        self.last_updated
    }

    fn version_id(&self) -> Option<&str> {
        self.version_id.as_deref()
    }

    fn has_identifier_of(&self, system: &str) -> bool {
        let mut identifiers = self.identifiers.iter();
        identifiers.any(|identifier| identifier.system.as_deref() == Some(system))
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
            &self.based_on,
            &self.references,
            &self.mentions,
        ];
        references.iter().map(|list| list.len()).sum::<usize>()
            + self.texts.len()
            + self.attachments.len()
            + self.identifiers.len()
            + self.contained.len()
    }
}

/// A code in the spelling of the specification, however it is written: what was entered in error must not be shown for
/// a capital letter.
fn code(said: &str) -> String {
    let plain = |c: char| match c {
        ' ' | '_' => '-',
        c => c.to_ascii_lowercase(),
    };
    said.trim().chars().map(plain).collect()
}

fn status(said: Option<&String>) -> Status {
    match said.map(|said| code(said)).as_deref() {
        Some("preparation") => Status::Preparation,
        Some("in-progress") => Status::InProgress,
        Some("not-done") => Status::NotDone,
        // STU3 says so.
        Some("on-hold" | "suspended") => Status::OnHold,
        Some("stopped" | "aborted") => Status::Stopped,
        Some("completed") => Status::Completed,
        Some("entered-in-error") => Status::EnteredInError,
        _ => Status::Unknown,
    }
}

fn priority(said: Option<&String>) -> Option<Priority> {
    match code(said?).as_str() {
        "routine" => Some(Priority::Routine),
        "urgent" => Some(Priority::Urgent),
        "asap" => Some(Priority::Asap),
        "stat" => Some(Priority::Stat),
        _ => None,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw<'a> {
    #[serde(default, deserialize_with = "bounded::text")]
    resource_type: Option<String>,
    #[serde(default, deserialize_with = "bounded::token")]
    id: Option<String>,
    #[serde(default, deserialize_with = "bounded::object")]
    meta: Option<Meta>,
    #[serde(default, deserialize_with = "bounded::first_texts::<_, 1>")]
    status: Vec<String>,
    #[serde(default, deserialize_with = "bounded::first_texts::<_, 1>")]
    priority: Vec<String>,
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
    #[serde(
        default,
        deserialize_with = "datatypes::first_references::<_, REFERENCES>"
    )]
    based_on: Vec<Reference>,
    #[serde(default, deserialize_with = "bounded::first_objects::<_, _, CODINGS>")]
    reason_code: Vec<CodeableConcept>,
    #[serde(default, deserialize_with = "bounded::first_objects::<_, _, CODINGS>")]
    reason: Vec<Reason>,
    #[serde(default, deserialize_with = "bounded::first_objects::<_, _, CODINGS>")]
    topic: Vec<CodeableConcept>,
    #[serde(default, deserialize_with = "bounded::first_objects::<_, _, CODINGS>")]
    category: Vec<CodeableConcept>,
    #[serde(default, deserialize_with = "datatypes::date")]
    sent: Option<PartialDate>,
    #[serde(default, deserialize_with = "datatypes::date")]
    received: Option<PartialDate>,
    #[serde(default, deserialize_with = "bounded::objects::<_, _, PARTS>")]
    payload: Vec<Part>,
    #[serde(default, deserialize_with = "bounded::objects::<_, _, IDENTIFIERS>")]
    identifier: Vec<Identifier>,
    #[serde(default)]
    contained: Contained,
    #[serde(borrow)]
    note: Option<&'a RawValue>,
    #[serde(borrow)]
    text: Option<&'a RawValue>,
}

/// R5 `CodeableReference`.
#[derive(Deserialize)]
struct Reason {
    #[serde(default, deserialize_with = "bounded::object")]
    concept: Option<CodeableConcept>,
}

impl std::fmt::Debug for Communication {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Communication(..)")
    }
}

#[cfg(test)]
mod tests;
