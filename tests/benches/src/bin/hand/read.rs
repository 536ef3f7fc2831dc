//! Reading by hand: the first screen and searches, each one prepared statement.

use pericard_benches::Broken;
use rusqlite::{Connection, Row};

/// A row of the inbox.
#[allow(dead_code)] // read because Pericard's record has them
pub(crate) struct Thread {
    id: i64,
    subject: String,
    participants: Vec<String>,
    last_message: i64,
    last_from: String,
    last_outgoing: bool,
    last_text: String,
    last_at: i64,
    unread: u32,
    messages: u32,
}

/// The first screen of the inbox.
pub(crate) fn threads(connection: &Connection, limit: u32) -> Result<Vec<Thread>, Broken> {
    let mut statement = connection.prepare_cached(
        "SELECT id, subject, participants, last_message, last_from, last_outgoing, last_text, last_at, unread, messages
         FROM thread WHERE messages > 0 AND last_message < ?1 ORDER BY last_message DESC LIMIT ?2",
    )?;
    let rows = statement.query_map((i64::MAX, limit), |row| {
        Ok(Thread {
            id: row.get(0)?,
            subject: row.get(1)?,
            participants: serde_json::from_str(row.get_ref(2)?.as_str()?).unwrap_or_default(),
            last_message: row.get(3)?,
            last_from: row.get(4)?,
            last_outgoing: row.get(5)?,
            last_text: row.get(6)?,
            last_at: row.get(7)?,
            unread: row.get(8)?,
            messages: row.get(9)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A message that was found.
#[allow(dead_code)]
pub(crate) struct Hit {
    id: i64,
    thread: i64,
    sender: String,
    outgoing: bool,
    text: String,
    at: i64,
    unread: bool,
    subject: String,
    snippet: String,
}

/// The newest messages with all words of `text`, the last one also as a beginning.
pub(crate) fn search(connection: &Connection, text: &str, limit: u32) -> Result<Vec<Hit>, Broken> {
    let words: Vec<String> = text
        .split_whitespace()
        .map(|word| format!("\"{word}\""))
        .collect();
    let mut statement = connection.prepare_cached(
        "SELECT message.id, message.thread, message.sender, message.outgoing, message.text, message.at, message.unread,
             thread.subject, snippet(message_text, 0, '[', ']', '…', 16)
         FROM message_text JOIN message ON message.id = message_text.rowid JOIN thread ON thread.id = message.thread
         WHERE message_text MATCH ?1 ORDER BY message_text.rowid DESC LIMIT ?2",
    )?;
    let rows = statement.query_map((format!("{}*", words.join(" ")), limit), |row| {
        Ok(Hit {
            id: row.get(0)?,
            thread: row.get(1)?,
            sender: row.get(2)?,
            outgoing: row.get(3)?,
            text: row.get(4)?,
            at: row.get(5)?,
            unread: row.get(6)?,
            subject: row.get(7)?,
            snippet: row.get(8)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The messages of the newest threads.
pub(crate) fn texts(connection: &Connection, threads: u32) -> Result<Vec<String>, Broken> {
    let mut statement = connection.prepare(
        "SELECT text FROM message WHERE thread IN (
             SELECT id FROM thread WHERE messages > 0 ORDER BY last_message DESC LIMIT ?1)",
    )?;
    let rows = statement.query_map([threads], |row: &Row<'_>| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Threads with messages, and messages.
pub(crate) fn counts(connection: &Connection) -> Result<(u64, u64), Broken> {
    let sql =
        "SELECT (SELECT count(*) FROM thread WHERE messages > 0), (SELECT count(*) FROM message)";
    let counts: (i64, i64) = connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok((counts.0.unsigned_abs(), counts.1.unsigned_abs()))
}
