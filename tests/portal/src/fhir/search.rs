//! Searching Communications.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{self, RawQuery};
use serde_json::Value;
use url::form_urlencoded;

use super::criteria::{Criteria, DEFAULT_COUNT, strict};
use super::page::Page;
use super::paging::{Found, serve};
use super::{access, broken, parameters};
use crate::asked::Asked;
use crate::fault::{FaultKind, OddNext, Threading};
use crate::instance::{Instance, State};
use crate::reply::{Reply, outcome};

/// `GET {base}/Communication?…`
pub(crate) async fn search(
    extract::State(instance): extract::State<Arc<Instance>>,
    asked: Asked,
    RawQuery(query): RawQuery,
) -> Reply {
    run(&instance, &asked, query.unwrap_or_default().as_bytes())
}

/// `POST {base}/Communication/_search`, for queries that do not belong into logs.
pub(crate) async fn search_by_form(
    extract::State(instance): extract::State<Arc<Instance>>,
    asked: Asked,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Reply {
    let mut all = query.unwrap_or_default().into_bytes();
    all.push(b'&');
    all.extend_from_slice(&body);
    run(&instance, &asked, &all)
}

fn run(instance: &Instance, asked: &Asked, query: &[u8]) -> Reply {
    let base = instance.base();
    let state = &mut *instance.state();
    let person = match access::person(state, asked, "Communication", 's') {
        Ok(person) => person,
        Err(reply) => return reply,
    };
    let strict = strict(&asked.headers);
    let supported = match parameters::supported(state, query, strict) {
        Ok(supported) => supported,
        Err(reply) => return reply,
    };
    let mut criteria = match Criteria::parse(supported.query.as_bytes(), strict, &base) {
        Ok(criteria) => criteria,
        Err((issue, text)) => return outcome(400, issue, &text),
    };
    criteria.understood.extend(supported.pretended);
    criteria.unsorted = supported.unsorted;
    if criteria.identifiers.is_some() && state.faults.hit(FaultKind::NoIdentifierSearch) {
        let text = "the parameter identifier is not supported";
        return outcome(400, "not-supported", text);
    }
    let leaky = criteria.identifiers.is_none();
    if state.faults.hit(FaultKind::IgnoreFilters) {
        criteria.ignore_filters();
    }
    if criteria.identifiers.is_some() && state.faults.hit(FaultKind::IgnoreIdentifier) {
        criteria.identifiers = None;
    }
    if let Some(broken) = broken::answer(state) {
        return broken;
    }
    let hits = find(state, person, &criteria);
    let self_link = self_link(state, &base, &criteria);
    if criteria.summary_count {
        let page = Page {
            viewer: person,
            shown: &[],
            total: hits.len(),
            self_link: &self_link,
            next: None,
            bare: false,
        };
        return page.answer(state, &base);
    }
    let mut count = criteria.count.unwrap_or(DEFAULT_COUNT);
    let cap = state.faults.find(|kind| match kind {
        FaultKind::PageCap { most } => Some(most),
        _ => None,
    });
    count = count.min(cap.unwrap_or(count));
    let live = |kind| {
        matches!(
            kind,
            FaultKind::Next {
                how: OddNext::LiveOffset
            }
        )
    };
    if state.faults.on(live) {
        return live_page(state, &base, person, &hits, &criteria, count);
    }
    let found = Found {
        person,
        hits,
        self_link,
        bare: criteria.bare,
        leaky,
    };
    let now = state.clock.millis();
    let name = state.pages.keep(found, now, &mut state.entropy);
    let reply = serve(state, &base, &name, 0, count);
    broken::with_large_headers(state, reply)
}

/// A page of a search that is done anew for each page: what changes meanwhile shifts the rest.
fn live_page(
    state: &mut State,
    base: &str,
    person: usize,
    hits: &[u32],
    criteria: &Criteria,
    count: usize,
) -> Reply {
    let from = criteria.offset.min(hits.len());
    let until = hits.len().min(from.saturating_add(count));
    let mut query = form_urlencoded::Serializer::new(String::new());
    let asked = criteria.understood.iter();
    query.extend_pairs(asked.filter(|(name, _)| name != "_offset"));
    let self_link = format!("{base}/Communication?{}", query.finish());
    let next = (until < hits.len()).then(|| format!("{self_link}&_offset={until}"));
    let page = Page {
        viewer: person,
        shown: &hits[from..until],
        total: hits.len(),
        self_link: &self_link,
        next: next.as_deref(),
        bare: criteria.bare,
    };
    page.answer(state, base)
}

/// What matches, in order.
pub(super) fn find(state: &mut State, person: usize, criteria: &Criteria) -> Vec<u32> {
    if state.faults.hit(FaultKind::EmptyList) {
        return Vec::new();
    }
    let them = &state.people[person];
    let patients = criteria.patients.as_ref();
    let asks = |id: &str| patients.is_none_or(|patients| patients.iter().any(|one| one == id));
    let (own, old) = (
        asks(&them.patient),
        them.old_patient.as_deref().is_some_and(asks),
    );
    let now = state.clock.millis();
    let lag = state
        .faults
        .take(|kind| matches!(kind, FaultKind::LaggingIndex { .. }));
    let indexed = match lag {
        Some(FaultKind::LaggingIndex { seconds }) => {
            state.clock.millis() - 1000 * seconds.min(i64::MAX as u64 / 2000) as i64
        }
        _ => i64::MAX,
    };
    let hides_heads =
        |kind| matches!(kind, FaultKind::Threading { how } if how != Threading::Assigned);
    let hides_heads = state.faults.on(hides_heads);
    let store = &state.store;
    let timeline = store.timeline(person);
    let after = |bound: i64| timeline.partition_point(|&i| store.record(i).updated < bound);
    let from = criteria.from.map_or(0, after);
    let until = criteria.until.unwrap_or(i64::MAX).min(indexed);
    let end = after(until.saturating_add(1)).max(from);
    let headers: Option<Vec<Option<u32>>> = criteria
        .headers
        .as_ref()
        .map(|ids| ids.iter().map(|id| store.find(id)).collect());
    let identified: Option<Vec<u32>> = criteria.identifiers.as_ref().map(|tokens| {
        let found = tokens
            .iter()
            .flat_map(|(system, value)| store.identified(person, system.as_deref(), value));
        found.collect()
    });
    let mut hits: Vec<u32> = timeline[from..end]
        .iter()
        .copied()
        .filter(|&index| {
            let record = store.record(index);
            let ids = criteria.ids.as_ref();
            let subject = if record.old_chart { old } else { own };
            let subject = subject && !(record.subjectless && patients.is_some());
            let names = |asked: &Option<Vec<String>>, member: &str| {
                asked
                    .as_ref()
                    .is_none_or(|ids| mentions(&record.body, member, ids))
            };
            let head = hides_heads && record.text.is_empty();
            subject
                && !head
                && record.found_from <= now
                && names(&criteria.recipients, "recipient")
                && names(&criteria.senders, "sender")
                && ids.is_none_or(|ids| ids.contains(&record.id))
                && headers.as_ref().is_none_or(|headers| {
                    record.header.is_some() && headers.contains(&record.header)
                })
                && identified
                    .as_ref()
                    .is_none_or(|identified| identified.contains(&index))
        })
        .collect();
    if criteria.unsorted {
        hits.sort_by(|a, b| store.record(*a).id.cmp(&store.record(*b).id));
    } else if criteria.descending {
        hits.reverse();
    }
    hits
}

/// Whether a member of a resource refers to one of these patients.
fn mentions(body: &str, member: &str, ids: &[String]) -> bool {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let is = |reference: &Value| {
        let id = reference["reference"]
            .as_str()
            .and_then(|text| text.strip_prefix("Patient/"));
        id.is_some_and(|id| ids.iter().any(|one| one == id))
    };
    match &body[member] {
        Value::Array(all) => all.iter().any(is),
        one => is(one),
    }
}

fn self_link(state: &mut State, base: &str, criteria: &Criteria) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if state.faults.hit(FaultKind::WrongSelfLink) {
        query.append_pair("status", "in-progress");
    } else {
        query.extend_pairs(&criteria.understood);
    }
    format!("{base}/Communication?{}", query.finish())
}
