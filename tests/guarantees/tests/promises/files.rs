//! Files of messages: a token goes nowhere with them, and neither name nor content can do what it is not meant to.

use pericard::{
    Account, FileProblem, FileState, MessageFile, PericardError, PortalProblem, StorageKind,
};
use pericard_guarantees::{Harness, inbox, run, sync, threads};
use serde_json::{Value, json};

use crate::truepill::on_disk;

/// Ana, with a message that has a file of so many bytes, under these faults.
async fn with_file(
    bytes: usize,
    name: &str,
    faults: &[&str],
) -> (Harness, std::sync::Arc<Account>) {
    let harness = Harness::ana_and_ben().await;
    let account = harness.sign_in("ana").await.unwrap();
    sync(&account).await.unwrap();
    for fault in faults {
        harness
            .portal(json!({ "fault": "file", "as": fault }))
            .await;
    }
    let file = json!({ "bytes": bytes, "name": name });
    let new = json!({ "who": "ana", "thread": 0, "text": "With a file", "file": file });
    harness.portal(json!({ "new_message": new })).await;
    sync(&account).await.unwrap();
    (harness, account)
}

/// The file of the newest message.
async fn file(account: &Account) -> MessageFile {
    let thread = threads(account).await.unwrap().remove(0);
    let page = inbox(account).messages(thread.id, None, 50).await.unwrap();
    page.messages[0].files[0].clone()
}

async fn fetch(account: &Account) -> Result<(), PericardError> {
    let download = inbox(account).download(file(account).await.id).await?;
    while download.next().await?.is_some() {}
    Ok(())
}

async fn read(account: &Account) -> Result<Vec<u8>, PericardError> {
    let reader = inbox(account).open_file(file(account).await.id).await?;
    let mut all = Vec::new();
    loop {
        let piece = reader.read(70_000).await?;
        if piece.is_empty() {
            return Ok(all);
        }
        all.extend(piece);
    }
}

fn portal(problem: PortalProblem) -> PericardError {
    PericardError::Portal {
        problem,
        status: None,
    }
}

async fn fault(harness: &Harness, how: Value) {
    harness
        .portal(json!({ "fault": "file", "as": how, "times": 1 }))
        .await;
}

#[test]
fn a_token_never_goes_where_a_file_is_but_to_the_portal() {
    run(async {
        for how in ["presigned", "redirect"] {
            let (harness, account) = with_file(300_000, "report.pdf", &[how]).await;
            harness.world.sent();
            // The storage refuses a request that carries a token.
            fetch(&account).await.unwrap();
            let sent = harness.world.sent();
            let elsewhere: Vec<_> = sent
                .iter()
                .filter(|sent| sent.url.path().starts_with("/storage/"))
                .collect();
            assert_eq!(elsewhere.len(), 1, "{how}");
            for sent in &elsewhere {
                assert!(!sent.authorized && !sent.proved, "{how}");
                assert_eq!(sent.header("cookie"), None);
                assert_eq!(sent.header("referer"), None);
            }
        }
        // The counter-test: at the portal the token goes along.
        let (harness, account) = with_file(300_000, "report.pdf", &[]).await;
        harness.world.sent();
        fetch(&account).await.unwrap();
        let sent = harness.world.sent();
        let asked = sent
            .iter()
            .find(|sent| sent.url.path().contains("/Binary/"));
        assert!(asked.unwrap().authorized);
    });
}

#[test]
fn a_redirect_into_a_private_network_is_not_followed() {
    run(async {
        let (harness, account) = with_file(1000, "report.pdf", &["redirect_inside"]).await;
        harness.world.sent();
        assert_eq!(
            fetch(&account).await,
            Err(portal(PortalProblem::ForeignLink))
        );
        let sent = harness.world.sent();
        assert!(
            sent.iter()
                .all(|sent| sent.url.host_str() == Some("localhost"))
        );
        harness.portal(json!({ "fault": "none" })).await;
        fetch(&account).await.unwrap();
    });
}

#[test]
fn a_file_that_is_not_what_its_message_describes_is_not_kept() {
    run(async {
        for (how, problem) in [
            ("wrong_hash", PortalProblem::Mismatch),
            ("wrong_size", PortalProblem::Mismatch),
            ("huge", PortalProblem::Mismatch),
        ] {
            let (harness, account) = with_file(600_000, "report.pdf", &[]).await;
            fault(&harness, json!(how)).await;
            assert_eq!(fetch(&account).await, Err(portal(problem)), "{how}");
            let reason = FileProblem::Mismatch;
            assert_eq!(
                file(&account).await.state,
                FileState::Unavailable { reason }
            );
            assert_eq!(read(&account).await, Err(PericardError::NotFound), "{how}");
            assert_eq!(sealed(&harness).len(), 0, "{how}: nothing is left");
            // The counter-test: the right one is kept.
            fetch(&account).await.unwrap();
            assert_eq!(read(&account).await.unwrap().len(), 600_000);
        }
    });
}

