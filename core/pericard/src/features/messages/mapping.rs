//! Between FHIR's `Communication` and messages.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use pericard_protocol::admission::Owner;
use pericard_protocol::display_text;
use pericard_protocol::fhir::communication::{Attachment, Communication, Priority, Status};
use pericard_protocol::fhir::instant::Precision;
use pericard_protocol::fhir::names::Names;
use pericard_protocol::fhir::outgoing::{IDENTIFIER_SYSTEM, OutgoingFile, OutgoingMessage};
use pericard_protocol::fhir::page::Parse;
use pericard_protocol::fhir::reference::Reference;
use pericard_protocol::search_text::{self, Query};
use pericard_protocol::sync::outbox::Identifiers;
use rusqlite::{Connection, OptionalExtension};

use crate::platform::error::Result;
use crate::storage::{IdKind, PageTx, millis, mirrored};
use crate::sync::{Applied, Incoming, Reader, RowChanges, outbox};

use super::model::SnippetPart;
use super::table::{Content, Dated, FileRow, Outgoing, Party, Writer, queued_as, same_text};
use super::{FEATURE, RESOURCE_TYPE, TRACK, files};

/// How much of a text a snippet shows before and after the first hit, in characters.
const BEFORE: usize = 40;
const AFTER: usize = 120;
/// What a file's name may take, in characters.
const LONGEST_NAME: usize = 200;

