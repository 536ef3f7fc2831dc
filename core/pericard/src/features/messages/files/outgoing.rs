//! Taking in what is to be sent: into encrypted storage, before the message counts as queued.
//!
//! Uses: `files`, `model`, `table`
//!
//! The content is read once, within its limit, and hashed on the way. A crash before the message is queued leaves at most a
//! sealed file without a row, which is swept.

use pericard_protocol::display_text;
use pericard_protocol::files::{hash, name};
use pericard_protocol::limits;
use rusqlite::Connection;

use crate::platform::error::{InputProblem, PericardError, Result};
use crate::storage::files::{self, Saved};
use crate::storage::{ContentWriter, Partition};

use crate::features::files::{FileRow, new_row, set_content};

use super::model::{FileContent, NewFile};
use super::table::FILES;

/// How much is asked of a source at once.
const PIECE: u32 = 256 * 1024;

/// A file that is in encrypted storage and belongs to no message yet.
pub(in super::super) struct Taken {
    described: FileRow,
    writer: ContentWriter,
    saved: Saved,
}

/// Takes the files of a new message in. `takes_files` says whether the portal takes files by themselves.
pub(in super::super) fn take_in(
    partition: &Partition,
    new: &[NewFile],
    takes_files: bool,
) -> Result<Vec<Taken>> {
    if new.len() > limits::OUTGOING_FILES {
        return Err(PericardError::input("files", InputProblem::TooMany));
    }
    let most = match takes_files {
        true => limits::OUTGOING_FILE,
        false => limits::INLINE_FILE,
    };
    new.iter().map(|file| take(partition, file, most)).collect()
}

fn take(partition: &Partition, new: &NewFile, most: u64) -> Result<Taken> {
    let kind = new.content_type.trim();
    if !kind.is_empty() && !is_media_type(kind) {
        return Err(PericardError::input(
            "content_type",
            InputProblem::Unreadable,
        ));
    }
    let mut writer = ContentWriter::new(partition.files());
    let mut hasher = hash::Hasher::default();
    let mut add = |bytes: &[u8]| {
        if writer.size() + bytes.len() as u64 > most {
            return Err(PericardError::input("files", InputProblem::TooLarge));
        }
        hasher.add(bytes);
        writer.write(bytes)
    };
    match &new.content {
        FileContent::Bytes { bytes } => add(bytes)?,
        FileContent::Source { source } => loop {
            let piece = source.read(PIECE);
            let piece = piece.map_err(|_| PericardError::input("files", InputProblem::Unreadable));
            let piece = zeroize::Zeroizing::new(piece?);
            if piece.is_empty() {
                break;
            }
            add(&piece)?;
        },
    }
    let size = writer.size();
    let saved = writer.finish()?;
    Ok(Taken {
        described: FileRow {
            id: 0,
            // The path that a picker gives is nobody's business.
            name: display_text::line(&name::safe(&new.name, kind)),
            kind: kind.to_owned(),
            size: Some(size),
            url: None,
            hash: Some(hash::text(&hasher.end())),
        },
        writer,
        saved,
    })
}

/// Writes the rows of what was taken in.
pub(in super::super) fn store(c: &Connection, taken: &mut [Taken]) -> Result<Vec<FileRow>> {
    let mut rows = Vec::with_capacity(taken.len());
    for file in taken {
        let content = files::save(c, None, &file.saved)?;
        let id = new_row(c, FILES)?;
        set_content(c, FILES, id, Some(content), None)?;
        // Should the transaction fail after all, the file is one without a row, and swept.
        file.writer.kept();
        rows.push(FileRow {
            id,
            ..file.described.clone()
        });
    }
    Ok(rows)
}

/// `type/subtype` of the letters that RFC 6838 §4.2 allows, without parameters.
fn is_media_type(kind: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "!#$&-^_.+".contains(c);
    let part = |part: &str| (1..=64).contains(&part.len()) && part.chars().all(allowed);
    kind.split_once('/')
        .is_some_and(|(kind, subtype)| part(kind) && part(subtype))
}
