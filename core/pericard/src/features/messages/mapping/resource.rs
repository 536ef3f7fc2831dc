//! The resource that sends a queued message.
//!
//! Uses: `files`

use pericard_protocol::fhir::outgoing::{OutgoingFile, OutgoingMessage};
use rusqlite::Connection;

use crate::platform::error::Result;
use crate::storage::millis;
use crate::sync::Reader;

use super::super::table::Outgoing;
use super::super::{RESOURCE_TYPE, files};
use crate::features::files::FileRow;

/// A file of a queued message: its reference where the portal has it, else its content.
pub(in super::super) fn outgoing_file(c: &Connection, file: &FileRow) -> Result<OutgoingFile> {
    let content = match &file.url {
        Some(_) => None,
        None => files::table::inline(c, file.id)?,
    };
    Ok(OutgoingFile {
        name: file.name.clone(),
        content_type: file.kind.clone(),
        size: file.size,
        hash: file.hash.clone(),
        url: file.url.clone(),
        content,
    })
}

/// The resource that sends a queued message; nothing while what it answers is not sent.
pub(in super::super) fn resource(
    message: &Outgoing,
    files: &[OutgoingFile],
    reader: Reader<'_>,
    identifier: &str,
) -> Option<String> {
    if message.waits {
        return None;
    }
    let patient = format!("Patient/{}", reader.owner.patient);
    let key = |id: &String| format!("{RESOURCE_TYPE}/{id}");
    let part_of = message.head.as_ref().map(key);
    let answered = message.newest.as_ref().map(key);
    let recipients: Vec<&str> = message.recipients.iter().map(String::as_str).collect();
    let resource = OutgoingMessage {
        identifier,
        subject: &patient,
        sender: reader.user.unwrap_or(&patient),
        recipients: &recipients,
        part_of: part_of.as_deref(),
        in_response_to: answered.as_deref().filter(|_| part_of.is_none()),
        topic: Some(message.subject.as_str()).filter(|subject| !subject.is_empty()),
        sent: jiff::Timestamp::from_millisecond(millis(message.at)).unwrap_or_default(),
        text: Some(&message.text),
        files,
    };
    Some(resource.to_json())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeSet;

    use pericard_protocol::admission::Owner;

    use super::*;

    fn owner() -> Owner {
        Owner {
            base: pericard_protocol::base_url::Base::parse("https://portal.example/fhir", false)
                .unwrap(),
            patient: "ana".into(),
            aliases: BTreeSet::new(),
        }
    }

    fn outgoing() -> Outgoing {
        Outgoing {
            subject: String::new(),
            text: "Please request me".into(),
            at: std::time::SystemTime::UNIX_EPOCH,
            head: None,
            newest: Some("m1".into()),
            waits: false,
            recipients: vec!["Practitioner/7".into()],
            files: Vec::new(),
        }
    }

    #[test]
    fn a_message_belongs_to_the_head_or_answers_the_newest() {
        let owner = owner();
        let reader = Reader {
            owner: &owner,
            user: Some("RelatedPerson/mum"),
        };
        let answer = resource(&outgoing(), &[], reader, "urn:uuid:1").unwrap();
        assert!(answer.contains("inResponseTo") && answer.contains("Communication/m1"));
        assert!(answer.contains("RelatedPerson/mum") && answer.contains("Practitioner/7"));
        let headed = Outgoing {
            head: Some("h1".into()),
            ..outgoing()
        };
        let headed = resource(&headed, &[], reader, "urn:uuid:1").unwrap();
        assert!(headed.contains("Communication/h1") && !headed.contains("m1"));
        let waiting = Outgoing {
            waits: true,
            ..outgoing()
        };
        assert_eq!(resource(&waiting, &[], reader, "urn:uuid:1"), None);
    }
}
