//! Pausing, cancelling, a budget and shutting down are done soon, whatever a server does.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use pericard::{Account, PericardError, SyncProgress, SyncRun};
use pericard_guarantees::{Harness, run, sync, threads};
use pericard_world::NetworkState;

/// A hang is told from a slow machine; that it takes two seconds is asserted where time stands still.
const HANG: Duration = Duration::from_secs(15);

async fn soon<T>(what: &str, done: impl Future<Output = T>) -> T {
    let ended = tokio::time::timeout(HANG, done).await;
    ended.unwrap_or_else(|_| panic!("{what} hangs"))
}

async fn end(run: &SyncRun) -> Result<(), PericardError> {
    while run.next().await?.is_some() {}
    Ok(())
}

/// Ana's account, and a sync that waits for a portal that never answers.
async fn stalled(harness: &Harness) -> (Arc<Account>, Arc<SyncRun>) {
    let account = harness.sign_in("ana").await.unwrap();
    sync(&account).await.unwrap();
    harness.world.sent();
    harness.world.network(NetworkState::Stalled);
    let run = account.start_sync(None, false).unwrap();
    harness.world.until_sent(|_| true).await;
    (account, run)
}

#[test]
fn a_stalled_portal_holds_up_neither_pause_nor_resume_nor_shut_down() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let (account, syncing) = stalled(&harness).await;
        soon("pause", harness.client.pause()).await.unwrap();
        assert_eq!(end(&syncing).await, Err(PericardError::Cancelled));
        assert_eq!(threads(&account).await, Err(PericardError::Closed));
        soon("resume", harness.client.resume()).await.unwrap();
        assert_eq!(threads(&account).await.unwrap().len(), 3);
        let syncing = account.start_sync(None, false).unwrap();
        soon("shut-down", harness.client.shut_down()).await.unwrap();
        assert_eq!(end(&syncing).await, Err(PericardError::Cancelled));
        assert_eq!(harness.client.resume().await, Err(PericardError::Closed));
        // The directory is free.
        harness.world.network(NetworkState::Up);
        let world = &harness.world;
        let again = world.open(world.keystore()).await.unwrap();
        let account = again.accounts().await.unwrap().remove(0);
        sync(&account).await.unwrap();
    });
}

#[test]
fn cancelling_and_a_budget_end_a_sync_that_waits_for_a_stalled_portal() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let (account, syncing) = stalled(&harness).await;
        syncing.cancel();
        let cancelled = soon("cancel", end(&syncing)).await;
        assert_eq!(cancelled, Err(PericardError::Cancelled));
        let brief = account
            .start_sync(Some(Duration::from_millis(50)), false)
            .unwrap();
        assert_eq!(soon("a budget", end(&brief)).await, Ok(()));
        // What ended early goes on from where it was.
        harness.world.network(NetworkState::Up);
        sync(&account).await.unwrap();
        assert_eq!(threads(&account).await.unwrap().len(), 3);
    });
}

#[test]
fn an_exchange_has_a_deadline() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let (_, syncing) = stalled(&harness).await;
        let ended = tokio::spawn(async move { end(&syncing).await });
        // Each try's head is awaited for half a minute, the exchange for one. What is asked after that has a minute of its
        // own, from when it is asked.
        let over = async {
            while !ended.is_finished() {
                harness.world.advance(61).await.unwrap();
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            ended.await
        };
        let ended = soon("a deadline", over).await.unwrap();
        assert_eq!(ended, Err(PericardError::Offline));
    });
}

#[test]
fn a_run_that_was_cancelled_is_not_joined() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let (account, syncing) = stalled(&harness).await;
        harness.world.network(NetworkState::Up);
        syncing.cancel();
        assert_eq!(sync(&account).await, Ok(()));
        assert_eq!(end(&syncing).await, Err(PericardError::Cancelled));
    });
}

#[test]
fn a_stalled_portal_delays_no_other_account() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let ben = harness.sign_in("ben").await.unwrap();
        sync(&ben).await.unwrap();
        let (_ana, syncing) = stalled(&harness).await;
        assert_eq!(threads(&ben).await.unwrap().len(), 1);
        harness.world.network(NetworkState::Up);
        assert_eq!(soon("another account's sync", sync(&ben)).await, Ok(()));
        syncing.cancel();
        assert_eq!(end(&syncing).await, Err(PericardError::Cancelled));
    });
}

/// Everything that a handle is told until the end, which is told once and for all.
async fn watched(run: &SyncRun) -> Vec<SyncProgress> {
    let mut told = Vec::new();
    while let Some(progress) = run.next().await.unwrap() {
        told.push(progress);
    }
    for _ in 0..3 {
        assert_eq!(run.next().await, Ok(None), "after the end");
    }
    told
}

#[test]
fn progress_never_passes_its_total_and_whoever_is_slow_gets_the_last() {
    run(async {
        let person = serde_json::json!({ "ana": { "threads": 30, "messages": 900 } });
        for fault in ["none", "duplicate_page", "missing_next", "ignore_filters"] {
            let harness = Harness::with(person.clone()).await;
            let account = harness.sign_in("ana").await.unwrap();
            harness.portal(serde_json::json!({ "fault": fault })).await;
            let (first, slow) = (
                account.start_sync(None, false).unwrap(),
                account.start_sync(None, false).unwrap(),
            );
            let told = watched(&first).await;
            assert!(told.iter().any(|p| p.of.is_some()), "{fault}");
            for progress in &told {
                let total = progress.of.unwrap_or(progress.done);
                assert!(progress.done <= total, "{fault}: {progress:?}");
            }
            let counted = |p: &SyncProgress| (p.done, p.sent);
            assert!(told.is_sorted_by_key(counted), "{fault}: {told:?}");
            let last = told.last().copied().unwrap();
            assert!(last.done >= 900, "{fault}: {last:?}");
            // One that asked for nothing in all that time is told how it ended, and nothing of what was between.
            assert_eq!(watched(&slow).await, [last], "{fault}");
        }
    });
}
