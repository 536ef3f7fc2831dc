//! A disk that is full, or damaged, costs what the portal has anyway, for a while, and nothing that a person has written.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use pericard::{
    Account, IncidentKind, MessageState, NewMessage, PericardError, SessionState, SignInMethod,
    StorageKind, SyncOutcome,
};
use pericard_guarantees::{Harness, inbox, run, sync, threads};
use serde_json::json;

const PAGE: usize = 4096;
const TEXT: &str = "Typed before the damage";
const DRAFT: &str = "Begun before the damage";
const DAMAGED: PericardError = PericardError::Storage {
    kind: StorageKind::Damaged,
};

/// The database of the person who signed in, which is not the access log.
pub(crate) fn database(harness: &Harness, account: &Account) -> PathBuf {
    let folder = harness
        .world
        .path()
        .join("pericard")
        .join(account.id().as_str());
    let files = std::fs::read_dir(folder).unwrap();
    let mut paths = files.map(|file| file.unwrap().path());
    paths
        .find(|path| path.extension() == Some("db".as_ref()))
        .unwrap()
}

fn new_message(text: &str) -> NewMessage {
    NewMessage {
        thread: None,
        subject: Some("A question".into()),
        text: text.into(),
        ..NewMessage::default()
    }
}

async fn outcome(account: &Account) -> Result<Option<SyncOutcome>, PericardError> {
    let run = account.start_sync(None, false)?;
    while run.next().await?.is_some() {}
    Ok(run.outcome())
}

/// Syncs until it is said that everything is here.
async fn settled(harness: &Harness, account: &Account) {
    for _ in 0..6 {
        let done = outcome(account).await;
        let waits = inbox(account)
            .outbox()
            .await
            .map_or(true, |it| !it.is_empty());
        if done == Ok(Some(SyncOutcome::Complete)) && !waits {
            return;
        }
        harness.world.advance(400).await.unwrap();
    }
}

/// Ana, synced, with a queued message, and `harm` done to the pages of her database while the app is closed.
async fn harmed(harm: impl FnOnce(&mut Vec<u8>)) -> (Harness, Arc<Account>) {
    harmed_with(&[], harm).await
}

/// The same, with more drafts.
async fn harmed_with(
    drafts: &[String],
    harm: impl FnOnce(&mut Vec<u8>),
) -> (Harness, Arc<Account>) {
    let harness = Harness::with(json!({ "ana": { "threads": 6, "messages": 90 } })).await;
    let ana = harness.sign_in("ana").await.unwrap();
    sync(&ana).await.unwrap();
    inbox(&ana).send(new_message(TEXT)).await.unwrap();
    let draft = inbox(&ana).save_draft(None, new_message(DRAFT)).await;
    assert!(draft.unwrap().is_some());
    for text in drafts {
        let draft = inbox(&ana).save_draft(None, new_message(text)).await;
        assert!(draft.unwrap().is_some());
    }
    let (id, file) = (ana.id(), database(&harness, &ana));
    harness.client.shut_down().await.unwrap();
    let mut pages = std::fs::read(&file).unwrap();
    harm(&mut pages);
    std::fs::write(&file, pages).unwrap();
    let client = harness.world.open(harness.world.keystore()).await.unwrap();
    let harness = Harness { client, ..harness };
    let ana = harness.client.account(id).await.unwrap();
    (harness, ana)
}

