//! Comparing what is here with what the portal lists.
//!
//! ```mermaid
//! stateDiagram-v2
//!     [*] --> Listing: Begin / List
//!     Listing --> Comparing: Listed, complete / Compare
//!     Listing --> Comparing: Listed, incomplete / Compare
//!     Listing --> Ended: nothing was listed / End
//!     Comparing --> Fetching: Compared / Fetch a batch of what is missing or differs
//!     Fetching --> Fetching: Fetched / Fetch, or Read what the batch left out
//!     Fetching --> Asking: nothing is left / Read what has vanished
//!     Comparing --> Ended: too much has vanished / End
//!     Asking --> Asking: Answered / Remove what is gone, Read the next
//!     Asking --> Ended: nothing is left / End
//!     Ended --> [*]
//! ```
//!
//! A search by time finds what changed, where the portal's clock, index and paging are in order. Everything else is found
//! here: records that were released late, skipped, renumbered or deleted. A list proves nothing about an id that is not on
//! it: such a record is asked for by its id, and only a 404 or 410 removes it. When many vanish at once, the list is
//! wrong, not the records: nothing is removed and the app is told.

use std::collections::BTreeSet;

use super::download::{End, Missing};

/// Records of one batch.
const BATCH: usize = 20;
/// Requests of one run; the next one goes on.
const REQUESTS: u32 = 500;
/// So many may vanish at once, or a fifth of what is here if that is more and below [`MOST_VANISHED`].
const FEW_VANISHED: usize = 5;
/// More than that never vanish at once.
const MOST_VANISHED: usize = 50;

/// How the list differs from what is here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// Ids of what is listed and missing here, is here in another version, or could not be shown so far.
    pub missing: Vec<String>,
    /// Ids of what is here and not listed.
    pub vanished: Vec<String>,
    /// How many records are here.
    pub here: usize,
}

/// What a read by id has shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existence {
    /// The record came, and what may be shown of it is stored.
    Stored,
    /// It does not exist any more (404, 410).
    Gone,
    /// It is there and cannot be read: it is counted.
    Unreadable,
    /// Nothing: the portal did not say.
    Unknown,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The comparison begins.
    Begin,
    /// The portal's list is here, as far as it could be had.
    Listed(End),
    /// The list was compared.
    Compared(Difference),
    /// A batch has come with these ids; what it should have had and has not is read one by one.
    Fetched(BTreeSet<String>),
    /// A single record was asked for.
    Answered(Existence),
}

/// What has to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Fetch the portal's list.
    List,
    /// Compare it with what is here.
    Compare,
    /// Fetch these records together.
    Fetch(Vec<String>),
    /// Fetch one record. `vanished` when the list did not have it.
    Read {
        /// Its id.
        id: String,
        /// It is here and was not on the list.
        vanished: bool,
    },
    /// Take it away: the portal has answered that it is gone.
    Remove(String),
    /// It is over.
    End(Outcome),
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// What is here is what the portal has.
    Complete,
    /// The list could not be had as a whole.
    NoList(End),
    /// So many records were not on the list that it cannot be right. Nothing was removed.
    ManyVanished(u32),
    /// The portal did not answer for some records.
    Unanswered,
    /// There is more to do than one run may take.
    More,
}

/// A comparison under way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reconcile {
    /// To be fetched in batches, the next one last.
    batches: Vec<Vec<String>>,
    /// The batch that was asked for.
    asked: Vec<String>,
    /// To be read one by one, the next one last.
    singles: Vec<(String, bool)>,
    reading: Option<(String, bool)>,
    many: Option<u32>,
    /// How the list ended, if it is not complete: what it has is fetched, and it proves nothing.
    partial: Option<End>,
    requests: u32,
    unanswered: bool,
    ended: bool,
}

