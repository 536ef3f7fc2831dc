//! Documents: nobody else's, nothing active, nothing under a false name.

use std::sync::Arc;

use pericard::{
    AccessAction, Account, ActiveContent, Document, DocumentKind, DocumentView, Feature,
    FileProblem, FileState, PericardError, PortalProblem, StorageKind,
};
use pericard_guarantees::{Harness, documents, run, sync};
use serde_json::json;

use crate::files::sealed;
use crate::truepill::on_disk;

/// Ana with eight documents, and Ben.
async fn ana() -> (Harness, Arc<Account>) {
    let harness = Harness::with(json!({
        "ana": { "threads": 1, "messages": 1, "documents": 8 },
        "ben": { "threads": 1, "messages": 1, "documents": 2 },
    }))
    .await;
    let account = harness.sign_in("ana").await.unwrap();
    sync(&account).await.unwrap();
    (harness, account)
}

async fn all(account: &Account) -> Result<Vec<Document>, PericardError> {
    Ok(documents(account)
        .documents(None, None, 500)
        .await?
        .documents)
}

async fn fetch(account: &Account, document: usize) -> Result<(), PericardError> {
    let file = all(account).await?[document].files[0].id.clone();
    let download = documents(account).download(file).await?;
    while download.next().await?.is_some() {}
    Ok(())
}

async fn view(account: &Account, document: usize) -> Result<DocumentView, PericardError> {
    let file = all(account).await?[document].files[0].id.clone();
    documents(account).view(file).await
}

async fn state(account: &Account, document: usize) -> FileState {
    all(account).await.unwrap()[document].files[0].state
}

#[test]
fn a_document_of_somebody_else_is_never_stored_or_shown() {
    run(async {
        let (harness, account) = ana().await;
        let before = all(&account).await.unwrap();
        assert_eq!(before.len(), 8);
        harness
            .portal(json!({ "fault": "leak_other_patient" }))
            .await;
        let touched = json!({ "who": "ana", "document": 4, "as": "superseded" });
        harness.portal(json!({ "change_document": touched })).await;
        let error = sync(&account).await.unwrap_err();
        assert!(matches!(error, PericardError::Integrity { .. }), "{error}");
        assert_eq!(all(&account).await.unwrap(), before);
        let incidents = account.incidents().await.unwrap();
        let of_documents = incidents
            .iter()
            .filter(|it| it.feature == Feature::Documents);
        assert_eq!(of_documents.count(), 1);
        // Documents go on once the page is clean.
        harness.portal(json!({ "fault": "none" })).await;
        sync(&account).await.unwrap();
        let after = all(&account).await.unwrap();
        assert_eq!(after.len(), 8);
        assert!(after[4].superseded);
    });
}

#[test]
fn a_document_about_another_or_about_nobody_is_held_and_one_of_hers_without_subject_is_not() {
    run(async {
        for (fault, held, shown) in [
            ("misfiled", 1, 8),
            ("names_another", 1, 8),
            // The counter-test: written by herself, and naming nobody else.
            ("no_subject", 0, 9),
        ] {
            let (harness, account) = ana().await;
            let before = account.held().await.unwrap();
            harness.portal(json!({ "fault": fault })).await;
            sync(&account).await.unwrap();
            let state = documents(&account).state().await.unwrap();
            assert_eq!(state.held, held, "{fault}");
            assert_eq!(all(&account).await.unwrap().len(), shown, "{fault}");
            assert!(account.held().await.unwrap() >= before);
            assert!(account.incidents().await.unwrap().is_empty(), "{fault}");
        }
    });
}

#[test]
fn a_binary_of_another_patient_is_never_shown_or_stored() {
    run(async {
        let (harness, account) = ana().await;
        harness
            .portal(json!({ "fault": "file", "as": "another_patients" }))
            .await;
        let refused = fetch(&account, 0).await.unwrap_err();
        assert!(matches!(refused, PericardError::Integrity { .. }));
        let reason = FileProblem::Foreign;
        assert_eq!(state(&account, 0).await, FileState::Unavailable { reason });
        assert_eq!(view(&account, 0).await, Err(PericardError::NotFound));
        assert_eq!(account.incidents().await.unwrap().len(), 1);
        // The counter-test: her own is shown once the portal gives that.
        harness.portal(json!({ "fault": "none" })).await;
        fetch(&account, 0).await.unwrap();
        assert!(matches!(
            view(&account, 0).await.unwrap(),
            DocumentView::Pdf { .. }
        ));
        // A file of Ben's means nothing here.
        let ben = harness.sign_in("ben").await.unwrap();
        sync(&ben).await.unwrap();
        let his = all(&ben).await.unwrap()[0].files[0].id.clone();
        assert_eq!(
            documents(&account).download(his).await.err(),
            Some(PericardError::NotFound)
        );
    });
}

