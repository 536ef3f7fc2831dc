#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

const TAG: &str = "\"a\"";

fn sized(size: u64) -> Described {
    Described {
        size: Some(size),
        hashed: true,
    }
}

fn whole(length: u64) -> Event {
    Event::Head(Head {
        status: 200,
        range: None,
        length: Some(length),
        validator: Some(TAG.into()),
    })
}

fn part(first: u64, total: u64) -> Event {
    Event::Head(Head {
        status: 206,
        range: Some(Range {
            first,
            total: Some(total),
        }),
        length: None,
        validator: Some(TAG.into()),
    })
}

fn last(transfer: Transfer, events: impl IntoIterator<Item = Event>) -> (Transfer, Vec<Effect>) {
    let mut at = (transfer, Vec::new());
    for event in events {
        at = at.0.on(event);
    }
    at
}

fn ask(from: u64) -> Effect {
    let validator = (from > 0).then(|| TAG.to_owned());
    Effect::Ask { from, validator }
}

#[test]
fn a_file_is_kept_once_it_is_what_was_described() {
    let fresh = || Transfer::new(sized(10), 0, None);
    let (taking, effects) = last(fresh(), [Event::Begin, whole(10)]);
    assert_eq!(effects, [Effect::Take]);
    let (checking, effects) = last(taking, [Event::Bytes(10), Event::End]);
    assert_eq!(effects, [Effect::Hash]);
    let kept = checking.clone().on(Event::Hashed(true)).1;
    assert_eq!(kept, [Effect::Keep]);
    let refused = checking.on(Event::Hashed(false)).1;
    assert_eq!(refused, [Effect::Refuse(Problem::Mismatch)]);
    for (events, problem) in [
        (vec![Event::Begin, whole(11)], Problem::Mismatch),
        (
            vec![Event::Begin, whole(10), Event::Bytes(11)],
            Problem::Mismatch,
        ),
        (
            vec![
                Event::Begin,
                Event::Head(Head {
                    status: 404,
                    ..Head::default()
                }),
            ],
            Problem::Refused(404),
        ),
        (
            vec![
                Event::Begin,
                Event::Head(Head {
                    status: 500,
                    ..Head::default()
                }),
            ],
            Problem::Failing(500),
        ),
    ] {
        assert_eq!(last(fresh(), events).1, [Effect::Refuse(problem)]);
    }
    let unsaid = Transfer::new(Described::default(), 0, None);
    let (_, effects) = last(unsaid, [Event::Begin, whole(limits::FILE + 1)]);
    assert_eq!(effects, [Effect::Refuse(Problem::TooLarge)]);
    let (_, effects) = last(
        Transfer::new(sized(limits::FILE + 1), 0, None),
        [Event::Begin],
    );
    assert_eq!(effects, [Effect::Refuse(Problem::TooLarge)]);
}

#[test]
fn what_broke_off_goes_on_where_it_was() {
    let fresh = Transfer::new(sized(10), 0, None);
    let (cut, effects) = last(
        fresh,
        [Event::Begin, whole(10), Event::Bytes(4), Event::Cut],
    );
    assert_eq!(effects, [ask(4)]);
    let (done, effects) = last(cut.clone(), [part(4, 10), Event::Bytes(6), Event::End]);
    assert_eq!((effects, done.received()), (vec![Effect::Hash], 10));
    // It has changed: it comes whole.
    let (_, effects) = cut.clone().on(whole(10));
    assert_eq!(effects, [Effect::Discard, Effect::Take]);
    // Nothing more has come since: it is kept for another time.
    let (_, effects) = last(cut, [part(4, 10), Event::Cut]);
    assert_eq!(effects, [Effect::Pause(Some(TAG.into()))]);
    // Another time, from disk.
    let resumed = Transfer::new(sized(10), 4, Some(TAG.into()));
    assert_eq!(resumed.clone().on(Event::Begin).1, [ask(4)]);
    let (_, effects) = last(resumed, [Event::Begin, part(2, 10)]);
    assert_eq!(effects, [Effect::Discard, ask(0)]);
    // Without a validator nothing can be continued.
    let lost = Transfer::new(sized(10), 4, None);
    assert_eq!(lost.on(Event::Begin).1, [Effect::Discard, ask(0)]);
}

#[test]
fn fields_are_read_strictly() {
    assert_eq!(
        Range::parse("bytes 4-9/10"),
        Some(Range {
            first: 4,
            total: Some(10)
        })
    );
    assert!(Range::parse("bytes 4-9/*").is_some());
    for wrong in [
        "bytes 9-4/10",
        "bytes 4-10/10",
        "lines 1-2/3",
        "4-9/10",
        "bytes */10",
    ] {
        assert_eq!(Range::parse(wrong), None, "{wrong}");
    }
    assert_eq!(strong(" \"a\" ").as_deref(), Some(TAG));
    for weak in ["W/\"a\"", "a", "\"a\r\nb\"", "\"\"\""] {
        assert_eq!(strong(weak), None, "{weak}");
    }
}

fn event() -> impl Strategy<Value = Event> {
    let head = (
        prop::sample::select(vec![200_u16, 206, 304, 403, 416, 500]),
        prop::option::of((0_u64..20, prop::option::of(0_u64..20))),
        prop::option::of(0_u64..20),
        any::<bool>(),
    );
    let head = head.prop_map(|(status, range, length, validator)| {
        Event::Head(Head {
            status,
            range: range.map(|(first, total)| Range { first, total }),
            length,
            validator: validator.then(|| TAG.to_owned()),
        })
    });
    prop_oneof![
        Just(Event::Begin),
        head.clone(),
        head,
        (0_u64..8).prop_map(Event::Bytes),
        (0_u64..8).prop_map(Event::Bytes),
        Just(Event::End),
        Just(Event::Cut),
        any::<bool>().prop_map(Event::Hashed),
    ]
}

proptest! {
    #[test]
    fn nothing_is_kept_but_what_was_described(
        events in prop::collection::vec(event(), 0..40), size in prop::option::of(0_u64..16), hashed: bool, here in 0_u64..8,
    ) {
        let mut machine = Transfer::new(Described { size, hashed }, here, Some(TAG.into()));
        let (mut on_disk, mut ended, mut matched) = (here, false, false);
        for event in std::iter::once(Event::Begin).chain(events) {
            if let Event::Bytes(count) = event {
                // Hands write only what they were told to take.
                on_disk += if machine.phase == Phase::Taking { count } else { 0 };
            }
            matched |= event == Event::Hashed(true) && machine.phase == Phase::Checking;
            let (next, effects) = machine.on(event);
            machine = next;
            for effect in effects {
                prop_assert!(!ended, "nothing happens after the end");
                match effect {
                    Effect::Discard => on_disk = 0,
                    Effect::Ask { from, validator } => {
                        prop_assert_eq!(from, on_disk);
                        prop_assert_eq!(from > 0, validator.is_some());
                    }
                    Effect::Keep => {
                        ended = true;
                        prop_assert!(size.is_none_or(|size| size == on_disk));
                        prop_assert_eq!(hashed, matched);
                    }
                    Effect::Pause(_) | Effect::Refuse(_) => ended = true,
                    Effect::Take | Effect::Hash => {}
                }
            }
        }
    }
}
