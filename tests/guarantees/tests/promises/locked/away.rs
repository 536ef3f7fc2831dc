//! Whoever is away for too long finds it locked.

use super::*;

#[test]
fn whoever_is_away_for_too_long_finds_it_locked() {
    run(async {
        let (harness, ana) = with_a_pin().await;
        lock(&ana)
            .set_auto_lock(Duration::from_secs(300))
            .await
            .unwrap();
        let changes = ana.changes().unwrap();
        harness.client.person_left();
        harness.world.advance(299).await.unwrap();
        harness.client.person_returned();
        assert!(is_open(&ana).await);
        harness.world.advance(3_600).await.unwrap();
        assert!(is_open(&ana).await);
        // Saying it again does not begin it anew, nor does what the app does without the person.
        harness.client.person_left();
        harness.world.advance(200).await.unwrap();
        harness.client.person_left();
        sync(&ana).await.unwrap();
        harness.world.advance(101).await.unwrap();
        assert!(is_closed(&ana).await);
        let told = async { while !changes.next().await.expect("a change").session {} };
        let soon = tokio::time::timeout(Duration::from_secs(10), told);
        soon.await.expect("nobody was told");
        harness.client.person_returned();
        assert!(is_closed(&ana).await);
        lock(&ana).unlock(PIN.to_vec()).await.unwrap();
        assert!(is_open(&ana).await);
        // It is kept, and with nothing it closes at once.
        let (harness, ana) = restarted(harness, &ana).await;
        assert_eq!(lock(&ana).auto_lock(), Ok(Duration::from_secs(300)));
        lock(&ana).unlock(PIN.to_vec()).await.unwrap();
        lock(&ana).set_auto_lock(Duration::ZERO).await.unwrap();
        harness.client.person_left();
        harness.client.person_returned();
        assert!(is_closed(&ana).await);
    });
}

#[test]
fn without_a_lock_nobody_is_away_for_too_long() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let ana = harness.sign_in("ana").await.unwrap();
        sync(&ana).await.unwrap();
        harness.client.person_left();
        harness.world.advance(86_400).await.unwrap();
        harness.client.person_returned();
        assert!(is_open(&ana).await);
    });
}
