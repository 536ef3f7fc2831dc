//! Messages shown to the wrong customer.

use pericard::{FeatureState, PericardError};
use pericard_guarantees::{Harness, inbox, run, sync, threads};
use serde_json::json;

const FOREIGN: &str = "leak_other_patient";

#[test]
fn a_foreign_record_is_never_stored_or_shown() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let account = harness.sign_in("ana").await.unwrap();
        sync(&account).await.unwrap();
        let before = threads(&account).await.unwrap();
        harness.portal(json!({ "fault": FOREIGN })).await;
        harness
            .portal(json!({ "new_message": { "who": "ana", "thread": 0, "text": "Hello Ana" } }))
            .await;
        harness.portal(json!({ "requests": {} })).await;

        let error = sync(&account).await.unwrap_err();
        let incidents = account.incidents().await.unwrap();
        assert_eq!(
            error,
            PericardError::Integrity {
                incident: incidents[0].id.clone()
            }
        );
        // Its page was fetched once more, and nothing of it was stored.
        let asked = harness
            .portal(json!({ "requests": { "path": "Communication" } }))
            .await;
        assert_eq!(asked["count"], 2);
        assert_eq!(threads(&account).await.unwrap(), before);
        assert_eq!(account.held().await.unwrap(), 0);

        // The counter-test: the same page without the foreign record is stored.
        harness.portal(json!({ "fault": "none" })).await;
        sync(&account).await.unwrap();
        let after = threads(&account).await.unwrap();
        let messages =
            |threads: &[pericard::MessageThread]| threads.iter().map(|t| t.messages).sum::<u32>();
        assert_eq!(messages(&after), messages(&before) + 1);
        assert_eq!(account.features().await.unwrap()[0].state, FeatureState::On);
    });
}

#[test]
fn an_incident_says_nothing_of_the_record() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let account = harness.sign_in("ana").await.unwrap();
        harness.portal(json!({ "fault": FOREIGN })).await;
        let error = sync(&account).await.unwrap_err();
        let incident = account.incidents().await.unwrap().remove(0);
        let said = format!("{error:?} {error} {incident:?}");
        assert!(
            !said.contains("Communication/") && !said.contains("Patient"),
            "{said}"
        );
    });
}

#[test]
fn a_message_misaddressed_to_ana_about_ben_is_not_admitted_although_she_is_its_recipient() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let account = harness.sign_in("ana").await.unwrap();
        sync(&account).await.unwrap();
        let before = threads(&account).await.unwrap();
        harness.portal(json!({ "fault": "misfiled" })).await;
        harness
            .portal(json!({ "new_message": { "who": "ana", "thread": 0, "text": "Hello Ana" } }))
            .await;
        sync(&account).await.unwrap();
        // Held and counted; the message beside it arrived.
        assert_eq!(account.held().await.unwrap(), 1);
        let after = threads(&account).await.unwrap();
        assert_eq!(after.len(), before.len());
        assert_eq!(after[0].last_text, "Hello Ana");
        assert!(account.incidents().await.unwrap().is_empty());
    });
}

#[test]
fn a_record_without_subject_that_names_nobody_else_is_admitted() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let account = harness.sign_in("ana").await.unwrap();
        harness.portal(json!({ "fault": "no_subject" })).await;
        sync(&account).await.unwrap();
        assert_eq!(account.held().await.unwrap(), 0);
        assert_eq!(
            threads(&account)
                .await
                .unwrap()
                .iter()
                .map(|t| t.messages)
                .sum::<u32>(),
            13
        );
    });
}

#[test]
fn two_accounts_on_one_phone_are_never_mixed() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let ana = harness.sign_in("ana").await.unwrap();
        let ben = harness.sign_in("ben").await.unwrap();
        sync(&ana).await.unwrap();
        sync(&ben).await.unwrap();
        assert_eq!(threads(&ana).await.unwrap().len(), 3);
        let bens = threads(&ben).await.unwrap();
        assert_eq!(bens.len(), 1);
        // An id of one means nothing to the other.
        let error = inbox(&ana).messages(bens[0].id.clone(), None, 10).await;
        assert_eq!(error.unwrap_err(), PericardError::NotFound);
        let stranger = ben.people()[0].id.clone();
        assert_eq!(ana.messages(stranger).err(), Some(PericardError::NotFound));
        ben.sign_out().await.unwrap();
        assert_eq!(threads(&ana).await.unwrap().len(), 3);
    });
}
