use std::sync::Arc;

use super::*;
use crate::keys::LockedRoot;
use crate::keys::tests::{Memory, vault};
use crate::platform::secret::Key;

const WRONG_KEY: PericardError = PericardError::Storage {
    kind: StorageKind::WrongKey,
};

struct Fixture {
    device: Device,
    keystore: Arc<Memory>,
    platform: Platform,
    _folder: tempfile::TempDir,
}

impl Fixture {
    /// Account `a` with the people `p` and `q`, and account `b` with `r`.
    fn new() -> (Self, Unlocked) {
        let folder = tempfile::tempdir().unwrap();
        let (vault, keystore) = vault(false);
        let path = folder.path().join("device.db");
        let device = Device::open(&path, Key::new([7; 32]), Arc::new(vault)).unwrap();
        let fixture = Self {
            device,
            keystore,
            platform: Platform::real("test"),
            _folder: folder,
        };
        let root = fixture.device.vault.new_content_root("a").unwrap();
        fixture.insert("a", &[("p", &root), ("q", &root)]);
        let other = fixture.device.vault.new_content_root("b").unwrap();
        fixture.insert("b", &[("r", &other)]);
        (fixture, root)
    }

    fn insert(&self, account: &str, people: &[(&str, &Unlocked)]) {
        let write = |tx: &Transaction<'_>| {
            tx.execute(
                "INSERT INTO account (id, base, issuer, subject, config) VALUES (?1, ?1, '', '', '{}')",
                [account],
            )?;
            for (person, root) in people {
                let wrapped = root.new_person(&self.platform, person)?.0;
                tx.execute(
                    "INSERT INTO person (id, account, patient, name, is_self, wrapped) VALUES (?1, ?2, ?1, '', 1, ?3)",
                    (person, account, wrapped),
                )?;
            }
            Ok(())
        };
        self.device.database.write(write).unwrap();
    }

    fn set(&self, person: &str, wrapped: &[u8]) {
        let write = |tx: &Transaction<'_>| replace(tx, person, &Wrapped(wrapped.to_vec()));
        self.device.database.write(write).unwrap();
    }

    fn wraps(&self, account: &str) -> Wraps {
        self.device.database.read(|c| wraps(c, account)).unwrap()
    }

    /// The keys of the databases of an account's people.
    fn keys(&self, account: &str, root: &Unlocked) -> Vec<Result<[u8; 32]>> {
        let wraps = self.wraps(account);
        let open = |(person, wrapped): &(String, Wrapped)| {
            Ok(*root.person(person, wrapped)?.database().bytes())
        };
        wraps.iter().map(open).collect()
    }

    fn new_root(&self) -> Unlocked {
        self.device.vault.random_root("a")
    }

    fn save_both(&self, before: &Unlocked, after: &Unlocked) {
        let [old, new] = [before, after].map(|root| Content::Open(root.clone()));
        let vault = &self.device.vault;
        vault.save_both("a", &old, (&new, after)).unwrap();
    }

    fn is_two(&self) -> bool {
        let stored = self.device.vault.stored("a").unwrap();
        matches!(stored, Stored::Two { .. })
    }
}

#[test]
fn under_a_new_root_everybody_has_the_key_of_before_and_the_old_root_opens_nothing() {
    let (fixture, old) = Fixture::new();
    let (new, before) = (fixture.new_root(), fixture.keys("a", &old));
    let others = fixture.wraps("b").remove(0).1.0;
    let told = fixture
        .device
        .wrap_under("a", (&old, &new), &fixture.platform);
    let told = told.unwrap();
    assert_eq!(fixture.keys("a", &new), before);
    assert_eq!(fixture.keys("a", &old), [Err(WRONG_KEY), Err(WRONG_KEY)]);
    let bytes = |wraps: Wraps| {
        wraps
            .into_iter()
            .map(|(person, wrapped)| (person, wrapped.0))
    };
    assert!(bytes(told).eq(bytes(fixture.wraps("a"))));
    assert_eq!(fixture.wraps("b").remove(0).1.0, others);
}

#[test]
fn while_there_are_two_roots_the_peoples_keys_say_which_counts() {
    let (fixture, old) = Fixture::new();
    let (device, new) = (&fixture.device, fixture.new_root());
    let root = || device.content_root("a").unwrap().id();
    for settled in [false, true] {
        fixture.save_both(&old, &new);
        assert_eq!(root(), old.id());
        assert!(fixture.is_two());
        if settled {
            device.settled_content("a").unwrap();
            assert!(!fixture.is_two());
            assert_eq!(root(), old.id());
        }
    }
    fixture.save_both(&old, &new);
    device
        .wrap_under("a", (&old, &new), &fixture.platform)
        .unwrap();
    assert_eq!(root(), new.id());
    // A keystore that does not keep what it is given leaves it so, and the next one that does ends it.
    fixture.keystore.forget(true);
    device.settled_content("a").unwrap();
    assert!(fixture.is_two());
    assert_eq!(root(), new.id());
    fixture.keystore.forget(false);
    device.settled_content("a").unwrap();
    assert!(!fixture.is_two());
    assert_eq!(root(), new.id());
}

#[test]
fn a_root_under_a_lock_takes_the_place_of_a_bare_one() {
    let (fixture, old) = Fixture::new();
    let (device, new) = (&fixture.device, fixture.new_root());
    let pin = pericard_protocol::lock::pin::Pin::read(b"270419").unwrap();
    let locked = LockedRoot::cheap(&new, &pin, &fixture.platform);
    let (before, after) = (Content::Open(old.clone()), Content::Locked(locked));
    device
        .vault
        .save_both("a", &before, (&after, &new))
        .unwrap();
    assert_eq!(device.content_root("a").unwrap().id(), old.id());
    device
        .wrap_under("a", (&old, &new), &fixture.platform)
        .unwrap();
    for _ in 0..2 {
        let locked = device.content_root("a").err();
        assert_eq!(locked, Some(PericardError::Locked));
        let Content::Locked(found) = device.settled_content("a").unwrap() else {
            panic!("bare");
        };
        let opened = found.open_with_pin(&pin).unwrap().unwrap();
        assert_eq!(opened.id(), new.id());
    }
}

#[test]
fn who_cannot_be_read_keeps_nobody_else_from_being_wrapped_anew() {
    let (fixture, old) = Fixture::new();
    let (new, key) = (fixture.new_root(), fixture.keys("a", &old).remove(1));
    fixture.set("p", &[1; 77]);
    let told = fixture
        .device
        .wrap_under("a", (&old, &new), &fixture.platform);
    assert_eq!(told.unwrap()[0].1.0, [1; 77]);
    assert_eq!(fixture.keys("a", &new), [Err(WRONG_KEY), key]);
}

#[test]
fn what_cannot_be_wrapped_anew_stays_as_it_was() {
    let (fixture, old) = Fixture::new();
    let new = fixture.new_root();
    let wrap = |account: &str, old: &Unlocked| {
        let wrapped = fixture
            .device
            .wrap_under(account, (old, &new), &fixture.platform);
        wrapped.err()
    };
    let before = fixture.keys("a", &old);
    assert_eq!(wrap("a", &fixture.new_root()), Some(WRONG_KEY));
    assert_eq!(wrap("nobody's", &old), Some(PericardError::NotFound));
    assert_eq!(fixture.keys("a", &old), before);
    let newer = PericardError::storage(StorageKind::Newer);
    fixture.set("q", &[2; 77]);
    assert_eq!(wrap("a", &old), Some(newer.clone()));
    assert_eq!(fixture.keys("a", &old), [before[0].clone(), Err(newer)]);
}
