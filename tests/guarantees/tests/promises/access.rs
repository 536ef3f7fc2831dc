//! Truepill: nobody could tell afterwards who had opened what. Every opening is in the access log, and what is done to it shows.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use pericard::{
    AccessAction, AccessEntry, Account, KeystoreError, LockState, LogCheck, NewMessage,
    PericardError, SignInMethod,
};
use pericard_guarantees::{Harness, inbox, run, sync, threads};
use serde_json::json;

use crate::contract::Failing;
use crate::truepill::on_disk;

const PIN: &[u8] = b"270419";

async fn ana() -> (Harness, Arc<Account>) {
    let harness = Harness::ana_and_ben().await;
    let ana = harness.sign_in("ana").await.unwrap();
    sync(&ana).await.unwrap();
    (harness, ana)
}

async fn entries(account: &Account) -> Vec<AccessEntry> {
    let mut all = Vec::new();
    let mut before = None;
    loop {
        let page = account.access_log(before, 2).await.unwrap();
        all.extend(page.entries);
        before = page.before;
        if before.is_none() {
            return all;
        }
    }
}

/// What was done, oldest first.
async fn actions(account: &Account) -> Vec<AccessAction> {
    let entries = entries(account).await;
    entries.iter().rev().map(|entry| entry.action).collect()
}

async fn check(account: &Account) -> LogCheck {
    account.check_access_log().await.unwrap()
}

fn directory(harness: &Harness, account: &Account) -> PathBuf {
    let directory = PathBuf::from(harness.world.config().directory);
    directory.join(account.id().as_str())
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let name = entry.file_name();
        if name.to_string_lossy().starts_with("access_log") {
            std::fs::copy(entry.path(), to.join(name)).unwrap();
        }
    }
}

fn remove(folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry
            .file_name()
            .to_string_lossy()
            .starts_with("access_log")
        {
            std::fs::remove_file(entry.path()).unwrap();
        }
    }
}

#[test]
fn every_opening_is_in_the_access_log_and_says_nothing_of_what_was_read() {
    run(async {
        use AccessAction as A;
        let (harness, ana) = ana().await;
        let file = json!({ "new_message": { "who": "ana", "thread": 0, "text": "Kilimanjaro scan",
            "file": { "bytes": 3000, "name": "kilimanjaro.pdf" } } });
        harness.portal(file).await;
        sync(&ana).await.unwrap();
        let me = ana.people().remove(0).id;
        let newest = threads(&ana).await.unwrap().remove(0).id;
        assert_eq!(actions(&ana).await, [A::SignedIn]);
        // Read in pages, it is one opening; another conversation is another one.
        let first = inbox(&ana).messages(newest.clone(), None, 1).await.unwrap();
        inbox(&ana)
            .messages(newest.clone(), first.after, 1)
            .await
            .unwrap();
        inbox(&ana).messages(newest.clone(), None, 5).await.unwrap();
        let hits = inbox(&ana).search("kili".into(), None, 5).await.unwrap();
        inbox(&ana)
            .search("kilimanjaro".into(), None, 5)
            .await
            .unwrap();
        let message = hits.hits[0].message.clone();
        let other = threads(&ana).await.unwrap().remove(1).id;
        inbox(&ana).messages(other.clone(), None, 5).await.unwrap();
        let file = message.files[0].id.clone();
        let download = inbox(&ana).download(file.clone()).await.unwrap();
        while download.next().await.unwrap().is_some() {}
        inbox(&ana).open_file(file).await.unwrap();
        let letter = NewMessage {
            thread: Some(other.clone()),
            text: "Thank you".into(),
            ..NewMessage::default()
        };
        inbox(&ana).send(letter).await.unwrap();
        let noted = entries(&ana).await;
        let shown: Vec<_> = noted
            .iter()
            .rev()
            .map(|it| (it.action, it.thread.clone()))
            .collect();
        assert_eq!(
            shown,
            [
                (A::SignedIn, None),
                (A::ConversationOpened, Some(newest.clone())),
                (A::Searched, None),
                (A::ConversationOpened, Some(other.clone())),
                (A::FileOpened, Some(message.thread)),
                (A::Written, Some(other)),
            ]
        );
        assert!(
            noted
                .iter()
                .rev()
                .skip(1)
                .all(|it| it.person.as_ref() == Some(&me))
        );
        assert!(
            noted
                .iter()
                .rev()
                .zip(1..)
                .all(|(it, number)| it.number == number)
        );
        assert_eq!(check(&ana).await, LogCheck::Whole);
        let told = ana.export_access_log().await.unwrap();
        assert_eq!(told.lines().count(), 7);
        assert!(!told.to_lowercase().contains("kili"), "{told}");
        assert_eq!(on_disk(harness.world.path(), "conversation_opened"), 0);
        // After a restart, too.
        let harness = harness.restarted().await.unwrap();
        let again = harness.client.account(ana.id()).await.unwrap();
        assert_eq!(entries(&again).await, noted);
        assert_eq!(check(&again).await, LogCheck::Whole);
    });
}

