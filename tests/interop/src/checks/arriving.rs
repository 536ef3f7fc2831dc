//! Finding the portal and signing in on the server's own pages.

use pericard::{Feature, InputProblem, PericardError, PortalProblem};
use url::Url;

use super::Stage;
use crate::app::{App, Setup, sync};
use crate::browser::{Doing, Window};
use crate::http::Http;
use crate::issuer::{Issuer, Keycloak, Kind, of};
use crate::people::{ANA, CLIENT};
use crate::report::Report;
use crate::trouble::{Result, Trouble, expect, list};

/// Discovery, and a discovery that must not be believed.
pub(super) async fn finding(stage: &Stage, report: &mut Report) -> Result {
    let found = report.need("discovery is accepted", async {
        let app = App::install(Setup::at(stage.clinic.base())).await?;
        let can = app.portal().await?.capabilities();
        expect(can.issuer == stage.issuer.name(), || {
            format!("the issuer is {}", can.issuer)
        })?;
        expect(
            can.features
                .iter()
                .any(|it| it.feature == Feature::Messages && it.readable)
                && can.revocation
                && !can.native_sign_in,
            || format!("{can:?}"),
        )
    });
    found.await?;
    let refused = report.check("an issuer named with a slash too many is refused", async {
        let app = App::install(Setup::at(stage.clinic.mixed_up())).await?;
        let base = stage.clinic.mixed_up();
        match app.portal().await {
            Err(trouble) => expect(trouble.to_string() == wrong_issuer(), || {
                trouble.to_string()
            }),
            Ok(_) => Err(Trouble::new(format!("{base} was accepted"))),
        }
    });
    refused.await;
    Ok(())
}

fn wrong_issuer() -> String {
    let problem = PortalProblem::WrongIssuer;
    Trouble::from(PericardError::Portal {
        problem,
        status: None,
    })
    .to_string()
}

/// The first sign-in of the account that all other checks are about.
pub(super) async fn signing_in(stage: &Stage, report: &mut Report) -> Result<(App, Window)> {
    let app = App::install(Setup::at(stage.clinic.base())).await?;
    let window = stage.browser.open().await?;
    let sign_in = app.begin().await?;
    stage.issuer.notes().await?;
    let went = report.need("the server's pages lead back to the app", async {
        let url = sign_in.clone().authorization_url().await?;
        let (pages, back) = app
            .visit_at(&url, &window, &ANA, Doing::WrongCodeFirst)
            .await?;
        let refused = Url::parse(&back)?;
        let refused = refused.query_pairs().find(|(name, _)| name == "error");
        expect(refused.is_none(), || format!("with a refusal: {back}"))?;
        Ok((url, pages, back))
    });
    let (url, pages, back) = went.await?;
    let pushed = stage.issuer.notes().await?;
    report
        .check(
            "password and code were asked for, the code again when wrong",
            async {
                expect(pages.password && pages.code && pages.code_again, || {
                    format!("{pages:?}")
                })
            },
        )
        .await;
    report
        .check("the authorization request was pushed (PAR)", async {
            let url = Url::parse(&url)?;
            let mut names: Vec<_> = url
                .query_pairs()
                .map(|(name, _)| name.into_owned())
                .collect();
            names.sort();
            expect(names == ["client_id", "request_uri"], || {
                format!("{names:?}")
            })?;
            // Keycloak writes no event for it, so both are asked whether they would take anything else.
            let refusal = unpushed(stage).await?;
            expect(refusal.contains("error=invalid_request"), || refusal)?;
            if matches!(stage.issuer, Issuer::Keycloak(_)) {
                return Ok(());
            }
            let pushed = of(&pushed, Kind::Pushed);
            let accepted = pushed.iter().filter(|note| note.error.is_none()).count();
            expect(accepted == 1, || list(&pushed))
        })
        .await;
    for (name, other) in [
        (
            "a redirect that names another issuer is refused",
            Some(format!("{}/other", stage.issuer.name())),
        ),
        ("a redirect that names no issuer is refused", None),
    ] {
        report
            .check(name, async {
                let tampered = with_issuer(&back, other.as_deref())?;
                let not_ours = PericardError::InvalidInput {
                    field: "to".into(),
                    problem: InputProblem::NotThisSignIn,
                };
                match sign_in.clone().redirected(tampered).await {
                    Err(error) if error == not_ours => Ok(()),
                    other => Err(Trouble::new(format!("{other:?}"))),
                }
            })
            .await;
    }
    report
        .need(
            "the server's own redirect is accepted, the code redeemed",
            async {
                sign_in.clone().redirected(back).await?;
                sign_in.clone().finish().await?;
                Ok(())
            },
        )
        .await?;
    let redeemed = stage.issuer.notes().await?;
    report
        .check("the account shows the patient of the grant", async {
            let people = app.account().await?.people();
            expect(people.len() == 1 && people[0].name == ANA.name, || {
                format!("{people:?}")
            })
        })
        .await;
    let visits = stage.clinic.visits();
    report
        .check(
            "tokens are bound to a key, and each request proves it (DPoP)",
            async {
                expect(
                    !visits.is_empty() && visits.iter().all(|visit| visit.scheme == "DPoP"),
                    || list(&visits),
                )?;
                expect(visits.iter().any(|visit| visit.status == 200), || {
                    list(&visits)
                })
            },
        )
        .await;
    report
        .check("the clinic's nonce is learned from one refusal", async {
            let refused = visits
                .iter()
                .filter(|visit| visit.error == Some("use_dpop_nonce"))
                .count();
            expect(
                refused <= 1
                    && visits
                        .iter()
                        .all(|v| v.status == 200 || v.error == Some("use_dpop_nonce")),
                || list(&visits),
            )
        })
        .await;
    if matches!(stage.issuer, Issuer::OidcProvider(_)) {
        report
            .check("the server's nonce is learned from one refusal", async {
                let all: Vec<_> = pushed.iter().chain(&redeemed).collect();
                let refused = all
                    .iter()
                    .filter(|note| note.error.as_deref() == Some("use_dpop_nonce"))
                    .count();
                let otherwise = all.iter().filter(|note| note.error.is_some()).count();
                expect(refused == 1 && otherwise == 1, || list(&all))
            })
            .await;
    }
    Ok((app, window))
}

