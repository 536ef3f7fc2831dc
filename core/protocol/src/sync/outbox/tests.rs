use proptest::prelude::*;

use super::*;

const LONG_AGO: Option<Duration> = Some(Duration::from_secs(3600));
const JUST_NOW: Option<Duration> = Some(Duration::from_secs(1));

/// Feeds the events one by one and returns every effect.
fn run(delivery: Delivery, events: &[Event]) -> Vec<Effect> {
    let mut all = Vec::new();
    let mut machine = delivery;
    for event in events {
        let (next, effects) = machine.on(*event);
        machine = next;
        all.extend(effects);
    }
    all
}

fn queued() -> Delivery {
    Delivery::new(State::Queued, 0, None, true)
}

fn doubtful(tries: u32, age: Option<Duration>, conditional: bool) -> Delivery {
    Delivery::new(State::Doubtful, tries, age, conditional)
}

const NOTHING: [Event; 3] = [
    Event::Begin,
    Event::LookedUp(Found::Nothing),
    Event::Probed(Found::Nothing),
];

#[test]
fn it_is_marked_before_it_is_sent() {
    let effects = run(queued(), &[Event::Begin]);
    assert_eq!(effects, [Effect::Mark(State::Sending), Effect::Create]);
}

#[test]
fn every_answer_of_a_create_leads_somewhere() {
    use Effect::{End as Ends, LookUp, Mark, ReadBack};
    for (event, next) in [
        (Event::Taken(Taken::Record), vec![Ends(End::Arrived)]),
        (Event::Taken(Taken::Id), vec![ReadBack]),
        (Event::Taken(Taken::Nothing), vec![LookUp]),
        (Event::Refused(412), vec![LookUp]),
        (
            Event::Refused(403),
            vec![Mark(State::Failed(403)), Ends(End::Decided)],
        ),
        (Event::NoEffect, vec![Mark(State::Queued), Ends(End::Waits)]),
        (Event::InDoubt, vec![Mark(State::Doubtful), LookUp]),
    ] {
        let effects = run(queued(), &[Event::Begin, event]);
        assert_eq!(effects[2..], next[..], "{event:?}");
    }
}

#[test]
fn a_request_without_effect_leaves_an_earlier_doubt() {
    let mut events = NOTHING.to_vec();
    events.push(Event::NoEffect);
    let effects = run(doubtful(1, LONG_AGO, true), &events);
    assert!(effects.contains(&Effect::Create));
    let kept = Effect::Mark(State::Doubtful);
    assert_eq!(
        effects[effects.len() - 2..],
        [kept, Effect::End(End::Waits)]
    );
}

#[test]
fn absence_is_believed_late_and_only_where_a_second_one_is_impossible() {
    let last = |delivery| run(delivery, &NOTHING).pop();
    assert_eq!(last(doubtful(1, LONG_AGO, true)), Some(Effect::Create));
    assert_eq!(
        last(doubtful(1, JUST_NOW, true)),
        Some(Effect::End(End::Waits))
    );
    let unknown = Effect::Mark(State::Unknown);
    assert!(run(doubtful(1, LONG_AGO, false), &NOTHING).contains(&unknown));
    let failed = Effect::Mark(State::Failed(0));
    assert!(run(doubtful(3, LONG_AGO, true), &NOTHING).contains(&failed));
}

#[test]
fn what_proves_nothing_leaves_the_question_to_the_person() {
    let unknown = [Effect::Mark(State::Unknown), Effect::End(End::Decided)];
    for events in [
        &[Event::Begin, Event::LookedUp(Found::Refused)][..],
        &[
            Event::Begin,
            Event::LookedUp(Found::Others),
            Event::Probed(Found::Others),
        ],
        &[
            Event::Begin,
            Event::LookedUp(Found::Nothing),
            Event::Probed(Found::Refused),
        ],
    ] {
        let effects = run(doubtful(1, LONG_AGO, true), events);
        assert_eq!(effects[effects.len() - 2..], unknown, "{events:?}");
    }
}

#[test]
fn an_answer_with_an_id_is_proof() {
    let events = [
        Event::Begin,
        Event::Taken(Taken::Id),
        Event::ReadBack(false),
    ];
    let effects = run(queued(), &events);
    assert_eq!(
        effects[effects.len() - 2..],
        [Effect::Settle, Effect::End(End::Arrived)]
    );
}

#[test]
fn one_that_was_under_way_is_looked_up_first() {
    let effects = run(
        Delivery::new(State::Sending, 0, JUST_NOW, true),
        &[Event::Begin],
    );
    assert_eq!(effects, [Effect::Mark(State::Doubtful), Effect::LookUp]);
}

fn any_event() -> impl Strategy<Value = Event> {
    let found = || {
        prop::sample::select(vec![
            Found::Ours,
            Found::Others,
            Found::Nothing,
            Found::Refused,
        ])
    };
    prop_oneof![
        Just(Event::Begin),
        prop::sample::select(vec![Taken::Record, Taken::Id, Taken::Nothing]).prop_map(Event::Taken),
        any::<bool>().prop_map(Event::ReadBack),
        (400_u16..500).prop_map(Event::Refused),
        Just(Event::NoEffect),
        Just(Event::InDoubt),
        found().prop_map(Event::LookedUp),
        found().prop_map(Event::Probed),
    ]
}

proptest! {
    /// Whatever comes, a request is never made twice without a proof between, and nothing happens after the end.
    #[test]
    fn no_second_create_without_a_proof(
        events in prop::collection::vec(any_event(), 0..12), tries in 0_u32..5, old: bool, conditional: bool,
        state in prop::sample::select(vec![State::Queued, State::Sending, State::Doubtful, State::Failed(403), State::Unknown]),
    ) {
        let age = if old { LONG_AGO } else { JUST_NOW };
        let mut machine = Delivery::new(state, tries, age, conditional);
        let mut doubt = tries > 0 || matches!(state, State::Sending | State::Doubtful);
        let (mut ended, mut creates) = (false, 0);
        for event in events {
            let (next, effects) = machine.on(event);
            machine = next;
            prop_assert!(!ended || effects.is_empty());
            for effect in effects {
                match effect {
                    Effect::Create => {
                        creates += 1;
                        prop_assert!(!doubt || conditional && old && event == Event::Probed(Found::Nothing));
                        doubt = true;
                    }
                    Effect::End(_) => ended = true,
                    _ => {}
                }
            }
        }
        prop_assert!(creates <= 1);
    }
}
