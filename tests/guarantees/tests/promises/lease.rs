//! A device that hears nothing of its portal seals by itself.

use pericard::{PericardError, SealReason, SessionState};
use pericard_guarantees::{Harness, inbox, run, sync, threads};
use pericard_world::NetworkState;
use serde_json::json;

use crate::zocdoc::{REVOKED, SEALED};

const DAY: u64 = 24 * 3600;

/// Ana, synced, with a lease of a day, on a device that was restarted.
async fn with_a_lease() -> (Harness, std::sync::Arc<pericard::Account>) {
    let harness = Harness::ana_and_ben().await;
    harness.world.set_lease(std::time::Duration::from_secs(DAY));
    let harness = harness.restarted().await.unwrap();
    let account = harness.sign_in("ana").await.unwrap();
    sync(&account).await.unwrap();
    (harness, account)
}

const BY_LEASE: SessionState = SessionState::Sealed {
    reason: SealReason::Lease,
};

#[test]
fn a_device_that_hears_nothing_beyond_its_lease_seals() {
    run(async {
        let (harness, account) = with_a_lease().await;
        let messages = inbox(&account);
        harness.world.network(NetworkState::Down);
        harness.world.advance(DAY - 60).await.unwrap();
        assert_eq!(messages.threads(None, 10).await.unwrap().threads.len(), 3);
        harness.world.advance(120).await.unwrap();
        let ended = PericardError::LeaseEnded;
        assert_eq!(messages.threads(None, 10).await.unwrap_err(), ended);
        assert_eq!(account.session(), BY_LEASE);
        assert_eq!(sync(&account).await.unwrap_err(), PericardError::Offline);
        assert_eq!(messages.threads(None, 10).await.unwrap_err(), ended);
        // The seal is on disk, and setting the clock back does not lift it.
        harness.world.set_back(2 * DAY);
        let harness = harness.restarted().await.unwrap();
        let account = harness.client.account(account.id()).await.unwrap();
        assert_eq!(account.session(), BY_LEASE);
        assert_eq!(threads(&account).await.unwrap_err(), ended);
        // The portal's word does.
        harness.world.set_ahead(2 * DAY);
        harness.world.network(NetworkState::Up);
        sync(&account).await.unwrap();
        assert_eq!(account.session(), SessionState::Active);
        assert_eq!(threads(&account).await.unwrap().len(), 3);
    });
}

/// Fails unless a stream tells of the session soon.
async fn told_of_the_session(changes: &pericard::Changes) {
    let told = async { while !changes.next().await.expect("a change").session {} };
    let soon = tokio::time::timeout(std::time::Duration::from_secs(10), told);
    soon.await.expect("nobody was told");
}

/// What is on the screen must go, though nobody asks for anything.
#[test]
fn a_lease_that_ends_while_nobody_reads_is_told_to_streams() {
    run(async {
        let (harness, account) = with_a_lease().await;
        let changes = account.changes().unwrap();
        harness.world.network(NetworkState::Down);
        harness.world.advance(DAY + 60).await.unwrap();
        told_of_the_session(&changes).await;
        assert_eq!(account.session(), BY_LEASE);
        // The next lease, after the portal was reached, ends likewise.
        harness.world.network(NetworkState::Up);
        sync(&account).await.unwrap();
        told_of_the_session(&changes).await;
        assert_eq!(account.session(), SessionState::Active);
        harness.world.network(NetworkState::Down);
        harness.world.advance(DAY + 60).await.unwrap();
        told_of_the_session(&changes).await;
        assert_eq!(account.session(), BY_LEASE);
    });
}

/// A paused client touches no file; what became of the lease meanwhile is told when it goes on.
#[test]
fn a_lease_that_ends_in_a_pause_is_told_when_the_client_is_resumed() {
    run(async {
        let (harness, account) = with_a_lease().await;
        let changes = account.changes().unwrap();
        harness.world.network(NetworkState::Down);
        harness.client.pause().await.unwrap();
        harness.world.advance(DAY + 60).await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        assert_eq!(account.session(), SessionState::Active);
        harness.client.resume().await.unwrap();
        told_of_the_session(&changes).await;
        assert_eq!(account.session(), BY_LEASE);
    });
}

#[test]
fn a_portal_that_ended_the_session_meanwhile_keeps_it_sealed_after_the_lease() {
    run(async {
        let (harness, account) = with_a_lease().await;
        harness.world.advance(DAY + 60).await.unwrap();
        harness.portal(json!({ "revoke": "ana" })).await;
        assert_eq!(sync(&account).await.unwrap_err(), REVOKED);
        assert_eq!(account.session(), SEALED);
    });
}

#[test]
fn setting_the_clock_back_gains_nothing_within_a_boot() {
    run(async {
        let (harness, account) = with_a_lease().await;
        harness.world.network(NetworkState::Down);
        // A little each hour, as a thief would.
        for _ in 0..25 {
            harness.world.advance(3600).await.unwrap();
            harness.world.set_back(3600);
        }
        assert_eq!(
            threads(&account).await.unwrap_err(),
            PericardError::LeaseEnded
        );
    });
}

#[test]
fn across_boots_nothing_below_the_highest_time_heard_is_accepted() {
    run(async {
        let (harness, account) = with_a_lease().await;
        harness.world.network(NetworkState::Down);
        harness.world.set_back(400 * DAY);
        harness.world.reboot();
        let harness = harness.restarted().await.unwrap();
        let account = harness.client.account(account.id()).await.unwrap();
        // It may still be read, and its day goes on from what was heard, not from the year before.
        assert_eq!(threads(&account).await.unwrap().len(), 3);
        harness.world.advance(DAY + 60).await.unwrap();
        assert_eq!(
            threads(&account).await.unwrap_err(),
            PericardError::LeaseEnded
        );
    });
}

#[test]
fn one_wrong_year_does_not_lock_for_good() {
    run(async {
        let (harness, account) = with_a_lease().await;
        // While the portal's time is known the device's matters to nobody; a new process knows it no more.
        harness.world.set_ahead(20 * 365 * DAY);
        assert_eq!(threads(&account).await.unwrap().len(), 3);
        let harness = harness.restarted().await.unwrap();
        let account = harness.client.account(account.id()).await.unwrap();
        assert_eq!(
            threads(&account).await.unwrap_err(),
            PericardError::LeaseEnded
        );
        harness.world.set_back(20 * 365 * DAY);
        sync(&account).await.unwrap();
        assert_eq!(threads(&account).await.unwrap().len(), 3);
    });
}
