#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

/// A portal that has records with times, and odd habits.
#[derive(Debug, Clone)]
struct Portal {
    /// When each was changed; its place is its id.
    records: Vec<i64>,
    cap: usize,
    sorts: bool,
    filters: bool,
    says_total: bool,
    links: Links,
    refuses: &'static [&'static str],
    /// A page with this record cannot be taken.
    broken: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Links {
    Good,
    None,
    Away,
    Circle,
    ExpireOnce,
}

/// A search that the portal remembers, for its links.
struct Answered {
    hits: Vec<usize>,
    size: usize,
}

impl Portal {
    fn of(records: impl IntoIterator<Item = i64>) -> Self {
        Self {
            records: records.into_iter().collect(),
            cap: 1000,
            sorts: true,
            filters: true,
            says_total: true,
            links: Links::Good,
            refuses: &[],
            broken: None,
        }
    }

    fn search(&self, window: &Window) -> Option<Answered> {
        let refused = |name: &str| self.refuses.contains(&name);
        let bounded = window.from.is_some() || window.until.is_some();
        if window.sort.is_some() && refused("_sort")
            || bounded && refused("_lastUpdated")
            || window.count.is_some() && refused("_count")
            || window.strict && refused("strict")
        {
            return None;
        }
        let inside = |at: i64| {
            !self.filters
                || window.from.is_none_or(|from| at >= from)
                    && window.until.is_none_or(|until| at <= until)
        };
        let mut hits: Vec<usize> = (0..self.records.len())
            .filter(|n| inside(self.records[*n]))
            .collect();
        if self.sorts {
            match window.sort {
                Some(Direction::Ascending) => hits.sort_by_key(|n| self.records[*n]),
                Some(Direction::Descending) => {
                    hits.sort_by_key(|n| std::cmp::Reverse(self.records[*n]));
                }
                None => {}
            }
        }
        let size = window.count.unwrap_or(50) as usize;
        Some(Answered {
            hits,
            size: size.min(self.cap).max(1),
        })
    }

    fn page(&self, answered: &Answered, at: usize) -> Option<Page> {
        let until = answered.hits.len().min(at + answered.size);
        let shown = &answered.hits[at.min(until)..until];
        if self.broken.is_some_and(|broken| shown.contains(&broken)) {
            return None;
        }
        let more = until < answered.hits.len();
        let next = match self.links {
            Links::Good | Links::ExpireOnce if more => Next::Link(until.to_string()),
            Links::Away if more => Next::Elsewhere,
            Links::Circle if more => Next::Link(until.to_string()),
            Links::Circle => Next::Link("0".into()),
            _ => Next::None,
        };
        Some(Page {
            records: shown.iter().map(|n| *n as u64).collect(),
            times: shown.iter().map(|n| self.records[*n]).collect(),
            total: self.says_total.then_some(answered.hits.len() as u64),
            next,
            incomplete: false,
            sorted: self.sorts,
            quick: true,
            now: Some(100_000_000),
        })
    }
}

#[derive(Debug)]
struct Fetched {
    records: BTreeSet<u64>,
    requests: usize,
    edges: Vec<i64>,
    end: End,
}

fn fetch(portal: &Portal, goal: Goal) -> Fetched {
    let mut fetched = Fetched {
        records: BTreeSet::new(),
        requests: 0,
        edges: Vec::new(),
        end: End::Refused,
    };
    let mut expired = false;
    let mut answered = None;
    let mut coming: Vec<u64> = Vec::new();
    let (mut machine, mut effects) = Download::new(goal, Abilities::default()).on(Event::Begin);
    loop {
        let mut event = None;
        for effect in effects {
            match effect {
                Effect::Store { edge } => {
                    fetched.records.extend(coming.drain(..));
                    fetched.edges.extend(edge);
                }
                Effect::Ask(ask) => {
                    fetched.requests += 1;
                    let at = match &ask {
                        Ask::Search(window) => {
                            answered = portal.search(window);
                            0
                        }
                        Ask::Link(link) => link.parse().unwrap(),
                    };
                    let follows = matches!(ask, Ask::Link(_));
                    event = Some(match &answered {
                        None => Event::Refused,
                        Some(_) if follows && portal.links == Links::ExpireOnce && !expired => {
                            expired = true;
                            Event::Expired
                        }
                        Some(answered) => match portal.page(answered, at) {
                            Some(page) => {
                                coming.clone_from(&page.records);
                                Event::Page(page)
                            }
                            None => Event::Untakeable,
                        },
                    });
                }
                Effect::End(end) => {
                    fetched.end = end;
                    return fetched;
                }
            }
        }
        (machine, effects) = machine.on(event.expect("a request was made"));
    }
}

const ALL: Goal = Goal::History { until: None };
const NEWS: Goal = Goal::News { since: None };

