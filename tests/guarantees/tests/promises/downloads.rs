//! Downloads of documents: killed, without room, or overtaken by another file, they lose nothing and mix nothing.

use std::sync::Arc;

use pericard::{Account, Config, FileId, FileState, PericardError, StorageKind, SyncOutcome};
use pericard_guarantees::{Harness, documents, run, sync, threads};
use serde_json::{Value, json};

use crate::damage::Small;
use crate::deaths::copied;

const LARGE: usize = 3_000_000;

/// Ana, whose newest document has a file of so many bytes.
async fn ana(bytes: usize) -> (Harness, Arc<Account>) {
    let harness =
        Harness::with(json!({ "ana": { "threads": 1, "messages": 1, "documents": 3 } })).await;
    replaced(&harness, bytes).await;
    let account = harness.sign_in("ana").await.unwrap();
    sync(&account).await.unwrap();
    (harness, account)
}

async fn replaced(harness: &Harness, bytes: usize) {
    let change = json!({ "who": "ana", "document": 0, "as": "replaced", "bytes": bytes });
    harness.portal(json!({ "change_document": change })).await;
}

async fn cut(harness: &Harness) {
    let fault: Value = json!({ "fault": "file", "as": "cut" });
    harness.portal(fault).await;
}

async fn first(account: &Account) -> (FileId, FileState) {
    let page = documents(account).documents(None, None, 50).await.unwrap();
    let file = &page.documents[0].files[0];
    (file.id.clone(), file.state)
}

async fn fetch(account: &Account) -> Result<(), PericardError> {
    let (id, _) = first(account).await;
    let download = documents(account).download(id).await?;
    while download.next().await?.is_some() {}
    Ok(())
}

async fn size(account: &Account) -> u64 {
    let (id, _) = first(account).await;
    let reader = documents(account).open_file(id).await.unwrap();
    let mut read = 0;
    loop {
        let piece = reader.read(100_000).await.unwrap();
        if piece.is_empty() {
            assert_eq!(read, reader.size());
            return read;
        }
        read += piece.len() as u64;
    }
}

#[test]
fn one_that_was_killed_goes_on_where_it_was() {
    run(async {
        let (harness, account) = ana(LARGE).await;
        cut(&harness).await;
        assert_eq!(fetch(&account).await, Err(PericardError::Offline));
        let (_, FileState::Remote { received }) = first(&account).await else {
            panic!("a part is here")
        };
        assert!(received > 1_000_000, "{received}");
        // What a process leaves that is killed now, and the next one.
        let folder = harness.world.path().join("afterwards");
        copied(harness.world.config().directory.as_ref(), &folder);
        let config = Config {
            directory: folder.to_string_lossy().into_owned(),
            ..harness.world.config()
        };
        harness.portal(json!({ "fault": "none" })).await;
        let world = harness.world.clone();
        let client = world.open_as(config, world.keystore()).await.unwrap();
        let account = client.accounts().await.unwrap().remove(0);
        assert_eq!(first(&account).await.1, FileState::Remote { received });
        world.sent();
        fetch(&account).await.unwrap();
        let sent = world.sent();
        // A new process is told the portal's nonce first, and asks once more.
        let asked: Vec<_> = sent
            .iter()
            .filter(|sent| sent.url.path().contains("/Binary/"))
            .map(|sent| sent.header("range").map(str::to_owned))
            .collect();
        let wanted = Some(format!("bytes={received}-"));
        assert!(
            !asked.is_empty() && asked.iter().all(|it| *it == wanted),
            "{asked:?}"
        );
        assert_eq!(size(&account).await, LARGE as u64);
        client.shut_down().await.unwrap();
    });
}

