//! One SQLCipher file with a writing and a reading connection.
//!
//! Uses: `allocator`, `at_exit`
//!
//! `encryption` verifies the linked library before the key is set; `migration` brings the tables to their newest
//! version.
//!
//! The writer and the reader are two connections in WAL mode, so that a screen never waits for a sync.

mod encryption;
mod migration;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

use rusqlite::{Connection, InterruptHandle, OpenFlags, Transaction, TransactionBehavior};

use crate::platform::error::{PericardError, Result, StorageKind};
use crate::platform::secret::Key;

pub(crate) use migration::Schema;
use migration::migrate;

use super::at_exit;

/// An encrypted database.
pub(crate) struct Database {
    path: PathBuf,
    key: Key,
    durability: Durability,
    schemas: Vec<&'static Schema>,
    writer: Side,
    reader: Side,
    paused: AtomicBool,
}

/// Time between two attempts of a pause to interrupt a statement.
const INTERRUPT_EVERY: Duration = Duration::from_millis(2);

/// What a commit survives.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// A loss of power: for tokens, intents and what a person has typed.
    Power,
    /// The death of the process. A loss of power may undo the last commits but never damages the file.
    Process,
}

/// One of the two connections.
struct Side {
    /// Locked while a statement runs.
    slot: Mutex<Slot>,
    /// Interrupts the running statement for a pause. Never locked while a statement runs.
    interrupt: Mutex<Option<InterruptHandle>>,
}

enum Slot {
    Open(Connection),
    Closed,
    /// Closed until `resume`, because iOS kills a suspended process that holds a file lock.
    Paused,
}

impl Database {
    /// Opens `path`, creating it if it is missing, and migrates it to the newest version.
    pub(crate) fn open(
        path: &Path,
        key: Key,
        durability: Durability,
        schemas: Vec<&'static Schema>,
    ) -> Result<Self> {
        let database = Self {
            path: path.to_owned(),
            key,
            durability,
            schemas,
            writer: Side::closed(),
            reader: Side::closed(),
            paused: AtomicBool::new(false),
        };
        let _inside = at_exit::enter();
        let mut writer = database.connect()?;
        migrate(&mut writer, &database.schemas)?;
        database.writer.open(writer);
        Ok(database)
    }

    /// Runs `work` on the reading connection, which sees only committed transactions.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.with(&self.reader, |connection| work(connection))
    }

    /// Runs `work` in a transaction and commits it if `work` succeeds.
    pub(crate) fn write<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        self.with(&self.writer, |connection| in_transaction(connection, work))
    }

    /// Same as `write`, and the commit survives a loss of power.
    pub(crate) fn write_durably<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T>,
    ) -> Result<T> {
        self.with(&self.writer, |connection| {
            if self.durability == Durability::Power {
                return in_transaction(connection, work);
            }
            connection.pragma_update(None, "synchronous", "FULL")?;
            let done = in_transaction(connection, work);
            connection.pragma_update(None, "synchronous", "NORMAL")?;
            done
        })
    }

    /// Same as `write`, and what it replaces is not left in the log. In the file SQLCipher writes over it by itself.
    pub(crate) fn write_over<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T>,
    ) -> Result<T> {
        self.with(&self.writer, |connection| {
            let done = in_transaction(connection, work)?;
            // It fails nothing that is committed. A log that somebody reads just now goes when the file is closed.
            let _ = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
            Ok(done)
        })
    }

    /// Whether every page is as it was written, as far as that can be found out now. It reads the whole file.
    pub(crate) fn is_sound(&self) -> bool {
        let checked = self.read(|c| {
            let mut pages = c.prepare("PRAGMA cipher_integrity_check")?;
            let broken = pages.query([])?.next()?.is_some();
            let structure: String = c.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
            Ok(!broken && structure == "ok")
        });
        match checked {
            Ok(sound) => sound,
            Err(PericardError::Storage { kind }) => {
                !matches!(kind, StorageKind::Damaged | StorageKind::WrongKey)
            }
            Err(_) => true,
        }
    }

    /// Closes both connections until `resume` and returns when no file is open. A running statement is interrupted, and
    /// its transaction fails with `Closed`. With `Durability::Power` the pause waits for the transaction instead, since
    /// such transactions are short.
    pub(crate) fn pause(&self) {
        self.paused.store(true, SeqCst);
        for side in [&self.writer, &self.reader] {
            let _inside = at_exit::enter();
            let mut slot = self.taken(side);
            if let Slot::Open(connection) = &*slot {
                // An interrupted connection would leave its log file behind; a statement ends the interruption.
                let _ = connection.execute_batch("SELECT 1");
            }
            *slot = Slot::Paused;
            *side.interrupt() = None;
        }
    }

    /// Locks the slot, interrupting the statement that holds it.
    fn taken<'a>(&self, side: &'a Side) -> MutexGuard<'a, Slot> {
        if self.durability == Durability::Power {
            return lock(&side.slot);
        }
        loop {
            match side.slot.try_lock() {
                Ok(slot) => return slot,
                Err(TryLockError::Poisoned(error)) => return error.into_inner(),
                Err(TryLockError::WouldBlock) => {}
            }
            // Repeated, because the transaction may have begun its next statement.
            if let Some(handle) = &*side.interrupt() {
                handle.interrupt();
            }
            std::thread::park_timeout(INTERRUPT_EVERY);
        }
    }

    /// Allows the next use to open the file again.
    pub(crate) fn resume(&self) {
        self.paused.store(false, SeqCst);
        for side in [&self.writer, &self.reader] {
            let mut slot = lock(&side.slot);
            if matches!(*slot, Slot::Paused) {
                *slot = Slot::Closed;
            }
        }
    }

    fn with<T>(&self, side: &Side, work: impl FnOnce(&mut Connection) -> Result<T>) -> Result<T> {
        if self.paused.load(SeqCst) {
            // Checked before the lock, so that no new statement delays a pause.
            return Err(PericardError::Closed);
        }
        // Before the slot: who stays here at the end of the process must hold nothing.
        let _inside = at_exit::enter();
        let mut slot = lock(&side.slot);
        if matches!(*slot, Slot::Closed) {
            let connection = self.connect()?;
            *side.interrupt() = Some(connection.get_interrupt_handle());
            *slot = Slot::Open(connection);
        }
        match &mut *slot {
            Slot::Open(connection) => work(connection),
            Slot::Closed | Slot::Paused => Err(PericardError::Closed),
        }
    }

    /// Connects to a damaged file, to read what can be read.
    pub(super) fn wreck(path: &Path, key: &Key) -> Result<Connection> {
        keyed(path, key)
    }

    fn connect(&self) -> Result<Connection> {
        let connection = keyed(&self.path, &self.key)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        let synchronous = if self.durability == Durability::Power {
            "FULL"
        } else {
            "NORMAL"
        };
        connection.pragma_update(None, "synchronous", synchronous)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(connection)
    }
}

