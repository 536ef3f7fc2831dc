//! Who opened what on this device: one account's entries, each chained to the one before.
//!
//! Uses: `access_action`, `database`, `device`, `failure`
//!
//! The entries have a database of their own under a key of the device's, since they are written while the account is locked, too.
//! An entry's MAC covers the one before, so that none can be changed, left out or moved without the key. That the newest are
//! missing shows nothing here: whoever verifies compares with a [`LogHead`] that is kept elsewhere.
//!
//! The oldest go when there are more than [`MOST`]; a row says where the chain begins then.

use std::path::Path;
use std::time::SystemTime;

use aws_lc_rs::hmac;
use rusqlite::{Connection, OptionalExtension, Transaction};

use crate::keys::{LogHead, LogKeys};
use crate::platform::error::Result;

use super::access_action::AccessAction;
use super::database::{Database, Durability, Schema};
use super::device::{instant, millis};
use super::failure::failed_io;

/// Entries that are kept.
const MOST: i64 = 10_000;
/// How many more there may be before the oldest go.
const SLACK: i64 = 256;

static SCHEMA: Schema = Schema {
    part: "access_log",
    steps: &["
CREATE TABLE entry (
    n INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    action TEXT NOT NULL,
    person TEXT,
    record TEXT,
    mac BLOB NOT NULL
) STRICT;
-- The newest of the entries that went, and the MAC of both under another purpose.
CREATE TABLE start (
    only INTEGER PRIMARY KEY CHECK (only = 0),
    n INTEGER NOT NULL,
    mac BLOB NOT NULL,
    proof BLOB NOT NULL
) STRICT;
"],
};

/// What is to be noted. Nothing of it is content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewLogEntry {
    pub(crate) at: SystemTime,
    pub(crate) action: AccessAction,
    pub(crate) person: Option<String>,
    /// An opaque id.
    pub(crate) record: Option<String>,
}

/// An entry as it was noted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogEntryRow {
    pub(crate) n: i64,
    pub(crate) at: SystemTime,
    pub(crate) action: String,
    pub(crate) person: Option<String>,
    pub(crate) record: Option<String>,
    mac: Vec<u8>,
}

/// The entries of one account.
pub(crate) struct AccessLog {
    database: Database,
    chain: hmac::Key,
    start: hmac::Key,
}

impl AccessLog {
    /// Opens it, or makes it. Blocks.
    pub(crate) fn open(path: &Path, keys: LogKeys) -> Result<Self> {
        Ok(Self {
            chain: hmac::Key::new(hmac::HMAC_SHA256, keys.chain.bytes()),
            start: hmac::Key::new(hmac::HMAC_SHA256, keys.start.bytes()),
            database: Database::open(path, keys.database, Durability::Process, vec![&SCHEMA])?,
        })
    }

