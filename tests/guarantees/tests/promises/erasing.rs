//! Erasing removes what Pericard has in a directory and in a keystore, nothing else, and says what is left.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

use pericard::{InputProblem, Keystore, KeystoreError, PericardError, StorageKind, erase};
use pericard_guarantees::{Harness, run, sync, threads};

/// A keystore that is the app's, too, and may stop deleting.
#[derive(Default)]
struct Shared {
    values: Mutex<BTreeMap<String, Vec<u8>>>,
    keeps: AtomicBool,
}

impl Shared {
    fn new() -> Arc<Self> {
        let shared = Self::default();
        let own = [("the app's own", 1), ("erased.device", 2)];
        let own = own.map(|(name, byte)| (name.to_owned(), vec![byte]));
        shared.values.lock().unwrap().extend(own);
        Arc::new(shared)
    }

    /// The names of Pericard's values.
    fn names(&self) -> Vec<String> {
        let values = self.values.lock().unwrap();
        assert!(values.contains_key("the app's own") && values.contains_key("erased.device"));
        let ours = values.keys().filter(|name| name.len() > 26);
        ours.cloned().collect()
    }
}

impl Keystore for Shared {
    fn load(&self, name: String) -> Result<Option<Vec<u8>>, KeystoreError> {
        Ok(self.values.lock().unwrap().get(&name).cloned())
    }

    fn store(&self, name: String, value: Vec<u8>) -> Result<(), KeystoreError> {
        self.values.lock().unwrap().insert(name, value);
        Ok(())
    }

    fn delete(&self, name: String) -> Result<(), KeystoreError> {
        if self.keeps.load(SeqCst) {
            return Err(KeystoreError::Refused);
        }
        self.values.lock().unwrap().remove(&name);
        Ok(())
    }
}

const REFUSED: PericardError = PericardError::Keystore {
    kind: KeystoreError::Refused,
};

/// Ana's and Ben's accounts on a device with a shared keystore, and a file of the app's own beside them.
async fn two_accounts() -> (Harness, Arc<Shared>, PathBuf) {
    let harness = Harness::ana_and_ben().await;
    harness.client.shut_down().await.unwrap();
    let folder = harness.world.path().join("pericard");
    std::fs::remove_dir_all(&folder).unwrap();
    let keystore = Shared::new();
    let client = harness.world.open(keystore.clone()).await.unwrap();
    let harness = Harness { client, ..harness };
    for who in ["ana", "ben"] {
        let account = harness.sign_in(who).await.unwrap();
        sync(&account).await.unwrap();
    }
    std::fs::write(folder.join("device.db.txt"), "the app's own").unwrap();
    std::fs::create_dir(folder.join("pictures")).unwrap();
    assert!(keystore.names().len() >= 3);
    (harness, keystore, folder)
}

fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap().flatten();
    let mut names: Vec<_> = entries
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

const OTHERS: [&str; 3] = ["device.db.txt", "lock", "pictures"];

async fn begin_anew(harness: Harness, keystore: &Arc<Shared>) {
    let client = harness.world.open(keystore.clone()).await.unwrap();
    assert!(client.accounts().await.unwrap().is_empty());
    let harness = Harness { client, ..harness };
    let ana = harness.sign_in("ana").await.unwrap();
    sync(&ana).await.unwrap();
    assert_eq!(threads(&ana).await.unwrap().len(), 3);
}

#[test]
fn erasing_removes_the_keys_and_the_files_and_nothing_else() {
    run(async {
        let (harness, keystore, folder) = two_accounts().await;
        let path = folder.to_str().unwrap().to_owned();
        let (before, names) = (files(&folder), keystore.names());
        let in_use = erase(path.clone(), keystore.clone()).await;
        assert_eq!(in_use, Err(PericardError::InUse));
        assert_eq!((files(&folder), keystore.names()), (before, names));
        harness.client.shut_down().await.unwrap();
        for _ in 0..2 {
            assert_eq!(erase(path.clone(), keystore.clone()).await, Ok(()));
            assert_eq!(files(&folder), OTHERS);
            assert_eq!(keystore.names(), [""; 0]);
        }
        begin_anew(harness, &keystore).await;
    });
}

