//! The portal's list of a mirror's records: what of it is missing here, and what is here and not on it.
//!
//! Uses: `judge`, `pages`
//!
//! It is a search for ids and versions, fetched by the same machine as every other search, and compared as it comes: of
//! what was on it a hash each is kept.

use std::collections::{BTreeMap, HashSet};

use pericard_protocol::fhir::body::Body;
use pericard_protocol::fhir::bundle::Bundle;
use pericard_protocol::fhir::search::{Query, Search};
use pericard_protocol::sync::download::{
    Abilities, Ask, Download, Effect as PageEffect, End, Event as PageEvent, Goal, Next,
    Page as Seen,
};
use pericard_protocol::sync::reconcile::Difference;
use pericard_protocol::sync::version::Version;
use rusqlite::Connection;
use url::Url;

use crate::http::Response;
use crate::platform::error::{PericardError, Result};
use crate::storage::mirrored;

use super::FeatureSync;
use super::judge;
use super::pages::{self, Answer};

/// The portal's list of some searches, compared with what is here.
#[derive(Default)]
pub(super) struct Listing {
    /// Searches whose list is here, and how it ended.
    ended: BTreeMap<&'static str, End>,
    /// The portal's time when the first of them was begun.
    began: Option<i64>,
    /// Hashes of the ids that were on it.
    listed: HashSet<u64>,
    /// What was missing here when it was listed, or may be another version there.
    missing: BTreeMap<String, Version>,
}

impl Listing {
    /// A list that has not begun.
    pub(super) async fn begin(feature: &FeatureSync) -> Result<Self> {
        feature
            .on_disk(|feature| {
                feature.partition.note(|c| {
                    let track = mirrored::track(c, feature.track)?;
                    mirrored::begin_list(c, track)
                })
            })
            .await?;
        Ok(Self::default())
    }

    /// Adds the list of one search. Returns how that ended, and how many records were on it that are missing here.
    pub(super) async fn add(
        &mut self,
        feature: &FeatureSync,
        search: &Search,
        abilities: Abilities,
    ) -> Result<(End, usize)> {
        let before = self.missing.len();
        let end = self.list(feature, search, abilities).await?;
        self.ended.insert(search.name(), end);
        if let End::Complete { began } = end {
            self.began = match (self.began, began) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            };
        }
        Ok((end, self.missing.len() - before))
    }

    /// Adds those of all `searches` that are not on it. It is complete if that of every search is.
    pub(super) async fn add_all(
        &mut self,
        feature: &FeatureSync,
        searches: &[Search],
        abilities: Abilities,
    ) -> Result<End> {
        let mut missing = None;
        for (n, search) in searches.iter().enumerate() {
            let end = match self.ended.get(search.name()) {
                Some(end) => *end,
                None => self.add(feature, search, abilities).await?.0,
            };
            match end {
                End::Complete { .. } => {}
                // A search that is only made in addition may be one that the portal does not know.
                End::Refused if n > 0 => {}
                End::Incomplete(what) => missing = missing.max(Some(what)),
                end => return Ok(end),
            }
        }
        Ok(match missing {
            None => End::Complete { began: self.began },
            Some(missing) => End::Incomplete(missing),
        })
    }

    /// How it differs from what is here.
    pub(super) fn difference(&self, c: &Connection, track: i64) -> Result<Difference> {
        let mut missing = Vec::new();
        for (id, version) in &self.missing {
            // It may have come since, by a download.
            if mirrored::differs(c, track, id, version)? {
                missing.push(id.clone());
            }
        }
        Ok(Difference {
            missing,
            vanished: mirrored::not_listed(c, track, |id| self.listed.contains(&judge::hash(id)))?,
            here: mirrored::count(c, track)?,
        })
    }

    async fn list(
        &mut self,
        feature: &FeatureSync,
        search: &Search,
        abilities: Abilities,
    ) -> Result<End> {
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
                        self.listed
                            .extend(page.iter().map(|(id, _)| judge::hash(id)));
                        let missing = feature
                            .on_disk(move |feature| missing(feature, page))
                            .await?;
                        self.missing.extend(missing);
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

/// What of a page is missing here, or may be another version there. What is absent was on the list.
fn missing(feature: &FeatureSync, page: Vec<(String, Version)>) -> Result<Vec<(String, Version)>> {
    feature.partition.note(|c| {
        let track = mirrored::track(c, feature.track)?;
        let any_absent = mirrored::any_absent(c)?;
        let mut missing = Vec::new();
        for (id, version) in page {
            if any_absent {
                mirrored::mark_listed(c, &feature.hash(&id))?;
            }
            if mirrored::differs(c, track, &id, &version)? {
                missing.push((id, version));
            }
        }
        Ok(missing)
    })
}
