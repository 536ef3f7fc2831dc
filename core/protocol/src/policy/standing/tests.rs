#![allow(clippy::unwrap_used)]
use super::super::tests::NOW;
use super::*;
use proptest::prelude::*;

const A: Thumbprint = Thumbprint([1; 32]);
const B: Thumbprint = Thumbprint([2; 32]);

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn policy(key: Thumbprint, seq: u64) -> Policy {
    Policy {
        key,
        seq,
        issued: at(NOW - 60),
        expires: at(NOW + 3600),
        lease: None,
        min_app_version: None,
        rules: BTreeMap::new(),
    }
}

fn seen(all: &[(Thumbprint, u64)]) -> BTreeMap<Thumbprint, Seen> {
    let seen = |(key, seq): &(Thumbprint, u64)| {
        (
            *key,
            Seen {
                seq: *seq,
                retired: false,
            },
        )
    };
    all.iter().map(seen).collect()
}

fn nothing() -> Standing {
    Standing::begin(None, None, &BTreeMap::new()).0
}

fn offer(standing: Standing, policy: Policy) -> (Standing, Vec<Effect>) {
    offer_at(standing, policy, NOW)
}

fn offer_at(standing: Standing, policy: Policy, now: i64) -> (Standing, Vec<Effect>) {
    let policy = Ok(Box::new(policy));
    standing.on(Event::Offered {
        policy,
        now: at(now),
    })
}

/// Offers it and saves it, if it is to be saved.
fn take(standing: Standing, policy: Policy) -> Standing {
    match offer(standing, policy) {
        (standing, effects) if effects == [Effect::Save] => standing.on(Event::Saved).0,
        (standing, _) => standing,
    }
}

fn seq(standing: &Standing) -> Option<u64> {
    standing.policy().map(|policy| policy.seq)
}

#[test]
fn a_newer_policy_comes_into_force_once_it_is_saved() {
    let (saving, effects) = offer(nothing(), policy(A, 3));
    assert_eq!((effects, seq(&saving)), (vec![Effect::Save], None));
    let (in_force, effects) = saving.clone().on(Event::Saved);
    assert_eq!(effects, [Effect::Raise { key: A, seq: 3 }, Effect::Tell]);
    assert_eq!(seq(&in_force), Some(3));
    let (kept, effects) = saving.on(Event::NotSaved);
    assert_eq!((effects, seq(&kept)), (vec![], None));
    // The same again is no news.
    assert_eq!(offer(in_force.clone(), policy(A, 3)), (in_force, vec![]));
}

#[test]
fn what_is_not_newer_changes_nothing_and_is_told() {
    let standing = take(nothing(), policy(A, 5));
    let refused = |policy: Policy, now: i64| {
        let (after, effects) = offer_at(standing.clone(), policy, now);
        assert_eq!((effects, seq(&after)), (vec![], Some(5)));
        after.problem().unwrap()
    };
    assert_eq!(refused(policy(A, 4), NOW), Problem::Flaw(Flaw::Older));
    let other = Policy {
        lease: Some(super::super::SHORTEST_LEASE),
        ..policy(A, 5)
    };
    assert_eq!(refused(other, NOW), Problem::Flaw(Flaw::Older));
    assert_eq!(
        refused(policy(A, 6), NOW + 3720),
        Problem::Flaw(Flaw::Expired)
    );
    assert_eq!(
        refused(policy(A, 6), NOW - 181),
        Problem::Flaw(Flaw::FromTheFuture)
    );
    let (missing, _) = standing.clone().on(Event::NoneOffered);
    assert_eq!(
        (missing.problem(), seq(&missing)),
        (Some(Problem::Missing), Some(5))
    );
    let unsigned = Event::Offered {
        policy: Err(Flaw::Unsigned),
        now: at(NOW),
    };
    let (after, _) = standing.clone().on(unsigned);
    assert_eq!(
        (after.problem(), seq(&after)),
        (Some(Problem::Flaw(Flaw::Unsigned)), Some(5))
    );
    // What is right again is no problem any more.
    let (after, _) = offer(after, policy(A, 5));
    assert_eq!(after.problem(), None);
    assert_eq!(nothing().on(Event::NoneOffered).0.problem(), None);
}

