//! Reading: the inbox, a thread, a message, the outbox, search. Every list walks an index.

use rusqlite::{Connection, OptionalExtension, Row};

use crate::platform::error::Result;
use crate::storage::{IdKind, Ids, instant};
use crate::sync::outbox::OutboxState;

use super::super::model::{Message, MessageState, MessageThread, SearchHit, SnippetPart};
use super::threads::{ThreadRow, thread_columns, thread_row};

/// A page of the inbox that ends before the message row `before`, newest first.
pub(crate) fn threads(
    c: &Connection,
    ids: &Ids,
    before: i64,
    limit: u32,
) -> Result<(Vec<MessageThread>, Option<i64>)> {
    let mut statement = c.prepare_cached(THREADS)?;
    let rows = statement
        .query_map((before, limit), thread_row)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let last = rows
        .last()
        .filter(|_| rows.len() == limit as usize)
        .map(|(_, row)| row.last_message);
    Ok((
        rows.into_iter()
            .map(|(id, row)| row.into_view(ids, id))
            .collect(),
        last,
    ))
}

pub(super) const THREADS: &str = concat!(
    "SELECT ",
    thread_columns!(),
    " FROM thread WHERE messages > 0 AND last_message < ?1 ORDER BY last_message DESC LIMIT ?2"
);

impl ThreadRow {
    fn into_view(self, ids: &Ids, id: i64) -> MessageThread {
        MessageThread {
            id: ids.encode(IdKind::Thread, id),
            subject: self.subject,
            participants: self.participants,
            last_from: self.last_from,
            last_outgoing: self.last_outgoing,
            last_text: self.last_text,
            last_at: instant(self.last_at),
            unread: self.unread.try_into().unwrap_or(0),
            messages: self.messages.try_into().unwrap_or(0),
        }
    }
}

macro_rules! message_columns {
    () => {
        "message.id, message.thread, message.sender, message.outgoing, message.text, message.at,
         message.unread, message.remote, outbox.state, outbox.status"
    };
}

macro_rules! with_outbox {
    () => {
        "LEFT JOIN outbox ON outbox.feature = 'messages' AND outbox.item = message.id"
    };
}

pub(super) const MESSAGES: &str = concat!(
    "SELECT ",
    message_columns!(),
    " FROM message ",
    with_outbox!(),
    " WHERE message.thread = ?1 AND message.id < ?2 ORDER BY message.id DESC LIMIT ?3"
);
pub(super) const ONE: &str = concat!(
    "SELECT ",
    message_columns!(),
    " FROM message ",
    with_outbox!(),
    " WHERE message.id = ?1"
);
pub(super) const QUEUED: &str = concat!(
    "SELECT ",
    message_columns!(),
    " FROM outbox JOIN message ON message.id = outbox.item WHERE +outbox.feature = 'messages' ORDER BY outbox.id"
);
/// The marks are [`HIT`] and [`HIT_END`].
pub(super) const SEARCH: &str = concat!(
    "SELECT ",
    message_columns!(),
    ", thread.subject, snippet(message_text, 0, '\u{E000}', '\u{E001}', '…', 16)
     FROM message_text JOIN message ON message.id = message_text.rowid
     JOIN thread ON thread.id = message.thread ",
    with_outbox!(),
    " WHERE message_text MATCH ?1 AND message_text.rowid < ?2 ORDER BY message_text.rowid DESC LIMIT ?3"
);

fn message(row: &Row<'_>, ids: &Ids) -> rusqlite::Result<Message> {
    let outgoing: bool = row.get(3)?;
    let queued: Option<String> = row.get(8)?;
    let state = match queued {
        Some(state) => match OutboxState::from_columns(&state, row.get(9)?) {
            OutboxState::Queued => MessageState::Queued,
            OutboxState::Sending => MessageState::Sending,
            OutboxState::Failed(status) => MessageState::Failed { status },
            OutboxState::Unknown => MessageState::Unknown,
        },
        None if outgoing => MessageState::Sent,
        None => MessageState::Received,
    };
    Ok(Message {
        id: ids.encode(IdKind::Message, row.get(0)?),
        thread: ids.encode(IdKind::Thread, row.get(1)?),
        from: row.get(2)?,
        outgoing,
        text: row.get(4)?,
        at: instant(row.get(5)?),
        state,
        unread: row.get(6)?,
    })
}

/// Whether there is such a thread.
pub(crate) fn has_thread(c: &Connection, thread: i64) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM thread WHERE id = ?1)";
    Ok(c.prepare_cached(sql)?
        .query_row([thread], |row| row.get(0))?)
}

/// A page of a thread that ends before the row `before`, newest first.
pub(crate) fn messages(
    c: &Connection,
    ids: &Ids,
    thread: i64,
    before: i64,
    limit: u32,
) -> Result<(Vec<Message>, Option<i64>)> {
    let mut statement = c.prepare_cached(MESSAGES)?;
    let mut last = None;
    let rows = statement.query_map((thread, before, limit), |row| {
        last = Some(row.get(0)?);
        message(row, ids)
    })?;
    let rows = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    let last = last.filter(|_| rows.len() == limit as usize);
    Ok((rows, last))
}

/// One message.
pub(crate) fn one(c: &Connection, ids: &Ids, id: i64) -> Result<Option<Message>> {
    Ok(c.prepare_cached(ONE)?
        .query_row([id], |row| message(row, ids))
        .optional()?)
}

/// What is queued, oldest first.
pub(crate) fn queued(c: &Connection, ids: &Ids) -> Result<Vec<Message>> {
    let mut statement = c.prepare_cached(QUEUED)?;
    let rows = statement.query_map([], |row| message(row, ids))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Marks hits in snippets: two characters that no text of a portal has (they are removed on the way in).
pub(crate) const HIT: char = '\u{E000}';
pub(crate) const HIT_END: char = '\u{E001}';

/// A page of hits before the row `before`, newest first. `query` is an FTS5 expression.
pub(crate) fn search(
    c: &Connection,
    ids: &Ids,
    query: &str,
    before: i64,
    limit: u32,
) -> Result<(Vec<SearchHit>, Option<i64>)> {
    let mut statement = c.prepare_cached(SEARCH)?;
    let mut last = None;
    let rows = statement.query_map((query, before, limit), |row| {
        last = Some(row.get(0)?);
        let snippet: String = row.get(11)?;
        Ok(SearchHit {
            message: message(row, ids)?,
            subject: row.get(10)?,
            snippet: parts(&snippet),
        })
    })?;
    let rows = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    let last = last.filter(|_| rows.len() == limit as usize);
    Ok((rows, last))
}

pub(super) fn parts(snippet: &str) -> Vec<SnippetPart> {
    let mut parts = Vec::new();
    let mut hit = false;
    for piece in snippet.split_inclusive([HIT, HIT_END]) {
        let text = piece.trim_end_matches([HIT, HIT_END]);
        if !text.is_empty() {
            parts.push(SnippetPart {
                text: text.to_owned(),
                hit,
            });
        }
        hit = piece.ends_with(HIT);
    }
    parts
}