#[test]
fn a_disk_without_room_is_told_and_costs_the_file_alone() {
    run(async {
        let (harness, account) = ana(LARGE).await;
        drop(account);
        harness.client.shut_down().await.unwrap();
        let folder = harness.world.path().join("pericard");
        std::fs::remove_dir_all(&folder).unwrap();
        let Some(small) = Small::mount(folder.clone(), "12m") else {
            eprintln!("skipped: a small file system can only be mounted by root");
            return;
        };
        let client = harness.world.open(harness.world.keystore()).await.unwrap();
        let harness = Harness { client, ..harness };
        let account = harness.sign_in("ana").await.unwrap();
        sync(&account).await.unwrap();
        // All but a little of it is taken.
        let ballast = folder.join("ballast");
        let _ = std::fs::write(&ballast, vec![1; 9 << 20]);
        let full = PericardError::Storage {
            kind: StorageKind::Full,
        };
        assert_eq!(fetch(&account).await, Err(full));
        let (id, state) = first(&account).await;
        assert!(matches!(state, FileState::Remote { .. }), "{state:?}");
        let opened = documents(&account).open_file(id).await.err();
        assert_eq!(opened, Some(PericardError::NotFound));
        assert_eq!(threads(&account).await.unwrap().len(), 1);
        // With room it is fetched to its end, and messages came and come.
        std::fs::remove_file(&ballast).unwrap();
        let new = json!({ "who": "ana", "thread": 0, "text": "Please read the letter" });
        harness.portal(json!({ "new_message": new })).await;
        let run = account.start_sync(None, false).unwrap();
        while run.next().await.unwrap().is_some() {}
        assert_eq!(run.outcome(), Some(SyncOutcome::Complete));
        assert_eq!(threads(&account).await.unwrap()[0].messages, 2);
        fetch(&account).await.unwrap();
        assert_eq!(size(&account).await, LARGE as u64);
        // A file can be removed where there is no room for anything at all.
        for piece in [1 << 20, 1 << 12, 1] {
            let more = folder.join(format!("ballast-{piece}"));
            let _ = std::fs::write(&more, vec![1; 12 << 20]);
            let mut file = std::fs::OpenOptions::new().append(true).open(more).unwrap();
            while std::io::Write::write_all(&mut file, &vec![1; piece]).is_ok() {}
        }
        let (id, _) = first(&account).await;
        documents(&account).remove_download(id).await.unwrap();
        assert_eq!(first(&account).await.1, FileState::Remote { received: 0 });
        harness.client.shut_down().await.unwrap();
        drop(small);
    });
}

#[test]
fn a_file_that_is_replaced_while_it_is_fetched_is_never_mixed_with_the_new_one() {
    run(async {
        let (harness, account) = ana(LARGE).await;
        // What came of the old one is not the beginning of the new one.
        cut(&harness).await;
        assert_eq!(fetch(&account).await, Err(PericardError::Offline));
        harness.portal(json!({ "fault": "none" })).await;
        replaced(&harness, 5000).await;
        sync(&account).await.unwrap();
        assert_eq!(first(&account).await.1, FileState::Remote { received: 0 });
        fetch(&account).await.unwrap();
        assert_eq!(size(&account).await, 5000);

        // The same while it is under way.
        replaced(&harness, LARGE).await;
        sync(&account).await.unwrap();
        let (id, _) = first(&account).await;
        let download = documents(&account).download(id).await.unwrap();
        replaced(&harness, 6000).await;
        sync(&account).await.unwrap();
        while let Ok(Some(_)) = download.next().await {}
        let (_, state) = first(&account).await;
        assert_eq!(state, FileState::Remote { received: 0 });
        fetch(&account).await.unwrap();
        assert_eq!(size(&account).await, 6000);

        // Superseded, its file is the same, and is gone on with.
        replaced(&harness, LARGE).await;
        sync(&account).await.unwrap();
        cut(&harness).await;
        assert_eq!(fetch(&account).await, Err(PericardError::Offline));
        harness.portal(json!({ "fault": "none" })).await;
        let change = json!({ "who": "ana", "document": 0, "as": "superseded" });
        harness.portal(json!({ "change_document": change })).await;
        sync(&account).await.unwrap();
        let (_, FileState::Remote { received }) = first(&account).await else {
            panic!("a part is here")
        };
        assert!(received > 1_000_000, "{received}");
        fetch(&account).await.unwrap();
        assert_eq!(size(&account).await, LARGE as u64);
    });
}

/// A study with pictures: it is never whole in memory.
#[test]
fn one_of_two_hundred_megabytes_streams_to_the_disk_and_back() {
    run(async {
        const HUGE: usize = 200_000_000;
        let (harness, account) = ana(HUGE).await;
        fetch(&account).await.unwrap();
        assert_eq!(size(&account).await, HUGE as u64);
        drop(harness);
    });
}