    /// Removes a log that cannot be read. Blocks.
    pub(crate) fn remove(path: &Path) -> Result<()> {
        for suffix in ["", "-wal", "-shm"] {
            let mut file = path.as_os_str().to_owned();
            file.push(suffix);
            match std::fs::remove_file(file) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(failed_io(&e)),
                _ => {}
            }
        }
        Ok(())
    }

    pub(crate) fn pause(&self) {
        self.database.pause();
    }

    pub(crate) fn resume(&self) {
        self.database.resume();
    }

    /// Adds an entry. Returns the new head. Blocks.
    pub(crate) fn append(&self, entry: &NewLogEntry) -> Result<LogHead> {
        self.database.write(|tx| {
            let before = newest(tx)?;
            let mut row = LogEntryRow {
                n: before.as_ref().map_or(1, |head| head.n + 1),
                at: entry.at,
                action: entry.action.name().to_owned(),
                person: entry.person.clone(),
                record: entry.record.clone(),
                mac: Vec::new(),
            };
            let before = before.map(|head| head.mac).unwrap_or_default();
            row.mac = self.mac(&before, &row);
            tx.prepare_cached(
                "INSERT INTO entry (n, at, action, person, record, mac) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute((row.n, millis(row.at), &row.action, &row.person, &row.record, &row.mac))?;
            if row.n % SLACK == 0 {
                self.trim(tx, row.n)?;
            }
            Ok(LogHead {
                n: row.n,
                mac: row.mac,
                broken: false,
            })
        })
    }

    /// Whether this entry is here, or has gone with the oldest. Blocks.
    pub(crate) fn knows(&self, head: &LogHead) -> Result<bool> {
        self.database.read(|c| {
            let sql = "SELECT mac FROM entry WHERE n = ?1";
            let mac: Option<Vec<u8>> = c.query_row(sql, [head.n], |row| row.get(0)).optional()?;
            Ok(match mac {
                Some(mac) => mac == head.mac,
                None => self.start(c)?.is_some_and(|start| head.n <= start.n),
            })
        })
    }

    /// Lets the oldest go.
    fn trim(&self, tx: &Transaction<'_>, newest: i64) -> Result<()> {
        let last = newest - MOST;
        let gone = tx.query_row("SELECT mac FROM entry WHERE n = ?1", [last], |row| {
            row.get(0)
        });
        let Some(mac): Option<Vec<u8>> = gone.optional()? else {
            return Ok(());
        };
        tx.execute(
            "INSERT OR REPLACE INTO start (only, n, mac, proof) VALUES (0, ?1, ?2, ?3)",
            (last, &mac, self.proof(last, &mac)),
        )?;
        tx.execute("DELETE FROM entry WHERE n <= ?1", [last])?;
        Ok(())
    }

    /// The newest entries below `before`, newest first. Blocks.
    pub(crate) fn page(&self, before: i64, limit: u32) -> Result<Vec<LogEntryRow>> {
        self.database.read(|c| {
            let mut statement = c.prepare_cached(
                "SELECT n, at, action, person, record, mac FROM entry WHERE n < ?1 ORDER BY n DESC LIMIT ?2",
            )?;
            let rows = statement.query_map((before, limit), row)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Whether there is an entry of this kind about this record. Blocks.
    pub(crate) fn has(&self, action: AccessAction, record: &str) -> Result<bool> {
        self.database.read(|c| {
            let sql = "SELECT EXISTS (SELECT 1 FROM entry WHERE action = ?1 AND record = ?2)";
            Ok(c.query_row(sql, (action.name(), record), |row| row.get(0))?)
        })
    }

    /// Whether nothing is missing, changed or moved, `head` included: the newest entry that is known from elsewhere. Blocks.
    pub(crate) fn is_whole(&self, head: Option<&LogHead>) -> Result<bool> {
        if head.is_some_and(|head| head.broken) {
            return Ok(false);
        }
        self.database.read(|c| {
            let Some(start) = self.start(c)? else {
                return Ok(false);
            };
            let (mut n, mut mac) = (start.n, start.mac);
            // What is known from elsewhere may have gone with the oldest.
            let mut vouched = head.is_none_or(|head| head.n <= n);
            let mut statement =
                c.prepare("SELECT n, at, action, person, record, mac FROM entry ORDER BY n")?;
            let mut rows = statement.query([])?;
            while let Some(next) = rows.next()? {
                let next = row(next)?;
                if next.n != n + 1 || !self.is_mac(&mac, &next) {
                    return Ok(false);
                }
                (n, mac) = (next.n, next.mac);
                vouched |= head.is_some_and(|head| head.n == n && head.mac == mac);
            }
            // Entries without anybody who vouches for one of them may be all made anew.
            Ok(vouched && (head.is_some() || n == 0))
        })
    }

    /// Where the chain begins; nothing if that was changed.
    fn start(&self, c: &Connection) -> Result<Option<LogHead>> {
        let sql = "SELECT n, mac, proof FROM start";
        let found = c.query_row(sql, [], |row| {
            let head = LogHead {
                n: row.get(0)?,
                mac: row.get(1)?,
                broken: false,
            };
            Ok((head, row.get::<_, Vec<u8>>(2)?))
        });
        Ok(match found.optional()? {
            None => Some(LogHead {
                n: 0,
                mac: Vec::new(),
                broken: false,
            }),
            Some((head, proof)) => {
                let covered = start_input(head.n, &head.mac);
                let proved = hmac::verify(&self.start, &covered, &proof).is_ok();
                proved.then_some(head)
            }
        })
    }

    fn proof(&self, n: i64, mac: &[u8]) -> Vec<u8> {
        hmac::sign(&self.start, &start_input(n, mac))
            .as_ref()
            .to_vec()
    }

    fn mac(&self, before: &[u8], row: &LogEntryRow) -> Vec<u8> {
        hmac::sign(&self.chain, &input(before, row))
            .as_ref()
            .to_vec()
    }

    fn is_mac(&self, before: &[u8], row: &LogEntryRow) -> bool {
        hmac::verify(&self.chain, &input(before, row), &row.mac).is_ok()
    }
}

fn newest(c: &Connection) -> Result<Option<LogHead>> {
    let sql = "SELECT n, mac FROM entry ORDER BY n DESC LIMIT 1";
    let found = c.prepare_cached(sql)?.query_row([], |row| {
        Ok(LogHead {
            n: row.get(0)?,
            mac: row.get(1)?,
            broken: false,
        })
    });
    Ok(found.optional()?)
}

fn row(row: &rusqlite::Row<'_>) -> rusqlite::Result<LogEntryRow> {
    Ok(LogEntryRow {
        n: row.get(0)?,
        at: instant(row.get(1)?),
        action: row.get(2)?,
        person: row.get(3)?,
        record: row.get(4)?,
        mac: row.get(5)?,
    })
}

fn start_input(n: i64, mac: &[u8]) -> Vec<u8> {
    [&n.to_be_bytes()[..], mac].concat()
}

/// What the MAC of an entry covers: every part with its length, so that none can be taken for the next.
fn input(before: &[u8], row: &LogEntryRow) -> Vec<u8> {
    let mut input = Vec::with_capacity(160);
    let mut part = |octets: Option<&[u8]>| {
        // What is missing differs from what is empty.
        let length = octets.map_or(u32::MAX, |octets| octets.len() as u32);
        input.extend(length.to_be_bytes());
        input.extend(octets.unwrap_or_default());
    };
    part(Some(before));
    part(Some(&row.n.to_be_bytes()));
    part(Some(&millis(row.at).to_be_bytes()));
    part(Some(row.action.as_bytes()));
    part(row.person.as_ref().map(String::as_bytes));
    part(row.record.as_ref().map(String::as_bytes));
    input
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::time::Duration;

    use super::*;
    use crate::platform::secret::Key;

    fn keys() -> LogKeys {
        LogKeys {
            database: Key::new([1; 32]),
            chain: Key::new([2; 32]),
            start: Key::new([3; 32]),
        }
    }

    fn log() -> (tempfile::TempDir, AccessLog) {
        let folder = tempfile::tempdir().unwrap();
        let log = AccessLog::open(&folder.path().join("log.db"), keys()).unwrap();
        (folder, log)
    }

    fn entry(n: u64) -> NewLogEntry {
        NewLogEntry {
            at: SystemTime::UNIX_EPOCH + Duration::from_secs(n),
            action: AccessAction::ConversationOpened,
            person: Some("ana".into()),
            record: Some(format!("thread {n}")),
        }
    }

    fn filled(entries: u64) -> (tempfile::TempDir, AccessLog, LogHead) {
        let (folder, log) = log();
        let mut head = None;
        for n in 0..entries {
            head = Some(log.append(&entry(n)).unwrap());
        }
        (folder, log, head.unwrap())
    }

    fn change(log: &AccessLog, sql: &str) {
        let changed = log.database.write(|tx| Ok(tx.execute_batch(sql)?));
        changed.unwrap();
    }

    #[test]
    fn what_was_noted_is_read_newest_first() {
        let (_folder, log, head) = filled(5);
        assert_eq!(head.n, 5);
        let page = log.page(i64::MAX, 2).unwrap();
        assert_eq!(page.iter().map(|row| row.n).collect::<Vec<_>>(), [5, 4]);
        assert_eq!(page[0].record.as_deref(), Some("thread 4"));
        assert_eq!(page[0].at, entry(4).at);
        let rest = log.page(4, 100).unwrap();
        assert_eq!(rest.iter().map(|row| row.n).collect::<Vec<_>>(), [3, 2, 1]);
        assert_eq!(
            log.has(AccessAction::ConversationOpened, "thread 3"),
            Ok(true)
        );
        assert_eq!(log.has(AccessAction::Incident, "thread 3"), Ok(false));
    }

    #[test]
    fn whatever_is_done_to_the_entries_shows() {
        for sql in [
            "DELETE FROM entry WHERE n = 3",
            "DELETE FROM entry WHERE n = 1",
            "DELETE FROM entry WHERE n = 6",
            "DELETE FROM entry",
            "UPDATE entry SET at = at + 1 WHERE n = 3",
            "UPDATE entry SET action = 'unlocked' WHERE n = 3",
            "UPDATE entry SET person = NULL WHERE n = 3",
            "UPDATE entry SET record = 'thread 9' WHERE n = 6",
            "UPDATE entry SET n = 9 WHERE n = 3; UPDATE entry SET n = 3 WHERE n = 4; UPDATE entry SET n = 4 WHERE n = 9",
            "DELETE FROM entry WHERE n = 3; UPDATE entry SET n = n - 1 WHERE n > 3",
            "DELETE FROM entry WHERE n <= 2;
             INSERT INTO start SELECT 0, 2, x'00', x'00'",
            "INSERT INTO entry SELECT n + 1, at, action, person, record, mac FROM entry WHERE n = 6",
        ] {
            let (_folder, log, head) = filled(6);
            assert_eq!(log.is_whole(Some(&head)), Ok(true));
            change(&log, sql);
            assert_eq!(log.is_whole(Some(&head)), Ok(false), "{sql}");
        }
    }

    #[test]
    fn what_is_vouched_for_may_be_behind_and_not_ahead() {
        let (_folder, log, head) = filled(3);
        log.append(&entry(3)).unwrap();
        assert_eq!(log.is_whole(Some(&head)), Ok(true));
        let ahead = LogHead {
            n: 5,
            ..head.clone()
        };
        assert_eq!(log.is_whole(Some(&ahead)), Ok(false));
        // Nobody vouches for entries that are there.
        assert_eq!(log.is_whole(None), Ok(false));
        let (_folder, empty) = self::log();
        assert_eq!(empty.is_whole(None), Ok(true));
        assert_eq!(empty.is_whole(Some(&head)), Ok(false));
        let broken = LogHead {
            broken: true,
            ..head.clone()
        };
        assert_eq!(log.is_whole(Some(&broken)), Ok(false));
        assert_eq!((log.knows(&head), log.knows(&ahead)), (Ok(true), Ok(false)));
        // Another key's entries are none of this chain.
        let (_folder, other) = {
            let folder = tempfile::tempdir().unwrap();
            let keys = LogKeys {
                chain: Key::new([9; 32]),
                ..keys()
            };
            let log = AccessLog::open(&folder.path().join("log.db"), keys).unwrap();
            (folder, log)
        };
        for n in 0..3 {
            other.append(&entry(n)).unwrap();
        }
        assert_eq!(other.is_whole(Some(&head)), Ok(false));
    }

    #[test]
    fn the_oldest_go_and_the_rest_is_whole() {
        let (_folder, log) = log();
        let mut head = None;
        let entries = (MOST / SLACK + 1) * SLACK;
        for n in 0..entries as u64 {
            head = Some(log.append(&entry(n)).unwrap());
        }
        let head = head.unwrap();
        let count = |sql: &str| {
            log.database
                .read(|c| Ok(c.query_row(sql, [], |row| row.get::<_, i64>(0))?))
        };
        assert_eq!(count("SELECT count(*) FROM entry"), Ok(MOST));
        assert_eq!(count("SELECT n FROM start"), Ok(entries - MOST));
        assert_eq!(log.is_whole(Some(&head)), Ok(true));
        change(&log, "UPDATE start SET n = n - 1");
        assert_eq!(log.is_whole(Some(&head)), Ok(false));
    }
}
