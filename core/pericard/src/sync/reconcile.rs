//! Carries out the comparison with the portal's list.
//!
//! Uses: `judge`, `pages`, `run`
//!
//! The list is a search for ids and versions, fetched by the same machine as every other search.

use std::collections::BTreeSet;

use pericard_protocol::fhir::body::Body;
use pericard_protocol::fhir::bundle::Bundle;
use pericard_protocol::fhir::search::{Query, Search, by_ids};
use pericard_protocol::limits;
use pericard_protocol::sync::download::{
    Abilities, Ask, Download, Effect as PageEffect, End, Event as PageEvent, Goal, Next,
    Page as Seen,
};
use pericard_protocol::sync::reconcile::{
    Difference, Effect, Event, Existence, Outcome, Reconcile,
};
use pericard_protocol::sync::version::Version;
use url::Url;

use crate::http::{HttpError, Request, Response};
use crate::platform::error::{PericardError, Result};
use crate::session::SendError;
use crate::storage::mirrored::{self, Why};

use super::FeatureSync;
use super::judge::{self, Evidence, Storing};
use super::pages::{self, Answer};

/// Compares what is here with what the portal lists for `searches`. Returns what came of it, and the portal's time when
/// the list was begun.
pub(super) async fn reconcile(
    feature: &FeatureSync,
    searches: &[Search],
    abilities: Abilities,
) -> Result<(Outcome, Option<i64>)> {
    let mut began = None;
    let (mut machine, mut effects) = Reconcile::default().on(Event::Begin);
    loop {
        let mut event = None;
        for effect in effects {
            event = match effect {
                Effect::List => {
                    let listed = list(feature, searches, abilities).await?;
                    if let End::Complete { began: at } = listed {
                        began = at;
                    }
                    Some(Event::Listed(listed))
                }
                Effect::Compare => Some(Event::Compared(feature.on_disk(compare).await?)),
                Effect::Fetch(ids) => Some(Event::Fetched(fetch(feature, &ids).await?)),
                Effect::Read { id, vanished } => {
                    Some(Event::Answered(read(feature, id, vanished).await?))
                }
                Effect::Remove(id) => {
                    remove(feature, id).await?;
                    event
                }
                Effect::End(outcome) => {
                    feature
                        .on_disk(move |feature| {
                            feature.partition.note(|c| {
                                let track = mirrored::track(c, feature.track)?;
                                match outcome {
                                    Outcome::NoList(_) => Ok(()),
                                    _ => mirrored::end_list(c, track),
                                }
                            })
                        })
                        .await?;
                    return Ok((outcome, began));
                }
            };
        }
        let event = event.ok_or(PericardError::internal("reconcile"))?;
        (machine, effects) = machine.on(event);
    }
}

/// Fetches the portal's list. It is complete if that of every search is.
async fn list(feature: &FeatureSync, searches: &[Search], abilities: Abilities) -> Result<End> {
    feature
        .on_disk(|feature| {
            feature.partition.note(|c| {
                let track = mirrored::track(c, feature.track)?;
                mirrored::begin_list(c, track)
            })
        })
        .await?;
    let mut first = None;
    let mut missing = None;
    for (n, search) in searches.iter().enumerate() {
        match list_one(feature, search, abilities).await? {
            End::Complete { began } => first = first.or(began),
            // A search that is only made in addition may be one that the portal does not know.
            End::Refused if n > 0 => {}
            End::Incomplete(what) => missing = missing.max(Some(what)),
            end => return Ok(end),
        }
    }
    Ok(match missing {
        None => End::Complete { began: first },
        Some(missing) => End::Incomplete(missing),
    })
}

