//! Carries out the comparison with the portal's list.
//!
//! Uses: `judge`, `listing`, `pages`, `run`

use std::collections::BTreeSet;

use pericard_protocol::fhir::search::{Search, by_ids};
use pericard_protocol::limits;
use pericard_protocol::sync::download::{Abilities, End};
use pericard_protocol::sync::reconcile::{Effect, Event, Existence, Outcome, Reconcile};
use pericard_protocol::sync::version::Version;
use url::Url;

use crate::http::{HttpError, Request};
use crate::platform::error::{PericardError, Result};
use crate::session::SendError;
use crate::storage::mirrored::{self, Why};

use super::FeatureSync;
use super::judge::{Evidence, Storing};
use super::listing::Listing;
use super::pages::{self, Answer};

/// Compares what is here with what the portal lists for `searches`, of which some may be on the list already. Returns what
/// came of it, and the portal's time when the list was begun.
pub(super) async fn reconcile(
    feature: &FeatureSync,
    listing: Option<Listing>,
    searches: &[Search],
    abilities: Abilities,
) -> Result<(Outcome, Option<i64>)> {
    let mut listing = match listing {
        Some(listing) => listing,
        None => Listing::begin(feature).await?,
    };
    let mut began = None;
    let (mut machine, mut effects) = Reconcile::default().on(Event::Begin);
    loop {
        let mut event = None;
        for effect in effects {
            event = match effect {
                Effect::List => {
                    let listed = listing.add_all(feature, searches, abilities).await?;
                    if let End::Complete { began: at } = listed {
                        began = at;
                    }
                    Some(Event::Listed(listed))
                }
                Effect::Compare => {
                    let listing = std::mem::take(&mut listing);
                    let compare = move |feature: &FeatureSync| {
                        feature.partition.note(|c| {
                            let track = mirrored::track(c, feature.track)?;
                            listing.difference(c, track)
                        })
                    };
                    Some(Event::Compared(feature.on_disk(compare).await?))
                }
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
