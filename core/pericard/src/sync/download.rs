//! Fetching what is new: a search from the watermark, page by page, each page one transaction.
//!
//! Uses: `mirror`, `run`
//!
//! - The search starts at `watermark − overlap`, since servers index late and in any order; what is known already
//!   is recognised by id and version.
//! - The watermark moves with each page while the pages come in order, else only at the end: a run may stop anywhere.
//! - A first page that came quickly asks for larger ones from there on.
//! - An expired `next` (410) and a page that ends early both start again at the watermark. A `next` that leads
//!   away from the portal is an error; nothing is sent there. So is one that was followed before.
//! - A page with somebody else's record is fetched once more without caches; if it is foreign again, nothing of
//!   the page is stored, the feature stops with an incident and its cursor stays.

use std::collections::BTreeSet;
use std::time::Duration;

use pericard_protocol::admission::RecordKey;
use pericard_protocol::fhir::bundle::Bundle;
use pericard_protocol::fhir::search::{Download, Search, Watermark};
use pericard_protocol::limits;
use url::Url;

use crate::http::{Request, Response};
use crate::platform::error::{PericardError, PortalProblem, Result};
use crate::storage::random_id;

use super::FeatureSync;
use super::mirror::{CleanPage, Evaluation};
use super::run::{Run, SyncStage};

const FIRST_COUNT: u32 = 100;
const MOST_COUNT: u32 = 500;
/// Pages that take longer stay small: on a slow line, progress matters more than round trips.
const QUICK: Duration = Duration::from_secs(1);
const RESTARTS: u32 = 3;

/// A page that may be stored.
struct Page {
    records: CleanPage,
    received: u64,
    total: Option<u64>,
    next: Option<Url>,
    /// Newest and oldest `meta.lastUpdated`, and whether the entries came in order.
    newest: Option<i64>,
    oldest: Option<i64>,
    ordered: bool,
    /// The page says itself that something is missing.
    incomplete: bool,
}

/// What admission made of a page.
enum Reading {
    Clean(Box<Page>),
    Foreign(Vec<RecordKey>),
}

/// Fetches what is new of a mirror: each of its searches in turn, to its end.
pub(crate) async fn download(feature: &FeatureSync, run: &Run) -> Result<()> {
    let track = feature.track;
    let cursor = feature
        .on_disk(move |feature| feature.partition.cursor(track))
        .await?;
    let news = cursor.caught_up;
    if !news {
        feature
            .on_disk(|feature| feature.mirror.bulk(&feature.partition, true))
            .await?;
    }
    run.progress(|p| p.stage = SyncStage::Receiving);
    for search in feature.mirror.searches(&feature.owner) {
        fetch_all(feature, run, &search, cursor.watermark, news).await?;
    }
    feature
        .on_disk(move |feature| {
            feature.partition.caught_up(track)?;
            if feature.partition.cursor(track)?.stopped.is_some() {
                feature.partition.clear_incident(track)?;
                feature.notifier.features();
            }
            Ok(())
        })
        .await?;
    if !news {
        run.progress(|p| p.stage = SyncStage::Finishing);
        feature
            .on_disk(|feature| feature.mirror.bulk(&feature.partition, false))
            .await?;
    }
    Ok(())
}

