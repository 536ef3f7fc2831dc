//! Carries out what the machine of a download says: asks for pages, stores them, saves how far the search is.
//!
//! Uses: `judge`, `pages`, `progress`, `run`
//!
//! Each page is one transaction, with the cursor: a run may stop anywhere and the next one goes on from there. The next
//! page is fetched while one is written.

use std::time::Duration;

use pericard_protocol::fhir::search::{OVERLAP, Query, Search};
use pericard_protocol::sync::download::{
    Abilities, Ask, Download, Effect, End, Event, Goal, Next, Page as Seen,
};
use url::Url;

use crate::platform::error::{PericardError, Result};
use crate::platform::{Break, Checkpoint};
use crate::storage::millis;
use crate::storage::mirrored::{self, Cursor};

use super::FeatureSync;
use super::judge::{self, Evidence, Storing};
use super::pages::{self, Answer, Page};
use super::progress::SyncPhase;
use super::run::Run;

/// Pages that take longer stay small: on a slow line, progress matters more than round trips.
const QUICK: Duration = Duration::from_secs(1);

/// How a search ended.
pub(super) struct Ended {
    pub(super) end: End,
    /// What the portal last refused or failed over.
    pub(super) error: Option<PericardError>,
    pub(super) abilities: Abilities,
}

/// Fetches what is new of one search of a mirror.
pub(super) async fn download(feature: &FeatureSync, run: &Run, search: &Search) -> Result<Ended> {
    let (track, name) = (feature.track, search.name());
    let (cursor, abilities) = feature
        .on_disk(move |feature| {
            feature.partition.note(|c| {
                Ok((
                    mirrored::cursor(c, track, name)?,
                    mirrored::abilities(c, track)?,
                ))
            })
        })
        .await?;
    let overlap = OVERLAP.as_millis().try_into().unwrap_or(i64::MAX);
    let goal = match cursor.loaded {
        true => Goal::News {
            since: cursor.watermark.map(|at| at - overlap),
        },
        false => Goal::History {
            until: cursor.reached,
        },
    };
    run.progress(|p| p.phase = SyncPhase::Receiving);
    let mut hands = Hands {
        feature,
        run,
        search,
        news: cursor.loaded,
        cursor,
        coming: None,
        strict: abilities.strict,
        newest: None,
        error: None,
    };
    let (mut machine, mut effects) = Download::new(goal, abilities).on(Event::Begin);
    loop {
        let (event, end) = hands.carry_out(effects).await?;
        if let Some(end) = end {
            hands.finish(end, machine.abilities()).await?;
            return Ok(Ended {
                end,
                error: hands.error,
                abilities: machine.abilities(),
            });
        }
        let event = event.ok_or(PericardError::internal("download"))?;
        (machine, effects) = machine.on(event);
    }
}

struct Hands<'a> {
    feature: &'a FeatureSync,
    run: &'a Run,
    search: &'a Search,
    /// What comes is news, and no history.
    news: bool,
    cursor: Cursor,
    /// The page that has come and is not stored.
    coming: Option<Page>,
    strict: bool,
    /// The newest `meta.lastUpdated` that has come.
    newest: Option<i64>,
    error: Option<PericardError>,
}

