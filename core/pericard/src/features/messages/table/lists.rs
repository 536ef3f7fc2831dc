//! Reading: the inbox, a thread, a message, the outbox, search. Every list walks an index.
//!
//! Uses: `date_precision`, `files`

use pericard_protocol::search_text::Query;
use rusqlite::{Connection, OptionalExtension, Row};

use crate::features::date_precision::DatePrecision;
use crate::features::files::read_files;
use crate::platform::error::Result;
use crate::storage::{IdKind, Ids, instant};
use crate::sync::outbox;
use pericard_protocol::sync::outbox::State;

use super::super::files::shown;
use super::super::model::{Message, MessageState, MessageThread, SearchHit};
use super::snippet::snippet;
use super::summary::{Place, Summary, summary_columns};

/// Where a list goes on: behind this message. It is known by its row; should that be gone, by when it was first sent.
fn place_of(c: &Connection, row: i64) -> Result<Place> {
    if row == i64::MAX {
        return Ok(Place {
            at: i64::MAX,
            updated: i64::MAX,
            length: usize::MAX,
            remote: String::new(),
            row,
        });
    }
    let sql = "SELECT at, updated, remote FROM message WHERE id = ?1";
    let found = c.prepare_cached(sql)?.query_row([row], |r| {
        let remote: String = r.get(2)?;
        Ok(Place {
            at: r.get(0)?,
            updated: r.get(1)?,
            length: remote.len(),
            remote,
            row,
        })
    });
    Ok(found.optional()?.unwrap_or(Place {
        at: row >> 12,
        row,
        ..Place::default()
    }))
}

fn length(place: &Place) -> i64 {
    i64::try_from(place.length).unwrap_or(i64::MAX)
}

/// A page of the inbox, or of the archive, behind the message row `after`, newest first; and the row behind which the
/// next page begins.
pub(crate) fn threads(
    c: &Connection,
    ids: &Ids,
    archived: bool,
    after: i64,
    limit: u32,
) -> Result<(Vec<MessageThread>, Option<i64>)> {
    let place = place_of(c, after)?;
    let mut statement = c.prepare_cached(THREADS)?;
    let rows = statement
        .query_map(
            (
                place.at,
                place.updated,
                length(&place),
                &place.remote,
                place.row,
                limit,
                archived,
            ),
            |row| Ok((row.get::<_, i64>(0)?, Summary::of_row(row, 2)?)),
        )?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let last = rows
        .last()
        .filter(|_| rows.len() == limit as usize)
        .and_then(|(_, summary)| summary.last.as_ref())
        .map(|last| last.place.row);
    let threads = rows
        .into_iter()
        .map(|(id, summary)| to_view(summary, ids, id, archived));
    Ok((threads.collect(), last))
}

/// One thread.
pub(crate) fn one_thread(c: &Connection, ids: &Ids, thread: i64) -> Result<Option<MessageThread>> {
    let found = c.prepare_cached(ONE_THREAD)?.query_row([thread], |row| {
        Ok(to_view(
            Summary::of_row(row, 2)?,
            ids,
            row.get(0)?,
            row.get(1)?,
        ))
    });
    Ok(found.optional()?)
}

pub(super) const THREADS: &str = concat!(
    "SELECT id, archived, ",
    summary_columns!(),
    " FROM thread WHERE messages > 0 AND archived = ?7
      AND (last_at, last_updated, length(last_remote), last_remote, last_message) < (?1, ?2, ?3, ?4, ?5)
      ORDER BY last_at DESC, last_updated DESC, length(last_remote) DESC, last_remote DESC, last_message DESC LIMIT ?6"
);

pub(super) const ONE_THREAD: &str = concat!(
    "SELECT id, archived, ",
    summary_columns!(),
    " FROM thread WHERE messages > 0 AND id = ?1"
);

fn to_view(summary: Summary, ids: &Ids, id: i64, archived: bool) -> MessageThread {
    let participants = summary.participants();
    let subject = summary.subject().to_owned();
    let last = summary.last.unwrap_or_default();
    MessageThread {
        id: ids.encode(IdKind::Thread, id).into(),
        subject,
        participants,
        last_from: last.from,
        last_outgoing: last.outgoing,
        last_text: last.text,
        last_at: instant(last.place.at),
        last_precision: DatePrecision::of_column(last.precision),
        unread: summary.unread.try_into().unwrap_or(0),
        messages: summary.messages.try_into().unwrap_or(0),
        archived,
    }
}

