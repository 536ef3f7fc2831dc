use super::encryption::proven;
use super::*;
use crate::platform::error::StorageKind;

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

/// Every page, decrypted, with what is in its free space.
fn pages(database: &Database) -> Vec<u8> {
    use rusqlite::ffi::{sqlite3_free, sqlite3_serialize};
    let read = |c: &Connection| {
        let mut length = 0;
        // SAFETY: the connection is open, and the copy is as long as it says until it is freed.
        Ok(unsafe {
            let copy = sqlite3_serialize(c.handle(), c"main".as_ptr(), &raw mut length, 0);
            let length = usize::try_from(length).unwrap();
            let pages = std::slice::from_raw_parts(copy, length).to_vec();
            sqlite3_free(copy.cast());
            pages
        })
    };
    database.read(read).unwrap()
}

#[test]
fn what_is_written_over_is_left_neither_in_free_space_nor_in_the_log() {
    // Between two others, so that its room is not what the longer one takes.
    const THREE: &str = "INSERT INTO note VALUES ('one'), ('penicillin allergy'), ('three')";
    const LONGER: &str =
        "UPDATE note SET text = 'something else that takes more room' WHERE rowid = 2";
    for over in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let database = open(folder.path(), 1, &FIRST).unwrap();
        database.write(|tx| Ok(tx.execute(THREE, [])?)).unwrap();
        let update = |tx: &Transaction<'_>| Ok(tx.execute(LONGER, [])?);
        let updated = if over {
            database.write_over(update)
        } else {
            database.write(update)
        };
        assert_eq!(updated, Ok(1));
        let pages = pages(&database);
        let is_there = |text: &[u8]| pages.windows(text.len()).any(|bytes| bytes == text);
        assert!(is_there(b"that takes more room"));
        assert!(!is_there(b"allergy"));
        let log = std::fs::metadata(folder.path().join("a.db-wal")).unwrap();
        assert_eq!(log.len() == 0, over);
        assert_eq!(count(&database), 3);
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
