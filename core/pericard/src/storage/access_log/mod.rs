//! Who opened what on this device: one account's entries, each chained to the one before.
//!
//! Uses: `access_action`, `cipher`, `device`, `failure`, `rename`
//!
//! The entries have a file of their own under a key of the device's, since they are written while the account is locked, too. It is
//! no database: a transaction costs a fifth of opening a conversation, a slot of a file a fiftieth.
//!
//! An entry's MAC covers the one before, so that none can be changed, left out or moved without the key. That the newest are
//! missing shows nothing here: whoever verifies compares with a [`LogHead`] that is kept elsewhere.
//!
//! The oldest go when there are more than [`MOST`].

mod entry;
mod slots;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError, TryLockError};

use aws_lc_rs::hmac;

use crate::keys::{LogHead, LogKeys};
use crate::platform::error::{PericardError, Result};

use super::access_action::AccessAction;
use super::failure::failed_io;

pub(crate) use entry::{LogEntryRow, NewLogEntry};
use slots::{Slots, Start};

/// Entries that are kept.
const MOST: i64 = 10_000;
/// How many more there may be before the oldest go.
const SLACK: i64 = 1_000;

/// The entries of one account.
pub(crate) struct AccessLog {
    path: PathBuf,
    keys: LogKeys,
    chain: hmac::Key,
    paused: AtomicBool,
    /// Nothing while it is paused, and until it is used again.
    open: Mutex<Option<Open>>,
}

struct Open {
    slots: Slots,
    /// The MAC of the newest entry.
    mac: Vec<u8>,
}

impl AccessLog {
    /// Opens it, or makes it. Blocks.
    pub(crate) fn open(path: &Path, keys: LogKeys) -> Result<Self> {
        let log = Self {
            path: path.to_owned(),
            chain: hmac::Key::new(hmac::HMAC_SHA256, keys.chain.bytes()),
            keys,
            paused: AtomicBool::new(false),
            open: Mutex::new(None),
        };
        log.with(|_| Ok(()))?;
        Ok(log)
    }

    /// Removes a log that cannot be read. Blocks.
    pub(crate) fn remove(path: &Path) -> Result<()> {
        match std::fs::remove_file(path) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(failed_io(&e)),
            _ => Ok(()),
        }
    }

    /// Closes the file; who uses it now closes it when they are done. Memory only.
    pub(crate) fn pause(&self) {
        self.paused.store(true, Ordering::SeqCst);
        match self.open.try_lock() {
            Ok(mut open) => *open = None,
            Err(TryLockError::Poisoned(open)) => *open.into_inner() = None,
            Err(TryLockError::WouldBlock) => {}
        }
    }

    pub(crate) fn resume(&self) {
        self.paused.store(false, Ordering::SeqCst);
    }

    /// Adds an entry. Returns the new head. Blocks.
    pub(crate) fn append(&self, entry: &NewLogEntry) -> Result<LogHead> {
        self.with(|open| {
            let n = open.slots.newest() + 1;
            let row = LogEntryRow::next(&self.chain, n, &open.mac, entry);
            open.slots.push(row.bytes())?;
            open.mac.clone_from(&row.mac);
            let len = open.slots.len();
            if len >= MOST + SLACK && len % SLACK == 0 {
                // Where that fails, it is tried again some entries later.
                let _ = trim(&mut open.slots);
            }
            Ok(LogHead {
                n,
                mac: row.mac,
                broken: false,
            })
        })
    }

    /// Returns when what was appended is on the disk, also if the power fails. Works during a pause, too. Blocks.
    pub(crate) fn sync(&self) -> Result<()> {
        let file = File::options().write(true).open(&self.path);
        file.and_then(|file| file.sync_data())
            .map_err(|e| failed_io(&e))
    }

    /// Whether this entry is here, or has gone with the oldest. Blocks.
    pub(crate) fn knows(&self, head: &LogHead) -> Result<bool> {
        self.with(|open| {
            let found = row(&mut open.slots, head.n)?;
            Ok(head.n <= open.slots.start().n || found.is_some_and(|row| row.has_mac(&head.mac)))
        })
    }

    /// The newest entries below `before`, newest first. Blocks.
    pub(crate) fn page(&self, before: i64, limit: u32) -> Result<Vec<LogEntryRow>> {
        self.with(|open| {
            let newest = open.slots.newest().min(before.saturating_sub(1));
            let mut page = Vec::new();
            for n in (open.slots.start().n + 1..=newest).rev() {
                if page.len() >= limit as usize {
                    break;
                }
                page.extend(row(&mut open.slots, n)?);
            }
            Ok(page)
        })
    }

    /// The records about which there is an entry of this kind. Blocks.
    pub(crate) fn records(&self, action: AccessAction) -> Result<BTreeSet<String>> {
        self.with(|open| {
            let mut records = BTreeSet::new();
            open.slots.each(|n, bytes| {
                let row = bytes.and_then(|bytes| LogEntryRow::read(n, &bytes));
                let row = row.filter(|row| row.action == action.name());
                records.extend(row.and_then(|row| row.record));
                true
            })?;
            Ok(records)
        })
    }

    /// Whether nothing is missing, changed or moved, `head` included: the newest entry that is known from elsewhere. Blocks.
    pub(crate) fn is_whole(&self, head: Option<&LogHead>) -> Result<bool> {
        if head.is_some_and(|head| head.broken) {
            return Ok(false);
        }
        self.with(|open| {
            let Start { n: start, mac } = open.slots.start().clone();
            // What is known from elsewhere may have gone with the oldest.
            let mut vouched = head.is_none_or(|head| head.n <= start);
            let (mut before, mut chained) = (mac, true);
            open.slots.each(|n, bytes| {
                let row = bytes.and_then(|bytes| LogEntryRow::read(n, &bytes));
                let row = row.filter(|row| row.follows(&self.chain, &before));
                chained = row.is_some();
                if let Some(row) = row {
                    vouched |= head.is_some_and(|head| head.n == n && row.has_mac(&head.mac));
                    before = row.mac;
                }
                chained
            })?;
            // Entries without anybody who vouches for one of them may be all made anew.
            Ok(chained && vouched && (head.is_some() || open.slots.newest() == 0))
        })
    }

    fn with<T>(&self, job: impl FnOnce(&mut Open) -> Result<T>) -> Result<T> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if self.paused.load(Ordering::SeqCst) {
            *open = None;
            return Err(PericardError::Closed);
        }
        let file = match &mut *open {
            Some(file) => file,
            none => none.insert(self.opened()?),
        };
        let done = job(file);
        // A pause did not wait for this.
        if self.paused.load(Ordering::SeqCst) {
            *open = None;
        }
        done
    }

    fn opened(&self) -> Result<Open> {
        let mut slots = Slots::open(&self.path, &self.keys.file)?;
        let newest = slots.newest();
        let mac = match row(&mut slots, newest)? {
            Some(row) => row.mac,
            None => slots.start().mac.clone(),
        };
        Ok(Open { slots, mac })
    }
}

fn row(slots: &mut Slots, n: i64) -> Result<Option<LogEntryRow>> {
    let bytes = slots.get(n)?;
    Ok(bytes.and_then(|bytes| LogEntryRow::read(n, &bytes)))
}

/// Lets the oldest go.
fn trim(slots: &mut Slots) -> Result<()> {
    let last = slots.newest() - MOST;
    match row(slots, last)? {
        Some(last) => slots.begin_behind(Start {
            n: last.n,
            mac: last.mac,
        }),
        // Where the chain is broken, the rest cannot begin.
        None => Ok(()),
    }
}
