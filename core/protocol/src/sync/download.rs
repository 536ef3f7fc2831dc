//! A search, fetched to its end: page by page, at portals that sort, count and link as they please.
//!
//! ```mermaid
//! stateDiagram-v2
//!     [*] --> Asking: Begin / Ask for the first page
//!     Asking --> Asking: Page with a next / Store, Ask for the next
//!     Asking --> Asking: Page without one, more expected, and something new / Store, Ask from the edge
//!     Asking --> Asking: Untakeable / Ask from the edge for fewer
//!     Asking --> Asking: Untakeable, a single record / Ask from the other end
//!     Asking --> Asking: Refused / Ask without what may have been refused
//!     Asking --> Asking: Expired / Ask from the edge
//!     Asking --> Ended: Page without a next, nothing more expected / Store, End
//!     Asking --> Ended: no way on / End, incomplete
//!     Ended --> [*]
//! ```
//!
//! A **pass** is one search with the pages that its links lead to. The **edge** is the time of the last record up to
//! which everything is here, in the direction of the search; it moves only while the portal confirms that it sorts and
//! every page was in order. When links end too early, lead away, lead in a circle or expire, and when a page cannot be
//! taken, the next pass begins at the edge. What comes twice is known and costs nothing.
//!
//! Where a page holds no more than the records of one moment and leads nowhere, the pass cannot begin at that moment: it
//! begins behind it, and the search is not complete.
//!
//! A single record that cannot be taken bars the way. The search then turns round, once, and comes towards it from the
//! other end, so that it costs itself and not what lies behind it.
//!
//! The end is complete only if it is proved: the last page had no `next`, and as many records came as `total` says,
//! or, without a total, fewer than a page holds. A page that says itself that something is missing proves nothing.

use std::collections::BTreeSet;

mod words;

pub use words::{Abilities, Ask, Direction, Effect, End, Event, Goal, Missing, Next, Page, Window};

/// Records of a first page of a history: a screen has something to show soon.
pub const FIRST_SIZE: u32 = 100;
/// Records of a page at most.
pub const LARGEST_SIZE: u32 = 500;
/// Pages at a small size before larger ones are tried again.
const GOOD_PAGES: u32 = 4;
/// A page that cannot be taken is asked for again with so many times fewer records.
const FEWER: u32 = 4;
/// After pages that came quickly, so many times more.
const LARGER: u32 = 5;
/// Passes that bring nothing new, one after the other.
const FRUITLESS: u32 = 2;
/// Some portals compare whole seconds.
const SECOND: i64 = 1000;
/// Passes that bring nothing new, one after the other, while the search steps over moments.
const STEPS: u32 = 3;
/// Passes in all; each brought something new or made the page smaller.
const PASSES: u32 = 1000;

/// A search under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Download {
    goal: Goal,
    abilities: Abilities,
    /// Everything beyond it is here.
    edge: Option<i64>,
    size: u32,
    pass: Pass,
    /// Every record that has come.
    seen: BTreeSet<u64>,
    missing: Option<Missing>,
    began: Option<i64>,
    passes: u32,
    fruitless: u32,
    good_pages: u32,
    /// The largest page of the pass before, if that ended without a link.
    unlinked: Option<usize>,
    /// The edge at which a page could last not be taken: there it stays small.
    trouble: Option<Option<i64>>,
    /// A record bars the way: the search comes from the other end.
    turned: bool,
    /// How far it has come from there.
    far: Option<i64>,
    /// It went on behind a moment of which something is missing.
    stepped: bool,
    ended: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Pass {
    /// The records of this pass.
    records: BTreeSet<u64>,
    total: Option<u64>,
    largest: usize,
    pages: u32,
    /// Out of order, or not proved to be in order.
    disordered: bool,
    last: Option<i64>,
    followed: BTreeSet<String>,
    /// It brought a record that no pass before had.
    fruitful: bool,
    /// How many records a page was to hold.
    size: u32,
}

