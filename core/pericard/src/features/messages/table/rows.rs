//! A message as a row: what is written of it, and what is read to send it.
//!
//! Uses: `files`

use std::time::SystemTime;

use rusqlite::{Connection, OptionalExtension};

use crate::features::files::{FileRow, read_files};
use crate::platform::error::{PericardError, Result};
use crate::storage::instant;

/// When a message was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Dated {
    /// Where the date begins, in milliseconds since 1970.
    pub(in super::super) at: i64,
    /// How much of it was given, from 0 (a year) to 4 (an instant).
    pub(in super::super) precision: u8,
    /// `meta.lastUpdated`, for the order.
    pub(in super::super) updated: i64,
}

/// Somebody whom one can write to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Party {
    /// `Type/id`.
    pub(in super::super) key: String,
    /// On one line; empty where nobody has said it.
    pub(in super::super) name: String,
}

/// What a record says, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Content {
    /// The portal's id; empty until it has one.
    pub(in super::super) remote: String,
    pub(in super::super) sender: String,
    /// `Type/id` of the sender where nothing names them.
    pub(in super::super) sender_key: String,
    pub(in super::super) outgoing: bool,
    pub(in super::super) dated: Dated,
    pub(in super::super) subject: String,
    pub(in super::super) text: String,
    pub(in super::super) files: Vec<FileRow>,
    /// Names of the others in it, beside the sender.
    pub(in super::super) others: Vec<String>,
    /// The others whom one can write to: the sender first, unless the person wrote it.
    pub(in super::super) parties: Vec<Party>,
    /// What it belongs to or answers: `Type/id`.
    pub(in super::super) ties: Vec<String>,
    /// What it has in common with others where it has no ties; empty where it has, or has no subject.
    pub(in super::super) topic_key: String,
    pub(in super::super) category: String,
    pub(in super::super) urgent: bool,
    /// It says nothing itself.
    pub(in super::super) silent: bool,
    /// It is no message now: being written, never delivered, or taken back. What hangs together by it still does.
    pub(in super::super) hidden: bool,
    /// What it has in common with its copies: a portal may file one for each recipient, under one identifier. Empty where
    /// it has no identifier.
    pub(in super::super) copy_key: String,
}

/// Keys, one per line.
pub(super) fn lines(keys: &[String]) -> String {
    keys.join("\n")
}

/// Parties, one per line: a reference, and a name where there is one.
pub(super) fn write_parties(parties: &[Party]) -> String {
    let line = |party: &Party| match party.name.is_empty() {
        true => party.key.clone(),
        false => format!("{}\t{}", party.key, party.name),
    };
    let written: Vec<String> = parties.iter().map(line).collect();
    lines(&written)
}

/// Reads [`write_parties`].
pub(super) fn read_parties(text: &str) -> impl Iterator<Item = Party> {
    of_lines(text).map(|line| {
        let (key, name) = line.split_once('\t').unwrap_or((line, ""));
        Party {
            key: key.to_owned(),
            name: name.to_owned(),
        }
    })
}

/// Reads [`lines`].
pub(super) fn of_lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.is_empty())
}

/// A queued message with what its resource needs.
pub(in super::super) struct Outgoing {
    pub(in super::super) subject: String,
    pub(in super::super) text: String,
    pub(in super::super) at: SystemTime,
    /// The portal's id of the head of its thread, if that is known and the person's.
    pub(in super::super) head: Option<String>,
    /// The portal's id of the newest message in the thread that has one, the others' before one's own.
    pub(in super::super) newest: Option<String>,
    /// It hangs on a message that is not sent.
    pub(in super::super) waits: bool,
    /// `Type/id` of whom the conversation is with.
    pub(in super::super) recipients: Vec<String>,
    /// What comes with it.
    pub(in super::super) files: Vec<FileRow>,
}

/// Reads a queued message. `NotFound` when the person has taken it back.
pub(in super::super) fn outgoing(c: &Connection, row: i64) -> Result<Outgoing> {
    let sql =
        "SELECT thread, subject, text, at, ties, recipients, files FROM message WHERE id = ?1";
    type Row = (i64, String, String, i64, String, String, String);
    let found = c.query_row(sql, [row], |r| {
        Ok((
            r.get(0)?,
            r.get(1)?,
            r.get(2)?,
            r.get(3)?,
            r.get(4)?,
            r.get(5)?,
            r.get(6)?,
        ))
    });
    let (thread, subject, text, at, ties, chosen, files): Row =
        found.optional()?.ok_or(PericardError::NotFound)?;
    let head = c
        .prepare_cached(
            "SELECT remote FROM message WHERE thread = ?1 AND shown = 0 AND silent = 1 AND remote <> ''
             ORDER BY at, updated, length(remote), remote LIMIT 1",
        )?
        .query_row([thread], |r| r.get(0))
        .optional()?;
    let newest: Option<(String, String)> = c
        .prepare_cached(
            "SELECT remote, parties FROM message WHERE thread = ?1 AND shown = 1 AND remote <> '' AND id <> ?2
             ORDER BY outgoing, at DESC, updated DESC, length(remote) DESC, remote DESC LIMIT 1",
        )?
        .query_row((thread, row), |r| Ok((r.get(0)?, r.get(1)?)))
        .optional()?;
    let mut waits = false;
    for key in of_lines(&ties) {
        if let Some(local) = key.strip_prefix("local/") {
            let sql = "SELECT EXISTS (SELECT 1 FROM message WHERE id = ?1 AND remote = '')";
            waits |= c
                .prepare_cached(sql)?
                .query_row([local.parse::<i64>().unwrap_or(0)], |r| r.get::<_, bool>(0))?;
        }
    }
    let recipients = match (chosen.is_empty(), &newest) {
        (false, _) => of_lines(&chosen).map(str::to_owned).collect(),
        (true, Some((_, parties))) => read_parties(parties).map(|party| party.key).collect(),
        (true, None) => Vec::new(),
    };
    Ok(Outgoing {
        subject,
        text,
        at: instant(at),
        head,
        newest: newest.map(|(remote, _)| remote),
        waits,
        recipients,
        files: read_files(&files),
    })
}