impl Reconcile {
    /// The next state, and what to do. After an [`Effect::End`] nothing more is heard.
    pub fn on(mut self, event: Event) -> (Self, Vec<Effect>) {
        if self.ended {
            return (self, Vec::new());
        }
        let mut effects = Vec::new();
        match event {
            Event::Begin => effects.push(Effect::List),
            Event::Listed(End::Complete { .. }) => effects.push(Effect::Compare),
            Event::Listed(end @ End::Incomplete(_)) => {
                self.partial = Some(end);
                effects.push(Effect::Compare);
            }
            Event::Listed(end) => self.end(&mut effects, Outcome::NoList(end)),
            Event::Compared(difference) => {
                self.take(difference);
                self.go_on(&mut effects);
            }
            Event::Fetched(came) => {
                let left = std::mem::take(&mut self.asked).into_iter();
                let left = left.filter(|id| !came.contains(id)).map(|id| (id, false));
                self.singles.extend(left);
                self.go_on(&mut effects);
            }
            Event::Answered(existence) => {
                match (self.reading.take(), existence) {
                    (Some((id, true)), Existence::Gone) => effects.push(Effect::Remove(id)),
                    (_, Existence::Unknown) => self.unanswered = true,
                    _ => {}
                }
                self.go_on(&mut effects);
            }
        }
        (self, effects)
    }

    fn take(&mut self, difference: Difference) {
        let listed_in_part = self.partial.is_some();
        let few = (difference.here / 5).clamp(FEW_VANISHED, MOST_VANISHED);
        if difference.vanished.len() > few {
            // Of a list in part much is missing, and nothing follows from that.
            let many = u32::try_from(difference.vanished.len()).unwrap_or(u32::MAX);
            self.many = Some(many).filter(|_| !listed_in_part);
        } else {
            let vanished = difference.vanished.into_iter().rev();
            self.singles.extend(vanished.map(|id| (id, true)));
        }
        self.batches = difference
            .missing
            .chunks(BATCH)
            .map(<[_]>::to_vec)
            .collect();
        self.batches.reverse();
    }

    fn go_on(&mut self, effects: &mut Vec<Effect>) {
        let more = !self.batches.is_empty() || !self.singles.is_empty();
        if more && self.requests >= REQUESTS {
            return self.end(effects, Outcome::More);
        }
        self.requests += 1;
        if let Some(batch) = self.batches.pop() {
            self.asked.clone_from(&batch);
            return effects.push(Effect::Fetch(batch));
        }
        if let Some((id, vanished)) = self.singles.pop() {
            self.reading = Some((id.clone(), vanished));
            return effects.push(Effect::Read { id, vanished });
        }
        let outcome = match (self.partial, self.many, self.unanswered) {
            (Some(end), ..) => Outcome::NoList(end),
            (None, Some(many), _) => Outcome::ManyVanished(many),
            (None, None, true) => Outcome::Unanswered,
            (None, None, false) => Outcome::Complete,
        };
        self.end(effects, outcome);
    }

    fn end(&mut self, effects: &mut Vec<Effect>, outcome: Outcome) {
        self.ended = true;
        effects.push(Effect::End(outcome));
    }
}

