//! People of one login: kept apart, each with a session of their own, and gone when the portal says so and not before.

use std::path::Path;
use std::sync::Arc;

use pericard::{
    AccessAction, Account, IncompleteReason, Messages, NewMessage, PericardError, Person,
    SealReason, SessionState, SignInMethod, SyncOutcome,
};
use pericard_guarantees::{Harness, inbox, run, sync, threads};
use serde_json::{Value, json};

/// Longer than the portal's tokens live, and than the portal is not asked again about a grant.
const A_DAY: u64 = 25 * 60 * 60;

/// Ana, who has signed in for herself and for Mia; both are synced.
async fn family() -> (Harness, Arc<Account>) {
    let harness = Harness::with(json!({
        "ana": { "threads": 3, "messages": 9, "proxy_for": ["mia"] },
        "mia": { "threads": 2, "messages": 4 },
    }))
    .await;
    let ana = harness.sign_in("ana").await.unwrap();
    act_for(&harness, &ana, "mia").await.unwrap();
    sync(&ana).await.unwrap();
    (harness, ana)
}

async fn act_for(harness: &Harness, ana: &Account, who: &str) -> Result<(), PericardError> {
    let patient = harness.world.patient(who.into()).unwrap();
    let sign_in = ana.add_person(SignInMethod::Native, Some(patient)).await?;
    harness.answer("ana", sign_in).await.map(drop)
}

fn mia(ana: &Account) -> Option<Person> {
    ana.people().into_iter().find(|person| !person.is_self)
}

fn hers(ana: &Account) -> Arc<Messages> {
    ana.messages(mia(ana).unwrap().id).unwrap()
}

async fn count(messages: &Messages) -> Result<u32, PericardError> {
    let page = messages.threads(None, 50).await?;
    Ok(page.threads.iter().map(|thread| thread.messages).sum())
}

async fn outcome(account: &Account) -> Result<Option<SyncOutcome>, PericardError> {
    let run = account.start_sync(None, false)?;
    while run.next().await?.is_some() {}
    Ok(run.outcome())
}

/// The files whose names begin with an id.
fn files_of(folder: &Path, id: &str) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().flatten();
    let names = entries.map(|entry| entry.file_name().into_string().unwrap());
    names.filter(|name| name.starts_with(id)).count()
}

fn letter(text: &str) -> NewMessage {
    NewMessage {
        subject: Some("A question".into()),
        text: text.into(),
        ..NewMessage::default()
    }
}

#[test]
fn two_people_of_one_login_are_never_mixed() {
    run(async {
        let (harness, ana) = family().await;
        for (who, text) in [("ana", "Zebrafinch"), ("mia", "Goldfinch")] {
            let message = json!({ "who": who, "text": text });
            harness.portal(json!({ "new_message": message })).await;
        }
        inbox(&ana).send(letter("Ana's own")).await.unwrap();
        hers(&ana).send(letter("For Mia")).await.unwrap();
        sync(&ana).await.unwrap();
        let (own, hers) = (inbox(&ana), hers(&ana));
        for (messages, found, not) in [(&own, "zebra", "gold"), (&hers, "gold", "zebra")] {
            let hits = |text: &str| messages.search(text.into(), None, 50);
            assert_eq!(hits(found).await.unwrap().hits.len(), 1, "{found}");
            assert!(hits(not).await.unwrap().hits.is_empty(), "{not}");
        }
        assert_eq!((count(&own).await, count(&hers).await), (Ok(11), Ok(6)));
        // At the portal, too: what she has written for Mia is Mia's, whoever looks.
        let her_own = harness.sign_in("mia").await.unwrap();
        sync(&her_own).await.unwrap();
        let theirs = count(&inbox(&her_own)).await;
        assert_eq!(theirs, Ok(6));
        assert_eq!(harness.client.accounts().await.unwrap().len(), 2);
    });
}

#[test]
fn another_patient_of_the_same_login_is_another_person_and_takes_nobody_s_place() {
    run(async {
        let (harness, ana) = family().await;
        let ids: Vec<_> = ana.people().into_iter().map(|person| person.id).collect();
        act_for(&harness, &ana, "mia").await.unwrap();
        let again = ana.sign_in_again(SignInMethod::Native, None).await.unwrap();
        let same = harness.answer("ana", again).await.unwrap();
        assert_eq!(same.id(), ana.id());
        let now: Vec<_> = ana.people().into_iter().map(|person| person.id).collect();
        assert_eq!(now, ids);
        // Another login is nobody of this account's.
        let again = ana.sign_in_again(SignInMethod::Native, None).await.unwrap();
        assert!(harness.answer("mia", again).await.is_err());
        assert_eq!(ana.people().len(), 2);
    });
}

