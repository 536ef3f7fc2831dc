//! The clinic's policy: in some weeks messages are switched off and on again, or somebody tries to who may not.

use std::fmt;

use pericard_portal::{Command, Decision, PolicyKey};
use serde_json::{Map, json};

use crate::chance::Chance;
use crate::plan::{Action, DAYS, Event, Plan};

/// What the clinic decides about messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ruling {
    On,
    ReadOnly,
    Off {
        cached: bool,
    },
    /// The same by a key that is not the clinic's any more: it changes nothing.
    Forged,
}

impl Ruling {
    /// What it is at the portal.
    pub(crate) fn command(self) -> Command {
        let switch = match self {
            Self::On => json!({ "state": "on" }),
            Self::ReadOnly => json!({ "state": "read_only" }),
            Self::Off { cached } => json!({ "state": "off", "cached": cached }),
            Self::Forged => json!({ "state": "off", "cached": false }),
        };
        Command::Policy(Some(Box::new(Decision {
            features: Map::from_iter([("messages".to_owned(), switch)]),
            lease_hours: None,
            min_app_version: None,
            seq: None,
            key: match self {
                Self::Forged => PolicyKey::Retired,
                _ => PolicyKey::First,
            },
            flaw: None,
            hint: None,
        })))
    }
}

impl fmt::Display for Ruling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::On => write!(f, "the clinic switches messages on"),
            Self::ReadOnly => write!(f, "the clinic lets messages be read only"),
            Self::Off { cached: true } => write!(f, "the clinic switches messages off"),
            Self::Off { cached: false } => write!(f, "the clinic closes messages"),
            Self::Forged => write!(f, "somebody else says that messages are off"),
        }
    }
}

/// Adds the rulings of a seed to its week, if it has any; weeks with a drill have none. Everything else in it stays as it was.
pub(crate) fn add(plan: &mut Plan) {
    let chance = &mut Chance::new(plan.seed, "policy");
    if matches!(plan.seed % 10, 4 | 9) || !chance.percent(30) {
        return;
    }
    for _ in 0..chance.between(1, 3) {
        let day = u32::try_from(chance.between(1, DAYS.into())).unwrap_or(1);
        let ruling = chance.one_of(&[
            Ruling::On,
            Ruling::ReadOnly,
            Ruling::Off { cached: true },
            Ruling::Off { cached: false },
            Ruling::Forged,
        ]);
        let begin = plan.events.iter().take_while(|it| it.day < day).count();
        let of_day = plan.events.iter().filter(|it| it.day == day).count();
        let place = begin + usize::try_from(chance.below(of_day as u64 + 1)).unwrap_or_default();
        let newest = plan.events.iter().map(|it| it.id).max();
        let event = Event {
            id: newest.map_or(0, |newest| newest + 1),
            day,
            after: 1,
            action: Action::Policy(ruling),
        };
        plan.events.insert(place, event);
    }
}

/// Whether the clinic has a policy at all in a week.
pub(crate) fn is_part_of(plan: &Plan) -> bool {
    let mut events = plan.events.iter();
    events.any(|event| matches!(event.action, Action::Policy(_)))
}
