//! Between FHIR's `Communication` and messages.
//!
//! What ties messages to a thread, in this order: a common header (`partOf`), a chain of answers (`inResponseTo`),
//! the same topic among the same people. A `Communication` without payload is a header and no message.

use std::borrow::Cow;
use std::collections::BTreeSet;

use pericard_protocol::admission::{AdmittedPage, Owner, RecordKey};
use pericard_protocol::display_text;
use pericard_protocol::fhir::communication::{Communication, Payload, Status};
use pericard_protocol::fhir::outgoing::{IDENTIFIER_SYSTEM, OutgoingMessage};
use pericard_protocol::fhir::reference::{Reference, Target};
use rusqlite::Connection;

use crate::platform::Platform;
use crate::platform::error::Result;
use crate::storage::{IdKind, PageTx, millis, random_id};
use crate::sync::{RowChanges, outbox};

use super::table::{self, NewRow, Outgoing, Threads};
use super::{FEATURE, RESOURCE_TYPE};

/// Writes the messages of a page. Known versions cost a look-up and nothing else.
pub(super) fn apply(
    tx: &PageTx<'_>,
    owner: &Owner,
    page: &AdmittedPage<Communication>,
    news: bool,
) -> Result<RowChanges> {
    let c = tx.connection();
    let mut threads = Threads::default();
    let mut changes = RowChanges::new(FEATURE, IdKind::Thread);
    let awaited = outbox::any(c, FEATURE)?;
    for (key, _) in page.held() {
        if let Some(id) = key.id(RESOURCE_TYPE) {
            changes.records |= forget(c, &mut threads, id)?;
        }
    }
    for record in page.admitted() {
        // The status before anything else: a record that is an error has often lost its parts.
        if record.status == Status::EnteredInError {
            changes.records |= forget(c, &mut threads, &record.id)?;
            continue;
        }
        let known = table::existing(c, &record.id)?;
        if is_header(record) {
            // What was a message and has lost its parts is one no more.
            if let Some(known) = known {
                table::remove(c, &mut threads, known.row)?;
                changes.records = true;
            }
            header(c, &mut threads, owner, record)?;
            continue;
        }
        if known
            .as_ref()
            .is_some_and(|k| k.version.is_some() && k.version == record.version_id)
        {
            continue;
        }
        let sender = record.sender.as_ref();
        let outgoing = sender.is_some_and(|s| is_owner(owner, s));
        let text = text_of(record);
        let from = shown(sender);
        let row = NewRow {
            remote: Some(&record.id),
            version: record.version_id.as_deref(),
            sender: &from,
            outgoing,
            unread: news && !outgoing,
            at: sent_at(record),
            text: &text,
        };
        changes.records = true;
        let queued = if awaited && known.is_none() {
            sent_from_here(tx, record)?
        } else {
            None
        };
        let thread = match (&known, queued) {
            (Some(known), _) => {
                table::update(tx, &mut threads, known.thread, known.row, &row)?;
                known.thread
            }
            (None, Some(id)) => {
                let thread = table::thread_of(c, id)?;
                table::update(tx, &mut threads, thread, id, &row)?;
                let summary = threads.at(c, thread)?;
                if is_local(&summary.thread_key) {
                    summary.thread_key = chain_key(&record.id);
                }
                changes.outbox = true;
                thread
            }
            (None, None) => {
                let thread = thread_for(c, &mut threads, owner, record)?;
                table::insert(tx, &mut threads, thread, &row)?;
                thread
            }
        };
        let summary = threads.at(c, thread)?;
        if let (true, Some(topic)) = (summary.subject.is_empty(), &record.topic) {
            summary.subject = display_text::line(topic);
        }
        for person in sender
            .into_iter()
            .chain(&record.recipients)
            .filter(|p| !is_owner(owner, p))
        {
            summary.take_part(&shown(Some(person)));
        }
    }
    changes.groups = threads.write(c)?.into_iter().collect();
    Ok(changes)
}

/// Takes away whatever is here of the record `id`: a message, or what a head said of its thread.
fn forget(c: &Connection, threads: &mut Threads, id: &str) -> Result<bool> {
    let known = table::existing(c, id)?;
    if let Some(known) = &known {
        table::remove(c, threads, known.row)?;
    }
    let thread_key = header_key(id);
    let is_head = threads.knows(c, &thread_key)?;
    if is_head {
        let thread = threads.with_key(c, &thread_key)?;
        threads.at(c, thread)?.behead();
    }
    Ok(known.is_some() || is_head)
}

