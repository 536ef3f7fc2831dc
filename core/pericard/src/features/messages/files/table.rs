//! The files of messages: which there are, and which have to go to the portal.
//!
//! Uses: `files`, `model`
//!
//! Of what was written here, the portal's version is matched in order as well, since it names the files anew.

use pericard_protocol::display_text;
use pericard_protocol::fhir::communication::Communication;
use pericard_protocol::files::name::safe;
use rusqlite::{Connection, OptionalExtension};

use crate::features::files::{
    self, FileRow, FileTable, OldFile, StoredFile, Table, discard, read_files, state_of,
    write_files,
};
use crate::platform::error::{InputProblem, PericardError, Result};
use crate::storage::{Feature, IdKind, Ids, PageTx};
use crate::sync::RowChanges;

use super::super::FEATURE;
use super::model::MessageFile;

struct MessageFiles;

/// The files of messages.
pub(in super::super) const FILES: Table = &MessageFiles;

impl FileTable for MessageFiles {
    fn feature(&self) -> Feature {
        FEATURE
    }

    fn columns(&self) -> (&'static str, &'static str) {
        ("file", "message")
    }

    fn file(&self, c: &Connection, id: i64) -> Result<Option<StoredFile>> {
        let sql = "SELECT message.files, message.id, message.thread, file.content, file.validator
                   FROM file JOIN message ON message.id = file.message WHERE file.id = ?1";
        let found = c.prepare_cached(sql)?.query_row([id], |row| {
            let files: String = row.get(0)?;
            let described = read_files(&files).into_iter().find(|file| file.id == id);
            let (record, group) = (row.get(1)?, row.get(2)?);
            let (content, validator) = (row.get(3)?, row.get(4)?);
            Ok(described.map(|described| StoredFile {
                described,
                record,
                group,
                content,
                validator,
            }))
        });
        Ok(found.optional()?.flatten())
    }

    fn changes(&self, group: i64) -> RowChanges {
        RowChanges {
            groups: [group].into(),
            records: true,
            ..RowChanges::new(FEATURE, IdKind::Thread)
        }
    }
}

/// Removes what was fetched of a file, and returns the thread of its message.
pub(super) fn forget(c: &Connection, id: i64) -> Result<i64> {
    let stored = FILES.file(c, id)?.ok_or(PericardError::NotFound)?;
    let sql = "SELECT EXISTS (SELECT 1 FROM outbox WHERE feature = 'messages' AND item = ?1)";
    let queued: bool = c
        .prepare_cached(sql)?
        .query_row([stored.record], |row| row.get(0))?;
    if queued || stored.described.url.is_none() {
        return Err(PericardError::input("file", InputProblem::WrongState));
    }
    discard(c, FILES, id, None)?;
    Ok(stored.group)
}

/// Gives the files of a message their rows, before it is written. `before` is the message's row, if it has one.
pub(in super::super) fn adopt(
    tx: &PageTx<'_>,
    before: Option<i64>,
    files: &mut [FileRow],
    record: &Communication,
) -> Result<()> {
    let old = match before {
        Some(row) => files_of(tx.connection(), row)?,
        None if files.is_empty() => return Ok(()),
        None => Vec::new(),
    };
    let contents = record.attachments.iter().map(|it| it.content());
    files::adopt(tx, FILES, old, files, contents)
}

/// Ties the files to their message, once that is written.
pub(in super::super) fn belong(c: &Connection, message: i64, files: &[FileRow]) -> Result<()> {
    files::belong(c, FILES, message, files)
}

fn files_of(c: &Connection, message: i64) -> Result<Vec<OldFile>> {
    let sql = "SELECT files, remote = '' FROM message WHERE id = ?1";
    let found = c
        .prepare_cached(sql)?
        .query_row([message], |row| Ok((row.get(0)?, row.get(1)?)));
    let Some((files, written_here)): Option<(String, bool)> = found.optional()? else {
        return Ok(Vec::new());
    };
    let old = |file: FileRow| OldFile {
        id: file.id,
        url: file.url,
        hash: file.hash,
        written_here,
    };
    Ok(read_files(&files).into_iter().map(old).collect())
}

/// The next file of a queued message that has to go to the portal by itself: its row, content, type and size.
pub(in super::super) fn next_upload(
    c: &Connection,
    message: i64,
) -> Result<Option<(i64, i64, String, u64)>> {
    let sql = "SELECT files FROM message WHERE id = ?1";
    let files: Option<String> = c
        .prepare_cached(sql)?
        .query_row([message], |row| row.get(0))
        .optional()?;
    let files = read_files(files.as_deref().unwrap_or_default());
    // The largest first: what a portal takes by itself only is then noticed at once.
    let next = files.into_iter().filter(|file| file.url.is_none());
    let Some(next) = next.max_by_key(|file| file.size) else {
        return Ok(None);
    };
    let content: Option<i64> = c
        .prepare_cached("SELECT content FROM file WHERE id = ?1")?
        .query_row([next.id], |row| row.get(0))
        .optional()?
        .flatten();
    Ok(Some((
        next.id,
        content.unwrap_or_default(),
        next.kind,
        next.size.unwrap_or_default(),
    )))
}

/// Notes under which reference the portal has a file of a queued message.
pub(in super::super) fn uploaded(
    c: &Connection,
    message: i64,
    id: i64,
    reference: &str,
) -> Result<()> {
    let sql = "SELECT files FROM message WHERE id = ?1";
    let files: Option<String> = c
        .prepare_cached(sql)?
        .query_row([message], |row| row.get(0))
        .optional()?;
    // It was withdrawn meanwhile.
    let mut files = read_files(&files.ok_or(PericardError::NotFound)?);
    for file in files.iter_mut().filter(|file| file.id == id) {
        file.url = Some(reference.to_owned());
    }
    c.prepare_cached("UPDATE message SET files = ?2 WHERE id = ?1")?
        .execute((message, write_files(&files)?))?;
    Ok(())
}

/// A content that goes out within its message; small ones are rows.
pub(in super::super) fn inline(c: &Connection, id: i64) -> Result<Option<Vec<u8>>> {
    let sql = "SELECT content.data FROM file JOIN content ON content.id = file.content WHERE file.id = ?1";
    let found = c.prepare_cached(sql)?.query_row([id], |row| row.get(0));
    Ok(found.optional()?.flatten())
}

/// The files of a message as apps see them. `states` has one word for each: row, whether it is complete, its size, why it
/// was refused.
pub(in super::super) fn shown(
    files: Vec<FileRow>,
    states: Option<&str>,
    ids: &Ids,
) -> Vec<MessageFile> {
    let states = states.unwrap_or_default();
    let to_view = |file: FileRow| {
        let (state, size) = state_of(&file, states);
        MessageFile {
            id: ids.encode(IdKind::File, file.id).into(),
            file_name: safe(&file.name, &file.kind),
            name: display_text::line(&file.name),
            content_type: file.kind,
            size,
            state,
        }
    };
    files.into_iter().map(to_view).collect()
}
