//! Receiving for one mirror: its searches, the comparison with the portal's list when that is due, and what came of it.
//!
//! Uses: `download`, `listing`, `pages`, `patient`, `progress`, `reconcile`, `run`
//!
//! "Up to date" is said only when it is proved: every search was complete, or the comparison with the list was. The
//! comparison is due after the first load, after a run that was not complete, and once a day.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use pericard_protocol::admission::Owner;
use pericard_protocol::fhir::names;
use pericard_protocol::fhir::search::Search;
use pericard_protocol::limits;
use pericard_protocol::sync::download::{Abilities, End, Missing};
use pericard_protocol::sync::reconcile::Outcome;
use url::Url;

use crate::http::{HttpError, Request};
use crate::platform::Break;
use crate::platform::error::{PericardError, PortalProblem, Result};
use crate::session::SendError;
use crate::storage::millis;
use crate::storage::mirrored::{self, Cursor};

use super::FeatureSync;
use super::download::{Ended, download};
use super::listing::Listing;
use super::patient::find_aliases;
use super::progress::{IncompleteReason, SyncPhase};
use super::reconcile::reconcile;
use super::run::Run;

/// How often what is here is compared with the portal's list.
const COMPARE_EVERY: Duration = Duration::from_secs(24 * 60 * 60);

/// What a search that is only made in addition may find alone, and is still fetched by the comparison.
const FEW_FOUND: usize = 100;

/// Fetches what is new, and compares when that is due. Returns what keeps the copy from being complete, if anything does.
pub(crate) async fn receive(feature: &FeatureSync, run: &Run) -> Result<Option<IncompleteReason>> {
    let received = Receiving::begin(feature, run).await?.receive().await;
    if let Err(error) = &received {
        // What is known to be here stays; that it is not up to date is said.
        let reason = IncompleteReason::of_error(error);
        let saved = save_interrupted(feature, reason).await;
        if saved.is_err() {
            return received.map(|_| None);
        }
    }
    received
}

/// What came of reading somebody who is only referred to.
enum Read {
    Body(Vec<u8>),
    /// The portal does not show it.
    Nothing,
    /// It fails over this one.
    NotNow,
    /// Nothing can be read now.
    Stop,
}

struct Receiving<'a> {
    feature: FeatureSync,
    run: &'a Run,
    first_load: bool,
    compare: bool,
    /// Other ids of the person are asked for.
    aliases: bool,
}

impl<'a> Receiving<'a> {
    async fn begin(feature: &FeatureSync, run: &'a Run) -> Result<Self> {
        let track = feature.track;
        let main = feature.searches().into_iter().next();
        let main = main.map(|search| search.name()).unwrap_or_default();
        let (state, cursor, aliases) = feature
            .on_disk(move |feature| {
                feature.partition.note(|c| {
                    Ok((
                        mirrored::state(c, track)?,
                        mirrored::cursor(c, track, main)?,
                        mirrored::aliases(c)?,
                    ))
                })
            })
            .await?;
        let fresh = feature.is_within_a_day(state.compared_at);
        let missing = state.incomplete.as_deref().map(IncompleteReason::named);
        let broken = feature.platform.broken(Break::Reconcile);
        let mut feature = feature.clone();
        feature.set_aliases(aliases.into_iter().collect());
        Ok(Self {
            first_load: !cursor.loaded,
            // What was interrupted goes on where it was; only what was missing is looked for.
            compare: !broken
                && (run.full
                    || !fresh
                    || missing.is_some_and(|it| it != IncompleteReason::Interrupted)),
            aliases: run.full || !fresh,
            feature,
            run,
        })
    }