#[test]
fn a_document_is_shown_as_what_it_is_and_nothing_in_it_is_active() {
    run(async {
        let (harness, account) = ana().await;
        for document in 0..8 {
            fetch(&account, document).await.unwrap();
        }
        let plain_pdf = DocumentView::Pdf {
            active_content: Vec::new(),
            hidden_parts: false,
        };
        assert_eq!(view(&account, 0).await.unwrap(), plain_pdf);
        let DocumentView::Page { html, text } = view(&account, 1).await.unwrap() else {
            panic!("the narrative")
        };
        assert!(
            html.contains("<b>Penicillin</b>: rash") && text.contains("Lisinopril\t10 mg daily")
        );
        assert!(!html.contains("tracker.example"));
        let DocumentView::Page { html, text } = view(&account, 2).await.unwrap() else {
            panic!("the letter")
        };
        assert!(text.starts_with("Dear "), "{text}");
        for gone in [
            "tracker.example",
            "script",
            "onload",
            "javascript",
            "<img",
            "href",
        ] {
            assert!(!html.contains(gone), "{gone}");
        }
        let picture = DocumentView::Image {
            content_type: "image/png".into(),
        };
        assert_eq!(view(&account, 3).await.unwrap(), picture);
        let DocumentView::Text { text } = view(&account, 4).await.unwrap() else {
            panic!("the note")
        };
        assert!(text.contains("<b>Blood pressure</b>"), "as it is written");
        let scripted = DocumentView::Pdf {
            active_content: vec![ActiveContent::Script],
            hidden_parts: false,
        };
        assert_eq!(view(&account, 6).await.unwrap(), scripted);
        let DocumentView::SaveOnly { content_type } = view(&account, 7).await.unwrap() else {
            panic!("rich text")
        };
        assert_eq!(content_type, "application/rtf");
        // None of it is on disk in plain.
        assert_eq!(on_disk(harness.world.path(), "Lisinopril"), 0);
    });
}

#[test]
fn a_file_of_another_type_than_it_says_is_told_and_not_shown() {
    run(async {
        let (harness, account) = ana().await;
        harness
            .portal(json!({ "fault": "file", "as": "another_type" }))
            .await;
        for document in [0, 2] {
            let touched = json!({ "who": "ana", "document": document, "as": "superseded" });
            harness.portal(json!({ "change_document": touched })).await;
        }
        sync(&account).await.unwrap();
        for (document, claimed, found) in [
            (0, "image/png", "application/pdf"),
            (2, "application/pdf", "text/html"),
        ] {
            fetch(&account, document).await.unwrap();
            let told = DocumentView::AnotherType {
                claimed: claimed.into(),
                found: found.into(),
            };
            assert_eq!(view(&account, document).await.unwrap(), told);
        }
    });
}

#[test]
fn a_document_asks_for_a_fresh_sign_in_where_the_policy_does() {
    run(async {
        let (harness, account) = ana().await;
        fetch(&account, 0).await.unwrap();
        let rule = json!({ "state": "on", "step_up": { "max_age": 900 } });
        harness
            .portal(json!({ "policy": { "features": { "documents": rule } } }))
            .await;
        sync(&account).await.unwrap();
        view(&account, 0).await.unwrap();
        harness.world.advance(1800).await.unwrap();
        sync(&account).await.unwrap();
        assert_eq!(all(&account).await, Err(PericardError::StepUpRequired));
        // Messages, of which it does not say so, are read.
        pericard_guarantees::threads(&account).await.unwrap();
        let again = account
            .step_up(pericard::SignInMethod::Native)
            .await
            .unwrap();
        harness.answer("ana", again).await.unwrap();
        view(&account, 0).await.unwrap();
    });
}

#[test]
fn switched_off_documents_are_neither_fetched_nor_read_and_messages_are() {
    run(async {
        let (harness, account) = ana().await;
        let off = json!({ "state": "off", "cached": false });
        harness
            .portal(json!({ "policy": { "features": { "documents": off } } }))
            .await;
        sync(&account).await.unwrap();
        assert_eq!(all(&account).await, Err(PericardError::SwitchedOff));
        pericard_guarantees::threads(&account).await.unwrap();
        let on = json!({ "state": "read_only" });
        harness
            .portal(json!({ "policy": { "features": { "documents": on } } }))
            .await;
        sync(&account).await.unwrap();
        assert_eq!(all(&account).await.unwrap().len(), 8);
        fetch(&account, 0).await.unwrap();
    });
}

