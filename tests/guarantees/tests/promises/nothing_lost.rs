//! What was acknowledged stays, and what was typed arrives once.

use pericard::test_support::Checkpoint;
use pericard::{
    FileContent, MessageId, MessageState, Messages, NewFile, NewMessage, PericardError,
    StorageKind, ThreadId,
};
use pericard_guarantees::{Harness, inbox, run, sync, threads};
use pericard_world::NetworkState;
use serde_json::json;

fn reply(thread: &ThreadId, text: &str) -> NewMessage {
    NewMessage {
        thread: Some(thread.clone()),
        subject: None,
        text: text.to_owned(),
        ..NewMessage::default()
    }
}

async fn queued(harness: &Harness, text: &str) -> (std::sync::Arc<pericard::Account>, MessageId) {
    let account = harness.sign_in("ana").await.unwrap();
    sync(&account).await.unwrap();
    let thread = threads(&account).await.unwrap().remove(0).id;
    let message = inbox(&account).send(reply(&thread, text)).await.unwrap();
    assert_eq!(message.state, MessageState::Queued);
    (account, message.id)
}

#[test]
fn an_acknowledged_message_is_sent_once_where_the_portal_proves_it() {
    for fault in [
        json!({ "fault": "none" }),
        json!({ "fault": "drop_answer_after_commit" }),
        json!({ "fault": "status", "code": 502, "times": 1, "on": "fhir" }),
    ] {
        run(async {
            let harness = Harness::ana_and_ben().await;
            let (account, id) = queued(&harness, "Kilimanjaro").await;
            harness.portal(fault.clone()).await;
            sync(&account).await.unwrap();
            sync(&account).await.unwrap();
            let state = inbox(&account).message(id.clone()).await.unwrap().state;
            // So soon after it was sent, that it cannot be found proves nothing.
            let failed = fault["fault"] == "status";
            let expected = [MessageState::Sent, MessageState::Sending][usize::from(failed)];
            assert_eq!(state, expected, "{fault}");
            harness.world.advance(123).await.unwrap();
            sync(&account).await.unwrap();
            let state = inbox(&account).message(id).await.unwrap().state;
            assert_eq!(state, MessageState::Sent, "{fault}");
            assert_eq!(
                harness
                    .world
                    .portal_messages("Kilimanjaro".into())
                    .await
                    .unwrap(),
                1,
                "{fault}"
            );
        });
    }
}

#[test]
fn a_message_is_unknown_where_the_portal_cannot_prove_it_and_the_person_decides() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let (account, id) = queued(&harness, "Kilimanjaro").await;
        // Its index lags, so that a look-up misses what was just taken.
        harness
            .portal(json!({ "fault": "ignore_identifier" }))
            .await;
        harness
            .portal(json!({ "fault": "lagging_index", "seconds": 60 }))
            .await;
        harness
            .portal(json!({ "fault": "drop_answer_after_commit" }))
            .await;
        sync(&account).await.unwrap();
        let state = inbox(&account).message(id.clone()).await.unwrap().state;
        assert_eq!(state, MessageState::Unknown);
        assert_eq!(
            harness
                .world
                .portal_messages("Kilimanjaro".into())
                .await
                .unwrap(),
            1
        );
        // Once the portal shows it, the doubt is settled without anybody's doing.
        harness.world.advance(120).await.unwrap();
        sync(&account).await.unwrap();
        let state = inbox(&account).message(id).await.unwrap().state;
        assert_eq!(state, MessageState::Sent);
        assert_eq!(
            harness
                .world
                .portal_messages("Kilimanjaro".into())
                .await
                .unwrap(),
            1
        );
    });
}

