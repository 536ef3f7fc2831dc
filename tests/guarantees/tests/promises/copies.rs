//! A copy of one's own records: whole, harmless to open, for whoever proves to be there, and noted.

use std::sync::Arc;

use pericard::{AccessAction, Account, ExportFormat, PericardError, SignInMethod};
use pericard_guarantees::{Harness, inbox, run, sync, threads};
use serde_json::{Value, json};

use crate::truepill::on_disk;

const PIN: &[u8] = b"270419";

pub(crate) async fn copy(
    account: &Account,
    format: ExportFormat,
    pin: Option<&[u8]>,
) -> Result<String, PericardError> {
    let me = account.people().remove(0).id;
    let export = account.export(me, format, pin.map(<[u8]>::to_vec)).await?;
    let mut whole = Vec::new();
    loop {
        let piece = export.read().await?;
        if piece.is_empty() {
            return Ok(String::from_utf8(whole).unwrap());
        }
        whole.extend(piece);
    }
}

async fn ana() -> (Harness, Arc<Account>) {
    let harness = Harness::ana_and_ben().await;
    let odd = "<script>alert(1)</script>\n& \u{202e}odd\u{2066}";
    let message = json!({ "who": "ana", "subject": "A <b>subject</b>", "text": odd,
        "file": { "bytes": 3000, "name": "x<img src=a>.pdf" } });
    harness.portal(json!({ "new_message": message })).await;
    let ana = harness.sign_in("ana").await.unwrap();
    sync(&ana).await.unwrap();
    (harness, ana)
}

#[test]
fn a_copy_has_every_message_and_is_noted() {
    run(async {
        let (harness, ana) = ana().await;
        let archived = threads(&ana).await.unwrap().remove(1).id;
        inbox(&ana).archive(archived).await.unwrap();
        let text = copy(&ana, ExportFormat::Fhir, None).await.unwrap();
        let bundle: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            (&bundle["resourceType"], &bundle["type"]),
            (&json!("Bundle"), &json!("collection"))
        );
        let entries = bundle["entry"].as_array().unwrap();
        assert_eq!(entries.len(), 13);
        let mut found = 0;
        for entry in entries {
            let resource = &entry["resource"];
            assert_eq!(resource["resourceType"], "Communication");
            assert!(
                entry["fullUrl"]
                    .as_str()
                    .unwrap()
                    .ends_with(resource["id"].as_str().unwrap())
            );
            let said = resource["payload"][0]["contentString"]
                .as_str()
                .unwrap_or_default();
            found += usize::from(said.contains("<script>"));
        }
        assert_eq!(found, 1);
        let html = copy(&ana, ExportFormat::Html, None).await.unwrap();
        assert_eq!(html.matches("<section>").count(), 4);
        assert_eq!(html.matches("<article").count(), 13);
        // Nothing of what was written is a tag.
        assert!(
            !html.contains("<script") && !html.contains("<img") && !html.contains("<b>subject")
        );
        assert!(html.contains("&lt;script&gt;") && html.contains("default-src 'none'"));
        assert!(!html.contains("http://"));
        let log = ana.access_log(None, 50).await.unwrap().entries;
        let copies = log
            .iter()
            .filter(|entry| entry.action == AccessAction::Exported)
            .count();
        assert_eq!(copies, 2);
        assert_eq!(on_disk(harness.world.path(), "default-src 'none'"), 0);
    });
}

#[test]
fn a_copy_is_for_whoever_proves_to_be_there() {
    run(async {
        let (harness, ana) = ana().await;
        harness.world.advance(600).await.unwrap();
        let stale = copy(&ana, ExportFormat::Html, None).await.err();
        assert_eq!(stale, Some(PericardError::StepUpRequired));
        let fresh = ana.step_up(SignInMethod::Native).await.unwrap();
        harness.answer("ana", fresh).await.unwrap();
        copy(&ana, ExportFormat::Html, None).await.unwrap();
        // Where there is a PIN, it is what counts.
        ana.lock().set_pin(None, PIN.to_vec()).await.unwrap();
        harness.world.advance(600).await.unwrap();
        let field = "current".to_owned();
        let problem = pericard::InputProblem::WrongState;
        let missing = copy(&ana, ExportFormat::Html, None).await.err();
        assert_eq!(
            missing,
            Some(PericardError::InvalidInput { field, problem })
        );
        let wrong = copy(&ana, ExportFormat::Html, Some(b"270418")).await.err();
        assert_eq!(wrong, Some(PericardError::WrongPin { attempts_left: 9 }));
        copy(&ana, ExportFormat::Html, Some(PIN)).await.unwrap();
        let me = ana.people().remove(0).id;
        let pin = Some(PIN.to_vec());
        let half = ana.export(me, ExportFormat::Html, pin).await.unwrap();
        half.read().await.unwrap();
        ana.lock().lock().await.unwrap();
        assert_eq!(half.read().await.err(), Some(PericardError::Locked));
    });
}
