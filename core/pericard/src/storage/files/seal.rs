//! The form of a sealed file: pieces of 64 KB, each encrypted by itself, none of which can be left out or moved.
//!
//! STREAM (Hoang, Reyhanitabar, Rogaway, Vizár: *Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance*,
//! CRYPTO 2015, §7): the nonce of a piece is a random prefix, the number of the piece, and whether it is the last. So a
//! piece that was moved, repeated, left out or cut off does not decrypt. The key is random for each file; the associated
//! data names the person and the file, so a piece of another file does not decrypt either.
//!
//! A piece that a crash has torn is written again under the same nonce, perhaps with other content: AES-256-GCM-SIV forgives that.
//!
//! Uses: `cipher`

use zeroize::Zeroizing;

use crate::platform::Platform;
use crate::platform::error::Result;
use crate::storage::cipher::{Cipher, NONCE_LEN};

/// What each piece takes beside.
pub(super) use crate::storage::cipher::TAG;

/// What one piece holds; the last may hold less.
pub(super) const PIECE: usize = 64 * 1024;
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
    cipher: Cipher,
    prefix: [u8; PREFIX],
}

impl Seal {
    /// `person` and `file` are what the pieces are bound to.
    pub(super) fn new(key: &FileKey, person: &str, file: &str) -> Result<Self> {
        let (key, prefix) = key.bytes().split_at(KEY);
        Ok(Self {
            cipher: Cipher::new(key, format!("pericard file\0{person}\0{file}").into())?,
            prefix: prefix.try_into().unwrap_or_default(),
        })
    }

    /// Encrypts a piece in place and appends its tag.
    pub(super) fn seal(&self, number: u32, last: bool, piece: &mut Vec<u8>) -> Result<()> {
        self.cipher.encrypt(self.nonce(number, last), piece)
    }

    /// Decrypts a piece; `None` if it is not this piece of this file.
    pub(super) fn open(&self, number: u32, last: bool, piece: Vec<u8>) -> Option<Vec<u8>> {
        self.cipher.decrypt(self.nonce(number, last), piece)
    }

    fn nonce(&self, number: u32, last: bool) -> [u8; NONCE_LEN] {
        let mut nonce = [0; NONCE_LEN];
        nonce[..PREFIX].copy_from_slice(&self.prefix);
        nonce[PREFIX..PREFIX + 4].copy_from_slice(&number.to_be_bytes());
        nonce[PREFIX + 4] = u8::from(last);
        nonce
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// A piece is what RFC 8452 makes of prefix, number, end, person and file, and of nothing else.
    #[test]
    fn a_piece_is_sealed_under_its_place_and_its_owner() {
        let bytes: Vec<u8> = (0..39).collect();
        let file = FileKey::from_slice(&bytes).unwrap();
        let seal = Seal::new(&file, "a|p", "f").unwrap();
        let mut piece = b"content".to_vec();
        seal.seal(0x0102_0304, true, &mut piece).unwrap();
        let mut nonce = [0; NONCE_LEN];
        nonce[..7].copy_from_slice(&bytes[32..]);
        nonce[7..].copy_from_slice(&[1, 2, 3, 4, 1]);
        let cipher = Cipher::new(&bytes[..32], b"pericard file\0a|p\0f".to_vec()).unwrap();
        assert_eq!(cipher.decrypt(nonce, piece).unwrap(), b"content");
    }
}
