//! Contents of files: small ones are rows, large ones lie sealed beside the person's database.
//!
//! Uses: `database`, `failure`, `ids`
//!
//! ```text
//! {account}/{person}.files/{name}    pieces of 64 KB, see `seal`; the name is random and says nothing
//! ```
//!
//! - A content of at most [`SMALL`] bytes is a row of the encrypted database. A larger one is a file; its row has its name
//!   and its key. Nothing is ever written in plain, and no temporary file is.
//! - The row decides what is there: a file is complete once its row says so, which is written after the file is durable. So
//!   nothing needs to be renamed.
//! - Deleting a row deletes the key; the file follows once that is committed. A file without a row, which a crash may leave,
//!   is removed when the database is opened. A row without its file, which a loss of power may leave, counts as not here.
//! - A file that is cut, or whose pieces were moved or taken from another, is `Storage` (`Damaged`).

mod reader;
mod seal;
mod writer;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension};

use crate::platform::Platform;
use crate::platform::error::Result;

use super::database::Schema;
use super::failure::failed_io;
use seal::FileKey;

pub(crate) use writer::{ContentWriter, Saved};

/// The largest content that is kept as a row.
pub(crate) const SMALL: usize = 256 * 1024;

pub(crate) static SCHEMA: Schema = Schema {
    part: "files",
    steps: &["
-- `size`: bytes that are here. Either `data` is the content, or `name` is its file and `key` the key of that; while it is
-- being fetched `size` counts whole pieces.
CREATE TABLE content (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    size INTEGER NOT NULL,
    complete INTEGER NOT NULL,
    data BLOB,
    name TEXT,
    key BLOB
) STRICT;
-- Files whose rows were deleted in this transaction.
CREATE TABLE removed_file (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TRIGGER content_gone AFTER DELETE ON content WHEN old.name IS NOT NULL BEGIN
    INSERT OR IGNORE INTO removed_file (name) VALUES (old.name);
END;
"],
};

/// A person's sealed files.
#[derive(Clone)]
pub(crate) struct Files {
    platform: Platform,
    folder: PathBuf,
    /// What the files are bound to.
    person: String,
}

/// A content as its row describes it.
struct Row {
    size: u64,
    complete: bool,
    file: Option<(String, FileKey)>,
}

impl Files {
    /// The files beside `database`.
    pub(super) fn beside(database: &Path, person: &str, platform: &Platform) -> Self {
        Self {
            platform: platform.clone(),
            folder: database.with_extension("files"),
            person: person.to_owned(),
        }
    }

    /// Whether there is any.
    pub(super) fn exist(&self) -> bool {
        self.folder.is_dir()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Removes the files that have no row.
    pub(super) fn sweep(&self, c: &Connection) -> Result<()> {
        let Ok(entries) = std::fs::read_dir(&self.folder) else {
            return Ok(());
        };
        let mut statement = c.prepare("SELECT name FROM content WHERE name IS NOT NULL")?;
        let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
        let known: BTreeSet<String> = rows.collect::<rusqlite::Result<_>>()?;
        for entry in entries.flatten() {
            let name = entry.file_name();
            if !name.to_str().is_some_and(|name| known.contains(name)) {
                // What cannot be removed now is tried again at the next opening; nothing opens it.
                let _ = std::fs::remove_file(entry.path());
            }
        }
        Ok(())
    }

    /// Removes the files whose rows are gone.
    pub(super) fn unlink(&self, names: &[String]) {
        for name in names {
            let _ = std::fs::remove_file(self.path(name));
        }
    }

    /// Whether a content is here, whole.
    pub(crate) fn is_here(&self, c: &Connection, id: i64) -> Result<bool> {
        let Some(row) = row(c, id)? else {
            return Ok(false);
        };
        Ok(row.complete && row.file.is_none_or(|(name, _)| self.has(&name, row.size)))
    }

    /// Whether the file is there in the length that its row says.
    fn has(&self, name: &str, size: u64) -> bool {
        let metadata = std::fs::metadata(self.path(name));
        metadata.is_ok_and(|metadata| metadata.len() == reader::sealed_size(size))
    }

    /// Removes the file of a content before its row is gone, to make room where a disk has none left even for that. It
    /// counts as not here from then on.
    pub(crate) fn free(&self, c: &Connection, id: i64) -> Result<()> {
        if let Some((name, _)) = row(c, id)?.and_then(|row| row.file) {
            self.unlink(&[name]);
        }
        Ok(())
    }

    /// Creates the folder.
    fn prepare(&self) -> Result<()> {
        std::fs::create_dir_all(&self.folder).map_err(|e| failed_io(&e))
    }
}

/// The names of the files whose rows this transaction has deleted.
pub(super) fn removed(c: &Connection) -> Result<Vec<String>> {
    let mut statement = c.prepare_cached("DELETE FROM removed_file RETURNING name")?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn row(c: &Connection, id: i64) -> Result<Option<Row>> {
    let sql = "SELECT size, complete, name, key FROM content WHERE id = ?1";
    let found = c.prepare_cached(sql)?.query_row([id], |row| {
        let (name, key): (Option<String>, Option<Vec<u8>>) = (row.get(2)?, row.get(3)?);
        let key = key.map(zeroize::Zeroizing::new);
        let key = key.and_then(|key| FileKey::from_slice(&key));
        Ok(Row {
            size: row.get::<_, i64>(0)?.unsigned_abs(),
            complete: row.get(1)?,
            file: name.zip(key),
        })
    });
    Ok(found.optional()?)
}

/// Writes a content to a new row, or to `id`.
pub(crate) fn save(c: &Connection, id: Option<i64>, saved: &Saved) -> Result<i64> {
    let (size, complete, data, name, key) = match saved {
        Saved::Row(data) => (data.len() as u64, true, Some(data), None, None),
        Saved::File {
            name,
            key,
            size,
            complete,
        } => (*size, *complete, None, Some(name), Some(key.bytes())),
    };
    let size = i64::try_from(size).unwrap_or(i64::MAX);
    c.prepare_cached(
        "INSERT INTO content (id, size, complete, data, name, key) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (id) DO UPDATE SET size = ?2, complete = ?3, data = ?4, name = ?5, key = ?6",
    )?
    .execute((id, size, complete, data, name, key))?;
    Ok(id.unwrap_or_else(|| c.last_insert_rowid()))
}

/// Deletes a content.
#[cfg(test)]
pub(crate) fn delete(c: &Connection, id: i64) -> Result<()> {
    c.prepare_cached("DELETE FROM content WHERE id = ?1")?
        .execute([id])?;
    Ok(())
}

#[cfg(test)]
mod tests;