#[test]
fn a_refused_message_is_kept_and_can_be_sent_again_or_taken_back() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let (account, id) = queued(&harness, "Kilimanjaro").await;
        harness
            .portal(json!({ "fault": "status", "code": 422, "times": 1, "on": "fhir" }))
            .await;
        sync(&account).await.unwrap();
        let messages = inbox(&account);
        let state = messages.message(id.clone()).await.unwrap().state;
        assert_eq!(state, MessageState::Failed { status: 422 });
        messages.retry(id.clone()).await.unwrap();
        sync(&account).await.unwrap();
        assert_eq!(
            messages.message(id.clone()).await.unwrap().state,
            MessageState::Sent
        );
        // What was sent cannot be taken back.
        assert!(matches!(
            messages.withdraw(id).await,
            Err(PericardError::InvalidInput { .. })
        ));
        let thread = threads(&account).await.unwrap().remove(0).id;
        let other = messages.send(reply(&thread, "Matterhorn")).await.unwrap();
        messages.withdraw(other.id.clone()).await.unwrap();
        assert_eq!(
            messages.message(other.id).await.unwrap_err(),
            PericardError::NotFound
        );
        sync(&account).await.unwrap();
        assert_eq!(
            harness
                .world
                .portal_messages("Matterhorn".into())
                .await
                .unwrap(),
            0
        );
        assert!(
            messages
                .search("matterhorn".into(), None, 5)
                .await
                .unwrap()
                .hits
                .is_empty()
        );
    });
}

#[test]
fn a_cancelled_sync_keeps_what_had_arrived_and_the_next_one_goes_on() {
    run(async {
        let harness = Harness::with(json!({ "ana": { "threads": 40, "messages": 900 } })).await;
        let account = harness.sign_in("ana").await.unwrap();
        let run = account.start_sync(None, false).unwrap();
        let joined = account.start_sync(None, false).unwrap();
        // A page is asked for when the one before the last is kept: the second that comes says so of the first.
        let mut first = None;
        while let Some(progress) = run.next().await.unwrap() {
            if progress.done > 0 && progress.done > *first.get_or_insert(progress.done) {
                break;
            }
        }
        run.cancel();
        let ended = loop {
            match joined.next().await {
                Ok(Some(_)) => {}
                ended => break ended,
            }
        };
        assert_eq!(ended, Err(PericardError::Cancelled));
        assert_eq!(joined.next().await, Ok(None));
        assert!(!threads(&account).await.unwrap().is_empty());
        sync(&account).await.unwrap();
        let all = threads(&account).await.unwrap();
        assert_eq!(all.len(), 40);
        assert_eq!(all.iter().map(|t| t.messages).sum::<u32>(), 900);
    });
}

#[test]
fn a_message_that_is_queued_while_a_sync_runs_goes_out_with_it() {
    run(async {
        let harness = Harness::with(json!({ "ana": { "threads": 40, "messages": 900 } })).await;
        let account = harness.sign_in("ana").await.unwrap();
        let run = account.start_sync(None, false).unwrap();
        // What was queued before has been sent, and the first page is here.
        while run.next().await.unwrap().is_some_and(|p| p.done == 0) {}
        let message = NewMessage {
            text: "Kilimanjaro".into(),
            subject: Some("Today".into()),
            ..NewMessage::default()
        };
        inbox(&account).send(message).await.unwrap();
        let joined = account.start_sync(None, false).unwrap();
        while joined.next().await.unwrap().is_some() {}
        assert_eq!(copies(&harness, "Kilimanjaro").await, 1);
        while run.next().await.unwrap().is_some() {}
        assert!(inbox(&account).outbox().await.unwrap().is_empty());
    });
}

/// What is wrong with what comes does not stop what goes, for those either who join the run.
#[test]
fn a_message_that_is_queued_while_a_sync_runs_goes_out_although_the_portal_delivers_somebody_elses_record()
 {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let account = harness.sign_in("ana").await.unwrap();
        sync(&account).await.unwrap();
        let letter = json!({ "new_message": { "who": "ana", "thread": 0, "text": "Hello Ana" } });
        harness.portal(letter).await;
        harness
            .portal(json!({ "fault": "leak_other_patient" }))
            .await;
        harness.world.sent();
        harness.world.network(NetworkState::Stalled);
        let run = account.start_sync(None, false).unwrap();
        // Nothing was queued: it waits for what is new.
        harness.world.until_sent(|_| true).await;
        let thread = threads(&account).await.unwrap().remove(0).id;
        inbox(&account)
            .send(reply(&thread, "Kilimanjaro"))
            .await
            .unwrap();
        let joined = account.start_sync(None, false).unwrap();
        harness.world.network(NetworkState::Up);
        // The head of an answer is awaited for half a minute, and then asked for again.
        harness.world.advance(31).await.unwrap();
        for run in [run, joined] {
            let ended = loop {
                match run.next().await {
                    Ok(Some(_)) => {}
                    ended => break ended,
                }
            };
            assert!(
                matches!(ended, Err(PericardError::Integrity { .. })),
                "{ended:?}"
            );
        }
        assert_eq!(copies(&harness, "Kilimanjaro").await, 1);
    });
}

