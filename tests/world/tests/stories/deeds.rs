//! The verbs of `do`. Those of features that are not built fail as unknown.

use std::sync::Arc;

use pericard::{NewMessage, SignIn, SignInMethod, SignInStep};
use pericard_world::NetworkState;

use crate::keys::Keys;
use crate::stage::{Halt, Stage, broken};

pub(crate) async fn carry_out(
    stage: &mut Stage,
    verb: &str,
    keys: &mut Keys<'_>,
) -> Result<(), Halt> {
    match verb {
        "sign_in" => sign_in(stage, keys).await?,
        "leave" => {
            let at = keys.word("at", &["password", "code", "browser"], false)?;
            stage.leaving = Some((at, keys.word("kind", &["app", "process"], false)?));
        }
        "sync" => {
            let run = stage.account()?.start_sync(None)?;
            while run.next().await?.is_some() {}
            stage.number().await?;
        }
        "pause" => stage.client.pause().await?,
        "resume" => stage.client.resume().await?,
        "restart" => stage.restart().await?,
        "send" => send(stage, keys).await?,
        "withdraw" => {
            stage
                .inbox()?
                .withdraw(stage.message(&keys.text("of")?)?)
                .await?
        }
        "retry" => drop(
            stage
                .inbox()?
                .retry(stage.message(&keys.text("of")?)?)
                .await?,
        ),
        "read" => {
            stage
                .inbox()?
                .mark_read(stage.thread(keys.number("thread")?)?)
                .await?
        }
        "sign_out" => stage.account()?.sign_out().await?,
        "forget" => forget(stage, keys).await?,
        "account" => stage.switch(&keys.text("who")?)?,
        "network" => {
            stage.world.network(
                match keys
                    .word("state", &["up", "down", "slow", "lossy"], false)?
                    .as_str()
                {
                    "up" => NetworkState::Up,
                    "down" => NetworkState::Down,
                    "slow" => NetworkState::Slow,
                    _ => NetworkState::Lossy,
                },
            );
        }
        "clock" => match (
            keys.text_or_none("advance")?,
            keys.text_or_none("set_back")?,
        ) {
            (Some(advance), None) => stage.world.advance(seconds(&advance)?).await?,
            (None, Some(back)) => stage.world.set_back(seconds(&back)?),
            _ => return Err(broken("clock takes `advance` or `set_back`")),
        },
        "portal" => drop(stage.world.portal(keys.rest().to_string()).await?),
        _ => return Err(broken(format!("unknown verb `{verb}`"))),
    }
    Ok(())
}

async fn send(stage: &mut Stage, keys: &mut Keys<'_>) -> Result<(), Halt> {
    let subject = keys.text_or_none("to")?;
    let thread = keys
        .number_or_none("thread")?
        .map(|number| stage.thread(number))
        .transpose()?;
    if subject.is_none() == thread.is_none() {
        return Err(broken("send takes `thread` or `to`"));
    }
    let (name, text) = (keys.text_or_none("as")?, keys.text("text")?);
    keys.done()?;
    let message = stage
        .inbox()?
        .send(NewMessage {
            thread,
            subject,
            text,
        })
        .await?;
    if let Some(name) = name {
        stage.messages.insert(name, message.id);
    }
    Ok(())
}

async fn forget(stage: &mut Stage, keys: &mut Keys<'_>) -> Result<(), Halt> {
    let all = keys.word("what", &["account", "all"], false)? == "all";
    let accounts = if all {
        stage.every_account()
    } else {
        vec![stage.account()?]
    };
    for account in accounts {
        account.forget().await?;
    }
    stage.forgotten(all);
    Ok(())
}

fn seconds(text: &str) -> Result<u64, Halt> {
    let span: Result<jiff::SignedDuration, _> = text.parse();
    let seconds = span
        .ok()
        .and_then(|span| u64::try_from(span.as_secs()).ok());
    seconds.ok_or_else(|| broken(format!("`{text}` is no ISO 8601 duration")))
}

async fn sign_in(stage: &mut Stage, keys: &mut Keys<'_>) -> Result<(), Halt> {
    let who = keys.text("who")?;
    let right = keys.word("password", &["right", "wrong"], true)? == "right";
    let code = keys.text_or_none("code")?.unwrap_or_else(|| "now".into());
    if !["now", "wrong", "replayed"].contains(&code.as_str())
        && !code.contains(|c: char| c.is_ascii_digit())
    {
        return Err(broken(format!("`code` is `{code}`")));
    }
    let browser = keys.word("via", &["native", "browser"], true)? == "browser";
    keys.done()?;

    let mut sign_in = begun(stage, &who, browser).await?;
    let mut step = sign_in.step()?;
    loop {
        stage.signing_in = Some((who.clone(), sign_in.clone()));
        step = match step {
            SignInStep::OpenBrowser { url } => {
                let redirect = stage
                    .world
                    .clone()
                    .browser(url, who.clone(), right, code.clone())
                    .await?;
                sign_in = left(stage, &who, "browser").await?;
                sign_in.clone().redirected(redirect).await?
            }
            SignInStep::AskPassword => {
                sign_in = left(stage, &who, "password").await?;
                let (user, password) = (
                    stage.world.user(who.clone())?,
                    stage.world.password(who.clone(), right)?,
                );
                sign_in.clone().password(user, password).await?
            }
            SignInStep::AskCode { .. } => {
                sign_in = left(stage, &who, "code").await?;
                let code = stage.world.clone().code(who.clone(), code.clone()).await?;
                sign_in.clone().code(code).await?
            }
            SignInStep::Wait { .. } => return Err(broken("the portal asks to wait")),
            SignInStep::Ready => break,
        };
    }
    let account = sign_in.finish().await?;
    stage.signing_in = None;
    if stage.leaving.is_some() {
        return Err(broken("the sign-in never came to where it should be left"));
    }
    stage.signed_in(&who, account)
}

/// The sign-in that is open for this person, else a new one; a sealed account is reopened.
async fn begun(stage: &Stage, who: &str, browser: bool) -> Result<Arc<SignIn>, Halt> {
    if let Some((whose, open)) = &stage.signing_in
        && whose == who
        && open.step().is_ok()
    {
        return Ok(open.clone());
    }
    let method = if browser {
        SignInMethod::Browser
    } else {
        SignInMethod::Native
    };
    match stage.account_or_none() {
        Some(known) if stage.who.as_deref() == Some(who) && stage.session() != "signed_out" => {
            Ok(known.sign_in_again(method).await?)
        }
        _ => {
            let portal = stage
                .client
                .portals()
                .into_iter()
                .next()
                .ok_or_else(|| broken("no portal"))?;
            Ok(stage.client.portal(portal).await?.sign_in(method).await?)
        }
    }
}

/// Goes away if that was announced for this place, and comes back; the sign-in as it is then.
async fn left(stage: &mut Stage, who: &str, place: &str) -> Result<Arc<SignIn>, Halt> {
    if let Some((_, kind)) = stage.leaving.take_if(|(at, _)| at == place) {
        if kind == "process" {
            stage.restart().await?;
        } else {
            stage.client.pause().await?;
            stage.client.resume().await?;
        }
    }
    let open = stage.signing_in.as_ref().filter(|(whose, _)| whose == who);
    open.map(|(_, sign_in)| sign_in.clone())
        .ok_or_else(|| broken("the sign-in did not survive"))
}
