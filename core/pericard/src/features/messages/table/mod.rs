//! The tables of messages.
//!
//! Every record that is the person's has a row; one that is the head of a thread is not shown. A message's row number is
//! `ms << 12 | tiebreak`, fixed at first insertion from when it was sent, so that a search, newest first, is a walk along
//! the index. What a list shows is ordered by when it was sent, then by `meta.lastUpdated`, then by id: it depends on what
//! the portal has shown and never on the order in which that came.
//!
//! A thread carries its newest message, counts and participants, since computing them for a list costs 11–32 ms and
//! reading them below 1 ms. The search index holds the normal form of text, subject and sender's name, and no copy of
//! them; it has no prefix index, which would double the cost of writing: prefix searches newest first take 0.1 ms without.

mod arrival;
mod drafts;
mod former;
mod lists;
mod marks;
mod placing;
mod recipients;
mod rows;
mod snippet;
mod summary;
mod ties;
mod writer;

use rusqlite::{Connection, OptionalExtension};

use crate::platform::error::Result;
use crate::storage::Schema;

pub(super) use arrival::{queued_as, same_text};
pub(super) use drafts::{DraftRow, discard_draft, draft, draft_of, drafts, save_draft};
pub(super) use former::former;
pub(super) use lists::{
    Stretch, around, has_thread, messages, newer, one, one_thread, queued, remote, search,
    thread_of, threads,
};
pub(super) use marks::{archive, mark_read, mark_unread};
pub(super) use recipients::{
    RecipientRow, address, noted, recipient, recipients, remove_team, save_team, unnamed_members,
};
pub(super) use rows::{Content, Dated, Outgoing, Party, outgoing};
pub(super) use writer::Writer;

