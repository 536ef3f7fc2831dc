//! The verbs of `do`. Those of features that are not built fail as unknown.

use std::time::Duration;

use pericard::NewMessage;
use pericard_world::NetworkState;

use crate::keys::Keys;
use crate::signing_in;
use crate::stage::{Halt, Stage, broken};

pub(crate) async fn carry_out(
    stage: &mut Stage,
    verb: &str,
    keys: &mut Keys<'_>,
) -> Result<(), Halt> {
    match verb {
        "sign_in" => signing_in::sign_in(stage, keys).await?,
        "step_up" => signing_in::step_up(stage, keys).await?,
        "enrol_totp" => signing_in::enrol_totp(stage).await?,
        "confirm_totp" => signing_in::confirm_totp(stage, keys).await?,
        "disable_totp" => stage.account()?.two_factor().disable().await?,
        "new_recovery_codes" => signing_in::new_recovery_codes(stage).await?,
        "leave" => {
            let places = ["password", "code", "browser", "enrol", "recovery_codes"];
            let at = keys.word("at", &places, false)?;
            stage.leaving = Some((at, keys.word("kind", &["app", "process"], false)?));
        }
        "sync" => {
            let run = stage.account()?.start_sync(None)?;
            while run.next().await?.is_some() {}
            stage.number().await?;
        }
        "pause" => stage.client.pause().await?,
        "resume" => stage.client.resume().await?,
        "restart" => {
            if let Some(span) = keys.text_or_none("lease")? {
                stage.world.set_lease(Duration::from_secs(seconds(&span)?));
            }
            if keys.word("device", &["same", "rebooted"], true)? == "rebooted" {
                stage.world.reboot();
            }
            stage.restart().await?;
        }
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
            keys.text_or_none("set_ahead")?,
        ) {
            (Some(advance), None, None) => stage.world.advance(seconds(&advance)?).await?,
            (None, Some(back), None) => stage.world.set_back(seconds(&back)?),
            (None, None, Some(ahead)) => stage.world.set_ahead(seconds(&ahead)?),
            _ => return Err(broken("clock takes `advance`, `set_back` or `set_ahead`")),
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