/// What the server says to an authorization request that was not pushed: where it sends the browser.
async fn unpushed(stage: &Stage) -> Result<String> {
    let mut url = Url::parse(&stage.clinic.endpoint("authorization_endpoint")?)?;
    url.query_pairs_mut().extend_pairs([
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("redirect_uri", "http://127.0.0.1:9/callback"),
        ("scope", "openid"),
        (
            "code_challenge",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        ),
        ("code_challenge_method", "S256"),
    ]);
    let location = Http::new()?.location(url.as_str()).await?;
    location.ok_or(Trouble::new("the server took it"))
}

/// The redirect with another `iss`, or none.
fn with_issuer(redirect: &str, issuer: Option<&str>) -> Result<String> {
    let mut url = Url::parse(redirect)?;
    let kept: Vec<_> = url
        .query_pairs()
        .into_owned()
        .filter(|(name, _)| name != "iss")
        .collect();
    expect(kept.len() < url.query_pairs().count(), || {
        format!("no iss in {redirect}")
    })?;
    url.query_pairs_mut().clear().extend_pairs(kept);
    if let Some(issuer) = issuer {
        url.query_pairs_mut().append_pair("iss", issuer);
    }
    Ok(url.into())
}

/// The server signs with another key than at discovery.
pub(super) async fn with_the_next_key(
    stage: &Stage,
    report: &mut Report,
    keycloak: &Keycloak,
) -> Result {
    let app = App::install(Setup::at(stage.clinic.base())).await?;
    let window = stage.browser.open().await?;
    app.sign_in(&window, &ANA).await?;
    app.account().await?.sign_out().await?;
    report
        .check(
            "a signing key that is newer than discovery is found",
            async {
                let sign_in = app.begin().await?;
                keycloak.rotate_keys().await?;
                let (_, back) = app.visit(&sign_in, &window, &ANA, Doing::Right).await?;
                sign_in.clone().redirected(back).await?;
                let account = sign_in.finish().await?;
                sync(&account).await?;
                Ok(account.sign_out().await?)
            },
        )
        .await;
    window.close().await
}
