//! A message or the head of a thread: `Communication`
//! (<https://hl7.org/fhir/R4/communication.html>).
//!
//! Only what messages need is kept. A member of a wrong type makes the resource unreadable rather
//! than absent: a subject that cannot be read must not look like no subject. Dates are the
//! exception; one that cannot be read is left out, since the text of the message matters more.

use jiff::Timestamp;
use serde::Deserialize;

use super::bundle::Entry;
use super::instant::{PartialDate, parse_instant};
use super::reference::{Identifier, Reference};
use super::{FhirError, is_id};

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
    /// Ids and types of contained resources, so that references to them can be judged.
    pub contained: Vec<Contained>,
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
    pub content_type: Option<String>,
    /// Where it can be fetched.
    pub url: Option<String>,
    /// The content itself, base64, if it came along.
    pub data: Option<String>,
    /// Bytes.
    pub size: Option<u64>,
    /// SHA-1 of the content, base64.
    pub hash: Option<String>,
    /// A name to show.
    pub title: Option<String>,
}

/// A contained resource's id and type.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct Contained {
    /// The id within the resource that contains it.
    pub id: Option<String>,
    /// Its type.
    #[serde(rename = "resourceType")]
    pub kind: String,
}

impl Communication {
    /// Reads a resource that came by itself, such as the answer of a create.
    pub fn parse(json: &str) -> Result<Self, FhirError> {
        Self::of(super::read(json.as_bytes())?)
    }

    /// Reads a resource of a page. The page was found to be sound text of a sound depth, so neither is asked again.
    pub fn of_entry(entry: &Entry<'_>) -> Result<Self, FhirError> {
        let text = entry.resource.get();
        // serde would fill a struct from an array as well, which FHIR never means.
        let object = Some(text).filter(|text| text.starts_with('{'));
        let raw = object.and_then(|text| serde_json::from_str(text).ok());
        Self::of(raw.ok_or(FhirError::Unreadable)?)
    }

    fn of(raw: Raw) -> Result<Self, FhirError> {
        if raw.resource_type != "Communication" {
            return Err(FhirError::WrongResource);
        }
        let id = raw.id.filter(|id| is_id(id));
        let meta = raw.meta.unwrap_or_default();
        let date = |text: Option<String>| text.and_then(|text| PartialDate::parse(&text).ok());
        Ok(Self {
            id: id.ok_or(FhirError::Invalid { field: "id" })?,
            version_id: meta.version_id,
            last_updated: meta.last_updated.and_then(|text| parse_instant(&text).ok()),
            status: status(raw.status.as_deref()),
            subject: raw.subject,
            sender: raw.sender,
            recipients: raw.recipient,
            part_of: raw.part_of,
            in_response_to: raw.in_response_to,
            topic: raw.topic.and_then(Concept::text),
            category: raw.category.into_iter().find_map(Concept::text),
            sent: date(raw.sent),
            received: date(raw.received),
            payload: raw
                .payload
                .into_iter()
                .filter_map(RawPayload::read)
                .collect(),
            identifiers: raw.identifier,
            contained: raw.contained,
        })
    }

    /// `Communication/id`, as other resources refer to it.
    pub fn key(&self) -> String {
        format!("Communication/{}", self.id)
    }

