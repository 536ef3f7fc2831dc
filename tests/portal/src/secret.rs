//! Secrets as a server should hold and compare them: by fingerprint, and in constant time.
//!
//! A table keyed by fingerprints gives nothing away by how long a look-up takes, since whoever asks
//! cannot choose the fingerprint's bits; and what is in it signs nobody in.

use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

/// SHA-256 of a secret of high entropy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Fingerprint([u8; 32]);

impl Fingerprint {
    pub(crate) fn of(secret: &str) -> Self {
        Self(Sha256::digest(secret.as_bytes()).into())
    }
}

impl ConstantTimeEq for Fingerprint {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.0.ct_eq(&other.0)
    }
}

/// Whether two texts are the same, in a time that tells nothing of either (not even its length).
pub(crate) fn same(one: &str, other: &str) -> bool {
    Fingerprint::of(one).ct_eq(&Fingerprint::of(other)).into()
}
