//! The content root of an account as it lies in the keystore: bare, or under a PIN and, beside that, under a key that the
//! shell keeps behind biometry.
//!
//! ```text
//! bare    32 bytes: the root
//! locked  1            version
//!         4 + 4 + 16   Argon2id: KiB, passes (big-endian), salt
//!         60           the root, wrapped under the PIN's key
//!         60           the root, wrapped under the shell's key; left out where there is none
//! ```
//!
//! Both wraps are bound to version, directory, account and purpose, the first to all that is before it, too. Another PIN
//! leaves the shell's key as it is.
//!
//! Uses: `context`, `derivation`, `envelope`, `person`, `pin`

use pericard_protocol::lock::pin::Pin;
use zeroize::Zeroizing;

use crate::platform::Platform;
use crate::platform::error::{PericardError, Result, StorageKind};
use crate::platform::secret::Key;

use super::context::KeyContext;
use super::derivation::derive;
use super::person::Unlocked;
use super::pin::{self, Cost, SALT_LEN};
use super::{envelope, odd_length};

const VERSION: u8 = 1;
/// Version, cost and salt.
const HEAD: usize = 1 + 4 + 4 + SALT_LEN;

/// A content root as the keystore has it.
#[derive(Clone)]
pub(crate) enum Content {
    /// Nobody chose a lock.
    Open(Unlocked),
    /// Under a PIN.
    Locked(LockedRoot),
}

/// A content root under a PIN.
#[derive(Clone)]
pub(crate) struct LockedRoot {
    context: KeyContext,
    head: [u8; HEAD],
    under_pin: Vec<u8>,
    under_key: Option<Vec<u8>>,
}

impl Content {
    /// Bytes of a root that nobody locked.
    pub(super) const BARE: usize = Key::LEN;

    /// Whether the shell has a key to it.
    pub(crate) fn has_key(&self) -> bool {
        matches!(self, Self::Locked(root) if root.has_key())
    }

    pub(super) fn bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(match self {
            Self::Open(root) => root.root.bytes().to_vec(),
            Self::Locked(root) => root.bytes(),
        })
    }

    pub(super) fn parse(bytes: &[u8], context: &KeyContext) -> Result<Self> {
        let context = context.clone();
        if let Some(root) = Key::from_slice(bytes) {
            return Ok(Self::Open(Unlocked { root, context }));
        }
        match bytes.first() {
            None => Err(odd_length().into()),
            Some(&VERSION) => LockedRoot::parse(bytes, context)
                .map(Self::Locked)
                .ok_or(odd_length().into()),
            Some(_) => Err(PericardError::storage(StorageKind::Newer)),
        }
    }
}

impl LockedRoot {
    /// Wraps `root` under `pin`.
    pub(crate) fn new(root: &Unlocked, pin: &Pin, platform: &Platform) -> Result<Self> {
        Self::at_cost(root, pin, platform, Cost::NOW)
    }

    fn at_cost(root: &Unlocked, pin: &Pin, platform: &Platform, cost: Cost) -> Result<Self> {
        let salt: [u8; SALT_LEN] = platform.random();
        let mut head = [VERSION; HEAD];
        head[1..5].copy_from_slice(&cost.kib.to_be_bytes());
        head[5..9].copy_from_slice(&cost.passes.to_be_bytes());
        head[9..].copy_from_slice(&salt);
        let under = pin::key(pin, &salt, cost)?;
        let bound = bound(&head, PIN, &root.context);
        let under_pin = envelope::wrap(&root.root, &under, &bound, platform)?;
        Ok(Self {
            context: root.context.clone(),
            head,
            under_pin,
            under_key: None,
        })
    }

    /// The same where trying costs nothing.
    #[cfg(test)]
    pub(crate) fn cheap(root: &Unlocked, pin: &Pin, platform: &Platform) -> Self {
        let cost = Cost { kib: 8, passes: 1 };
        let Ok(root) = Self::at_cost(root, pin, platform, cost) else {
            panic!("argon2");
        };
        root
    }

