//! Who may choose what opens the lock: a PIN, and beside it a key of the shell's.

use super::*;

#[test]
fn the_shells_key_opens_beside_the_pin_and_only_the_newest() {
    run(async {
        let (harness, ana) = with_a_pin().await;
        let first = lock(&ana).add_key(PIN.to_vec()).await.unwrap();
        let key = lock(&ana).add_key(PIN.to_vec()).await.unwrap();
        let (_harness, ana) = restarted(harness, &ana).await;
        let state = LockState::Locked {
            attempts_left: 10,
            has_key: true,
        };
        assert_eq!(lock(&ana).state(), Ok(state));
        let refused = PericardError::Keystore {
            kind: KeystoreError::Refused,
        };
        for _ in 0..12 {
            let opened = lock(&ana).unlock_with_key(first.clone()).await;
            assert_eq!(opened, Err(refused.clone()));
        }
        // A wrong key is no try.
        assert_eq!(lock(&ana).state(), Ok(state));
        lock(&ana).unlock_with_key(key.clone()).await.unwrap();
        assert!(is_open(&ana).await);
        // Another PIN leaves it as it is; giving it up does not.
        lock(&ana)
            .set_pin(Some(PIN.to_vec()), b"904172".to_vec())
            .await
            .unwrap();
        lock(&ana).lock().await.unwrap();
        assert_eq!(lock(&ana).unlock(PIN.to_vec()).await, wrong(9));
        lock(&ana).unlock_with_key(key.clone()).await.unwrap();
        lock(&ana).lock().await.unwrap();
        lock(&ana).remove_key().await.unwrap();
        assert_eq!(lock(&ana).unlock_with_key(key).await, Err(refused));
        lock(&ana).unlock(b"904172".to_vec()).await.unwrap();
        assert!(is_open(&ana).await);
    });
}

#[test]
fn another_pin_needs_the_one_of_before_and_a_wrong_one_counts() {
    run(async {
        let (_harness, ana) = with_a_pin().await;
        let input = |field: &str, problem| PericardError::InvalidInput {
            field: field.into(),
            problem,
        };
        let set = |current: Option<&[u8]>, pin: &[u8]| {
            let (lock, current, pin) = (lock(&ana), current.map(<[u8]>::to_vec), pin.to_vec());
            async move { lock.set_pin(current, pin).await }
        };
        let missing = input("current", InputProblem::WrongState);
        assert_eq!(set(None, b"904172").await, Err(missing));
        let simple = input("pin", InputProblem::TooSimple);
        assert_eq!(set(Some(PIN), b"123456").await, Err(simple));
        let short = input("current", InputProblem::TooShort);
        assert_eq!(set(Some(b"2704"), b"904172").await, Err(short));
        assert_eq!(set(Some(WRONG), b"904172").await, wrong(9));
        assert_eq!(lock(&ana).remove_pin(WRONG.to_vec()).await, wrong(8));
        assert_eq!(
            lock(&ana).add_key(WRONG.to_vec()).await.err(),
            wrong(7).err()
        );
        // Who reads goes on reading.
        assert!(is_open(&ana).await);
        lock(&ana).lock().await.unwrap();
        assert_eq!(lock(&ana).state(), Ok(locked(7)));
        let closed = set(Some(PIN), b"904172").await;
        assert_eq!(closed, Err(PericardError::Locked));
        lock(&ana).unlock(PIN.to_vec()).await.unwrap();
        set(Some(PIN), b"904172").await.unwrap();
        lock(&ana).lock().await.unwrap();
        assert_eq!(lock(&ana).unlock(PIN.to_vec()).await, wrong(9));
        lock(&ana).unlock(b"904172".to_vec()).await.unwrap();
    });
}
