//! The tables of messages.
//!
//! A message's row number is `ms << 12 | tiebreak`, fixed at first insertion from when it was sent: newest-first
//! lists and searches are index walks, although history arrives backwards. A thread carries its last message,
//! counts and participants, since computing them for a list costs 11–32 ms and reading them below 1 ms. The search
//! index keeps no copy of the text (`content=`), and no prefix index: it would double the cost of writing, and
//! prefix searches newest first take 0.1 ms without.

mod lists;
mod threads;

use std::time::SystemTime;

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::platform::error::Result;
use crate::storage::{LocalTx, PageTx, Schema, instant};

pub(super) use lists::{HIT, HIT_END, has_thread, messages, one, queued, search, threads};
use threads::Shown;
pub(super) use threads::Threads;

pub(super) static SCHEMA: Schema = Schema {
    part: "messages",
    steps: &["
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
    ],
};

/// Row numbers of one millisecond.
const PER_MILLI: i64 = 1 << 12;
/// 2^50 ms is the year 37,648: what a portal says beyond it must not overflow.
const LATEST: i64 = 1 << 50;

/// A message on its way into its table.
pub(super) struct NewRow<'a> {
    pub(super) remote: Option<&'a str>,
    pub(super) version: Option<&'a str>,
    pub(super) sender: &'a str,
    pub(super) outgoing: bool,
    pub(super) unread: bool,
    pub(super) at: i64,
    pub(super) text: &'a str,
}

/// What is known of a record already.
pub(super) struct ExistingRow {
    pub(super) row: i64,
    pub(super) version: Option<String>,
    pub(super) thread: i64,
}

/// What is known of the portal's record `remote`.
pub(super) fn existing(c: &Connection, remote: &str) -> Result<Option<ExistingRow>> {
    let sql = "SELECT id, version, thread FROM message WHERE remote = ?1";
    let existing = |row: &Row<'_>| {
        Ok(ExistingRow {
            row: row.get(0)?,
            version: row.get(1)?,
            thread: row.get(2)?,
        })
    };
    Ok(c.prepare_cached(sql)?
        .query_row([remote], existing)
        .optional()?)
}

/// The thread of a row.
pub(super) fn thread_of(c: &Connection, row: i64) -> Result<i64> {
    Ok(
        c.prepare_cached("SELECT thread FROM message WHERE id = ?1")?
            .query_row([row], |r| r.get(0))?,
    )
}

/// A mirrored message that was not known.
pub(super) fn insert(
    tx: &PageTx<'_>,
    threads: &mut Threads,
    thread: i64,
    row: &NewRow<'_>,
) -> Result<i64> {
    insert_row(tx.connection(), threads, thread, row)
}

/// A message that the person wrote here.
pub(super) fn write(
    tx: &LocalTx<'_>,
    threads: &mut Threads,
    thread: i64,
    row: &NewRow<'_>,
) -> Result<i64> {
    insert_row(tx.connection(), threads, thread, row)
}

fn insert_row(c: &Connection, threads: &mut Threads, thread: i64, row: &NewRow<'_>) -> Result<i64> {
    // The first number of its millisecond is free nearly always: only where it is not is one looked for.
    let mut id = row.at.clamp(0, LATEST) * PER_MILLI;
    let mut insert = c.prepare_cached(
        "INSERT INTO message (id, remote, version, thread, sender, outgoing, unread, at, text)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (id) DO NOTHING",
    )?;
    while insert.execute(params![
        id,
        row.remote,
        row.version,
        thread,
        row.sender,
        row.outgoing,
        row.unread,
        row.at,
        row.text
    ])? == 0
    {
        id = free_row(c, row.at)?;
    }
    c.prepare_cached("INSERT INTO message_text (rowid, text) VALUES (?1, ?2)")?
        .execute((id, row.text))?;
    threads.at(c, thread)?.add(id, row);
    Ok(id)
}

/// The first free row number from the millisecond `at` on.
fn free_row(c: &Connection, at: i64) -> Result<i64> {
    let mut base = at.clamp(0, LATEST) * PER_MILLI;
    loop {
        let sql = "SELECT max(id) FROM message WHERE id BETWEEN ?1 AND ?2";
        let taken: Option<i64> = c
            .prepare_cached(sql)?
            .query_row((base, base + PER_MILLI - 1), |row| row.get(0))?;
        match taken {
            None => return Ok(base),
            Some(last) if last < base + PER_MILLI - 1 => return Ok(last + 1),
            Some(_) => base += PER_MILLI,
        }
    }
}

