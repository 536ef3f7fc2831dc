//! What is queued here: where each item stands, and what the person does about it.

use std::time::SystemTime;

use pericard_protocol::fhir::outgoing::mint_identifier;
use pericard_protocol::sync::outbox::State;
use rusqlite::{Connection, OptionalExtension};

use crate::platform::Platform;
use crate::platform::error::{InputProblem, PericardError, Result};
use crate::platform::log;
use crate::storage::{Feature, LocalTx, PageTx, Salvage, Schema, millis};

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
        "
-- `tries`: requests that may have had their effect. `doubtful`: one of them may have, and none is under way.
CREATE TABLE outbox_3 (
    id INTEGER PRIMARY KEY,
    feature TEXT NOT NULL,
    item INTEGER NOT NULL,
    identifier TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'doubtful', 'failed', 'unknown')),
    status INTEGER,
    tried INTEGER,
    tries INTEGER NOT NULL DEFAULT 0,
    UNIQUE (feature, item)
) STRICT;
INSERT INTO outbox_3 (id, feature, item, identifier, state, status, tried)
    SELECT id, feature, item, identifier, state, status, tried FROM outbox;
DROP TABLE outbox;
ALTER TABLE outbox_3 RENAME TO outbox;
",
    ],
};

/// Where an item stands, of the columns `state` and `status`.
pub(crate) fn state_of(state: &str, status: Option<u16>) -> State {
    match state {
        "queued" => State::Queued,
        "sending" => State::Sending,
        "doubtful" => State::Doubtful,
        "failed" => State::Failed(status.unwrap_or_default()),
        _ => State::Unknown,
    }
}

pub(super) fn columns(state: State) -> (&'static str, Option<u16>) {
    match state {
        State::Queued => ("queued", None),
        State::Sending => ("sending", None),
        State::Doubtful => ("doubtful", None),
        State::Failed(status) => ("failed", Some(status)),
        State::Unknown => ("unknown", None),
    }
}

/// The outbox in a database that may be damaged.
pub(crate) const SALVAGE: Salvage = Salvage {
    table: "outbox",
    rows: ("outbox", "id"),
};

/// The outbox was saved from a damaged database, which may have been behind: what waited may have gone out since.
pub(crate) fn salvaged(tx: &LocalTx<'_>, now: SystemTime) -> Result<()> {
    let sql =
        "UPDATE outbox SET state = 'doubtful', tries = max(tries, 1), tried = coalesce(tried, ?1)
               WHERE state IN ('queued', 'sending')";
    tx.connection().execute(sql, [millis(now)])?;
    Ok(())
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

/// The portal has shown to hold the queued row.
pub(crate) fn settle(tx: &PageTx<'_>, feature: Feature, item: i64) -> Result<()> {
    let sql = "DELETE FROM outbox WHERE feature = ?1 AND item = ?2";
    tx.connection()
        .prepare_cached(sql)?
        .execute((feature.name(), item))?;
    Ok(())
}

/// Whether anything is waiting for its proof: a page then has to be searched for identifiers.
pub(crate) fn any(connection: &Connection, feature: Feature) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM outbox WHERE feature = ?1)";
    Ok(connection
        .prepare_cached(sql)?
        .query_row([feature.name()], |row| row.get(0))?)
}

/// Writes what became of the items of a feature, where there were any.
pub(super) fn gone_through(feature: Feature, arrived: u64, decided: u64, waiting: u64) {
    if arrived + decided + waiting > 0 {
        log::event!(
            INFO,
            "outbox gone through",
            feature = feature,
            arrived = arrived,
            failed_or_unknown = decided,
            waiting = waiting
        );
    }
}

/// How many items stand where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) queued: u64,
    pub(crate) sending: u64,
    pub(crate) doubtful: u64,
    pub(crate) failed: u64,
    pub(crate) unknown: u64,
}

/// Counts a feature's items.
pub(crate) fn counts(connection: &Connection, feature: Feature) -> Result<Counts> {
    let sql = "SELECT state, count(*) FROM outbox WHERE feature = ?1 GROUP BY state";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([feature.name()], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))
    })?;
    let mut counts = Counts::default();
    for row in rows {
        let (state, number) = row?;
        *match state_of(&state, None) {
            State::Queued => &mut counts.queued,
            State::Sending => &mut counts.sending,
            State::Doubtful => &mut counts.doubtful,
            State::Failed(_) => &mut counts.failed,
            State::Unknown => &mut counts.unknown,
        } = number.unsigned_abs();
    }
    Ok(counts)
}

/// Queues a failed or doubtful item again, under the identifier that it has. That one was in doubt stays known by its
/// status.
pub(crate) fn retry(tx: &LocalTx<'_>, feature: Feature, item: i64) -> Result<()> {
    let sql = "UPDATE outbox SET status = iif(state = 'failed', NULL, 0), state = 'queued', tries = 0, tried = NULL
               WHERE feature = ?1 AND item = ?2 AND (state IN ('failed', 'unknown') OR state = 'doubtful' AND tries >= 2)";
    changed_one(tx.connection().execute(sql, (feature.name(), item))?)
}

/// Queues an item again that the portal has not taken and cannot be taking, under a new identifier: it is another one now.
pub(crate) fn renew(
    tx: &LocalTx<'_>,
    platform: &Platform,
    feature: Feature,
    item: i64,
) -> Result<()> {
    let sql =
        "UPDATE outbox SET identifier = ?3, state = 'queued', status = NULL, tries = 0, tried = NULL
               WHERE feature = ?1 AND item = ?2
                   AND (state = 'failed' OR state = 'queued' AND tries = 0 AND status IS NULL)";
    let identifier = mint_identifier(platform.random());
    changed_one(
        tx.connection()
            .execute(sql, (feature.name(), item, identifier))?,
    )
}

/// Takes an item out that will not go out then: no request is under way or waits for its proof. One that is in doubt for
/// the second time is the person's to decide, as [`State::Unknown`] is.
pub(crate) fn withdraw(tx: &LocalTx<'_>, feature: Feature, item: i64) -> Result<()> {
    let sql = "DELETE FROM outbox WHERE feature = ?1 AND item = ?2 AND state <> 'sending'
               AND (state <> 'doubtful' OR tries >= 2)";
    changed_one(tx.connection().execute(sql, (feature.name(), item))?)
}

fn changed_one(rows: usize) -> Result<()> {
    if rows == 1 {
        Ok(())
    } else {
        Err(PericardError::input("message", InputProblem::WrongState))
    }
}