/// Writes the messages of a page.
pub(super) fn apply(
    tx: &PageTx<'_>,
    reader: Reader<'_>,
    records: &[Incoming<'_, Communication>],
    names: &Names,
    news: bool,
) -> Result<Applied> {
    let c = tx.connection();
    let mut writer = Writer::new(c);
    let mut changes = RowChanges::new(FEATURE, IdKind::Thread);
    let mut shown = vec![None; records.len()];
    let awaited = outbox::any(c, FEATURE)?;
    // A download brings the newest first, and rows are numbered by time: written in that order they leave every page of
    // the table half empty, written by turns of the clock full.
    let mut by_time: Vec<(usize, &Incoming<'_, Communication>)> =
        records.iter().enumerate().collect();
    by_time.sort_by_cached_key(|(_, incoming)| dated(incoming.record).at);
    for (n, incoming) in by_time {
        let record = incoming.record;
        changes.records = true;
        let mut content = content(c, reader, record, names)?;
        let queued = match (incoming.queued, awaited) {
            (Some(row), _) => {
                outbox::settle(tx, FEATURE, row)?;
                Some(row)
            }
            (None, true) => sent_from_here(tx, incoming, &content)?,
            (None, false) => None,
        };
        changes.outbox |= queued.is_some();
        if queued.is_some() {
            let kept = record.has_identifier_of(IDENTIFIER_SYSTEM);
            mirrored::save_identifiers(c, TRACK, kept)?;
        }
        let before = match (queued, incoming.shown) {
            (Some(queued), Some(shown)) if queued != shown => {
                // It came by a download before its answer was understood.
                writer.remove(shown, false)?;
                Some(queued)
            }
            (queued, shown) => queued.or(shown),
        };
        files::table::adopt(tx, before, &mut content.files, record)?;
        let row = match before {
            Some(row) => {
                writer.update(row, &content, news)?;
                row
            }
            None => writer.insert(&content, news && !content.outgoing && !content.hidden)?,
        };
        files::table::belong(c, row, &content.files)?;
        shown[n] = Some(row);
    }
    changes.groups = writer.finish()?;
    Ok(Applied { shown, changes })
}

/// What is being written, was never delivered or should never have been is no message. What becomes of it is news.
fn is_message(status: Status) -> bool {
    !matches!(
        status,
        Status::Preparation | Status::NotDone | Status::EnteredInError
    )
}

/// Takes away rows whose records are gone.
pub(super) fn remove(c: &Connection, rows: &[i64], gone: bool) -> Result<RowChanges> {
    let mut changes = RowChanges::new(FEATURE, IdKind::Thread);
    let mut writer = Writer::new(c);
    for row in rows {
        writer.remove(*row, gone)?;
        changes.records = true;
    }
    changes.groups = writer.finish()?;
    Ok(changes)
}

/// The row that was queued here as this record, which settles it.
fn sent_from_here(
    tx: &PageTx<'_>,
    incoming: &Incoming<'_, Communication>,
    content: &Content,
) -> Result<Option<i64>> {
    let (c, record) = (tx.connection(), incoming.record);
    for identifier in &record.identifiers {
        if let (Some(IDENTIFIER_SYSTEM), Some(value)) =
            (identifier.system.as_deref(), &identifier.value)
            && let Some(row) = outbox::confirm(tx, FEATURE, value)?
        {
            return Ok(Some(row));
        }
    }
    let keeps = mirrored::identifiers(c, TRACK)? == Identifiers::Kept;
    if keeps || incoming.shown.is_some() || record.has_identifier_of(IDENTIFIER_SYSTEM) {
        return Ok(None);
    }
    let row = queued_as(c, content)?;
    if let Some(row) = row {
        outbox::settle(tx, FEATURE, row)?;
    }
    Ok(row)
}

/// Whether a record says what a queued row says.
pub(super) fn says(c: &Connection, row: i64, record: &Communication) -> Result<bool> {
    let sql = "SELECT text FROM message WHERE id = ?1";
    let written: String = c.prepare_cached(sql)?.query_row([row], |row| row.get(0))?;
    Ok(same_text(&written, &text_of(record)))
}

fn content(
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

/// Whom a message can be addressed to: no other patient, and nothing that is nobody.
pub(super) fn is_addressable(key: &str) -> bool {
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

fn text_of(record: &Communication) -> String {
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
fn dated(record: &Communication) -> Dated {
    let updated = record.last_updated.map_or(0, |at| at.as_millisecond());
    let sent = record.sent.as_ref().or(record.received.as_ref());
    match sent {
        Some(date) => Dated {
            at: date.start.as_millisecond(),
            precision: match date.precision {
                Precision::Year => 0,
                Precision::Month => 1,
                Precision::Day => 2,
                Precision::LocalTime => 3,
                Precision::Instant => 4,
            },
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
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    display_text::body(text)
}

/// The text around the first hit, in pieces; its beginning where nothing in it is hit.
pub(super) fn snippet(text: &str, query: &Query) -> Vec<SnippetPart> {
    let hits = search_text::hits(text, query);
    let first = hits.first().map_or(0, |hit| hit.start);
    let begin = text[..first]
        .char_indices()
        .rev()
        .take(BEFORE)
        .last()
        .map_or(0, |(at, _)| at);
    let begin = match text[begin..first].find(char::is_whitespace) {
        Some(blank) if begin > 0 => begin + blank + 1,
        _ => begin,
    };
    let end = text[first..]
        .char_indices()
        .nth(AFTER)
        .map_or(text.len(), |(at, _)| first + at);
    let mut parts = Vec::new();
    let mut add = |text: &str, hit: bool| {
        if !text.is_empty() {
            parts.push(SnippetPart {
                text: text.to_owned(),
                hit,
            });
        }
    };
    let mut at = begin;
    if begin > 0 {
        add("…", false);
    }
    for hit in hits
        .iter()
        .filter(|hit| hit.start >= begin && hit.end <= end)
    {
        add(&text[at..hit.start], false);
        add(&text[hit.clone()], true);
        at = hit.end;
    }
    add(&text[at.min(end)..end], false);
    if end < text.len() {
        add("…", false);
    }
    parts
}

/// A file of a queued message: its reference where the portal has it, else its content.
pub(super) fn outgoing_file(c: &Connection, file: &FileRow) -> Result<OutgoingFile> {
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
pub(super) fn resource(
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

    #[test]
    fn texts_lose_what_cannot_be_shown() {
        assert_eq!(clean("a\u{1b}[2J\nc\td"), "a [2J\nc\td");
    }
}
