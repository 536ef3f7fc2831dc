//! Asking for a page, and what may be taken of the answer.
//!
//! Uses: `judge`
//!
//! - A refusal or a failure of the network, of the session or of the whole portal is an error and ends the run. What
//!   concerns the page alone is an answer: [`Answer::Refused`], [`Answer::Untakeable`], [`Answer::Expired`].
//! - A page with somebody else's record is fetched once more without caches; if it is foreign again, nothing of the page
//!   is stored, the feature stops with an incident and its cursor stays.

use pericard_protocol::admission::RecordKey;
use pericard_protocol::fhir::body::Body;
use pericard_protocol::fhir::bundle::Bundle;
use pericard_protocol::{http_date, limits};
use url::Url;

use crate::http::{HttpError, Request, Response};
use crate::platform::error::{PericardError, PortalProblem, Result};
use crate::platform::id::IncidentId;
use crate::platform::log;
use crate::session::SendError;
use crate::storage::{mirrored, random_id};

use super::FeatureSync;
use super::judge::{CleanPage, Evaluation};

pub(crate) const FHIR_JSON: &str = "application/fhir+json";
/// No stored answer will do (RFC 9111 §5.2.1.4).
pub(super) const FRESH: (&str, &str) = ("cache-control", "no-cache");

/// What came of asking for a page.
pub(super) enum Answer<T> {
    Page(T),
    /// The portal does not do such a search (4xx).
    Refused(PericardError),
    /// Too large, no FHIR, or the portal fails over it.
    Untakeable(PericardError),
    /// The link is not valid any more.
    Expired(PericardError),
}

/// What a page says beside its records.
pub(super) struct Facts {
    /// How many entries it had.
    pub(super) received: u64,
    pub(super) total: Option<u64>,
    /// As sent.
    pub(super) next: Option<String>,
    /// The page says itself that something is missing.
    pub(super) incomplete: bool,
    /// The `self` link confirms `_sort`.
    pub(super) sorted: bool,
    /// The portal's time.
    pub(super) now: Option<i64>,
}

/// A page that may be stored.
pub(super) struct Page {
    pub(super) records: CleanPage,
    pub(super) facts: Facts,
}

impl Page {
    /// The newest `meta.lastUpdated` on it.
    pub(super) fn newest(&self) -> Option<i64> {
        self.records.times.iter().flatten().max().copied()
    }
}

/// Asks for `url`. `strict`: unknown parameters are to be refused instead of ignored (FHIR R4 §3.1.1.1.2), where the portal heeds this.
pub(super) async fn get(
    feature: &FeatureSync,
    url: &Url,
    strict: bool,
) -> Result<Answer<Response>> {
    ask(feature, url, strict, false).await
}

/// Asks for what is to prove something: servers keep the results of a search for a minute and answer the next one with
/// them, unless they are told not to.
pub(super) async fn get_fresh(
    feature: &FeatureSync,
    url: &Url,
    strict: bool,
) -> Result<Answer<Response>> {
    ask(feature, url, strict, true).await
}

async fn ask(
    feature: &FeatureSync,
    url: &Url,
    strict: bool,
    uncached: bool,
) -> Result<Answer<Response>> {
    let mut request = Request::get(url.clone(), limits::FHIR_BODY)
        .header("accept", FHIR_JSON)
        .header(
            "prefer",
            if strict {
                "handling=strict"
            } else {
                "handling=lenient"
            },
        );
    if uncached {
        request = request.header(FRESH.0, FRESH.1);
    }
    let response = match feature.session.send(request).await {
        Ok(response) => response,
        Err(SendError::Http(error @ HttpError::TooLarge)) => {
            return Ok(Answer::Untakeable(error.into()));
        }
        Err(error) => return Err(error.into()),
    };
    let refusal = || response.refusal();
    Ok(match response.status {
        // Not the portal, but something that stands before it.
        _ if response.is_html() && response.is_success() => return Err(refusal()),
        200..300 => Answer::Page(response),
        410 => Answer::Expired(refusal()),
        401 | 403 | 408 | 429 | 503 | 511 => return Err(refusal()),
        400..500 => Answer::Refused(refusal()),
        // A gateway gives up over a page that is too much for what stands behind it.
        500.. => Answer::Untakeable(refusal()),
        _ => return Err(refusal()),
    })
}

/// The portal's time as its answer says it.
pub(super) fn portal_time(response: &Response) -> Option<i64> {
    let date = http_date::parse(response.header("date")?)?;
    Some(date.as_millisecond())
}

