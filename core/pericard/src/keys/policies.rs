//! The highest `seq` of each policy key that this directory has seen, where an older copy of the database cannot bring back a
//! lower one.
//!
//! Uses: `derivation`, `vault`
//!
//! One value for all portals: a version, then for each key eight octets that stand for the portal, eight that stand for the key,
//! and the number. Both are derived from the device root, so the value says neither which portals nor which keys.

use std::collections::{BTreeMap, BTreeSet};

use data_encoding::HEXLOWER;
use pericard_protocol::oauth::jwks::Thumbprint;
use pericard_protocol::policy::standing::Seen;

use crate::platform::error::{KeystoreError, Result};

use super::derivation::derive;
use super::vault::Vault;

const VERSION: u8 = 1;
/// Octets that stand for a portal or for a key.
const NAME: usize = 8;
const ENTRY: usize = 2 * NAME + size_of::<u64>();
/// As many as a value of the keystore holds; the oldest gives way.
const MOST: usize = 42;
/// Set once the portal's last account has left.
const RETIRED: u64 = 1 << 63;

#[derive(Clone)]
struct Entry {
    portal: [u8; NAME],
    key: [u8; NAME],
    seq: u64,
}

impl Vault {
    /// What was seen of `keys` at a portal. Blocks.
    pub(crate) fn policies_seen(
        &self,
        base: &str,
        keys: &BTreeSet<Thumbprint>,
    ) -> Result<BTreeMap<Thumbprint, Seen>> {
        if keys.is_empty() {
            return Ok(BTreeMap::new());
        }
        let entries = self.entries()?;
        let portal = self.short(base, "")?;
        let mut seen = BTreeMap::new();
        for key in keys {
            let name = self.short(base, &HEXLOWER.encode(&key.0))?;
            let mut known = entries.iter();
            if let Some(entry) = known.find(|it| it.portal == portal && it.key == name) {
                let (seq, retired) = (entry.seq & !RETIRED, entry.seq & RETIRED != 0);
                seen.insert(*key, Seen { seq, retired });
            }
        }
        Ok(seen)
    }

    /// Keeps that a policy was seen. Blocks.
    pub(crate) fn note_policy(&self, base: &str, key: Thumbprint, seq: u64) -> Result<()> {
        let portal = self.short(base, "")?;
        let key = self.short(base, &HEXLOWER.encode(&key.0))?;
        self.change_policies(|entries| {
            let known = entries
                .iter()
                .position(|it| it.portal == portal && it.key == key);
            let before = known.map(|at| entries.remove(at).seq & !RETIRED);
            let seq = seq.min(!RETIRED).max(before.unwrap_or_default());
            entries.push(Entry { portal, key, seq });
            // A policy is in force here: that there is none would be an older copy.
            for entry in entries.iter_mut().filter(|it| it.portal == portal) {
                entry.seq &= !RETIRED;
            }
        })
    }

    /// Notes that nothing of a portal is kept any more, so that a database without its policy is no older copy. Blocks.
    pub(crate) fn retire_policies(&self, base: &str) -> Result<()> {
        let portal = self.short(base, "")?;
        self.change_policies(|entries| {
            for entry in entries.iter_mut().filter(|it| it.portal == portal) {
                entry.seq |= RETIRED;
            }
        })
    }

    fn change_policies(&self, change: impl FnOnce(&mut Vec<Entry>)) -> Result<()> {
        let _one = self.policies_turn();
        let mut entries = self.entries()?;
        let before = entries.len();
        change(&mut entries);
        if before == 0 && entries.is_empty() {
            return Ok(());
        }
        let over = entries.len().saturating_sub(MOST);
        let mut value = vec![VERSION];
        for entry in entries.iter().skip(over) {
            value.extend(entry.portal);
            value.extend(entry.key);
            value.extend(entry.seq.to_be_bytes());
        }
        self.keep(&self.policies_name(), &value)
    }

    fn entries(&self) -> Result<Vec<Entry>> {
        let Some(value) = self.keystore()?.load(self.policies_name())? else {
            return Ok(Vec::new());
        };
        let odd = || KeystoreError::unexpected("a value has another form than was stored");
        let (VERSION, entries) = value
            .split_first()
            .map(|(v, rest)| (*v, rest))
            .ok_or_else(odd)?
        else {
            return Err(odd().into());
        };
        let (entries, rest) = entries.as_chunks::<ENTRY>();
        if !rest.is_empty() {
            return Err(odd().into());
        }
        Ok(entries.iter().map(Entry::read).collect())
    }

    /// What stands for a portal, or for one of its keys.
    fn short(&self, base: &str, key: &str) -> Result<[u8; NAME]> {
        let root = self.device_root()?.ok_or(KeystoreError::Lost)?;
        let derived = derive(&root, "pericard policies", &format!("{base} {key}"));
        let short = derived.bytes().first_chunk();
        Ok(short.copied().unwrap_or_default())
    }
}

impl Entry {
    fn read(octets: &[u8; ENTRY]) -> Self {
        let take = |at: usize| {
            let found = octets.get(at..).and_then(<[u8]>::first_chunk::<NAME>);
            found.copied().unwrap_or_default()
        };
        Self {
            portal: take(0),
            key: take(NAME),
            seq: u64::from_be_bytes(take(2 * NAME)),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::tests::vault;
    use super::*;
    use crate::platform::secret::Key;

    const A: Thumbprint = Thumbprint([1; 32]);
    const B: Thumbprint = Thumbprint([2; 32]);

    fn seen(vault: &Vault, base: &str) -> Vec<(Thumbprint, u64, bool)> {
        let seen = vault.policies_seen(base, &[A, B].into()).unwrap();
        seen.into_iter()
            .map(|(key, it)| (key, it.seq, it.retired))
            .collect()
    }

    #[test]
    fn each_portal_and_key_has_its_number_and_none_goes_down() {
        let (vault, keystore) = vault(false);
        vault.save_device_root(&Key::new([7; 32])).unwrap();
        assert_eq!(seen(&vault, "one"), []);
        vault.note_policy("one", A, 5).unwrap();
        vault.note_policy("one", B, 1).unwrap();
        vault.note_policy("two", A, 9).unwrap();
        vault.note_policy("one", A, 3).unwrap();
        assert_eq!(seen(&vault, "one"), [(A, 5, false), (B, 1, false)]);
        assert_eq!(seen(&vault, "two"), [(A, 9, false)]);
        vault.retire_policies("one").unwrap();
        assert_eq!(seen(&vault, "one"), [(A, 5, true), (B, 1, true)]);
        assert_eq!(seen(&vault, "two"), [(A, 9, false)]);
        vault.note_policy("one", A, 6).unwrap();
        assert_eq!(seen(&vault, "one"), [(A, 6, false), (B, 1, false)]);
        // The value tells neither portal nor key.
        let value = keystore.value(&vault.policies_name());
        assert!(
            !value
                .windows(3)
                .any(|octets| octets == b"one" || octets == [1, 1, 1])
        );
    }

    #[test]
    fn the_value_stays_within_what_a_keystore_holds() {
        let (vault, keystore) = vault(false);
        vault.save_device_root(&Key::new([7; 32])).unwrap();
        for n in 0..60 {
            vault.note_policy(&format!("portal {n}"), A, n + 1).unwrap();
        }
        assert!(keystore.value(&vault.policies_name()).len() <= 1024);
        assert_eq!(seen(&vault, "portal 59"), [(A, 60, false)]);
        assert_eq!(seen(&vault, "portal 0"), []);
    }
}
