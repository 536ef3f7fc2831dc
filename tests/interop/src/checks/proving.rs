//! Step-up: the clinic wants the person to prove anew who they are (RFC 9470).

use pericard::{PericardError, SessionState, SignInMethod};

use super::Stage;
use crate::app::{App, sync};
use crate::browser::{Doing, Window};
use crate::people::ANA;
use crate::report::Report;
use crate::trouble::{Result, Trouble, expect};

/// The clinic asks for a fresh sign-in; the server, which remembers the person, has to ask for everything again.
pub(super) async fn anew(stage: &Stage, report: &mut Report, app: &App, window: &Window) -> Result {
    let account = app.account().await?;
    stage.clinic.demand_fresh_sign_in().await;
    report
        .check(
            "a clinic that wants a fresh sign-in leads to a step-up",
            async {
                match sync(&account).await {
                    Err(PericardError::StepUpRequired) => {}
                    other => return Err(Trouble::new(format!("{other:?}"))),
                }
                expect(account.session() == SessionState::Active, || {
                    format!("{:?}", account.session())
                })
            },
        )
        .await;
    report
        .check(
            "the server asks for password and code again, and it is lifted",
            async {
                let sign_in = account.step_up(SignInMethod::Browser).await?;
                let (pages, back) = app.visit(&sign_in, window, &ANA, Doing::Right).await?;
                expect(pages.password, || format!("{pages:?}"))?;
                sign_in.clone().redirected(back).await?;
                let again = sign_in.finish().await?;
                expect(again.id() == account.id(), || {
                    "it is another account".to_owned()
                })?;
                sync(&account).await?;
                Ok(())
            },
        )
        .await;
    Ok(())
}
