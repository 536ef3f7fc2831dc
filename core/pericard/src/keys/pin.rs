//! The key that Argon2id (RFC 9106) makes of a PIN.

use argon2::{Algorithm, Argon2, Params, Version};
use pericard_protocol::lock::pin::Pin;

use crate::platform::error::{PericardError, Result};
use crate::platform::secret::Key;

pub(super) const SALT_LEN: usize = 16;

/// What it costs to try a PIN. Kept beside what the PIN opens, so that a later version may ask for more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cost {
    pub(super) kib: u32,
    pub(super) passes: u32,
}

impl Cost {
    /// Two and a half times the memory that OWASP asks for at least (19 MiB, two passes): docs/decisions has what it takes on
    /// a slow phone.
    pub(super) const NOW: Self = Self {
        kib: 48 * 1024,
        passes: 2,
    };

    /// More than that nobody has stored.
    const MOST: Self = Self {
        kib: 1024 * 1024,
        passes: 64,
    };

    /// Whether a PIN may be tried at this cost.
    pub(super) fn is_sane(self) -> bool {
        (8..=Self::MOST.kib).contains(&self.kib) && (1..=Self::MOST.passes).contains(&self.passes)
    }
}

/// The key of a PIN with `salt`. Takes as long as `cost` says; its memory is wiped.
pub(super) fn key(pin: &Pin, salt: &[u8; SALT_LEN], cost: Cost) -> Result<Key> {
    derive(pin.expose(), salt, cost).map_err(|_| PericardError::internal("argon2"))
}

fn derive(password: &[u8], salt: &[u8], cost: Cost) -> argon2::Result<Key> {
    let params = Params::new(cost.kib, cost.passes, 1, Some(Key::LEN))?;
    argon2id(password, salt, &[], params)
}

/// No PIN has a `secret` beside it; RFC 9106's test vector does.
fn argon2id(password: &[u8], salt: &[u8], secret: &[u8], params: Params) -> argon2::Result<Key> {
    let argon2 = Argon2::new_with_secret(secret, Algorithm::Argon2id, Version::V0x13, params)?;
    Key::try_filled(|bytes| argon2.hash_password_into(password, salt, bytes))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use argon2::{AssociatedData, ParamsBuilder};

    use super::*;

    fn hex(key: &Key) -> String {
        data_encoding::HEXLOWER.encode(key.bytes())
    }

    #[test]
    fn the_key_is_that_of_rfc_9106() {
        // §5.3.
        let mut params = ParamsBuilder::new();
        params.m_cost(32).t_cost(3).p_cost(4).output_len(Key::LEN);
        params.data(AssociatedData::new(&[4; 12]).unwrap());
        let key = argon2id(&[1; 32], &[2; 16], &[3; 8], params.build().unwrap()).unwrap();
        assert_eq!(
            hex(&key),
            "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"
        );
    }

    /// From the reference implementation's test.c: `hashtest(version, 2, 16, 1, "password", "somesalt", …)` of Argon2id.
    #[test]
    fn the_key_is_that_of_the_reference_implementation() {
        let cost = Cost {
            kib: 65536,
            passes: 2,
        };
        let key = derive(b"password", b"somesalt", cost).unwrap();
        assert_eq!(
            hex(&key),
            "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7"
        );
    }

    #[test]
    fn another_pin_another_salt_and_another_cost_are_another_key() {
        let cheap = Cost { kib: 8, passes: 1 };
        let dearer = Cost { kib: 16, ..cheap };
        let key = |pin: &[u8], salt, cost| {
            let pin = Pin::read(pin).unwrap();
            *key(&pin, &[salt; SALT_LEN], cost).unwrap().bytes()
        };
        let first = key(b"270419", 1, cheap);
        assert_eq!(key("٢٧٠٤١٩".as_bytes(), 1, cheap), first);
        assert_ne!(key(b"270418", 1, cheap), first);
        assert_ne!(key(b"270419", 2, cheap), first);
        assert_ne!(key(b"270419", 1, dearer), first);
    }
}
