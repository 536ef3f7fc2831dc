//! Walgreens: messages could not be switched off before an update of the app. What a clinic switches by its signed policy is off
//! within one sync, says why, and comes back; nothing else switches anything.

use std::sync::Arc;
use std::time::Duration;

use pericard::{
    Account, Config, FeatureState, IncompleteReason, InputProblem, NewMessage, PericardError,
    PolicyProblem, PortalConfig, SyncOutcome,
};
use pericard_guarantees::{Harness, inbox, run, sync, threads};
use pericard_world::NetworkState;
use serde_json::{Value, json};

use crate::sealed::rolled_back;

fn off() -> Value {
    json!({ "messages": { "state": "off", "notice": { "en": "We are looking into a mix-up." } } })
}

fn on() -> Value {
    json!({ "messages": { "state": "on" } })
}

async fn decides(harness: &Harness, policy: Value) {
    harness.portal(json!({ "policy": policy })).await;
}

async fn state(account: &Account) -> FeatureState {
    account.features(Vec::new()).await.unwrap().remove(0).state
}

async fn is_off(account: &Account) -> bool {
    matches!(state(account).await, FeatureState::Off { .. })
}

async fn outcome(account: &Account) -> Option<SyncOutcome> {
    let run = account.start_sync(None, false).unwrap();
    while run.next().await.unwrap().is_some() {}
    run.outcome()
}

const SWITCHED_OFF: SyncOutcome = SyncOutcome::Incomplete {
    reason: IncompleteReason::SwitchedOff,
};

/// Ana, synced, at a portal whose answers name the policy that there is.
async fn ana() -> (Harness, Arc<Account>) {
    let harness = Harness::ana_and_ben().await;
    let ana = harness.sign_in("ana").await.unwrap();
    sync(&ana).await.unwrap();
    (harness, ana)
}

fn letter(text: &str) -> NewMessage {
    NewMessage {
        text: text.into(),
        ..NewMessage::default()
    }
}

#[test]
fn a_signed_policy_turns_messages_off_within_one_sync_says_why_and_turns_them_on_again() {
    run(async {
        let (harness, ana) = ana().await;
        let here = threads(&ana).await.unwrap();
        decides(&harness, json!({ "features": off() })).await;
        assert_eq!(outcome(&ana).await, Some(SWITCHED_OFF));
        let FeatureState::Off { notice, cached } = state(&ana).await else {
            panic!("they are on");
        };
        assert_eq!(
            notice.text.as_deref(),
            Some("We are looking into a mix-up.")
        );
        assert!(notice.since.is_some() && cached);
        // From here on nothing is fetched or sent, and nothing of what is here is gone.
        inbox(&ana).send(letter("Is anybody there?")).await.unwrap();
        let word = json!({ "new_message": { "who": "ana", "thread": 0, "text": "A new word" } });
        harness.portal(word).await;
        harness.portal(json!({ "requests": {} })).await;
        assert_eq!(outcome(&ana).await, Some(SWITCHED_OFF));
        let asked = json!({ "requests": { "path": "Communication" } });
        assert_eq!(harness.portal(asked).await["count"], 0);
        assert_eq!(threads(&ana).await.unwrap().len(), here.len() + 1);
        assert_eq!(inbox(&ana).outbox().await.unwrap().len(), 1);
        // On again.
        decides(&harness, json!({ "features": on() })).await;
        let status = ana.check_policy().await.unwrap();
        assert_eq!((status.seq, status.problem), (Some(2), None));
        assert_eq!(outcome(&ana).await, Some(SyncOutcome::Complete));
        assert_eq!(state(&ana).await, FeatureState::On);
        assert!(inbox(&ana).outbox().await.unwrap().is_empty());
        let found = inbox(&ana)
            .search("new word".into(), None, 5)
            .await
            .unwrap();
        assert_eq!(found.hits.len(), 1);
    });
}

