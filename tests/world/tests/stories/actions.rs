//! The verbs of `do`. Those of features that are not built fail as unknown.

use std::time::Duration;

use pericard_world::NetworkState;

use crate::context::{Context, Halt, broken};
use crate::documents;
use crate::files;
use crate::keys::Keys;
use crate::labs;
use crate::{locking, signing_in, writing};

pub(crate) async fn carry_out(
    context: &mut Context,
    verb: &str,
    keys: &mut Keys<'_>,
) -> Result<(), Halt> {
    match verb {
        "sign_in" => signing_in::sign_in(context, keys).await?,
        "step_up" => signing_in::step_up(context, keys).await?,
        "enrol_totp" => signing_in::enrol_totp(context).await?,
        "confirm_totp" => signing_in::confirm_totp(context, keys).await?,
        "disable_totp" => context.account()?.two_factor().disable().await?,
        "new_recovery_codes" => signing_in::new_recovery_codes(context).await?,
        "leave" => {
            let places = ["password", "code", "browser", "enrol", "recovery_codes"];
            let at = keys.word("at", &places, false)?;
            context.leaving = Some((at, keys.word("kind", &["app", "process"], false)?));
        }
        "sync" => {
            let run = context.account()?.start_sync(None, false)?;
            while run.next().await?.is_some() {}
            context.news = run.news();
            context.number().await?;
        }
        "set_pin" | "remove_pin" | "unlock" | "lock" | "auto_lock" | "person" => {
            locking::carry_out(context, verb, keys).await?
        }
        "pause" => context.client.pause().await?,
        "resume" => context.client.resume().await?,
        "restart" => {
            if let Some(span) = keys.text_or_none("lease")? {
                context
                    .world
                    .set_lease(Duration::from_secs(seconds(&span)?));
            }
            if keys.word("device", &["same", "rebooted"], true)? == "rebooted" {
                context.world.reboot();
            }
            context.restart().await?;
        }
        "send" | "edit" | "draft" | "send_draft" | "discard_draft" => {
            writing::carry_out(context, verb, keys).await?
        }
        "download" => files::download(context, keys).await?,
        "fetch_document" | "view_document" | "remove_document" => {
            documents::carry_out(context, verb, keys).await?
        }
        "read_report" => labs::read_report(context, keys).await?,
        "withdraw" => {
            context
                .inbox()?
                .withdraw(context.message(&keys.text("of")?)?)
                .await?
        }
        "retry" => drop(
            context
                .inbox()?
                .retry(context.message(&keys.text("of")?)?)
                .await?,
        ),
        "read" => {
            context
                .inbox()?
                .mark_read(context.thread(keys.number("thread")?)?)
                .await?
        }
        "mark_unread" | "archive" | "unarchive" => {
            let (inbox, thread) = (context.inbox()?, context.thread(keys.number("thread")?)?);
            match verb {
                "mark_unread" => inbox.mark_unread(thread).await?,
                "archive" => inbox.archive(thread).await?,
                _ => inbox.unarchive(thread).await?,
            }
        }
        "sign_out" => context.account()?.sign_out().await?,
        "forget" => forget(context, keys).await?,
        "account" => context.switch(&keys.text("who")?)?,
        "act_for" => {
            let who = keys.text("who")?;
            let oneself = context.known_person(&who)?.is_self;
            context.acting = Some(who).filter(|_| !oneself);
            context.number().await?;
        }
        "network" => {
            context.world.network(
                match keys
                    .word("state", &["up", "down", "slow", "stalled", "lossy"], false)?
                    .as_str()
                {
                    "up" => NetworkState::Up,
                    "down" => NetworkState::Down,
                    "slow" => NetworkState::Slow,
                    "stalled" => NetworkState::Stalled,
                    _ => NetworkState::Lossy,
                },
            );
        }
        "clock" => match (
            keys.text_or_none("advance")?,
            keys.text_or_none("set_back")?,
            keys.text_or_none("set_ahead")?,
        ) {
            (Some(advance), None, None) => context.world.advance(seconds(&advance)?).await?,
            (None, Some(back), None) => context.world.set_back(seconds(&back)?),
            (None, None, Some(ahead)) => context.world.set_ahead(seconds(&ahead)?),
            _ => return Err(broken("clock takes `advance`, `set_back` or `set_ahead`")),
        },
        "portal" => drop(context.world.portal(keys.rest().to_string()).await?),
        _ => return Err(broken(format!("unknown verb `{verb}`"))),
    }
    Ok(())
}

async fn forget(context: &mut Context, keys: &mut Keys<'_>) -> Result<(), Halt> {
    let what = keys.word("what", &["person", "account", "all"], false)?;
    if what == "person" {
        let person = context.known_person(&keys.text("who")?)?;
        context.account()?.forget_person(person.id).await?;
        context.acting = None;
        return Ok(());
    }
    let all = what == "all";
    let accounts = if all {
        context.every_account()
    } else {
        vec![context.account()?]
    };
    for account in accounts {
        account.forget().await?;
    }
    context.forgotten(all);
    Ok(())
}

pub(crate) fn seconds(text: &str) -> Result<u64, Halt> {
    let span: Result<jiff::SignedDuration, _> = text.parse();
    let seconds = span
        .ok()
        .and_then(|span| u64::try_from(span.as_secs()).ok());
    seconds.ok_or_else(|| broken(format!("`{text}` is no ISO 8601 duration")))
}