/// Reads and judges the page in `response` to `url`.
pub(super) async fn take(
    feature: &FeatureSync,
    url: &Url,
    strict: bool,
    response: Response,
) -> Result<Answer<Page>> {
    let asked = url.clone();
    let read = move |feature: &FeatureSync, response: Response| {
        let now = portal_time(&response);
        let body = Body::new(&response.body);
        let Ok(bundle) = Bundle::parse(&body) else {
            return Ok(Reading::Unreadable(invalid(&response)));
        };
        let facts = Facts {
            received: bundle.entries.len() as u64,
            total: bundle.total,
            incomplete: bundle.is_incomplete(),
            sorted: bundle.confirms(&asked, "_sort"),
            next: bundle.next.clone().filter(|next| !next.trim().is_empty()),
            now,
        };
        Ok(match feature.mirror.evaluate(feature, &bundle, now)? {
            Evaluation::Clean(records) => Reading::Clean(Page { records, facts }),
            Evaluation::Foreign(keys) => Reading::Foreign(keys),
        })
    };
    twice(feature, url, strict, response, read).await
}

/// Reads and judges the single record in `response` to `url`.
pub(super) async fn take_one(
    feature: &FeatureSync,
    url: &Url,
    response: Response,
) -> Result<Answer<CleanPage>> {
    let read = |feature: &FeatureSync, response: Response| {
        let now = portal_time(&response);
        let evaluated = feature.mirror.evaluate_one(feature, &response.body, now)?;
        Ok(match evaluated {
            Some(Evaluation::Clean(record)) => Reading::Clean(record),
            Some(Evaluation::Foreign(keys)) => Reading::Foreign(keys),
            None => Reading::Unreadable(invalid(&response)),
        })
    };
    twice(feature, url, false, response, read).await
}

/// What could be read.
enum Reading<T> {
    Clean(T),
    Unreadable(PericardError),
    /// Somebody else's records were among it.
    Foreign(Vec<RecordKey>),
}

/// Reads a response; if somebody else's record is in it, once more without caches, and then the feature stops.
async fn twice<T: Send + 'static>(
    feature: &FeatureSync,
    url: &Url,
    strict: bool,
    response: Response,
    read: impl Fn(&FeatureSync, Response) -> Result<Reading<T>> + Clone + Send + 'static,
) -> Result<Answer<T>> {
    let first = read.clone();
    match feature
        .on_disk(move |feature| first(feature, response))
        .await?
    {
        Reading::Clean(page) => return Ok(Answer::Page(page)),
        Reading::Unreadable(error) => return Ok(Answer::Untakeable(error)),
        Reading::Foreign(_) => {}
    }
    let response = match ask(feature, url, strict, true).await? {
        Answer::Page(response) => response,
        Answer::Refused(error) => return Ok(Answer::Refused(error)),
        Answer::Untakeable(error) => return Ok(Answer::Untakeable(error)),
        Answer::Expired(error) => return Ok(Answer::Expired(error)),
    };
    feature
        .on_disk(move |feature| match read(feature, response)? {
            Reading::Clean(page) => Ok(Answer::Page(page)),
            Reading::Unreadable(error) => Ok(Answer::Untakeable(error)),
            Reading::Foreign(keys) => Err(stop(feature, &keys)?),
        })
        .await
}

/// Stops the feature: somebody else's record came twice. What was shown of it may have been theirs all the time.
fn stop(feature: &FeatureSync, keys: &[RecordKey]) -> Result<PericardError> {
    let track = feature.track;
    // One incident for as long as the feature stands still, however often it is tried.
    let stopped = feature
        .partition
        .read(|c| Ok(mirrored::state(c, track)?.stopped))?;
    let new = stopped.is_none();
    let incident = stopped.unwrap_or_else(|| random_id(&feature.platform));
    let now = feature.platform.clock.now();
    let ids: Vec<&str> = keys
        .iter()
        .filter_map(|key| key.id(track.resource_type))
        .collect();
    let hidden = feature.partition.stop(track, &incident, now, |tx| {
        feature
            .mirror
            .take_away(feature, tx.connection(), &ids, false)
    })?;
    feature.notify(&hidden);
    if new {
        log::event!(
            ERROR,
            "incident: a foreign record",
            incident = IncidentId::from(incident.as_str()),
            feature = track.feature,
            resource = track.resource_type
        );
        feature.notifier.features();
    }
    Ok(PericardError::Integrity {
        incident: incident.into(),
    })
}

fn invalid(response: &Response) -> PericardError {
    PericardError::Portal {
        problem: PortalProblem::InvalidAnswer,
        status: Some(response.status),
    }
}