/// Hides what is here of records that turned out to be somebody else's.
pub(super) fn hide(c: &Connection, keys: &[RecordKey]) -> Result<RowChanges> {
    let mut threads = Threads::default();
    let mut changes = RowChanges::new(FEATURE, IdKind::Thread);
    for id in keys.iter().filter_map(|key| key.id(RESOURCE_TYPE)) {
        changes.records |= forget(c, &mut threads, id)?;
    }
    changes.groups = threads.write(c)?.into_iter().collect();
    Ok(changes)
}

fn is_header(record: &Communication) -> bool {
    record.payload.is_empty() && record.part_of.is_empty()
}

fn header(
    c: &Connection,
    threads: &mut Threads,
    owner: &Owner,
    record: &Communication,
) -> Result<()> {
    let thread = threads.with_key(c, &header_key(&record.id))?;
    let summary = threads.at(c, thread)?;
    summary.header = true;
    if let Some(topic) = &record.topic {
        summary.subject = display_text::line(topic);
    }
    for person in record
        .sender
        .iter()
        .chain(&record.recipients)
        .filter(|p| !is_owner(owner, p))
    {
        summary.take_part(&shown(Some(person)));
    }
    Ok(())
}

/// The row that was queued here as this record, which settles it.
fn sent_from_here(tx: &PageTx<'_>, record: &Communication) -> Result<Option<i64>> {
    for identifier in &record.identifiers {
        if let (Some(IDENTIFIER_SYSTEM), Some(value)) =
            (identifier.system.as_deref(), &identifier.value)
            && let Some(row) = outbox::confirm(tx, FEATURE, value)?
        {
            return Ok(Some(row));
        }
    }
    Ok(None)
}

fn thread_for(
    c: &Connection,
    threads: &mut Threads,
    owner: &Owner,
    record: &Communication,
) -> Result<i64> {
    if let Some(head) = first_here(owner, &record.part_of) {
        return threads.with_key(c, &header_key(head));
    }
    if let Some(before) = first_here(owner, &record.in_response_to) {
        return match table::existing(c, before)? {
            Some(known) => Ok(known.thread),
            None => threads.with_key(c, &chain_key(before)),
        };
    }
    // Answers that came before the message that they answer have made its thread already.
    let chain = chain_key(&record.id);
    match &record.topic {
        Some(topic) if !threads.knows(c, &chain)? => {
            threads.with_key(c, &topic_key(owner, topic, record))
        }
        _ => threads.with_key(c, &chain),
    }
}

fn first_here<'a>(owner: &Owner, references: &'a [Reference]) -> Option<&'a str> {
    references
        .iter()
        .find_map(|reference| match reference.target(&owner.base) {
            Target::Here {
                kind: "Communication",
                id,
            } => Some(id),
            _ => None,
        })
}

/// The key of a header's messages.
pub(super) fn header_key(id: &str) -> String {
    format!("h:{id}")
}

fn chain_key(first: &str) -> String {
    format!("r:{first}")
}

/// The key of a thread that was begun here and that the portal does not know yet.
pub(super) fn local_key(platform: &Platform) -> String {
    format!("l:{}", random_id(platform))
}

fn is_local(thread_key: &str) -> bool {
    thread_key.starts_with("l:")
}

fn topic_key(owner: &Owner, topic: &str, record: &Communication) -> String {
    let people: BTreeSet<String> = record
        .sender
        .iter()
        .chain(&record.recipients)
        .filter(|person| !is_owner(owner, person))
        .map(|person| {
            person
                .key(&owner.base)
                .unwrap_or_else(|| shown(Some(person)))
        })
        .collect();
    // Lengths first, so that no topic can imitate another topic with a person.
    let mut thread_key = format!("t:{}:{topic}", topic.len());
    for person in people {
        thread_key.push_str(&format!(":{}:{person}", person.len()));
    }
    thread_key
}

fn is_owner(owner: &Owner, person: &Reference) -> bool {
    person
        .patient_id(&owner.base)
        .is_some_and(|id| id == owner.patient || owner.aliases.contains(id))
}