macro_rules! message_columns {
    () => {
        "message.id, message.thread, message.sender, message.outgoing, message.text, message.at, message.precision,
         message.unread, message.edited, message.files, message.category, message.urgent,
         CASE WHEN outbox.state = 'doubtful' AND outbox.tries >= 2 THEN 'unknown' ELSE outbox.state END, outbox.status,
         CASE message.files WHEN '' THEN NULL ELSE (SELECT group_concat(file.id || ':' || (content.complete IS 1) || ':'
             || coalesce(content.size, 0) || ':' || coalesce(file.refused, ''), ' ')
             FROM file LEFT JOIN content ON content.id = file.content WHERE file.message = message.id) END"
    };
}

macro_rules! with_outbox {
    () => {
        "LEFT JOIN outbox ON outbox.feature = 'messages' AND outbox.item = message.id"
    };
}

macro_rules! messages_of_thread {
    ($side:literal, $order:literal) => {
        concat!(
            "SELECT ",
            message_columns!(),
            " FROM message ",
            with_outbox!(),
            " WHERE message.thread = ?1 AND message.shown = 1
              AND (message.at, message.updated, length(message.remote), message.remote, message.id) ",
            $side,
            " (?2, ?3, ?4, ?5, ?6) ORDER BY message.at ",
            $order,
            ", message.updated ",
            $order,
            ", length(message.remote) ",
            $order,
            ", message.remote ",
            $order,
            ", message.id ",
            $order,
            " LIMIT ?7"
        )
    };
}

pub(super) const MESSAGES: &str = messages_of_thread!("<", "DESC");
pub(super) const NEWER: &str = messages_of_thread!(">", "ASC");
pub(super) const ONE: &str = concat!(
    "SELECT ",
    message_columns!(),
    " FROM message ",
    with_outbox!(),
    " WHERE message.id = ?1 AND message.shown = 1"
);
pub(super) const QUEUED: &str = concat!(
    "SELECT ",
    message_columns!(),
    " FROM outbox JOIN message ON message.id = outbox.item WHERE +outbox.feature = 'messages' ORDER BY outbox.id"
);
/// A hit in the head of a thread is shown as the thread's newest message, unless that is a hit itself.
pub(super) const SEARCH: &str = concat!(
    "SELECT ",
    message_columns!(),
    ", thread.subject, hit.id
     FROM message_text JOIN message AS hit ON hit.id = message_text.rowid
     JOIN thread ON thread.id = hit.thread
     JOIN message ON message.id = CASE hit.shown WHEN 1 THEN hit.id ELSE thread.last_message END ",
    with_outbox!(),
    " WHERE message_text MATCH ?1 AND message_text.rowid < ?2 AND (hit.shown = 1
          OR hit.silent = 1 AND thread.messages > 0 AND NOT EXISTS
              (SELECT 1 FROM message_text AS newest WHERE newest.rowid = thread.last_message AND newest.words MATCH ?1))
      ORDER BY message_text.rowid DESC LIMIT ?3"
);

fn message(row: &Row<'_>, ids: &Ids) -> rusqlite::Result<Message> {
    let outgoing: bool = row.get(3)?;
    let queued: Option<String> = row.get(12)?;
    let state = match queued {
        Some(state) => match outbox::state_of(&state, row.get(13)?) {
            State::Queued => MessageState::Queued,
            State::Sending | State::Doubtful => MessageState::Sending,
            State::Failed(status) => MessageState::Failed { status },
            State::Unknown => MessageState::Unknown,
        },
        None if outgoing => MessageState::Sent,
        None => MessageState::Received,
    };
    let files: String = row.get(9)?;
    let states: Option<String> = row.get(14)?;
    Ok(Message {
        id: ids.encode(IdKind::Message, row.get(0)?).into(),
        thread: ids.encode(IdKind::Thread, row.get(1)?).into(),
        from: row.get(2)?,
        outgoing,
        text: row.get(4)?,
        at: instant(row.get(5)?),
        precision: DatePrecision::of_column(row.get(6)?),
        state,
        unread: row.get(7)?,
        edited: row.get(8)?,
        files: shown(read_files(&files), states.as_deref(), ids),
        category: row.get(10)?,
        urgent: row.get(11)?,
    })
}

/// The thread with this row, or the one that it has become part of.
pub(crate) fn has_thread(c: &Connection, thread: i64) -> Result<Option<i64>> {
    let sql = "SELECT coalesce(merged, id) FROM thread WHERE id = ?1";
    Ok(c.prepare_cached(sql)?
        .query_row([thread], |row| row.get(0))
        .optional()?)
}

