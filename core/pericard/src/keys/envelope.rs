//! A key wrapped by another: AES-256-GCM (NIST SP 800-38D) with a random nonce, bound to what it is for.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zeroize::Zeroizing;

use crate::platform::Platform;
use crate::platform::error::{PericardError, Result};
use crate::platform::secret::Key;

/// Bytes of a wrapped key: nonce, key, tag.
pub(super) const LEN: usize = NONCE_LEN + Key::LEN + 16;

/// Wraps `key` under `under`; it opens for the same `bound` alone.
pub(super) fn wrap(key: &Key, under: &Key, bound: &[u8], platform: &Platform) -> Result<Vec<u8>> {
    let nonce: [u8; NONCE_LEN] = platform.random();
    let mut sealed = key.bytes().to_vec();
    cipher(under)?
        .seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(bound),
            &mut sealed,
        )
        .map_err(|_| PericardError::internal("wrap"))?;
    Ok([nonce.as_slice(), &sealed].concat())
}

/// Opens what `wrap` made; nothing if it was wrapped under another key, for something else, or changed since.
pub(super) fn unwrap(wrapped: &[u8], under: &Key, bound: &[u8]) -> Result<Option<Key>> {
    let Some((nonce, sealed)) = wrapped.split_first_chunk::<NONCE_LEN>() else {
        return Ok(None);
    };
    let mut sealed = Zeroizing::new(sealed.to_vec());
    let opened = cipher(under)?.open_in_place(
        Nonce::assume_unique_for_key(*nonce),
        Aad::from(bound),
        &mut sealed,
    );
    Ok(opened.ok().and_then(|bytes| Key::from_slice(bytes)))
}

fn cipher(key: &Key) -> Result<LessSafeKey> {
    let key =
        UnboundKey::new(&AES_256_GCM, key.bytes()).map_err(|_| PericardError::internal("wrap"))?;
    Ok(LessSafeKey::new(key))
}