#[test]
fn a_damaged_database_is_said_to_be_one_and_left_as_it_is() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        harness.client.shut_down().await.unwrap();
        let file = harness.world.path().join("pericard/device.db");
        let noise = vec![7; 8192];
        std::fs::write(&file, &noise).unwrap();
        let error = harness.world.open(harness.world.keystore()).await.err();
        assert_eq!(
            error,
            Some(PericardError::Storage {
                kind: StorageKind::Damaged
            })
        );
        assert_eq!(std::fs::read(&file).unwrap(), noise);
    });
}

/// Set for the process that is to die; its value is the folder with its keys, and what it does.
const DYING: &str = "PERICARD_TEST_DYING";

/// A keystore that two processes of a test share. For tests only: it is as plain as files are.
struct Folder(std::path::PathBuf);

impl pericard::Keystore for Folder {
    fn load(&self, name: String) -> Result<Option<Vec<u8>>, pericard::KeystoreError> {
        Ok(std::fs::read(self.0.join(name)).ok())
    }

    fn store(&self, name: String, value: Vec<u8>) -> Result<(), pericard::KeystoreError> {
        std::fs::write(self.0.join(name), value).map_err(|_| pericard::KeystoreError::Refused)
    }

    fn delete(&self, name: String) -> Result<(), pericard::KeystoreError> {
        let _ = std::fs::remove_file(self.0.join(name));
        Ok(())
    }
}

/// What the dying process does: it has no network, queues messages, and is killed right after the last `send` returned.
async fn queue_and_die(folder: &std::path::Path) {
    let config = pericard::Config {
        directory: folder.join("pericard").to_string_lossy().into_owned(),
        portals: Vec::new(),
        allow_loopback_http: false,
        app: "Dying/1".into(),
    };
    let client = pericard::Client::open(config, std::sync::Arc::new(Folder(folder.into())))
        .await
        .unwrap();
    let account = client.accounts().await.unwrap().remove(0);
    let thread = threads(&account).await.unwrap().remove(0).id;
    for text in ["Elbrus one", "Elbrus two", "Elbrus three"] {
        inbox(&account).send(reply(&thread, text)).await.unwrap();
    }
    std::process::abort();
}

#[test]
fn what_was_acknowledged_survives_a_killed_process() {
    if let Some(folder) = std::env::var_os(DYING) {
        return run(async move { queue_and_die(std::path::Path::new(&folder)).await });
    }
    run(async {
        let harness = Harness::ana_and_ben().await;
        let folder = tempfile::tempdir().unwrap();
        let keystore = std::sync::Arc::new(Folder(folder.path().into()));
        let mut config = harness.world.config();
        config.directory = folder
            .path()
            .join("pericard")
            .to_string_lossy()
            .into_owned();
        let open = || harness.world.open_as(config.clone(), keystore.clone());
        let harness = Harness {
            client: open().await.unwrap(),
            world: harness.world.clone(),
        };
        let account = harness.sign_in("ana").await.unwrap();
        sync(&account).await.unwrap();
        harness.client.shut_down().await.unwrap();

        let mut child = std::process::Command::new(std::env::current_exe().unwrap());
        child.args([
            "--exact",
            "nothing_lost::what_was_acknowledged_survives_a_killed_process",
        ]);
        let died = child.env(DYING, folder.path()).output().unwrap();
        assert_eq!(died.status.code(), None, "it was killed by a signal");

        let client = open().await.unwrap();
        let account = client.accounts().await.unwrap().remove(0);
        let texts: Vec<String> = inbox(&account)
            .outbox()
            .await
            .unwrap()
            .into_iter()
            .map(|message| message.text)
            .collect();
        assert_eq!(texts, ["Elbrus one", "Elbrus two", "Elbrus three"]);
        sync(&account).await.unwrap();
        assert_eq!(
            harness
                .world
                .portal_messages("Elbrus".into())
                .await
                .unwrap(),
            3
        );
    });
}