async fn list_one(feature: &FeatureSync, search: &Search, abilities: Abilities) -> Result<End> {
    let goal = Goal::History { until: None };
    let (mut machine, mut effects) = Download::new(goal, abilities).on(PageEvent::Begin);
    let mut listed: Vec<(String, Version)> = Vec::new();
    let mut strict = abilities.strict;
    let mut shape = Shape::Versions;
    loop {
        let mut event = None;
        for effect in effects {
            match effect {
                PageEffect::Store { .. } => {
                    let page = std::mem::take(&mut listed);
                    feature.on_disk(move |feature| add(feature, page)).await?;
                }
                PageEffect::Ask(ask) => {
                    if let Ask::Search(window) = &ask {
                        strict = window.strict;
                    }
                    let url = address(feature, search, &ask, shape)?;
                    let (mut seen, mut page) = ask_for_list(feature, &url, strict).await?;
                    let refused = matches!(seen, PageEvent::Refused | PageEvent::Untakeable);
                    if refused && shape == Shape::Versions && matches!(ask, Ask::Search(_)) {
                        // It may be `_elements` that the portal refuses or fails over.
                        let url = address(feature, search, &ask, Shape::Whole)?;
                        (seen, page) = ask_for_list(feature, &url, strict).await?;
                        if matches!(seen, PageEvent::Page(_)) {
                            shape = Shape::Whole;
                        }
                    }
                    listed = page;
                    event = Some(seen);
                }
                PageEffect::End(end) => return Ok(end),
            }
        }
        let event = event.ok_or(PericardError::internal("list"))?;
        (machine, effects) = machine.on(event);
    }
}

/// How the records of a list are asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Ids and versions only (`_elements`).
    Versions,
    /// As they are, at portals that refuse to shorten them.
    Whole,
}

fn address(feature: &FeatureSync, search: &Search, ask: &Ask, shape: Shape) -> Result<Url> {
    match ask {
        Ask::Search(window) => {
            let query = Query {
                kind: feature.track.resource_type,
                search,
                window,
                versions_only: shape == Shape::Versions,
            };
            Ok(query.url(&feature.owner.base))
        }
        Ask::Link(link) => {
            let url = feature.owner.base.link(link);
            url.map_err(|_| PericardError::internal("link"))
        }
    }
}

async fn ask_for_list(
    feature: &FeatureSync,
    url: &Url,
    strict: bool,
) -> Result<(PageEvent, Vec<(String, Version)>)> {
    let response = match pages::get_fresh(feature, url, strict).await? {
        Answer::Page(response) => response,
        Answer::Refused(_) => return Ok((PageEvent::Refused, Vec::new())),
        Answer::Untakeable(_) => return Ok((PageEvent::Untakeable, Vec::new())),
        Answer::Expired(_) => return Ok((PageEvent::Expired, Vec::new())),
    };
    let asked = url.clone();
    feature
        .on_disk(move |feature| Ok(read_list(feature, &asked, &response)))
        .await
}

fn read_list(
    feature: &FeatureSync,
    asked: &Url,
    response: &Response,
) -> (PageEvent, Vec<(String, Version)>) {
    let now = pages::portal_time(response);
    let body = Body::new(&response.body);
    let Ok(bundle) = Bundle::parse(&body) else {
        return (PageEvent::Untakeable, Vec::new());
    };
    let versions = bundle.versions(feature.track.resource_type);
    let next = bundle
        .next
        .as_deref()
        .filter(|next| !next.trim().is_empty());
    let seen = Seen {
        records: versions
            .iter()
            .map(|it| judge::hash(&it.id))
            .chain(
                bundle
                    .nameless(feature.track.resource_type)
                    .map(judge::hash),
            )
            .collect(),
        times: versions
            .iter()
            .filter_map(|it| Some(it.last_updated?.as_millisecond()))
            .collect(),
        total: bundle.total,
        next: match next {
            None => Next::None,
            Some(link) if feature.owner.base.link(link).is_ok() => Next::Link(link.to_owned()),
            Some(_) => Next::Elsewhere,
        },
        incomplete: bundle.is_incomplete(),
        sorted: bundle.confirms(asked, "_sort"),
        quick: true,
        now,
    };
    let listed = versions.into_iter().map(|it| {
        let version = Version::shown(it.version_id.as_deref(), it.last_updated, now);
        (it.id, version)
    });
    (PageEvent::Page(seen), listed.collect())
}

fn add(feature: &FeatureSync, page: Vec<(String, Version)>) -> Result<()> {
    feature.partition.note(|c| {
        let track = mirrored::track(c, feature.track)?;
        let any_absent = mirrored::any_absent(c)?;
        for (id, version) in page {
            mirrored::add_to_list(c, track, &id, &version)?;
            if any_absent {
                mirrored::mark_listed(c, &feature.hash(&id))?;
            }
        }
        Ok(())
    })
}

