//! The ids that apps see.
//!
//! Accounts and people have random ids. The id of a thread or message is its row number, encrypted under the person's
//! key: opaque, stable, local to this installation and person, and without a column or index of its own. An id from
//! another person or installation, or a made-up one, does not decrypt to a row and is `NotFound`.

use aws_lc_rs::cipher::{
    AES_256, DecryptingKey, DecryptionContext, EncryptingKey, UnboundCipherKey,
};
use data_encoding::Encoding;

use crate::platform::Platform;
use crate::platform::error::{PericardError, Result};
use crate::platform::secret::Key;

/// Returns 128 random bits as 26 letters and digits, usable in file names and keystore names.
pub(crate) fn random_id(platform: &Platform) -> String {
    alphabet().encode(&platform.random::<16>())
}

fn alphabet() -> Encoding {
    data_encoding::BASE32_DNSCURVE.clone()
}

/// What an id refers to, so that a thread's id cannot be used as a message's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IdKind {
    Thread = 1,
    Message = 2,
    /// A position in a list, `after`.
    Position = 3,
    Draft = 4,
    /// Somebody a message can be written to.
    Recipient = 5,
    File = 6,
    Document = 7,
    DocumentFile = 8,
    LabReport = 9,
    LabResult = 10,
}

/// Converts one person's row numbers to ids and back.
pub(crate) struct Ids {
    seal: EncryptingKey,
    open: DecryptingKey,
}

impl Ids {
    pub(crate) fn new(key: &Key) -> Result<Self> {
        let cipher = || UnboundCipherKey::new(&AES_256, key.bytes());
        let made = cipher().and_then(EncryptingKey::ecb).and_then(|seal| {
            Ok(Self {
                seal,
                open: DecryptingKey::ecb(cipher()?)?,
            })
        });
        made.map_err(|_| PericardError::internal("ids"))
    }

    /// Encrypts one AES block: the kind, seven zero bytes that a made-up id will not have, and the row.
    pub(crate) fn encode(&self, kind: IdKind, row: i64) -> String {
        let mut block = [0; 16];
        block[0] = kind as u8;
        block[8..].copy_from_slice(&row.to_be_bytes());
        match self.seal.encrypt(&mut block) {
            Ok(_) => alphabet().encode(&block),
            // Cannot happen: the key is valid and the input is exactly one block.
            Err(_) => std::process::abort(),
        }
    }

    /// Returns the row of `id` if it is this person's and of this kind.
    pub(crate) fn decode(&self, kind: IdKind, id: &str) -> Option<i64> {
        let mut block: [u8; 16] = alphabet().decode(id.as_bytes()).ok()?.try_into().ok()?;
        self.open
            .decrypt(&mut block, DecryptionContext::None)
            .ok()?;
        let (head, row) = block.split_at(8);
        let genuine = head[0] == kind as u8 && head[1..].iter().all(|b| *b == 0);
        genuine.then(|| i64::from_be_bytes(row.try_into().unwrap_or_default()))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn ids(key: u8) -> Ids {
        Ids::new(&Key::new([key; 32])).unwrap()
    }

    /// FIPS 197, appendix C.3.
    #[test]
    fn the_cipher_is_aes_with_256_bits_of_key() {
        let key = Key::try_filled(|key| {
            key.iter_mut().zip(0..).for_each(|(byte, n)| *byte = n);
            Ok::<_, ()>(())
        });
        let ids = Ids::new(&key.unwrap()).unwrap();
        let text: [u8; 16] = std::array::from_fn(|n| 0x11 * n as u8);
        let mut block = text;
        ids.seal.encrypt(&mut block).unwrap();
        let hex = data_encoding::HEXLOWER.encode(&block);
        assert_eq!(hex, "8ea2b7ca516745bfeafc49904b496089");
        ids.open
            .decrypt(&mut block, DecryptionContext::None)
            .unwrap();
        assert_eq!(block, text);
    }

    #[test]
    fn an_id_leads_back_to_its_row_and_to_no_other_kind() {
        let mine = ids(1);
        for row in [0, 1, i64::MAX, i64::MIN, 1_700_000_000_000 << 12] {
            let id = mine.encode(IdKind::Message, row);
            assert_eq!(id.len(), 26);
            assert_eq!(mine.decode(IdKind::Message, &id), Some(row));
            assert_eq!(mine.decode(IdKind::Thread, &id), None);
            assert_eq!(mine.encode(IdKind::Message, row), id);
        }
    }

    #[test]
    fn what_this_person_never_gave_out_is_nothing() {
        let id = ids(1).encode(IdKind::Thread, 7);
        assert_eq!(ids(2).decode(IdKind::Thread, &id), None);
        for made_up in [
            "",
            "7",
            "zzzzzzzzzzzzzzzzzzzzzzzzzz",
            &id[1..],
            &format!("{id}0"),
            "ü",
        ] {
            assert_eq!(ids(1).decode(IdKind::Thread, made_up), None, "{made_up}");
        }
    }

    #[test]
    fn neighbours_do_not_look_alike() {
        let (one, two) = (
            ids(1).encode(IdKind::Message, 1),
            ids(1).encode(IdKind::Message, 2),
        );
        let same = one.chars().zip(two.chars()).filter(|(a, b)| a == b).count();
        assert!(same < 10, "{one} {two}");
    }
}
