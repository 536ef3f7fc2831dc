//! Recognises a message that was written here among what is fetched, at portals that keep no identifier of it.
//!
//! Such a record is the queued message if the person sent it, it says the same in the same conversation, bears the time
//! at which that was written or tried, and no other queued message could be it. Otherwise both are shown: a message that
//! is shown twice is a nuisance, one that is taken for another is lost.

use rusqlite::Connection;

use crate::platform::error::Result;

use super::rows::{Content, of_lines};
use super::ties;

/// A portal that keeps what it is told shortens it to seconds at most.
const SAME_MS: i64 = 1000;
/// One that puts its own time may be so much ahead or behind, and slow.
const BEFORE_MS: i64 = 2 * 60 * 1000;
const AFTER_MS: i64 = 10 * 60 * 1000;

/// A queued message that may be at the portal.
struct Doubtful {
    row: i64,
    thread: i64,
    text: String,
    subject: String,
    at: i64,
    answers: bool,
    tried: Option<i64>,
}

/// The queued message that this record is, if it is clear which one.
pub(in super::super) fn queued_as(c: &Connection, content: &Content) -> Result<Option<i64>> {
    if !content.outgoing || content.hidden || content.text.is_empty() {
        return Ok(None);
    }
    let sql = "SELECT message.id, message.thread, message.text, message.subject, message.at, message.ties <> '',
                   outbox.tried
               FROM outbox JOIN message ON message.id = outbox.item
               WHERE +outbox.feature = 'messages' AND outbox.state IN ('sending', 'doubtful', 'unknown')";
    let mut statement = c.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| {
        Ok(Doubtful {
            row: row.get(0)?,
            thread: row.get(1)?,
            text: row.get(2)?,
            subject: row.get(3)?,
            at: row.get(4)?,
            answers: row.get(5)?,
            tried: row.get(6)?,
        })
    })?;
    let (mut exact, mut near) = (Vec::new(), Vec::new());
    for queued in rows {
        let queued = queued?;
        let same =
            same_text(&queued.text, &content.text) && same_conversation(c, &queued, content)?;
        let apart = content.dated.at - queued.at;
        let tried = queued.tried.map(|tried| content.dated.at - tried);
        if same && apart.abs() <= SAME_MS {
            exact.push(queued.row);
        } else if same && tried.is_some_and(|late| (-BEFORE_MS..=AFTER_MS).contains(&late)) {
            near.push(queued.row);
        }
    }
    Ok(match (exact.as_slice(), near.as_slice()) {
        ([one], _) | ([], [one]) => Some(*one),
        _ => None,
    })
}

/// Whether a text is what was written, whatever a portal made of its blanks and line ends.
pub(in super::super) fn same_text(written: &str, text: &str) -> bool {
    written.split_whitespace().eq(text.split_whitespace())
}

fn same_conversation(c: &Connection, queued: &Doubtful, content: &Content) -> Result<bool> {
    if !queued.answers {
        // It opened a conversation, for which the portal may have made a head.
        return Ok(content.subject.is_empty() || content.subject == queued.subject);
    }
    let sql = "SELECT EXISTS (SELECT 1 FROM tie JOIN message ON message.id = tie.message
                              WHERE tie.key = ?1 AND message.thread = ?2)
               OR EXISTS (SELECT 1 FROM message WHERE thread = ?2 AND remote = ?3 AND ?3 <> '')";
    let mut statement = c.prepare_cached(sql)?;
    for key in of_lines(&content.ties.join("\n")) {
        let id = ties::record_id(key).unwrap_or_default();
        if statement.query_row((key, queued.thread, id), |row| row.get(0))? {
            return Ok(true);
        }
    }
    Ok(false)
}
