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

/// Ana's account, which locks at once, and what happens while the keystore keeps the count of a try.
async fn while_it_is_tried(
    happens: impl Fn(&Client) + Send + 'static,
) -> (Harness, Arc<Account>, Vec<u8>) {
    let (harness, ana) = with_a_pin().await;
    let key = lock(&ana).add_key(PIN.to_vec()).await.unwrap();
    let keystore = Refusing::new(&harness);
    let (harness, ana) = with_keystore(harness, keystore.clone(), &ana).await;
    harness.client.person_left();
    let client = harness.client.clone();
    keystore.refuse(move |call, name| {
        if call == Call::Store && name.contains(".tries.") {
            happens(&client);
            // Whatever that began in the background has had its time.
            std::thread::sleep(Duration::from_millis(100));
        }
        false
    });
    (harness, ana, key)
}

/// A phone's question for a finger covers the app for a moment: it says once more that the person is back.
#[test]
fn whoever_comes_back_while_it_is_opened_finds_it_open() {
    run(async {
        let (harness, ana, key) = while_it_is_tried(Client::person_returned).await;
        harness.client.person_returned();
        assert_eq!(lock(&ana).unlock_with_key(key).await, Ok(()));
        assert!(is_open(&ana).await);
        harness.client.person_left();
        assert!(is_closed(&ana).await);
        assert_eq!(lock(&ana).unlock(PIN.to_vec()).await, Ok(()));
        assert!(is_open(&ana).await);
    });
}

#[test]
fn whoever_leaves_while_it_is_opened_finds_it_locked() {
    run(async {
        let (harness, ana, key) = while_it_is_tried(Client::person_left).await;
        for _ in 0..2 {
            let opened = lock(&ana).unlock_with_key(key.clone()).await;
            assert_eq!(opened, Err(PericardError::Locked));
            assert!(is_closed(&ana).await);
            let opened = lock(&ana).unlock(PIN.to_vec()).await;
            assert_eq!(opened, Err(PericardError::Locked));
            assert!(is_closed(&ana).await);
            harness.client.person_returned();
        }
    });
}
