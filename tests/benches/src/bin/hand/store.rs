//! The tables by hand: the same rows, the same indexes, the same settings of the search index and of SQLite.

use std::collections::HashMap;
use std::path::Path;

use pericard_benches::Broken;
use rusqlite::{Connection, TransactionBehavior, params};

use crate::page::{Page, Reference, Resource};

const TABLES: &str = "
CREATE TABLE cursor (feature TEXT PRIMARY KEY, watermark INTEGER, caught_up INTEGER NOT NULL DEFAULT 0, stopped TEXT)
    STRICT, WITHOUT ROWID;
CREATE TABLE thread (
    id INTEGER PRIMARY KEY, tie TEXT NOT NULL UNIQUE, subject TEXT NOT NULL, participants TEXT NOT NULL,
    last_message INTEGER NOT NULL, last_from TEXT NOT NULL, last_outgoing INTEGER NOT NULL, last_text TEXT NOT NULL,
    last_at INTEGER NOT NULL, unread INTEGER NOT NULL, messages INTEGER NOT NULL, header INTEGER NOT NULL) STRICT;
CREATE INDEX thread_newest ON thread (last_message DESC) WHERE messages > 0;
CREATE TABLE message (
    id INTEGER PRIMARY KEY, remote TEXT UNIQUE, version TEXT, thread INTEGER NOT NULL REFERENCES thread (id),
    sender TEXT NOT NULL, outgoing INTEGER NOT NULL, unread INTEGER NOT NULL, at INTEGER NOT NULL, text TEXT NOT NULL)
    STRICT;
