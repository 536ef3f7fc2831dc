//! What a `Communication` says: who wrote it to whom and when, its text and files, and what it belongs to.
//!
//! Uses: `date_precision`, `files`

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use pericard_protocol::admission::Owner;
use pericard_protocol::display_text;
use pericard_protocol::fhir::communication::{Attachment, Communication, Priority, Status};
use pericard_protocol::fhir::names::Names;
use pericard_protocol::fhir::reference::Reference;
use rusqlite::{Connection, OptionalExtension};

use crate::features::date_precision::DatePrecision;
use crate::platform::error::Result;
use crate::sync::Reader;

use super::super::RESOURCE_TYPE;
use super::super::table::{Content, Dated, Party};
use crate::features::files::FileRow;

/// What a file's name may take, in characters.
const LONGEST_NAME: usize = 200;

/// What a record says. `c` knows names that the record leaves out.
pub(super) fn content(
    c: &Connection,
    reader: Reader<'_>,
    record: &Communication,
    names: &Names,
) -> Result<Content> {
    if !is_message(record.status) {
        return Ok(hidden(reader, record));
    }
    let base = &reader.owner.base;
    let key_of = |person: &Reference| person.key(base);
    let sender = record.sender.as_ref();
    let outgoing = sender.is_some_and(|sender| is_own(reader, sender));
    let mut name_of = |person: &Reference| -> Result<String> {
        let said = record.name_of(person).map(display_text::line);
        if let Some(said) = said.filter(|said| !said.is_empty()) {
            return Ok(said);
        }
        let Some(key) = key_of(person) else {
            return Ok(String::new());
        };
        match names.get(&key) {
            Some(name) => Ok(display_text::line(name)),
            None => party(c, &key),
        }
    };
    let from = sender.map(&mut name_of).transpose()?.unwrap_or_default();
    let others: Vec<&Reference> = record
        .recipients
        .iter()
        .filter(|person| !is_own(reader, person))
        .collect();
    let sender_key = match from.is_empty() && !outgoing {
        true => sender.and_then(key_of).unwrap_or_default(),
        false => String::new(),
    };
    let named: Vec<(Option<String>, String)> = others
        .into_iter()
        .map(|person| Ok((key_of(person), name_of(person)?)))
        .collect::<Result<_>>()?;
    let author = sender.filter(|_| !outgoing);
    let author = author.map(|sender| (key_of(sender), from.clone()));
    let mut seen = BTreeSet::new();
    let parties = author.iter().chain(&named).filter_map(|(key, name)| {
        let key = key.as_ref().filter(|key| is_addressable(key))?;
        let party = || Party {
            key: key.clone(),
            name: name.clone(),
        };
        seen.insert(key.clone()).then(party)
    });
    let parties = parties.collect();
    let ties = ties(reader.owner, record);
    let topic_key = match ties.is_empty() {
        true => topic_key(reader, record),
        false => String::new(),
    };
    let text = text_of(record);
    let copy_key = copy_key(record, &from, &text);
    let silent = record.is_silent() && record.in_response_to.is_empty() && text.is_empty();
    Ok(Content {
        remote: record.id.clone(),
        sender: from,
        sender_key,
        outgoing,
        dated: dated(record),
        subject: record.heading().map(display_text::line).unwrap_or_default(),
        text,
        files: files_of(record),
        others: named.into_iter().map(|(_, name)| name).collect(),
        parties,
        ties,
        topic_key,
        category: record
            .category
            .as_deref()
            .map(display_text::line)
            .unwrap_or_default(),
        urgent: record
            .priority
            .is_some_and(|priority| priority > Priority::Routine),
        // An answer is a message, whatever it says, and never the head of a thread.
        copy_key,
        silent,
        hidden: false,
    })
}

/// A record that is no message now: nothing of it is kept but what hangs together by it.
fn hidden(reader: Reader<'_>, record: &Communication) -> Content {
    Content {
        remote: record.id.clone(),
        sender: String::new(),
        sender_key: String::new(),
        outgoing: false,
        dated: dated(record),
        subject: String::new(),
        text: String::new(),
        files: Vec::new(),
        others: Vec::new(),
        parties: Vec::new(),
        ties: ties(reader.owner, record),
        topic_key: String::new(),
        category: String::new(),
        urgent: false,
        silent: false,
        hidden: true,
        copy_key: String::new(),
    }
}