/// A known message with a new version, or a queued one that the portal has now. Its row, so its id, stays.
pub(super) fn update(
    tx: &PageTx<'_>,
    threads: &mut Threads,
    thread: i64,
    id: i64,
    row: &NewRow<'_>,
) -> Result<()> {
    let c = tx.connection();
    unindex(c, id)?;
    c.prepare_cached(
        "UPDATE message SET remote = ?2, version = ?3, sender = ?4, outgoing = ?5, at = ?6, text = ?7 WHERE id = ?1",
    )?
    .execute(params![id, row.remote, row.version, row.sender, row.outgoing, row.at, row.text])?;
    c.prepare_cached("INSERT INTO message_text (rowid, text) VALUES (?1, ?2)")?
        .execute((id, row.text))?;
    threads.at(c, thread)?.change(id, row);
    Ok(())
}

fn unindex(c: &Connection, id: i64) -> Result<()> {
    c.prepare_cached(
        "INSERT INTO message_text (message_text, rowid, text) SELECT 'delete', id, text FROM message WHERE id = ?1",
    )?
    .execute([id])?;
    Ok(())
}

/// Takes a message away: withdrawn by the person, or declared an error by its author.
pub(super) fn remove(c: &Connection, threads: &mut Threads, id: i64) -> Result<()> {
    let (thread, unread): (i64, i64) = c
        .prepare_cached("SELECT thread, unread FROM message WHERE id = ?1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    unindex(c, id)?;
    c.prepare_cached("DELETE FROM message WHERE id = ?1")?
        .execute([id])?;
    let newest = c
        .prepare_cached(NEWEST)?
        .query_row([thread], |row| {
            Ok(Shown {
                id: row.get(0)?,
                sender: row.get(1)?,
                outgoing: row.get(2)?,
                text: row.get(3)?,
                at: row.get(4)?,
            })
        })
        .optional()?;
    threads
        .at(c, thread)?
        .take_away(unread, newest.unwrap_or_default());
    Ok(())
}

const NEWEST: &str = "SELECT id, sender, outgoing, text, at FROM message WHERE thread = ?1
    ORDER BY id DESC LIMIT 1";

/// Marks a thread as read; true when anything changed.
pub(super) fn mark_read(tx: &LocalTx<'_>, thread: i64) -> Result<bool> {
    let c = tx.connection();
    c.execute(
        "UPDATE message SET unread = 0 WHERE thread = ?1 AND unread = 1",
        [thread],
    )?;
    Ok(c.execute(
        "UPDATE thread SET unread = 0 WHERE id = ?1 AND unread > 0",
        [thread],
    )? > 0)
}

/// During a first fetch the search index is not merged at every commit but once at the end: 0.38 instead of 0.48 s
/// of CPU for 20,000 messages.
pub(super) fn bulk(c: &Connection, begin: bool) -> Result<()> {
    let (automerge, crisis) = if begin { (0, 64) } else { (4, 16) };
    let set = "INSERT INTO message_text (message_text, rank) VALUES (?1, ?2)";
    c.execute(set, ("automerge", automerge))?;
    c.execute(set, ("crisismerge", crisis))?;
    if !begin {
        c.execute(
            "INSERT INTO message_text (message_text) VALUES ('optimize')",
            [],
        )?;
    }
    Ok(())
}

/// When a message was written, for the body that sends it.
pub(super) struct Outgoing {
    pub(super) thread_key: String,
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) at: SystemTime,
    /// The portal's id of the newest message in the thread that has one.
    pub(super) newest: Option<String>,
    /// Whether it is the first of its thread.
    pub(super) first: bool,
    /// Whether the thread's own record was admitted.
    pub(super) header: bool,
}

/// A queued message with what its resource needs.
pub(super) fn outgoing(c: &Connection, row: i64) -> Result<Outgoing> {
    let sql = "SELECT thread.thread_key, thread.subject, message.text, message.at,
            (SELECT remote FROM message AS m WHERE m.thread = thread.id AND m.remote IS NOT NULL
             ORDER BY m.id DESC LIMIT 1),
            message.id = (SELECT min(id) FROM message AS m WHERE m.thread = thread.id), thread.header
        FROM message JOIN thread ON thread.id = message.thread WHERE message.id = ?1";
    Ok(c.query_row(sql, [row], |r| {
        Ok(Outgoing {
            thread_key: r.get(0)?,
            subject: r.get(1)?,
            text: r.get(2)?,
            at: instant(r.get(3)?),
            newest: r.get(4)?,
            first: r.get(5)?,
            header: r.get(6)?,
        })
    })?)
}

/// Whether the record `remote` was admitted before.
pub(super) fn holds(c: &Connection, remote: &str, thread_key: &str) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM message WHERE remote = ?1)
        OR EXISTS (SELECT 1 FROM thread WHERE thread_key = ?2 AND header = 1)";
    Ok(c.prepare_cached(sql)?
        .query_row((remote, thread_key), |row| row.get(0))?)
}

#[cfg(test)]
mod tests;
