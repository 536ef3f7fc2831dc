//! Keys that are wiped when dropped and cannot be printed.
//!
//! A type, not a habit: a key that reaches a log line prints as `Key(…)`.

use zeroize::{Zeroize, ZeroizeOnDrop};

/// 256 bits of key material.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub(crate) struct Key([u8; Key::LEN]);

impl Key {
    pub(crate) const LEN: usize = 32;

    pub(crate) fn new(bytes: [u8; Key::LEN]) -> Self {
        Self(bytes)
    }

    /// `None` when the bytes have another length than a key.
    pub(crate) fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub(crate) fn bytes(&self) -> &[u8; Key::LEN] {
        &self.0
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_does_not_print() {
        assert_eq!(format!("{:?}", Key::new([7; 32])), "Key(…)");
    }
}
