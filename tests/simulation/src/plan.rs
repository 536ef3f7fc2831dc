//! What a week holds: who takes part, what is odd about the portal, and the events of each day. All of it comes from the
//! seed, and each event says everything about itself, so that any of them can be left out and the rest stays the same.

use std::fmt;

use crate::chance::Chance;
use crate::drill;
use crate::network::Weather;
use crate::policy::{self, Ruling};
use crate::process::Death;
use crate::switches::{self, Switch};

/// A week.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    /// How many people have their account on the device.
    pub(crate) accounts: usize,
    pub(crate) switches: Vec<&'static Switch>,
    /// In order; the days do not go down.
    pub(crate) events: Vec<Event>,
}

/// The days of a week.
pub(crate) const DAYS: u32 = 7;

/// Who may have an account.
pub(crate) const PEOPLE: [&str; 2] = ["ana", "ben"];

/// One event.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Event {
    /// Its number in the plan as drawn: its texts and its luck hang on it.
    pub(crate) id: u32,
    /// 1 to 7.
    pub(crate) day: u32,
    /// Minutes after the event before.
    pub(crate) after: u64,
    pub(crate) action: Action,
}

/// What happens. A `pick` chooses among what there is when it happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    Sync {
        who: usize,
        budget: Option<u64>,
        during: Option<During>,
    },
    Send {
        who: usize,
        /// An answer in one of the person's threads, else a new one.
        thread: Option<u32>,
        /// The portal will refuse it, where it refuses anything.
        refused: bool,
    },
    Read {
        who: usize,
        pick: u32,
    },
    Withdraw {
        who: usize,
        pick: u32,
    },
    Retry {
        who: usize,
        pick: u32,
    },
    Kill,
    Pause {
        minutes: u64,
    },
    Jump {
        seconds: i64,
    },
    Reboot,
    Weather(Weather),
    Clinic(Clinic),
    Policy(Ruling),
    Revoke {
        who: usize,
    },
    RotateKeys,
}

/// What happens while a sync runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum During {
    Death(Death),
    Clinic { n: u32, clinic: Clinic },
    Send { n: u32, thread: Option<u32> },
    Withdraw { n: u32, pick: u32 },
    Cancel { n: u32 },
    Pause { n: u32 },
}

/// What somebody at the clinic does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Clinic {
    /// Whose messages are concerned.
    pub(crate) who: usize,
    pub(crate) deed: Deed,
}

/// Such a deed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Deed {
    Write {
        thread: Option<u32>,
        /// Minutes ago.
        ago: u64,
        kept_back: Option<bool>,
    },
    Edit(u32),
    Touch(u32),
    Move(u32, u32),
    Redate {
        pick: u32,
        hours: u64,
        quietly: bool,
    },
    Retract(u32),
    Release(u32),
    Delete(u32),
    Readdress(u32),
    Merge,
    Import(usize),
}

impl Plan {
    /// The week of a seed.
    pub(crate) fn new(seed: u64) -> Self {
        let chance = &mut Chance::new(seed, "plan");
        let accounts = 1 + usize::from(chance.percent(30));
        let mut switches: Vec<&'static Switch> = Vec::new();
        for _ in 0..chance.one_of(&[0, 1, 1, 1, 2, 2, 3]) {
            let switch = switches::draw(chance);
            if switches.iter().all(|other| other.kind() != switch.kind()) {
                switches.push(switch);
            }
        }
        let mut events = Vec::new();
        for day in 1..=DAYS {
            for _ in 0..chance.between(2, 4) {
                for action in scene(chance, accounts) {
                    let id = u32::try_from(events.len()).unwrap_or(u32::MAX);
                    events.push(Event {
                        id,
                        day,
                        after: chance.between(1, 60),
                        action,
                    });
                }
            }
        }
        let mut plan = Self {
            seed,
            accounts,
            switches,
            events,
        };
        drill::add(&mut plan);
        policy::add(&mut plan);
        plan
    }
}

fn person(chance: &mut Chance, accounts: usize) -> usize {
    usize::try_from(chance.below(accounts as u64)).unwrap_or_default()
}