/// A record each minute.
fn minutes(n: i64) -> Portal {
    Portal::of((0..n).map(|n| n * 60_000))
}

#[test]
fn a_good_portal_needs_a_request_per_page() {
    for (n, requests) in [(0, 1), (1, 1), (100, 1), (500, 2), (1500, 4)] {
        let fetched = fetch(&minutes(n), ALL);
        assert_eq!(fetched.records.len() as i64, n);
        assert!(matches!(fetched.end, End::Complete { .. }));
        assert_eq!(fetched.requests, requests, "{n}");
    }
    assert_eq!(fetch(&minutes(10), NEWS).requests, 1);
}

#[test]
fn odd_links_lead_to_everything() {
    for links in [Links::None, Links::Away, Links::Circle, Links::ExpireOnce] {
        for says_total in [true, false] {
            for goal in [ALL, NEWS] {
                let portal = Portal {
                    cap: 10,
                    links,
                    says_total,
                    ..minutes(35)
                };
                let fetched = fetch(&portal, goal);
                // Nobody can know how much a page holds where it says neither how many there are nor leads on.
                let unknowable = links == Links::None && !says_total && goal == NEWS;
                let complete = matches!(fetched.end, End::Complete { .. });
                assert!(complete, "{links:?} {says_total} {goal:?} {fetched:?}");
                assert!(
                    unknowable || fetched.records.len() == 35,
                    "{links:?} {says_total} {goal:?} {fetched:?}"
                );
                assert!(fetched.requests <= 20, "{links:?} {fetched:?}");
            }
        }
    }
}

#[test]
fn what_one_moment_hides_is_said() {
    // The total says that there is more, or a link does that leads away.
    for (links, says_total) in [(Links::None, true), (Links::Away, false)] {
        for goal in [ALL, NEWS] {
            let portal = Portal {
                cap: 10,
                links,
                says_total,
                ..Portal::of(std::iter::repeat_n(5, 30))
            };
            let fetched = fetch(&portal, goal);
            assert_eq!(fetched.end, End::Incomplete(Missing::Pages), "{links:?}");
            assert_eq!(fetched.records.len(), 10);
        }
    }
}

/// A portal that shows a page and no way to the next, whatever it is asked for: what lies behind a full moment is had.
#[test]
fn a_moment_that_fills_a_page_does_not_bar_the_way() {
    for (step, cap) in [(60_000, 1), (1000, 1), (1500, 2), (60_000, 3)] {
        let portal = Portal {
            cap,
            links: Links::None,
            ..Portal::of((0..30).map(|n| n / cap as i64 * step))
        };
        for goal in [ALL, NEWS] {
            let fetched = fetch(&portal, goal);
            assert_eq!(fetched.end, End::Incomplete(Missing::Pages), "{goal:?}");
            assert_eq!(fetched.records.len(), 30, "{step} {cap} {goal:?}");
        }
    }
}

/// What bears a time to come is behind nothing that is fetched later: neither in a history nor in the news.
#[test]
fn a_time_to_come_moves_no_edge_beyond_now() {
    let ahead = 100_000_000 + 400_000_000;
    let portal = Portal::of(
        (0..40)
            .map(|n| n * 60_000)
            .chain(std::iter::repeat_n(ahead, 250)),
    );
    for goal in [ALL, NEWS] {
        let fetched = fetch(&portal, goal);
        assert_eq!(fetched.records.len(), 290, "{goal:?}");
        assert!(matches!(fetched.end, End::Complete { .. }), "{goal:?}");
        let beyond = fetched.edges.iter().any(|edge| *edge > 100_000_000);
        assert_eq!(beyond, goal == ALL, "{:?}", fetched.edges);
    }
}

#[test]
fn what_is_refused_is_left_out() {
    for refuses in [
        &["strict"][..],
        &["_sort"],
        &["_lastUpdated"],
        &["_count"],
        &["_sort", "_lastUpdated"],
        &["strict", "_sort", "_lastUpdated", "_count"],
    ] {
        let portal = Portal {
            refuses,
            ..minutes(120)
        };
        let fetched = fetch(&portal, Goal::News { since: Some(0) });
        assert_eq!(fetched.records.len(), 120, "{refuses:?}");
        assert!(matches!(fetched.end, End::Complete { .. }), "{refuses:?}");
    }
    let portal = Portal {
        refuses: &["strict"],
        ..minutes(3)
    };
    let nothing = Portal {
        records: Vec::new(),
        ..portal
    };
    assert!(matches!(fetch(&nothing, ALL).end, End::Complete { .. }));
}

