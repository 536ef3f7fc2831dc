//! Killed between an effect and its record: at every such moment the store opens and nothing is lost or left readable.

use std::path::Path;
use std::sync::Arc;

use pericard::test_support::Checkpoint;
use pericard::{
    Account, Client, Config, LockState, NewMessage, PericardError, SessionState, SignInMethod,
    SignInReason, SignInStep,
};
use pericard_guarantees::{Harness, inbox, run, sync, threads};
use serde_json::json;

async fn harness() -> Harness {
    Harness::with(json!({
        "ana": { "threads": 3, "messages": 12, "totp": true }, "ben": { "threads": 1, "messages": 2 }
    }))
    .await
}

/// What is on disk now, opened by a client of its own: the dead one does not let go of its lock.
async fn afterwards(harness: &Harness) -> Harness {
    let copy = harness.world.path().join("afterwards");
    copied(Path::new(&harness.world.config().directory), &copy);
    let config = Config {
        directory: copy.to_string_lossy().into_owned(),
        ..harness.world.config()
    };
    let client = harness
        .world
        .open_as(config, harness.world.keystore())
        .await;
    Harness {
        world: harness.world.clone(),
        client: client.unwrap(),
    }
}

pub(crate) fn copied(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copied(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Lets `deed` run until its client dies at `point`.
async fn dies<T: Send + 'static>(
    harness: &Harness,
    point: Checkpoint,
    deed: impl Future<Output = T> + Send + 'static,
) {
    harness.world.dies_at(point);
    let mut running = tokio::task::JoinSet::new();
    running.spawn(deed);
    harness.world.died().await;
}

async fn only(client: &Client) -> Arc<Account> {
    client.accounts().await.unwrap().remove(0)
}

#[test]
fn in_the_middle_of_signing_in() {
    for point in [
        Checkpoint::CodeReceived,
        Checkpoint::CodeRedeemed,
        Checkpoint::SignInKept,
        Checkpoint::SignInCommitted,
    ] {
        for method in [SignInMethod::Native, SignInMethod::Browser] {
            run(async {
                let before = harness().await;
                let sign_in = before.begin(method).await.unwrap();
                let inside = Harness {
                    world: before.world.clone(),
                    client: before.client.clone(),
                };
                let answers = async move { inside.answer("ana", sign_in).await.map(|_| ()) };
                dies(&before, point, answers).await;
                let harness = afterwards(&before).await;
                let resumed = harness.client.resume_sign_in().await.unwrap();
                match point {
                    Checkpoint::SignInCommitted => assert!(resumed.is_none()),
                    _ => {
                        let resumed = resumed.expect("it survived");
                        let ready = matches!(resumed.step().unwrap(), SignInStep::Ready { .. });
                        assert_eq!(ready, point == Checkpoint::SignInKept, "{point:?}");
                        harness.answer("ana", resumed).await.unwrap();
                    }
                }
                let account = only(&harness.client).await;
                sync(&account).await.unwrap();
                assert_eq!(threads(&account).await.unwrap().len(), 3, "{point:?}");
            });
        }
    }
}

#[test]
fn in_the_middle_of_a_refresh() {
    for point in [
        Checkpoint::IntentStored,
        Checkpoint::RefreshAnswered,
        Checkpoint::TokensStored,
    ] {
        run(async {
            let before = harness().await;
            let account = before.sign_in("ana").await.unwrap();
            sync(&account).await.unwrap();
            let thread = Some(threads(&account).await.unwrap().remove(0).id);
            let (subject, text) = (None, "Kilimanjaro".to_owned());
            let message = NewMessage {
                thread,
                subject,
                text,
                ..NewMessage::default()
            };
            inbox(&account).send(message).await.unwrap();
            before.world.advance(600).await.unwrap();
            let syncing = account.clone();
            dies(&before, point, async move { sync(&syncing).await }).await;
            let harness = afterwards(&before).await;
            let account = only(&harness.client).await;
            let outcome = sync(&account).await;
            if point == Checkpoint::RefreshAnswered {
                // The portal has rotated the token, and its answer died with the process.
                let revoked = PericardError::SignInRequired {
                    reason: SignInReason::Revoked,
                };
                assert_eq!(outcome, Err(revoked));
                assert!(matches!(account.session(), SessionState::Sealed { .. }));
                let again = account
                    .sign_in_again(SignInMethod::Native, None)
                    .await
                    .unwrap();
                harness.answer("ana", again).await.unwrap();
                sync(&account).await.unwrap();
            } else {
                assert_eq!(outcome, Ok(()), "{point:?}");
            }
            // Nobody knows whether the request went out: that it cannot be found counts only after a while.
            harness.world.advance(123).await.unwrap();
            sync(&account).await.unwrap();
            let arrived = harness.world.portal_messages("Kilimanjaro".into()).await;
            assert_eq!(arrived.unwrap(), 1, "{point:?}");
        });
    }
}

#[test]
fn in_the_middle_of_choosing_a_pin() {
    const FIRST: &[u8] = b"270419";
    const SECOND: &[u8] = b"904172";
    for point in [Checkpoint::RootKept, Checkpoint::RootReplaced] {
        for had_one in [false, true] {
            run(async move {
                let before = harness().await;
                let account = before.sign_in("ana").await.unwrap();
                sync(&account).await.unwrap();
                let current = had_one.then(|| FIRST.to_vec());
                if had_one {
                    account.lock().set_pin(None, FIRST.to_vec()).await.unwrap();
                }
                let (lock, known) = (account.lock(), current.clone());
                let chooses = async move { lock.set_pin(known, SECOND.to_vec()).await };
                dies(&before, point, chooses).await;
                let harness = afterwards(&before).await;
                let account = only(&harness.client).await;
                let lock = account.lock();
                let is_new = point == Checkpoint::RootReplaced;
                if !is_new && !had_one {
                    assert_eq!(lock.state(), Ok(LockState::Off));
                    lock.set_pin(None, SECOND.to_vec()).await.unwrap();
                } else {
                    let (right, wrong) = if is_new {
                        (SECOND, FIRST)
                    } else {
                        (FIRST, SECOND)
                    };
                    let refused = lock.unlock(wrong.to_vec()).await;
                    assert_eq!(refused, Err(PericardError::WrongPin { attempts_left: 9 }));
                    lock.unlock(right.to_vec()).await.unwrap();
                    let again = lock.set_pin(Some(right.to_vec()), SECOND.to_vec()).await;
                    again.unwrap();
                }
                assert_eq!(threads(&account).await.unwrap().len(), 3, "{point:?}");
                sync(&account).await.unwrap();
                lock.lock().await.unwrap();
                lock.unlock(SECOND.to_vec()).await.unwrap();
                assert_eq!(threads(&account).await.unwrap().len(), 3, "{point:?}");
            });
        }
    }
}

#[test]
fn in_the_middle_of_signing_out() {
    for point in [Checkpoint::KeyDestroyed, Checkpoint::AccountRemoved] {
        run(async {
            let before = harness().await;
            let ben = before.sign_in("ben").await.unwrap();
            let account = before.sign_in("ana").await.unwrap();
            sync(&account).await.unwrap();
            let leaving = account.clone();
            dies(&before, point, async move { leaving.sign_out().await }).await;
            let harness = afterwards(&before).await;
            let accounts = harness.client.accounts().await.unwrap();
            let left: Vec<_> = accounts.iter().map(|account| account.id()).collect();
            assert_eq!(left, [ben.id()], "{point:?}");
            // What was begun is ended, and the portal is told with the next sync of anybody.
            sync(&accounts[0]).await.unwrap();
            let told = harness.world.portal_revocations().await.unwrap();
            assert_eq!(told, 1, "{point:?}");
        });
    }
}

#[test]
fn a_sign_in_and_a_refresh_at_the_same_time_lose_neither() {
    run(async {
        let harness = harness().await;
        let account = harness.sign_in("ana").await.unwrap();
        sync(&account).await.unwrap();
        let step_up = account.step_up(SignInMethod::Native).await.unwrap();
        harness.world.advance(400).await.unwrap();
        // The refresh has its answer and is slow to put it on disk; meanwhile the step-up is finished.
        harness.world.dies_at(Checkpoint::RefreshAnswered);
        let mut running = tokio::task::JoinSet::new();
        let syncing = account.clone();
        running.spawn(async move { sync(&syncing).await });
        harness.world.died().await;
        let user = harness.world.user("ana".into()).unwrap();
        let password = harness.world.password("ana".into(), true).unwrap();
        let typed = step_up.clone().password(user, password);
        assert!(matches!(typed.await.unwrap(), SignInStep::AskCode { .. }));
        let code = harness.world.clone().code("ana".into(), "now".into()).await;
        let step = step_up.clone().code(code.unwrap()).await.unwrap();
        assert!(matches!(step, SignInStep::Ready { .. }));
        running.spawn(async move { step_up.finish().await.map(|_| ()) });
        harness.world.goes_on();
        while let Some(done) = running.join_next().await {
            done.unwrap().unwrap();
        }
        // What counts is the newer sign-in, its key with it, also after a restart and the next refresh.
        let harness = harness.restarted().await.unwrap();
        let account = only(&harness.client).await;
        for _ in 0..2 {
            harness.world.advance(400).await.unwrap();
            sync(&account).await.unwrap();
        }
        assert_eq!(account.session(), SessionState::Active);
    });
}

#[test]
fn in_the_middle_of_forgetting_a_person() {
    run(async {
        let people =
            json!({ "ana": { "proxy_for": ["mia"] }, "mia": { "threads": 1, "messages": 2 } });
        let before = Harness::with(people).await;
        let account = before.sign_in("ana").await.unwrap();
        let patient = before.world.patient("mia".into()).unwrap();
        let adding = account
            .add_person(SignInMethod::Native, Some(patient))
            .await;
        before.answer("ana", adding.unwrap()).await.unwrap();
        sync(&account).await.unwrap();
        let (id, forgetting) = (account.people()[1].id.clone(), account.clone());
        let forgotten = id.clone();
        dies(&before, Checkpoint::PersonDestroyed, async move {
            forgetting.forget_person(forgotten).await
        })
        .await;
        let harness = afterwards(&before).await;
        let account = only(&harness.client).await;
        assert_eq!(account.people().len(), 1);
        let folder = harness
            .world
            .path()
            .join("afterwards")
            .join(account.id().as_str());
        let entries = std::fs::read_dir(folder).unwrap().flatten();
        let names = entries.map(|entry| entry.file_name().into_string().unwrap());
        assert_eq!(
            names.filter(|name| name.starts_with(id.as_str())).count(),
            0
        );
        sync(&account).await.unwrap();
    });
}

#[test]
fn every_such_moment_is_tried_here() {
    let tried = [
        Checkpoint::CodeReceived,
        Checkpoint::CodeRedeemed,
        Checkpoint::SignInKept,
        Checkpoint::SignInCommitted,
        Checkpoint::IntentStored,
        Checkpoint::RefreshAnswered,
        Checkpoint::TokensStored,
        Checkpoint::RootKept,
        Checkpoint::RootReplaced,
        Checkpoint::PersonDestroyed,
        Checkpoint::KeyDestroyed,
        Checkpoint::AccountRemoved,
    ];
    assert_eq!(tried, Checkpoint::ALL);
}
