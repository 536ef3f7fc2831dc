//! A PIN cannot be guessed: tries are counted before they are made, and ten wrong ones destroy.

use pericard::{SealReason, SignInStep};

use super::*;

#[test]
fn ten_wrong_pins_destroy_what_is_cached_over_kills_and_a_database_from_before() {
    run(async {
        let (harness, ana) = with_a_pin().await;
        harness.client.shut_down().await.unwrap();
        let copy = harness.world.path().join("copy");
        copy_device(&directory(&harness), &copy);
        let (mut harness, mut ana) = restarted(harness, &ana).await;
        for left in (1..10).rev() {
            assert_eq!(lock(&ana).unlock(WRONG.to_vec()).await, wrong(left));
            if left % 4 == 0 {
                harness.client.shut_down().await.unwrap();
                copy_device(&copy, &directory(&harness));
                (harness, ana) = restarted(harness, &ana).await;
                assert_eq!(lock(&ana).state(), Ok(locked(left)));
            }
        }
        assert_eq!(lock(&ana).unlock(WRONG.to_vec()).await, Err(DESTROYED));
        let sealed = SessionState::Sealed {
            reason: SealReason::Destroyed,
        };
        for _ in 0..2 {
            assert_eq!(lock(&ana).state(), Ok(LockState::Destroyed));
            assert_eq!(lock(&ana).unlock(PIN.to_vec()).await, Err(DESTROYED));
            assert_eq!(ana.session(), sealed);
            assert_eq!(threads(&ana).await, Err(DESTROYED));
            // The thief does not fetch it anew: the tokens are gone, in an older copy of the database, too.
            assert_eq!(ana.start_sync(None, false).err(), Some(DESTROYED));
            harness.client.shut_down().await.unwrap();
            copy_device(&copy, &directory(&harness));
            (harness, ana) = restarted(harness, &ana).await;
        }
        let sign_in = ana.sign_in_again(SignInMethod::Native, None).await.unwrap();
        let ana = harness.answer("ana", sign_in).await.unwrap();
        assert_eq!(lock(&ana).state(), Ok(LockState::Off));
        assert!(threads(&ana).await.unwrap().is_empty());
        sync(&ana).await.unwrap();
        assert_eq!(threads(&ana).await.unwrap().len(), 3);
        // The count begins anew with a new PIN.
        lock(&ana).set_pin(None, PIN.to_vec()).await.unwrap();
        lock(&ana).lock().await.unwrap();
        assert_eq!(lock(&ana).state(), Ok(locked(10)));
        lock(&ana).unlock(PIN.to_vec()).await.unwrap();
    });
}

/// How many of Ana's sessions the portal goes on with.
async fn sessions(harness: &Harness) -> u64 {
    let told = harness.portal(json!({ "sessions": "ana" })).await;
    told["count"].as_u64().unwrap()
}

/// How a phone goes on after ten wrong PINs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Afterwards {
    /// It reaches the portal all the time.
    Online,
    /// It reaches it later.
    Later,
    /// It was switched off before anything of it was on disk, and reaches the portal later.
    Killed,
}

#[test]
fn the_session_that_ten_wrong_pins_destroy_here_ends_at_the_portal_too() {
    for afterwards in [Afterwards::Online, Afterwards::Later, Afterwards::Killed] {
        run(async move {
            let (harness, ana) = with_a_pin().await;
            // What another sign-in replaced goes as well.
            let again = ana.sign_in_again(SignInMethod::Native, None).await.unwrap();
            let ana = harness.answer("ana", again).await.unwrap();
            let before = sessions(&harness).await;
            assert_ne!(before, 0);
            let copy = harness.world.path().join("copy");
            let (harness, ana) = restarted(harness, &ana).await;
            for left in (1..10).rev() {
                assert_eq!(lock(&ana).unlock(WRONG.to_vec()).await, wrong(left));
            }
            // Nine end nothing.
            assert_eq!(sessions(&harness).await, before);
            if afterwards != Afterwards::Online {
                harness.world.network(NetworkState::Down);
            }
            copy_device(&directory(&harness), &copy);
            assert_eq!(lock(&ana).unlock(WRONG.to_vec()).await, Err(DESTROYED));
            let (harness, ana) = match afterwards {
                Afterwards::Online => (harness, ana),
                Afterwards::Later | Afterwards::Killed => {
                    assert_eq!(sessions(&harness).await, before);
                    harness.client.shut_down().await.unwrap();
                    if afterwards == Afterwards::Killed {
                        copy_device(&copy, &directory(&harness));
                    }
                    harness.world.network(NetworkState::Up);
                    restarted(harness, &ana).await
                }
            };
            let told = harness.world.portal_revocations().await.unwrap();
            assert_eq!(told, 2, "{afterwards:?}");
            assert_eq!(sessions(&harness).await, 0, "{afterwards:?}");
            // It begins anew, and nothing of before ends that.
            let sign_in = ana.sign_in_again(SignInMethod::Native, None).await.unwrap();
            let ana = harness.answer("ana", sign_in).await.unwrap();
            let (harness, ana) = restarted(harness, &ana).await;
            sync(&ana).await.unwrap();
            assert_eq!(sessions(&harness).await, 1, "{afterwards:?}");
        });
    }
}

