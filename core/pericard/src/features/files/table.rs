//! What is here of the files of records: rows that keep their number while the description changes.
//!
//! Uses: `model`, `row`
//!
//! Each feature has a table of its files with the columns `content`, `validator` and `refused`; the description of a file
//! is in its record's row. A file of a new version of a record is the same as one before if it has the same hash, else the
//! same address; its content stays then.

use pericard_protocol::files::hash;
use rusqlite::{Connection, OptionalExtension};

use crate::platform::error::{PericardError, Result};
use crate::storage::{ContentWriter, Feature, Files, PageTx, files};
use crate::sync::RowChanges;

use super::model::{FileProblem, FileState};
use super::row::FileRow;

/// A file as it is fetched or read.
pub(crate) struct StoredFile {
    pub(crate) described: FileRow,
    /// The row of its record.
    pub(crate) record: i64,
    /// What the app is told of when it changes, such as the thread of a message.
    pub(crate) group: i64,
    pub(crate) content: Option<i64>,
    pub(crate) validator: Option<String>,
}

/// Where a feature keeps what is here of its files.
pub(crate) trait FileTable: Send + Sync {
    fn feature(&self) -> Feature;
    /// The name of the table, and of the column with the row of the record.
    fn columns(&self) -> (&'static str, &'static str);
    /// The file with this row.
    fn file(&self, c: &Connection, id: i64) -> Result<Option<StoredFile>>;
    /// What an app is told when a file of this group has changed.
    fn changes(&self, group: i64) -> RowChanges;
}

/// Files that the person wants on this device and that are not here: the rows of each and of its group.
pub(crate) struct WantedFiles {
    pub(crate) table: Table,
    pub(crate) files: Vec<(i64, i64)>,
}

/// The table of a feature.
pub(crate) type Table = &'static dyn FileTable;

/// A file as it was known before.
pub(crate) struct OldFile {
    pub(crate) id: i64,
    pub(crate) url: Option<String>,
    pub(crate) hash: Option<String>,
    /// It was written on this device, and is matched in order as well.
    pub(crate) written_here: bool,
}

/// Notes where the content of a file is. `NotFound` when the file is gone meanwhile; its content must not stay then.
pub(crate) fn set_content(
    c: &Connection,
    table: Table,
    id: i64,
    content: Option<i64>,
    validator: Option<&str>,
) -> Result<()> {
    let (name, _) = table.columns();
    let sql =
        format!("UPDATE {name} SET content = ?2, validator = ?3, refused = NULL WHERE id = ?1");
    match c.prepare_cached(&sql)?.execute((id, content, validator))? {
        1 => Ok(()),
        _ => Err(PericardError::NotFound),
    }
}

/// Removes what is here of a file, and notes why it cannot be fetched.
pub(crate) fn discard(
    c: &Connection,
    table: Table,
    id: i64,
    refused: Option<FileProblem>,
) -> Result<()> {
    let (name, _) = table.columns();
    let sql = format!("DELETE FROM content WHERE id = (SELECT content FROM {name} WHERE id = ?1)");
    c.prepare_cached(&sql)?.execute([id])?;
    let sql =
        format!("UPDATE {name} SET content = NULL, validator = NULL, refused = ?2 WHERE id = ?1");
    c.prepare_cached(&sql)?
        .execute((id, refused.map(FileProblem::name)))?;
    Ok(())
}

/// A new file, of no record yet.
pub(crate) fn new_row(c: &Connection, table: Table) -> Result<i64> {
    let (name, record) = table.columns();
    let sql = format!("INSERT INTO {name} ({record}, place) VALUES (0, 0)");
    c.prepare_cached(&sql)?.execute([])?;
    Ok(c.last_insert_rowid())
}

/// Ties the files to their record, once that is written.
pub(crate) fn belong(c: &Connection, table: Table, row: i64, files: &[FileRow]) -> Result<()> {
    let (name, record) = table.columns();
    let sql = format!("UPDATE {name} SET {record} = ?2, place = ?3 WHERE id = ?1");
    let mut update = c.prepare_cached(&sql)?;
    for (place, file) in files.iter().enumerate() {
        update.execute((file.id, row, i64::try_from(place).unwrap_or_default()))?;
    }
    Ok(())
}