#[test]
fn what_is_not_signed_for_this_portal_changes_nothing_and_is_told() {
    run(async {
        let (harness, ana) = ana().await;
        for (flaw, problem) in [
            ("unsigned", PolicyProblem::Unsigned),
            ("shared_secret", PolicyProblem::UnknownKey),
            ("wrong_signature", PolicyProblem::WrongSignature),
            ("wrong_type", PolicyProblem::Unreadable),
            ("another_portal", PolicyProblem::AnotherPortal),
            ("expired", PolicyProblem::Expired),
            ("from_the_future", PolicyProblem::FromTheFuture),
            ("not_a_policy", PolicyProblem::Unreadable),
        ] {
            decides(&harness, json!({ "features": off(), "flaw": flaw })).await;
            let status = ana.check_policy().await.unwrap();
            assert_eq!(
                (status.problem, status.seq),
                (Some(problem), None),
                "{flaw}"
            );
            assert_eq!(state(&ana).await, FeatureState::On, "{flaw}");
        }
        decides(&harness, json!({ "features": off(), "key": "retired" })).await;
        let status = ana.check_policy().await.unwrap();
        assert_eq!(status.problem, Some(PolicyProblem::UnknownKey));
        // Another portal's clinic signs with keys of its own.
        let other = Harness::described(json!({ "seed": 9, "people": { "eve": {} } })).await;
        decides(&other, json!({ "features": off() })).await;
        let eve = other.sign_in("eve").await.unwrap();
        eve.check_policy().await.unwrap();
        assert!(is_off(&eve).await);
        assert_eq!(state(&ana).await, FeatureState::On);
        // The counter-test: the same, signed by the clinic.
        decides(&harness, json!({ "features": off() })).await;
        assert_eq!(ana.check_policy().await.unwrap().problem, None);
        assert!(is_off(&ana).await);
    });
}

#[test]
fn an_older_policy_than_this_installation_has_seen_changes_nothing() {
    run(async {
        let (harness, ana) = ana().await;
        decides(&harness, json!({ "features": off(), "seq": 12 })).await;
        ana.check_policy().await.unwrap();
        for seq in [11, 12, 0] {
            decides(&harness, json!({ "features": on(), "seq": seq })).await;
            let status = ana.check_policy().await.unwrap();
            assert_eq!(status.problem, Some(PolicyProblem::Older), "{seq}");
            assert!(is_off(&ana).await, "{seq}");
        }
        // Nor does it after a restart, nor for an account that is made anew.
        let harness = harness.restarted().await.unwrap();
        let again = harness.client.account(ana.id()).await.unwrap();
        assert!(is_off(&again).await);
        again.check_policy().await.unwrap();
        assert!(is_off(&again).await);
        again.sign_out().await.unwrap();
        let anew = harness.sign_in("ana").await.unwrap();
        assert_eq!(state(&anew).await, FeatureState::On);
        decides(&harness, json!({ "features": off(), "seq": 11 })).await;
        let status = anew.check_policy().await.unwrap();
        assert_eq!(status.problem, Some(PolicyProblem::Older));
        decides(&harness, json!({ "features": off(), "seq": 12 })).await;
        anew.check_policy().await.unwrap();
        assert!(is_off(&anew).await);
        // The counter-test.
        decides(&harness, json!({ "features": on(), "seq": 13 })).await;
        anew.check_policy().await.unwrap();
        assert_eq!(state(&anew).await, FeatureState::On);
    });
}

#[test]
fn an_older_copy_of_device_db_switches_nothing_on() {
    run(async {
        let (harness, ana) = rolled_back(async |harness, ana| {
            decides(&harness, json!({ "features": off() })).await;
            ana.check_policy().await.unwrap();
            harness
        })
        .await;
        // What was decided is not here any more: everything is off until it is.
        assert!(matches!(
            state(&ana).await,
            FeatureState::Off { cached: false, .. }
        ));
        assert_eq!(threads(&ana).await.err(), Some(PericardError::SwitchedOff));
        assert_eq!(ana.policy().unwrap().problem, Some(PolicyProblem::Withheld));
        decides(&harness, json!("none")).await;
        ana.check_policy().await.unwrap();
        assert_eq!(threads(&ana).await.err(), Some(PericardError::SwitchedOff));
        decides(&harness, json!({ "features": on(), "seq": 1 })).await;
        ana.check_policy().await.unwrap();
        threads(&ana).await.unwrap();
        // The counter-test: without a policy in between an older copy is an older copy.
        let (_harness, ana) = rolled_back(async |harness, _| harness).await;
        threads(&ana).await.unwrap();
    });
}

