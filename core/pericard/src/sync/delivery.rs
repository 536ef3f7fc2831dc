//! Sending what is queued: the hands that carry out what the machine of a delivery says.
//!
//! Uses: `changes`, `location`, `outbox`, `pages`, `progress`, `run`, `upload`
//!
//! An item that waits keeps back those behind it in its own conversation and no others; one that the portal refused keeps
//! nobody back.

use std::collections::BTreeSet;
use std::time::Duration;

use pericard_protocol::fhir::body::Body;
use pericard_protocol::fhir::bundle::Bundle;
use pericard_protocol::fhir::outgoing::{IDENTIFIER_SYSTEM, if_none_exist, mint_identifier};
use pericard_protocol::fhir::search::by_identifier;
use pericard_protocol::limits;
use pericard_protocol::sync::outbox::{
    Delivery, Effect, End, Event, Found, Identifiers, Proof, State, Taken,
};
use rusqlite::OptionalExtension;
use url::Url;

use crate::http::{HttpError, Request, Response};
use crate::platform::error::{PericardError, PortalProblem, Result};
use crate::platform::{Break, Checkpoint};
use crate::session::SendError;
use crate::storage::{IdKind, millis, mirrored};

use super::FeatureSync;
use super::changes::RowChanges;
use super::location::{Located, id_in};
use super::outbox::{self, columns, state_of};
use super::pages::{FHIR_JSON, FRESH};
use super::progress::SyncPhase;
use super::run::Run;
use super::upload;

struct Item {
    id: i64,
    row: i64,
    identifier: String,
    state: State,
    tries: u32,
    tried: Option<i64>,
    /// What its conversation is, of which nothing else may overtake it.
    group: i64,
    identifiers: Identifiers,
    /// When everything was last known to be here.
    complete_at: Option<i64>,
}

impl Item {
    fn proof(&self, conditional: bool) -> Proof {
        let fetched = self.tried.zip(self.complete_at);
        Proof {
            conditional,
            identifiers: self.identifiers,
            fetched: fetched.is_some_and(|(tried, complete)| complete >= tried),
        }
    }
}

/// Sends what is queued, oldest first. `kept_back` are the conversations in which something waits for the next run; a run
/// that sends several times keeps them.
pub(crate) async fn send(
    feature: &FeatureSync,
    run: &Run,
    kept_back: &mut BTreeSet<i64>,
) -> Result<()> {
    let mut after = 0;
    let mut changed = BTreeSet::new();
    let (mut arrived, mut decided, mut waiting) = (0_u64, 0_u64, 0_u64);
    while let Some(item) = feature.on_disk(move |feature| next(feature, after)).await? {
        after = item.id;
        if kept_back.contains(&item.group) {
            continue;
        }
        run.progress(|p| p.phase = SyncPhase::Sending);
        match deliver(feature, &item).await {
            // The person has taken it back meanwhile, which concerns no other, or written it anew: then it is looked at
            // again, before those behind it.
            Err(PericardError::NotFound) if changed.insert(item.identifier) => after = item.id - 1,
            Err(PericardError::NotFound) => {}
            Err(error) => return Err(error),
            Ok(End::Arrived) => {
                arrived += 1;
                run.progress(|p| p.sent += 1);
            }
            Ok(End::Decided) => decided += 1,
            Ok(End::Waits) => {
                waiting += 1;
                kept_back.insert(item.group);
            }
        }
    }
    outbox::gone_through(feature.track.feature, arrived, decided, waiting);
    Ok(())
}

fn next(feature: &FeatureSync, after: i64) -> Result<Option<Item>> {
    feature.partition.read(|c| {
        let sql = "SELECT id, item, identifier, state, tries, tried FROM outbox WHERE feature = ?1 AND id > ?2
                   AND state IN ('queued', 'sending', 'doubtful') ORDER BY id LIMIT 1";
        let name = feature.track.feature.name();
        let item = c.prepare_cached(sql)?.query_row((name, after), |row| {
            let state: String = row.get(3)?;
            Ok(Item {
                id: row.get(0)?,
                row: row.get(1)?,
                identifier: row.get(2)?,
                state: state_of(&state, None),
                tries: row.get(4)?,
                tried: row.get(5)?,
                group: 0,
                identifiers: Identifiers::Unknown,
                complete_at: None,
            })
        });
        let Some(item) = item.optional()? else {
            return Ok(None);
        };
        let group = feature.mirror.group(c, item.row)?;
        Ok(Some(Item {
            group,
            identifiers: mirrored::identifiers(c, feature.track)?,
            complete_at: mirrored::state(c, feature.track)?.complete_at,
            ..item
        }))
    })
}

