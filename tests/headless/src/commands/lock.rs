//! The lock: choosing a PIN, trying it, and what it closes.
//!
//! Each command is a process of its own, so a lock that was chosen is closed between two of them, and what reads asks for the PIN.

use pericard::{AccountLock, LockState};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::cli::Options;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{GOOD, Output};
use crate::prompt;
use crate::unlocking;

/// Chooses a PIN, or another one; with `remove` gives it up. `piped`: the new one is the first line of standard input.
pub(super) async fn pin(
    options: &Options,
    remove: bool,
    piped: bool,
    output: &Output,
) -> Result<(), Failure> {
    let context = Context::existing(options).await?;
    let account = context.any_account().await?;
    let lock = account.lock();
    let current = if lock.state()? == LockState::Off {
        None
    } else {
        Some(unlocking::proved(&lock).await?)
    };
    if remove {
        let current = current.ok_or_else(no_lock)?;
        lock.remove_pin(bytes(&current)).await?;
        output.result(&json!({ "lock": "off" }));
        output.tell(format!(
            "{} Whoever can use this account of the computer can read your messages.",
            output.paint(GOOD, "The PIN is removed.")
        ));
        return context.close().await;
    }
    let new = if piped { prompt::piped()? } else { new_pin()? };
    lock.set_pin(current.as_ref().map(bytes), bytes(&new))
        .await?;
    output.result(&state(&lock)?);
    output.tell(format!(
        "{} It is asked for before anything is read. Ten wrong ones in a row delete this device's copy, and what waits to be \
         sent with it; the portal keeps the original.",
        output.paint(GOOD, "The PIN is set.")
    ));
    context.close().await
}

/// Tries the PIN.
pub(super) async fn unlock(options: &Options, output: &Output) -> Result<(), Failure> {
    let context = Context::existing(options).await?;
    let lock = context.any_account().await?.lock();
    if lock.state()? == LockState::Off {
        return Err(no_lock());
    }
    unlocking::proved(&lock).await?;
    output.result(&state(&lock)?);
    output.tell(format!(
        "{} Wrong ones of before do not count any more.",
        output.paint(GOOD, "The PIN is right.")
    ));
    context.close().await
}

/// Says that everything is closed.
pub(super) async fn lock(options: &Options, output: &Output) -> Result<(), Failure> {
    let context = Context::existing(options).await?;
    let lock = context.any_account().await?.lock();
    lock.lock().await?;
    output.result(&state(&lock)?);
    output.tell(format!(
        "{} The next command that reads asks for the PIN.",
        output.paint(GOOD, "Locked.")
    ));
    context.close().await
}

fn no_lock() -> Failure {
    Failure::usage(
        "there is no PIN on this account",
        "Choose one: pericard pin",
    )
}

fn state(lock: &AccountLock) -> Result<Value, Failure> {
    Ok(match lock.state()? {
        LockState::Off => json!({ "lock": "off" }),
        LockState::Unlocked => json!({ "lock": "unlocked" }),
        LockState::Locked { attempts_left, .. } => {
            json!({ "lock": "locked", "attempts_left": attempts_left })
        }
        LockState::Destroyed => json!({ "lock": "destroyed" }),
    })
}

fn bytes(pin: &Zeroizing<String>) -> Vec<u8> {
    pin.as_bytes().to_vec()
}

/// A new PIN, asked for twice.
fn new_pin() -> Result<Zeroizing<String>, Failure> {
    let otherwise = "Give it on standard input: pericard pin --stdin";
    loop {
        let first = prompt::hidden("new PIN", otherwise)?;
        if first == prompt::hidden("once more", otherwise)? {
            return Ok(first);
        }
        prompt::say("The two differ.");
    }
}