fn compare(feature: &FeatureSync) -> Result<Difference> {
    feature.partition.note(|c| {
        let track = mirrored::track(c, feature.track)?;
        let missing = mirrored::listed_otherwise(c, track)?.into_iter();
        Ok(Difference {
            missing: missing.map(|(id, _)| id).collect(),
            vanished: mirrored::not_listed(c, track)?,
            here: mirrored::count(c, track)?,
        })
    })
}

/// Fetches some records together; the ids that came.
async fn fetch(feature: &FeatureSync, ids: &[String]) -> Result<BTreeSet<String>> {
    let mut came = BTreeSet::new();
    if ids.len() < 2 {
        return Ok(came);
    }
    let url = by_ids(&feature.owner.base, feature.track.resource_type, ids);
    let Answer::Page(response) = pages::get(feature, &url, false).await? else {
        return Ok(came);
    };
    let Answer::Page(page) = pages::take(feature, &url, false, response).await? else {
        return Ok(came);
    };
    let wanted: BTreeSet<&String> = ids.iter().collect();
    came.extend(
        page.records
            .ids
            .iter()
            .filter(|id| wanted.contains(id))
            .cloned(),
    );
    // A portal that ignores `_id` answers with whatever its index has.
    let evidence = match page.records.ids.iter().all(|id| wanted.contains(id)) {
        true => Evidence::Read,
        false => Evidence::Search,
    };
    feature
        .on_disk(move |feature| {
            let storing = Storing {
                news: true,
                evidence,
                queued: None,
            };
            page.records.store(feature, storing, |_| Ok(()))
        })
        .await?;
    Ok(came)
}

/// Reads one record by its id and stores what may be shown of it.
async fn read(feature: &FeatureSync, id: String, vanished: bool) -> Result<Existence> {
    let url = feature.owner.base.join(feature.track.resource_type);
    let url = format!("{url}/{id}");
    let Ok(url) = Url::parse(&url) else {
        return Ok(Existence::Unknown);
    };
    let request = Request::get(url.clone(), limits::FHIR_BODY).header("accept", pages::FHIR_JSON);
    let response = match feature.session.send(request).await {
        Ok(response) => response,
        Err(SendError::Http(HttpError::TooLarge)) => {
            return unreadable(feature, id, vanished).await;
        }
        Err(error) => return Err(error.into()),
    };
    match response.status {
        401 | 429 => return Err(response.refusal()),
        // The page of a gateway or of a network is no answer about a record.
        _ if response.is_html() => return Ok(Existence::Unknown),
        404 | 410 => return Ok(Existence::Gone),
        200..300 => {}
        403 => return unreadable(feature, id, vanished).await,
        // A record that fails by itself costs itself. One that is here and not listed may be another's now.
        500 if !vanished => return unreadable(feature, id, vanished).await,
        _ => return Ok(Existence::Unknown),
    }
    let Answer::Page(record) = pages::take_one(feature, &url, response).await? else {
        return unreadable(feature, id, vanished).await;
    };
    // An answer for another id proves nothing about this one.
    if record.ids != [id] {
        return Ok(Existence::Unknown);
    }
    feature
        .on_disk(move |feature| {
            let storing = Storing {
                news: true,
                evidence: Evidence::Read,
                queued: None,
            };
            record.store(feature, storing, |_| Ok(()))
        })
        .await?;
    Ok(Existence::Stored)
}

/// A record that is listed and cannot be read is counted. One that is here stays as it is.
async fn unreadable(feature: &FeatureSync, id: String, vanished: bool) -> Result<Existence> {
    if vanished {
        return Ok(Existence::Unreadable);
    }
    feature
        .on_disk(move |feature| {
            feature.partition.note(|c| {
                let track = mirrored::track(c, feature.track)?;
                let hash = feature.hash(&id);
                mirrored::save_absent(c, track, &hash, Why::Unreadable, &Version::default())
            })
        })
        .await?;
    Ok(Existence::Unreadable)
}

async fn remove(feature: &FeatureSync, id: String) -> Result<()> {
    feature
        .on_disk(move |feature| {
            let changes = feature
                .partition
                .note(|c| feature.mirror.take_away(feature, c, &[&id], true))?;
            feature.notify(&changes);
            Ok(())
        })
        .await
}
