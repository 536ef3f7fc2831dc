//! Writing a content: in memory while it is small, then piece by piece into a sealed file.
//!
//! Uses: `failure`, `ids`, `seal`
//!
//! Nothing of it counts until a row says so ([`super::save`]); a writer that is dropped before removes its file.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};

use rusqlite::Connection;

use crate::platform::error::{PericardError, Result};
use crate::storage::failure::failed_io;
use crate::storage::ids::random_id;

use super::reader::sealed_size;
use super::seal::{FileKey, PIECE, Seal};
use super::{Files, SMALL};

/// What is to be written into the row of a content.
pub(crate) enum Saved {
    /// A small content.
    Row(Vec<u8>),
    /// A file, or the whole pieces of one that are here.
    File {
        name: String,
        key: FileKey,
        size: u64,
        complete: bool,
    },
}

/// Takes a content in.
pub(crate) struct ContentWriter {
    files: Files,
    name: String,
    key: FileKey,
    /// What is not in a piece of the file yet.
    buffer: Vec<u8>,
    file: Option<Pieces>,
    /// A row knows the file.
    kept: bool,
}

struct Pieces {
    file: File,
    seal: Seal,
    written: u32,
}

impl ContentWriter {
    /// Begins a new content. Nothing is on disk yet.
    pub(crate) fn new(files: &Files) -> Self {
        let platform = &files.platform;
        Self {
            files: files.clone(),
            name: random_id(platform),
            key: FileKey::new(platform),
            buffer: Vec::new(),
            file: None,
            kept: false,
        }
    }

    /// Goes on behind the whole pieces of the row `id`; `None` where there are none, or not as many as it says.
    pub(crate) fn resume(files: &Files, c: &Connection, id: i64) -> Result<Option<Self>> {
        let Some(row) = super::row(c, id)?.filter(|row| !row.complete) else {
            return Ok(None);
        };
        let Some((name, key)) = row.file else {
            return Ok(None);
        };
        let file = File::options()
            .read(true)
            .write(true)
            .open(files.path(&name));
        let Ok(mut file) = file else {
            return Ok(None);
        };
        let whole = sealed_size(row.size);
        let length = file.metadata().map_err(|e| failed_io(&e))?.len();
        if length < whole || !row.size.is_multiple_of(PIECE as u64) {
            return Ok(None);
        }
        file.set_len(whole)
            .and_then(|()| file.seek(SeekFrom::Start(whole)))
            .map_err(|e| failed_io(&e))?;
        let seal = Seal::new(&key, &files.person, &name)?;
        Ok(Some(Self {
            files: files.clone(),
            buffer: Vec::new(),
            file: Some(Pieces {
                file,
                seal,
                written: u32::try_from(row.size / PIECE as u64).unwrap_or(u32::MAX),
            }),
            name,
            key,
            kept: true,
        }))
    }

    /// Bytes that were taken in.
    pub(crate) fn size(&self) -> u64 {
        self.in_file() + self.buffer.len() as u64
    }

    /// Bytes that are in whole pieces on disk: from there a download can go on in another process.
    pub(crate) fn in_file(&self) -> u64 {
        let written = self.file.as_ref().map_or(0, |pieces| pieces.written);
        u64::from(written) * PIECE as u64
    }

    /// Takes the next bytes in. Blocks.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.buffer.extend_from_slice(bytes);
        if self.file.is_none() && self.buffer.len() > SMALL {
            self.begin_file()?;
        }
        if let Some(pieces) = &mut self.file {
            // The last piece is marked, so a full one waits until more has come.
            let mut at = 0;
            while self.buffer.len() - at > PIECE {
                pieces.write(&self.buffer[at..at + PIECE], false)?;
                at += PIECE;
            }
            self.buffer.drain(..at);
        }
        Ok(())
    }

    fn begin_file(&mut self) -> Result<()> {
        self.files.prepare()?;
        let file = File::options()
            .write(true)
            .create_new(true)
            .open(self.files.path(&self.name))
            .map_err(|e| failed_io(&e))?;
        let seal = Seal::new(&self.key, &self.files.person, &self.name)?;
        self.file = Some(Pieces {
            file,
            seal,
            written: 0,
        });
        Ok(())
    }

    /// Makes the whole pieces durable and says how to note them; `None` while everything is in memory. Blocks.
    pub(crate) fn part(&mut self) -> Result<Option<Saved>> {
        let size = self.in_file();
        if size == 0 {
            return Ok(None);
        }
        self.sync()?;
        Ok(Some(self.saved(size, false)))
    }

    /// Writes the end, makes everything durable and says how to note it. Blocks.
    pub(crate) fn finish(&mut self) -> Result<Saved> {
        let size = self.size();
        if let Some(pieces) = &mut self.file {
            pieces.write(&self.buffer, true)?;
            self.sync()?;
            return Ok(self.saved(size, true));
        }
        Ok(Saved::Row(std::mem::take(&mut self.buffer)))
    }

    /// A row knows the file now.
    pub(crate) fn kept(&mut self) {
        self.kept = true;
    }

    fn saved(&self, size: u64, complete: bool) -> Saved {
        Saved::File {
            name: self.name.clone(),
            key: self.key.clone(),
            size,
            complete,
        }
    }

    fn sync(&self) -> Result<()> {
        if let Some(pieces) = &self.file {
            pieces.file.sync_all().map_err(|e| failed_io(&e))?;
            // The name of a new file is durable with its folder (fsync(2)); Windows has no such call.
            #[cfg(unix)]
            File::open(&self.files.folder)
                .and_then(|folder| folder.sync_all())
                .map_err(|e| failed_io(&e))?;
        }
        Ok(())
    }
}

impl Pieces {
    fn write(&mut self, piece: &[u8], last: bool) -> Result<()> {
        let mut sealed = Vec::with_capacity(piece.len() + super::seal::TAG);
        sealed.extend_from_slice(piece);
        self.seal.seal(self.written, last, &mut sealed)?;
        self.file.write_all(&sealed).map_err(|e| failed_io(&e))?;
        self.written = self
            .written
            .checked_add(1)
            .ok_or(PericardError::internal("file size"))?;
        Ok(())
    }
}

impl Drop for ContentWriter {
    fn drop(&mut self) {
        if self.file.is_some() && !self.kept {
            let _ = std::fs::remove_file(self.files.path(&self.name));
        }
    }
}