/// What goes together: somebody writes and the network is bad, or the clinic is busy, or one thing alone.
fn scene(chance: &mut Chance, accounts: usize) -> Vec<Action> {
    let who = person(chance, accounts);
    let mut scene = Vec::new();
    let kind = chance.below(100);
    match kind {
        0..40 => {
            for _ in 0..chance.between(1, 3) {
                scene.push(Action::Send {
                    who,
                    thread: chance.percent(65).then(|| chance.pick()),
                    refused: chance.percent(8),
                });
            }
            scene.push(Action::Weather(weather(chance)));
        }
        40..65 => {
            for _ in 0..chance.between(1, 3) {
                scene.push(Action::Clinic(clinic(chance, accounts)));
            }
        }
        _ => {}
    }
    if kind < 65 {
        scene.push(Action::Sync {
            who,
            budget: chance.percent(8).then(|| chance.between(1, 20)),
            during: chance.percent(55).then(|| during(chance, accounts)),
        });
    } else {
        scene.push(action(chance, accounts));
    }
    scene
}

fn weather(chance: &mut Chance) -> Weather {
    chance.one_of(&[
        Weather::Good,
        Weather::Lossy,
        Weather::Lossy,
        Weather::Lossy,
        Weather::Slow,
        Weather::Down,
        Weather::Busy,
    ])
}

fn action(chance: &mut Chance, accounts: usize) -> Action {
    let who = person(chance, accounts);
    match chance.below(100) {
        0..30 => Action::Sync {
            who,
            budget: chance.percent(10).then(|| chance.between(1, 20)),
            during: chance.percent(55).then(|| during(chance, accounts)),
        },
        30..48 => Action::Send {
            who,
            thread: chance.percent(65).then(|| chance.pick()),
            refused: chance.percent(8),
        },
        48..50 => Action::Read {
            who,
            pick: chance.pick(),
        },
        50..52 => Action::Withdraw {
            who,
            pick: chance.pick(),
        },
        52..54 => Action::Retry {
            who,
            pick: chance.pick(),
        },
        54..57 => Action::Kill,
        57..58 => Action::Pause {
            minutes: chance.between(1, 300),
        },
        58..60 => Action::Jump {
            seconds: chance.one_of(&[-86_000, -7_200, -400, 90, 1_500, 43_000, 86_000]),
        },
        60..61 => Action::Reboot,
        61..72 => Action::Weather(weather(chance)),
        72..97 => Action::Clinic(clinic(chance, accounts)),
        97..99 => Action::Revoke { who },
        _ => Action::RotateKeys,
    }
}

fn during(chance: &mut Chance, accounts: usize) -> During {
    let n = u32::try_from(chance.between(1, 6)).unwrap_or(1);
    let done = chance.percent(50);
    match chance.below(100) {
        0..15 => During::Death(Death::Exchange { n, done }),
        15..30 => During::Death(Death::Create {
            n: n.div_ceil(2),
            done,
        }),
        30..45 => During::Death(Death::Work {
            n: u32::try_from(chance.between(1, 25)).unwrap_or(1),
            done,
        }),
        45..55 => During::Death(Death::Checkpoint { n }),
        55..75 => During::Clinic {
            n,
            clinic: clinic(chance, accounts),
        },
        75..85 => During::Send {
            n,
            thread: chance.percent(60).then(|| chance.pick()),
        },
        85..90 => During::Withdraw {
            n,
            pick: chance.pick(),
        },
        90..95 => During::Cancel { n },
        _ => During::Pause { n },
    }
}

