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

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError, TryLockError};
use std::time::Duration;

use rusqlite::{Connection, InterruptHandle, OpenFlags, Transaction, TransactionBehavior};

use crate::platform::error::{PericardError, Result, StorageKind};
use crate::platform::secret::Key;

/// One part's tables, as steps that only go forward. Step n makes version n + 1 of version n.
pub(crate) struct Schema {
    /// The part's name in the table of versions.
    pub(crate) part: &'static str,
    pub(crate) steps: &'static [&'static str],
}

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
        prove_encryption()?;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        let hex = data_encoding::HEXLOWER.encode(self.key.bytes());
        let hex = zeroize::Zeroizing::new(format!(
            "PRAGMA key = \"x'{}'\"",
            &*zeroize::Zeroizing::new(hex)
        ));
        // What fails is told by an error; SQLCipher's own log would go to the app's.
        ask(&connection, "PRAGMA cipher_log_level = NONE")?;
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

/// `NotEncrypted` unless this process's SQLite is SQLCipher and keeps temporary data in memory. Asked once, and in
/// memory: a library that is not SQLCipher must not even make the file.
fn prove_encryption() -> Result<()> {
    static PROOF: OnceLock<Result<()>> = OnceLock::new();
    let prove = || {
        let connection = Connection::open_in_memory()?;
        let version: Option<String> = ask(&connection, "PRAGMA cipher_version")?.pop();
        let options = ask(&connection, "PRAGMA compile_options")?;
        proven(version.as_deref(), &options)
    };
    PROOF.get_or_init(prove).clone()
}

fn ask(connection: &Connection, pragma: &str) -> Result<Vec<String>> {
    let mut statement = connection.prepare(pragma)?;
    let rows = statement
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(rows)
}

fn proven(cipher: Option<&str>, options: &[String]) -> Result<()> {
    let encrypts = cipher.is_some_and(|version| !version.trim().is_empty());
    let in_memory = options.iter().any(|option| option == "TEMP_STORE=3");
    if encrypts && in_memory {
        Ok(())
    } else {
        Err(PericardError::storage(StorageKind::NotEncrypted))
    }
}

const VERSIONS: &str = "CREATE TABLE IF NOT EXISTS schema_version (
    part TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT, WITHOUT ROWID";

