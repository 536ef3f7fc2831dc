//! Keys that are wiped when dropped and cannot be printed.
//!
//! A type, not a habit: a key that reaches a log line prints as `Key(…)`.

use zeroize::{Zeroize, ZeroizeOnDrop};

use super::Platform;

/// 256 bits of key material, on the heap: moving a key leaves none of its bytes on a stack.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub(crate) struct Key(Box<[u8; Key::LEN]>);

impl Key {
    pub(crate) const LEN: usize = 32;

    /// A key whose bytes `fill` writes where they stay.
    pub(crate) fn try_filled<E>(
        fill: impl FnOnce(&mut [u8; Key::LEN]) -> Result<(), E>,
    ) -> Result<Self, E> {
        let mut key = Self(Box::new([0; Key::LEN]));
        fill(&mut key.0)?;
        Ok(key)
    }

    /// A key that nobody can guess.
    pub(crate) fn random(platform: &Platform) -> Self {
        let mut key = Self(Box::new([0; Key::LEN]));
        platform.random.fill(&mut *key.0);
        key
    }

    /// `None` when the bytes have another length than a key.
    pub(crate) fn from_slice(bytes: &[u8]) -> Option<Self> {
        let wrong_length = |_| ();
        let filled = Self::try_filled(|key| {
            let bytes: &[u8; Key::LEN] = bytes.try_into().map_err(wrong_length)?;
            key.copy_from_slice(bytes);
            Ok::<_, ()>(())
        });
        filled.ok()
    }

    #[cfg(test)]
    pub(crate) fn new(bytes: [u8; Key::LEN]) -> Self {
        Self(Box::new(bytes))
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