impl Download {
    /// A search that has not begun.
    pub fn new(goal: Goal, abilities: Abilities) -> Self {
        let (edge, size) = match goal {
            Goal::History { until } => (until, FIRST_SIZE),
            Goal::News { since } => (since, LARGEST_SIZE),
        };
        Self {
            goal,
            abilities,
            edge,
            size,
            pass: Pass::default(),
            seen: BTreeSet::new(),
            missing: None,
            began: None,
            passes: 0,
            fruitless: 0,
            good_pages: 0,
            unlinked: None,
            trouble: None,
            turned: false,
            far: None,
            stepped: false,
            ended: false,
        }
    }

    /// What the portal has shown to take, for the next time.
    pub fn abilities(&self) -> Abilities {
        self.abilities
    }

    /// The next state, and what to do. After an [`Effect::End`] nothing more is heard.
    pub fn on(mut self, event: Event) -> (Self, Vec<Effect>) {
        if self.ended {
            return (self, Vec::new());
        }
        let mut effects = Vec::new();
        match event {
            Event::Begin => self.begin_pass(&mut effects),
            Event::Page(page) => self.page(page, &mut effects),
            Event::Expired => self.again(&mut effects, Missing::Pages),
            Event::Refused if self.pass.pages > 0 => self.again(&mut effects, Missing::Pages),
            Event::Refused if self.without_something() => self.begin_pass(&mut effects),
            Event::Refused if self.seen.is_empty() => self.end(&mut effects, End::Refused),
            Event::Refused => self.end(&mut effects, End::Incomplete(Missing::Pages)),
            Event::Untakeable if self.size > 1 => {
                self.size = (self.size / FEWER).max(1);
                self.trouble = Some(self.reached());
                self.good_pages = 0;
                self.begin_pass(&mut effects);
            }
            Event::Untakeable if self.may_try_again() => {
                // The record behind the edge: the pass that begins there shows whether it is that one.
                self.begin_pass(&mut effects);
            }
            Event::Untakeable if self.may_turn() => {
                self.turned = true;
                self.size = FEWER;
                self.trouble = None;
                self.begin_pass(&mut effects);
            }
            Event::Untakeable => {
                let end = match self.seen.is_empty() {
                    true => End::Untakeable,
                    false => End::Incomplete(Missing::Page),
                };
                self.end(&mut effects, end);
            }
        }
        (self, effects)
    }

    fn page(&mut self, page: Page, effects: &mut Vec<Effect>) {
        if self.began.is_none() {
            self.began = page.now;
        }
        let first = self.pass.pages == 0;
        self.pass.pages += 1;
        self.pass.disordered |= !self.abilities.sort || !page.sorted;
        self.pass.total = self.pass.total.or(page.total);
        self.pass.largest = self.pass.largest.max(page.records.len());
        let mut fresh_in_pass = false;
        for record in &page.records {
            fresh_in_pass |= self.pass.records.insert(*record);
            self.pass.fruitful |= self.seen.insert(*record);
        }
        if self.pass.fruitful {
            self.learn_cap();
        }
        if page.incomplete {
            self.missing = self.missing.max(Some(Missing::PortalSaysSo));
        }
        let moved = match fresh_in_pass {
            true => self.move_edge(&page),
            false => None,
        };
        effects.push(Effect::Store { edge: moved });
        match page.next {
            Next::Link(link) if fresh_in_pass || page.records.is_empty() => {
                if !self.pass.followed.insert(link.clone()) {
                    return self.on_from_the_edge(effects, false);
                }
                self.good_pages += 1;
                let larger = self.size < LARGEST_SIZE
                    && page.quick
                    && page.records.len() as u64 >= u64::from(self.size)
                    && !self.pass.disordered
                    && (moved.is_some() || self.turned)
                    && self.abilities.last_updated
                    && self.abilities.count
                    && self.trouble != Some(self.reached())
                    && (self.good_pages >= GOOD_PAGES || first && self.size == FIRST_SIZE);
                if larger {
                    self.good_pages = 0;
                    self.size = (self.size * LARGER).min(LARGEST_SIZE);
                    self.begin_pass(effects);
                } else {
                    effects.push(Effect::Ask(Ask::Link(link)));
                }
            }
            // A page that brings nothing new and still leads on leads in a circle.
            Next::Link(_) if self.pass.total == Some(self.pass.records.len() as u64) => {
                self.finish(effects);
            }
            Next::Link(_) => self.on_from_the_edge(effects, false),
            // There is more, and no way to it from here.
            Next::Elsewhere => self.on_from_the_edge(effects, true),
            Next::None if self.proved(page.records.len()) => self.finish(effects),
            Next::None => {
                self.unlinked = Some(self.pass.largest);
                self.on_from_the_edge(effects, false);
            }
        }
    }

