//! The ids that apps see.
//!
//! Accounts and people have random ones. Threads and messages have their row number, encrypted under the
//! person's key: opaque, stable, local to this installation and this person, and free of any column or index.
//! An id of another person, another installation or nobody does not decrypt to a row: it is `NotFound`.

use aws_lc_rs::cipher::{
    AES_256, DecryptingKey, DecryptionContext, EncryptingKey, UnboundCipherKey,
};
use data_encoding::Encoding;

use crate::platform::Platform;
use crate::platform::error::{PericardError, Result};
use crate::platform::secret::Key;

/// 128 random bits in 26 letters and digits, fit for file names and keystore names.
pub(crate) fn random_id(platform: &Platform) -> String {
    alphabet().encode(&platform.random::<16>())
}

fn alphabet() -> Encoding {
    data_encoding::BASE32_DNSCURVE.clone()
}

/// What a row is, so that a thread's id is no message's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IdKind {
    Thread = 1,
    Message = 2,
    /// A position in a list, `after`.
    Position = 3,
}

/// Row numbers to ids and back, for one person.
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

    /// One AES block: kind, seven zero bytes that a made-up id will not have, the row.
    pub(crate) fn encode(&self, kind: IdKind, row: i64) -> String {
        let mut block = [0; 16];
        block[0] = kind as u8;
        block[8..].copy_from_slice(&row.to_be_bytes());
        match self.seal.encrypt(&mut block) {
            Ok(_) => alphabet().encode(&block),
            // One whole block of a ready key: aws-lc has nothing to refuse.
            Err(_) => std::process::abort(),
        }
    }

    /// The row behind `id`, if it is one of this person's of that kind.
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
