//! What the person does with the lock of an account, and what they see of it.

use std::time::Duration;

use pericard::LockState;

use crate::actions::seconds;
use crate::context::{Context, Halt, broken};
use crate::expectations::same;
use crate::keys::Keys;

pub(crate) async fn carry_out(
    context: &mut Context,
    verb: &str,
    keys: &mut Keys<'_>,
) -> Result<(), Halt> {
    if verb == "person" {
        match keys.word("state", &["away", "back"], false)?.as_str() {
            "away" => context.client.person_left(),
            _ => context.client.person_returned(),
        }
        return Ok(());
    }
    let lock = context.account()?.lock();
    match verb {
        "set_pin" => {
            let current = keys.text_or_none("current")?.map(String::into_bytes);
            lock.set_pin(current, keys.text("pin")?.into_bytes())
                .await?;
        }
        "remove_pin" => lock.remove_pin(keys.text("current")?.into_bytes()).await?,
        "unlock" => lock.unlock(keys.text("pin")?.into_bytes()).await?,
        "auto_lock" => {
            let after = seconds(&keys.text("after")?)?;
            lock.set_auto_lock(Duration::from_secs(after)).await?;
        }
        _ => lock.lock().await?,
    }
    Ok(())
}

pub(crate) fn expect(context: &Context, keys: &mut Keys<'_>) -> Result<(), Halt> {
    let states = ["off", "unlocked", "locked", "destroyed"];
    let wanted = keys.word("state", &states, false)?;
    let (found, left) = match context.account()?.lock().state()? {
        LockState::Off => ("off", None),
        LockState::Unlocked => ("unlocked", None),
        LockState::Locked { attempts_left, .. } => ("locked", Some(attempts_left)),
        LockState::Destroyed => ("destroyed", None),
    };
    same("the lock", wanted.as_str(), found)?;
    match (keys.number_or_none("attempts_left")?, left) {
        (Some(wanted), Some(left)) => same("tries left", wanted, u64::from(left)),
        (Some(_), None) => Err(broken("only a closed lock has tries left")),
        (None, _) => Ok(()),
    }
}
