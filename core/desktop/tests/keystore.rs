//! The keystores of a desktop, against the same test as every other keystore.

#![allow(clippy::unwrap_used, missing_docs)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use pericard::Keystore;
use pericard_desktop::{DesktopKeystore, DesktopKeystoreError, KeystoreKind, PassphraseFor};
use pericard_world::{MemoryKeystore, keystore_conformance};
use zeroize::Zeroizing;

const RIGHT: &str = "correct horse battery staple";

fn conforms(keystore: Arc<dyn Keystore>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(keystore_conformance(keystore)).unwrap();
}

fn file(folder: &Path, passphrase: &str) -> Result<Arc<DesktopKeystore>, DesktopKeystoreError> {
    DesktopKeystore::open_preferring_file(folder, |_| Some(words(passphrase)))
}

fn words(passphrase: &str) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(passphrase.as_bytes().to_vec())
}

fn sealed(folder: &Path) -> PathBuf {
    folder.join("keystore.sealed")
}

#[test]
fn the_keystore_in_memory_keeps_the_promises() {
    conforms(Arc::new(MemoryKeystore::default()));
}

#[test]
fn the_keystore_in_a_file_keeps_the_promises() {
    let folder = tempfile::tempdir().unwrap();
    conforms(file(folder.path(), RIGHT).unwrap());
}

#[test]
fn a_file_keeps_its_secrets_over_a_restart_and_shows_them_to_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let secret = b"a secret that must not be seen".to_vec();
    let keystore = file(folder.path(), RIGHT).unwrap();
    assert_eq!(keystore.kind(), KeystoreKind::File);
    keystore.store("name.of.it".into(), secret.clone()).unwrap();
    drop(keystore);

    let bytes = std::fs::read(sealed(folder.path())).unwrap();
    for plain in [secret.as_slice(), b"name.of.it", RIGHT.as_bytes()] {
        assert!(!bytes.windows(plain.len()).any(|window| window == plain));
    }
    let again = file(folder.path(), RIGHT).unwrap();
    assert_eq!(again.load("name.of.it".into()).unwrap(), Some(secret));
}

#[test]
fn a_wrong_passphrase_is_told_as_such_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    file(folder.path(), RIGHT)
        .unwrap()
        .store("one".into(), vec![1])
        .unwrap();
    let before = std::fs::read(sealed(folder.path())).unwrap();
    let error = file(folder.path(), "correct horse battery stable").unwrap_err();
    assert!(
        matches!(error, DesktopKeystoreError::WrongPassphrase),
        "{error}"
    );
    assert_eq!(std::fs::read(sealed(folder.path())).unwrap(), before);
    let keystore = file(folder.path(), RIGHT).unwrap();
    assert_eq!(keystore.load("one".into()).unwrap(), Some(vec![1]));
}

#[test]
fn a_damaged_file_is_told_from_a_wrong_passphrase_wherever_the_damage_is() {
    let folder = tempfile::tempdir().unwrap();
    file(folder.path(), RIGHT)
        .unwrap()
        .store("one".into(), vec![1])
        .unwrap();
    let whole = std::fs::read(sealed(folder.path())).unwrap();
    for place in [0, 9, 22, 40, whole.len() / 2, whole.len() - 1] {
        let mut damaged = whole.clone();
        damaged[place] ^= 1;
        std::fs::write(sealed(folder.path()), damaged).unwrap();
        let error = file(folder.path(), RIGHT).unwrap_err();
        assert!(
            matches!(error, DesktopKeystoreError::Damaged),
            "byte {place}: {error}"
        );
    }
    std::fs::write(sealed(folder.path()), &whole[..whole.len() - 7]).unwrap();
    assert!(matches!(
        file(folder.path(), RIGHT),
        Err(DesktopKeystoreError::Damaged)
    ));
    std::fs::write(sealed(folder.path()), whole).unwrap();
    assert_eq!(
        file(folder.path(), RIGHT)
            .unwrap()
            .load("one".into())
            .unwrap(),
        Some(vec![1])
    );
}

