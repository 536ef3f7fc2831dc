//! Messages shown to the wrong customer.

use std::collections::BTreeSet;
use std::sync::Arc;

use pericard::test_support::plain_rows;
use pericard::{Account, FeatureState, PericardError};
use pericard_guarantees::{Harness, inbox, run, sync, threads};
use pericard_world::Sent;
use serde_json::{Value, json};

use crate::stolen_tokens::{Thief, taken_off_the_wire};
use crate::truepill::on_disk;

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
        assert_eq!(
            account.features(Vec::new()).await.unwrap()[0].state,
            FeatureState::On
        );
    });
}

/// Every text in a resource: ids, references, names, times, and each longer word of what was written.
fn texts(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            let words = text.split_whitespace().filter(|word| word.len() >= 8);
            found.extend(words.map(str::to_owned));
            found.insert(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(members) => members.values().for_each(|member| texts(member, found)),
        _ => {}
    }
}

/// What `records` say that is nowhere in `own`.
fn foreign_to(own: &[Value], records: &[Value]) -> Vec<String> {
    let own = Value::from(own).to_string();
    let mut found = BTreeSet::new();
    records.iter().for_each(|record| texts(record, &mut found));
    found.retain(|text| text.len() >= 6 && !own.contains(text.as_str()));
    assert!(found.len() > 10, "{found:?}");
    found.into_iter().collect()
}

/// Ana at a portal that binds no tokens, so that somebody who reads along can ask as she or Ben would.
async fn unbound() -> (Harness, Arc<Account>) {
    let harness = Harness::described(json!({ "dpop": "off", "par": "off", "people": {
        "ana": { "threads": 1, "messages": 3 }, "ben": { "threads": 1, "messages": 3 },
    } }))
    .await;
    let ana = harness.sign_in("ana").await.unwrap();
    sync(&ana).await.unwrap();
    (harness, ana)
}

/// The records that a person's search finds, as the portal sends them.
async fn records_of(harness: &Harness, account: &Account) -> Vec<Value> {
    let asked = taken_off_the_wire(harness, account).await;
    let mut url = asked.url.clone();
    url.set_query(None);
    let patient = asked.url.query_pairs().find(|(name, _)| name == "subject");
    let (name, patient) = patient.expect("whose records");
    url.query_pairs_mut().append_pair(&name, &patient);
    let bundle = Thief::at(harness).reads(&Sent { url, ..asked }).await;
    let entries = bundle["entry"].as_array().cloned().unwrap_or_default();
    entries
        .into_iter()
        .map(|entry| entry["resource"].clone())
        .collect()
}

/// None of `words` is in a file, in a decrypted row, or in what an app is told; Ana's own are found by the same search.
async fn nothing_of(words: &[String], harness: &Harness, ana: &Account, told: &str) {
    let plain = tempfile::tempdir().unwrap();
    let rows = plain_rows(ana).await.unwrap();
    std::fs::write(plain.path().join("rows"), rows).unwrap();
    std::fs::write(plain.path().join("told"), told).unwrap();
    for word in words {
        assert_eq!(on_disk(harness.world.path(), word), 0, "{word} in a file");
        assert_eq!(on_disk(plain.path(), word), 0, "{word} in a row");
    }
    // The control: what is hers is found where nothing is encrypted, and only there.
    let own = threads(ana).await.unwrap().remove(0).last_text;
    let own = own
        .split_whitespace()
        .max_by_key(|word| word.len())
        .unwrap();
    assert!(on_disk(plain.path(), own) > 0, "{own}");
    assert_eq!(on_disk(harness.world.path(), own), 0, "{own}");
    std::fs::write(plain.path().join("foreign"), words.concat()).unwrap();
    for word in words {
        assert!(on_disk(plain.path(), word) > 0, "{word} is looked for");
    }
}

#[test]
fn an_incident_keeps_and_says_nothing_of_the_record() {
    run(async {
        let (harness, ana) = unbound().await;
        let ben = harness.sign_in("ben").await.unwrap();
        sync(&ben).await.unwrap();
        let (hers, his) = (
            records_of(&harness, &ana).await,
            records_of(&harness, &ben).await,
        );
        let words = foreign_to(&hers, &his);
        // His own account goes, and all that was his with it.
        ben.forget().await.unwrap();
        harness.portal(json!({ "fault": FOREIGN })).await;
        harness
            .portal(json!({ "new_message": { "who": "ana", "thread": 0, "text": "Hello Ana" } }))
            .await;
        let error = sync(&ana).await.unwrap_err();
        assert!(matches!(error, PericardError::Integrity { .. }), "{error}");
        let incidents = ana.incidents().await.unwrap();
        assert_eq!(incidents.len(), 1);
        let told = format!("{error:?} {error} {incidents:?}");
        nothing_of(&words, &harness, &ana, &told).await;
    });
}

#[test]
fn what_is_held_is_counted_and_not_kept() {
    run(async {
        let (harness, ana) = unbound().await;
        let before = records_of(&harness, &ana).await;
        harness.portal(json!({ "fault": "misfiled" })).await;
        let mut stray = records_of(&harness, &ana).await;
        stray.retain(|record| !before.contains(record));
        assert_eq!(stray.len(), 1, "the misfiled one");
        sync(&ana).await.unwrap();
        assert_eq!(ana.held().await.unwrap(), 1);
        let words = foreign_to(&before, &stray);
        nothing_of(&words, &harness, &ana, "").await;
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