    /// Whether a page without a link is the last one.
    fn proved(&self, records: usize) -> bool {
        match self.pass.total {
            Some(total) => self.pass.records.len() as u64 >= total,
            None => {
                let holds = self.abilities.cap.unwrap_or(self.pass.size).max(1) as usize;
                let full = records >= holds || records == self.pass.largest && self.pass.pages > 1;
                // A history is proved by a pass that brings nothing new: who knows how much a page holds.
                let probe = matches!(self.goal, Goal::History { .. }) && self.pass.fruitful;
                records == 0 || !full && !probe
            }
        }
    }

    /// A page without a link was not the last one: that is how many records a page holds.
    fn learn_cap(&mut self) {
        if let Some(largest) = self.unlinked.take() {
            self.abilities.cap = u32::try_from(largest).ok().filter(|cap| *cap > 0);
        }
    }

    /// There is no link to follow, and the end is not proved: a new pass from the edge, if it can bring anything.
    /// `leads_on`: the page itself said that there is more.
    fn on_from_the_edge(&mut self, effects: &mut Vec<Effect>, leads_on: bool) {
        let claims_more = leads_on || self.pass.total.is_some();
        let in_order = !self.pass.disordered && self.abilities.last_updated;
        let goes_on = self.missing.is_none() || self.stepped;
        if self.pass.fruitful && in_order && goes_on {
            return self.begin_pass(effects);
        }
        if in_order
            && claims_more
            && self.abilities.count
            && self.size < LARGEST_SIZE
            && self.trouble.is_none()
        {
            // More of one moment than a page held.
            self.size = LARGEST_SIZE;
            return self.begin_pass(effects);
        }
        if in_order && goes_on && self.step_over() {
            return self.begin_pass(effects);
        }
        // The pass that was to bring more brought nothing, and the portal claims no more.
        if self.pass.fruitful || !in_order || claims_more {
            self.missing = self.missing.max(Some(Missing::Pages));
        }
        self.finish(effects);
    }

    /// Goes on behind the moment at the edge, where the portal claims that there is more. What else is of that moment is
    /// missing.
    fn step_over(&mut self) -> bool {
        let came = self.pass.records.len() as u64;
        let more = self.pass.total.is_some_and(|total| total > came);
        let (true, Some(edge)) = (more && self.fruitless <= STEPS, self.reached()) else {
            return false;
        };
        let behind = match self.direction() {
            Direction::Ascending => edge.saturating_add(SECOND),
            Direction::Descending => edge.saturating_sub(SECOND),
        };
        self.set_reached(behind);
        self.missing = self.missing.max(Some(Missing::Pages));
        self.stepped = true;
        true
    }

    fn may_try_again(&self) -> bool {
        let in_order = self.pass.pages > 0 && !self.pass.disordered;
        in_order && self.fruitless < FRUITLESS && self.passes < PASSES
    }

    fn may_turn(&self) -> bool {
        !self.turned && !self.pass.disordered && self.abilities.sort && self.abilities.count
    }

    fn again(&mut self, effects: &mut Vec<Effect>, missing: Missing) {
        if self.fruitless >= FRUITLESS || self.passes >= PASSES {
            self.end(effects, End::Incomplete(missing));
        } else {
            self.begin_pass(effects);
        }
    }

    fn finish(&mut self, effects: &mut Vec<Effect>) {
        if self.turned {
            self.missing = self.missing.max(Some(Missing::Page));
        }
        let end = match self.missing {
            None => End::Complete { began: self.began },
            Some(missing) => End::Incomplete(missing),
        };
        self.end(effects, end);
    }

