//! The people's keys: random, wrapped by the content root of their account.
//!
//! ```text
//! 1     version
//! 16    the id of the root that wraps it
//! 60    the key, wrapped under what is derived from that root
//! ```
//!
//! Until there were versions, a wrap was the last of these alone, bound to account and person. It still opens, and is
//! written anew by the next opening; no later form has its length.
//!
//! Uses: `context`, `derivation`, `envelope`

use crate::platform::Platform;
use crate::platform::error::{PericardError, Result, StorageKind};
use crate::platform::secret::Key;

use super::context::KeyContext;
use super::derivation::derive;
use super::envelope;

const VERSION: u8 = 1;
const PURPOSE: &str = "pericard person key";

/// Names a content root without saying anything about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RootId([u8; Self::LEN]);

impl RootId {
    pub(super) const LEN: usize = 16;

    pub(super) fn bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }
}

impl From<[u8; Self::LEN]> for RootId {
    fn from(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }
}

/// A person's key as it lies in device.db.
pub(crate) struct Wrapped(pub(crate) Vec<u8>);

/// Bytes that are stored before the wrap.
const HEAD: usize = 1 + RootId::LEN;

fn head(root: RootId) -> [u8; HEAD] {
    let mut head = [VERSION; HEAD];
    head[1..].copy_from_slice(&root.0);
    head
}

impl Wrapped {
    /// Whether an older version wrote it.
    pub(crate) fn is_old(&self) -> bool {
        self.0.len() == envelope::LEN
    }

    /// Whether it is under this root. One of another version is under none that this version knows.
    pub(crate) fn is_under(&self, root: RootId) -> bool {
        !self.is_old() && self.0.starts_with(&head(root))
    }
}

/// An account's content root in memory: the proof that its content may be read.
///
/// Only the vault makes one; sealing and locking drop it.
#[derive(Clone)]
pub(crate) struct Unlocked {
    pub(super) root: Key,
    pub(super) context: KeyContext,
}

impl Unlocked {
    /// A new random person key, wrapped.
    pub(crate) fn new_person(&self, platform: &Platform, person: &str) -> Result<Wrapped> {
        self.wrap(&Key::random(platform), person, platform)
    }

    /// A person's key; `WrongKey` when it was wrapped for another account or person or by another root, `Newer` when a newer
    /// version wrapped it.
    pub(crate) fn person(&self, person: &str, wrapped: &Wrapped) -> Result<PersonKey> {
        let wrong = PericardError::storage(StorageKind::WrongKey);
        let (wrap, bound) = if wrapped.is_old() {
            (wrapped.0.as_slice(), self.context.derived(person).into())
        } else {
            match wrapped.0.split_first_chunk::<HEAD>() {
                Some((head, wrap)) if head[0] == VERSION => (wrap, self.bound(head, person)),
                None if wrapped.0.first().is_none_or(|first| *first == VERSION) => {
                    return Err(wrong);
                }
                _ => return Err(PericardError::storage(StorageKind::Newer)),
            }
        };
        let key = envelope::unwrap(wrap, &self.wrapping(), &bound)?.ok_or(wrong)?;
        let bound = self.context.derived(person);
        Ok(PersonKey { key, bound })
    }

    /// The same key in a wrap of today's form, under this root.
    pub(crate) fn wrap_again(
        &self,
        platform: &Platform,
        person: &str,
        key: &PersonKey,
    ) -> Result<Wrapped> {
        self.wrap(&key.key, person, platform)
    }

    fn wrap(&self, key: &Key, person: &str, platform: &Platform) -> Result<Wrapped> {
        let head = head(self.id());
        let bound = self.bound(&head, person);
        let wrap = envelope::wrap(key, &self.wrapping(), &bound, platform)?;
        Ok(Wrapped([head.as_slice(), &wrap].concat()))
    }