#[test]
fn an_access_that_the_clinic_ended_removes_that_person_and_no_other() {
    run(async {
        for how in ["forbidden", "ended"] {
            let (harness, ana) = family().await;
            let folder = harness
                .world
                .path()
                .join("pericard")
                .join(ana.id().as_str());
            let id = mia(&ana).unwrap().id;
            let before = hers(&ana);
            assert!(files_of(&folder, id.as_str()) > 0);
            let withdrawn = json!({ "of": "ana", "for": "mia", "how": how });
            harness.portal(json!({ "withdraw_proxy": withdrawn })).await;
            harness.world.advance(A_DAY).await.unwrap();
            assert_eq!(
                outcome(&ana).await,
                Ok(Some(SyncOutcome::Complete)),
                "{how}"
            );
            assert_eq!(mia(&ana), None, "{how}");
            assert_eq!(files_of(&folder, id.as_str()), 0);
            assert_eq!(count(&before).await, Err(PericardError::NotFound));
            assert_eq!(count(&inbox(&ana)).await, Ok(9));
            let page = ana.access_log(None, 50).await.unwrap();
            let ended = |entry: &&pericard::AccessEntry| entry.action == AccessAction::AccessEnded;
            assert_eq!(page.entries.iter().filter(ended).count(), 1);
            // After a restart she is not back.
            let harness = harness.restarted().await.unwrap();
            let ana = harness.client.accounts().await.unwrap().remove(0);
            assert_eq!(mia(&ana), None);
            assert_eq!(count(&inbox(&ana)).await, Ok(9));
        }
    });
}

#[test]
fn nothing_but_the_portal_s_word_of_that_person_ends_an_access() {
    run(async {
        let (harness, ana) = family().await;
        let refusing = |code: u16, body: Option<&str>| {
            let mut fault = json!({ "fault": "status", "code": code, "on": "fhir", "times": 60 });
            if let Some(body) = body {
                fault["body"] = Value::from(body);
            }
            fault
        };
        for fault in [
            refusing(403, Some("html")),
            // It forbids everybody: that says nothing of her.
            refusing(403, None),
            refusing(404, None),
            refusing(410, None),
            refusing(500, None),
            json!({ "fault": "empty_list" }),
        ] {
            harness.portal(fault.clone()).await;
            harness.world.advance(A_DAY).await.unwrap();
            let _ = outcome(&ana).await;
            harness.portal(json!({ "fault": "none" })).await;
            assert!(mia(&ana).is_some(), "{fault}");
            assert_eq!(count(&hers(&ana)).await, Ok(4), "{fault}");
        }
        harness.world.advance(A_DAY).await.unwrap();
        sync(&ana).await.unwrap();
        assert_eq!(ana.people().len(), 2);
    });
}

#[test]
fn a_session_that_ends_seals_one_person_and_the_sync_says_so() {
    run(async {
        let (harness, ana) = family().await;
        hers(&ana).send(letter("For Mia")).await.unwrap();
        let revoked = json!({ "of": "ana", "for": "mia", "how": "revoked" });
        harness.portal(json!({ "withdraw_proxy": revoked })).await;
        let granted = json!({ "of": "ana", "for": "mia" });
        harness.portal(json!({ "grant_proxy": granted })).await;
        harness.world.advance(7200).await.unwrap();
        let reason = IncompleteReason::SignIn;
        let incomplete = SyncOutcome::Incomplete { reason };
        assert_eq!(outcome(&ana).await, Ok(Some(incomplete)));
        let sealed = SessionState::Sealed {
            reason: SealReason::Refused,
        };
        let her = mia(&ana).unwrap();
        assert_eq!((her.session, her.name.as_str()), (sealed, ""));
        assert_eq!(ana.session(), SessionState::Active);
        assert!(count(&hers(&ana)).await.is_err());
        assert_eq!(count(&inbox(&ana)).await, Ok(9));
        // What she has typed is sent once the session is there again.
        let again = ana.sign_in_again(SignInMethod::Native, None).await.unwrap();
        harness.answer("ana", again).await.unwrap();
        assert_eq!(mia(&ana).unwrap().session, SessionState::Active);
        sync(&ana).await.unwrap();
        assert_eq!(
            harness
                .world
                .portal_messages("For Mia".into())
                .await
                .unwrap(),
            1
        );
    });
}