impl Hands<'_> {
    async fn carry_out(&mut self, effects: Vec<Effect>) -> Result<(Option<Event>, Option<End>)> {
        let (mut storing, mut asking, mut end) = (None, None, None);
        for effect in effects {
            match effect {
                Effect::Store { edge } => {
                    let edge = match self.feature.platform.broken(Break::Cursor) {
                        true => self.coming.as_ref().and_then(Page::newest),
                        false => edge,
                    };
                    self.move_cursor(edge);
                    storing = self.coming.take();
                }
                Effect::Ask(ask) => asking = Some(ask),
                Effect::End(how) => end = Some(how),
            }
        }
        let cursor = self.cursor.clone();
        let store = async {
            match storing {
                Some(page) => self.store(page, cursor).await,
                None => Ok(()),
            }
        };
        let Some(ask) = asking else {
            store.await?;
            return Ok((None, end));
        };
        let strict = match &ask {
            Ask::Search(window) => window.strict,
            Ask::Link(_) => self.strict,
        };
        let url = match &ask {
            Ask::Search(window) => {
                let query = Query {
                    kind: self.feature.track.resource_type,
                    search: self.search,
                    window,
                    versions_only: false,
                };
                Some(query.url(&self.feature.owner.base))
            }
            Ask::Link(link) => self.feature.owner.base.link(link).ok(),
        };
        let url = url.ok_or(PericardError::internal("link"))?;
        let began = self.feature.platform.clock.uptime();
        // What has come is judged after the page before it is stored: it may belong to something there.
        let (stored, answer) = tokio::join!(store, pages::get(self.feature, &url, strict));
        stored?;
        let took = self.feature.platform.clock.uptime().saturating_sub(began);
        self.strict = strict;
        let event = self.judge(&url, answer?, took <= QUICK).await?;
        Ok((Some(event), None))
    }

    async fn judge(
        &mut self,
        url: &Url,
        answer: Answer<crate::http::Response>,
        quick: bool,
    ) -> Result<Event> {
        let answer = match answer {
            Answer::Page(response) => pages::take(self.feature, url, self.strict, response).await?,
            Answer::Refused(error) => Answer::Refused(error),
            Answer::Untakeable(error) => Answer::Untakeable(error),
            Answer::Expired(error) => Answer::Expired(error),
        };
        Ok(match answer {
            Answer::Page(page) => {
                let event = Event::Page(self.seen(&page, quick));
                self.coming = Some(page);
                event
            }
            Answer::Refused(error) => {
                self.error = Some(error);
                Event::Refused
            }
            Answer::Untakeable(error) => {
                self.error = Some(error);
                Event::Untakeable
            }
            Answer::Expired(error) => {
                self.error = Some(error);
                Event::Expired
            }
        })
    }

    fn seen(&self, page: &Page, quick: bool) -> Seen {
        let facts = &page.facts;
        let base = &self.feature.owner.base;
        Seen {
            records: page
                .records
                .ids
                .iter()
                .map(judge::hash)
                .chain(page.records.unreadable.iter().copied())
                .collect(),
            times: page.records.times.iter().flatten().copied().collect(),
            total: facts.total,
            next: match &facts.next {
                None => Next::None,
                Some(link) => match base.link(link) {
                    Ok(_) => Next::Link(link.clone()),
                    Err(_) => Next::Elsewhere,
                },
            },
            incomplete: facts.incomplete,
            sorted: facts.sorted,
            quick,
            now: facts.now,
        }
    }

    /// The edge, and when the history was begun, as they will be once the page is stored.
    fn move_cursor(&mut self, edge: Option<i64>) {
        if let Some(page) = &self.coming {
            let newest = page.records.times.iter().flatten().max();
            self.newest = self.newest.max(newest.copied());
        }
        if self.cursor.began.is_none() {
            let page = self.coming.as_ref();
            self.cursor.began = page.and_then(|page| page.facts.now);
        }
        match self.news {
            true => self.cursor.watermark = self.cursor.watermark.max(edge),
            false => self.cursor.reached = edge.or(self.cursor.reached),
        }
    }

    async fn store(&self, page: Page, cursor: Cursor) -> Result<()> {
        let (track, name, news) = (self.feature.track, self.search.name(), self.news);
        let Page { records, facts } = page;
        self.feature
            .platform
            .reached(Checkpoint::PageAdmitted)
            .await;
        let stored = self.feature.on_disk(move |feature| {
            let storing = Storing {
                news,
                evidence: Evidence::Search,
                queued: None,
            };
            records.store(feature, storing, move |c| {
                mirrored::save_cursor(c, track, name, &cursor)
            })
        });
        stored.await?;
        self.feature.platform.reached(Checkpoint::PageStored).await;
        // What is said to have come is here, even if the run ends now.
        self.run.progress(|p| {
            p.done += facts.received;
            p.of = p.of.or(facts.total.filter(|_| !news));
        });
        Ok(())
    }

    async fn finish(&mut self, end: End, abilities: Abilities) -> Result<()> {
        let (track, name) = (self.feature.track, self.search.name());
        match end {
            End::Complete { began } => {
                let began = match self.news {
                    true => began,
                    false => self.cursor.began,
                };
                // A portal that does not say what time it is has at least said when it changed something.
                let here = millis(self.feature.platform.clock.now());
                let began = began.or(self.newest.map(|newest| newest.min(here)));
                self.cursor.watermark = self.cursor.watermark.max(began);
                self.cursor.loaded = true;
            }
            End::Incomplete(_) => {
                // What is missing is asked for again, as news.
                if !self.news {
                    self.cursor.loaded = true;
                    self.cursor.watermark = None;
                }
            }
            End::Refused | End::Untakeable => return Ok(()),
        }
        let cursor = self.cursor.clone();
        self.feature
            .on_disk(move |feature| {
                feature.partition.note(|c| {
                    mirrored::save_cursor(c, track, name, &cursor)?;
                    mirrored::save_abilities(c, track, abilities)
                })
            })
            .await
    }
}