/// An item on its way, from outside.
struct Hands<'a> {
    feature: &'a FeatureSync,
    item: &'a Item,
    /// What is to be sent.
    body: Option<String>,
    /// What the portal answered to the create.
    answer: Option<Response>,
    /// The id that its answer gave.
    remote: Option<Located>,
    /// Why nothing more can be sent now.
    stop: Option<PericardError>,
}

async fn deliver(feature: &FeatureSync, item: &Item) -> Result<End> {
    let age = item.tried.map(|tried| {
        let now = millis(feature.platform.clock.now());
        // The wait begins anew when the clock was set back.
        Duration::from_millis(u64::try_from(now - tried).unwrap_or(0))
    });
    if item
        .tried
        .is_some_and(|tried| tried > millis(feature.platform.clock.now()))
    {
        restart_wait(feature, item).await?;
    }
    let conditional = feature.capability.conditional_create;
    let mut hands = Hands {
        feature,
        item,
        body: None,
        answer: None,
        remote: None,
        stop: None,
    };
    let files = upload::waiting(feature, item.row).await?;
    let proof = item.proof(conditional);
    let delivery = Delivery::new(item.state, item.tries, age, proof).with_files(files);
    let (mut machine, mut effects) = delivery.on(Event::Begin);
    loop {
        let (mut event, mut end) = (None, None);
        for effect in effects {
            match effect {
                Effect::Mark(state) => {
                    hands.mark(state).await?;
                    feature.platform.reached(checkpoint(state)).await;
                }
                Effect::Upload => {
                    let (uploaded, stop) = upload::upload(feature, item.row).await?;
                    feature.platform.reached(Checkpoint::FileUploaded).await;
                    (event, hands.stop) = (Some(uploaded), stop);
                }
                Effect::Compose => event = Some(hands.compose().await?),
                Effect::Create => {
                    let answered = hands.create().await?;
                    feature.platform.reached(Checkpoint::SendAnswered).await;
                    event = Some(answered);
                }
                Effect::ReadBack => event = Some(Event::ReadBack(hands.read_back().await?)),
                Effect::Settle => hands.settle().await?,
                Effect::LookUp => {
                    let found = hands.search(&item.identifier, true).await?;
                    event = Some(found.map_or(Event::NoEffect, Event::LookedUp));
                }
                Effect::Probe => {
                    // An identifier that nobody has: whoever finds something ignores the parameter.
                    let nobodys = mint_identifier(feature.platform.random());
                    let found = hands.search(&nobodys, false).await?;
                    event = Some(found.map_or(Event::NoEffect, Event::Probed));
                }
                Effect::End(how) => end = Some(how),
            }
        }
        match (end, event, hands.stop.take()) {
            (Some(_), _, Some(error)) => return Err(error),
            (Some(end), _, None) => return Ok(end),
            (None, Some(event), stop) => {
                hands.stop = stop;
                (machine, effects) = machine.on(event);
            }
            (None, None, _) => return Err(PericardError::internal("outbox")),
        }
    }
}

fn checkpoint(state: State) -> Checkpoint {
    match state {
        State::Sending => Checkpoint::SendStored,
        _ => Checkpoint::SendSettled,
    }
}

async fn restart_wait(feature: &FeatureSync, item: &Item) -> Result<()> {
    let id = item.id;
    feature
        .on_disk(move |feature| {
            let now = millis(feature.platform.clock.now());
            feature.partition.local(|tx| {
                let sql = "UPDATE outbox SET tried = ?2 WHERE id = ?1";
                tx.connection().execute(sql, (id, now))?;
                Ok(())
            })
        })
        .await
}