#[test]
fn a_portal_that_stops_showing_its_policy_keeps_the_last() {
    run(async {
        let (harness, ana) = ana().await;
        decides(&harness, json!({ "features": off() })).await;
        ana.check_policy().await.unwrap();
        decides(&harness, json!("none")).await;
        let status = ana.check_policy().await.unwrap();
        assert_eq!(status.problem, Some(PolicyProblem::Missing));
        assert!(is_off(&ana).await);
        // Beyond its end, too.
        harness.world.advance(40 * 86_400).await.unwrap();
        let harness = harness.restarted().await.unwrap();
        let ana = harness.client.account(ana.id()).await.unwrap();
        assert!(is_off(&ana).await);
    });
}

#[test]
fn a_portal_whose_policy_does_not_answer_is_synced_all_the_same() {
    run(async {
        let (harness, ana) = ana().await;
        let broken = json!({ "features": off(), "flaw": "server_error" });
        decides(&harness, broken).await;
        let refused = ana.check_policy().await.unwrap_err();
        assert!(
            matches!(refused, PericardError::Portal { .. }),
            "{refused:?}"
        );
        let word = json!({ "new_message": { "who": "ana", "thread": 0, "text": "A new word" } });
        harness.portal(word).await;
        harness.world.advance(3600).await.unwrap();
        assert_eq!(outcome(&ana).await, Some(SyncOutcome::Complete));
        let found = inbox(&ana)
            .search("new word".into(), None, 5)
            .await
            .unwrap();
        assert_eq!(found.hits.len(), 1);
        // It is not asked in every sync.
        harness.portal(json!({ "requests": {} })).await;
        sync(&ana).await.unwrap();
        let asked = json!({ "requests": { "path": "pericard-policy" } });
        assert_eq!(harness.portal(asked).await["count"], 0);
    });
}

#[test]
fn an_incident_is_lifted_by_a_signed_word_and_not_by_the_patient() {
    run(async {
        let (harness, ana) = ana().await;
        decides(&harness, json!({ "features": on() })).await;
        ana.check_policy().await.unwrap();
        harness.world.advance(60).await.unwrap();
        let word = json!({ "new_message": { "who": "ana", "thread": 0, "text": "A new word" } });
        harness
            .portal(json!({ "fault": "leak_other_patient" }))
            .await;
        harness.portal(word).await;
        sync(&ana).await.unwrap_err();
        // Whatever the person does, and the clinic's word of before: nothing clean comes, so it stays stopped.
        harness.world.network(NetworkState::Down);
        for _ in 0..3 {
            sync(&ana).await.unwrap_err();
            assert!(matches!(state(&ana).await, FeatureState::Stopped { .. }));
        }
        harness.world.network(NetworkState::Up);
        harness.world.advance(60).await.unwrap();
        decides(&harness, json!({ "features": on() })).await;
        ana.check_policy().await.unwrap();
        harness.world.network(NetworkState::Down);
        sync(&ana).await.unwrap_err();
        assert_eq!(state(&ana).await, FeatureState::On);
        assert_eq!(ana.incidents().await.unwrap().len(), 1);
        // What is still wrong at the portal stops it again.
        harness.world.network(NetworkState::Up);
        sync(&ana).await.unwrap_err();
        assert!(matches!(state(&ana).await, FeatureState::Stopped { .. }));
    });
}

#[test]
fn a_download_ends_when_messages_are_switched_off() {
    run(async {
        let (harness, ana) = ana().await;
        let file = json!({ "new_message": { "who": "ana", "thread": 0, "text": "Your scan",
            "file": { "bytes": 300_000 } } });
        harness.portal(file).await;
        sync(&ana).await.unwrap();
        let hit = inbox(&ana).search("scan".into(), None, 1).await.unwrap();
        let file = hit.hits[0].message.files[0].id.clone();
        decides(&harness, json!({ "features": off() })).await;
        ana.check_policy().await.unwrap();
        let refused = inbox(&ana).download(file.clone()).await.err();
        assert_eq!(refused, Some(PericardError::SwitchedOff));
        // The counter-test.
        decides(&harness, json!({ "features": on() })).await;
        ana.check_policy().await.unwrap();
        let download = inbox(&ana).download(file).await.unwrap();
        while download.next().await.unwrap().is_some() {}
    });
}

