//! People's keys as older versions left them.

use super::*;
use crate::keys::Wrapped;
use crate::keys::tests::old;
use crate::platform::error::StorageKind;

/// The wrapped key on disk.
fn wrapped(accounts: &Accounts) -> Vec<u8> {
    let people = accounts.host().device.people(old::ACCOUNT);
    people.unwrap().remove(0).wrapped
}

#[tokio::test]
async fn a_key_that_an_older_version_wrapped_opens_and_is_written_anew() {
    let folder = tempfile::tempdir().unwrap();
    let keystore = Arc::new(Memory::default());
    let portal = Arc::new(Canned(Mutex::default()));
    let opened = || host(folder.path(), portal.clone(), keystore.clone());
    let directory = {
        let _host = opened();
        std::fs::read_to_string(folder.path().join("id")).unwrap()
    };
    let name = format!("{directory}.content.{}", old::ACCOUNT);
    keystore.store(name, old::ROOT.to_vec()).unwrap();
    let (ids, key) = ((old::ACCOUNT, old::PERSON), old::wrapped());
    let (accounts, account) = signed_in(opened(), ids.0.into(), ids.1.into(), key.clone());
    assert_eq!(wrapped(&accounts), key);
    drop(account.partitions().unwrap());
    let anew = wrapped(&accounts);
    assert_ne!(anew.len(), key.len());
    // Who read the older one before leaves it as it is, and so does a sign-in.
    let (old, late) = (Wrapped(key), Wrapped(Vec::new()));
    let device = &account.host.device;
    device.replace_wrapped(old::PERSON, &old, &late).unwrap();
    assert_eq!(wrapped(&accounts), anew);
    let (host, ids) = (account.host.clone(), (ids.0.into(), ids.1.into()));
    drop((accounts, account));
    let (accounts, account) = signed_in(host, ids.0, ids.1, Vec::new());
    assert_eq!(wrapped(&accounts), anew);
    drop((accounts, account));
    let accounts = Accounts::new(opened()).unwrap();
    let account = accounts.find(old::ACCOUNT).unwrap().core().unwrap();
    drop(account.partitions().unwrap());
    assert_eq!(wrapped(&accounts), anew);
}

#[tokio::test]
async fn a_key_that_a_newer_version_wrapped_is_not_damage_and_stays() {
    let folder = tempfile::tempdir().unwrap();
    let host = host(
        folder.path(),
        Arc::new(Canned(Mutex::default())),
        Arc::default(),
    );
    host.vault.new_content_root(old::ACCOUNT).unwrap();
    let newer = vec![2; 99];
    let (accounts, account) =
        signed_in(host, old::ACCOUNT.into(), old::PERSON.into(), newer.clone());
    let update = PericardError::storage(StorageKind::Newer);
    assert_eq!(account.partitions().err(), Some(update));
    assert_eq!(wrapped(&accounts), newer);
}
