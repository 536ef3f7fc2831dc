//! Drafts: what is being written and not to be sent yet.

use rusqlite::{Connection, OptionalExtension, Row};

use crate::platform::error::Result;

use super::rows::{lines, of_lines};

/// A draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct DraftRow {
    pub(in super::super) id: i64,
    /// The thread that it answers in; the one that this has become part of, if it has.
    pub(in super::super) thread: Option<i64>,
    pub(in super::super) subject: String,
    pub(in super::super) text: String,
    /// Rows of those it is for.
    pub(in super::super) recipients: Vec<i64>,
    /// In milliseconds since 1970.
    pub(in super::super) changed: i64,
}

macro_rules! drafts {
    ($tail:literal) => {
        concat!(
            "SELECT draft.id, coalesce(thread.merged, thread.id), draft.subject, draft.text, draft.recipients, changed
             FROM draft LEFT JOIN thread ON thread.id = draft.thread ",
            $tail
        )
    };
}

fn of_row(row: &Row<'_>) -> rusqlite::Result<DraftRow> {
    let recipients: String = row.get(4)?;
    Ok(DraftRow {
        id: row.get(0)?,
        thread: row.get(1)?,
        subject: row.get(2)?,
        text: row.get(3)?,
        recipients: of_lines(&recipients)
            .filter_map(|id| id.parse().ok())
            .collect(),
        changed: row.get(5)?,
    })
}

/// Every draft, last changed first.
pub(crate) fn drafts(c: &Connection) -> Result<Vec<DraftRow>> {
    let mut statement = c.prepare_cached(drafts!("ORDER BY changed DESC, draft.id DESC"))?;
    let rows = statement.query_map([], of_row)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// One draft.
pub(crate) fn draft(c: &Connection, id: i64) -> Result<Option<DraftRow>> {
    let mut statement = c.prepare_cached(drafts!("WHERE draft.id = ?1"))?;
    Ok(statement.query_row([id], of_row).optional()?)
}

/// The draft of a thread; the last changed where threads with drafts became one.
pub(crate) fn draft_of(c: &Connection, thread: i64) -> Result<Option<DraftRow>> {
    let sql = drafts!(
        "WHERE coalesce(thread.merged, thread.id) = ?1 ORDER BY changed DESC, draft.id DESC LIMIT 1"
    );
    let mut statement = c.prepare_cached(sql)?;
    Ok(statement.query_row([thread], of_row).optional()?)
}

/// Writes a draft, or writes it again where it has a row; the row.
pub(crate) fn save_draft(c: &Connection, draft: &DraftRow) -> Result<i64> {
    let recipients: Vec<String> = draft.recipients.iter().map(i64::to_string).collect();
    let id = Some(draft.id).filter(|id| *id != 0);
    c.prepare_cached(
        "INSERT OR REPLACE INTO draft (id, thread, subject, text, recipients, changed) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute((
        id,
        draft.thread,
        &draft.subject,
        &draft.text,
        lines(&recipients),
        draft.changed,
    ))?;
    Ok(c.last_insert_rowid())
}

/// Throws a draft away; whether there was one.
pub(crate) fn discard_draft(c: &Connection, id: i64) -> Result<bool> {
    let discarded = c
        .prepare_cached("DELETE FROM draft WHERE id = ?1")?
        .execute([id])?;
    Ok(discarded > 0)
}
