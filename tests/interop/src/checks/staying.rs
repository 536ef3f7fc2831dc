//! Staying signed in: reading, and refreshing without anybody noticing.

use super::Stage;
use crate::app::{App, sync, texts};
use crate::fixture::TEXTS;
use crate::issuer::{Kind, of};
use crate::report::Report;
use crate::trouble::{Result, Trouble, expect, list};

/// Seconds; the core refreshes what ends in half a minute, so that a token of this life is refreshed at each use.
const SHORT: u32 = 20;

/// The first sync.
pub(super) async fn reading(stage: &Stage, report: &mut Report, app: &App) -> Result {
    let account = app.account().await?;
    stage.issuer.notes().await?;
    report
        .need("a sync reads the messages", async {
            sync(&account).await?;
            let shown = texts(&account).await?;
            expect(shown == TEXTS, || format!("the inbox shows {shown:?}"))
        })
        .await?;
    report
        .check("an access token that still lives is not refreshed", async {
            let notes = stage.issuer.notes().await?;
            expect(of(&notes, Kind::Refreshed).is_empty(), || list(&notes))
        })
        .await;
    Ok(())
}

/// An access token that is revoked, and one that runs out.
pub(super) async fn refreshing(stage: &Stage, report: &mut Report, app: &App) -> Result {
    let account = app.account().await?;
    stage.issuer.access_token_life(SHORT).await?;
    stage.issuer.notes().await?;
    report
        .check(
            "an ended access token is refreshed once; refresh rotates",
            async {
                let token = stage
                    .clinic
                    .token()
                    .ok_or(Trouble::new("the clinic accepted no token"))?;
                stage.issuer.end_access_token(&token).await?;
                stage.issuer.notes().await?;
                stage.clinic.visits();
                sync(&account).await?;
                let visits = stage.clinic.visits();
                let refused = visits
                    .iter()
                    .filter(|visit| visit.error == Some("invalid_token"))
                    .count();
                expect(refused == 1, || list(&visits))?;
                refreshed(stage).await
            },
        )
        .await;
    report
        .check(
            "one that ran out is refreshed before use; refresh rotates",
            async {
                stage.clinic.visits();
                sync(&account).await?;
                let visits = stage.clinic.visits();
                expect(visits.iter().all(|visit| visit.status == 200), || {
                    list(&visits)
                })?;
                refreshed(stage).await
            },
        )
        .await;
    Ok(())
}

/// Fails unless the server noted refreshes that rotated, and no other.
async fn refreshed(stage: &Stage) -> Result {
    let notes = stage.issuer.notes().await?;
    let refreshes = of(&notes, Kind::Refreshed);
    let well = |note: &&crate::issuer::Note| note.error.is_none() && note.rotated;
    let all = refreshes
        .iter()
        .filter(|note| note.error.as_deref() != Some("use_dpop_nonce"))
        .all(well);
    expect(all && refreshes.iter().any(well), || list(&notes))
}
