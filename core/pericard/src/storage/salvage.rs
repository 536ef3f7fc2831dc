//! Saves from a damaged database what exists nowhere else.
//!
//! Uses: `database`, `failure`
//!
//! The file is moved aside, a new database is begun, the rows that can be read are copied into it, and the damaged file
//! is deleted. All but the last step may be repeated: a process that ends in between loses nothing. What the portal has
//! is not saved; it is fetched again.
//!
//! A page that cannot be read spoils the connection that meets it. Every row is therefore read by itself, and after each
//! failure with a new connection; rows are found from both ends, so that those behind a bad page are found too.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension};

use crate::platform::error::Result;
use crate::platform::secret::Key;

use super::database::Database;
use super::failure::failed_io;

/// Connections to a damaged file, at most.
const MOST_TRIES: u32 = 100;

/// Rows of one table that exist nowhere else.
#[derive(Clone, Copy)]
pub(crate) struct Salvage {
    /// The table.
    pub(crate) table: &'static str,
    /// Where the numbers of those rows stand: a table and its column.
    pub(crate) rows: (&'static str, &'static str),
}

/// A row with the names of its columns.
type Saved = Vec<(String, Value)>;

/// The path of the damaged file while it is worked on.
pub(super) fn aside(path: &Path) -> PathBuf {
    path.with_extension("damaged")
}

/// Moves a damaged database aside. One that is there already is older and has more.
pub(super) fn move_aside(path: &Path) -> Result<()> {
    if aside(path).exists() {
        return remove(path);
    }
    // The log first: without it, the file is only older.
    for suffix in ["-wal", ""] {
        let (from, to) = (with(path, suffix), with(&aside(path), suffix));
        match std::fs::rename(from, to) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(failed_io(&error));
            }
            _ => {}
        }
    }
    remove(path)
}

/// Deletes a database with the files beside it.
pub(super) fn remove(path: &Path) -> Result<()> {
    for suffix in ["-wal", "-shm", ""] {
        match std::fs::remove_file(with(path, suffix)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(failed_io(&error));
            }
            _ => {}
        }
    }
    Ok(())
}

fn with(path: &Path, suffix: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

/// A damaged file that is being read.
struct Wreck<'a> {
    path: &'a Path,
    key: &'a Key,
    connection: Option<Connection>,
    tries: u32,
}

impl Wreck<'_> {
    /// Reads something, with a new connection if the last one has failed; nothing where it cannot be read.
    fn read<T>(&mut self, work: impl FnOnce(&Connection) -> Result<T>) -> Option<T> {
        if self.connection.is_none() && self.tries < MOST_TRIES {
            self.tries += 1;
            self.connection = Database::wreck(self.path, self.key).ok();
        }
        let done = work(self.connection.as_ref()?);
        if done.is_err() {
            self.connection = None;
        }
        done.ok()
    }
}

/// What can be read of `wanted` in a damaged file: for each table its rows.
pub(super) fn read(path: &Path, key: &Key, wanted: &[Salvage]) -> Vec<(&'static str, Vec<Saved>)> {
    let mut wreck = Wreck {
        path,
        key,
        connection: None,
        tries: 0,
    };
    let mut saved = Vec::new();
    for Salvage { table, rows } in wanted {
        let mut numbers = BTreeSet::new();
        for order in ["ASC", "DESC"] {
            let (of, column) = rows;
            let sql = format!("SELECT {column} FROM {of} NOT INDEXED ORDER BY rowid {order}");
            wreck.read(|c| {
                let mut statement = c.prepare(&sql)?;
                let mut rows = statement.query([])?;
                while let Some(row) = rows.next()? {
                    numbers.insert(row.get::<_, i64>(0)?);
                }
                Ok(())
            });
        }
        let sql = format!("SELECT * FROM {table} NOT INDEXED WHERE rowid = ?1");
        let row_of = |c: &Connection, number: i64| {
            let mut statement = c.prepare(&sql)?;
            let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
            let row = statement.query_row([number], |row| {
                let values = (0..names.len()).map(|at| row.get::<_, Value>(at));
                values.collect::<rusqlite::Result<Vec<_>>>()
            });
            let row = row.optional()?;
            Ok(row.map(|values| names.into_iter().zip(values).collect::<Saved>()))
        };
        let rows = numbers
            .into_iter()
            .filter_map(|number| wreck.read(|c| row_of(c, number)).flatten());
        saved.push((*table, rows.collect()));
    }
    saved
}

/// Writes saved rows into a new database; columns that it does not have are left out.
pub(super) fn write(c: &Connection, saved: Vec<(&'static str, Vec<Saved>)>) -> Result<()> {
    for (table, rows) in saved {
        let mut known = BTreeSet::new();
        let mut statement = c.prepare("SELECT name FROM pragma_table_info(?1)")?;
        for name in statement.query_map([table], |row| row.get::<_, String>(0))? {
            known.insert(name?);
        }
        for mut row in rows {
            row.retain(|(name, _)| known.contains(name));
            let (names, values): (Vec<String>, Vec<Value>) = row.into_iter().unzip();
            let marks = vec!["?"; names.len()].join(", ");
            let names = names.join(", ");
            let sql = format!("INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})");
            // A row that the new table does not take costs itself.
            let _ = c.execute(&sql, rusqlite::params_from_iter(values));
        }
    }
    Ok(())
}