#[test]
fn a_document_without_end_is_refused_and_leaves_nothing() {
    run(async {
        let (harness, account) = ana().await;
        harness
            .portal(json!({ "fault": "file", "as": "huge" }))
            .await;
        let touched = json!({ "who": "ana", "document": 0, "as": "superseded" });
        harness.portal(json!({ "change_document": touched })).await;
        sync(&account).await.unwrap();
        let too_large = PericardError::Portal {
            problem: PortalProblem::TooLarge,
            status: None,
        };
        assert_eq!(fetch(&account, 0).await, Err(too_large));
        let reason = FileProblem::TooLarge;
        assert_eq!(state(&account, 0).await, FileState::Unavailable { reason });
    });
}

#[test]
fn what_becomes_of_a_document_is_followed() {
    run(async {
        let (harness, account) = ana().await;
        let before = all(&account).await.unwrap();
        // The first version is superseded, and knows by which.
        assert!(before[5].superseded);
        assert_eq!(before[5].replaced_by, Some(before[0].id.clone()));
        assert_eq!(before[0].kind, DocumentKind::Discharge);
        fetch(&account, 0).await.unwrap();
        for (document, change) in [(0, "replaced"), (1, "entered_in_error"), (2, "readdressed")] {
            let change = json!({ "who": "ana", "document": document, "as": change });
            harness.portal(json!({ "change_document": change })).await;
        }
        // What was hers and now is somebody else's goes at once, and stops its feature.
        let error = sync(&account).await.unwrap_err();
        assert!(matches!(error, PericardError::Integrity { .. }), "{error}");
        let shown = all(&account).await.unwrap();
        assert!(shown.iter().all(|it| it.id != before[2].id));
        let gone = json!({ "who": "ana", "document": 2, "as": "deleted" });
        harness.portal(json!({ "change_document": gone })).await;
        let run = account.start_sync(None, true).unwrap();
        while run.next().await.unwrap().is_some() {}
        let after = all(&account).await.unwrap();
        assert_eq!(after.len(), 6);
        // The file of before is not shown as the new one.
        assert_eq!(after[0].files[0].state, FileState::Remote { received: 0 });
        assert_eq!(view(&account, 0).await, Err(PericardError::NotFound));
        fetch(&account, 0).await.unwrap();
        assert_eq!(after[0].files[0].file_name, "replaced.pdf");
    });
}

#[test]
fn a_document_is_read_offline_once_it_was_opened_and_its_opening_is_in_the_log() {
    run(async {
        let (harness, account) = ana().await;
        fetch(&account, 1).await.unwrap();
        // A large one lies beside the database.
        let large = json!({ "who": "ana", "document": 0, "as": "replaced", "bytes": 400_000 });
        harness.portal(json!({ "change_document": large })).await;
        sync(&account).await.unwrap();
        fetch(&account, 0).await.unwrap();
        let harness = harness.restarted().await.unwrap();
        harness.world.network(pericard_world::NetworkState::Down);
        let account = harness.client.accounts().await.unwrap().remove(0);
        view(&account, 1).await.unwrap();
        let log = account.access_log(None, 50).await.unwrap();
        let opened = |entry: &&pericard::AccessEntry| entry.action == AccessAction::DocumentOpened;
        let entry = log.entries.iter().find(opened).unwrap();
        assert_eq!(
            entry.document.as_ref().map(|id| id.as_str()),
            Some(all(&account).await.unwrap()[1].id.as_str())
        );
        assert_eq!(view(&account, 2).await, Err(PericardError::NotFound));
        let large = view(&account, 0).await.unwrap();
        assert!(matches!(large, DocumentView::Pdf { .. }), "{large:?}");
        // What was changed on disk is told, and nothing of it is shown.
        let files = sealed(&harness);
        let [file] = &files[..] else {
            panic!("{files:?}")
        };
        let mut bytes = std::fs::read(file).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(file, bytes).unwrap();
        let damaged = PericardError::Storage {
            kind: StorageKind::Damaged,
        };
        assert_eq!(view(&account, 0).await, Err(damaged));
        view(&account, 1).await.unwrap();
    });
}

#[test]
fn a_document_that_is_kept_offline_is_fetched_and_goes_when_it_is_removed() {
    run(async {
        let (_harness, account) = ana().await;
        let first = all(&account).await.unwrap().remove(0);
        documents(&account)
            .keep_offline(first.id.clone(), true)
            .await
            .unwrap();
        fetch(&account, 0).await.unwrap();
        let kept = documents(&account)
            .document(first.id.clone())
            .await
            .unwrap();
        assert!(kept.kept_offline && kept.files[0].state == FileState::Stored);
        documents(&account)
            .remove_download(first.files[0].id.clone())
            .await
            .unwrap();
        let removed = documents(&account).document(first.id).await.unwrap();
        assert!(!removed.kept_offline);
        assert_eq!(removed.files[0].state, FileState::Remote { received: 0 });
    });
}