/// A sign-in that only has to be taken over would fetch everything anew.
#[test]
fn ten_wrong_pins_destroy_a_finished_sign_in_too() {
    for tries in [9, 10] {
        run(async move {
            let (harness, ana) = with_a_pin().await;
            let again = ana.sign_in_again(SignInMethod::Native, None).await.unwrap();
            let (user, password) = (
                harness.world.user("ana".into()).unwrap(),
                harness.world.password("ana".into(), true).unwrap(),
            );
            let step = again.password(user, password).await.unwrap();
            assert!(matches!(step, SignInStep::Ready { .. }));
            let (harness, ana) = restarted(harness, &ana).await;
            for _ in 0..tries {
                lock(&ana).unlock(WRONG.to_vec()).await.unwrap_err();
            }
            let (harness, _ana) = restarted(harness, &ana).await;
            let resumed = harness.client.resume_sign_in().await.unwrap();
            assert_eq!(resumed.is_some(), tries == 9);
            let left = if tries == 9 { 2 } else { 0 };
            harness.world.portal_revocations().await.unwrap();
            assert_eq!(sessions(&harness).await, left);
        });
    }
}

/// Nine wrong ones and a right one: the counter-test of the promise above.
#[test]
fn a_right_pin_takes_the_wrong_ones_back() {
    run(async {
        let (_harness, ana) = with_a_pin().await;
        lock(&ana).lock().await.unwrap();
        for left in (1..10).rev() {
            assert_eq!(lock(&ana).unlock(WRONG.to_vec()).await, wrong(left));
        }
        lock(&ana).unlock(PIN.to_vec()).await.unwrap();
        assert_eq!(threads(&ana).await.unwrap().len(), 3);
        lock(&ana).lock().await.unwrap();
        assert_eq!(lock(&ana).state(), Ok(locked(10)));
    });
}

#[test]
fn a_pin_whose_try_cannot_be_counted_is_not_tried() {
    run(async {
        let (harness, ana) = with_a_pin().await;
        let keystore = Refusing::new(&harness);
        let (_harness, ana) = with_keystore(harness, keystore.clone(), &ana).await;
        keystore.refuse(|call, name| call == Call::Store && name.contains(".tries."));
        for pin in [PIN, WRONG] {
            let refused = lock(&ana).unlock(pin.to_vec()).await;
            assert_eq!(refused, Err(UNAVAILABLE));
        }
        assert!(is_closed(&ana).await);
        keystore.refuse_nothing();
        assert_eq!(lock(&ana).unlock(WRONG.to_vec()).await, wrong(9));
        lock(&ana).unlock(PIN.to_vec()).await.unwrap();
    });
}

/// The keystore of a phone that was not unlocked since it was switched on answers later: nothing is open until then.
#[test]
fn a_keystore_that_answers_late_opens_no_lock() {
    run(async {
        let (harness, ana) = with_a_pin().await;
        let keystore = Refusing::new(&harness);
        keystore.refuse(|call, name| call == Call::Load && name.contains(".content."));
        let (_harness, ana) = with_keystore(harness, keystore.clone(), &ana).await;
        assert!(threads(&ana).await.is_err());
        keystore.refuse_nothing();
        assert_eq!(threads(&ana).await, Err(PericardError::Locked));
        assert!(is_closed(&ana).await);
        assert_eq!(lock(&ana).unlock(WRONG.to_vec()).await, wrong(9));
        lock(&ana).unlock(PIN.to_vec()).await.unwrap();
        assert!(is_open(&ana).await);
    });
}

/// Somebody deletes the count alone.
#[test]
fn a_count_that_is_gone_gives_one_try_and_not_ten() {
    run(async {
        let (harness, ana) = with_a_pin().await;
        let keystore = harness.world.keystore();
        let tries = name(&harness, "tries", &ana);
        assert!(keystore.load(tries.clone()).unwrap().is_some());
        keystore.delete(tries).unwrap();
        let (_harness, ana) = restarted(harness, &ana).await;
        assert_eq!(lock(&ana).state(), Ok(locked(1)));
        lock(&ana).unlock(PIN.to_vec()).await.unwrap();
        assert!(is_open(&ana).await);
    });
}
