//! Sessions that end at the server: a refresh token used twice, and staff who end them.

use pericard::{PericardError, SealReason, SessionState, SignInReason};

use super::Stage;
use crate::app::{App, sync, texts};
use crate::browser::Window;
use crate::fixture::TEXTS;
use crate::issuer::{Kind, of};
use crate::people::{ANA, BEN};
use crate::report::Report;
use crate::trouble::{Result, Trouble, expect, list};

const REVOKED: PericardError = PericardError::SignInRequired {
    reason: SignInReason::Revoked,
};
const SEALED: SessionState = SessionState::Sealed {
    reason: SealReason::Refused,
};

/// The device is copied, as by a backup or a thief, and both copies go on: each has the same refresh token and the
/// same key, so that one of them uses a spent token.
pub(super) async fn copied(
    stage: &Stage,
    report: &mut Report,
    app: App,
    window: &Window,
) -> Result<App> {
    let (app, twin) = app.copied().await?;
    let (account, copy) = (app.account().await?, twin.account().await?);
    report
        .check("after a restart the session goes on", async {
            sync(&account).await?;
            let shown = texts(&account).await?;
            expect(shown == TEXTS, || format!("the inbox shows {shown:?}"))
        })
        .await;
    stage.issuer.notes().await?;
    report
        .check(
            "a spent refresh token is refused and seals the account",
            async {
                ended(&copy).await?;
                let notes = stage.issuer.notes().await?;
                let refused = of(&notes, Kind::Refreshed)
                    .into_iter()
                    .any(|note| note.error.is_some());
                expect(refused, || list(&notes))
            },
        )
        .await;
    report
        .check(
            "it ended the family: the newer token's account is sealed too",
            async { ended(&account).await },
        )
        .await;
    report
        .check("somebody else cannot reopen a sealed account", async {
            let other = stage.browser.open().await?;
            let reopened = app.reopen(&other, &BEN).await;
            other.close().await?;
            match reopened? {
                Err(PericardError::SignInRequired {
                    reason: SignInReason::AnotherPerson,
                }) => {}
                Err(error) => return Err(error.into()),
                Ok(_) => return Err(Trouble::new("Ben reopened Ana's account")),
            }
            expect(account.session() == SEALED, || {
                format!("{:?}", account.session())
            })
        })
        .await;
    reopened(report, &app, window).await;
    Ok(app)
}

/// The portal's staff end the session.
pub(super) async fn by_the_portal(
    stage: &Stage,
    report: &mut Report,
    app: &App,
    window: &Window,
) -> Result {
    report
        .check(
            "a session that the portal ended seals at the next sync",
            async {
                stage.issuer.end_grants(&ANA).await?;
                ended(&*app.account().await?).await
            },
        )
        .await;
    reopened(report, app, window).await;
    Ok(())
}

/// Fails unless the next sync finds the session ended, and seals.
async fn ended(account: &pericard::Account) -> Result {
    match sync(account).await {
        Err(error) if error == REVOKED => {}
        Err(error) => return Err(Trouble::from(error).at("the sync failed otherwise")),
        Ok(_) => return Err(Trouble::new("the sync went on")),
    }
    expect(account.session() == SEALED, || {
        format!("{:?}", account.session())
    })?;
    match texts(account).await {
        Err(_) => Ok(()),
        Ok(shown) => Err(Trouble::new(format!("the sealed inbox shows {shown:?}"))),
    }
}

async fn reopened(report: &mut Report, app: &App, window: &Window) {
    report
        .check("the same person reopens it, with what it kept", async {
            let account = app.reopen(window, &ANA).await??;
            let shown = texts(&account).await?;
            expect(shown == TEXTS, || format!("the inbox shows {shown:?}"))?;
            sync(&account).await?;
            Ok(())
        })
        .await;
}
