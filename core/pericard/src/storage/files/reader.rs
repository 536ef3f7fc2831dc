//! Reading a content: any part of it, without the rest.
//!
//! Uses: `failure`, `seal`
//!
//! Nothing is held open between two reads, so that a pause has nothing to wait for.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use rusqlite::{Connection, OptionalExtension};

use crate::platform::error::{PericardError, Result};
use crate::storage::failure::failed_io;

use super::seal::{FileKey, PIECE, Seal, TAG};
use super::{Files, Row};

/// How long the file of a content of `size` bytes is.
pub(super) fn sealed_size(size: u64) -> u64 {
    size + size.div_ceil(PIECE as u64) * TAG as u64
}

impl Files {
    /// The size of a complete content; `None` where there is none. Blocks.
    pub(crate) fn size(&self, c: &Connection, id: i64) -> Result<Option<u64>> {
        let row = super::row(c, id)?.filter(|row| row.complete);
        Ok(row.map(|row| row.size))
    }

    /// At most `most` bytes of a complete content from a position on, none at its end; `None` where there is no such
    /// content. Blocks.
    pub(crate) fn read(
        &self,
        c: &Connection,
        id: i64,
        from: u64,
        most: usize,
    ) -> Result<Option<Vec<u8>>> {
        let Some(row) = super::row(c, id)?.filter(|row| row.complete) else {
            return Ok(None);
        };
        if from >= row.size || most == 0 {
            return Ok(Some(Vec::new()));
        }
        let Some((name, key)) = &row.file else {
            let sql = "SELECT substr(data, ?2 + 1, ?3) FROM content WHERE id = ?1";
            let (from, most) = (
                i64::try_from(from).unwrap_or(i64::MAX - 1),
                i64::try_from(most).unwrap_or(i64::MAX),
            );
            let data = c
                .prepare_cached(sql)?
                .query_row((id, from, most), |row| row.get::<_, Option<Vec<u8>>>(0));
            return data
                .optional()?
                .flatten()
                .ok_or(PericardError::DAMAGED)
                .map(Some);
        };
        let mut open = OpenFile::new(self, name, key, &row)?;
        let mut bytes = Vec::new();
        let end = row.size.min(from.saturating_add(most as u64));
        let mut at = from;
        while at < end {
            let piece = open.piece(at / PIECE as u64)?;
            let skip = (at % PIECE as u64) as usize;
            let take = ((end - at) as usize).min(piece.len().saturating_sub(skip));
            if take == 0 {
                return Err(PericardError::DAMAGED);
            }
            bytes.extend_from_slice(&piece[skip..skip + take]);
            at += take as u64;
        }
        Ok(Some(bytes))
    }

    /// Gives the whole pieces of an incomplete content to `each`, in order. Blocks.
    pub(crate) fn read_part(
        &self,
        c: &Connection,
        id: i64,
        mut each: impl FnMut(&[u8]),
    ) -> Result<()> {
        let Some(row) = super::row(c, id)?.filter(|row| !row.complete) else {
            return Ok(());
        };
        if let Some((name, key)) = &row.file {
            let mut open = OpenFile::new(self, name, key, &row)?;
            for number in 0..row.size / PIECE as u64 {
                each(&open.piece(number)?);
            }
        }
        Ok(())
    }
}

/// A sealed file.
struct OpenFile {
    file: File,
    seal: Seal,
    size: u64,
    /// The number of the last piece, where that is here.
    last: Option<u64>,
}

impl OpenFile {
    fn new(files: &Files, name: &str, key: &FileKey, row: &Row) -> Result<Self> {
        let file = File::open(files.path(name)).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => PericardError::DAMAGED,
            _ => failed_io(&error),
        })?;
        let length = file.metadata().map_err(|e| failed_io(&e))?.len();
        let whole = sealed_size(row.size);
        if row.complete && length != whole || length < whole {
            return Err(PericardError::DAMAGED);
        }
        Ok(Self {
            file,
            seal: Seal::new(key, &files.person, name)?,
            size: row.size,
            last: row
                .complete
                .then(|| row.size.saturating_sub(1) / PIECE as u64),
        })
    }

    fn piece(&mut self, number: u64) -> Result<Vec<u8>> {
        let plain = (self.size - number * PIECE as u64).min(PIECE as u64) as usize;
        let mut piece = vec![0; plain + TAG];
        self.file
            .seek(SeekFrom::Start(number * (PIECE + TAG) as u64))
            .and_then(|_| self.file.read_exact(&mut piece))
            .map_err(|error| match error.kind() {
                std::io::ErrorKind::UnexpectedEof => PericardError::DAMAGED,
                _ => failed_io(&error),
            })?;
        let counted = u32::try_from(number).map_err(|_| PericardError::DAMAGED)?;
        let last = self.last == Some(number);
        self.seal
            .open(counted, last, piece)
            .ok_or(PericardError::DAMAGED)
    }
}
