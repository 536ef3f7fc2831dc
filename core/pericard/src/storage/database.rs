//! One SQLCipher file: proved, keyed, migrated, with a writer and a reader.
//!
//! Uses: `allocator`
//!
//! Before the key is set, `PRAGMA cipher_version` must answer and the library must have been compiled with
//! `TEMP_STORE=3`: in a static iOS library another `sqlite3` can win the symbols and would store plain text
//! without a word; and with temporary files, canary words were found on disk by the thousand. (The
//! `temp_store` pragma reports only a setting, so the compile options are asked.)
//!
//! The writer and the reader are two connections in WAL mode, so that a screen never waits for a sync.

mod encryption;
mod migration;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

use rusqlite::{Connection, InterruptHandle, OpenFlags, Transaction, TransactionBehavior};

use crate::platform::error::{PericardError, Result};
use crate::platform::secret::Key;

pub(crate) use migration::Schema;
use migration::migrate;

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

/// How long a pause waits between two attempts to interrupt a statement.
const INTERRUPT_EVERY: Duration = Duration::from_millis(2);

/// What a commit promises.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// Survives the loss of power: tokens, intents, what a person has typed.
    Power,
    /// Survives the death of the process; the loss of power may undo the last commits, never damage.
    Process,
}

/// One of the two connections.
struct Side {
    /// Held while a statement runs.
    slot: Mutex<Slot>,
    /// Never held for longer than it takes to copy: what a pause interrupts the statement with.
    interrupt: Mutex<Option<InterruptHandle>>,
}

enum Slot {
    Open(Connection),
    Closed,
    /// Closed until `resume`: iOS kills a suspended process that holds a file lock.
    Paused,
}

impl Database {
    /// Opens `path`, making it when it is missing, and brings it to the newest version.
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
        let mut writer = database.connect()?;
        migrate(&mut writer, &database.schemas)?;
        database.writer.open(writer);
        Ok(database)
    }

    /// Runs `work` on the reading connection: what was committed, never half of it.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.with(&self.reader, |connection| work(connection))
    }

    /// Runs `work` in a transaction that is committed when it succeeds.
    pub(crate) fn write<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        self.with(&self.writer, |connection| in_transaction(connection, work))
    }

    /// The same, durable even if the power fails next.
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

    /// Closes both connections until `resume`; returns when no file is open. A long statement is interrupted and fails
    /// with `Closed`, its transaction with it; where a commit has to survive the loss of power, it is waited for, since
    /// such transactions are short.
    pub(crate) fn pause(&self) {
        self.paused.store(true, SeqCst);
        for side in [&self.writer, &self.reader] {
            let mut slot = self.taken(side);
            if let Slot::Open(connection) = &*slot {
                // A connection stays interrupted until its next statement, and would leave its log behind.
                let _ = connection.execute_batch("SELECT 1");
            }
            *slot = Slot::Paused;
            *side.interrupt() = None;
        }
    }

    /// The slot, as soon as the statement that has it is interrupted.
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
            // Again and again: a transaction may have begun its next statement since.
            if let Some(handle) = &*side.interrupt() {
                handle.interrupt();
            }
            std::thread::park_timeout(INTERRUPT_EVERY);
        }
    }

    /// Lets the next use open the file again.
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
            // Whoever queues up behind a pause must not be next.
            return Err(PericardError::Closed);
        }
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

    fn connect(&self) -> Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        super::allocator::install();
        encryption::prove()?;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        let hex = data_encoding::HEXLOWER.encode(self.key.bytes());
        let hex = zeroize::Zeroizing::new(format!(
            "PRAGMA key = \"x'{}'\"",
            &*zeroize::Zeroizing::new(hex)
        ));
        // What fails is told by an error; SQLCipher's own log would go to the app's.
        encryption::ask(&connection, "PRAGMA cipher_log_level = NONE")?;
        connection.execute_batch(&hex)?;
        connection.execute_batch(concat!(
            // SHA-256 instead of SHA-512 for each page: 1.23 instead of 1.38 times the cost of no encryption.
            "PRAGMA cipher_hmac_algorithm = HMAC_SHA256;",
            "PRAGMA cipher_page_size = 4096;",
            "PRAGMA foreign_keys = ON;",
            "PRAGMA trusted_schema = OFF;",
            "PRAGMA cache_size = -8000;",
        ))?;
        // The first read of the file: a wrong key shows here, before anything is written.
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
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
    // A panic while it was held has dropped its transaction, which rolled back: the connection is sound.
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