    /// Whether it carries exactly this identifier.
    pub fn has_identifier(&self, system: &str, value: &str) -> bool {
        self.identifiers.iter().any(|identifier| {
            identifier.system.as_deref() == Some(system)
                && identifier.value.as_deref() == Some(value)
        })
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
    resource_type: String,
    id: Option<String>,
    meta: Option<Meta>,
    status: Option<String>,
    subject: Option<Reference>,
    sender: Option<Reference>,
    #[serde(default)]
    recipient: Vec<Reference>,
    #[serde(default)]
    part_of: Vec<Reference>,
    #[serde(default)]
    in_response_to: Vec<Reference>,
    topic: Option<Concept>,
    #[serde(default)]
    category: Vec<Concept>,
    sent: Option<String>,
    received: Option<String>,
    #[serde(default)]
    payload: Vec<RawPayload>,
    #[serde(default)]
    identifier: Vec<Identifier>,
    #[serde(default)]
    contained: Vec<Contained>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Meta {
    version_id: Option<String>,
    last_updated: Option<String>,
}

#[derive(Deserialize)]
struct Concept {
    text: Option<String>,
    #[serde(default)]
    coding: Vec<Coding>,
}

#[derive(Deserialize)]
struct Coding {
    display: Option<String>,
}

impl Concept {
    fn text(self) -> Option<String> {
        let mut coded = self.coding.into_iter().filter_map(|coding| coding.display);
        self.text.or_else(|| coded.next())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawPayload {
    content_string: Option<String>,
    content_attachment: Option<Attachment>,
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

impl std::fmt::Debug for Contained {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Contained(..)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    const MESSAGE: &str = r##"{
        "resourceType": "Communication", "id": "m1",
        "meta": {"versionId": "2", "lastUpdated": "2026-03-05T10:20:30.123+01:00", "profile": ["x"]},
        "contained": [{"resourceType": "Practitioner", "id": "p", "name": [{"text": "Dr. Who"}]}],
        "identifier": [{"system": "urn:ietf:rfc:3986", "value": "urn:uuid:1", "use": "official"}],
        "partOf": [{"reference": "Communication/h1"}],
        "inResponseTo": [{"reference": "Communication/m0"}],
        "status": "completed",
        "category": [{"coding": [{"code": "notification", "display": "Notification"}]}],
        "subject": {"reference": "Patient/ana"},
        "topic": {"text": "Your results"},
        "sent": "2026-03-05T10:20:30+01:00", "received": "last week",
        "recipient": [{"reference": "Patient/ana", "display": "Ana"}, {"reference": "#p"}],
        "sender": {"reference": "Practitioner/7", "display": "Dr. Novak"},
        "payload": [
            {"contentString": "All is well — see \"attached\""},
            {"contentAttachment": {"contentType": "application/pdf", "url": "Binary/1", "size": 12, "title": "r.pdf"}},
            {"contentReference": {"reference": "DocumentReference/1"}},
            {"contentCodeableConcept": {"text": "of a later FHIR version"}}
        ],
        "note": [{"text": "not read"}]
    }"##;

    #[test]
    fn a_message_is_read() {
        insta::assert_json_snapshot!(Communication::parse(MESSAGE).unwrap());
    }

    #[test]
    fn a_message_prints_nothing() {
        let message = Communication::parse(MESSAGE).unwrap();
        assert_eq!(format!("{message:?}"), "Communication(..)");
        assert_eq!(format!("{:?}", message.payload[0]), "Payload(..)");
    }

    #[test]
    fn a_subject_that_cannot_be_read_is_not_a_missing_subject() {
        for subject in [
            r#""Patient/ana""#,
            "7",
            r#"[{"reference":"Patient/ana"}]"#,
            r#"{"reference":7}"#,
        ] {
            let json =
                format!(r#"{{"resourceType":"Communication","id":"1","subject":{subject}}}"#);
            assert_eq!(
                Communication::parse(&json),
                Err(FhirError::Unreadable),
                "{subject}"
            );
        }
        let array =
            r#"["Communication","m1",null,null,null,null,[],[],[],null,[],null,null,[],[],[]]"#;
        assert_eq!(Communication::parse(array), Err(FhirError::Unreadable));
        let twice = r#"{"resourceType":"Communication","id":"1",
            "subject":{"reference":"Patient/ben"},"subject":{"reference":"Patient/ana"}}"#;
        assert_eq!(Communication::parse(twice), Err(FhirError::Unreadable));
    }

    #[test]
    fn an_id_is_needed_and_must_be_one() {
        for id in ["", r#""id":"","#, r#""id":"a/b","#, r#""id":"..","#] {
            let json = format!(r#"{{{id}"resourceType":"Communication"}}"#);
            assert_eq!(
                Communication::parse(&json),
                Err(FhirError::Invalid { field: "id" })
            );
        }
    }

    #[test]
    fn an_identifier_counts_only_if_both_parts_are_equal() {
        let message = Communication::parse(MESSAGE).unwrap();
        assert!(message.has_identifier("urn:ietf:rfc:3986", "urn:uuid:1"));
        assert!(!message.has_identifier("urn:ietf:rfc:3986", "urn:uuid:2"));
        assert!(!message.has_identifier("", "urn:uuid:1"));
    }

    proptest! {
        #[test]
        fn no_damage_makes_parsing_fail_loudly(at in 0_usize..MESSAGE.len(), with in ".{0,4}") {
            let mut json: Vec<char> = MESSAGE.chars().collect();
            let at = at.min(json.len());
            json.splice(at..(at + 2).min(json.len()), with.chars());
            let _ = Communication::parse(&json.into_iter().collect::<String>());
        }
    }
}
