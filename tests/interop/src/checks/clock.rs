//! Phones whose clock is wrong: the time of a proof has to be the server's (RFC 9449 §11.1).

use super::Stage;
use crate::app::{App, Setup, sync};
use crate::people::ANA;
use crate::report::Report;
use crate::trouble::Result;

/// Signs in and reads on devices whose clocks are off.
pub(super) async fn wrong(stage: &Stage, report: &mut Report) -> Result {
    // Keycloak accepts proofs from 25 s ago to 15 s ahead, and so does the clinic.
    for (name, ahead) in [
        ("a phone whose clock is 20 s ahead signs in and reads", 20),
        (
            "a phone whose clock is an hour ahead signs in and reads",
            3600,
        ),
        (
            "a phone whose clock is an hour behind signs in and reads",
            -3600,
        ),
    ] {
        report
            .check(name, async {
                let app = App::install(Setup::at(stage.clinic.base()).ahead(ahead)).await?;
                let window = stage.browser.open().await?;
                let (_, account) = app.sign_in(&window, &ANA).await?;
                window.close().await?;
                sync(&account).await?;
                Ok(account.sign_out().await?)
            })
            .await;
    }
    Ok(())
}