    fn parse(bytes: &[u8], context: KeyContext) -> Option<Self> {
        let (head, wraps) = bytes.split_first_chunk::<HEAD>()?;
        let (under_pin, rest) = wraps.split_at_checked(envelope::LEN)?;
        let root = Self {
            context,
            head: *head,
            under_pin: under_pin.to_vec(),
            under_key: (!rest.is_empty()).then(|| rest.to_vec()),
        };
        let whole = rest.is_empty() || rest.len() == envelope::LEN;
        (whole && root.cost_and_salt().0.is_sane()).then_some(root)
    }

    fn bytes(&self) -> Vec<u8> {
        let under_key = self.under_key.as_deref().unwrap_or_default();
        [self.head.as_slice(), &self.under_pin, under_key].concat()
    }

    fn cost_and_salt(&self) -> (Cost, [u8; SALT_LEN]) {
        let number = |at: usize| {
            let bytes = self.head.iter().skip(at).take(4);
            bytes.fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte))
        };
        let cost = Cost {
            kib: number(1),
            passes: number(5),
        };
        let mut salt = [0; SALT_LEN];
        salt.copy_from_slice(&self.head[HEAD - SALT_LEN..]);
        (cost, salt)
    }

    /// The root, if `pin` is the right one. Takes as long as Argon2id does.
    pub(crate) fn open_with_pin(&self, pin: &Pin) -> Result<Option<Unlocked>> {
        let (cost, salt) = self.cost_and_salt();
        let under = pin::key(pin, &salt, cost)?;
        self.open(&self.under_pin, &under, &self.head, PIN)
    }

    /// The root, if `key` is the shell's.
    pub(crate) fn open_with_key(&self, key: &Key) -> Result<Option<Unlocked>> {
        let Some(wrapped) = &self.under_key else {
            return Ok(None);
        };
        self.open(wrapped, &under_key(key, &self.context), &[VERSION], KEY)
    }

    fn open(
        &self,
        wrapped: &[u8],
        under: &Key,
        head: &[u8],
        purpose: &str,
    ) -> Result<Option<Unlocked>> {
        let opened = envelope::unwrap(wrapped, under, &bound(head, purpose, &self.context))?;
        let context = self.context.clone();
        Ok(opened.map(|root| Unlocked { root, context }))
    }

    /// Whether the shell has a key to it.
    pub(crate) fn has_key(&self) -> bool {
        self.under_key.is_some()
    }

    /// The same with this key for the shell, in place of another.
    pub(crate) fn with_key(self, root: &Unlocked, key: &Key, platform: &Platform) -> Result<Self> {
        let under = under_key(key, &self.context);
        let bound = bound(&[VERSION], KEY, &self.context);
        let under_key = Some(envelope::wrap(&root.root, &under, &bound, platform)?);
        Ok(Self { under_key, ..self })
    }

    /// The same with the shell's key of another PIN to the same root.
    pub(crate) fn with_key_of(self, other: &Self) -> Self {
        let under_key = other.under_key.clone();
        Self { under_key, ..self }
    }

    /// The same without a key for the shell.
    pub(crate) fn without_key(self) -> Self {
        let under_key = None;
        Self { under_key, ..self }
    }
}

const PIN: &str = "pericard content root, pin";
const KEY: &str = "pericard content root, unlock key";

fn bound(head: &[u8], purpose: &str, context: &KeyContext) -> Vec<u8> {
    envelope::bound(head, purpose, &context.content())
}