CREATE INDEX message_thread ON message (thread, id);
CREATE VIRTUAL TABLE message_text USING fts5 (
    text, content = 'message', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2');
";
const PREVIEW: usize = 200;

/// A database that is being filled.
pub(crate) struct Store {
    connection: Connection,
    threads: HashMap<String, Thread>,
}

struct Thread {
    id: i64,
    subject: String,
    participants: Vec<String>,
    last_message: i64,
    last_from: String,
    last_outgoing: bool,
    last_text: String,
    last_at: i64,
    messages: i64,
    header: bool,
    changed: bool,
}

/// A connection with Pericard's settings; encrypted where there is a key.
pub(crate) fn connect(path: &Path, key: Option<&[u8; 32]>) -> Result<Connection, Broken> {
    let connection = Connection::open(path)?;
    if let Some(key) = key {
        let hex = data_encoding::HEXLOWER.encode(key);
        connection.execute_batch(&format!("PRAGMA key = \"x'{hex}'\""))?;
        connection.execute_batch(
            "PRAGMA cipher_hmac_algorithm = HMAC_SHA256; PRAGMA cipher_page_size = 4096;",
        )?;
    }
    connection.execute_batch(
        "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA cache_size = -8000;",
    )?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

impl Store {
    pub(crate) fn make(path: &Path, key: Option<&[u8; 32]>) -> Result<Self, Broken> {
        let connection = connect(path, key)?;
        connection.execute_batch(TABLES)?;
        let store = Self {
            connection,
            threads: HashMap::new(),
        };
        store.merging(0, 64)?;
        Ok(store)
    }

    fn merging(&self, auto: i64, crisis: i64) -> Result<(), Broken> {
        let set = "INSERT INTO message_text (message_text, rank) VALUES (?1, ?2)";
        self.connection.execute(set, ("automerge", auto))?;
        self.connection.execute(set, ("crisismerge", crisis))?;
        Ok(())
    }

    /// Writes a page in one transaction.
    pub(crate) fn write(&mut self, page: &Page<'_>) -> Result<(), Broken> {
        let tx = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut watermark = None;
        for entry in &page.entry {
            let record = &entry.resource;
            let updated = record.meta.last_updated.as_ref();
            watermark = watermark.max(updated.map(|text| millis(&text.0)).transpose()?);
            write_record(&tx, &mut self.threads, record)?;
        }
        let mut update = tx.prepare_cached(
            "UPDATE thread SET subject = ?2, participants = ?3, last_message = ?4, last_from = ?5, last_outgoing = ?6,
                 last_text = ?7, last_at = ?8, messages = ?9, header = ?10 WHERE id = ?1",
        )?;
        for thread in self.threads.values_mut().filter(|thread| thread.changed) {
            thread.changed = false;
            update.execute(params![
                thread.id,
                thread.subject,
                serde_json::to_string(&thread.participants)?,
                thread.last_message,
                thread.last_from,
                thread.last_outgoing,
                thread.last_text,
                thread.last_at,
                thread.messages,
                thread.header,
            ])?;
        }
        drop(update);
        tx.execute(
            "INSERT INTO cursor (feature, watermark) VALUES ('messages', ?1)
             ON CONFLICT (feature) DO UPDATE SET watermark = excluded.watermark",
            [watermark],
        )?;
        tx.commit()?;
        Ok(())
    }

    /// Merges the search index.
    pub(crate) fn finish(&mut self) -> Result<(), Broken> {
        self.merging(4, 16)?;
        self.connection.execute(
            "INSERT INTO message_text (message_text) VALUES ('optimize')",
            [],
        )?;
        Ok(())
    }

    pub(crate) fn into_connection(self) -> Connection {
        self.connection
    }
}

fn write_record(
    tx: &Connection,
    threads: &mut HashMap<String, Thread>,
    record: &Resource<'_>,
) -> Result<(), Broken> {
    let text: Vec<&str> = record
        .payload
        .iter()
        .filter_map(|part| part.content_string.as_ref().map(|text| &*text.0))
        .collect();
    let text = text.join("\n\n");
    let parent = record
        .part_of
        .first()
        .and_then(|parent| parent.reference.as_ref());
    let header = match parent {
        Some(parent) => parent.0.rsplit('/').next().unwrap_or_default(),
        None => &record.id.0,
    };
    if !threads.contains_key(header) {
        tx.prepare_cached(
            "INSERT INTO thread (tie, subject, participants, last_message, last_from, last_outgoing, last_text, last_at,
                 unread, messages, header) VALUES (?1, '', '[]', 0, '', 0, '', 0, 0, 0, 0)",
        )?
        .execute([format!("h:{header}")])?;
        threads.insert(header.to_owned(), Thread::new(tx.last_insert_rowid()));
    }
    let thread = threads
        .get_mut(header)
        .ok_or("a thread that is not there")?;
    thread.changed = true;
    if let Some(topic) = record.topic.as_ref().and_then(|topic| topic.text.as_ref())
        && thread.subject.is_empty()
    {
        thread.subject.push_str(&topic.0);
    }
    for person in record.sender.iter().chain(&record.recipient) {
        let name = shown(Some(person));
        let known = thread.participants.iter().any(|known| known == name);
        if !is_patient(person) && !name.is_empty() && !known {
            thread.participants.push(name.to_owned());
        }
    }
    if text.is_empty() {
        thread.header = true;
        return Ok(());
    }
    let at = millis(&record.sent.as_ref().ok_or("never sent")?.0)?;
    let outgoing = record.sender.as_ref().is_some_and(is_patient);
    let from = shown(record.sender.as_ref());
    let mut id = at << 12;
    let mut insert = tx.prepare_cached(
        "INSERT INTO message (id, remote, version, thread, sender, outgoing, unread, at, text)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, ?8) ON CONFLICT (id) DO NOTHING",
    )?;
    let version = record.meta.version_id.as_ref().map(|version| &*version.0);
    while insert.execute(params![
        id,
        &*record.id.0,
        version,
        thread.id,
        from,
        outgoing,
        at,
        text
    ])? == 0
    {
        id += 1;
    }
    tx.prepare_cached("INSERT INTO message_text (rowid, text) VALUES (?1, ?2)")?
        .execute((id, &text))?;
    thread.messages += 1;
    if id >= thread.last_message {
        thread.last_message = id;
        from.clone_into(&mut thread.last_from);
        thread.last_outgoing = outgoing;
        thread.last_text = text.chars().take(PREVIEW).collect();
        thread.last_at = at;
    }
    Ok(())
}

impl Thread {
    fn new(id: i64) -> Self {
        Self {
            id,
            subject: String::new(),
            participants: Vec::new(),
            last_message: 0,
            last_from: String::new(),
            last_outgoing: false,
            last_text: String::new(),
            last_at: 0,
            messages: 0,
            header: false,
            changed: true,
        }
    }
}

fn millis(instant: &str) -> Result<i64, Broken> {
    Ok(instant.parse::<jiff::Timestamp>()?.as_millisecond())
}

fn is_patient(person: &Reference<'_>) -> bool {
    let reference = person.reference.as_ref();
    reference.is_some_and(|reference| reference.0.starts_with("Patient/"))
}

fn shown<'a>(person: Option<&'a Reference<'_>>) -> &'a str {
    let display = person.and_then(|person| person.display.as_ref());
    display.map_or("", |name| &name.0)
}