/// Brings every part to its newest version, all in one transaction. A newer file is left untouched.
fn migrate(connection: &mut Connection, schemas: &[&Schema]) -> Result<()> {
    in_transaction(connection, |tx| {
        tx.execute_batch(VERSIONS)?;
        for schema in schemas {
            let newest = schema.steps.len();
            let version: i64 = tx
                .query_row(
                    "SELECT version FROM schema_version WHERE part = ?1",
                    [schema.part],
                    |row| row.get(0),
                )
                .or_else(|e| {
                    if e == rusqlite::Error::QueryReturnedNoRows {
                        Ok(0)
                    } else {
                        Err(e)
                    }
                })?;
            let version = usize::try_from(version).unwrap_or(usize::MAX);
            if version > newest {
                return Err(PericardError::storage(StorageKind::Newer));
            }
            for step in &schema.steps[version..] {
                tx.execute_batch(step)?;
            }
            if version < newest {
                tx.execute(
                    "INSERT OR REPLACE INTO schema_version VALUES (?1, ?2)",
                    (schema.part, newest as i64),
                )?;
            }
        }
        Ok(())
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const FIRST: Schema = Schema {
        part: "note",
        steps: &["CREATE TABLE note (text TEXT) STRICT"],
    };
    const SECOND: Schema = Schema {
        part: "note",
        steps: &[
            "CREATE TABLE note (text TEXT) STRICT",
            "ALTER TABLE note ADD COLUMN n INTEGER",
        ],
    };

    fn open(folder: &Path, key: u8, schema: &'static Schema) -> Result<Database> {
        Database::open(
            &folder.join("a.db"),
            Key::new([key; 32]),
            Durability::Process,
            vec![schema],
        )
    }

    fn kind(result: Result<Database>) -> StorageKind {
        match result.map(|_| ()) {
            Err(PericardError::Storage { kind }) => kind,
            other => panic!("{other:?}"),
        }
    }

    fn count(database: &Database) -> i64 {
        database
            .read(|c| Ok(c.query_row("SELECT count(*) FROM note", [], |r| r.get(0))?))
            .unwrap()
    }

    #[test]
    fn what_is_written_is_read_and_is_not_on_disk() {
        let folder = tempfile::tempdir().unwrap();
        let database = open(folder.path(), 1, &FIRST).unwrap();
        database
            .write(|tx| Ok(tx.execute("INSERT INTO note VALUES ('penicillin allergy')", [])?))
            .unwrap();
        assert_eq!(count(&database), 1);
        for file in std::fs::read_dir(folder.path()).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            assert!(!bytes.windows(10).any(|w| w == b"penicillin"));
        }
    }

    #[test]
    fn another_key_is_refused_and_loses_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let database = open(folder.path(), 1, &FIRST).unwrap();
        database
            .write(|tx| Ok(tx.execute("INSERT INTO note VALUES ('a')", [])?))
            .unwrap();
        drop(database);
        assert_eq!(kind(open(folder.path(), 2, &FIRST)), StorageKind::WrongKey);
        assert_eq!(count(&open(folder.path(), 1, &FIRST).unwrap()), 1);
    }

    #[test]
    fn a_plain_sqlite_that_wins_the_symbols_is_refused() {
        let options = |temp: &str| vec!["ENABLE_FTS5".to_owned(), format!("TEMP_STORE={temp}")];
        let refused = Err(PericardError::storage(StorageKind::NotEncrypted));
        assert_eq!(proven(None, &options("3")), refused);
        assert_eq!(proven(Some("4.10.0 community"), &options("1")), refused);
        assert_eq!(proven(Some("4.10.0 community"), &options("3")), Ok(()));
    }

    #[test]
    fn migration_goes_forward_and_a_newer_file_is_left_untouched() {
        let folder = tempfile::tempdir().unwrap();
        drop(open(folder.path(), 1, &FIRST).unwrap());
        let database = open(folder.path(), 1, &SECOND).unwrap();
        database
            .write(|tx| Ok(tx.execute("INSERT INTO note VALUES ('a', 1)", [])?))
            .unwrap();
        drop(database);
        assert_eq!(kind(open(folder.path(), 1, &FIRST)), StorageKind::Newer);
        assert_eq!(count(&open(folder.path(), 1, &SECOND).unwrap()), 1);
    }

    #[test]
    fn a_damaged_file_is_said_to_be_one() {
        let folder = tempfile::tempdir().unwrap();
        drop(open(folder.path(), 1, &FIRST).unwrap());
        std::fs::write(folder.path().join("a.db"), vec![7; 8192]).unwrap();
        // SQLCipher cannot tell a page of noise from a page under another key.
        assert_eq!(kind(open(folder.path(), 1, &FIRST)), StorageKind::WrongKey);
    }

    #[test]
    fn a_paused_database_has_no_file_open() {
        let folder = tempfile::tempdir().unwrap();
        let database = open(folder.path(), 1, &FIRST).unwrap();
        database.pause();
        assert_eq!(database.read(|_| Ok(())), Err(PericardError::Closed));
        assert!(!folder.path().join("a.db-wal").exists());
        database.resume();
        assert_eq!(count(&database), 0);
    }

    /// Counts for an hour.
    const LONG: &str =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000000000)
        SELECT count(*) FROM n";

    #[test]
    fn a_pause_does_not_wait_for_a_long_statement() {
        let folder = tempfile::tempdir().unwrap();
        let database = open(folder.path(), 1, &FIRST).unwrap();
        let long = |c: &Connection| Ok(c.query_row(LONG, [], |row| row.get::<_, i64>(0))?);
        std::thread::scope(|scope| {
            let (begun, begin) = std::sync::mpsc::channel();
            let told = begun.clone();
            let (database, long) = (&database, &long);
            let reading = scope.spawn(move || {
                database.read(|c| {
                    told.send(()).unwrap();
                    long(c)
                })
            });
            let writing = scope.spawn(move || {
                database.write(|tx| {
                    tx.execute("INSERT INTO note VALUES ('a')", [])?;
                    begun.send(()).unwrap();
                    // An error that is swallowed does not keep the next statement from being interrupted as well.
                    let _ = long(tx);
                    long(tx)
                })
            });
            begin.recv().unwrap();
            begin.recv().unwrap();
            database.pause();
            assert_eq!(reading.join().unwrap(), Err(PericardError::Closed));
            assert_eq!(writing.join().unwrap(), Err(PericardError::Closed));
        });
        assert!(!folder.path().join("a.db-wal").exists());
        database.resume();
        assert_eq!(count(&database), 0);
    }

    #[test]
    fn a_failed_transaction_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let database = open(folder.path(), 1, &FIRST).unwrap();
        let failed = database.write(|tx| {
            tx.execute("INSERT INTO note VALUES ('a')", [])?;
            Err::<(), _>(PericardError::Cancelled)
        });
        assert_eq!(failed, Err(PericardError::Cancelled));
        assert_eq!(count(&database), 0);
    }
}