#[test]
fn each_key_counts_for_itself() {
    let standing = take(take(nothing(), policy(A, 50)), policy(B, 1));
    assert_eq!(seq(&standing), Some(1));
    // What the first key signed before does not come back.
    assert_eq!(seq(&take(standing.clone(), policy(A, 50))), Some(1));
    assert_eq!(seq(&take(standing, policy(A, 51))), Some(51));
}

#[test]
fn a_policy_stays_in_force_beyond_its_end() {
    let old = Policy {
        expires: at(NOW - 90 * 86_400),
        ..policy(A, 5)
    };
    let (standing, effects) = Standing::begin(Some(old.clone()), None, &seen(&[(A, 5)]));
    assert_eq!((seq(&standing), effects), (Some(5), vec![]));
    assert_eq!(offer(standing, old).0.problem(), None);
}

#[test]
fn an_older_copy_withholds_until_something_not_older_comes() {
    for saved in [None, Some(policy(A, 4))] {
        let (standing, _) = Standing::begin(saved, None, &seen(&[(A, 5)]));
        assert!(standing.is_withheld());
        assert!(take(standing.clone(), policy(A, 4)).is_withheld());
        let (missing, _) = standing.clone().on(Event::NoneOffered);
        assert_eq!(
            (missing.is_withheld(), missing.problem()),
            (true, Some(Problem::Missing))
        );
        assert_eq!(seq(&take(standing, policy(A, 5))), Some(5));
    }
    // The keystore was not told in time.
    let (standing, effects) = Standing::begin(Some(policy(A, 6)), None, &seen(&[(A, 5)]));
    assert_eq!(
        (seq(&standing), effects),
        (Some(6), vec![Effect::Raise { key: A, seq: 6 }])
    );
    // The portal's last account left in between: what was seen counts on.
    let retired = BTreeMap::from([(
        A,
        Seen {
            seq: 5,
            retired: true,
        },
    )]);
    let (standing, _) = Standing::begin(None, None, &retired);
    assert!(!standing.is_withheld());
    assert_eq!(seq(&take(standing.clone(), policy(A, 4))), None);
    assert_eq!(seq(&take(standing, policy(A, 5))), Some(5));
}

#[derive(Debug, Clone)]
enum Step {
    Offer(bool, u64, bool),
    None,
    Saved,
    NotSaved,
    Restart(bool),
}

proptest! {
    /// Whatever happens in whatever order, the policy in force never goes back under one key.
    #[test]
    fn nothing_goes_back(steps in prop::collection::vec(prop_oneof![
        (any::<bool>(), 0_u64..9, any::<bool>()).prop_map(|(key, seq, good)| Step::Offer(key, seq, good)),
        Just(Step::None), Just(Step::Saved), Just(Step::NotSaved), any::<bool>().prop_map(Step::Restart),
    ], 0..60)) {
        let mut standing = nothing();
        let mut keystore: BTreeMap<Thumbprint, Seen> = BTreeMap::new();
        let mut database: Vec<Policy> = Vec::new();
        let mut offered = None;
        for step in steps {
            let before = standing.policy().cloned();
            let (next, effects) = match step {
                Step::Offer(key, seq, good) => {
                    let policy = policy(if key { A } else { B }, seq);
                    offered = Some(policy.clone());
                    let policy = if good { Ok(Box::new(policy)) } else { Err(Flaw::WrongSignature) };
                    standing.on(Event::Offered { policy, now: at(NOW) })
                }
                Step::None => standing.on(Event::NoneOffered),
                Step::Saved => {
                    if let Some(policy) = standing.saving.as_deref() {
                        database.push(policy.clone());
                    }
                    standing.on(Event::Saved)
                }
                Step::NotSaved => standing.on(Event::NotSaved),
                Step::Restart(older_copy) => {
                    if older_copy {
                        database.pop();
                    }
                    Standing::begin(database.last().cloned(), None, &keystore)
                }
            };
            standing = next;
            for effect in effects {
                if let Effect::Raise { key, seq } = effect {
                    let seen = keystore.entry(key).or_insert(Seen { seq: 0, retired: false });
                    prop_assert!(seq >= seen.seq);
                    seen.seq = seq;
                }
            }
            if let Some(now) = standing.policy() {
                let highest = keystore.get(&now.key).map_or(0, |seen| seen.seq);
                prop_assert!(now.seq >= highest, "{now:?} behind {highest}");
                let same = before.as_ref() == Some(now);
                prop_assert!(same || database.contains(now) || offered.as_ref() == Some(now));
            }
        }
    }
}