    async fn receive(mut self) -> Result<Option<IncompleteReason>> {
        let mut unanswered = false;
        if self.aliases {
            let aliases = find_aliases(&self.feature).await?;
            self.feature.set_aliases(aliases.ids);
            unanswered = aliases.unanswered;
        }
        if self.first_load {
            self.bulk(true).await?;
        }
        let searches = self.feature.searches();
        let mut missing = None;
        let mut error: Option<PericardError> = None;
        let mut abilities = Abilities::default();
        let mut answered = Vec::with_capacity(searches.len());
        let mut listing = None;
        for (n, search) in searches.iter().enumerate() {
            // Where the usual search fails, others would only ask a portal in trouble for more.
            if n > 0 && (error.is_some() || !self.is_due(search).await?) {
                continue;
            }
            let before = self.count().await?;
            let listed = match n {
                0 => None,
                _ => self.list_first(search, &mut listing, abilities).await?,
            };
            let ended = match listed {
                Some(ended) => Ok(ended),
                None => download(&self.feature, self.run, search).await,
            };
            let ended = match ended {
                Err(PericardError::Portal {
                    status: Some(403), ..
                }) if n > 0 => continue,
                ended => ended?,
            };
            let Ended {
                end,
                error: refused,
                abilities: shown,
            } = ended;
            if n > 0 && matches!(end, End::Refused | End::Untakeable) {
                // A search that is only made in addition may be one that the portal does not know, or fails over. What
                // it has brought before is known by its id.
                continue;
            }
            answered.push(search.clone());
            if n == 0 {
                abilities = shown;
            } else if self.count().await? > before {
                self.remember(search).await?;
            }
            match end {
                End::Complete { .. } => {}
                End::Incomplete(what) => missing = missing.max(Some(what)),
                End::Refused | End::Untakeable => {
                    missing = missing.max(Some(Missing::Page));
                    error = error.or(refused);
                }
            }
        }
        if let Some(
            away @ PericardError::Portal {
                status: Some(502 | 504),
                ..
            },
        ) = error
        {
            // What stands behind the gateway is away: its list could not be had either.
            return Err(away);
        }
        let mut reason = missing.map(IncompleteReason::of_missing);
        let broken = self.feature.platform.broken(Break::Reconcile);
        if !broken && (self.compare || missing.is_some()) {
            self.run.progress(|p| p.phase = SyncPhase::Comparing);
            let (outcome, began) = reconcile(&self.feature, listing, &answered, abilities).await?;
            reason = IncompleteReason::of_comparison(outcome, reason);
            match (outcome, error) {
                // Neither a page nor the list could be had: that is no incomplete answer but none.
                (Outcome::NoList(End::Refused | End::Untakeable), Some(error)) => {
                    return Err(error);
                }
                // The next run asks again who the person is, too.
                (Outcome::Complete, _) if unanswered => {}
                (Outcome::Complete, _) => self.compared(&answered, began).await?,
                _ => {}
            }
        }
        if unanswered {
            reason = reason.or(Some(IncompleteReason::Unanswered));
        }
        self.fetch_names().await?;
        if self.first_load {
            self.run.progress(|p| p.phase = SyncPhase::Finishing);
        }
        // In every run: the one that began the first load may have ended before this.
        self.bulk(false).await?;
        self.clear_incident().await?;
        save_outcome(&self.feature, reason).await?;
        Ok(reason)
    }

    async fn bulk(&self, begin: bool) -> Result<()> {
        self.feature
            .on_disk(move |feature| feature.mirror.bulk(&feature.partition, begin))
            .await
    }

    /// Whether a search that is only made in addition is made now: with every comparison, and always once it has brought
    /// something.
    async fn is_due(&self, search: &Search) -> Result<bool> {
        let cursor = self.cursor(search).await?;
        Ok(self.compare || !cursor.loaded || cursor.fruitful)
    }

    /// Lists a search that is made for the first time, in addition. Where next to nothing of it is missing here, as at most
    /// portals, the comparison fetches that, and the search has ended as its list has.
    async fn list_first(
        &self,
        search: &Search,
        listing: &mut Option<Listing>,
        abilities: Abilities,
    ) -> Result<Option<Ended>> {
        if !self.compare || self.cursor(search).await?.loaded {
            return Ok(None);
        }
        let listing = match listing {
            Some(listing) => listing,
            None => listing.insert(Listing::begin(&self.feature).await?),
        };
        match listing.add(&self.feature, search, abilities).await {
            // The download says what there is to say of it.
            Ok((End::Refused | End::Untakeable, _)) | Err(PericardError::Portal { .. }) => Ok(None),
            Ok((_, missing)) if missing > FEW_FOUND => Ok(None),
            Ok((end, missing)) => {
                if missing > 0 {
                    self.remember(search).await?;
                }
                Ok(Some(Ended {
                    end,
                    error: None,
                    abilities,
                }))
            }
            Err(error) => Err(error),
        }
    }

