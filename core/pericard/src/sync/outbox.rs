//! Durable sending: what is queued arrives once where the portal can prove it, and is `Unknown` where it cannot.
//!
//! Uses: `changes`, `run`
//!
//! ```mermaid
//! stateDiagram-v2
//!     [*] --> Queued: queue (identifier minted)
//!     Queued --> Sending: stored before the request
//!     Sending --> [*]: the portal shows a record with exactly this identifier
//!     Sending --> Queued: it had no effect for certain, and no earlier try is in doubt
//!     Sending --> Failed: the portal refused it
//!     Sending --> Sending: answer lost, look-up not possible now, or too early to prove anything
//!     Sending --> Unknown: answer lost, and no proof either way
//!     Failed --> Queued: retry
//!     Unknown --> Queued: retry (the person decides)
//!     Unknown --> [*]: a download brings it
//! ```
//!
//! The proof: a look-up by the identifier counts as a hit only with exactly that identifier. That nothing was found
//! counts only where a look-up of a random identifier finds nothing (else the portal ignores the parameter), and
//! only once the request is older than [`OVERLAP`]: an index lags behind what was written, and conditional create
//! asks the same index. Then the record is created again, only where the capability statement announces conditional
//! create, under the same identifier and `If-None-Exist` (FHIR R4 §3.1.0.8.1). A look-up that is refused proves
//! nothing.

use pericard_protocol::fhir::bundle::Bundle;
use pericard_protocol::fhir::outgoing::{IDENTIFIER_SYSTEM, if_none_exist, mint_identifier};
use pericard_protocol::fhir::search::{OVERLAP, by_identifier};
use pericard_protocol::limits;
use rusqlite::{Connection, OptionalExtension};

use crate::http::{HttpError, Request, Response};
use crate::platform::Platform;
use crate::platform::error::{InputProblem, PericardError, PortalProblem, Result};
use crate::session::SendError;
use crate::storage::{Feature, IdKind, LocalTx, PageTx, Schema, millis};

use super::FeatureSync;
use super::changes::RowChanges;
use super::run::{Run, SyncStage};

pub(crate) static SCHEMA: Schema = Schema {
    part: "outbox",
    steps: &[
        "
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    feature TEXT NOT NULL,
    item INTEGER NOT NULL,
    identifier TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'failed', 'unknown')),
    status INTEGER,
    UNIQUE (feature, item)
) STRICT;
",
        "
-- When the request that may have had its effect was sent, in milliseconds since 1970.
ALTER TABLE outbox ADD COLUMN tried INTEGER;
",
    ],
};

const FHIR_JSON: &str = "application/fhir+json";

/// Where a queued item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OutboxState {
    Queued,
    Sending,
    /// The portal refused it with this status.
    Failed(u16),
    Unknown,
}

impl OutboxState {
    /// Of the columns `state` and `status`.
    pub(crate) fn from_columns(state: &str, status: Option<u16>) -> Self {
        match state {
            "queued" => Self::Queued,
            "sending" => Self::Sending,
            "failed" => Self::Failed(status.unwrap_or_default()),
            _ => Self::Unknown,
        }
    }

    fn columns(self) -> (&'static str, Option<u16>) {
        match self {
            Self::Queued => ("queued", None),
            Self::Sending => ("sending", None),
            Self::Failed(status) => ("failed", Some(status)),
            Self::Unknown => ("unknown", None),
        }
    }
}

/// Queues a feature's row under a new identifier.
pub(crate) fn queue(
    tx: &LocalTx<'_>,
    platform: &Platform,
    feature: Feature,
    item: i64,
) -> Result<()> {
    tx.connection().execute(
        "INSERT INTO outbox (feature, item, identifier, state) VALUES (?1, ?2, ?3, 'queued')",
        (feature.name(), item, mint_identifier(platform.random())),
    )?;
    Ok(())
}

/// The row that was queued under `identifier`, which the portal has shown to hold now.
pub(crate) fn confirm(tx: &PageTx<'_>, feature: Feature, identifier: &str) -> Result<Option<i64>> {
    let sql = "DELETE FROM outbox WHERE feature = ?1 AND identifier = ?2 RETURNING item";
    Ok(tx
        .connection()
        .prepare_cached(sql)?
        .query_row((feature.name(), identifier), |row| row.get(0))
        .optional()?)
}

/// Whether anything is waiting for its proof: a page then has to be searched for identifiers.
pub(crate) fn any(connection: &Connection, feature: Feature) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM outbox WHERE feature = ?1)";
    Ok(connection
        .prepare_cached(sql)?
        .query_row([feature.name()], |row| row.get(0))?)
}