fn clinic(chance: &mut Chance, accounts: usize) -> Clinic {
    let who = person(chance, accounts);
    let pick = chance.pick();
    let deed = match chance.below(100) {
        0..46 => Deed::Write {
            thread: chance.percent(70).then_some(pick),
            ago: if chance.percent(15) {
                chance.between(60, 100_000)
            } else {
                0
            },
            kept_back: chance.percent(10).then(|| chance.percent(70)),
        },
        46..56 => Deed::Edit(pick),
        56..60 => Deed::Touch(pick),
        60..66 => Deed::Move(pick, chance.pick()),
        66..72 => Deed::Redate {
            pick,
            hours: chance.between(1, 2_000),
            quietly: chance.percent(25),
        },
        72..79 => Deed::Retract(pick),
        79..85 => Deed::Release(pick),
        85..91 => Deed::Delete(pick),
        91..94 => Deed::Readdress(pick),
        94..95 => Deed::Merge,
        _ => Deed::Import(chance.one_of(&[3, 30, 120])),
    };
    Clinic { who, deed }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, day, after, .. } = self;
        write!(f, "day {day}, {after} min later, event {id}: ")?;
        let name = |who: &usize| PEOPLE[*who];
        match &self.action {
            Action::Sync {
                who,
                budget,
                during,
            } => {
                write!(f, "{} syncs", name(who))?;
                if let Some(budget) = budget {
                    write!(f, " for {budget} s")?;
                }
                match during {
                    Some(during) => write!(f, "; meanwhile: {during}"),
                    None => Ok(()),
                }
            }
            Action::Send {
                who,
                thread,
                refused,
            } => {
                let kind = if *refused { " what is refused" } else { "" };
                match thread {
                    Some(_) => write!(f, "{} answers{kind}", name(who)),
                    None => write!(f, "{} writes{kind} in a new thread", name(who)),
                }
            }
            Action::Read { who, .. } => write!(f, "{} reads a thread", name(who)),
            Action::Withdraw { who, .. } => write!(f, "{} withdraws a message", name(who)),
            Action::Retry { who, .. } => write!(f, "{} tries a message again", name(who)),
            Action::Kill => write!(f, "the app is killed and opened again"),
            Action::Pause { minutes } => write!(f, "the app is paused for {minutes} min"),
            Action::Jump { seconds } => write!(f, "the device's clock is {seconds} s off"),
            Action::Reboot => write!(f, "the device is switched off and on"),
            Action::Weather(weather) => write!(f, "the network is {weather:?}"),
            Action::Clinic(clinic) => write!(f, "{clinic}"),
            Action::Policy(ruling) => write!(f, "{ruling}"),
            Action::Revoke { who } => write!(f, "the portal ends {}'s session", name(who)),
            Action::RotateKeys => write!(f, "the portal signs with a new key"),
        }
    }
}

impl fmt::Display for During {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = |done: &bool| if *done { "after" } else { "before" };
        match self {
            Self::Death(Death::Exchange { n, done }) => {
                write!(f, "killed {} exchange {n} took effect", side(done))
            }
            Self::Death(Death::Create { n, done }) => {
                write!(f, "killed {} create {n} took effect", side(done))
            }
            Self::Death(Death::Work { n, done }) => {
                write!(f, "killed {} piece of work {n}", side(done))
            }
            Self::Death(Death::Checkpoint { n }) => write!(f, "killed at checkpoint {n}"),
            Self::Clinic { n, clinic } => write!(f, "at exchange {n} {clinic}"),
            Self::Send { n, thread: Some(_) } => write!(f, "at exchange {n} an answer is sent"),
            Self::Send { n, thread: None } => write!(f, "at exchange {n} a new thread is begun"),
            Self::Withdraw { n, .. } => write!(f, "at exchange {n} a message is withdrawn"),
            Self::Cancel { n } => write!(f, "cancelled at exchange {n}"),
            Self::Pause { n } => write!(f, "paused at exchange {n}"),
        }
    }
}

impl fmt::Display for Clinic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let who = PEOPLE[self.who];
        match &self.deed {
            Deed::Write {
                thread,
                ago,
                kept_back,
            } => {
                match kept_back {
                    Some(true) => write!(f, "the clinic drafts a message to {who}")?,
                    Some(false) => write!(f, "the clinic does not send a message to {who}")?,
                    None => write!(f, "the clinic writes to {who}")?,
                }
                match thread {
                    Some(_) => write!(f, " in a thread")?,
                    None => write!(f, " in a new thread")?,
                }
                match ago {
                    0 => Ok(()),
                    ago => write!(f, ", dated {ago} min back"),
                }
            }
            Deed::Edit(_) => write!(f, "the clinic edits a message to {who}"),
            Deed::Touch(_) => write!(f, "the clinic saves a message to {who} anew"),
            Deed::Move(..) => write!(f, "the clinic moves a message to {who} to another thread"),
            Deed::Redate { hours, quietly, .. } => {
                let how = if *quietly { " quietly" } else { "" };
                write!(f, "the clinic dates a message to {who} {hours} h back{how}")
            }
            Deed::Retract(_) => write!(f, "the clinic retracts a message to {who}"),
            Deed::Release(_) => write!(f, "the clinic releases what it kept back from {who}"),
            Deed::Delete(_) => write!(f, "the clinic deletes a message to {who}"),
            Deed::Readdress(_) => write!(f, "the clinic gives a message to {who} to another"),
            Deed::Merge => write!(f, "an older chart of {who} is merged"),
            Deed::Import(n) => write!(f, "the clinic imports {n} messages to {who}"),
        }
    }
}