    async fn cursor(&self, search: &Search) -> Result<Cursor> {
        let (track, name) = (self.feature.track, search.name());
        self.feature
            .on_disk(move |feature| feature.partition.note(|c| mirrored::cursor(c, track, name)))
            .await
    }

    /// How many records are here.
    async fn count(&self) -> Result<usize> {
        self.feature
            .on_disk(|feature| {
                feature
                    .partition
                    .note(|c| mirrored::count(c, mirrored::track(c, feature.track)?))
            })
            .await
    }

    async fn remember(&self, search: &Search) -> Result<()> {
        let (track, name) = (self.feature.track, search.name());
        self.feature
            .on_disk(move |feature| {
                feature.partition.note(|c| {
                    let cursor = Cursor {
                        fruitful: true,
                        ..mirrored::cursor(c, track, name)?
                    };
                    mirrored::save_cursor(c, track, name, &cursor)
                })
            })
            .await
    }

    /// What is here is what the portal has: that proves every search too, up to when it was made.
    async fn compared(&self, searches: &[Search], began: Option<i64>) -> Result<()> {
        let track = self.feature.track;
        let names: Vec<&'static str> = searches.iter().map(Search::name).collect();
        let now = millis(self.feature.platform.clock.now());
        self.feature
            .on_disk(move |feature| {
                feature.partition.note(|c| {
                    for name in names {
                        let mut cursor = mirrored::cursor(c, track, name)?;
                        cursor.watermark = cursor.watermark.max(began);
                        cursor.loaded = true;
                        mirrored::save_cursor(c, track, name, &cursor)?;
                    }
                    mirrored::save_compared(c, track, now)
                })
            })
            .await
    }

    /// Reads the names of those who are only referred to, each once. One that cannot be had costs only itself.
    async fn fetch_names(&self) -> Result<()> {
        let keys = self
            .feature
            .on_disk(|feature| feature.partition.read(|c| feature.mirror.unnamed(c)))
            .await?;
        for key in keys {
            let name = match self.read_named(&key).await? {
                Read::Body(body) => match names::of_body(&body).ok().flatten() {
                    None => self.name_of_another(&body).await?,
                    named => named,
                },
                Read::Nothing => None,
                Read::NotNow => continue,
                Read::Stop => return Ok(()),
            };
            self.feature
                .on_disk(move |feature| {
                    let name = name.unwrap_or_default();
                    let changes = feature
                        .partition
                        .note(|c| feature.mirror.name(c, &key, &name))?;
                    feature.notify(&changes);
                    Ok(())
                })
                .await?;
        }
        Ok(())
    }

    /// The name of whoever the resource in `body` stands for: a role has that of its practitioner, or its organisation.
    async fn name_of_another(&self, body: &[u8]) -> Result<Option<String>> {
        for key in names::stands_for(body, &self.feature.owner.base) {
            if let Read::Body(body) = self.read_named(&key).await?
                && let Ok(Some(name)) = names::of_body(&body)
            {
                return Ok(Some(name));
            }
        }
        Ok(None)
    }

    async fn read_named(&self, key: &str) -> Result<Read> {
        let url = format!("{}/{key}", self.feature.owner.base.as_str());
        let Ok(url) = Url::parse(&url) else {
            return Ok(Read::Nothing);
        };
        let request =
            Request::get(url, limits::FHIR_BODY).header("accept", super::pages::FHIR_JSON);
        let response = match self.feature.session.send(request).await {
            Ok(response) => response,
            Err(SendError::Http(HttpError::TooLarge)) => return Ok(Read::Nothing),
            // All messages are here already.
            Err(SendError::Http(_)) => return Ok(Read::Stop),
            Err(error) => return Err(error.into()),
        };
        Ok(match response.status {
            200..300 => Read::Body(response.body),
            401 | 429 | 503 => Read::Stop,
            400..500 => Read::Nothing,
            _ => Read::NotNow,
        })
    }