    fn bound(&self, head: &[u8], person: &str) -> Vec<u8> {
        envelope::bound(head, PURPOSE, &self.context.person(person))
    }

    /// What the wraps under this root say of it.
    pub(crate) fn id(&self) -> RootId {
        let derived = derive(&self.root, "pericard content root id", "");
        let mut id = [0; RootId::LEN];
        id.copy_from_slice(&derived.bytes()[..RootId::LEN]);
        RootId(id)
    }

    fn wrapping(&self) -> Key {
        derive(&self.root, "pericard person wrap", "")
    }
}

/// A person's own key; what it is used for is derived from it.
pub(crate) struct PersonKey {
    key: Key,
    bound: String,
}

impl PersonKey {
    pub(crate) fn database(&self) -> Key {
        derive(&self.key, "pericard person database", &self.bound)
    }

    pub(crate) fn ids(&self) -> Key {
        derive(&self.key, "pericard person ids", &self.bound)
    }

    /// Account and person: what sealed files are bound to.
    pub(crate) fn bound(&self) -> &str {
        &self.bound
    }

    /// For keyed hashes of records that must not be stored.
    pub(crate) fn held(&self) -> Key {
        derive(&self.key, "pericard person held", &self.bound)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(crate) mod tests {
    use super::*;

    /// A key as the version before versions wrapped it, with a root of 32 sevens.
    pub(crate) mod old {
        pub(crate) const ROOT: [u8; 32] = [7; 32];
        pub(crate) const ACCOUNT: &str = "d4n1xpb5jv0c6yhrk2tgmqf8zw";
        pub(crate) const PERSON: &str = "h7ks3rq9v1ybxm2njt6cpw0zf5";
        pub(crate) const WRAPPED: &str = "24f08eb758a8f2c542e8231eef33457c75d2e7d349fd29b62acf173f\
            6dcbc135d76bcf59980c27350a0e6b8efccfa229230b5debd8ab6c463a28906a";
        /// The key of their database.
        pub(crate) const DATABASE: &str =
            "0fcce5bc2ef83a30cfc33d878e9c6489a4fab536cdec2c8e5c6d8edbb1d8519f";

        pub(crate) fn wrapped() -> Vec<u8> {
            super::hex(WRAPPED)
        }
    }

    fn hex(text: &str) -> Vec<u8> {
        data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap()
    }

    const WRONG_KEY: PericardError = PericardError::Storage {
        kind: StorageKind::WrongKey,
    };

    fn root(byte: u8, directory: &str, account: &str) -> Unlocked {
        Unlocked {
            root: Key::new([byte; Key::LEN]),
            context: KeyContext::new(directory, account),
        }
    }

    fn opened(root: &Unlocked, person: &str, wrapped: &Wrapped) -> Result<Vec<u8>> {
        let key = root.person(person, wrapped)?;
        Ok(key.database().bytes().to_vec())
    }

    #[test]
    fn a_key_opens_for_its_directory_account_person_and_root_alone() {
        let (platform, own) = (Platform::real("test"), root(7, "d", "a"));
        let wrapped = own.new_person(&platform, "p").unwrap();
        assert!(!wrapped.is_old());
        assert!(wrapped.is_under(own.id()) && !wrapped.is_under(root(8, "d", "a").id()));
        let key = own.person("p", &wrapped).unwrap();
        let database = key.database().bytes().to_vec();
        assert_eq!(opened(&own, "p", &wrapped), Ok(database.clone()));
        assert_ne!(key.ids().bytes().to_vec(), database);
        for (byte, directory, account, person) in [
            (8, "d", "a", "p"),
            (7, "e", "a", "p"),
            (7, "d", "b", "p"),
            (7, "d", "a", "q"),
            (7, "", "", ""),
        ] {
            let other = opened(&root(byte, directory, account), person, &wrapped);
            assert_eq!(
                other,
                Err(WRONG_KEY),
                "{byte} {directory} {account} {person}"
            );
        }
        let again = own.wrap_again(&platform, "p", &key).unwrap();
        assert_ne!(again.0, wrapped.0);
        assert_eq!(opened(&own, "p", &again), Ok(database));
    }

    #[test]
    fn a_wrap_of_another_purpose_is_none_of_a_persons() {
        let (platform, own) = (Platform::real("test"), root(7, "d", "a"));
        let head = head(own.id());
        for (purpose, opens) in [(PURPOSE, true), ("pericard content root, pin", false)] {
            let bound = envelope::bound(&head, purpose, &own.context.person("p"));
            let key = Key::new([9; Key::LEN]);
            let wrap = envelope::wrap(&key, &own.wrapping(), &bound, &platform).unwrap();
            let wrapped = Wrapped([head.as_slice(), &wrap].concat());
            assert_eq!(opened(&own, "p", &wrapped).is_ok(), opens, "{purpose}");
        }
    }

    #[test]
    fn nothing_of_it_can_be_changed_and_a_newer_version_is_not_damage() {
        let (platform, own) = (Platform::real("test"), root(7, "d", "a"));
        let whole = own.new_person(&platform, "p").unwrap().0;
        let newer = PericardError::storage(StorageKind::Newer);
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            let refused = if at == 0 { newer.clone() } else { WRONG_KEY };
            assert_eq!(
                opened(&own, "p", &Wrapped(changed)),
                Err(refused),
                "byte {at}"
            );
        }
        // However long it is, it is another version's, and is left alone.
        for version in [0, 2, 0xff] {
            for length in [1, HEAD, 76, 77, 200] {
                let mut other = vec![5; length];
                other[0] = version;
                assert_eq!(opened(&own, "p", &Wrapped(other)), Err(newer.clone()));
            }
        }
        for length in (0..whole.len()).chain([whole.len() + 1]) {
            let mut cut = whole.clone();
            cut.resize(length, 0);
            assert_eq!(
                opened(&own, "p", &Wrapped(cut)),
                Err(WRONG_KEY),
                "{length} bytes"
            );
        }
    }

    #[test]
    fn a_wrap_without_a_version_still_opens() {
        let wrapped = Wrapped(old::wrapped());
        assert!(wrapped.is_old());
        assert!(!wrapped.is_under(root(7, "any directory", old::ACCOUNT).id()));
        let own = root(7, "any directory", old::ACCOUNT);
        assert_eq!(own.root.bytes(), &old::ROOT);
        assert_eq!(opened(&own, old::PERSON, &wrapped), Ok(hex(old::DATABASE)));
        for (byte, account, person) in [
            (8, old::ACCOUNT, old::PERSON),
            (7, old::PERSON, old::PERSON),
            (7, old::ACCOUNT, old::ACCOUNT),
        ] {
            let other = opened(&root(byte, "any directory", account), person, &wrapped);
            assert_eq!(other, Err(WRONG_KEY));
        }
        // Another version's of this length is none: its bytes are an old wrap's nonce.
        let mut changed = old::wrapped();
        changed[0] = VERSION;
        assert_eq!(opened(&own, old::PERSON, &Wrapped(changed)), Err(WRONG_KEY));
    }

    #[test]
    fn an_old_wrap_written_anew_is_the_same_key_and_bound_to_the_directory() {
        let (platform, own) = (Platform::real("test"), root(7, "d", old::ACCOUNT));
        let key = own.person(old::PERSON, &Wrapped(old::wrapped())).unwrap();
        let anew = own.wrap_again(&platform, old::PERSON, &key).unwrap();
        assert!(!anew.is_old());
        assert_eq!(opened(&own, old::PERSON, &anew), Ok(hex(old::DATABASE)));
        let elsewhere = root(7, "e", old::ACCOUNT);
        assert_eq!(opened(&elsewhere, old::PERSON, &anew), Err(WRONG_KEY));
    }
}
