//! What luck brings about too seldom: two days that cannot be lived through without a protection.
//!
//! Every tenth seed has one of them, so that leaving the protection out is noticed within a few seeds.

use crate::network::Weather;
use crate::plan::{Action, Clinic, Deed, During, Event, Plan};
use crate::switches;

/// The day on which it happens.
const DAY: u32 = 3;
/// More than two pages of seven.
const LETTERS: u32 = 14;

/// Adds the drill of a seed to its week, if it has one.
pub(crate) fn add(plan: &mut Plan) {
    let (faults, actions): (&[&str], _) = match plan.seed % 10 {
        4 => (
            &[
                r#"{"fault":"parameter","name":"_sort","as":"ignored"}"#,
                r#"{"fault":"page_cap","most":7}"#,
            ],
            interrupted_between_pages(),
        ),
        9 => (
            &[r#"{"fault":"stale_replica","seconds":900,"every":2}"#],
            edited_at_a_replica_that_is_behind(),
        ),
        _ => return,
    };
    plan.switches = faults.iter().filter_map(|it| switches::named(it)).collect();
    let place = plan.events.iter().position(|event| event.day > DAY);
    let place = place.unwrap_or(plan.events.len());
    let id = u32::try_from(plan.events.len()).unwrap_or(u32::MAX / 2);
    let events = actions
        .into_iter()
        .zip(id..)
        .map(|((after, action), id)| Event {
            id,
            day: DAY,
            after,
            action,
        });
    plan.events.splice(place..place, events);
}

fn sync(during: Option<During>) -> Action {
    Action::Sync {
        who: 0,
        budget: None,
        during,
    }
}

/// The comparison of the day is over; then much is written, and pages that are in no order are cut short.
fn interrupted_between_pages() -> Vec<(u64, Action)> {
    let write = Action::Clinic(Clinic {
        who: 0,
        deed: Deed::Write {
            thread: None,
            ago: 0,
            kept_back: None,
        },
    });
    let mut actions = vec![
        (1, Action::Weather(Weather::Good)),
        (1, Action::Jump { seconds: 0 }),
        (1, sync(None)),
    ];
    actions.extend((0..LETTERS).map(|_| (20, write.clone())));
    actions.push((20, sync(Some(During::Cancel { n: 6 }))));
    actions
}

/// A letter says something else, and every other answer is older than that.
fn edited_at_a_replica_that_is_behind() -> Vec<(u64, Action)> {
    let edit = |pick| {
        Action::Clinic(Clinic {
            who: 0,
            deed: Deed::Edit(pick),
        })
    };
    let mut actions = vec![
        (1, Action::Weather(Weather::Good)),
        (1, Action::Jump { seconds: 0 }),
        (20, sync(None)),
    ];
    for pick in 0..3 {
        actions.push((20, edit(pick)));
        actions.extend((0..3).map(|_| (1, sync(None))));
    }
    actions
}
