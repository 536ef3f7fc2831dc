//! The file of an access log: sealed slots of one size, so that an entry is one write, and its number says where it is.
//!
//! The first slot says behind which entry the others begin. A slot is sealed under the number of what is in it: one that was
//! moved or put back does not open. What a crash has torn or left unwritten at the end does not open either, and is written over.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::platform::error::{PericardError, Result, StorageKind};
use crate::platform::secret::Key;
use crate::storage::cipher::{Cipher, NONCE_LEN, TAG};
use crate::storage::failure::failed_io;
use crate::storage::rename::rename;

/// What a slot holds at most.
const CONTENT: usize = 208;
pub(super) const SLOT: usize = CONTENT + TAG;

/// Behind which entry the slots begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Start {
    pub(super) n: i64,
    /// Its MAC; empty where there was none.
    pub(super) mac: Vec<u8>,
}

impl Start {
    fn bytes(&self) -> Vec<u8> {
        [
            &self.n.to_be_bytes()[..],
            &[self.mac.len() as u8],
            &self.mac,
        ]
        .concat()
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (n, rest) = bytes.split_first_chunk()?;
        let (length, rest) = rest.split_first()?;
        Some(Self {
            n: i64::from_be_bytes(*n),
            mac: rest.get(..usize::from(*length))?.to_vec(),
        })
    }
}

/// The open file.
pub(super) struct Slots {
    path: PathBuf,
    cipher: Cipher,
    file: File,
    start: Start,
    /// The newest entry.
    newest: i64,
}

impl Slots {
    /// Opens the file, or makes it. `Storage` (`Damaged`) for one that is not of this key. Blocks.
    pub(super) fn open(path: &Path, key: &Key) -> Result<Self> {
        let cipher = Cipher::new(key.bytes(), b"pericard access log".to_vec())?;
        let mut options = File::options();
        options.read(true).write(true).create(true).truncate(false);
        let file = options.open(path).map_err(|e| failed_io(&e))?;
        let length = file.metadata().map_err(|e| failed_io(&e))?.len();
        let mut slots = Self {
            path: path.to_owned(),
            cipher,
            file,
            start: Start {
                n: 0,
                mac: Vec::new(),
            },
            newest: 0,
        };
        let whole = i64::try_from(length / SLOT as u64).unwrap_or(0);
        if whole == 0 {
            // New, or its first slot was never written.
            let first = slots.seal(0, slots.start.bytes())?;
            slots.write(0, &first)?;
            return Ok(slots);
        }
        let first = slots.read(0, 0)?;
        let damaged = PericardError::storage(StorageKind::Damaged);
        slots.start = first.and_then(|first| Start::read(&first)).ok_or(damaged)?;
        slots.newest = slots.start.n + whole - 1;
        while slots.newest > slots.start.n && slots.get(slots.newest)?.is_none() {
            slots.newest -= 1;
        }
        Ok(slots)
    }

    pub(super) fn start(&self) -> &Start {
        &self.start
    }

    pub(super) fn newest(&self) -> i64 {
        self.newest
    }

    /// How many entries there are.
    pub(super) fn len(&self) -> i64 {
        self.newest - self.start.n
    }

    /// What is in a slot; nothing where there is none that opens. Blocks.
    pub(super) fn get(&mut self, n: i64) -> Result<Option<Vec<u8>>> {
        if n <= self.start.n || n > self.newest {
            return Ok(None);
        }
        self.read(self.place(n), n)
    }

    /// Calls `each` with what is in every slot, oldest first, until it says false. Blocks.
    pub(super) fn each(
        &mut self,
        mut each: impl FnMut(i64, Option<Vec<u8>>) -> bool,
    ) -> Result<()> {
        let failed = |e| failed_io(&e);
        self.file
            .seek(SeekFrom::Start(SLOT as u64))
            .map_err(failed)?;
        let mut reader = BufReader::with_capacity(256 * SLOT, &self.file);
        for n in self.start.n + 1..=self.newest {
            let mut slot = vec![0; SLOT];
            reader.read_exact(&mut slot).map_err(failed)?;
            if !each(n, self.cipher.decrypt(nonce(n), slot)) {
                break;
            }
        }
        Ok(())
    }

    /// Adds a slot. What fails leaves nothing behind. Blocks.
    pub(super) fn push(&mut self, content: Vec<u8>) -> Result<()> {
        let n = self.newest + 1;
        let slot = self.seal(n, content)?;
        self.write(self.place(n), &slot)?;
        self.newest = n;
        Ok(())
    }

    /// Lets everything up to `start` go: the rest is copied, and takes the place of what is here at once. Blocks.
    pub(super) fn begin_behind(&mut self, start: Start) -> Result<()> {
        let failed = |e| failed_io(&e);
        let mut copy = self.path.clone().into_os_string();
        copy.push(".new");
        let copy = PathBuf::from(copy);
        let mut options = File::options();
        options.read(true).write(true).create(true).truncate(true);
        let mut file = options.open(&copy).map_err(failed)?;
        file.write_all(&self.seal(0, start.bytes())?)
            .map_err(failed)?;
        let from = self.place(start.n + 1);
        self.file.seek(SeekFrom::Start(from)).map_err(failed)?;
        let rest = self.place(self.newest + 1) - from;
        std::io::copy(&mut (&self.file).take(rest), &mut file).map_err(failed)?;
        file.sync_all().map_err(failed)?;
        rename(&copy, &self.path)?;
        (self.file, self.start) = (file, start);
        Ok(())
    }

    fn place(&self, n: i64) -> u64 {
        (n - self.start.n).unsigned_abs() * SLOT as u64
    }

    fn seal(&self, n: i64, mut content: Vec<u8>) -> Result<Vec<u8>> {
        if content.len() > CONTENT {
            return Err(PericardError::internal("log entry"));
        }
        content.resize(CONTENT, 0);
        self.cipher.encrypt(nonce(n), &mut content)?;
        Ok(content)
    }

    fn read(&mut self, place: u64, n: i64) -> Result<Option<Vec<u8>>> {
        let mut slot = vec![0; SLOT];
        self.file
            .seek(SeekFrom::Start(place))
            .and_then(|_| self.file.read_exact(&mut slot))
            .map_err(|e| failed_io(&e))?;
        Ok(self.cipher.decrypt(nonce(n), slot))
    }

    fn write(&mut self, place: u64, slot: &[u8]) -> Result<()> {
        self.file
            .seek(SeekFrom::Start(place))
            .and_then(|_| self.file.write_all(slot))
            .map_err(|e| failed_io(&e))
    }
}

/// Entries count from 1; the first slot is number 0.
fn nonce(n: i64) -> [u8; NONCE_LEN] {
    let mut nonce = [0; NONCE_LEN];
    nonce[NONCE_LEN - 8..].copy_from_slice(&n.to_be_bytes());
    nonce
}
