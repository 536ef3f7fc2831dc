//! The commands, one a file.

mod accounts;
mod doctor;
mod inbox;
mod outbox;
mod page;
mod portal;
mod search;
mod send;
mod sign_in;
mod sign_out;
mod step_up;
mod sync;
mod two_factor;

use crate::cli::{Arguments, Command};
use crate::failure::Failure;
use crate::tour;
use crate::voice::Voice;

/// Carries out what the command line asks for.
pub(crate) async fn run(arguments: &Arguments, voice: &Voice) -> Result<(), Failure> {
    let options = &arguments.options;
    match arguments.command.as_ref().unwrap_or(&Command::Tour) {
        Command::Tour => tour::run(voice).await,
        Command::Portal { base } => portal::look(options, base.as_deref(), voice).await,
        Command::Doctor { base } => doctor::run(options, base.as_deref(), voice).await,
        Command::Signin(how) => sign_in::run(options, how, voice).await,
        Command::StepUp(answering) => step_up::run(options, answering, voice).await,
        Command::TwoFactor(what) => two_factor::run(options, what, voice).await,
        Command::Page {
            page,
            base,
            no_open,
        } => page::run(options, *page, base.as_deref(), !*no_open, voice).await,
        Command::Accounts => accounts::run(options, voice).await,
        Command::Sync => sync::run(options, voice).await,
        Command::Inbox(list) => inbox::inbox(options, list, voice).await,
        Command::Read {
            thread,
            keep_unread,
            list,
        } => inbox::read(options, thread, *keep_unread, list, voice).await,
        Command::Search { text, list } => search::run(options, &text.join(" "), list, voice).await,
        Command::Send {
            words,
            new,
            offline,
        } => send::run(options, words, new.as_deref(), *offline, voice).await,
        Command::Outbox { retry, withdraw } => outbox::run(options, *retry, *withdraw, voice).await,
        Command::Signout => sign_out::run(options, true, voice).await,
        Command::Forget => sign_out::run(options, false, voice).await,
    }
}
