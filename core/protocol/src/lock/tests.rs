#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

const EVENTS: [Event; 11] = [
    Event::Chosen,
    Event::GivenUp,
    Event::Lock,
    Event::PinTyped,
    Event::Counted,
    Event::NotCounted,
    Event::Right,
    Event::Wrong,
    Event::NotTried,
    Event::KeyOpened,
    Event::SignedIn,
];

fn after(start: Lock, events: &[Event]) -> (Lock, Vec<Effect>) {
    events
        .iter()
        .fold((start, vec![]), |(lock, _), event| lock.on(*event))
}

fn wrong_pin(lock: Lock) -> (Lock, Vec<Effect>) {
    after(lock, &[Event::PinTyped, Event::Counted, Event::Wrong])
}

#[test]
fn without_a_lock_everything_is_open_and_there_is_nothing_to_try() {
    let off = Lock::begin(false, 7);
    assert_eq!((off, off.is_locked(), off.left()), (Lock::Off, false, None));
    assert_eq!(off.on(Event::Lock), (Lock::Off, vec![]));
    let refused = vec![Effect::Refuse(Refusal::NoLock)];
    assert_eq!(off.on(Event::PinTyped), (Lock::Off, refused));
}

#[test]
fn a_lock_that_was_chosen_is_closed_after_a_start() {
    let (open, effects) = Lock::Off.on(Event::Chosen);
    assert_eq!(effects, [Effect::Count(0)]);
    assert!(!open.is_locked());
    let (closed, effects) = open.on(Event::Lock);
    assert_eq!(effects, [Effect::DropKey]);
    assert_eq!(closed, Lock::begin(true, 0));
    assert_eq!(closed.on(Event::Lock), (closed, vec![]));
}

#[test]
fn a_try_is_counted_before_it_is_made() {
    let (counting, effects) = Lock::begin(true, 3).on(Event::PinTyped);
    assert_eq!(effects, [Effect::Count(4)]);
    let (trying, effects) = counting.on(Event::Counted);
    assert_eq!(effects, [Effect::Try]);
    let (open, effects) = trying.on(Event::Right);
    assert_eq!(effects, [Effect::Count(0), Effect::Admit]);
    assert_eq!((open.is_locked(), open.left()), (false, Some(TRIES)));
}

#[test]
fn what_cannot_be_counted_is_not_tried() {
    let (closed, effects) = after(Lock::begin(true, 3), &[Event::PinTyped, Event::NotCounted]);
    assert_eq!(effects, [Effect::Refuse(Refusal::Failed)]);
    assert_eq!(closed, Lock::begin(true, 3));
}

#[test]
fn what_could_not_be_tried_stays_counted() {
    let events = [Event::PinTyped, Event::Counted, Event::NotTried];
    let (closed, effects) = after(Lock::begin(true, 3), &events);
    assert_eq!(effects, [Effect::Refuse(Refusal::Failed)]);
    assert_eq!(closed, Lock::begin(true, 4));
}

#[test]
fn the_tenth_wrong_pin_destroys() {
    let mut lock = Lock::begin(true, 0);
    for left in (1..TRIES).rev() {
        let (next, effects) = wrong_pin(lock);
        assert_eq!(effects, [Effect::Refuse(Refusal::Wrong { left })]);
        assert_eq!(next.left(), Some(left));
        lock = next;
    }
    let refused = Effect::Refuse(Refusal::Destroyed);
    let (destroyed, effects) = wrong_pin(lock);
    assert_eq!(effects, [Effect::Destroy, refused]);
    assert_eq!(destroyed.on(Event::PinTyped), (destroyed, vec![refused]));
    assert_eq!(destroyed.on(Event::KeyOpened), (destroyed, vec![refused]));
    assert_eq!(destroyed.on(Event::SignedIn).0, Lock::Off);
}

#[test]
fn killed_in_the_tenth_try_nothing_is_tried_any_more() {
    let begun = Lock::begin(true, TRIES);
    let refused = Effect::Refuse(Refusal::Destroyed);
    let destroyed = (Lock::Destroyed, vec![Effect::Destroy, refused]);
    assert_eq!(begun.on(Event::PinTyped), destroyed);
    assert_eq!(begun.on(Event::KeyOpened), destroyed);
}

#[test]
fn the_shells_key_opens_and_a_second_try_waits() {
    let (open, effects) = Lock::begin(true, 9).on(Event::KeyOpened);
    assert_eq!(effects, [Effect::Count(0), Effect::Admit]);
    assert!(!open.is_locked());
    let (counting, _) = Lock::begin(true, 0).on(Event::PinTyped);
    let busy = vec![Effect::Refuse(Refusal::Busy)];
    assert_eq!(counting.on(Event::PinTyped), (counting, busy.clone()));
    assert_eq!(counting.on(Event::KeyOpened), (counting, busy));
}

#[test]
fn a_wrong_pin_of_somebody_who_reads_does_not_close_but_counts() {
    let (open, _) = Lock::Off.on(Event::Chosen);
    let (still, effects) = wrong_pin(open);
    assert_eq!(effects, [Effect::Refuse(Refusal::Wrong { left: 9 })]);
    assert!(!still.is_locked());
    assert_eq!(still.on(Event::Lock).0, Lock::begin(true, 1));
}

#[test]
fn locking_in_the_middle_of_a_try_closes_and_lets_the_try_decide() {
    let (open, _) = Lock::Off.on(Event::Chosen);
    let (trying, _) = after(open, &[Event::PinTyped, Event::Counted]);
    let (closed, effects) = trying.on(Event::Lock);
    assert_eq!(effects, [Effect::DropKey]);
    assert!(closed.is_locked());
    assert!(!closed.on(Event::Right).0.is_locked());
    assert!(closed.on(Event::Wrong).0.is_locked());
}

proptest! {
    /// Whatever happens, in whatever order: what opens is a right PIN or a right key, and more than ten wrong PINs are never
    /// tried without one of them, over restarts that forget everything but the count.
    #[test]
    fn nobody_tries_more_than_ten_times(steps in prop::collection::vec((0..EVENTS.len(), prop::bool::weighted(0.1)), 0..200)) {
        let (mut lock, mut kept, mut chosen, mut tried) = (Lock::Off, 0, false, 0);
        for (step, restarts) in steps {
            if restarts {
                lock = if lock == Lock::Destroyed { lock } else { Lock::begin(chosen, kept) };
            }
            let (event, was) = (EVENTS[step], lock);
            let (next, effects) = lock.on(event);
            lock = next;
            if was.is_locked() && !lock.is_locked() {
                prop_assert!(matches!(event, Event::Right | Event::KeyOpened | Event::SignedIn), "{event:?} opened {was:?}");
            }
            for effect in effects {
                match effect {
                    Effect::Count(count) => kept = count,
                    Effect::Try => {
                        prop_assert!(kept > tried, "tried before it was counted");
                        tried += 1;
                    }
                    Effect::Admit => tried = 0,
                    Effect::Destroy => prop_assert!(kept == TRIES),
                    Effect::DropKey | Effect::Refuse(_) => {}
                }
            }
            if matches!(lock, Lock::Off) || event == Event::Chosen && lock == Lock::begin(true, 0).on(Event::KeyOpened).0 {
                tried = 0;
            }
            chosen = !matches!(lock, Lock::Off);
            prop_assert!(tried <= TRIES);
        }
    }
}
