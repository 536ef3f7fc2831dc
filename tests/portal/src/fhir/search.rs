//! Searching Communications.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{self, RawQuery};
use url::form_urlencoded;

use super::criteria::{Criteria, DEFAULT_COUNT, strict};
use super::paging::{Found, bundle, serve};
use super::{access, broken};
use crate::asked::Asked;
use crate::fault::FaultKind;
use crate::instance::{Instance, State};
use crate::reply::{FHIR_JSON, Reply, outcome, with_body};

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
    let mut criteria = match Criteria::parse(query, strict(&asked.headers), &base) {
        Ok(criteria) => criteria,
        Err((issue, text)) => return outcome(400, issue, &text),
    };
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
        let body = bundle(state, &base, &[], hits.len(), &self_link, None);
        return with_body(200, FHIR_JSON, body);
    }
    let found = Found {
        person,
        hits,
        self_link,
        leaky,
    };
    let now = state.clock.millis();
    let name = state.pages.keep(found, now, &mut state.entropy);
    let count = criteria.count.unwrap_or(DEFAULT_COUNT);
    let reply = serve(state, &base, &name, 0, count);
    broken::with_large_headers(state, reply)
}

/// What matches, in order.
pub(super) fn find(state: &mut State, person: usize, criteria: &Criteria) -> Vec<u32> {
    if state.faults.hit(FaultKind::EmptyList) {
        return Vec::new();
    }
    let own = &state.people[person].patient;
    let patients = criteria.patients.as_ref();
    if patients.is_some_and(|patients| !patients.contains(own)) {
        return Vec::new();
    }
    let lag = state
        .faults
        .take(|kind| matches!(kind, FaultKind::LaggingIndex { .. }));
    let indexed = match lag {
        Some(FaultKind::LaggingIndex { seconds }) => {
            state.clock.millis() - 1000 * seconds.min(i64::MAX as u64 / 2000) as i64
        }
        _ => i64::MAX,
    };
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
            ids.is_none_or(|ids| ids.contains(&record.id))
                && headers.as_ref().is_none_or(|headers| {
                    record.header.is_some() && headers.contains(&record.header)
                })
                && identified
                    .as_ref()
                    .is_none_or(|identified| identified.contains(&index))
        })
        .collect();
    if criteria.descending {
        hits.reverse();
    }
    hits
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