/// Queues a failed or doubtful item again, under the identifier that it has.
pub(crate) fn retry(tx: &LocalTx<'_>, feature: Feature, item: i64) -> Result<()> {
    let sql = "UPDATE outbox SET state = 'queued', status = NULL
               WHERE feature = ?1 AND item = ?2 AND state IN ('failed', 'unknown')";
    changed_one(tx.connection().execute(sql, (feature.name(), item))?)
}

/// Takes an item out that is not under way.
pub(crate) fn withdraw(tx: &LocalTx<'_>, feature: Feature, item: i64) -> Result<()> {
    let sql = "DELETE FROM outbox WHERE feature = ?1 AND item = ?2 AND state <> 'sending'";
    changed_one(tx.connection().execute(sql, (feature.name(), item))?)
}

fn changed_one(rows: usize) -> Result<()> {
    if rows == 1 {
        Ok(())
    } else {
        Err(PericardError::input("message", InputProblem::WrongState))
    }
}

struct Item {
    id: i64,
    row: i64,
    identifier: String,
    /// An earlier request may have had its effect.
    doubtful: bool,
}

/// Sends what is queued, oldest first.
pub(crate) async fn send(feature: &FeatureSync, run: &Run) -> Result<()> {
    let mut after = 0;
    while let Some(item) = feature.on_disk(move |feature| next(feature, after)).await? {
        after = item.id;
        if deliver(feature, &item).await? {
            run.progress(|p| {
                p.stage = SyncStage::Sending;
                p.sent += 1;
            });
        }
    }
    Ok(())
}

fn next(feature: &FeatureSync, after: i64) -> Result<Option<Item>> {
    feature.partition.read(|c| {
        let sql = "SELECT id, item, identifier, state FROM outbox
                   WHERE feature = ?1 AND id > ?2 AND state IN ('queued', 'sending') ORDER BY id LIMIT 1";
        let item = c.prepare_cached(sql)?.query_row((feature.track.feature.name(), after), |row| {
            let state: String = row.get(3)?;
            Ok(Item { id: row.get(0)?, row: row.get(1)?, identifier: row.get(2)?, doubtful: state == "sending" })
        });
        Ok(item.optional()?)
    })
}

/// What a look-up proves.
#[derive(PartialEq)]
enum Proof {
    /// The record is there, and its row now says so.
    Arrived,
    /// It is not there, by a search that heeds identifiers, long after it was sent.
    Absent,
    /// It cannot be found, which so soon after it was sent proves nothing.
    TooEarly,
    /// Nothing.
    None,
}

/// True when the item has arrived.
async fn deliver(feature: &FeatureSync, item: &Item) -> Result<bool> {
    let mut doubtful = item.doubtful;
    // At most: settle an old doubt, create, settle the doubt of this request, create once more.
    for _ in 0..2 {
        if doubtful {
            match look_up(feature, item).await? {
                Proof::Arrived => return Ok(true),
                Proof::Absent if feature.conditional_create => {}
                // Under way: the next run looks again.
                Proof::TooEarly if feature.conditional_create => return Ok(false),
                Proof::Absent | Proof::TooEarly | Proof::None => {
                    mark(feature, item, OutboxState::Unknown).await?;
                    return Ok(false);
                }
            }
        }
        let (row, identifier) = (item.row, item.identifier.clone());
        let body = feature
            .on_disk(move |feature| {
                feature
                    .partition
                    .read(|c| feature.mirror.outgoing(c, &feature.owner, row, &identifier))
            })
            .await?;
        let Some(body) = body else { return Ok(false) };
        mark(feature, item, OutboxState::Sending).await?;
        // A request that had no effect settles nothing about an earlier one.
        let not_sent = match doubtful {
            true => OutboxState::Sending,
            false => OutboxState::Queued,
        };
        match create(feature, &item.identifier, body).await {
            Ok(response) if response.is_success() => {
                let arrived = read_back(feature, &item.identifier, response).await?;
                if !arrived && look_up(feature, item).await? != Proof::Arrived {
                    mark(feature, item, OutboxState::Unknown).await?;
                    return Ok(false);
                }
                return Ok(true);
            }
            // Several matches: it is there more than once, by somebody's doing; one of them is ours.
            Ok(response) if response.status == 412 => doubtful = true,
            // Not now (RFC 9110 §15.6.4): it was not taken, and waits as told.
            Ok(response) if matches!(response.status, 401 | 403 | 429 | 503) => {
                mark(feature, item, not_sent).await?;
                return Err(response.refusal());
            }
            Ok(response) if matches!(response.status, 408 | 500..) => doubtful = true,
            Ok(response) => {
                mark(feature, item, OutboxState::Failed(response.status)).await?;
                return Ok(false);
            }
            Err(SendError::Http(
                HttpError::AnswerLost | HttpError::Aborted | HttpError::TooLarge,
            )) => doubtful = true,
            Err(error) => {
                mark(feature, item, not_sent).await?;
                return Err(error.into());
            }
        }
    }
    // Two requests without an answer: the next run starts with a look-up.
    Err(PericardError::Offline)
}

