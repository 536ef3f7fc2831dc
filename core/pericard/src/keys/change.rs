//! What the keystore has of an account's content: one root, or two while one takes the place of the other.
//!
//! ```text
//! one   as `root` has it
//! two   1      version
//!       16     the id of the new root
//!       2      the length of what follows (big-endian)
//!       …      the root of before
//!       …      the new one
//! ```
//!
//! Keystore and device.db do not commit together. So both roots are kept until the people's keys are wrapped by the new one,
//! which is one transaction; each wrap names its root, and thereby says which of the two it is.
//!
//! Uses: `context`, `person`, `root`

use zeroize::Zeroizing;

use crate::platform::error::Result;

use super::context::KeyContext;
use super::odd_length;
use super::person::RootId;
use super::root::Content;

const VERSION: u8 = 2;

/// What is kept of an account's content.
pub(crate) enum Stored {
    /// The root.
    One(Content),
    /// The root of before, and one that counts once a person's key is wrapped by it.
    Two {
        /// What counts until then.
        before: Content,
        /// What counts from then on.
        after: Content,
        /// The id of the latter.
        id: RootId,
    },
}

impl Stored {
    pub(super) fn parse(bytes: &[u8], context: &KeyContext) -> Result<Self> {
        match bytes {
            // A bare root may begin with any byte.
            [VERSION, rest @ ..] if bytes.len() != Content::BARE => {
                let parts = two(rest).ok_or(odd_length())?;
                let (id, before, after) = parts;
                Ok(Self::Two {
                    before: Content::parse(before, context)?,
                    after: Content::parse(after, context)?,
                    id: RootId::from(*id),
                })
            }
            _ => Content::parse(bytes, context).map(Self::One),
        }
    }
}

type Parts<'a> = (&'a [u8; RootId::LEN], &'a [u8], &'a [u8]);

fn two(bytes: &[u8]) -> Option<Parts<'_>> {
    let (id, rest) = bytes.split_first_chunk()?;
    let (length, rest) = rest.split_first_chunk()?;
    let (before, after) = rest.split_at_checked(u16::from_be_bytes(*length).into())?;
    Some((id, before, after))
}

/// The value that keeps both.
pub(super) fn both(before: &Content, after: &Content, id: RootId) -> Zeroizing<Vec<u8>> {
    let (before, after) = (before.bytes(), after.bytes());
    // A root takes some hundred bytes at most.
    let length = u16::try_from(before.len()).unwrap_or_default();
    Zeroizing::new(
        [
            &[VERSION],
            id.bytes().as_slice(),
            &length.to_be_bytes(),
            &before,
            &after,
        ]
        .concat(),
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::tests::vault;
    use super::*;
    use crate::platform::error::{PericardError, StorageKind};

    fn root(content: Content) -> Vec<u8> {
        match content {
            Content::Open(root) => root.root.bytes().to_vec(),
            Content::Locked(_) => panic!("locked"),
        }
    }

    #[test]
    fn both_roots_are_found_as_they_were_kept() {
        let vault = vault(false).0;
        let (old, new) = (vault.random_root("a"), vault.random_root("a"));
        let content = |root: &_| Content::Open(Clone::clone(root));
        let after = content(&new);
        vault
            .save_both("a", &content(&old), (&after, &new))
            .unwrap();
        let Stored::Two { before, after, id } = vault.stored("a").unwrap() else {
            panic!("one");
        };
        assert_eq!(id, new.id());
        assert_eq!(root(before), old.root.bytes());
        assert_eq!(root(after), new.root.bytes());
        vault.save("a", &content(&new)).unwrap();
        let one = vault.stored("a").unwrap();
        let Stored::One(found) = one else {
            panic!("two");
        };
        assert_eq!(root(found), new.root.bytes());
    }

    #[test]
    fn what_is_neither_is_refused() {
        let context = KeyContext::new("d", "a");
        let refused = |bytes: &[u8]| Stored::parse(bytes, &context).err();
        let two = [&[2], [3; 16].as_slice(), &[0, 32], &[4; 32], &[1; 32]].concat();
        assert_eq!(refused(&two), None);
        // By its length it is a bare root.
        assert_eq!(refused(&[2; 32]), None);
        let odd: PericardError = odd_length().into();
        for cut in (1..two.len()).filter(|length| *length != 32) {
            assert_eq!(refused(&two[..cut]), Some(odd.clone()), "{cut} bytes");
        }
        let newer = PericardError::storage(StorageKind::Newer);
        assert_eq!(refused(&[3; 83]), Some(newer));
    }
}