#[test]
fn both_accounts_at_a_portal_follow_one_policy() {
    run(async {
        let (harness, ana) = ana().await;
        let ben = harness.sign_in("ben").await.unwrap();
        sync(&ben).await.unwrap();
        let changes = ben.changes().unwrap();
        decides(&harness, json!({ "features": off() })).await;
        ana.check_policy().await.unwrap();
        assert!(is_off(&ben).await && is_off(&ana).await);
        let told = tokio::time::timeout(Duration::from_secs(5), changes.next());
        assert!(told.await.unwrap().unwrap().features);
    });
}

/// A client in the world of `harness` with these keys.
async fn with_keys(
    harness: &Harness,
    keys: Option<String>,
) -> Result<Arc<pericard::Client>, PericardError> {
    let portal = PortalConfig {
        policy_keys: keys,
        ..harness.client.portals().remove(0)
    };
    let config = Config {
        directory: harness.world.path().join("other").display().to_string(),
        portals: vec![portal],
        ..harness.world.config()
    };
    harness
        .world
        .open_as(config, harness.world.keystore())
        .await
}

#[test]
fn policies_are_followed_with_two_keys_and_not_asked_for_without() {
    run(async {
        let (harness, _) = ana().await;
        let keys = harness.client.portals().remove(0).policy_keys.unwrap();
        let parsed: Value = serde_json::from_str(&keys).unwrap();
        let one = json!({ "keys": [parsed["keys"][0]] }).to_string();
        let twice = json!({ "keys": [parsed["keys"][0], parsed["keys"][0]] }).to_string();
        for (keys, problem) in [
            (one, InputProblem::TooFew),
            (twice, InputProblem::TooFew),
            ("{}".into(), InputProblem::Unreadable),
            ("a key".into(), InputProblem::Unreadable),
        ] {
            let field = "policy_keys".to_owned();
            let refused = with_keys(&harness, Some(keys)).await.err();
            assert_eq!(
                refused,
                Some(PericardError::InvalidInput { field, problem })
            );
        }
        let client = with_keys(&harness, None).await.unwrap();
        let bare = Harness {
            client,
            world: harness.world.clone(),
        };
        decides(&bare, json!({ "features": off() })).await;
        let ben = bare.sign_in("ben").await.unwrap();
        bare.portal(json!({ "requests": {} })).await;
        sync(&ben).await.unwrap();
        assert!(!ben.check_policy().await.unwrap().configured);
        assert_eq!(state(&ben).await, FeatureState::On);
        let asked = json!({ "requests": { "path": "pericard-policy" } });
        assert_eq!(bare.portal(asked).await["count"], 0);
    });
}

#[test]
fn a_fresh_sign_in_is_what_the_portal_says_it_is() {
    run(async {
        let (harness, ana) = ana().await;
        let features = json!({ "messages": { "state": "on", "step_up": { "max_age": 600 } } });
        decides(&harness, json!({ "features": features })).await;
        ana.check_policy().await.unwrap();
        threads(&ana).await.unwrap();
        harness.world.advance(1200).await.unwrap();
        assert_eq!(
            threads(&ana).await.err(),
            Some(PericardError::StepUpRequired)
        );
        // A portal that signs the person in by an old session of theirs proves nothing.
        harness
            .portal(json!({ "fault": "id_token", "as": "stale_auth_time" }))
            .await;
        let stale = ana.step_up(pericard::SignInMethod::Native).await.unwrap();
        let refused = harness.answer("ana", stale).await.err();
        assert!(
            matches!(refused, Some(PericardError::Portal { .. })),
            "{refused:?}"
        );
        assert_eq!(
            threads(&ana).await.err(),
            Some(PericardError::StepUpRequired)
        );
        harness.portal(json!({ "fault": "none" })).await;
        let fresh = ana.step_up(pericard::SignInMethod::Native).await.unwrap();
        harness.answer("ana", fresh).await.unwrap();
        threads(&ana).await.unwrap();
    });
}