#[test]
fn a_damaged_database_is_begun_anew_and_what_waited_is_saved_where_it_can_be_read() {
    run(async {
        let (mut saved, mut drafts) = (0, 0);
        for place in 1..9 {
            let (harness, ana) = harmed(|pages| {
                let page = pages.len() / PAGE * place / 9;
                pages[page * PAGE..(page + 1) * PAGE].fill(7);
            })
            .await;
            settled(&harness, &ana).await;
            // A page that no sync needs is met by who reads it; that begins it anew for the next one.
            let met = [inbox(&ana).drafts().await.err(), threads(&ana).await.err()];
            assert!(met.iter().flatten().all(|error| *error == DAMAGED));
            if met.iter().any(Option::is_some) {
                settled(&harness, &ana).await;
            }
            // The page may have been one that nobody needs.
            let told = ana.incidents().await.unwrap();
            let told = told
                .iter()
                .any(|it| it.kind == IncidentKind::DatabaseDamaged);
            let there = harness.world.portal_messages(TEXT.into()).await.unwrap();
            assert!(there == 1 || told && there == 0, "page {place} of 9");
            saved += u32::from(told && there == 1);
            let kept = inbox(&ana).drafts().await.unwrap();
            assert!(kept.iter().all(|draft| draft.text == DRAFT));
            assert!(kept.len() == 1 || told && kept.is_empty());
            drafts += u32::from(told && kept.len() == 1);
            let all = threads(&ana).await.unwrap();
            let messages: u32 = all.iter().map(|thread| thread.messages).sum();
            assert_eq!(u64::from(messages), 90 + there, "page {place} of 9");
            assert_eq!(ana.session(), SessionState::Active);
        }
        assert!(
            saved > 0 && drafts > 0,
            "nothing was saved from any of the damaged files"
        );
    });
}

/// A page that no sync needs is met by who reads it: that fails, and the next look finds what could be read.
#[test]
fn damage_that_only_a_screen_meets_is_mended_by_the_next_look() {
    run(async {
        // Long ones lie on pages of their own, at the end of the file.
        let long: Vec<String> = (0..16).map(|n| format!("{n:02}").repeat(9_000)).collect();
        let (harness, ana) = harmed_with(&long, |pages| {
            let page = pages.len() / PAGE - 20;
            pages[page * PAGE..(page + 1) * PAGE].fill(7);
        })
        .await;
        settled(&harness, &ana).await;
        assert!(ana.incidents().await.unwrap().is_empty());
        assert_eq!(inbox(&ana).drafts().await.err(), Some(DAMAGED));
        let kept = inbox(&ana).drafts().await.unwrap();
        assert!((1..17).contains(&kept.len()), "{}", kept.len());
        let told = ana.incidents().await.unwrap();
        assert_eq!(told[0].kind, IncidentKind::DatabaseDamaged);
        settled(&harness, &ana).await;
        let all = threads(&ana).await.unwrap();
        assert_eq!(all.iter().map(|thread| thread.messages).sum::<u32>(), 91);
    });
}

#[test]
fn a_database_of_which_nothing_can_be_read_costs_what_waited_and_says_so() {
    run(async {
        let (harness, ana) = harmed(|pages| pages.fill(7)).await;
        assert!(threads(&ana).await.unwrap().is_empty());
        assert_eq!(ana.session(), SessionState::Active);
        let told = ana.incidents().await.unwrap();
        assert_eq!(told[0].kind, IncidentKind::DatabaseDamaged);
        settled(&harness, &ana).await;
        assert_eq!(threads(&ana).await.unwrap().len(), 6);
        let file = database(&harness, &ana);
        assert!(!file.with_extension("damaged").exists());
        // It is said once, and lasts.
        let id = ana.id();
        let harness = harness.restarted().await.unwrap();
        let ana = harness.client.account(id).await.unwrap();
        assert_eq!(ana.incidents().await.unwrap().len(), 1);
        assert_eq!(threads(&ana).await.unwrap().len(), 6);
    });
}

/// What was sent and is there already does not go out again from a copy that was behind.
#[test]
fn what_was_saved_is_looked_for_before_it_is_sent() {
    run(async {
        let (harness, ana) = harmed(|pages| {
            let last = pages.len() / PAGE / 2;
            pages[last * PAGE..(last + 1) * PAGE].fill(7);
        })
        .await;
        let mut looked = outcome(&ana).await;
        for _ in 0..3 {
            let outbox = inbox(&ana).outbox().await.unwrap_or_default();
            assert!(outbox.iter().all(|message| message.text == TEXT));
            let in_doubt = |message: &pericard::Message| message.state == MessageState::Unknown;
            assert!(!outbox.iter().any(in_doubt));
            harness.world.advance(400).await.unwrap();
            looked = outcome(&ana).await;
        }
        assert_eq!(looked, Ok(Some(SyncOutcome::Complete)));
        assert!(harness.world.portal_messages(TEXT.into()).await.unwrap() <= 1);
    });
}