async fn fetch_all(
    feature: &FeatureSync,
    run: &Run,
    search: &Search,
    mut since: Option<i64>,
    news: bool,
) -> Result<()> {
    let mut count = if news { MOST_COUNT } else { FIRST_COUNT };
    let mut restarts = RESTARTS;
    let mut pages = limits::PAGES;
    let mut expect = !news;
    // One turn of the outer loop is one search; usually there is one, or two during a first sync.
    loop {
        let download = Download {
            kind: feature.track.resource_type,
            search,
            since: since.and_then(Watermark::from_millis),
            count,
        };
        let mut url = download.url(&feature.owner.base);
        let began = feature.platform.clock.uptime();
        let mut response = fetch(feature, &url, false).await?;
        let mut ordered = true;
        let mut complete = true;
        let mut newest = None;
        let mut followed = BTreeSet::from([url.to_string()]);
        let again = loop {
            if response.status == 410 && restarts > 0 {
                restarts -= 1;
                break true;
            }
            let page = clean(feature, &url, response).await?;
            pages = pages
                .checked_sub(1)
                .ok_or(PericardError::portal(PortalProblem::TooLarge))?;
            let total = page.total.filter(|_| std::mem::take(&mut expect));
            let received = page.received;
            ordered &= page.ordered
                && page
                    .oldest
                    .zip(newest)
                    .is_none_or(|(oldest, before)| oldest >= before);
            newest = newest.max(page.newest);
            let next = page.next.clone();
            let last = next.is_none();
            // What is missing has to be asked for again, so the watermark stays before it.
            complete &= !page.incomplete;
            let mark = newest.filter(|_| complete && (ordered || last));
            let records = page.records;
            let keep = async {
                let stored = feature.on_disk(move |feature| records.store(feature, mark, news));
                stored.await?;
                // What is told to have come is here, even if the run ends now.
                run.progress(|p| {
                    p.received += received;
                    p.expected = p.expected.or(total);
                });
                Ok::<_, PericardError>(())
            };
            let took = feature.platform.clock.uptime().saturating_sub(began);
            let quick = took <= QUICK;
            match next {
                // Larger pages from here on, since the portal decides the size of its own `next`.
                Some(_) if count < MOST_COUNT && quick && ordered && newest > since => {
                    keep.await?;
                    count = MOST_COUNT;
                    break true;
                }
                // A link that was followed before would go on for ever, and what it leads past is not known.
                Some(next) if !followed.insert(next.to_string()) => {
                    keep.await?;
                    return Err(PericardError::portal(PortalProblem::InvalidAnswer));
                }
                // The next page is fetched while this one is written.
                Some(next) => {
                    let (kept, fetched) = tokio::join!(keep, fetch(feature, &next, false));
                    kept?;
                    response = fetched?;
                    url = next;
                }
                None => {
                    keep.await?;
                    // A full page without `next` may be one whose `next` got lost: look once more from its end.
                    break received >= u64::from(count) && newest > since && ordered;
                }
            }
        };
        if !again {
            break;
        }
        if newest.is_some() && ordered {
            since = newest;
        }
    }
    Ok(())
}

async fn fetch(feature: &FeatureSync, url: &Url, uncached: bool) -> Result<Response> {
    let mut request = Request::get(url.clone(), limits::FHIR_BODY)
        .header("accept", "application/fhir+json")
        // Unknown parameters are refused instead of ignored (FHIR R4 §3.1.1.1.2), where the portal heeds this.
        .header("prefer", "handling=strict");
    if uncached {
        request = request.header("cache-control", "no-cache");
    }
    Ok(feature.session.send(request).await?)
}

/// Returns the page in `response`; if it holds somebody else's record, the page is fetched once more without caches.
async fn clean(feature: &FeatureSync, url: &Url, response: Response) -> Result<Page> {
    if let Reading::Clean(page) = read(feature, response, url).await? {
        return Ok(*page);
    }
    let second = fetch(feature, url, true).await?;
    let keys = match read(feature, second, url).await? {
        Reading::Clean(page) => return Ok(*page),
        Reading::Foreign(keys) => keys,
    };
    feature
        .on_disk(move |feature| {
            let track = feature.track;
            // One incident for as long as the feature stands still, however often it is tried.
            let stopped = feature.partition.cursor(track)?.stopped;
            let new = stopped.is_none();
            let incident = stopped.unwrap_or_else(|| random_id(&feature.platform));
            let now = feature.platform.clock.now();
            // What was shown of these records may have been theirs all the time.
            let hidden = feature.partition.stop(track, &incident, now, |tx| {
                feature.mirror.hide(tx.connection(), &keys)
            })?;
            feature.notify(&hidden);
            if new {
                feature.notifier.features();
            }
            Err(PericardError::Integrity { incident })
        })
        .await
}

async fn read(feature: &FeatureSync, response: Response, asked: &Url) -> Result<Reading> {
    if !response.is_success() || response.is_html() {
        return Err(response.refusal());
    }
    let asked = asked.clone();
    feature
        .on_disk(move |feature| {
            let invalid = || PericardError::Portal {
                problem: PortalProblem::InvalidAnswer,
                status: Some(response.status),
            };
            let bundle = Bundle::parse(&response.body).map_err(|_| invalid())?;
            let foreign = |_| PericardError::portal(PortalProblem::ForeignLink);
            let next = bundle
                .next
                .as_deref()
                .map(|link| feature.owner.base.link(link))
                .transpose()
                .map_err(foreign)?;
            let received = bundle.entries.len() as u64;
            let total = bundle.total;
            Ok(match feature.mirror.evaluate(feature, &bundle)? {
                Evaluation::Foreign(keys) => Reading::Foreign(keys),
                Evaluation::Clean(records) => Reading::Clean(Box::new(Page {
                    received,
                    total,
                    next,
                    newest: records.marks.iter().copied().max(),
                    oldest: records.marks.iter().copied().min(),
                    // A portal that says that it did not sort may have sorted this page by chance.
                    ordered: records.marks.is_sorted() && !bundle.ignored(&asked).contains("_sort"),
                    incomplete: bundle.is_incomplete(),
                    records,
                })),
            })
        })
        .await
}