    async fn clear_incident(&self) -> Result<()> {
        self.feature
            .on_disk(|feature| {
                let track = feature.track;
                let state = feature.partition.read(|c| mirrored::state(c, track))?;
                if state.stopped.is_some() {
                    feature.partition.clear_incident(track)?;
                    feature.notifier.features();
                }
                Ok(())
            })
            .await
    }
}

/// The run ended early: that is why it is not known that everything is here, unless something else is missing too.
async fn save_interrupted(feature: &FeatureSync, reason: IncompleteReason) -> Result<()> {
    let before = feature
        .on_disk(|feature| {
            let state = feature
                .partition
                .read(|c| mirrored::state(c, feature.track))?;
            Ok(state.incomplete)
        })
        .await?;
    let before = before.as_deref().map(IncompleteReason::named);
    save_outcome(feature, Some(before.unwrap_or(reason))).await
}

async fn save_outcome(feature: &FeatureSync, reason: Option<IncompleteReason>) -> Result<()> {
    let now = millis(feature.platform.clock.now());
    feature
        .on_disk(move |feature| {
            let reason = reason.map(IncompleteReason::name);
            feature
                .partition
                .note(|c| mirrored::save_outcome(c, feature.track, now, reason))
        })
        .await
}

impl FeatureSync {
    /// Whether a day has passed since this was last received.
    pub(crate) async fn is_due_daily(&self) -> Result<bool> {
        let track = self.track;
        let state = self
            .on_disk(move |feature| feature.partition.read(|c| mirrored::state(c, track)))
            .await?;
        Ok(!self.is_within_a_day(state.synced_at))
    }

    /// A clock that was set back must not put anything off.
    fn is_within_a_day(&self, at: Option<i64>) -> bool {
        let now = millis(self.platform.clock.now());
        let day = i64::try_from(COMPARE_EVERY.as_millis()).unwrap_or(i64::MAX);
        at.is_some_and(|at| (0..day).contains(&(now - at)))
    }

    fn searches(&self) -> Vec<Search> {
        let offered = &self.capability.search_params;
        let offers = |name: &str| offered.iter().any(|offered| offered == name);
        self.mirror.searches(&self.owner, &offers)
    }

    fn set_aliases(&mut self, aliases: BTreeSet<String>) {
        if self.owner.aliases != aliases {
            self.replica.owner = Arc::new(Owner {
                aliases,
                ..(*self.owner).clone()
            });
        }
    }
}

impl IncompleteReason {
    fn of_missing(missing: Missing) -> Self {
        match missing {
            Missing::PortalSaysSo => Self::PortalSaysSo,
            Missing::Pages => Self::PagesMissing,
            Missing::Page => Self::UnreadablePage,
        }
    }

    /// What a comparison leaves of the reason that the searches had.
    fn of_comparison(outcome: Outcome, searches: Option<Self>) -> Option<Self> {
        match outcome {
            // A list of everything proves more than the searches.
            Outcome::Complete => searches.filter(|reason| *reason == Self::PortalSaysSo),
            Outcome::NoList(_) => {
                let listing = outcome.missing().map(Self::of_missing);
                searches.or(listing)
            }
            Outcome::ManyVanished(_) => Some(Self::ManyVanished),
            Outcome::Unanswered => Some(Self::Unanswered),
            Outcome::More => Some(Self::MoreToFetch),
        }
    }

    fn of_error(error: &PericardError) -> Self {
        match error {
            PericardError::Portal {
                problem: PortalProblem::TooLarge,
                ..
            } => Self::UnreadablePage,
            _ => Self::Interrupted,
        }
    }
}