#[test]
fn a_document_that_is_kept_offline_is_fetched_again_when_its_file_is_another() {
    run(async {
        let (harness, account) = ana().await;
        let first = all(&account).await.unwrap().remove(0);
        documents(&account)
            .keep_offline(first.id.clone(), true)
            .await
            .unwrap();
        fetch(&account, 0).await.unwrap();
        for document in [0, 1] {
            let change =
                json!({ "who": "ana", "document": document, "as": "replaced", "bytes": 5000 });
            harness.portal(json!({ "change_document": change })).await;
        }
        let changes = account.changes().unwrap();
        sync(&account).await.unwrap();
        while state(&account, 0).await != FileState::Stored {
            changes.next().await.unwrap();
        }
        assert_eq!(all(&account).await.unwrap()[0].files[0].size, Some(5000));
        // Nobody asked for the other one.
        assert_eq!(state(&account, 1).await, FileState::Remote { received: 0 });
    });
}

/// A report of Ana's laboratory with these files.
async fn report(harness: &Harness, id: &str, files: serde_json::Value) {
    let resource = json!({ "resourceType": "DiagnosticReport", "id": id, "status": "final",
        "category": [{ "coding": [{ "code": "RAD" }], "text": "Radiology" }], "code": { "text": "CT of the chest" },
        "effectiveDateTime": "2026-03-05", "performer": [{ "display": "Dr. Ray" }], "presentedForm": files });
    harness
        .portal(json!({ "lab": { "who": "ana", "resource": resource } }))
        .await;
}

async fn ana_with_reports() -> (Harness, Arc<Account>) {
    let harness = Harness::with(json!({
        "ana": { "threads": 1, "messages": 1, "documents": 1, "labs": true },
        "ben": { "threads": 1, "messages": 1, "documents": 1, "labs": true },
    }))
    .await;
    let account = harness.sign_in("ana").await.unwrap();
    sync(&account).await.unwrap();
    (harness, account)
}

#[test]
fn a_report_that_comes_as_a_file_is_a_document() {
    run(async {
        let (harness, account) = ana_with_reports().await;
        assert_eq!(all(&account).await.unwrap().len(), 1);
        let files = json!([
            { "contentType": "text/plain", "text": "No finding.", "title": "ct.txt" },
            { "contentType": "text/plain", "data": "SW5saW5l", "title": "inline.txt" },
        ]);
        report(&harness, "ct", files).await;
        sync(&account).await.unwrap();
        let found = all(&account).await.unwrap();
        let ct = found
            .iter()
            .find(|it| it.title == "CT of the chest")
            .unwrap();
        assert_eq!((found.len(), ct.kind), (2, DocumentKind::Imaging));
        assert_eq!((&*ct.author, &*ct.category), ("Dr. Ray", "Radiology"));
        assert_eq!(ct.files[0].state, FileState::Remote { received: 0 });
        assert_eq!(ct.files[1].state, FileState::Stored);
        let download = documents(&account)
            .download(ct.files[0].id.clone())
            .await
            .unwrap();
        while download.next().await.unwrap().is_some() {}
        for (file, text) in [(0, "No finding."), (1, "Inline")] {
            let view = documents(&account).view(ct.files[file].id.clone()).await;
            let text = text.to_owned();
            assert_eq!(view.unwrap(), DocumentView::Text { text });
        }
        let state = documents(&account).state().await.unwrap();
        assert!(state.complete_at.is_some() && state.unreadable == 0);
        // Without files it is no document any more.
        report(&harness, "ct", json!([])).await;
        sync(&account).await.unwrap();
        assert_eq!(all(&account).await.unwrap().len(), 1);
    });
}

#[test]
fn a_report_of_somebody_else_is_never_a_document() {
    run(async {
        let (harness, account) = ana_with_reports().await;
        let resource = json!({ "resourceType": "DiagnosticReport", "id": "foreign", "status": "final",
            "category": [{ "coding": [{ "code": "RAD" }] }], "code": { "text": "CT of the chest" },
            "subject": { "reference": "Patient/somebody-else" },
            "presentedForm": [{ "contentType": "text/plain", "data": "SW5saW5l" }] });
        let lab = json!({ "lab": { "who": "ana", "resource": resource } });
        harness.portal(lab).await;
        let error = sync(&account).await.unwrap_err();
        assert!(matches!(error, PericardError::Integrity { .. }), "{error}");
        assert_eq!(all(&account).await.unwrap().len(), 1);
        assert_eq!(on_disk(harness.world.path(), "CT of the chest"), 0);
    });
}