impl Hands<'_> {
    async fn mark(&self, state: State) -> Result<()> {
        let (id, row, identifier) = (self.item.id, self.item.row, self.item.identifier.clone());
        self.feature
            .on_disk(move |feature| {
                let sending = state == State::Sending;
                let tried = sending.then(|| millis(feature.platform.clock.now()));
                let (state, status) = columns(state);
                let changed = feature.partition.local(|tx| {
                    let sql =
                        "UPDATE outbox SET state = ?2, status = ?3, tried = coalesce(?4, tried),
                                   tries = tries + (?2 = 'doubtful' AND state = 'sending')
                               WHERE id = ?1 AND item = ?5 AND identifier = ?6";
                    let changed = tx
                        .connection()
                        .execute(sql, (id, state, status, tried, row, identifier))?;
                    Ok(changed)
                })?;
                if changed != 1 {
                    // Nothing of what it was goes out.
                    return Err(PericardError::NotFound);
                }
                let changes = RowChanges {
                    outbox: true,
                    records: true,
                    ..RowChanges::new(feature.track.feature, IdKind::Position)
                };
                feature.notify(&changes);
                Ok(())
            })
            .await
    }

    /// Puts together what is to be sent, unless it has to wait for another one.
    async fn compose(&mut self) -> Result<Event> {
        let (row, identifier) = (self.item.row, self.item.identifier.clone());
        let body = self
            .feature
            .on_disk(move |feature| {
                feature.partition.read(|c| {
                    feature
                        .mirror
                        .outgoing(c, feature.reader(), row, &identifier)
                })
            })
            .await?;
        self.body = body;
        Ok(match self.body {
            Some(_) => Event::Composed,
            None => Event::Waits,
        })
    }

    /// Creates the record.
    async fn create(&mut self) -> Result<Event> {
        let Some(mut body) = self.body.take() else {
            return Err(PericardError::internal("outbox"));
        };
        let feature = self.feature;
        let mut identifier = self.item.identifier.clone();
        if feature.platform.broken(Break::Identifier) {
            identifier = mint_identifier(feature.platform.random());
            body = body.replace(&self.item.identifier, &identifier);
        }
        let url = feature.owner.base.join(feature.track.resource_type);
        let request = Request::post(url, FHIR_JSON, body.into_bytes(), limits::FHIR_BODY)
            .header("accept", FHIR_JSON)
            .header("prefer", "return=representation")
            .header("if-none-exist", if_none_exist(&identifier));
        Ok(match feature.session.send(request).await {
            Ok(response) if response.is_success() && !response.is_html() => {
                Event::Taken(self.taken(response).await?)
            }
            // Not now (RFC 9110 §15.6.4), or not with this session: it was not taken.
            Ok(response) if matches!(response.status, 401 | 429 | 503) => {
                self.stop = Some(response.refusal());
                Event::NoEffect
            }
            Ok(response) if (400..500).contains(&response.status) && response.status != 408 => {
                Event::Refused(response.status)
            }
            Ok(_) => Event::InDoubt,
            Err(SendError::Http(_)) if feature.platform.broken(Break::Outbox) => {
                self.forget().await?;
                Event::Taken(Taken::Record)
            }
            Err(SendError::Http(
                HttpError::AnswerLost | HttpError::Aborted | HttpError::TooLarge,
            )) => Event::InDoubt,
            Err(error) => {
                self.stop = Some(error.into());
                Event::NoEffect
            }
        })
    }

    /// Takes the item for sent. Only a broken outbox does so without a proof.
    async fn forget(&self) -> Result<()> {
        let id = self.item.id;
        self.feature
            .on_disk(move |feature| {
                feature.partition.local(|tx| {
                    tx.connection()
                        .execute("DELETE FROM outbox WHERE id = ?1", [id])?;
                    Ok(())
                })
            })
            .await
    }

    /// What the answer of a successful create shows. What it says is kept at once.
    async fn taken(&mut self, response: Response) -> Result<Taken> {
        let base = &self.feature.owner.base;
        let kind = self.feature.track.resource_type;
        let location = response
            .header("location")
            .or(response.header("content-location"));
        self.remote = location.and_then(|location| id_in(location, kind, base.as_str()));
        let (row, identifier) = (self.item.row, self.item.identifier.clone());
        let body = response.body.clone();
        let stored = self
            .feature
            .on_disk(move |feature| {
                feature
                    .mirror
                    .store_created(feature, &body, &identifier, row, false)
            })
            .await?;
        self.answer = Some(response);
        Ok(match (stored, &self.remote) {
            (true, _) => Taken::Record,
            (false, Some(located)) if located.here => Taken::Id,
            (false, Some(_)) => Taken::Claim,
            (false, None) => Taken::Nothing,
        })
    }

    async fn read_back(&self) -> Result<bool> {
        let Some(Located { id, here }) = &self.remote else {
            return Ok(false);
        };
        let claimed = !here;
        let kind = self.feature.track.resource_type;
        let Ok(url) = Url::parse(&format!("{}/{id}", self.feature.owner.base.join(kind))) else {
            return Ok(false);
        };
        let request = Request::get(url, limits::FHIR_BODY).header("accept", FHIR_JSON);
        let Ok(response) = self.feature.session.send(request).await else {
            // That it was taken is known; what it looks like comes with a download.
            return Ok(false);
        };
        if !response.is_success() {
            return Ok(false);
        }
        let (row, identifier) = (self.item.row, self.item.identifier.clone());
        self.feature
            .on_disk(move |feature| {
                feature
                    .mirror
                    .store_created(feature, &response.body, &identifier, row, claimed)
            })
            .await
    }

    async fn settle(&self) -> Result<()> {
        let (id, row) = (self.item.id, self.item.row);
        let Some(Located { id: remote, .. }) = self.remote.clone() else {
            return Ok(());
        };
        self.feature
            .on_disk(move |feature| {
                let changes = feature.partition.local(|tx| {
                    let c = tx.connection();
                    c.execute("DELETE FROM outbox WHERE id = ?1", [id])?;
                    feature.mirror.sent(feature, c, row, &remote)
                })?;
                feature.notify(&RowChanges {
                    outbox: true,
                    ..changes
                });
                Ok(())
            })
            .await
    }

    /// Searches for an identifier, newest first: a portal that ignores the parameter then shows the item most likely
    /// too. `None` when there is no answer now.
    async fn search(&mut self, identifier: &str, own: bool) -> Result<Option<Found>> {
        match self.search_as(identifier, own, true).await? {
            // What is refused may be no more than the order.
            Some(Found::Refused) => self.search_as(identifier, own, false).await,
            found => Ok(found),
        }
    }

    async fn search_as(
        &mut self,
        identifier: &str,
        own: bool,
        sorted: bool,
    ) -> Result<Option<Found>> {
        let feature = self.feature;
        let mut url = by_identifier(
            &feature.owner.base,
            feature.track.resource_type,
            IDENTIFIER_SYSTEM,
            identifier,
        );
        if sorted {
            url.query_pairs_mut()
                .append_pair("subject", &format!("Patient/{}", feature.owner.patient))
                .append_pair("_sort", "-_lastUpdated")
                .append_pair("_count", "20");
        }
        let request = Request::get(url, limits::FHIR_BODY)
            .header("accept", FHIR_JSON)
            .header(FRESH.0, FRESH.1);
        let response = match feature.session.send(request).await {
            Ok(response) => response,
            Err(SendError::Http(HttpError::AnswerLost | HttpError::TooLarge)) => return Ok(None),
            Err(error) => {
                self.stop = Some(error.into());
                return Ok(None);
            }
        };
        match response.status {
            401 | 429 | 503 => {
                self.stop = Some(response.refusal());
                return Ok(None);
            }
            408 | 500.. => return Ok(None),
            400..500 => return Ok(Some(Found::Refused)),
            _ if !response.is_success() || response.is_html() => {
                self.stop = Some(response.refusal());
                return Ok(None);
            }
            _ => {}
        }
        let (row, identifier) = (self.item.row, identifier.to_owned());
        let found = feature.on_disk(move |feature| {
            let body = Body::new(&response.body);
            let Ok(bundle) = Bundle::parse(&body) else {
                return Err(PericardError::portal(PortalProblem::InvalidAnswer));
            };
            let ours =
                feature
                    .mirror
                    .store_ours(feature, &bundle, &identifier, own.then_some(row))?;
            Ok(match ours {
                Some(true) => Found::Ours,
                Some(false) => Found::Others,
                None => Found::Nothing,
            })
        });
        match found.await {
            Ok(found) => Ok(Some(found)),
            Err(PericardError::Portal { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
