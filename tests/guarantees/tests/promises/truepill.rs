//! Records in plain text.

use std::path::Path;
use std::sync::Arc;

use data_encoding::{BASE64, HEXLOWER};
use pericard::{Client, KeystoreError, NewMessage, PericardError};
use pericard_guarantees::{Harness, inbox, run, sync, threads};
use pericard_world::NetworkState;
use serde_json::json;

const CANARY: &str = "Zirkonbaryt-Kanarienvogel";

/// How often a word is in the raw bytes of a folder's files and in their names, in common encodings.
pub(crate) fn on_disk(folder: &Path, word: &str) -> usize {
    // Base64 at each of the three alignments, without the characters that its neighbours decide.
    let base64 = |before: &str, from: usize| {
        let encoded = BASE64.encode(format!("{before}{word}").as_bytes());
        encoded.into_bytes()[from..word.len()].to_vec()
    };
    let encoded: Vec<Vec<u8>> = vec![
        word.as_bytes().to_vec(),
        word.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        word.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        HEXLOWER.encode(word.as_bytes()).into_bytes(),
        base64("", 0),
        base64("x", 4),
        base64("xx", 4),
    ];
    let mut found = 0;
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        found += usize::from(entry.file_name().to_string_lossy().contains(word));
        if entry.path().is_dir() {
            found += on_disk(&entry.path(), word);
            continue;
        }
        let bytes = std::fs::read(entry.path()).unwrap();
        for needle in &encoded {
            found += bytes
                .windows(needle.len())
                .filter(|window| window == needle)
                .count();
        }
    }
    found
}

#[test]
fn nothing_that_was_read_or_typed_is_on_disk_in_plain() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let account = harness.sign_in("ana").await.unwrap();
        let text = format!("{CANARY} 20 mg twice a day");
        harness
            .portal(json!({ "new_message": { "who": "ana", "thread": 0, "text": text } }))
            .await;
        sync(&account).await.unwrap();
        harness.world.network(NetworkState::Down);
        let new = NewMessage {
            thread: None,
            subject: Some(CANARY.into()),
            text: text.clone(),
            ..NewMessage::default()
        };
        inbox(&account).send(new).await.unwrap();
        let hits = inbox(&account)
            .search(CANARY.into(), None, 10)
            .await
            .unwrap()
            .hits;
        assert_eq!(hits.len(), 2, "both are there to be found");

        let password =
            String::from_utf8(harness.world.password("ana".into(), true).unwrap()).unwrap();
        let me = account.people().remove(0);
        // An access token as it goes over the wire, and the proof of the device's key.
        let sent = harness.world.sent();
        let authorized = sent.iter().rfind(|sent| sent.authorized).unwrap();
        let token = authorized.header("authorization").unwrap();
        let token = token.split(' ').nth(1).unwrap();
        for word in [
            token,
            authorized.header("dpop").unwrap(),
            CANARY,
            "twice a day",
            &password,
            &me.name,
            &me.name.to_uppercase(),
        ] {
            assert_eq!(on_disk(harness.world.path(), word), 0, "{word}");
        }
        // The control: the same search finds what is not encrypted.
        let control = harness.world.path().join("control");
        std::fs::write(
            &control,
            format!("..{text}..{}", BASE64.encode(text.as_bytes())),
        )
        .unwrap();
        assert_eq!(on_disk(harness.world.path(), CANARY), 2);
    });
}

#[test]
fn forgetting_makes_an_earlier_copy_of_the_files_unreadable() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let account = harness.sign_in("ana").await.unwrap();
        sync(&account).await.unwrap();
        harness.client.pause().await.unwrap();
        let thief = tempfile::tempdir().unwrap();
        copy(harness.world.path(), thief.path());
        harness.client.resume().await.unwrap();
        account.forget().await.unwrap();
        assert!(harness.client.accounts().await.unwrap().is_empty());

        // The files as they were, with the keystore as it is now.
        harness.client.shut_down().await.unwrap();
        let client = opened(&harness, thief.path()).await;
        let account = client.accounts().await.unwrap().remove(0);
        let error = threads(&account).await.unwrap_err();
        let lost = PericardError::Keystore {
            kind: KeystoreError::Lost,
        };
        assert_eq!(error, lost);
        // Nothing is left to be had of it; it can still be forgotten.
        account.forget().await.unwrap();
        assert!(client.accounts().await.unwrap().is_empty());
    });
}

#[test]
fn a_copy_of_the_files_is_readable_while_the_key_is_there() {
    // The counter-test of the promise above: it is the key that makes the difference.
    run(async {
        let harness = Harness::ana_and_ben().await;
        let account = harness.sign_in("ana").await.unwrap();
        sync(&account).await.unwrap();
        harness.client.shut_down().await.unwrap();
        let copied = tempfile::tempdir().unwrap();
        copy(harness.world.path(), copied.path());
        let client = opened(&harness, copied.path()).await;
        let account = client.accounts().await.unwrap().remove(0);
        assert_eq!(threads(&account).await.unwrap().len(), 3);
    });
}

/// A client on a copy of the harness's files.
async fn opened(harness: &Harness, copy: &Path) -> Arc<Client> {
    let mut config = harness.world.config();
    config.directory = copy.join("pericard").to_string_lossy().into_owned();
    let client = harness
        .world
        .open_as(config, harness.world.keystore())
        .await;
    client.unwrap()
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            std::fs::create_dir(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