/// The same identifiers, sender and text: a portal that files one copy for each recipient means one message.
fn copy_key(record: &Communication, from: &str, text: &str) -> String {
    let mut identifiers: Vec<String> = record
        .identifiers
        .iter()
        .filter_map(|it| {
            Some(format!(
                "{}|{}",
                it.system.as_deref()?,
                it.value.as_deref()?
            ))
        })
        .collect();
    if identifiers.is_empty() || text.is_empty() {
        return String::new();
    }
    identifiers.sort_unstable();
    let mut hasher = DefaultHasher::new();
    (&identifiers, from, text).hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// The name of somebody who is only referred to: as it was read, else as a care team has it.
fn party(c: &Connection, key: &str) -> Result<String> {
    let sql = "SELECT name FROM (SELECT name FROM party WHERE key = ?1
                   UNION ALL SELECT name FROM recipient WHERE key = ?1) WHERE name <> '' LIMIT 1";
    let found = c.prepare_cached(sql)?.query_row([key], |row| row.get(0));
    Ok(found.optional()?.unwrap_or_default())
}

/// What is being written, was never delivered or should never have been is no message. What becomes of it is news.
fn is_message(status: Status) -> bool {
    !matches!(
        status,
        Status::Preparation | Status::NotDone | Status::EnteredInError
    )
}

/// Whom a message can be addressed to: no other patient, and nothing that is nobody.
pub(in super::super) fn is_addressable(key: &str) -> bool {
    let kind = key.split('/').next().unwrap_or_default();
    matches!(
        kind,
        "Practitioner"
            | "PractitionerRole"
            | "Organization"
            | "CareTeam"
            | "HealthcareService"
            | "RelatedPerson"
            | "Device"
            | "Group"
    )
}

/// What a message belongs to or answers, on this portal.
fn ties(owner: &Owner, record: &Communication) -> Vec<String> {
    let evidence = record.part_of.iter().chain(&record.in_response_to);
    let keys = evidence
        .chain(&record.based_on)
        .filter_map(|reference| reference.key(&owner.base));
    let own = format!("{RESOURCE_TYPE}/{}", record.id);
    let mut keys: Vec<String> = keys.filter(|key| *key != own).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// The same topic among the same people; nothing where there is no topic.
fn topic_key(reader: Reader<'_>, record: &Communication) -> String {
    let Some(topic) = record.heading().map(display_text::line) else {
        return String::new();
    };
    let people = record.sender.iter().chain(&record.recipients);
    let people: BTreeSet<String> = people
        .filter(|person| !is_own(reader, person))
        .map(|person| {
            let key = person.key(&reader.owner.base);
            key.unwrap_or_else(|| record.name_of(person).unwrap_or_default().to_owned())
        })
        .collect();
    // Lengths first, so that no topic can imitate another topic with a person.
    let mut key = format!("{}:{topic}", topic.len());
    for person in people {
        key.push_str(&format!(":{}:{person}", person.len()));
    }
    key
}

/// Whether it is the person, or who signed in for them.
fn is_own(reader: Reader<'_>, person: &Reference) -> bool {
    let owner = reader.owner;
    let is_patient = person
        .patient_id(&owner.base)
        .is_some_and(|id| id == owner.patient || owner.aliases.contains(id));
    is_patient
        || reader
            .user
            .is_some_and(|user| person.key(&owner.base).as_deref() == Some(user))
}

pub(super) fn text_of(record: &Communication) -> String {
    let texts: Vec<Cow<'_, str>> = record
        .texts
        .iter()
        .map(|text| clean(text))
        .filter(|text| !text.trim().is_empty())
        .collect();
    texts.join("\n\n")
}

fn files_of(record: &Communication) -> Vec<FileRow> {
    let name = |text: Option<&str>| -> String {
        let line = display_text::line(text.unwrap_or_default());
        line.chars().take(LONGEST_NAME).collect()
    };
    let attached = record.attachments.iter().map(|file: &Attachment| FileRow {
        name: name(file.title.as_deref()),
        kind: name(file.content_type.as_deref()),
        size: file.size,
        url: file.url.clone(),
        hash: file.hash.clone(),
        ..FileRow::default()
    });
    let referred = record.references.iter().map(|file: &Reference| FileRow {
        name: name(file.display.as_deref()),
        url: file.reference.clone(),
        ..FileRow::default()
    });
    attached.chain(referred).collect()
}

/// When it was sent, else received, else when the portal last changed it.
pub(super) fn dated(record: &Communication) -> Dated {
    let updated = record.last_updated.map_or(0, |at| at.as_millisecond());
    let sent = record.sent.as_ref().or(record.received.as_ref());
    match sent {
        Some(date) => Dated {
            at: date.start.as_millisecond(),
            precision: DatePrecision::column(date.precision),
            updated,
        },
        None => Dated {
            at: updated,
            precision: 4,
            updated,
        },
    }
}

/// A text to show, with its line ends.
pub(in super::super) fn clean(text: &str) -> Cow<'_, str> {
    display_text::body(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_lose_what_cannot_be_shown() {
        assert_eq!(clean("a\u{1b}[2J\nc\td"), "a [2J\nc\td");
    }
}
