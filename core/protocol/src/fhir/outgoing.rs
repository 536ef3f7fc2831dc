//! A message as it is created: the body of `POST Communication` and the proof that it arrived once.
//!
//! Each message carries an identifier that is minted when it is queued and never changes, so that a
//! lost answer can be searched for and a repeated create can be recognised (`If-None-Exist`,
//! <https://hl7.org/fhir/R4/http.html#ccreate>).

use jiff::Timestamp;
use serde_json::{Value, json};

use super::instant::write_instant;

/// The namespace of minted identifiers: values are URIs
/// (<https://hl7.org/fhir/R4/identifier-registry.html>).
pub const IDENTIFIER_SYSTEM: &str = "urn:ietf:rfc:3986";

/// Makes an identifier of a new message: a random UUID (RFC 9562 §5.4) as a URN.
pub fn mint_identifier(mut random: [u8; 16]) -> String {
    random[6] = (random[6] & 0x0f) | 0x40;
    random[8] = (random[8] & 0x3f) | 0x80;
    let hex = data_encoding::HEXLOWER.encode(&random);
    format!(
        "urn:uuid:{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}

/// The value of `If-None-Exist` for an identifier. Written as in the specification's example, not
/// encoded: a minted identifier has no character that a query would need encoded, and servers exist
/// that do not decode the field.
pub fn if_none_exist(identifier: &str) -> String {
    format!("identifier={IDENTIFIER_SYSTEM}|{identifier}")
}

/// A file that goes with it.
#[derive(Clone, Default)]
pub struct OutgoingFile {
    /// Its name.
    pub name: String,
    /// Its MIME type; may be empty.
    pub content_type: String,
    /// In bytes.
    pub size: Option<u64>,
    /// SHA-1, base64.
    pub hash: Option<String>,
    /// `Binary/id`, where the portal has it.
    pub url: Option<String>,
    /// The content, where the portal takes it within the message.
    pub content: Option<Vec<u8>>,
}

impl OutgoingFile {
    fn to_json(&self) -> Value {
        let mut attachment = json!({});
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                attachment[name] = value;
            }
        };
        let text = |text: &String| (!text.is_empty()).then(|| json!(text));
        put("contentType", text(&self.content_type));
        put("title", text(&self.name));
        put("size", self.size.map(Value::from));
        put("hash", self.hash.as_ref().map(|hash| json!(hash)));
        put("url", self.url.as_ref().map(|url| json!(url)));
        let content = self.content.as_deref();
        put(
            "data",
            content.map(|content| json!(data_encoding::BASE64.encode(content))),
        );
        json!({ "contentAttachment": attachment })
    }
}

/// A message to create. References are `Type/id` of the same portal.
#[derive(Clone, Copy)]
pub struct OutgoingMessage<'a> {
    /// From [`mint_identifier`].
    pub identifier: &'a str,
    /// `Patient/id`: whom it is about.
    pub subject: &'a str,
    /// Who writes: the patient, or the person acting for them.
    pub sender: &'a str,
    /// To whom; from the thread.
    pub recipients: &'a [&'a str],
    /// The head of the thread.
    pub part_of: Option<&'a str>,
    /// The message it answers, where threads have no head.
    pub in_response_to: Option<&'a str>,
    /// What the thread is about.
    pub topic: Option<&'a str>,
    /// When the person sent it, not when it goes out.
    pub sent: Timestamp,
    /// The text; `None` makes the head of a new thread. May be empty beside files.
    pub text: Option<&'a str>,
    /// What goes with it.
    pub files: &'a [OutgoingFile],
}

impl OutgoingMessage<'_> {
    /// The resource as JSON text. Members that do not apply are left out, as FHIR forbids empty
    /// ones.
    pub fn to_json(&self) -> String {
        let reference = |to: &str| json!({ "reference": to });
        let mut resource = json!({
            "resourceType": "Communication",
            "identifier": [{ "system": IDENTIFIER_SYSTEM, "value": self.identifier }],
            "status": "completed",
            "subject": reference(self.subject),
            "sent": write_instant(self.sent),
            "sender": reference(self.sender),
        });
        let mut put = |name: &str, value: Value| resource[name] = value;
        if !self.recipients.is_empty() {
            put(
                "recipient",
                self.recipients.iter().copied().map(reference).collect(),
            );
        }
        if let Some(head) = self.part_of {
            put("partOf", json!([reference(head)]));
        }
        if let Some(message) = self.in_response_to {
            put("inResponseTo", json!([reference(message)]));
        }
        if let Some(topic) = self.topic {
            put("topic", json!({ "text": topic }));
        }
        let text = self.text.filter(|text| !text.is_empty());
        let text = text.map(|text| json!({ "contentString": text }));
        let files = self.files.iter().map(OutgoingFile::to_json);
        let payload: Vec<Value> = text.into_iter().chain(files).collect();
        if !payload.is_empty() {
            put("payload", Value::Array(payload));
        }
        resource.to_string()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::fhir::communication::{Communication, Status};
    use crate::fhir::page::Parse;

    #[test]
    fn an_identifier_is_a_random_uuid() {
        assert_eq!(
            mint_identifier([0xff; 16]),
            "urn:uuid:ffffffff-ffff-4fff-bfff-ffffffffffff"
        );
        assert_eq!(
            mint_identifier([0; 16]),
            "urn:uuid:00000000-0000-4000-8000-000000000000"
        );
    }

    #[test]
    fn what_is_sent_reads_back_as_it_was_meant() {
        let identifier = mint_identifier([7; 16]);
        let text = "Running late \u{1F68B} \"really\"\nsorry";
        let message = OutgoingMessage {
            identifier: &identifier,
            subject: "Patient/ana",
            sender: "Patient/ana",
            recipients: &["Practitioner/7", "Organization/1"],
            part_of: Some("Communication/h1"),
            in_response_to: None,
            topic: Some("Your results"),
            sent: "2026-03-05T10:20:30.1234Z".parse().unwrap(),
            text: Some(text),
            files: &[],
        };
        let json = message.to_json();
        insta::assert_snapshot!(json);
        let with_id = json.replacen('{', r#"{"id":"new","#, 1);
        let read = Communication::parse(&with_id).unwrap();
        assert_eq!(read.status, Status::Completed);
        assert_eq!(read.recipients.len(), 2);
        assert!(read.has_identifier(IDENTIFIER_SYSTEM, &identifier));
        assert_eq!(read.texts, [text]);
    }

    #[test]
    fn files_go_by_reference_or_within_the_message() {
        let named = OutgoingFile {
            name: "knee.pdf".into(),
            content_type: "application/pdf".into(),
            size: Some(2),
            hash: Some("h".into()),
            url: Some("Binary/7".into()),
            content: None,
        };
        let within = OutgoingFile {
            content_type: "image/png".into(),
            content: Some(b"Hi".to_vec()),
            ..OutgoingFile::default()
        };
        let message = OutgoingMessage {
            identifier: "urn:uuid:1",
            subject: "Patient/ana",
            sender: "Patient/ana",
            recipients: &[],
            part_of: None,
            in_response_to: None,
            topic: None,
            sent: Timestamp::UNIX_EPOCH,
            text: Some(""),
            files: &[named, within],
        };
        let with_id = message.to_json().replacen('{', r#"{"id":"new","#, 1);
        let read = Communication::parse(&with_id).unwrap();
        assert!(read.texts.is_empty());
        assert_eq!(read.attachments.len(), 2);
        assert_eq!(read.attachments[1].content().unwrap(), b"Hi");
        assert_eq!(read.attachments[0].url.as_deref(), Some("Binary/7"));
    }
}
