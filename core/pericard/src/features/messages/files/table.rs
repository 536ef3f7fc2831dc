//! What is here of the files of messages: rows that keep their number while the sender's description changes.
//!
//! Uses: `model`
//!
//! The description of a file is in its message's row. A file of a new version of the message is the same as one before if
//! it has the same hash, else the same address; its content stays then. Of what was written here, the portal's version is
//! matched in order as well, since it names the files anew.

use pericard_protocol::display_text;
use pericard_protocol::fhir::communication::Communication;
use pericard_protocol::files::hash;
use pericard_protocol::files::name::safe;
use rusqlite::{Connection, OptionalExtension};

use crate::platform::error::{InputProblem, PericardError, Result};
use crate::storage::{ContentWriter, Files, IdKind, Ids, PageTx, files};

use super::super::table::{FileRow, read_files, write_files};
use super::model::{FileProblem, FileState, MessageFile};

/// A file as it is fetched or read.
pub(super) struct StoredFile {
    pub(super) described: FileRow,
    pub(super) message: i64,
    pub(super) thread: i64,
    pub(super) content: Option<i64>,
    pub(super) validator: Option<String>,
}

/// The file with this row.
pub(super) fn file(c: &Connection, id: i64) -> Result<Option<StoredFile>> {
    let sql = "SELECT message.files, message.id, message.thread, file.content, file.validator
               FROM file JOIN message ON message.id = file.message WHERE file.id = ?1";
    let found = c.prepare_cached(sql)?.query_row([id], |row| {
        let files: String = row.get(0)?;
        let described = read_files(&files).into_iter().find(|file| file.id == id);
        Ok(described.map(|described| (described, row.get(1), row.get(2), row.get(3), row.get(4))))
    });
    let Some((described, message, thread, content, validator)) = found.optional()?.flatten() else {
        return Ok(None);
    };
    Ok(Some(StoredFile {
        described,
        message: message?,
        thread: thread?,
        content: content?,
        validator: validator?,
    }))
}

/// Notes where the content of a file is. `NotFound` when the file is gone meanwhile; its content must not stay then.
pub(super) fn set_content(
    c: &Connection,
    id: i64,
    content: Option<i64>,
    validator: Option<&str>,
) -> Result<()> {
    let sql = "UPDATE file SET content = ?2, validator = ?3, refused = NULL WHERE id = ?1";
    match c.prepare_cached(sql)?.execute((id, content, validator))? {
        1 => Ok(()),
        _ => Err(PericardError::NotFound),
    }
}

/// Removes what is here of a file, and notes why it cannot be fetched.
pub(super) fn discard(c: &Connection, id: i64, refused: Option<FileProblem>) -> Result<()> {
    let sql = "DELETE FROM content WHERE id = (SELECT content FROM file WHERE id = ?1)";
    c.prepare_cached(sql)?.execute([id])?;
    let sql = "UPDATE file SET content = NULL, validator = NULL, refused = ?2 WHERE id = ?1";
    c.prepare_cached(sql)?
        .execute((id, refused.map(FileProblem::name)))?;
    Ok(())
}

/// Removes what was fetched of a file, and returns the thread of its message.
pub(super) fn forget(c: &Connection, id: i64) -> Result<i64> {
    let stored = file(c, id)?.ok_or(PericardError::NotFound)?;
    let sql = "SELECT EXISTS (SELECT 1 FROM outbox WHERE feature = 'messages' AND item = ?1)";
    let queued: bool = c
        .prepare_cached(sql)?
        .query_row([stored.message], |row| row.get(0))?;
    if queued || stored.described.url.is_none() {
        return Err(PericardError::input("file", InputProblem::WrongState));
    }
    discard(c, id, None)?;
    Ok(stored.thread)
}

/// Gives the files of a message their rows, before it is written. `before` is the message's row, if it has one.
pub(in super::super) fn adopt(
    tx: &PageTx<'_>,
    before: Option<i64>,
    files: &mut [FileRow],
    record: &Communication,
) -> Result<()> {
    let c = tx.connection();
    let mut old = match before {
        Some(row) => files_of(c, row)?,
        None if files.is_empty() => return Ok(()),
        None => Vec::new(),
    };
    let written_here = !old.is_empty() && old.iter().all(|file| file.written_here);
    let contents = record.attachments.iter().map(|it| it.content());
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
                    discard(c, file.id, None)?;
                }
            }
            None => file.id = new_row(c)?,
        }
        if let Some(content) = inline {
            keep_inline(c, tx.files(), file, &content)?;
        }
    }
    for gone in old {
        c.prepare_cached("DELETE FROM file WHERE id = ?1")?
            .execute([gone.id])?;
    }
    Ok(())
}

/// Ties the files to their message, once that is written.
pub(in super::super) fn belong(c: &Connection, message: i64, files: &[FileRow]) -> Result<()> {
    let mut update = c.prepare_cached("UPDATE file SET message = ?2, place = ?3 WHERE id = ?1")?;
    for (place, file) in files.iter().enumerate() {
        update.execute((file.id, message, i64::try_from(place).unwrap_or_default()))?;
    }
    Ok(())
}

/// A new file, of no message yet.
pub(super) fn new_row(c: &Connection) -> Result<i64> {
    c.prepare_cached("INSERT INTO file (message, place) VALUES (0, 0)")?
        .execute([])?;
    Ok(c.last_insert_rowid())
}

/// A file as it was known before.
struct OldFile {
    id: i64,
    url: Option<String>,
    hash: Option<String>,
    written_here: bool,
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

fn is_same(old: &OldFile, new: &FileRow) -> bool {
    let same_hash = old.hash.is_some() && old.hash == new.hash;
    same_hash || old.url.is_some() && old.url == new.url
}

/// Keeps a content that came within the record, if it is what the record describes.
fn keep_inline(c: &Connection, store: &Files, file: &FileRow, content: &[u8]) -> Result<()> {
    let described = file.size.is_none_or(|size| size == content.len() as u64)
        && file
            .hash
            .as_deref()
            .and_then(hash::read)
            .is_none_or(|hash| hash == hash::of(content));
    if !described {
        return discard(c, file.id, Some(FileProblem::Mismatch));
    }
    let here: Option<i64> = c
        .prepare_cached("SELECT content FROM file WHERE id = ?1")?
        .query_row([file.id], |row| row.get(0))?;
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
    set_content(c, file.id, Some(id), None)
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
    let words: Vec<&str> = states.unwrap_or_default().split(' ').collect();
    let to_view = |file: FileRow| {
        let mut size = file.size;
        let word = words.iter().find_map(|word| {
            let (id, rest) = word.split_once(':')?;
            (id.parse() == Ok(file.id)).then_some(rest)
        });
        let mut parts = word.unwrap_or_default().splitn(3, ':');
        let complete = parts.next() == Some("1");
        let here = parts.next().and_then(|here| here.parse().ok()).unwrap_or(0);
        let refused = parts.next().and_then(FileProblem::named);
        let state = match (complete, refused) {
            (true, _) => {
                size = Some(here);
                FileState::Stored
            }
            (false, Some(reason)) => FileState::Unavailable { reason },
            (false, None) if file.url.is_none() => FileState::Unavailable {
                reason: FileProblem::NoSource,
            },
            (false, None) => FileState::Remote { received: here },
        };
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
