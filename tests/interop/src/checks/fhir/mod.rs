//! What Pericard promises of a patient's messages, at a FHIR server that knows nothing of Pericard.
//!
//! One account's life behind the gateway: the first load, changes at the server, messages sent while answers are lost,
//! others writing at the same time. After each part, what the app shows is compared with what the server holds.

mod changing;
mod loading;
mod sending;

use pericard::{Account, SyncOutcome};

use crate::gateway::Gateway;
use crate::hapi::{Hapi, compare};
use crate::people::ANA;
use crate::report::Report;
use crate::trouble::{Result, Trouble, expect};

/// What every check may ask.
pub(crate) struct Stage {
    pub(crate) hapi: Hapi,
    pub(crate) gateway: Gateway,
}

impl Stage {
    /// Syncs, and fails unless that proved that everything is here, and it is.
    async fn caught_up(&self, account: &Account) -> Result<usize> {
        let outcome = synced(account).await?;
        expect(outcome == SyncOutcome::Complete, || {
            format!("the sync ended {outcome:?}")
        })?;
        compare(account, &self.hapi, &ANA).await
    }
}

/// Carries all checks out.
pub(crate) async fn run(stage: &Stage, report: &mut Report) -> Result {
    let app = loading::first(stage, report).await?;
    loading::in_a_forgotten_search(stage, report).await?;
    loading::behind_leaking_links(stage, report).await?;
    changing::news(stage, report, &app).await?;
    changing::edits(stage, report, &app).await?;
    changing::removals(stage, report, &app).await?;
    sending::plainly(stage, report, &app).await?;
    sending::without_an_answer(stage, report, &app).await?;
    sending::in_vain(stage, report, &app).await?;
    changing::storm(stage, report, &app).await?;
    loading::once_more(stage, report, &app).await
}

/// Brings an account up to date; how that ended.
async fn synced(account: &Account) -> Result<SyncOutcome> {
    let run = account.start_sync(None, false)?;
    while run.next().await?.is_some() {}
    run.outcome()
        .ok_or(Trouble::new("the sync ended without an outcome"))
}