async fn mark(feature: &FeatureSync, item: &Item, state: OutboxState) -> Result<()> {
    let id = item.id;
    feature.on_disk(move |feature| {
        let tried = (state == OutboxState::Sending).then(|| millis(feature.platform.clock.now()));
        let (state, status) = state.columns();
        feature.partition.local(|tx| {
            let sql = "UPDATE outbox SET state = ?2, status = ?3, tried = coalesce(?4, tried) WHERE id = ?1";
            tx.connection().execute(sql, (id, state, status, tried))?;
            Ok(())
        })?;
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

async fn create(
    feature: &FeatureSync,
    identifier: &str,
    body: String,
) -> Result<Response, SendError> {
    let url = feature.owner.base.join(feature.track.resource_type);
    let request = Request::post(url, FHIR_JSON, body.into_bytes(), limits::FHIR_BODY)
        .header("accept", FHIR_JSON)
        .header("prefer", "return=representation")
        .header("if-none-exist", if_none_exist(identifier));
    feature.session.send(request).await
}

/// Stores the record in the response to a create if it is exactly ours.
async fn read_back(feature: &FeatureSync, identifier: &str, response: Response) -> Result<bool> {
    let identifier = identifier.to_owned();
    feature
        .on_disk(move |feature| {
            feature
                .mirror
                .store_created(feature, &response.body, &identifier)
        })
        .await
}

/// Searches for `identifier`, newest first: a portal that ignores the parameter then shows it most likely too.
async fn look_up(feature: &FeatureSync, item: &Item) -> Result<Proof> {
    match search(feature, &item.identifier).await? {
        Found::Ours => return Ok(Proof::Arrived),
        Found::Refused => return Ok(Proof::None),
        Found::Others | Found::Nothing => {}
    }
    // An identifier that nobody has: whoever finds something ignores the parameter.
    let nobodys = mint_identifier(feature.platform.random());
    if search(feature, &nobodys).await? != Found::Nothing {
        return Ok(Proof::None);
    }
    let id = item.id;
    feature
        .on_disk(move |feature| {
            Ok(if is_old(feature, id)? {
                Proof::Absent
            } else {
                Proof::TooEarly
            })
        })
        .await
}

/// Whether the last request for an item is so old that every index knows of it. The wait begins anew when the clock was
/// set back.
fn is_old(feature: &FeatureSync, id: i64) -> Result<bool> {
    let now = millis(feature.platform.clock.now());
    let tried: Option<i64> = feature.partition.read(|c| {
        let sql = "SELECT tried FROM outbox WHERE id = ?1";
        Ok(c.prepare_cached(sql)?
            .query_row([id], |row| row.get(0))
            .optional()?
            .flatten())
    })?;
    match tried.map(|tried| now - tried) {
        Some(age) if age >= 0 => Ok(age > OVERLAP.as_millis().try_into().unwrap_or(i64::MAX)),
        _ => {
            feature.partition.local(|tx| {
                let sql = "UPDATE outbox SET tried = ?2 WHERE id = ?1";
                Ok(tx.connection().execute(sql, (id, now))?)
            })?;
            Ok(false)
        }
    }
}

/// What the portal finds by an identifier.
#[derive(PartialEq)]
enum Found {
    /// The record with exactly this identifier, which is stored now.
    Ours,
    /// Records without it.
    Others,
    Nothing,
    /// The portal refuses to search so.
    Refused,
}

async fn search(feature: &FeatureSync, identifier: &str) -> Result<Found> {
    let mut url = by_identifier(
        &feature.owner.base,
        feature.track.resource_type,
        IDENTIFIER_SYSTEM,
        identifier,
    );
    url.query_pairs_mut()
        .append_pair("subject", &format!("Patient/{}", feature.owner.patient))
        .append_pair("_sort", "-_lastUpdated")
        .append_pair("_count", "20");
    let response = feature
        .session
        .send(Request::get(url, limits::FHIR_BODY).header("accept", FHIR_JSON))
        .await?;
    match response.status {
        401 | 408 | 429 => return Err(response.refusal()),
        400..500 => return Ok(Found::Refused),
        _ if !response.is_success() => return Err(response.refusal()),
        _ => {}
    }
    let identifier = identifier.to_owned();
    feature
        .on_disk(move |feature| {
            let bundle = Bundle::parse(&response.body)
                .map_err(|_| PericardError::portal(PortalProblem::InvalidAnswer))?;
            let ours = feature.mirror.store_ours(feature, &bundle, &identifier)?;
            Ok(match ours {
                Some(true) => Found::Ours,
                Some(false) => Found::Others,
                None => Found::Nothing,
            })
        })
        .await
}
