//! The first load, undisturbed and disturbed.

use super::{Stage, synced};
use crate::app::{App, Setup, messages};
use crate::gateway::Mishap;
use crate::hapi::{FIRST_LOAD, compare};
use crate::people::{ANA, BEN};
use crate::report::Report;
use crate::trouble::{Result, Trouble, expect, list};

/// Signs in on a new device whose clock the checks may move.
async fn arrived(stage: &Stage) -> Result<App> {
    let app = App::install(Setup::at(stage.gateway.base()).ahead(0)).await?;
    app.sign_in_at_once().await?;
    Ok(app)
}

/// The account that all other checks are about.
pub(super) async fn first(stage: &Stage, report: &mut Report) -> Result<App> {
    let app = report
        .need("the gateway's sign-in leads to the patient", async {
            let app = arrived(stage).await?;
            let people = app.account().await?.people();
            expect(people.len() == 1 && people[0].name == ANA.name, || {
                format!("{people:?}")
            })?;
            Ok(app)
        })
        .await?;
    let account = app.account().await?;
    stage.gateway.passed();
    report
        .need(
            "the first load brings every message, thread by thread",
            async {
                let shown = stage.caught_up(&account).await?;
                expect(shown > FIRST_LOAD, || format!("only {shown} are shown"))
            },
        )
        .await?;
    report
        .check(
            "nothing was asked for that the gateway or the server refuses",
            async {
                let passed = stage.gateway.passed();
                let refused: Vec<_> = passed.iter().filter(|it| it.status >= 400).collect();
                expect(refused.is_empty(), || list(&refused))
            },
        )
        .await;
    report
        .check(
            "a message whose subject is only a number is held, not shown",
            async {
                let state = messages(&account)?.state().await?;
                expect(state.held >= 1 && state.unreadable == 0, || {
                    format!("{state:?}")
                })
            },
        )
        .await;
    report
        .check(
            "right after, a sync asks for pages, and for no record alone",
            async {
                synced(&account).await?;
                stage.gateway.passed();
                stage.caught_up(&account).await?;
                let passed = stage.gateway.passed();
                // All of it was written within the overlap of two downloads, so that it comes again.
                let alone: Vec<_> = passed
                    .iter()
                    .filter(|it| !it.address.contains('?'))
                    .collect();
                expect(alone.is_empty(), || list(&alone))
            },
        )
        .await;
    report
        .check(
            "another patient's device shows their message alone",
            async {
                stage.gateway.signs_in(BEN);
                let app = App::install(Setup::at(stage.gateway.base()).ahead(0)).await?;
                let account = app.sign_in_at_once().await?;
                stage.gateway.signs_in(ANA);
                synced(&account).await?;
                let shown = compare(&account, &stage.hapi, &BEN).await?;
                expect(shown == 2, || format!("{shown} are shown"))
            },
        )
        .await;
    Ok(app)
}

/// The server forgets a stored search between two pages: its 410.
pub(super) async fn in_a_forgotten_search(stage: &Stage, report: &mut Report) -> Result {
    report
        .check("a search that the server forgets is begun again", async {
            let app = arrived(stage).await?;
            stage.gateway.let_happen(Mishap::SearchExpired);
            stage.gateway.let_happen(Mishap::SearchExpired);
            stage.gateway.passed();
            let account = app.account().await?;
            let caught_up = stage.caught_up(&account).await;
            let gone = stage.gateway.passed();
            let gone = gone.iter().filter(|it| it.status == 410).count();
            expect(gone == 2 && stage.gateway.all_happened(), || {
                format!("{gone} pages were gone")
            })?;
            caught_up.map(drop)
        })
        .await;
    Ok(())
}

/// The gateway leaves the server's own address in the links.
pub(super) async fn behind_leaking_links(stage: &Stage, report: &mut Report) -> Result {
    report
        .check(
            "links past the gateway are not followed; what can be shown is",
            async {
                let app = arrived(stage).await?;
                stage.gateway.leak_links(true);
                let account = app.account().await?;
                let outcome = synced(&account).await;
                stage.gateway.leak_links(false);
                let outcome = outcome?;
                let compared = compare(&account, &stage.hapi, &ANA).await;
                match (outcome, compared) {
                    (pericard::SyncOutcome::Complete, compared) => compared.map(drop),
                    // Hundreds changed at one moment, and no page holds them.
                    (pericard::SyncOutcome::Incomplete { .. }, Err(_)) => Ok(()),
                    (outcome, Ok(_)) => Err(Trouble::new(format!(
                        "all is here, and it says {outcome:?}"
                    ))),
                }
            },
        )
        .await;
    report
        .check(
            "once the links are right, the same device catches up",
            async {
                let app = arrived(stage).await?;
                stage.gateway.leak_links(true);
                let account = app.account().await?;
                let _ = synced(&account).await;
                stage.gateway.leak_links(false);
                stage.caught_up(&account).await.map(drop)
            },
        )
        .await;
    Ok(())
}

/// At the end: the device that saw everything happen, and one that comes new.
pub(super) async fn once_more(stage: &Stage, report: &mut Report, app: &App) -> Result {
    let old = app.account().await?;
    report
        .check(
            "at the end, cache and server are equal message for message",
            async {
                let shown = stage.caught_up(&old).await?;
                let state = messages(&old)?.state().await?;
                expect(state.incomplete.is_none() && shown > FIRST_LOAD, || {
                    format!("{shown} shown, {state:?}")
                })
            },
        )
        .await;
    report
        .check("a device that comes new shows the same", async {
            let app = arrived(stage).await?;
            stage.caught_up(&*app.account().await?).await.map(drop)
        })
        .await;
    Ok(())
}
