//! Signing in: one question after another, on the terminal or in the browser.

use std::sync::Arc;

use pericard::{Account, PericardError, PortalConfig, SignIn, SignInMethod, SignInStep};
use serde_json::json;
use zeroize::Zeroizing;

use crate::browser::Callback;
use crate::cli::{Options, Signin};
use crate::desk::Desk;
use crate::failure::Failure;
use crate::show::shapes;
use crate::voice::{GOOD, Voice, clean};
use crate::{prompt, settings};

pub(super) async fn run(options: &Options, how: &Signin, voice: &Voice) -> Result<(), Failure> {
    // A portal may send a native sign-in on to the browser: the way back is there from the beginning.
    let callback = Callback::listen().await?;
    let (desk, sign_in) = if how.resume {
        let desk = Desk::existing(options).await?;
        let sign_in = desk.client.resume_sign_in().await?.ok_or_else(|| {
            Failure::usage(
                "no sign-in is under way",
                "One lasts ten minutes. Start anew: pericard signin",
            )
        })?;
        (desk, sign_in)
    } else {
        begin(options, how, &callback).await?
    };
    let account = questions(&sign_in, how, &callback, voice).await?;
    let accounts = desk.client.accounts().await?;
    let place = accounts.iter().position(|other| other.id() == account.id());
    tell(&account, place.unwrap_or_default() + 1, voice);
    desk.close().await
}

async fn begin(
    options: &Options,
    how: &Signin,
    callback: &Callback,
) -> Result<(Desk, Arc<SignIn>), Failure> {
    let config = settings::portal(options, how.base.as_deref())?;
    let config = PortalConfig {
        redirect: callback.redirect(),
        ..config
    };
    let desk = Desk::open(options, Some(&config)).await?;
    let method = if how.browser {
        SignInMethod::Browser
    } else {
        SignInMethod::Native
    };
    let sign_in = match &options.account {
        Some(_) => desk.account().await?.sign_in_again(method).await?,
        None => {
            let portal = desk.client.portal(config).await?;
            // A portal that nobody configured, or without a challenge, has its own pages.
            let native = portal.capabilities().native_sign_in;
            let asked = how.user.is_some() || how.code.is_some() || how.password_stdin;
            let method = if !native && !asked {
                SignInMethod::Browser
            } else {
                method
            };
            portal.sign_in(method).await?
        }
    };
    Ok((desk, sign_in))
}

/// Asks until the sign-in is done. A person may try again; a script hears of the first wrong answer.
async fn questions(
    sign_in: &Arc<SignIn>,
    how: &Signin,
    callback: &Callback,
    voice: &Voice,
) -> Result<Arc<Account>, Failure> {
    loop {
        // Whether a person typed the answer, and may type another.
        let (answered, typed) = match sign_in.step()? {
            SignInStep::Ready => return Ok(sign_in.clone().finish().await?),
            SignInStep::OpenBrowser { url } => {
                callback.follow(sign_in, &url, !how.no_open, voice).await?;
                continue;
            }
            SignInStep::Wait { until } => {
                let retry_after = until
                    .duration_since(std::time::SystemTime::now())
                    .unwrap_or_default();
                return Err(PericardError::RateLimited { retry_after }.into());
            }
            SignInStep::AskPassword => {
                let user = match &how.user {
                    Some(user) => user.clone(),
                    None => prompt::line("user name", "Give it with --user.")?,
                };
                let (password, typed) = password(how)?;
                (
                    sign_in
                        .clone()
                        .password(user, password.as_bytes().to_vec())
                        .await,
                    typed,
                )
            }
            SignInStep::AskCode { .. } => {
                let code = match &how.code {
                    Some(code) => code.clone(),
                    None => prompt::line(
                        "code of the authenticator app",
                        "Give it with --code; the sign-in waits ten minutes: pericard signin --resume --code CODE",
                    )?,
                };
                (sign_in.clone().code(code).await, how.code.is_none())
            }
        };
        match answered {
            Ok(_) => {}
            Err(
                error @ (PericardError::WrongPassword { .. }
                | PericardError::WrongCode { .. }
                | PericardError::InvalidInput { .. }),
            ) if typed => {
                voice.aside(format!(
                    "Not accepted: {}. Try again.",
                    Failure::Core(error).what()
                ));
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// The password, and whether a person typed it.
fn password(how: &Signin) -> Result<(Zeroizing<String>, bool), Failure> {
    if how.password_stdin {
        return Ok((prompt::piped()?, false));
    }
    match std::env::var("PERICARD_PASSWORD") {
        Ok(password) => Ok((Zeroizing::new(password), false)),
        Err(_) => {
            let asked = prompt::hidden(
                "password",
                "Give it in PERICARD_PASSWORD or with --password-stdin.",
            )?;
            Ok((asked, true))
        }
    }
}

fn tell(account: &Account, number: usize, voice: &Voice) {
    voice.result(&json!({ "account": shapes::account(account, number) }));
    let name = account
        .people()
        .first()
        .map(|person| clean(&person.name))
        .unwrap_or_default();
    voice.say(format!(
        "{} Welcome, {name}. Next: pericard sync",
        voice.paint(GOOD, "Signed in.")
    ));
}