#[test]
fn forgetting_a_person_leaves_nothing_of_theirs_and_everything_of_others() {
    run(async {
        let (harness, ana) = family().await;
        let folder = harness
            .world
            .path()
            .join("pericard")
            .join(ana.id().as_str());
        let (own, her) = (ana.people().remove(0).id, mia(&ana).unwrap().id);
        let (before, changes) = (hers(&ana), ana.changes().unwrap());
        ana.forget_person(her.clone()).await.unwrap();
        assert_eq!(mia(&ana), None);
        assert!(changes.next().await.is_some_and(|set| set.people));
        assert_eq!(files_of(&folder, her.as_str()), 0);
        assert_eq!(count(&before).await, Err(PericardError::NotFound));
        assert_eq!(
            before.send(letter("Late")).await.err(),
            Some(PericardError::NotFound)
        );
        assert_eq!(ana.forget_person(her).await, Err(PericardError::NotFound));
        // The last one is the account.
        assert!(ana.forget_person(own).await.is_err());
        assert_eq!(threads(&ana).await.unwrap().len(), 3);
        // Her session ends at the portal, and the other goes on.
        harness.world.advance(7200).await.unwrap();
        sync(&ana).await.unwrap();
        let sessions = harness.portal(json!({ "sessions": "ana" })).await;
        assert_eq!(sessions["count"], 1);
    });
}

#[test]
fn somebody_who_is_removed_while_a_sync_runs_does_not_come_back() {
    run(async {
        let (harness, ana) = family().await;
        let folder = harness
            .world
            .path()
            .join("pericard")
            .join(ana.id().as_str());
        let her = mia(&ana).unwrap().id;
        for n in 0..20 {
            let message = json!({ "who": "mia", "text": format!("News {n}") });
            harness.portal(json!({ "new_message": message })).await;
        }
        let (syncing, forgotten) = tokio::join!(outcome(&ana), ana.forget_person(her.clone()));
        assert_eq!(forgotten, Ok(()));
        assert!(syncing.is_ok(), "{syncing:?}");
        assert_eq!(ana.people().len(), 1);
        sync(&ana).await.unwrap();
        let harness = harness.restarted().await.unwrap();
        let ana = harness.client.accounts().await.unwrap().remove(0);
        assert_eq!(ana.people().len(), 1);
        assert_eq!(files_of(&folder, her.as_str()), 0);
        assert_eq!(count(&inbox(&ana)).await, Ok(9));
    });
}

#[test]
fn a_lock_closes_everybody_and_ten_wrong_pins_end_every_session() {
    run(async {
        let (harness, ana) = family().await;
        let lock = ana.lock();
        lock.set_pin(None, b"270419".to_vec()).await.unwrap();
        lock.lock().await.unwrap();
        assert_eq!(count(&hers(&ana)).await, Err(PericardError::Locked));
        assert!(ana.people().iter().all(|person| person.name.is_empty()));
        for _ in 0..10 {
            let _ = lock.unlock(b"270418".to_vec()).await;
        }
        let destroyed = SessionState::Sealed {
            reason: SealReason::Destroyed,
        };
        assert!(
            ana.people()
                .iter()
                .all(|person| person.session == destroyed)
        );
        // They end at the portal, too, in the background.
        let mut left = 2;
        for _ in 0..100 {
            let sessions = harness.portal(json!({ "sessions": "ana" })).await;
            left = sessions["count"].as_i64().unwrap();
            if left == 0 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        assert_eq!(left, 0);
        // Who signs in anew begins anew, the other when they are signed in for.
        for who in ["ana", "mia"] {
            act_for(&harness, &ana, who).await.unwrap();
        }
        sync(&ana).await.unwrap();
        assert_eq!(count(&inbox(&ana)).await, Ok(9));
        assert_eq!(count(&hers(&ana)).await, Ok(4));
    });
}

#[test]
fn a_login_that_is_a_person_of_several_records_knows_which_is_its_own() {
    run(async {
        let harness = Harness::described(json!({
            "fhir_user": "person",
            "people": { "ana": { "proxy_for": ["mia"] }, "mia": { "threads": 1, "messages": 1 } },
        }))
        .await;
        let ana = harness.sign_in("ana").await.unwrap();
        act_for(&harness, &ana, "mia").await.unwrap();
        let own: Vec<bool> = ana.people().iter().map(|person| person.is_self).collect();
        assert_eq!(own, [true, false]);
        hers(&ana).send(letter("For Mia")).await.unwrap();
        sync(&ana).await.unwrap();
        // The portal takes it from nobody but who acts for her.
        assert_eq!(
            harness
                .world
                .portal_messages("For Mia".into())
                .await
                .unwrap(),
            1
        );
    });
}
