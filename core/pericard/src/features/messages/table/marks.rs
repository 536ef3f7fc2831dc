//! What the person says of a thread on this device: read, unread, archived.

use rusqlite::{Connection, OptionalExtension};

use crate::platform::error::Result;

use super::lists::has_thread;

/// Marks a thread as read; the thread, when anything changed.
pub(crate) fn mark_read(c: &Connection, thread: i64) -> Result<Option<i64>> {
    let Some(thread) = has_thread(c, thread)? else {
        return Ok(None);
    };
    let messages = "UPDATE message SET unread = 0 WHERE thread = ?1 AND unread = 1";
    c.execute(messages, [thread])?;
    let counts = "UPDATE thread SET unread = 0 WHERE id = ?1 AND unread > 0";
    Ok((c.execute(counts, [thread])? > 0).then_some(thread))
}

/// Marks the newest message of the others in a thread as unread; the thread, when anything changed.
pub(crate) fn mark_unread(c: &Connection, thread: i64) -> Result<Option<i64>> {
    let Some(thread) = has_thread(c, thread)? else {
        return Ok(None);
    };
    let sql = "SELECT id FROM message WHERE thread = ?1 AND shown = 1 AND outgoing = 0
               ORDER BY at DESC, updated DESC, length(remote) DESC, remote DESC, id DESC LIMIT 1";
    let newest: Option<i64> = c.query_row(sql, [thread], |row| row.get(0)).optional()?;
    let Some(newest) = newest else {
        return Ok(None);
    };
    let message = "UPDATE message SET unread = 1 WHERE id = ?1 AND unread = 0";
    if c.execute(message, [newest])? == 0 {
        return Ok(None);
    }
    c.execute(
        "UPDATE thread SET unread = unread + 1 WHERE id = ?1",
        [thread],
    )?;
    Ok(Some(thread))
}

/// Takes a thread out of the inbox, or puts it back; the thread, when anything changed.
pub(crate) fn archive(c: &Connection, thread: i64, archived: bool) -> Result<Option<i64>> {
    let Some(thread) = has_thread(c, thread)? else {
        return Ok(None);
    };
    let sql = "UPDATE thread SET archived = ?2 WHERE id = ?1 AND archived <> ?2";
    Ok((c.execute(sql, (thread, archived))? > 0).then_some(thread))
}

/// Something new has come in the thread of this message: it is in the inbox again.
pub(super) fn revive(c: &Connection, message: i64) -> Result<()> {
    let sql = "UPDATE thread SET archived = 0
               WHERE archived = 1 AND id = (SELECT thread FROM message WHERE id = ?1)";
    c.prepare_cached(sql)?.execute([message])?;
    Ok(())
}

/// `thread` takes `other` in: it is archived if all that is shown of both was.
pub(super) fn merge(c: &Connection, thread: i64, other: i64) -> Result<()> {
    let sql = "UPDATE thread SET archived = coalesce(
                   (SELECT min(archived) FROM thread WHERE id IN (?1, ?2) AND messages > 0), 0)
               WHERE id = ?1";
    c.prepare_cached(sql)?.execute((thread, other))?;
    Ok(())
}

/// `part` was a part of `thread`.
pub(super) fn divide(c: &Connection, thread: i64, part: i64) -> Result<()> {
    let sql =
        "UPDATE thread SET archived = (SELECT archived FROM thread WHERE id = ?1) WHERE id = ?2";
    c.prepare_cached(sql)?.execute((thread, part))?;
    Ok(())
}
