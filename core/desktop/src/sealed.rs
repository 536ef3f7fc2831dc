//! The sealed file: entries encrypted under a key that is derived from a passphrase.
//!
//! ```text
//! "PCKEYS01" | memory KiB, passes, lanes: u32 LE each | salt 16 | nonce 12   the header, authenticated
//! entries, AES-256-GCM (SP 800-38D)                                         with tag
//! SHA-256 of all of the above
//! ```
//!
//! The key is Argon2id (RFC 9106) of the passphrase with the parameters in the header, so that later versions can raise
//! them. The digest distinguishes a damaged file from a wrong passphrase and serves no other purpose.

use std::collections::BTreeMap;

use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::{digest, rand};
use zeroize::Zeroizing;

use crate::DesktopKeystoreError;

/// Names and their values.
pub(crate) type Entries = BTreeMap<String, Zeroizing<Vec<u8>>>;

const MAGIC: &[u8; 6] = b"PCKEYS";
const VERSION: &[u8; 2] = b"01";
const SALT: usize = 16;
const HEADER: usize = 8 + 3 * 4 + SALT + NONCE_LEN;
const DIGEST: usize = 32;

/// The cost of one guess.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl Cost {
    /// RFC 9106 §4, second choice: 64 MiB and three passes; the passes in sequence, as only one thread works here.
    const NOW: Self = Self {
        memory_kib: 64 * 1024,
        passes: 3,
        lanes: 4,
    };

    /// Limits the parameters of a damaged or planted header to what a desktop has.
    fn is_sane(self) -> bool {
        (8 * 1024..=1024 * 1024).contains(&self.memory_kib)
            && (1..=32).contains(&self.passes)
            && (1..=16).contains(&self.lanes)
    }
}

/// The key of one file, derived from its passphrase once.
pub(crate) struct FileKey {
    key: LessSafeKey,
    cost: Cost,
    salt: [u8; SALT],
}

impl FileKey {
    /// A key for a new file.
    pub(crate) fn new(passphrase: &[u8]) -> Result<Self, DesktopKeystoreError> {
        Self::draw(passphrase, Cost::NOW, random()?)
    }

    /// Derives the key for the file `bytes`, without checking the passphrase.
    pub(crate) fn of(file: &[u8], passphrase: &[u8]) -> Result<Self, DesktopKeystoreError> {
        let header = Header::read(file)?;
        Self::draw(passphrase, header.cost, header.salt)
    }

    /// Takes about a fifth of a second, on purpose.
    fn draw(passphrase: &[u8], cost: Cost, salt: [u8; SALT]) -> Result<Self, DesktopKeystoreError> {
        let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(32))
            .map_err(|_| DesktopKeystoreError::Damaged)?;
        let mut bytes = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase, &salt, &mut *bytes)
            .map_err(|_| DesktopKeystoreError::NoPassphrase)?;
        let key = UnboundKey::new(&AES_256_GCM, &*bytes)
            .map_err(|_| std::io::Error::other("AES-256-GCM is not there"))?;
        Ok(Self {
            key: LessSafeKey::new(key),
            cost,
            salt,
        })
    }

    /// Encrypts the entries under a new nonce. Random nonces of 96 bits are safe for 2³² files under one key (SP
    /// 800-38D §8.3), and a keystore is written a few times a year.
    pub(crate) fn seal(&self, entries: &Entries) -> Result<Vec<u8>, DesktopKeystoreError> {
        let nonce: [u8; NONCE_LEN] = random()?;
        let mut file = Vec::with_capacity(HEADER);
        file.extend_from_slice(MAGIC);
        file.extend_from_slice(VERSION);
        for number in [self.cost.memory_kib, self.cost.passes, self.cost.lanes] {
            file.extend_from_slice(&number.to_le_bytes());
        }
        file.extend_from_slice(&self.salt);
        file.extend_from_slice(&nonce);
        let mut sealed = encode(entries);
        let nonce = Nonce::assume_unique_for_key(nonce);
        let tag = self
            .key
            .seal_in_place_separate_tag(nonce, Aad::from(&file), &mut sealed)
            .map_err(|_| std::io::Error::other("sealing failed"))?;
        file.extend_from_slice(&sealed);
        file.extend_from_slice(tag.as_ref());
        let digest = digest::digest(&digest::SHA256, &file);
        file.extend_from_slice(digest.as_ref());
        Ok(file)
    }

    /// Decrypts the file. Fails with `WrongPassphrase` also if the passphrase was changed since the key was derived.
    pub(crate) fn open(&self, file: &[u8]) -> Result<Entries, DesktopKeystoreError> {
        let header = Header::read(file)?;
        if (header.cost, header.salt) != (self.cost, self.salt) {
            return Err(DesktopKeystoreError::WrongPassphrase);
        }
        let mut sealed = Zeroizing::new(header.sealed.to_vec());
        let nonce = Nonce::assume_unique_for_key(header.nonce);
        let opened = self
            .key
            .open_in_place(nonce, Aad::from(header.bytes), &mut sealed)
            .map_err(|_| DesktopKeystoreError::WrongPassphrase)?;
        decode(opened).ok_or(DesktopKeystoreError::Damaged)
    }
}