/// What the root is wrapped under for the shell's key.
fn under_key(key: &Key, context: &KeyContext) -> Key {
    derive(key, KEY, &context.content())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn pin(typed: &str) -> Pin {
        Pin::read(typed.as_bytes()).unwrap()
    }

    fn context(account: &str) -> KeyContext {
        KeyContext::new("dir", account)
    }

    fn root() -> Unlocked {
        Unlocked {
            root: Key::new([7; Key::LEN]),
            context: context("a"),
        }
    }

    fn locked() -> LockedRoot {
        LockedRoot::cheap(&root(), &pin("270419"), &Platform::real("test"))
    }

    /// What was stored, as `account` finds it.
    fn found(locked: &LockedRoot, account: &str) -> LockedRoot {
        match Content::parse(&locked.bytes(), &context(account)).unwrap() {
            Content::Locked(locked) => locked,
            Content::Open(_) => panic!("bare"),
        }
    }

    fn is_root(opened: Result<Option<Unlocked>>) -> bool {
        opened
            .unwrap()
            .is_some_and(|opened| *opened.root.bytes() == [7; Key::LEN])
    }

    #[test]
    fn the_right_pin_opens_what_was_stored_and_no_other_does() {
        let own = found(&locked(), "a");
        assert!(is_root(own.open_with_pin(&pin("270419"))));
        assert!(own.open_with_pin(&pin("270418")).unwrap().is_none());
        let of_another = found(&own, "b").open_with_pin(&pin("270419"));
        assert!(of_another.unwrap().is_none());
        assert!(!own.has_key());
        let none = own.open_with_key(&Key::new([7; Key::LEN]));
        assert!(none.unwrap().is_none());
    }

    #[test]
    fn the_shells_key_opens_it_beside_the_pin_until_it_is_taken_back() {
        let (platform, key) = (Platform::real("test"), Key::new([9; Key::LEN]));
        let both = locked().with_key(&root(), &key, &platform).unwrap();
        let own = found(&both, "a");
        assert!(own.has_key());
        assert!(is_root(own.open_with_key(&key)));
        assert!(is_root(own.open_with_pin(&pin("270419"))));
        let other = own.open_with_key(&Key::new([8; Key::LEN]));
        assert!(other.unwrap().is_none());
        let of_another = found(&both, "b").open_with_key(&key);
        assert!(of_another.unwrap().is_none());
        let another = LockedRoot::cheap(&root(), &pin("190427"), &platform);
        let changed = found(&another.with_key_of(&own), "a");
        assert!(is_root(changed.open_with_key(&key)));
        assert!(changed.open_with_pin(&pin("270419")).unwrap().is_none());
        let without = found(&changed.without_key(), "a");
        assert!(without.open_with_key(&key).unwrap().is_none());
    }

    #[test]
    fn nothing_of_it_can_be_changed() {
        let (platform, key) = (Platform::real("test"), Key::new([9; Key::LEN]));
        let both = locked().with_key(&root(), &key, &platform).unwrap();
        let bytes = both.bytes();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            // The lowest bit: a cost that is not sane is refused before.
            changed[at] ^= 1;
            let Ok(Content::Locked(found)) = Content::parse(&changed, &context("a")) else {
                continue;
            };
            let by_pin = found.open_with_pin(&pin("270419")).unwrap();
            let by_key = found.open_with_key(&key).unwrap();
            assert!(by_pin.is_none() || by_key.is_none(), "byte {at}");
        }
    }

    #[test]
    fn what_is_no_root_is_not_taken_for_one() {
        let parse = |bytes: &[u8]| Content::parse(bytes, &context("a"));
        let whole = locked().bytes();
        let odd: PericardError = odd_length().into();
        for bytes in [
            &[][..],
            &[1],
            &whole[..whole.len() - 1],
            &[whole.as_slice(), &[0]].concat(),
        ] {
            assert_eq!(parse(bytes).err(), Some(odd.clone()));
        }
        let mut dear = whole.clone();
        dear[1] = 0xff;
        assert_eq!(parse(&dear).err(), Some(odd));
        let mut newer = whole;
        newer[0] = 2;
        let update = PericardError::storage(StorageKind::Newer);
        assert_eq!(parse(&newer).err(), Some(update));
        assert!(matches!(parse(&[5; 32]), Ok(Content::Open(_))));
    }
}