fn shown(person: Option<&Reference>) -> String {
    person
        .and_then(|person| person.display.as_deref())
        .map(display_text::line)
        .unwrap_or_default()
}

fn text_of(record: &Communication) -> Cow<'_, str> {
    let mut texts: Vec<Cow<'_, str>> = record
        .payload
        .iter()
        .filter_map(|payload| match payload {
            Payload::ContentString(text) => Some(clean(text)),
            Payload::Attachment(_) | Payload::Reference(_) => None,
        })
        .collect();
    match texts.len() {
        1 => texts.remove(0),
        _ => texts.join("\n\n").into(),
    }
}

/// When it was sent, else when the portal last changed it, in milliseconds since 1970.
fn sent_at(record: &Communication) -> i64 {
    let sent = record
        .sent
        .as_ref()
        .or(record.received.as_ref())
        .map(|date| date.start);
    sent.or(record.last_updated)
        .map_or(0, |at| at.as_millisecond())
}

/// A text to show with its line ends, and without the marks of hits.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    let text = display_text::body(text);
    // Both marks begin with this byte; hardly any text has it.
    if !text.bytes().any(|b| b == 0xee) {
        return text;
    }
    let marks = [table::HIT, table::HIT_END];
    Cow::Owned(text.chars().filter(|c| !marks.contains(c)).collect())
}

/// An FTS5 expression for all words of `text`, the last as a beginning; nothing when it has no words.
///
/// Each word becomes a string (FTS5 §3.1), so nothing that a person types is syntax.
pub(super) fn query(text: &str) -> Option<String> {
    let words: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| format!("\"{word}\""))
        .collect();
    (!words.is_empty()).then(|| format!("{}*", words.join(" ")))
}

/// The resource that sends a queued message; nothing while the message that begins its thread is not sent.
pub(super) fn resource(message: &Outgoing, owner: &Owner, identifier: &str) -> Option<String> {
    let begins = is_local(&message.thread_key);
    if begins && !message.first {
        return None;
    }
    let patient = format!("Patient/{}", owner.patient);
    // A head that was never admitted may be somebody else's: it is not named.
    let part_of = message
        .thread_key
        .strip_prefix("h:")
        .filter(|_| message.header)
        .map(|id| format!("Communication/{id}"));
    let answered = message
        .newest
        .as_ref()
        .map(|id| format!("Communication/{id}"));
    let topic = Some(message.subject.as_str()).filter(|subject| !subject.is_empty());
    let resource = OutgoingMessage {
        identifier,
        subject: &patient,
        sender: &patient,
        recipients: &[],
        part_of: part_of.as_deref(),
        in_response_to: answered.as_deref().filter(|_| !begins && part_of.is_none()),
        topic,
        sent: jiff::Timestamp::from_millisecond(millis(message.at)).unwrap_or_default(),
        text: Some(&message.text),
    };
    Some(resource.to_json())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_typed_is_query_syntax() {
        assert_eq!(query("blood pres").as_deref(), Some("\"blood\" \"pres\"*"));
        assert_eq!(
            query("a\" OR text:b*").as_deref(),
            Some("\"a\" \"OR\" \"text\" \"b\"*")
        );
        assert_eq!(query(" -*\" "), None);
    }

    #[test]
    fn only_an_admitted_head_is_named() {
        let owner = Owner {
            base: pericard_protocol::base_url::Base::parse("https://portal.example/fhir", false)
                .expect("a base"),
            patient: "ana".into(),
            aliases: BTreeSet::new(),
        };
        let sent = |header: bool| {
            let message = Outgoing {
                thread_key: header_key("h1"),
                subject: String::new(),
                text: "Please request me".into(),
                at: std::time::SystemTime::UNIX_EPOCH,
                newest: Some("m1".into()),
                first: false,
                header,
            };
            resource(&message, &owner, "urn:uuid:1").expect("a resource")
        };
        assert!(sent(true).contains("Communication/h1"));
        let unknown = sent(false);
        assert!(!unknown.contains("h1") && unknown.contains("Communication/m1"));
    }

    #[test]
    fn texts_lose_what_cannot_be_shown() {
        assert_eq!(clean("a\u{0}b\u{1b}[2J\nc\td\u{E000}e"), "ab[2J\nc\tde");
    }
}