/// The thread of a message.
pub(crate) fn thread_of(c: &Connection, row: i64) -> Result<i64> {
    Ok(
        c.prepare_cached("SELECT thread FROM message WHERE id = ?1")?
            .query_row([row], |r| r.get(0))?,
    )
}

/// The portal's id of a message; nothing until it has one.
pub(crate) fn remote(c: &Connection, row: i64) -> Result<Option<String>> {
    let sql = "SELECT remote FROM message WHERE id = ?1";
    let remote: String = c.prepare_cached(sql)?.query_row([row], |r| r.get(0))?;
    Ok(Some(remote).filter(|remote| !remote.is_empty()))
}

/// Messages of a thread, newest first, and the rows at whose outer sides there is more.
#[derive(Default)]
pub(crate) struct Stretch {
    pub(crate) messages: Vec<Message>,
    /// The oldest of them, where there may be older ones.
    pub(crate) oldest: Option<i64>,
    /// The newest of them, where there may be newer ones.
    pub(crate) newest: Option<i64>,
}

/// A page of a thread behind the row `after`, newest first.
pub(crate) fn messages(
    c: &Connection,
    ids: &Ids,
    thread: i64,
    after: i64,
    limit: u32,
) -> Result<Stretch> {
    let (rows, messages) = walk(c, ids, MESSAGES, thread, &place_of(c, after)?, limit)?;
    Ok(Stretch {
        messages,
        oldest: rows
            .last()
            .copied()
            .filter(|_| rows.len() == limit as usize),
        newest: rows.first().copied().filter(|_| after != i64::MAX),
    })
}

/// The page of a thread before the row `before`: those that are next newer than it.
pub(crate) fn newer(
    c: &Connection,
    ids: &Ids,
    thread: i64,
    before: i64,
    limit: u32,
) -> Result<Stretch> {
    let (rows, mut messages) = walk(c, ids, NEWER, thread, &place_of(c, before)?, limit)?;
    messages.reverse();
    Ok(Stretch {
        messages,
        oldest: rows.first().copied(),
        newest: rows
            .last()
            .copied()
            .filter(|_| rows.len() == limit as usize),
    })
}

/// A page with the message `row` in its middle; nothing where there is none.
pub(crate) fn around(c: &Connection, ids: &Ids, row: i64, limit: u32) -> Result<Option<Stretch>> {
    let Some(message) = one(c, ids, row)? else {
        return Ok(None);
    };
    let thread = thread_of(c, row)?;
    // One on each side at least, else there would be nothing to go on from.
    let others = limit.max(3) - 1;
    let newer = newer(c, ids, thread, row, others / 2)?;
    let older = messages(c, ids, thread, row, others - others / 2)?;
    let mut stretch = Stretch {
        messages: newer.messages,
        oldest: older.oldest,
        newest: newer.newest,
    };
    stretch.messages.push(message);
    stretch.messages.extend(older.messages);
    Ok(Some(stretch))
}

fn walk(
    c: &Connection,
    ids: &Ids,
    sql: &str,
    thread: i64,
    place: &Place,
    limit: u32,
) -> Result<(Vec<i64>, Vec<Message>)> {
    let mut statement = c.prepare_cached(sql)?;
    let mut numbers = Vec::new();
    let key = (
        thread,
        place.at,
        place.updated,
        length(place),
        &place.remote,
        place.row,
        limit,
    );
    let rows = statement.query_map(key, |row| {
        numbers.push(row.get(0)?);
        message(row, ids)
    })?;
    let rows = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok((numbers, rows))
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

/// A page of hits before the row `before`, newest first.
pub(crate) fn search(
    c: &Connection,
    ids: &Ids,
    query: &Query,
    before: i64,
    limit: u32,
) -> Result<(Vec<SearchHit>, Option<i64>)> {
    let mut statement = c.prepare_cached(SEARCH)?;
    let mut last = None;
    let rows = statement.query_map((query.expression(), before, limit), |row| {
        last = Some(row.get(16)?);
        let message = message(row, ids)?;
        let snippet = snippet(&message.text, query);
        Ok(SearchHit {
            message,
            subject: row.get(15)?,
            snippet,
        })
    })?;
    let rows = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    let last = last.filter(|_| rows.len() == limit as usize);
    Ok((rows, last))
}
