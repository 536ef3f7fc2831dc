//! Counting what is new at the portal while the content is locked: nothing of it is read, and nothing kept.
//!
//! Uses: `pages`
//!
//! Only ids and times are asked for, of what changed since the last sync. A portal that ignores both is believed by the times
//! alone, so that it does not cry wolf.

use std::sync::Arc;

use pericard_protocol::base_url::Base;
use pericard_protocol::fhir::body::Body;
use pericard_protocol::fhir::bundle::Bundle;
use pericard_protocol::fhir::search::{Query, Search};
use pericard_protocol::limits;
use pericard_protocol::sync::download::{Direction, Window};

use crate::http::{Request, Response};
use crate::platform::error::{PericardError, PortalProblem, Result};
use crate::session::Session;

use super::pages::{FHIR_JSON, FRESH};

/// As many are told apart; more are as many.
const MOST: u32 = 50;

/// Counts the records of `kind` that `search` finds and that are newer than `since`.
pub(crate) async fn look(
    session: &Arc<Session>,
    base: &Base,
    kind: &str,
    search: &Search,
    since: i64,
) -> Result<u64> {
    let newest = Window {
        from: Some(since),
        until: None,
        sort: Some(Direction::Descending),
        count: Some(MOST),
        strict: false,
    };
    let plain = Window {
        from: None,
        sort: None,
        count: None,
        ..newest
    };
    let mut response = ask(session, base, kind, search, &newest, true).await?;
    if response.status == 400 {
        // It refuses a parameter instead of ignoring it.
        response = ask(session, base, kind, search, &plain, false).await?;
    }
    if !response.is_success() || response.is_html() {
        return Err(response.refusal());
    }
    let body = Body::new(&response.body);
    let bundle = Bundle::parse(&body).map_err(|_| PericardError::Portal {
        problem: PortalProblem::InvalidAnswer,
        status: Some(response.status),
    })?;
    let versions = bundle.versions(kind);
    let newer = versions.iter().filter(|it| {
        it.last_updated
            .is_some_and(|at| at.as_millisecond() > since)
    });
    Ok(newer.count() as u64)
}

async fn ask(
    session: &Arc<Session>,
    base: &Base,
    kind: &str,
    search: &Search,
    window: &Window,
    versions_only: bool,
) -> Result<Response> {
    let query = Query {
        kind,
        search,
        window,
        versions_only,
    };
    let request = Request::get(query.url(base), limits::FHIR_BODY)
        .header("accept", FHIR_JSON)
        .header(FRESH.0, FRESH.1);
    Ok(session.send(request).await?)
}
