//! Pausing, cancelling, a budget and shutting down are done soon, whatever a server does.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use pericard::{Account, PericardError, SyncRun};
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
    let run = account.start_sync(None).unwrap();
    while harness.world.sent().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
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
        let syncing = account.start_sync(None).unwrap();
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
        let brief = account.start_sync(Some(Duration::from_millis(50))).unwrap();
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
        // Each try's head is awaited for half a minute, the exchange for one.
        for _ in 0..3 {
            harness.world.advance(61).await.unwrap();
        }
        let ended = soon("a deadline", ended).await.unwrap();
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