#[test]
fn a_file_of_another_patient_is_refused_and_told() {
    run(async {
        for document in [false, true] {
            let faults: &[&str] = if document { &["document"] } else { &[] };
            let (harness, account) = with_file(1000, "report.pdf", faults).await;
            fault(&harness, json!("another_patients")).await;
            let refused = fetch(&account).await;
            let incidents = account.incidents().await.unwrap();
            assert_eq!(incidents.len(), 1);
            let incident = incidents[0].id.clone();
            assert_eq!(refused, Err(PericardError::Integrity { incident }));
            let reason = FileProblem::Foreign;
            assert_eq!(
                file(&account).await.state,
                FileState::Unavailable { reason }
            );
            // Messages go on, and so does the file once the portal answers correctly.
            sync(&account).await.unwrap();
            fetch(&account).await.unwrap();
            assert_eq!(read(&account).await.unwrap().len(), 1000);
        }
    });
}

#[test]
fn a_file_s_name_and_type_cannot_make_the_app_open_run_or_overwrite_anything() {
    run(async {
        for (said, safe) in [
            ("../../../.bashrc", "bashrc"),
            ("C:\\Windows\\system32\\a.dll", "a.dll"),
            ("/etc/cron.d/job", "job"),
            ("CON", "_CON"),
            ("scan\u{202e}fdp.exe", "scanfdp.exe"),
            ("a\u{0}b\n.pdf", "a b .pdf"),
            ("..", "file.pdf"),
            // The counter-test: what is harmless stays as it is.
            ("Befund Müller.pdf", "Befund Müller.pdf"),
        ] {
            let (_, account) = with_file(10, said, &[]).await;
            assert_eq!(file(&account).await.file_name, safe, "{said:?}");
        }
    });
}

/// The sealed files of a world.
pub(crate) fn sealed(harness: &Harness) -> Vec<std::path::PathBuf> {
    fn walk(folder: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            match entry.path().is_dir() {
                true => walk(&entry.path(), found),
                false if folder.extension().is_some_and(|it| it == "files") => {
                    found.push(entry.path());
                }
                false => {}
            }
        }
    }
    let mut found = Vec::new();
    walk(harness.world.path(), &mut found);
    found
}

#[test]
fn a_file_is_never_on_disk_in_plain_and_goes_with_its_message() {
    run(async {
        let (harness, account) = with_file(700_000, "Kanarienvogel.pdf", &[]).await;
        fetch(&account).await.unwrap();
        let content = read(&account).await.unwrap();
        assert_eq!(sealed(&harness).len(), 1);
        assert_eq!(on_disk(harness.world.path(), "%PDF-1.4"), 0);
        assert_eq!(on_disk(harness.world.path(), "Kanarienvogel"), 0);
        // A byte that is changed on disk is noticed.
        let path = sealed(&harness).remove(0);
        let whole = std::fs::read(&path).unwrap();
        let mut changed = whole.clone();
        changed[200_000] ^= 1;
        std::fs::write(&path, &changed).unwrap();
        let damaged = PericardError::Storage {
            kind: StorageKind::Damaged,
        };
        assert_eq!(read(&account).await, Err(damaged));
        std::fs::write(&path, &whole).unwrap();
        assert_eq!(read(&account).await.unwrap(), content);
        // It cost itself, and not the database beside it.
        assert!(account.incidents().await.unwrap().is_empty());
        // The portal takes the message back.
        let gone = json!({ "who": "ana", "text": "With a file", "as": "retracted" });
        harness.portal(json!({ "change": gone })).await;
        sync(&account).await.unwrap();
        assert_eq!(sealed(&harness).len(), 0);
        // The control: in plain it would be found.
        std::fs::write(harness.world.path().join("control"), &content).unwrap();
        assert_eq!(on_disk(harness.world.path(), "%PDF-1.4"), 1);
    });
}

#[test]
fn a_download_that_is_paused_or_cancelled_goes_on_where_it_was() {
    run(async {
        let (harness, account) = with_file(3_000_000, "report.pdf", &[]).await;
        harness
            .portal(json!({ "fault": "file", "as": "cut" }))
            .await;
        assert_eq!(fetch(&account).await, Err(PericardError::Offline));
        let FileState::Remote { received } = file(&account).await.state else {
            panic!("a part is here")
        };
        assert!(received > 1_000_000, "{received}");
        harness.portal(json!({ "fault": "none" })).await;
        harness.world.sent();
        harness.client.pause().await.unwrap();
        harness.client.resume().await.unwrap();
        fetch(&account).await.unwrap();
        let sent = harness.world.sent();
        let asked: Vec<_> = sent
            .iter()
            .filter_map(|sent| sent.header("range"))
            .collect();
        assert_eq!(asked, [format!("bytes={received}-")]);
        assert_eq!(read(&account).await.unwrap().len(), 3_000_000);
        // It can be taken from the device again.
        let id = file(&account).await.id;
        inbox(&account).remove_download(id).await.unwrap();
        assert_eq!(
            file(&account).await.state,
            FileState::Remote { received: 0 }
        );
        assert_eq!(sealed(&harness).len(), 0);
    });
}
