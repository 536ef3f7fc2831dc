//! Threads as rows: each carries its last message, its counts and who takes part.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::platform::error::{PericardError, Result};

use super::NewRow;

/// How much of the last message the inbox carries, in characters.
const PREVIEW: usize = 200;
/// How many names a thread shows. More are no conversation, and looking through them would take time with the square
/// of their number.
const MOST_PARTICIPANTS: usize = 64;

/// Threads in memory while a page is written: each is read once and written once.
#[derive(Default)]
pub(crate) struct Threads {
    rows: BTreeMap<i64, ThreadRow>,
    by_key: BTreeMap<String, i64>,
}

pub(crate) struct ThreadRow {
    pub(crate) thread_key: String,
    pub(crate) subject: String,
    pub(crate) participants: Vec<String>,
    pub(super) last_message: i64,
    pub(super) last_from: String,
    pub(super) last_outgoing: bool,
    pub(super) last_text: String,
    pub(super) last_at: i64,
    pub(super) unread: i64,
    pub(super) messages: i64,
    pub(crate) header: bool,
}

macro_rules! thread_columns {
    () => {
        "id, thread_key, subject, participants, last_message, last_from, last_outgoing, last_text, last_at, unread,
         messages, header"
    };
}

pub(super) const THREAD_BY_KEY: &str = concat!(
    "SELECT ",
    thread_columns!(),
    " FROM thread WHERE thread_key = ?1"
);
pub(super) use thread_columns;

pub(super) const THREAD_BY_ID: &str =
    concat!("SELECT ", thread_columns!(), " FROM thread WHERE id = ?1");

pub(super) fn thread_row(row: &Row<'_>) -> rusqlite::Result<(i64, ThreadRow)> {
    let participants: String = row.get(3)?;
    Ok((
        row.get(0)?,
        ThreadRow {
            thread_key: row.get(1)?,
            subject: row.get(2)?,
            participants: serde_json::from_str(&participants).unwrap_or_default(),
            last_message: row.get(4)?,
            last_from: row.get(5)?,
            last_outgoing: row.get(6)?,
            last_text: row.get(7)?,
            last_at: row.get(8)?,
            unread: row.get(9)?,
            messages: row.get(10)?,
            header: row.get(11)?,
        },
    ))
}

impl Threads {
    /// The thread with this key, made when there is none.
    pub(crate) fn with_key(&mut self, c: &Connection, thread_key: &str) -> Result<i64> {
        if let Some(id) = self.by_key.get(thread_key) {
            return Ok(*id);
        }
        let found = c
            .prepare_cached(THREAD_BY_KEY)?
            .query_row([thread_key], thread_row)
            .optional()?;
        let (id, row) = match found {
            Some(found) => found,
            None => {
                c.prepare_cached(
                    "INSERT INTO thread (thread_key, subject, participants, last_message, last_from, last_outgoing, last_text,
                         last_at, unread, messages, header) VALUES (?1, '', '[]', 0, '', 0, '', 0, 0, 0, 0)",
                )?
                .execute([thread_key])?;
                (c.last_insert_rowid(), ThreadRow::new(thread_key))
            }
        };
        self.by_key.insert(thread_key.to_owned(), id);
        self.rows.insert(id, row);
        Ok(id)
    }

    /// Whether there is a thread with this key.
    pub(crate) fn knows(&self, c: &Connection, thread_key: &str) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM thread WHERE thread_key = ?1)";
        Ok(self.by_key.contains_key(thread_key)
            || c.prepare_cached(sql)?
                .query_row([thread_key], |row| row.get(0))?)
    }

    /// The thread in row `id`, which must exist.
    pub(crate) fn at(&mut self, c: &Connection, id: i64) -> Result<&mut ThreadRow> {
        if !self.rows.contains_key(&id) {
            let (_, row) = c
                .prepare_cached(THREAD_BY_ID)?
                .query_row([id], thread_row)?;
            self.by_key.insert(row.thread_key.clone(), id);
            self.rows.insert(id, row);
        }
        self.rows
            .get_mut(&id)
            .ok_or(PericardError::internal("thread"))
    }

    /// Puts the summaries back and says which threads were touched.
    pub(crate) fn write(self, c: &Connection) -> Result<Vec<i64>> {
        let mut statement = c.prepare_cached(
            "UPDATE thread SET thread_key = ?2, subject = ?3, participants = ?4, last_message = ?5, last_from = ?6,
                 last_outgoing = ?7, last_text = ?8, last_at = ?9, unread = ?10, messages = ?11, header = ?12 WHERE id = ?1",
        )?;
        for (id, row) in &self.rows {
            statement.execute(params![
                id,
                row.thread_key,
                row.subject,
                serde_json::to_string(&row.participants)?,
                row.last_message,
                row.last_from,
                row.last_outgoing,
                row.last_text,
                row.last_at,
                row.unread,
                row.messages,
                row.header,
            ])?;
        }
        Ok(self.rows.into_keys().collect())
    }
}

impl ThreadRow {
    fn new(thread_key: &str) -> Self {
        Self {
            thread_key: thread_key.to_owned(),
            subject: String::new(),
            participants: Vec::new(),
            last_message: 0,
            last_from: String::new(),
            last_outgoing: false,
            last_text: String::new(),
            last_at: 0,
            unread: 0,
            messages: 0,
            header: false,
        }
    }

    pub(crate) fn take_part(&mut self, name: &str) {
        let room = self.participants.len() < MOST_PARTICIPANTS;
        if room && !name.is_empty() && !self.participants.iter().any(|known| known == name) {
            self.participants.push(name.to_owned());
        }
    }

    /// The thread's own record is not the person's, or an error: nothing that it said stays.
    pub(crate) fn behead(&mut self) {
        self.header = false;
        self.subject.clear();
    }

    pub(super) fn add(&mut self, id: i64, row: &NewRow<'_>) {
        self.messages += 1;
        self.unread += i64::from(row.unread);
        self.show(id, row);
    }

    /// A known message has another text now.
    pub(super) fn change(&mut self, id: i64, row: &NewRow<'_>) {
        if self.last_message == id {
            self.show(id, row);
        }
    }

    /// A message is gone; `newest` is what is left.
    pub(super) fn take_away(&mut self, unread: i64, newest: Shown) {
        self.messages -= 1;
        self.unread -= unread;
        self.set_last(newest);
    }

    /// Lets the inbox show this message where it is the newest.
    fn show(&mut self, id: i64, row: &NewRow<'_>) {
        if id >= self.last_message {
            self.set_last(Shown {
                id,
                sender: row.sender.to_owned(),
                outgoing: row.outgoing,
                text: preview(row.text).to_owned(),
                at: row.at,
            });
        }
    }

    fn set_last(&mut self, last: Shown) {
        self.last_message = last.id;
        self.last_from = last.sender;
        self.last_outgoing = last.outgoing;
        self.last_text = last.text.chars().take(PREVIEW).collect();
        self.last_at = last.at;
    }
}

/// What the inbox shows of a thread's newest message.
#[derive(Default)]
pub(crate) struct Shown {
    pub(crate) id: i64,
    pub(crate) sender: String,
    pub(crate) outgoing: bool,
    pub(crate) text: String,
    pub(crate) at: i64,
}

/// The beginning of a text.
fn preview(text: &str) -> &str {
    let end = text.char_indices().nth(PREVIEW);
    end.map_or(text, |(end, _)| &text[..end])
}