/// A file system of its own, unmounted when dropped.
pub(crate) struct Small(PathBuf);

impl Small {
    /// None where this process may not mount one.
    pub(crate) fn mount(at: PathBuf, size: &str) -> Option<Self> {
        std::fs::create_dir_all(&at).unwrap();
        let options = format!("size={size}");
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &options, "tmpfs"])
            .arg(&at)
            .status();
        mount.is_ok_and(|it| it.success()).then(|| Self(at))
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_disk_that_is_full_in_the_middle_of_a_page_loses_nothing_and_is_gone_on_with() {
    run(async {
        let people = json!({ "ana": { "threads": 40, "messages": 900 } });
        let harness = Harness::with(people).await;
        harness.client.shut_down().await.unwrap();
        let folder = harness.world.path().join("pericard");
        std::fs::remove_dir_all(&folder).unwrap();
        let Some(small) = Small::mount(folder.clone(), "6m") else {
            eprintln!("skipped: a small file system can only be mounted by root");
            return;
        };
        let client = harness.world.open(harness.world.keystore()).await.unwrap();
        let harness = Harness { client, ..harness };
        let ana = harness.sign_in("ana").await.unwrap();
        // All but a little of it is taken.
        let ballast = folder.join("ballast");
        std::fs::write(&ballast, vec![1; 5 << 20]).unwrap();
        let full = PericardError::Storage {
            kind: StorageKind::Full,
        };
        assert_eq!(outcome(&ana).await, Err(full.clone()));
        let come: u32 = threads(&ana)
            .await
            .unwrap()
            .iter()
            .map(|it| it.messages)
            .sum();
        assert!(come < 900);
        assert_eq!(outcome(&ana).await, Err(full.clone()));
        let still: u32 = threads(&ana)
            .await
            .unwrap()
            .iter()
            .map(|it| it.messages)
            .sum();
        assert!(still >= come);
        assert_ne!(
            inbox(&ana).state().await.unwrap().incomplete,
            None,
            "what is not here is said to be missing"
        );
        std::fs::remove_file(&ballast).unwrap();
        assert_eq!(outcome(&ana).await, Ok(Some(SyncOutcome::Complete)));
        let all: u32 = threads(&ana)
            .await
            .unwrap()
            .iter()
            .map(|it| it.messages)
            .sum();
        assert_eq!(all, 900);
        harness.client.shut_down().await.unwrap();
        drop(small);
    });
}

/// What a person has written when nothing can be written is refused at once, and never half taken.
#[test]
fn what_cannot_be_stored_is_not_said_to_be_queued() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        harness.client.shut_down().await.unwrap();
        let folder = harness.world.path().join("pericard");
        std::fs::remove_dir_all(&folder).unwrap();
        let Some(small) = Small::mount(folder.clone(), "3m") else {
            eprintln!("skipped: a small file system can only be mounted by root");
            return;
        };
        let client = harness.world.open(harness.world.keystore()).await.unwrap();
        let harness = Harness { client, ..harness };
        let ana = harness.sign_in("ana").await.unwrap();
        sync(&ana).await.unwrap();
        let ballast = folder.join("ballast");
        let _ = std::fs::write(&ballast, vec![1; 3 << 20]);
        let (mut taken, mut refused) = (0, false);
        for n in 0..200 {
            let text = format!("{n} {}", "words ".repeat(2_000));
            match inbox(&ana).send(new_message(&text)).await {
                Ok(_) => taken += 1,
                Err(error) => {
                    let kind = StorageKind::Full;
                    assert_eq!(error, PericardError::Storage { kind });
                    refused = true;
                    break;
                }
            }
        }
        assert!(refused);
        assert_eq!(inbox(&ana).outbox().await.unwrap().len(), taken);
        std::fs::remove_file(&ballast).unwrap();
        sync(&ana).await.unwrap();
        assert!(inbox(&ana).outbox().await.unwrap().is_empty());
        let again = ana.sign_in_again(SignInMethod::Native, None).await;
        assert!(again.is_ok());
        harness.client.shut_down().await.unwrap();
        drop(small);
    });
}
