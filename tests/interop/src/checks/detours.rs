//! Ways of signing in that are not straight: a browser that is opened twice, an app that dies meanwhile, a code that
//! belongs to somebody else's sign-in, an app that the server has never heard of.

use pericard::{PericardError, SignInReason};
use url::Url;

use super::Stage;
use crate::app::{App, Setup, sync, texts};
use crate::browser::{Doing, Window};
use crate::fixture::TEXTS;
use crate::issuer::Issuer;
use crate::people::ANA;
use crate::report::Report;
use crate::trouble::{Result, Trouble, expect};

/// All of them, in one browser that the server comes to know.
pub(super) async fn taken(stage: &Stage, report: &mut Report) -> Result {
    let window = stage.browser.open().await?;
    let setup = Setup::at(stage.clinic.base());
    report
        .check(
            "the browser can be opened again after a page was left",
            async {
                let app = App::install(setup.clone()).await?;
                let sign_in = app.begin().await?;
                let left = sign_in.clone().authorization_url().await?;
                window.glance(&left).await?;
                let (_, back) = app.visit(&sign_in, &window, &ANA, Doing::Right).await?;
                sign_in.clone().redirected(back).await?;
                ended_well(&app, sign_in.finish().await?).await
            },
        )
        .await;
    report
        .check(
            "the browser can be opened again when its way back was lost",
            async {
                let app = App::install(setup.clone()).await?;
                let sign_in = app.begin().await?;
                app.visit(&sign_in, &window, &ANA, Doing::Right).await?;
                let (_, back) = app.visit(&sign_in, &window, &ANA, Doing::Right).await?;
                sign_in.clone().redirected(back).await?;
                ended_well(&app, sign_in.finish().await?).await
            },
        )
        .await;
    report
        .check(
            "an app that died while the browser was open goes on",
            async {
                let app = App::install(setup.clone()).await?;
                let sign_in = app.begin().await?;
                let (_, back) = app.visit(&sign_in, &window, &ANA, Doing::Right).await?;
                drop(sign_in);
                let app = app.restarted().await?;
                let sign_in = app.client.resume_sign_in().await?;
                let sign_in = sign_in.ok_or(Trouble::new("there is no sign-in to go on with"))?;
                sign_in.clone().redirected(back).await?;
                ended_well(&app, sign_in.finish().await?).await
            },
        )
        .await;
    report
        .check(
            "a code of another sign-in is of no use (PKCE, DPoP)",
            async { injected(&setup, &window).await },
        )
        .await;
    if matches!(stage.issuer, Issuer::OidcProvider(_)) {
        report
            .check(
                "an app that the server does not know registers itself",
                async {
                    let app = App::install(setup.unknown()).await?;
                    let (_, account) = app.sign_in(&window, &ANA).await?;
                    ended_well(&app, account).await
                },
            )
            .await;
    }
    window.close().await
}

/// An attacker's code in the victim's redirect (RFC 9700 §4.5).
async fn injected(setup: &Setup, window: &Window) -> Result {
    let app = App::install(setup.clone()).await?;
    // The same redirect, so that nothing but the verifier and the key tells the two apart.
    let other = app.install_beside().await?;
    let (sign_in, theirs) = (app.begin().await?, other.begin().await?);
    let (_, own) = app.visit(&sign_in, window, &ANA, Doing::Right).await?;
    let (_, code) = other.visit(&theirs, window, &ANA, Doing::Right).await?;
    let redirect = with_code_of(&own, &code)?;
    match sign_in.clone().redirected(redirect).await {
        Err(PericardError::SignInRequired {
            reason: SignInReason::Expired,
        }) => {}
        other => return Err(Trouble::new(format!("{other:?}"))),
    }
    expect(app.client.accounts().await?.is_empty(), || {
        "it made an account".to_owned()
    })
}

/// `redirect` with the code of `other`.
fn with_code_of(redirect: &str, other: &str) -> Result<String> {
    let (mut url, other) = (Url::parse(redirect)?, Url::parse(other)?);
    let code = other.query_pairs().find(|(name, _)| name == "code");
    let (_, code) = code.ok_or(Trouble::new("no code came back"))?;
    let pairs: Vec<(String, String)> = url
        .query_pairs()
        .into_owned()
        .map(|(name, value)| {
            let value = if name == "code" {
                code.to_string()
            } else {
                value
            };
            (name, value)
        })
        .collect();
    url.query_pairs_mut().clear().extend_pairs(pairs);
    Ok(url.into())
}

/// The account reads, and is gone again.
async fn ended_well(app: &App, account: std::sync::Arc<pericard::Account>) -> Result {
    sync(&account).await?;
    let shown = texts(&account).await?;
    expect(shown == TEXTS, || format!("the inbox shows {shown:?}"))?;
    account.sign_out().await?;
    expect(app.client.accounts().await?.is_empty(), || {
        "the account is still there".to_owned()
    })
}
