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
use crate::output::Output;
use crate::tour;

/// Carries out what the command line asks for.
pub(crate) async fn run(arguments: &Arguments, output: &Output) -> Result<(), Failure> {
    let options = &arguments.options;
    match arguments.command.as_ref().unwrap_or(&Command::Tour) {
        Command::Tour => tour::run(output).await,
        Command::Portal { base } => portal::look(options, base.as_deref(), output).await,
        Command::Doctor { base } => doctor::run(options, base.as_deref(), output).await,
        Command::Signin(how) => sign_in::run(options, how, output).await,
        Command::StepUp(answering) => step_up::run(options, answering, output).await,
        Command::TwoFactor(what) => two_factor::run(options, what, output).await,
        Command::Page {
            page,
            base,
            no_open,
        } => page::run(options, *page, base.as_deref(), !*no_open, output).await,
        Command::Accounts => accounts::run(options, output).await,
        Command::Sync => sync::run(options, output).await,
        Command::Inbox(list) => inbox::inbox(options, list, output).await,
        Command::Read {
            thread,
            keep_unread,
            list,
        } => inbox::read(options, thread, *keep_unread, list, output).await,
        Command::Search { text, list } => search::run(options, &text.join(" "), list, output).await,
        Command::Send {
            words,
            new,
            offline,
        } => send::run(options, words, new.as_deref(), *offline, output).await,
        Command::Outbox { retry, withdraw } => {
            outbox::run(options, *retry, *withdraw, output).await
        }
        Command::Signout => sign_out::run(options, true, output).await,
        Command::Forget => sign_out::run(options, false, output).await,
    }
}