#[test]
fn a_missing_file_is_not_replaced_by_an_empty_one() {
    let folder = tempfile::tempdir().unwrap();
    file(folder.path(), RIGHT).unwrap();
    std::fs::remove_file(sealed(folder.path())).unwrap();
    assert!(matches!(
        file(folder.path(), RIGHT),
        Err(DesktopKeystoreError::Missing)
    ));
    assert!(!sealed(folder.path()).exists());
}

#[test]
fn no_passphrase_or_an_empty_one_makes_no_keystore() {
    let folder = tempfile::tempdir().unwrap();
    let none = DesktopKeystore::open_preferring_file(folder.path(), |_| None);
    assert!(matches!(none, Err(DesktopKeystoreError::NoPassphrase)));
    assert!(matches!(
        file(folder.path(), ""),
        Err(DesktopKeystoreError::NoPassphrase)
    ));
    assert!(!sealed(folder.path()).exists());
}

#[test]
fn the_caller_is_told_whether_a_passphrase_is_new() {
    let folder = tempfile::tempdir().unwrap();
    for expected in [PassphraseFor::NewFile, PassphraseFor::ExistingFile] {
        let mut asked = Vec::new();
        DesktopKeystore::open_preferring_file(folder.path(), |what| {
            asked.push(what);
            Some(words(RIGHT))
        })
        .unwrap();
        assert_eq!(asked, [expected]);
    }
}

#[test]
fn two_that_are_open_at_once_see_each_others_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (
        file(folder.path(), RIGHT).unwrap(),
        file(folder.path(), RIGHT).unwrap(),
    );
    one.store("one".into(), vec![1]).unwrap();
    two.store("two".into(), vec![2]).unwrap();
    assert_eq!(one.load("two".into()).unwrap(), Some(vec![2]));
    assert_eq!(two.load("one".into()).unwrap(), Some(vec![1]));
}

#[test]
fn what_a_crash_left_behind_is_in_nobodys_way() {
    let folder = tempfile::tempdir().unwrap();
    let keystore = file(folder.path(), RIGHT).unwrap();
    std::fs::write(folder.path().join("keystore.new"), b"half a file").unwrap();
    keystore.store("one".into(), vec![1]).unwrap();
    assert_eq!(
        file(folder.path(), RIGHT)
            .unwrap()
            .load("one".into())
            .unwrap(),
        Some(vec![1])
    );
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let outside = tempfile::tempdir().unwrap();
    let folder = outside.path().join("a/b");
    file(&folder, RIGHT).unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&sealed(&folder)), 0o600);
    assert_eq!(mode(&folder), 0o700);
}

/// Runs itself again inside a D-Bus session with a keyring of its own.
#[cfg(target_os = "linux")]
#[test]
fn the_native_keystore_keeps_the_promises_and_is_missed_when_it_is_down() {
    const FOLDER: &str = "PERICARD_TEST_KEYRING";
    if let Some(folder) = std::env::var_os(FOLDER) {
        let never = |_| panic!("the native keystore asks for no passphrase");
        let keystore = DesktopKeystore::open(Path::new(&folder), never).unwrap();
        assert_eq!(keystore.kind(), KeystoreKind::Native);
        conforms(keystore);
        return;
    }
    let installed = |program: &str| Command::new(program).arg("--version").output().is_ok();
    if !installed("dbus-run-session") || !installed("gnome-keyring-daemon") {
        eprintln!("skipped: dbus-run-session or gnome-keyring-daemon is not installed");
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("data");
    let this = std::env::current_exe().unwrap();
    let script = r#"printf 'keyring' | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1
        "$0" --exact the_native_keystore_keeps_the_promises_and_is_missed_when_it_is_down --nocapture"#;
    let output = Command::new("dbus-run-session")
        .args(["--", "sh", "-c", script])
        .arg(this)
        .env(FOLDER, &folder)
        .env("HOME", home.path())
        .env("XDG_DATA_HOME", home.path().join("share"))
        .env("XDG_RUNTIME_DIR", home.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");

    // Outside of that session the keyring is gone: the folder remembers that its keys are there.
    let asked = |_| panic!("no file takes the place of a keyring that is down");
    if std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_none() {
        let error = DesktopKeystore::open(&folder, asked).unwrap_err();
        assert!(
            matches!(error, DesktopKeystoreError::NativeUnavailable),
            "{error}"
        );
    }
    assert!(!sealed(&folder).exists());
}
