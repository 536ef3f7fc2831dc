//! Pages of a search: a snapshot of what was found, kept for ten minutes, named by an opaque link at
//! the base itself, as large servers do it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use axum::extract::{self, RawQuery};
use url::form_urlencoded;

use super::access;
use super::page::Page;
use crate::asked::Asked;
use crate::clock::Millis;
use crate::entropy::Entropy;
use crate::fault::{FaultKind, OddNext};
use crate::instance::{Instance, State};
use crate::reply::{Reply, outcome};

const LIFE: Millis = 600_000;
/// More searches than this at once make the oldest expire early.
const KEPT: usize = 64;

struct Snapshot {
    person: usize,
    hits: Vec<u32>,
    taken: Millis,
    self_link: String,
    bare: bool,
    /// Whether records of others may be slipped in: not into an answer to an identifier.
    leaky: bool,
    /// Whether a page was served twice.
    duplicated: bool,
}

#[derive(Default)]
pub(crate) struct Pages {
    snapshots: BTreeMap<String, Snapshot>,
    order: VecDeque<String>,
}

/// What a search found.
pub(crate) struct Found {
    pub(crate) person: usize,
    pub(crate) hits: Vec<u32>,
    pub(crate) self_link: String,
    /// Only id and meta are wanted.
    pub(crate) bare: bool,
    pub(crate) leaky: bool,
}

impl Pages {
    pub(crate) fn keep(&mut self, found: Found, now: Millis, entropy: &mut Entropy) -> String {
        while self.order.len() >= KEPT {
            if let Some(oldest) = self.order.pop_front() {
                self.snapshots.remove(&oldest);
            }
        }
        let name = entropy.id();
        self.order.push_back(name.clone());
        let snapshot = Snapshot {
            person: found.person,
            hits: found.hits,
            taken: now,
            self_link: found.self_link,
            bare: found.bare,
            leaky: found.leaky,
            duplicated: false,
        };
        self.snapshots.insert(name.clone(), snapshot);
        name
    }
}

/// `GET {base}?_getpages=…`
pub(crate) async fn follow_page(
    extract::State(instance): extract::State<Arc<Instance>>,
    asked: Asked,
    RawQuery(query): RawQuery,
) -> Reply {
    let base = instance.base();
    let state = &mut *instance.state();
    let person = match access::person(state, &asked, "Communication", 's') {
        Ok(person) => person,
        Err(reply) => return reply,
    };
    let query = query.unwrap_or_default();
    let get = |name: &str| {
        form_urlencoded::parse(query.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    };
    let number = |name: &str| get(name).and_then(|value| value.parse::<usize>().ok());
    let (Some(name), Some(offset), Some(count)) = (
        get("_getpages"),
        number("_getpagesoffset"),
        number("_count").filter(|&count| count > 0),
    ) else {
        return outcome(
            400,
            "invalid",
            "searching all types at once is not supported",
        );
    };
    let now = state.clock.millis();
    let snapshot = state.pages.snapshots.get(&name);
    let live = snapshot.is_some_and(|snapshot| now - snapshot.taken < LIFE);
    if !live || state.faults.hit(FaultKind::ExpiredNext) {
        return outcome(410, "expired", "this page has expired: search again");
    }
    if snapshot.is_some_and(|snapshot| snapshot.person != person) {
        return outcome(403, "forbidden", "another patient's search");
    }
    serve(state, &base, &name, offset, count)
}

/// One page of a snapshot.
pub(crate) fn serve(
    state: &mut State,
    base: &str,
    name: &str,
    offset: usize,
    count: usize,
) -> Reply {
    let Some(snapshot) = state.pages.snapshots.get_mut(name) else {
        return outcome(410, "expired", "this page has expired: search again");
    };
    let until = snapshot.hits.len().min(offset.saturating_add(count));
    let mut next = (until < snapshot.hits.len()).then_some(until);
    let mut origin = base;
    if next.is_some() {
        if !snapshot.duplicated && state.faults.hit(FaultKind::DuplicatePage) {
            snapshot.duplicated = true;
            next = Some(offset);
        }
        if state.faults.hit(FaultKind::MissingNext) {
            next = None;
        }
        if next.is_some() && state.faults.hit(FaultKind::ForeignNext) {
            origin = "https://elsewhere.invalid/fhir";
        }
    }
    let odd = state.faults.find(|kind| match kind {
        FaultKind::Next { how } => Some(how),
        _ => None,
    });
    match odd {
        Some(OddNext::Looping) if offset > 0 => next = Some(0),
        Some(OddNext::InnerHost) => origin = "http://10.20.0.7:8080/fhir",
        _ => {}
    }
    let mut shown: Vec<u32> = snapshot.hits[offset.min(until)..until].to_vec();
    if snapshot.leaky && state.faults.on(|kind| kind == FaultKind::LeakOtherPatient) {
        let leaked = state.store.of_somebody_else(snapshot.person);
        if let Some(leaked) = leaked {
            state.faults.hit(FaultKind::LeakOtherPatient);
            let place = shown.len() / 2;
            shown.insert(place, leaked);
        }
    }
    let mut next = next.map(|offset| {
        format!("{origin}?_getpages={name}&_getpagesoffset={offset}&_count={count}&_bundletype=searchset")
    });
    if next.is_none() && odd == Some(OddNext::Empty) {
        next = Some(String::new());
    }
    let (viewer, total) = (snapshot.person, snapshot.hits.len());
    let (self_link, bare) = (snapshot.self_link.clone(), snapshot.bare);
    Page {
        viewer,
        shown: &shown,
        total,
        self_link: &self_link,
        next: next.as_deref(),
        bare,
    }
    .answer(state, base)
}