#[test]
fn an_order_that_is_not_kept_moves_no_edge() {
    let portal = Portal {
        sorts: false,
        cap: 10,
        ..Portal::of(
            [30, 10, 20]
                .into_iter()
                .cycle()
                .take(45)
                .enumerate()
                .map(|(n, at)| at + n as i64),
        )
    };
    let fetched = fetch(&portal, NEWS);
    assert_eq!(fetched.records.len(), 45);
    assert!(fetched.edges.is_empty());
}

#[test]
fn a_page_that_cannot_be_taken_costs_itself() {
    let portal = Portal {
        broken: Some(100),
        ..minutes(300)
    };
    let fetched = fetch(&portal, NEWS);
    assert_eq!(fetched.end, End::Incomplete(Missing::Page));
    assert_eq!(fetched.records, (0..300).filter(|n| *n != 100).collect());
    // What is behind it is not proved to be all there.
    assert_eq!(fetched.edges.last(), Some(&(99 * 60_000)));
    let portal = Portal {
        broken: Some(0),
        ..minutes(1)
    };
    assert_eq!(fetch(&portal, NEWS).end, End::Untakeable);
}

#[test]
fn an_answer_that_says_it_is_incomplete_moves_no_edge() {
    let page = Page {
        records: vec![1],
        times: vec![1],
        total: Some(1),
        next: Next::None,
        incomplete: true,
        sorted: true,
        quick: true,
        now: None,
    };
    let (machine, _) = Download::new(NEWS, Abilities::default()).on(Event::Begin);
    let (_, effects) = machine.on(Event::Page(page));
    let end = Effect::End(End::Incomplete(Missing::PortalSaysSo));
    assert_eq!(effects, [Effect::Store { edge: None }, end]);
}

fn links() -> impl Strategy<Value = Links> {
    prop::sample::select(vec![
        Links::Good,
        Links::None,
        Links::Away,
        Links::Circle,
        Links::ExpireOnce,
    ])
}

proptest! {
    /// Whatever a portal does: the search ends, and "complete" is said of everything or not at all.
    #[test]
    fn complete_is_said_only_of_everything(
        times in prop::collection::vec(0_i64..40, 0..60), cap in 1_usize..12, sorts: bool, filters: bool,
        links in links(), broken in prop::option::of(0_usize..60), history: bool, total: bool,
        refuses in prop::sample::select(vec![&[][..], &["strict"], &["_sort"], &["_lastUpdated"], &["_count"]]),
    ) {
        let count = times.len();
        let portal = Portal {
            cap, sorts, filters, links, broken, refuses,
            // A page that neither leads on nor says how many there are claims to be the last.
            says_total: total || matches!(links, Links::None | Links::Circle),
            ..Portal::of(times.into_iter().map(|at| at * 1000))
        };
        let fetched = fetch(&portal, if history { ALL } else { NEWS });
        if matches!(fetched.end, End::Complete { .. }) {
            prop_assert_eq!(fetched.records.len(), count);
        }
        prop_assert!(fetched.requests < 1000, "{}", fetched.requests);
    }

    /// A run may end anywhere: what lies on the far side of an edge is here.
    #[test]
    fn an_edge_is_true(times in prop::collection::vec(0_i64..40, 0..60), cap in 1_usize..12, links in links(), history: bool) {
        let portal = Portal { cap, links, ..Portal::of(times.into_iter().map(|at| at * 1000)) };
        let fetched = fetch(&portal, if history { ALL } else { NEWS });
        if let Some(edge) = fetched.edges.last() {
            for (n, at) in portal.records.iter().enumerate() {
                let beyond = if history { at > edge } else { at < edge };
                prop_assert!(!beyond || fetched.records.contains(&(n as u64)));
            }
        }
    }
}

/// Whatever the direction and wherever it stands, a record that cannot be taken bars the way to no other.
#[test]
fn a_record_that_cannot_be_taken_costs_only_itself() {
    for goal in [
        Goal::History { until: None },
        Goal::News { since: None },
        Goal::News { since: Some(3) },
    ] {
        for (broken, says_total) in [(5, true), (17, true), (17, false), (59, true)] {
            let portal = Portal {
                broken: Some(broken),
                says_total,
                ..Portal::of((0..60).map(|n| n * 10_000))
            };
            let fetched = fetch(&portal, goal);
            let others: BTreeSet<u64> = (0..60).filter(|n| *n != broken as u64).collect();
            let wanted = match goal {
                Goal::News { since: Some(_) } => others.len() - 1..=others.len(),
                _ => others.len()..=others.len(),
            };
            assert!(
                wanted.contains(&fetched.records.len()),
                "{goal:?} {broken}: {fetched:?}"
            );
            assert_eq!(
                fetched.end,
                End::Incomplete(Missing::Page),
                "{goal:?} {broken}"
            );
            assert!(
                fetched.requests < 120,
                "{goal:?} {broken}: {}",
                fetched.requests
            );
        }
    }
}
