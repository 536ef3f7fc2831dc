//! What Pericard promises, asked of a server that knows nothing of Pericard.
//!
//! One account's life, from finding the portal to signing out; each part goes on from where the last one ended.

mod arriving;
mod clock;
mod detours;
mod ending;
pub(crate) mod fhir;
mod leaving;
mod proving;
mod staying;

use crate::browser::Browser;
use crate::fixture::Fixture;
use crate::issuer::Issuer;
use crate::report::Report;
use crate::trouble::Result;

/// What every check may ask.
pub(crate) struct Stage {
    pub(crate) clinic: Fixture,
    pub(crate) issuer: Issuer,
    pub(crate) browser: Browser,
}

/// Carries all checks out; those of the features that the server lacks are left out.
pub(crate) async fn run(stage: &Stage, report: &mut Report) -> Result {
    arriving::finding(stage, report).await?;
    let (app, window) = arriving::signing_in(stage, report).await?;
    staying::reading(stage, report, &app).await?;
    staying::refreshing(stage, report, &app).await?;
    let app = ending::copied(stage, report, app, &window).await?;
    ending::by_the_portal(stage, report, &app, &window).await?;
    proving::anew(stage, report, &app, &window).await?;
    leaving::signing_out(stage, report, &app).await?;
    window.close().await?;
    detours::taken(stage, report).await?;
    if matches!(stage.issuer, Issuer::OidcProvider(_)) {
        leaving::cancelling(stage, report).await?;
    }
    if let Issuer::Keycloak(keycloak) = &stage.issuer {
        arriving::with_the_next_key(stage, report, keycloak).await?;
    }
    clock::wrong(stage, report).await
}
