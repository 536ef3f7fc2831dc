//! Whom a message can be written to: the person's care teams, and those in their conversations.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, Row};

use crate::platform::error::{PericardError, Result};

use super::rows::{Party, lines, of_lines, read_parties};

/// Whose newest conversations are looked through.
const CONVERSATIONS: u32 = 200;

/// Somebody to write to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct RecipientRow {
    pub(in super::super) id: i64,
    /// `Type/id`.
    pub(in super::super) key: String,
    pub(in super::super) name: String,
    pub(in super::super) role: String,
}

fn of_row(row: &Row<'_>) -> rusqlite::Result<RecipientRow> {
    Ok(RecipientRow {
        id: row.get(0)?,
        key: row.get(1)?,
        name: row.get(2)?,
        role: row.get(3)?,
    })
}

/// One of those that were listed before.
pub(crate) fn recipient(c: &Connection, id: i64) -> Result<Option<RecipientRow>> {
    let sql = "SELECT id, key, name, role FROM recipient WHERE id = ?1";
    let found = c.prepare_cached(sql)?.query_row([id], of_row);
    Ok(found.optional()?)
}

/// Everybody to write to whose name is known, each once: teams first, then conversations, newest first.
pub(crate) fn recipients(c: &Connection) -> Result<Vec<RecipientRow>> {
    let mut rows = Vec::new();
    let mut seen = BTreeSet::new();
    let mut teams = c.prepare_cached("SELECT members FROM care_team ORDER BY id")?;
    let teams = teams.query_map([], |row| row.get::<_, String>(0))?;
    for members in teams {
        for id in of_lines(&members?).filter_map(|id| id.parse().ok()) {
            rows.extend(recipient(c, id)?.filter(|_| seen.insert(id)));
        }
    }
    for party in in_conversations(c)? {
        let row = met(c, &party)?;
        rows.extend(Some(row).filter(|row| seen.insert(row.id)));
    }
    rows.retain(|row| !row.name.is_empty());
    Ok(rows)
}

fn in_conversations(c: &Connection) -> Result<Vec<Party>> {
    let sql = "SELECT message.parties FROM
                   (SELECT last_message FROM thread WHERE messages > 0 AND archived = 0 ORDER BY last_at DESC LIMIT ?1)
               JOIN message ON message.id = last_message";
    let mut statement = c.prepare_cached(sql)?;
    let parties = statement.query_map([CONVERSATIONS], |row| row.get::<_, String>(0))?;
    let mut all = Vec::new();
    for parties in parties {
        all.extend(read_parties(&parties?));
    }
    Ok(all)
}

/// The row of somebody whom a team names. A name or role that is given replaces the one that is known.
pub(crate) fn noted(c: &Connection, key: &str, name: &str, role: &str) -> Result<i64> {
    let sql = "INSERT INTO recipient (key, name, role) VALUES (?1, ?2, ?3)
               ON CONFLICT (key) DO UPDATE SET
                   name = iif(excluded.name = '', name, excluded.name), role = iif(excluded.role = '', role, excluded.role)
               RETURNING id";
    let noted = c
        .prepare_cached(sql)?
        .query_row((key, name, role), |row| row.get(0));
    Ok(noted?)
}

/// The row of somebody in a conversation. What a team calls them counts before what they were called there.
fn met(c: &Connection, party: &Party) -> Result<RecipientRow> {
    let sql = "SELECT id, key, name, role FROM recipient WHERE key = ?1";
    let known = c.prepare_cached(sql)?.query_row([&party.key], of_row);
    match known.optional()? {
        Some(known) if !known.name.is_empty() || party.name.is_empty() => Ok(known),
        _ => {
            let id = noted(c, &party.key, &party.name, "")?;
            recipient(c, id)?.ok_or(PericardError::internal("recipient"))
        }
    }
}

/// Writes the members of a team, or writes them again where it has a row; the row.
pub(crate) fn save_team(c: &Connection, row: Option<i64>, members: &[i64]) -> Result<i64> {
    let members: Vec<String> = members.iter().map(i64::to_string).collect();
    c.prepare_cached("INSERT OR REPLACE INTO care_team (id, members) VALUES (?1, ?2)")?
        .execute((row, lines(&members)))?;
    Ok(c.last_insert_rowid())
}

/// Takes a team away.
pub(crate) fn remove_team(c: &Connection, row: i64) -> Result<()> {
    c.prepare_cached("DELETE FROM care_team WHERE id = ?1")?
        .execute([row])?;
    Ok(())
}

/// `Type/id` of those who are known by nothing else, a few at a time. Each is asked for once: see the table `party`.
pub(crate) fn unnamed_members(c: &Connection) -> Result<Vec<String>> {
    let sql = "SELECT key FROM recipient WHERE name = ''
               AND NOT EXISTS (SELECT 1 FROM party WHERE party.key = recipient.key) LIMIT 20";
    let mut statement = c.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Says whom a message that was queued is for, instead of those of its conversation.
pub(crate) fn address(c: &Connection, message: i64, keys: &[String]) -> Result<()> {
    c.prepare_cached("UPDATE message SET recipients = ?2 WHERE id = ?1")?
        .execute((message, lines(keys)))?;
    Ok(())
}