/// Gives the files of a record their rows, before it is written: `old` are those that its row has. `contents` are those
/// that came along, in order.
pub(crate) fn adopt(
    tx: &PageTx<'_>,
    table: Table,
    mut old: Vec<OldFile>,
    files: &mut [FileRow],
    contents: impl Iterator<Item = Option<Vec<u8>>>,
) -> Result<()> {
    let c = tx.connection();
    let written_here = !old.is_empty() && old.iter().all(|file| file.written_here);
    let contents = contents.chain(std::iter::repeat(None));
    for (file, inline) in files.iter_mut().zip(contents) {
        if let Some(content) = &inline {
            file.size.get_or_insert(content.len() as u64);
            file.hash.get_or_insert_with(|| hash::text_of(content));
        }
        let known = old
            .iter()
            .position(|old| is_same(old, file))
            .or_else(|| (written_here && !old.is_empty()).then_some(0));
        match known.map(|at| old.remove(at)) {
            Some(known) => {
                file.id = known.id;
                if known.hash != file.hash && !written_here {
                    discard(c, table, file.id, None)?;
                }
            }
            None => file.id = new_row(c, table)?,
        }
        if let Some(content) = inline {
            keep_inline(c, table, tx.files(), file, &content)?;
        }
    }
    let (name, _) = table.columns();
    for gone in old {
        c.prepare_cached(&format!("DELETE FROM {name} WHERE id = ?1"))?
            .execute([gone.id])?;
    }
    Ok(())
}

fn is_same(old: &OldFile, new: &FileRow) -> bool {
    let same_hash = old.hash.is_some() && old.hash == new.hash;
    same_hash || old.url.is_some() && old.url == new.url
}

/// Keeps a content that came within the record, if it is what the record describes.
fn keep_inline(
    c: &Connection,
    table: Table,
    store: &Files,
    file: &FileRow,
    content: &[u8],
) -> Result<()> {
    let described = file.size.is_none_or(|size| size == content.len() as u64)
        && file
            .hash
            .as_deref()
            .and_then(hash::read)
            .is_none_or(|hash| hash == hash::of(content));
    if !described {
        return discard(c, table, file.id, Some(FileProblem::Mismatch));
    }
    let (name, _) = table.columns();
    let here: Option<i64> = c
        .prepare_cached(&format!("SELECT content FROM {name} WHERE id = ?1"))?
        .query_row([file.id], |row| row.get(0))
        .optional()?
        .flatten();
    if let Some(here) = here
        && store.is_here(c, here)?
    {
        return Ok(());
    }
    let mut writer = ContentWriter::new(store);
    writer.write(content)?;
    let saved = writer.finish()?;
    let id = files::save(c, None, &saved)?;
    // Should the page not be stored after all, the file is one without a row, and swept.
    writer.kept();
    set_content(c, table, file.id, Some(id), None)
}

/// Where a file is, and its size where it is here. `states` has one word for each file of a record: row, whether it is
/// complete, its size, why it was refused.
pub(crate) fn state_of(file: &FileRow, states: &str) -> (FileState, Option<u64>) {
    let word = states.split(' ').find_map(|word| {
        let (id, rest) = word.split_once(':')?;
        (id.parse() == Ok(file.id)).then_some(rest)
    });
    let mut parts = word.unwrap_or_default().splitn(3, ':');
    let complete = parts.next() == Some("1");
    let here = parts.next().and_then(|here| here.parse().ok()).unwrap_or(0);
    let refused = parts.next().and_then(FileProblem::named);
    match (complete, refused) {
        (true, _) => (FileState::Stored, Some(here)),
        (false, Some(reason)) => (FileState::Unavailable { reason }, file.size),
        (false, None) if file.url.is_none() => {
            let reason = FileProblem::NoSource;
            (FileState::Unavailable { reason }, file.size)
        }
        (false, None) => (FileState::Remote { received: here }, file.size),
    }
}