pub(super) static SCHEMA: Schema = Schema {
    part: "messages",
    steps: &[
        "
-- `tie`, later `thread_key`, is what messages of one thread have in common on the wire (mapping.rs); `header` says that the thread's own
-- record was admitted, so that what hangs on it may be admitted through it.
CREATE TABLE thread (
    id INTEGER PRIMARY KEY,
    tie TEXT NOT NULL UNIQUE,
    subject TEXT NOT NULL,
    participants TEXT NOT NULL,
    last_message INTEGER NOT NULL,
    last_from TEXT NOT NULL,
    last_outgoing INTEGER NOT NULL,
    last_text TEXT NOT NULL,
    last_at INTEGER NOT NULL,
    unread INTEGER NOT NULL,
    messages INTEGER NOT NULL,
    header INTEGER NOT NULL
) STRICT;
CREATE INDEX thread_newest ON thread (last_message DESC) WHERE messages > 0;
CREATE TABLE message (
    id INTEGER PRIMARY KEY,
    remote TEXT UNIQUE,
    version TEXT,
    thread INTEGER NOT NULL REFERENCES thread (id),
    sender TEXT NOT NULL,
    outgoing INTEGER NOT NULL,
    unread INTEGER NOT NULL,
    at INTEGER NOT NULL,
    text TEXT NOT NULL
) STRICT;
CREATE INDEX message_thread ON message (thread, id);
CREATE VIRTUAL TABLE message_text USING fts5 (
    text, content = 'message', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2');
",
        "
ALTER TABLE thread RENAME COLUMN tie TO thread_key;
",
        "
-- Rows of before are kept, with what the person has read; the portal is asked for all of them once more, since more is
-- kept of each now.
DROP TABLE message_text;
DROP INDEX thread_newest;
DROP INDEX message_thread;
ALTER TABLE thread RENAME TO old_thread;
ALTER TABLE message RENAME TO old_message;
-- `participants`: names with when each first appears. The newest message lies in `last_…`. `merged`: the thread that
-- this one has become part of.
CREATE TABLE thread (
    id INTEGER PRIMARY KEY,
    subject TEXT NOT NULL DEFAULT '',
    subject_rank INTEGER NOT NULL DEFAULT 2,
    subject_at INTEGER NOT NULL DEFAULT 0,
    participants TEXT NOT NULL DEFAULT '[]',
    messages INTEGER NOT NULL DEFAULT 0,
    unread INTEGER NOT NULL DEFAULT 0,
    last_message INTEGER NOT NULL DEFAULT 0,
    last_at INTEGER NOT NULL DEFAULT 0,
    last_updated INTEGER NOT NULL DEFAULT 0,
    last_remote TEXT NOT NULL DEFAULT '',
    last_precision INTEGER NOT NULL DEFAULT 4,
    last_from TEXT NOT NULL DEFAULT '',
    last_outgoing INTEGER NOT NULL DEFAULT 0,
    last_text TEXT NOT NULL DEFAULT '',
    merged INTEGER
) STRICT;
CREATE INDEX thread_newest ON thread (last_at DESC, last_updated DESC, length(last_remote) DESC, last_remote DESC, last_message DESC)
    WHERE messages > 0;
-- `remote`: the portal's id, empty until it has one. `at` is where the date that was sent begins, `precision` how much of
-- it was given. `others`: names of the others in it, `parties`: their references, `ties`: those of what it belongs to or
-- answers, one per line each. `topic_key`:
-- what it has in common with others where it has no ties, `copy_key` with its copies. `silent`: it says nothing itself; `hidden`: it was taken back, or is
-- not sent; `shown`: it is a message.
CREATE TABLE message (
    id INTEGER PRIMARY KEY,
    remote TEXT NOT NULL DEFAULT '',
    thread INTEGER NOT NULL,
    sender TEXT NOT NULL DEFAULT '',
    sender_key TEXT NOT NULL DEFAULT '',
    outgoing INTEGER NOT NULL DEFAULT 0,
    unread INTEGER NOT NULL DEFAULT 0,
    at INTEGER NOT NULL,
    precision INTEGER NOT NULL DEFAULT 4,
    updated INTEGER NOT NULL DEFAULT 0,
    subject TEXT NOT NULL DEFAULT '',
    text TEXT NOT NULL DEFAULT '',
    files TEXT NOT NULL DEFAULT '',
    others TEXT NOT NULL DEFAULT '',
    parties TEXT NOT NULL DEFAULT '',
    recipients TEXT NOT NULL DEFAULT '',
    ties TEXT NOT NULL DEFAULT '',
    topic_key TEXT NOT NULL DEFAULT '',
    category TEXT NOT NULL DEFAULT '',
    urgent INTEGER NOT NULL DEFAULT 0,
    silent INTEGER NOT NULL DEFAULT 0,
    hidden INTEGER NOT NULL DEFAULT 0,
    copy_key TEXT NOT NULL DEFAULT '',
    shown INTEGER NOT NULL DEFAULT 1,
    edited INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX message_order ON message (thread, shown, at, updated, length(remote), remote, id);
CREATE INDEX message_topic ON message (topic_key, at) WHERE topic_key <> '';
CREATE INDEX message_copy ON message (copy_key) WHERE copy_key <> '';
CREATE INDEX message_unnamed ON message (sender_key) WHERE sender_key <> '' AND sender = '';
-- Which messages hang on what: `Type/id`, or `local/row` for a message that is not sent.
CREATE TABLE tie (
    key TEXT NOT NULL,
    message INTEGER NOT NULL,
    PRIMARY KEY (key, message)
) STRICT, WITHOUT ROWID;
-- Names of those who are only referred to; empty where the portal has none.
CREATE TABLE party (
    key TEXT PRIMARY KEY,
    name TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE VIRTUAL TABLE message_text USING fts5 (
    words, content = '', contentless_delete = 1, tokenize = 'ascii');
INSERT INTO thread (id, subject, subject_rank, participants, messages, unread, last_message, last_at, last_from,
        last_outgoing, last_text)
    SELECT id, subject, 0, '[]', messages, unread, last_message, last_at, last_from, last_outgoing, last_text FROM old_thread;
INSERT INTO message (id, remote, thread, sender, outgoing, unread, at, text)
    SELECT id, coalesce(remote, ''), thread, sender, outgoing, unread, at, text FROM old_message;
INSERT OR IGNORE INTO track (feature, resource_type) VALUES ('messages', 'Communication');
INSERT INTO record (track, id, shown)
    SELECT track.id, old_message.remote, old_message.id FROM old_message JOIN track ON track.feature = 'messages'
    WHERE old_message.remote IS NOT NULL;
DROP TABLE old_message;
DROP TABLE old_thread;
",
        "
-- An archived thread is out of the inbox until news comes in it.
ALTER TABLE thread ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
DROP INDEX thread_newest;
CREATE INDEX thread_newest ON thread (archived, last_at DESC, last_updated DESC, length(last_remote) DESC, last_remote DESC,
    last_message DESC) WHERE messages > 0;
-- What is being written: `recipients` are rows of theirs, one per line, `changed` is in milliseconds since 1970.
CREATE TABLE draft (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    thread INTEGER,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    recipients TEXT NOT NULL,
    changed INTEGER NOT NULL
) STRICT;
-- Whom a message can be written to: `Type/id`, a name, which may be empty, and as what.
CREATE TABLE recipient (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL
) STRICT;
-- Who looks after the person: rows of `recipient`, the team itself first where it has a name.
CREATE TABLE care_team (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    members TEXT NOT NULL
) STRICT;
-- What a message said until the portal changed it at `until`.
CREATE TABLE former (
    message INTEGER NOT NULL,
    until INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (message, until)
) STRICT, WITHOUT ROWID;
",
        "
-- What is here of a message's files; what the sender says of them is in `message.files`, with the row number. `content`:
-- where its content is, or a part of it, which goes on under `validator`; `refused`: why it could not be fetched.
CREATE TABLE file (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message INTEGER NOT NULL,
    place INTEGER NOT NULL,
    content INTEGER,
    validator TEXT,
    refused TEXT
) STRICT;
CREATE INDEX file_message ON file (message, place);
CREATE TRIGGER file_gone AFTER DELETE ON file WHEN old.content IS NOT NULL BEGIN
    DELETE FROM content WHERE id = old.content;
END;
CREATE TRIGGER file_replaced AFTER UPDATE OF content ON file
    WHEN old.content IS NOT NULL AND new.content IS NOT old.content BEGIN
    DELETE FROM content WHERE id = old.content;
END;
CREATE TRIGGER message_gone AFTER DELETE ON message BEGIN
    DELETE FROM file WHERE message = old.id;
END;
INSERT INTO file (message, place)
    SELECT message.id, each.key FROM message, json_each(message.files) AS each WHERE message.files <> '';
UPDATE message SET files = (
    SELECT json_group_array(json_set(each.value, '$.id',
        (SELECT file.id FROM file WHERE file.message = message.id AND file.place = each.key)))
    FROM json_each(message.files) AS each) WHERE files <> '';
",
        "
-- Numbered: a portal may change a text twice at one time, or without saying when (`until` is NULL).
ALTER TABLE former RENAME TO old_former;
CREATE TABLE former (
    message INTEGER NOT NULL,
    n INTEGER NOT NULL,
    until INTEGER,
    text TEXT NOT NULL,
    PRIMARY KEY (message, n)
) STRICT, WITHOUT ROWID;
INSERT INTO former (message, n, until, text)
    SELECT message, row_number() OVER (PARTITION BY message ORDER BY until), nullif(until, 0), text FROM old_former;
DROP TABLE old_former;
",
    ],
};

/// During a first fetch the search index is not merged at every commit but once at the end: 0.38 instead of 0.48 s
/// of CPU for 20,000 messages.
///
/// Pages of which each commit changes a few rows are copied into the file once for several commits: the log grows to
/// 16 MB instead of 4.
pub(super) fn bulk(c: &Connection, begin: bool) -> Result<()> {
    let set = "INSERT INTO message_text (message_text, rank) VALUES (?1, ?2)";
    let pages = if begin { 4000 } else { 1000 };
    c.pragma_update(None, "wal_autocheckpoint", pages)?;
    if begin {
        c.execute(set, ("automerge", 0))?;
        c.execute(set, ("crisismerge", 64))?;
    } else {
        c.execute(set, ("automerge", 4))?;
        c.execute(set, ("crisismerge", 16))?;
        c.execute(
            "INSERT INTO message_text (message_text) VALUES ('optimize')",
            [],
        )?;
    }
    Ok(())
}

/// Whether the search index is not being merged at every commit.
pub(super) fn in_bulk(c: &Connection) -> Result<bool> {
    let sql = "SELECT v FROM message_text_config WHERE k = 'automerge'";
    let automerge: Option<i64> = c.query_row(sql, [], |row| row.get(0)).optional()?;
    Ok(automerge == Some(0))
}

/// What a message that is written in a thread hangs on: its newest message of the portal's, else the newest of all.
pub(super) fn tie_to(c: &Connection, thread: i64) -> Result<Option<String>> {
    let sql = "SELECT id, remote FROM message WHERE thread = ?1
               ORDER BY remote = '', shown, at DESC, updated DESC, id DESC LIMIT 1";
    let found = c.prepare_cached(sql)?.query_row([thread], |row| {
        let remote: String = row.get(1)?;
        Ok(match remote.is_empty() {
            true => ties::local_key(row.get(0)?),
            false => ties::record_key(&remote),
        })
    });
    Ok(found.optional()?)
}

/// Gives the queued messages that were saved from a damaged database a thread again. Their thread's other messages come
/// back with a sync, and are tied to them.
pub(super) fn salvaged(c: &Connection) -> Result<()> {
    c.execute(
        "DELETE FROM outbox WHERE feature = 'messages'
             AND NOT EXISTS (SELECT 1 FROM message WHERE message.id = outbox.item)",
        [],
    )?;
    // Its files were sealed with keys that are lost: it does not go out without them.
    c.execute(
        "UPDATE outbox SET state = 'failed', status = 0 WHERE feature = 'messages'
             AND item IN (SELECT id FROM message WHERE files <> '')",
        [],
    )?;
    c.execute("UPDATE message SET files = ''", [])?;
    // Threads and recipients have other numbers now: the text is what counts.
    c.execute("UPDATE draft SET thread = NULL, recipients = ''", [])?;
    let mut statement = c.prepare("SELECT id FROM message ORDER BY id")?;
    let rows = statement.query_map([], |row| row.get(0))?;
    let rows: Vec<i64> = rows.collect::<rusqlite::Result<_>>()?;
    let mut writer = Writer::new(c);
    for row in rows {
        writer.adopt(row)?;
    }
    writer.finish()?;
    Ok(())
}

/// Those who are only referred to and have no name here, a few at a time.
pub(super) fn unnamed(c: &Connection) -> Result<Vec<String>> {
    let sql = "SELECT DISTINCT sender_key FROM message WHERE sender_key <> '' AND sender = ''
               AND NOT EXISTS (SELECT 1 FROM party WHERE party.key = sender_key) LIMIT 20";
    let mut statement = c.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

#[cfg(test)]
mod tests;