/// The parts of a file.
struct Header<'a> {
    bytes: &'a [u8],
    cost: Cost,
    salt: [u8; SALT],
    nonce: [u8; NONCE_LEN],
    sealed: &'a [u8],
}

impl<'a> Header<'a> {
    fn read(file: &'a [u8]) -> Result<Self, DesktopKeystoreError> {
        Self::parts(file).unwrap_or(Err(DesktopKeystoreError::Damaged))
    }

    fn parts(file: &'a [u8]) -> Option<Result<Self, DesktopKeystoreError>> {
        let body = file.len().checked_sub(DIGEST)?;
        let (body, digest) = file.split_at(body);
        if digest::digest(&digest::SHA256, body).as_ref() != digest {
            return None;
        }
        let (bytes, sealed) = body.split_at_checked(HEADER)?;
        let rest = bytes.strip_prefix(MAGIC)?;
        let Some(rest) = rest.strip_prefix(VERSION) else {
            return Some(Err(DesktopKeystoreError::Newer));
        };
        let (memory_kib, rest) = number(rest)?;
        let (passes, rest) = number(rest)?;
        let (lanes, rest) = number(rest)?;
        let cost = Cost {
            memory_kib,
            passes,
            lanes,
        };
        let (salt, nonce) = rest.split_first_chunk()?;
        Some(Ok(Self {
            bytes,
            cost: Some(cost).filter(|cost| cost.is_sane())?,
            salt: *salt,
            nonce: nonce.try_into().ok()?,
            sealed,
        }))
    }
}

fn number(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (number, rest) = bytes.split_first_chunk()?;
    Some((u32::from_le_bytes(*number), rest))
}

fn random<const N: usize>() -> Result<[u8; N], DesktopKeystoreError> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).map_err(|_| std::io::Error::other("the system has no randomness"))?;
    Ok(bytes)
}

/// Writes each name and value with its length in front, in one allocation, so that growing leaves no copy behind.
fn encode(entries: &Entries) -> Zeroizing<Vec<u8>> {
    let size = |(name, value): (&String, &Zeroizing<Vec<u8>>)| 8 + name.len() + value.len();
    let mut bytes = Zeroizing::new(Vec::with_capacity(entries.iter().map(size).sum()));
    for (name, value) in entries {
        for part in [name.as_bytes(), value] {
            // Values have at most 1 KB by the keystore's contract.
            bytes.extend_from_slice(&(part.len() as u32).to_le_bytes());
            bytes.extend_from_slice(part);
        }
    }
    bytes
}

fn decode(mut bytes: &[u8]) -> Option<Entries> {
    let mut entries = Entries::new();
    while !bytes.is_empty() {
        let mut part = || {
            let (length, rest) = number(bytes)?;
            let (part, rest) = rest.split_at_checked(usize::try_from(length).ok()?)?;
            bytes = rest;
            Some(part)
        };
        let (name, value) = (part()?, part()?);
        let name = String::from_utf8(name.to_vec()).ok()?;
        entries.insert(name, Zeroizing::new(value.to_vec()));
    }
    Some(entries)
}