    fn end(&mut self, effects: &mut Vec<Effect>, end: End) {
        self.ended = true;
        effects.push(Effect::End(end));
    }

    fn begin_pass(&mut self, effects: &mut Vec<Effect>) {
        self.fruitless = match self.pass.fruitful {
            true => 0,
            false => self.fruitless + 1,
        };
        self.passes += 1;
        if self.passes > PASSES {
            return self.end(effects, End::Incomplete(Missing::Pages));
        }
        self.pass = Pass {
            size: self.size,
            ..Pass::default()
        };
        effects.push(Effect::Ask(Ask::Search(self.window())));
    }

    fn window(&self) -> Window {
        let bound = |at: Option<i64>| at.filter(|_| self.abilities.last_updated);
        let floor = |at: Option<i64>| bound(at).map(|at| at.div_euclid(SECOND) * SECOND);
        let ceiling = |at: Option<i64>| floor(at).map(|at| at + SECOND);
        let far = self.far.filter(|_| self.turned);
        let (from, until) = match self.goal {
            Goal::History { .. } => (floor(far), ceiling(self.edge)),
            Goal::News { .. } => (floor(self.edge), ceiling(far)),
        };
        Window {
            from,
            until,
            sort: self.abilities.sort.then_some(self.direction()),
            count: self.abilities.count.then_some(self.size),
            strict: self.abilities.strict,
        }
    }

    /// The portal refuses the search: the next try leaves out what it most likely does not know. What was left out for
    /// nothing comes back with the next thing.
    fn without_something(&mut self) -> bool {
        let abilities = &mut self.abilities;
        if abilities.strict {
            abilities.strict = false;
            return true;
        }
        let cap = abilities.cap;
        let tries = [
            (true, true, true),
            (true, false, true),
            (false, true, true),
            (false, false, true),
            (true, true, false),
            (false, false, false),
        ];
        let now = (abilities.last_updated, abilities.sort, abilities.count);
        let at = tries.iter().position(|tried| *tried == now);
        let Some(next) = tries.get(at.unwrap_or(0) + 1) else {
            return false;
        };
        *abilities = Abilities {
            strict: false,
            last_updated: next.0,
            sort: next.1,
            count: next.2,
            cap,
        };
        true
    }

    /// Moves the edge to the last record of a page, if everything up to there has come.
    fn move_edge(&mut self, page: &Page) -> Option<i64> {
        let direction = self.direction();
        let in_order = |a: &i64, b: &i64| match direction {
            Direction::Ascending => a <= b,
            Direction::Descending => a >= b,
        };
        // A record without a time could belong anywhere.
        self.pass.disordered |= page.times.len() != page.records.len();
        self.pass.disordered |= !page.times.is_sorted_by(in_order);
        if let (Some(last), Some(first)) = (self.pass.last, page.times.first()) {
            self.pass.disordered |= !in_order(&last, first);
        }
        self.pass.last = page.times.last().copied().or(self.pass.last);
        if self.pass.disordered || self.missing.is_some() && !self.stepped {
            return None;
        }
        let last = *page.times.last()?;
        // What changes from now on is news, even where a record bears a time to come.
        let last = match direction {
            Direction::Ascending => page.now.map_or(last, |now| last.min(now)),
            Direction::Descending => last,
        };
        let further = self.reached().is_none_or(|edge| in_order(&edge, &last));
        if further {
            self.set_reached(last);
        }
        // What came from the other end, or from behind a step, leaves a gap.
        (further && !self.turned && !self.stepped).then_some(last)
    }

    fn set_reached(&mut self, at: i64) {
        match self.turned {
            true => self.far = Some(at),
            false => self.edge = Some(at),
        }
    }

    /// How far the search has come in its direction.
    fn reached(&self) -> Option<i64> {
        match self.turned {
            true => self.far,
            false => self.edge,
        }
    }

    fn direction(&self) -> Direction {
        match (self.goal, self.turned) {
            (Goal::History { .. }, false) | (Goal::News { .. }, true) => Direction::Descending,
            (Goal::History { .. }, true) | (Goal::News { .. }, false) => Direction::Ascending,
        }
    }
}

#[cfg(test)]
mod tests;