impl Outcome {
    /// What is missing, where the list could not be had.
    pub fn missing(self) -> Option<Missing> {
        match self {
            Self::NoList(End::Incomplete(missing)) => Some(missing),
            Self::NoList(_) => Some(Missing::Pages),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(range: std::ops::Range<usize>) -> Vec<String> {
        range.map(|n| format!("m{n}")).collect()
    }

    /// Carries the effects out against a portal that has the records `there`, and returns what was removed, how many
    /// requests it took and how it ended.
    fn run(difference: Difference, there: &[String], batches: bool) -> (Vec<String>, u32, Outcome) {
        let (mut machine, mut effects) = Reconcile::default().on(Event::Compared(difference));
        let (mut removed, mut requests) = (Vec::new(), 0);
        loop {
            let mut event = None;
            for effect in effects {
                match effect {
                    Effect::Fetch(batch) => {
                        requests += 1;
                        let came = batch.into_iter().filter(|id| batches && there.contains(id));
                        event = Some(Event::Fetched(came.collect()));
                    }
                    Effect::Read { id, .. } => {
                        requests += 1;
                        event = Some(Event::Answered(match there.contains(&id) {
                            true => Existence::Stored,
                            false => Existence::Gone,
                        }));
                    }
                    Effect::Remove(id) => removed.push(id),
                    Effect::End(outcome) => return (removed, requests, outcome),
                    Effect::List | Effect::Compare => unreachable!("only at the beginning"),
                }
            }
            (machine, effects) = machine.on(event.expect("a request was made"));
        }
    }

    #[test]
    fn only_what_is_gone_is_removed() {
        let difference = Difference {
            missing: Vec::new(),
            vanished: ids(0..4),
            here: 40,
        };
        let (removed, requests, outcome) = run(difference, &ids(1..3), true);
        assert_eq!(removed, ["m0", "m3"]);
        assert_eq!((requests, outcome), (4, Outcome::Complete));
    }

    #[test]
    fn nothing_is_removed_when_many_vanish() {
        for (vanished, here, refused) in [
            (5, 8, false),
            (6, 8, true),
            (20, 100, false),
            (21, 100, true),
            (51, 100_000, true),
        ] {
            let difference = Difference {
                missing: ids(1000..1003),
                vanished: ids(0..vanished),
                here,
            };
            let (removed, _, outcome) = run(difference, &ids(1000..1003), true);
            assert_eq!(removed.is_empty(), refused, "{vanished} of {here}");
            let many = u32::try_from(vanished).ok().filter(|_| refused);
            assert_eq!(outcome == Outcome::Complete, many.is_none());
        }
    }

    #[test]
    fn what_a_batch_leaves_out_is_read_by_itself() {
        let missing = || Difference {
            missing: ids(0..45),
            ..Difference::default()
        };
        assert_eq!(run(missing(), &ids(0..45), true).1, 3);
        let (removed, requests, outcome) = run(missing(), &ids(0..45), false);
        assert_eq!(requests, 3 + 45);
        assert_eq!((removed.len(), outcome), (0, Outcome::Complete));
    }

    #[test]
    fn a_run_has_its_limit() {
        let difference = Difference {
            missing: ids(0..20_000),
            ..Difference::default()
        };
        let (_, requests, outcome) = run(difference, &[], true);
        assert_eq!((requests, outcome), (REQUESTS, Outcome::More));
    }

    #[test]
    fn without_a_list_nothing_is_compared() {
        let none = End::Untakeable;
        let (machine, effects) = Reconcile::default().on(Event::Listed(none));
        assert_eq!(effects, [Effect::End(Outcome::NoList(none))]);
        assert_eq!(machine.on(Event::Begin).1, []);
    }

    #[test]
    fn a_list_in_part_brings_what_it_has_and_little_that_it_lacks_is_asked_for() {
        let part = End::Incomplete(Missing::Page);
        let listed = |vanished| {
            let (machine, effects) = Reconcile::default().on(Event::Listed(part));
            assert_eq!(effects, [Effect::Compare]);
            let (machine, effects) = machine.on(Event::Compared(Difference {
                missing: ids(0..2),
                vanished,
                here: 30,
            }));
            assert_eq!(effects, [Effect::Fetch(ids(0..2))]);
            machine.on(Event::Fetched(ids(0..2).into_iter().collect()))
        };
        // What lies behind the page that cannot be had is no news of it.
        let (_, effects) = listed(ids(5..20));
        assert_eq!(effects, [Effect::End(Outcome::NoList(part))]);
        let (machine, effects) = listed(ids(5..6));
        let (id, vanished) = ("m5".to_owned(), true);
        assert_eq!(effects, [Effect::Read { id, vanished }]);
        let (_, effects) = machine.on(Event::Answered(Existence::Gone));
        let end = Effect::End(Outcome::NoList(part));
        assert_eq!(effects, [Effect::Remove("m5".to_owned()), end]);
    }
}