/// Closes both connections.
impl Drop for Database {
    fn drop(&mut self) {
        let _inside = at_exit::enter();
        for side in [&self.writer, &self.reader] {
            *lock(&side.slot) = Slot::Closed;
        }
    }
}

/// Opens a file and sets its key.
fn keyed(path: &Path, key: &Key) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    super::allocator::install();
    encryption::prove()?;
    at_exit::register();
    let connection = Connection::open_with_flags(path, flags)?;
    let hex = data_encoding::HEXLOWER.encode(key.bytes());
    let hex = zeroize::Zeroizing::new(format!(
        "PRAGMA key = \"x'{}'\"",
        &*zeroize::Zeroizing::new(hex)
    ));
    // Failures are returned as errors; SQLCipher would also log them to the app's log.
    encryption::ask(&connection, "PRAGMA cipher_log_level = NONE")?;
    connection.execute_batch(&hex)?;
    connection.execute_batch(concat!(
        // SHA-256 for each page costs 1.23 times an unencrypted database, SHA-512 costs 1.38 times.
        "PRAGMA cipher_hmac_algorithm = HMAC_SHA256;",
        "PRAGMA cipher_page_size = 4096;",
        "PRAGMA foreign_keys = ON;",
        "PRAGMA trusted_schema = OFF;",
        "PRAGMA cache_size = -8000;",
    ))?;
    // The first read fails if the key is wrong, before anything is written.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(connection)
}

impl Side {
    fn closed() -> Self {
        Self {
            slot: Mutex::new(Slot::Closed),
            interrupt: Mutex::new(None),
        }
    }

    fn open(&self, connection: Connection) {
        *self.interrupt() = Some(connection.get_interrupt_handle());
        *lock(&self.slot) = Slot::Open(connection);
    }

    fn interrupt(&self) -> MutexGuard<'_, Option<InterruptHandle>> {
        self.interrupt
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn in_transaction<T>(
    connection: &mut Connection,
    work: impl FnOnce(&Transaction<'_>) -> Result<T>,
) -> Result<T> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let done = work(&transaction)?;
    transaction.commit()?;
    Ok(done)
}

fn lock(slot: &Mutex<Slot>) -> MutexGuard<'_, Slot> {
    // A panic dropped the transaction, which rolled back, so the connection is still usable.
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
