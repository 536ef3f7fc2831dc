//! Signing out, and thinking better of signing in.

use pericard::PericardError;

use super::Stage;
use crate::app::{App, Setup};
use crate::browser::Doing;
use crate::issuer::{Kind, of};
use crate::people::ANA;
use crate::report::Report;
use crate::trouble::{Result, Trouble, expect, list};

/// The server hears of a sign-out.
pub(super) async fn signing_out(stage: &Stage, report: &mut Report, app: &App) -> Result {
    let before = stage.issuer.grants(&ANA).await?;
    stage.issuer.notes().await?;
    report
        .check(
            "signing out revokes at the server, nothing stays here",
            async {
                app.account().await?.sign_out().await?;
                let notes = stage.issuer.notes().await?;
                let revoked = of(&notes, Kind::Revoked);
                let well = revoked.iter().all(|note| note.error.is_none());
                expect(well && !revoked.is_empty(), || list(&notes))?;
                expect(app.client.accounts().await?.is_empty(), || {
                    "the account is still there".to_owned()
                })
            },
        )
        .await;
    report
        .check("no grant of the app stays alive at the server", async {
            let after = stage.issuer.grants(&ANA).await?;
            expect(before > 0 && after == 0, || {
                format!("{before} before, {after} after")
            })
        })
        .await;
    Ok(())
}

/// The person cancels on the server's page.
pub(super) async fn cancelling(stage: &Stage, report: &mut Report) -> Result {
    report
        .check("cancelling on the server's page ends the sign-in", async {
            let app = App::install(Setup::at(stage.clinic.base())).await?;
            let window = stage.browser.open().await?;
            let sign_in = app.begin().await?;
            let (_, back) = app.visit(&sign_in, &window, &ANA, Doing::Cancel).await?;
            window.close().await?;
            match sign_in.clone().redirected(back).await {
                Err(PericardError::Cancelled) => Ok(()),
                other => Err(Trouble::new(format!("{other:?}"))),
            }
        })
        .await;
    Ok(())
}