#[test]
fn a_damaged_database_hides_no_key() {
    for damage in ["device.db", "people", "keystore"] {
        run(async move {
            let (harness, keystore, folder) = two_accounts().await;
            harness.client.shut_down().await.unwrap();
            match damage {
                "device.db" => std::fs::write(folder.join("device.db"), [7; 9000]).unwrap(),
                "keystore" => {
                    let device = keystore
                        .names()
                        .into_iter()
                        .find(|it| it.ends_with("device"));
                    keystore.values.lock().unwrap().remove(&device.unwrap());
                }
                _ => {
                    for account in files(&folder).iter().filter(|name| name.len() == 26) {
                        for file in files(&folder.join(account)) {
                            let path = folder.join(account).join(file);
                            if path.is_file() {
                                std::fs::write(path, [7; 9000]).unwrap();
                            }
                        }
                    }
                }
            }
            let path = folder.to_str().unwrap().to_owned();
            assert_eq!(erase(path, keystore.clone()).await, Ok(()), "{damage}");
            assert_eq!(files(&folder), OTHERS, "{damage}");
            assert_eq!(keystore.names(), [""; 0], "{damage}");
            begin_anew(harness, &keystore).await;
        });
    }
}

#[test]
fn a_keystore_that_keeps_its_keys_is_told_and_asked_again() {
    for again_by in ["erase", "open"] {
        run(async move {
            let (harness, keystore, folder) = two_accounts().await;
            harness.client.shut_down().await.unwrap();
            let path = folder.to_str().unwrap().to_owned();
            let names = keystore.names();
            keystore.keeps.store(true, SeqCst);
            assert_eq!(erase(path.clone(), keystore.clone()).await, Err(REFUSED));
            // The files are gone all the same, and the names of the keys are kept.
            let left = files(&folder);
            assert_eq!(left, ["device.db.txt", "erased", "lock", "pictures"]);
            assert_eq!(keystore.names(), names);
            // Beginning anew need not wait for it.
            let client = harness.world.open(keystore.clone()).await.unwrap();
            assert!(client.accounts().await.unwrap().is_empty());
            client.shut_down().await.unwrap();
            keystore.keeps.store(false, SeqCst);
            match again_by {
                "erase" => {
                    assert_eq!(erase(path, keystore.clone()).await, Ok(()));
                    assert_eq!(keystore.names(), [""; 0]);
                }
                _ => {
                    let client = harness.world.open(keystore.clone()).await.unwrap();
                    client.shut_down().await.unwrap();
                    assert_eq!(keystore.names().len(), 1, "the new directory's own");
                }
            }
            assert!(!folder.join("erased").exists());
        });
    }
}

#[test]
fn what_is_not_there_is_erased() {
    run(async {
        let keystore = Shared::new();
        let folder = std::env::temp_dir().join("pericard-that-is-not-there");
        let path = folder.to_str().unwrap().to_owned();
        assert_eq!(erase(path, keystore.clone()).await, Ok(()));
        assert!(!folder.exists());
        let relative = erase("somewhere".into(), keystore).await;
        let problem = InputProblem::Unreadable;
        let field = "directory".into();
        assert_eq!(
            relative,
            Err(PericardError::InvalidInput { field, problem })
        );
    });
}

/// Without the id no key has a name: the files go, and the directory can be used again.
#[test]
fn a_directory_without_its_id_is_erased() {
    run(async {
        let (harness, keystore, folder) = two_accounts().await;
        harness.client.shut_down().await.unwrap();
        std::fs::remove_file(folder.join("id")).unwrap();
        let refused = harness.world.open(keystore.clone()).await;
        let damaged = PericardError::Storage {
            kind: StorageKind::Damaged,
        };
        assert_eq!(refused.err(), Some(damaged));
        let path = folder.to_str().unwrap().to_owned();
        assert_eq!(erase(path, keystore.clone()).await, Ok(()));
        assert_eq!(files(&folder), OTHERS);
        begin_anew(harness, &keystore).await;
    });
}
