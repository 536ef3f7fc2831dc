//! The form of a sealed file: pieces of 64 KB, each encrypted by itself, none of which can be left out or moved.
//!
//! STREAM (Hoang, Reyhanitabar, Rogaway, Vizár: *Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance*,
//! CRYPTO 2015, §7): the nonce of a piece is a random prefix, the number of the piece, and whether it is the last. So a
//! piece that was moved, repeated, left out or cut off does not decrypt. The key is random for each file; the associated
//! data names the person and the file, so a piece of another file does not decrypt either.
//!
//! The cipher is AES-256-GCM-SIV (RFC 8452): a piece that a crash has torn is written again under the same nonce, perhaps
//! with other content, which GCM would not forgive.

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, Nonce, UnboundKey};
use zeroize::Zeroizing;

use crate::platform::Platform;
use crate::platform::error::{PericardError, Result};

/// What one piece holds; the last may hold less.
pub(super) const PIECE: usize = 64 * 1024;
/// What each piece takes beside.
pub(super) const TAG: usize = 16;
const PREFIX: usize = 7;
const KEY: usize = 32;

/// The key of one file, with the prefix of its nonces. It is wiped when dropped.
#[derive(Clone)]
pub(crate) struct FileKey(Zeroizing<[u8; KEY + PREFIX]>);

impl FileKey {
    pub(super) fn new(platform: &Platform) -> Self {
        Self(Zeroizing::new(platform.random()))
    }

    /// `None` when the bytes have another length.
    pub(super) fn from_slice(bytes: &[u8]) -> Option<Self> {
        Some(Self(Zeroizing::new(bytes.try_into().ok()?)))
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &*self.0
    }
}

/// Seals and opens the pieces of one file.
pub(super) struct Seal {
    key: LessSafeKey,
    prefix: [u8; PREFIX],
    bound: String,
}

impl Seal {
    /// `person` and `file` are what the pieces are bound to.
    pub(super) fn new(key: &FileKey, person: &str, file: &str) -> Result<Self> {
        let (key, prefix) = key.bytes().split_at(KEY);
        let key = UnboundKey::new(&AES_256_GCM_SIV, key)
            .map_err(|_| PericardError::internal("file key"))?;
        Ok(Self {
            key: LessSafeKey::new(key),
            prefix: prefix.try_into().unwrap_or_default(),
            bound: format!("pericard file\0{person}\0{file}"),
        })
    }

    /// Encrypts a piece in place and appends its tag.
    pub(super) fn seal(&self, number: u32, last: bool, piece: &mut Vec<u8>) -> Result<()> {
        let bound = Aad::from(self.bound.as_bytes());
        self.key
            .seal_in_place_append_tag(self.nonce(number, last), bound, piece)
            .map_err(|_| PericardError::internal("file seal"))
    }

    /// Decrypts a piece; `None` if it is not this piece of this file.
    pub(super) fn open(&self, number: u32, last: bool, mut piece: Vec<u8>) -> Option<Vec<u8>> {
        let bound = Aad::from(self.bound.as_bytes());
        let nonce = self.nonce(number, last);
        let plain = self.key.open_in_place(nonce, bound, &mut piece).ok()?.len();
        piece.truncate(plain);
        Some(piece)
    }

    fn nonce(&self, number: u32, last: bool) -> Nonce {
        let mut nonce = [0; 12];
        nonce[..PREFIX].copy_from_slice(&self.prefix);
        nonce[PREFIX..PREFIX + 4].copy_from_slice(&number.to_be_bytes());
        nonce[PREFIX + 4] = u8::from(last);
        Nonce::assume_unique_for_key(nonce)
    }
}