#[test]
fn what_happens_at_the_lock_is_noted_while_nothing_can_be_read() {
    run(async {
        use AccessAction as A;
        let (harness, ana) = ana().await;
        ana.lock().set_pin(None, PIN.to_vec()).await.unwrap();
        ana.lock().lock().await.unwrap();
        assert_eq!(
            ana.access_log(None, 5).await.err(),
            Some(PericardError::Locked)
        );
        assert_eq!(
            ana.check_access_log().await.err(),
            Some(PericardError::Locked)
        );
        ana.lock().unlock(b"270418".to_vec()).await.unwrap_err();
        ana.lock().unlock(b"270417".to_vec()).await.unwrap_err();
        let harness = harness.restarted().await.unwrap();
        let ana = harness.client.account(ana.id()).await.unwrap();
        ana.lock().unlock(PIN.to_vec()).await.unwrap();
        let key = ana.lock().add_key(PIN.to_vec()).await.unwrap();
        ana.lock().lock().await.unwrap();
        ana.lock().unlock_with_key(key).await.unwrap();
        ana.lock().remove_pin(PIN.to_vec()).await.unwrap();
        assert_eq!(
            actions(&ana).await,
            [
                A::SignedIn,
                A::PinSet,
                A::WrongPin,
                A::WrongPin,
                A::Unlocked,
                A::UnlockedWithKey,
                A::PinRemoved
            ]
        );
        assert_eq!(check(&ana).await, LogCheck::Whole);
    });
}

#[test]
fn what_the_clinic_does_and_what_was_refused_is_noted() {
    run(async {
        use AccessAction as A;
        let (harness, ana) = ana().await;
        harness
            .portal(json!({ "policy": { "lease_hours": 48 } }))
            .await;
        ana.check_policy().await.unwrap();
        harness
            .portal(json!({ "fault": "leak_other_patient" }))
            .await;
        let word = json!({ "new_message": { "who": "ana", "thread": 0, "text": "A new word" } });
        harness.portal(word).await;
        for _ in 0..2 {
            sync(&ana).await.unwrap_err();
        }
        harness.portal(json!({ "fault": "none" })).await;
        harness.portal(json!({ "revoke": "ana" })).await;
        sync(&ana).await.unwrap_err();
        let again = ana.sign_in_again(SignInMethod::Native, None).await.unwrap();
        harness.answer("ana", again).await.unwrap();
        let mut noted = actions(&ana).await;
        // The policy is noted on a thread of its own, before or after the incident.
        noted[1..3].sort_by_key(|action| format!("{action:?}"));
        assert_eq!(
            noted,
            [
                A::SignedIn,
                A::Incident,
                A::PolicyChanged,
                A::Sealed,
                A::SignedIn
            ]
        );
    });
}

#[test]
fn a_removed_entry_a_cut_tail_and_a_log_made_anew_are_detected() {
    run(async {
        let (harness, ana) = ana().await;
        let id = ana.id();
        let folder = directory(&harness, &ana);
        let copied = harness.world.path().join("copy");
        harness.client.shut_down().await.unwrap();
        copy(&folder, &copied);
        let mut harness = harness;
        for what in ["nothing", "older copy", "removed", "damaged"] {
            harness.client = harness.world.open(harness.world.keystore()).await.unwrap();
            let ana = harness.client.account(id.clone()).await.unwrap();
            let thread = threads(&ana).await.unwrap().remove(0).id;
            inbox(&ana).messages(thread, None, 5).await.unwrap();
            harness.client.shut_down().await.unwrap();
            match what {
                "older copy" => {
                    remove(&folder);
                    copy(&copied, &folder);
                }
                "removed" => remove(&folder),
                "damaged" => {
                    remove(&folder);
                    std::fs::write(folder.join("access_log"), [7; 9000]).unwrap();
                }
                _ => {}
            }
            harness.client = harness.world.open(harness.world.keystore()).await.unwrap();
            let ana = harness.client.account(id.clone()).await.unwrap();
            // It costs itself alone.
            let thread = threads(&ana).await.unwrap().remove(0).id;
            inbox(&ana).messages(thread, None, 5).await.unwrap();
            match what {
                "nothing" => assert_eq!(check(&ana).await, LogCheck::Whole),
                _ => assert_eq!(check(&ana).await, LogCheck::Broken, "{what}"),
            }
            harness.client.shut_down().await.unwrap();
        }
    });
}

#[test]
fn a_log_whose_keystore_does_not_answer_is_not_called_whole() {
    run(async {
        let (harness, ana) = ana().await;
        assert_eq!(check(&ana).await, LogCheck::Whole);
        harness.client.shut_down().await.unwrap();
        let failing = Arc::new(Failing::new(harness.world.keystore()));
        let client = harness.world.open(failing.clone()).await.unwrap();
        let ana = client.account(ana.id()).await.unwrap();
        threads(&ana).await.unwrap();
        failing.fails(true);
        let kind = KeystoreError::unexpected("the dialog was closed");
        let refused = ana.check_access_log().await.err();
        assert_eq!(refused, Some(PericardError::Keystore { kind }));
        failing.fails(false);
        assert_eq!(check(&ana).await, LogCheck::Whole);
        assert_eq!(ana.lock().state(), Ok(LockState::Off));
    });
}