#[test]
fn what_is_to_prove_something_is_asked_of_no_cache() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let (account, _) = queued(&harness, "Kilimanjaro").await;
        harness
            .portal(json!({ "fault": "drop_answer_after_commit" }))
            .await;
        harness.world.advance(25 * 60 * 60).await.unwrap();
        harness.world.sent();
        sync(&account).await.unwrap();
        // The list of what the portal has, and the look-up of what may have arrived there.
        let proofs = ["_elements=", "identifier="];
        let sent = harness.world.sent();
        for name in proofs {
            let asked = |url: &url::Url| url.query().is_some_and(|query| query.contains(name));
            let mut asked = sent.iter().filter(|sent| asked(&sent.url)).peekable();
            assert!(asked.peek().is_some(), "{name}");
            assert!(
                asked.all(|sent| sent.header("cache-control") == Some("no-cache")),
                "{name}"
            );
        }
    });
}

/// A message with a file, held where the file is at the portal and the message is not; `meanwhile` is done then.
async fn while_its_file_goes_up(
    harness: &Harness,
    account: &std::sync::Arc<pericard::Account>,
    meanwhile: impl AsyncFnOnce(&Messages, MessageId),
) {
    let thread = threads(account).await.unwrap().remove(0).id;
    let photo = NewFile {
        name: "knee.jpg".into(),
        content_type: "image/jpeg".into(),
        content: FileContent::Bytes {
            bytes: vec![7; 9_000],
        },
    };
    let message = NewMessage {
        files: vec![photo],
        ..reply(&thread, "Kilimanjaro")
    };
    let messages = inbox(account);
    let id = messages.send(message).await.unwrap().id;
    messages.send(reply(&thread, "Matterhorn")).await.unwrap();
    harness.world.dies_at(Checkpoint::FileUploaded);
    let run = account.start_sync(None, false).unwrap();
    harness.world.died().await;
    meanwhile(&messages, id).await;
    harness.world.goes_on();
    while run.next().await.unwrap().is_some() {}
}

async fn copies(harness: &Harness, text: &str) -> u64 {
    harness.world.portal_messages(text.into()).await.unwrap()
}

#[test]
fn a_message_that_is_edited_under_way_goes_out_once_and_as_it_is_now() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let account = harness.sign_in("ana").await.unwrap();
        sync(&account).await.unwrap();
        // Its answer is lost, and nothing finds it for a while: only its identifier tells the tries apart.
        for fault in [
            json!({ "fault": "drop_answer_after_commit" }),
            json!({ "fault": "lagging_index", "seconds": 100, "times": 8 }),
        ] {
            harness.portal(fault).await;
        }
        while_its_file_goes_up(&harness, &account, async |messages, id| {
            drop(messages.edit(id, "Aconcagua".into()).await.unwrap());
        })
        .await;
        for _ in 0..4 {
            harness.world.advance(700).await.unwrap();
            sync(&account).await.unwrap();
        }
        assert_eq!(copies(&harness, "Kilimanjaro").await, 0);
        assert_eq!(copies(&harness, "Aconcagua").await, 1);
        assert_eq!(copies(&harness, "Matterhorn").await, 1);
        assert!(inbox(&account).outbox().await.unwrap().is_empty());
    });
}

#[test]
fn a_message_that_is_taken_back_under_way_stops_no_other() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let account = harness.sign_in("ana").await.unwrap();
        sync(&account).await.unwrap();
        while_its_file_goes_up(&harness, &account, async |messages, id| {
            messages.withdraw(id).await.unwrap();
        })
        .await;
        assert_eq!(copies(&harness, "Kilimanjaro").await, 0);
        assert_eq!(copies(&harness, "Matterhorn").await, 1);
    });
}

/// Where the usual search has next to nothing, the others are downloads of their own, and the comparison asks for nothing
/// again.
#[test]
fn what_only_another_search_finds_comes_once() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let account = harness.sign_in("ana").await.unwrap();
        harness.portal(json!({ "fault": "subjectless" })).await;
        for n in 0..150 {
            let text = format!("Found by its recipient, {n}");
            let message = json!({ "who": "ana", "thread": 0, "text": text });
            harness.portal(json!({ "new_message": message })).await;
        }
        // What is asked for once an hour is not counted.
        account.check_policy().await.unwrap();
        harness.world.portal_requests(None).await.unwrap();
        sync(&account).await.unwrap();
        let requests = harness.world.portal_requests(None).await.unwrap();
        let found = inbox(&account)
            .search("recipient".into(), None, 500)
            .await
            .unwrap();
        assert_eq!(found.hits.len(), 150);
        assert_eq!(requests, 11);
    });
}
