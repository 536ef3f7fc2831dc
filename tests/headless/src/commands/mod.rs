//! The commands, one a file.

mod accounts;
mod doctor;
mod documents;
mod drafts;
mod export;
mod find;
mod here;
mod inbox;
mod labs;
mod lock;
mod log;
mod marks;
mod outbox;
mod page;
mod people;
mod policy;
mod portal;
mod recipients;
mod report;
mod save;
mod search;
mod send;
mod sign_in;
mod sign_out;
mod step_up;
mod sync;
mod two_factor;
mod verify;
mod watch;

use crate::cli::{Arguments, Command};
use crate::failure::Failure;
use crate::output::Output;
use crate::tour;
use marks::Mark;

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
        Command::People(how) => people::run(options, how, output).await,
        Command::Sync => sync::run(options, output).await,
        Command::Verify => verify::run(options, output).await,
        Command::Watch { every } => watch::run(options, *every, output).await,
        Command::Inbox { archived, list } => inbox::inbox(options, *archived, list, output).await,
        Command::Read {
            thread,
            keep_unread,
            find,
            list,
        } => inbox::read(options, thread, *keep_unread, find.as_deref(), list, output).await,
        Command::Archive { thread, undo } => {
            let mark = if *undo { Mark::InInbox } else { Mark::Archived };
            marks::run(options, thread, mark, output).await
        }
        Command::Unread { thread } => marks::run(options, thread, Mark::Unread, output).await,
        Command::Recipients => recipients::run(options, output).await,
        Command::Drafts { send, discard } => drafts::run(options, *send, *discard, output).await,
        Command::Search { text, list } => search::run(options, &text.join(" "), list, output).await,
        Command::Send(letter) => send::run(options, letter, output).await,
        Command::Save { message, file, to } => {
            save::run(options, message, *file, to.as_deref(), output).await
        }
        Command::Documents { document, save } => {
            documents::run(options, document.as_deref(), save.as_deref(), output).await
        }
        Command::Labs { report, plot } => {
            labs::run(options, report.as_deref(), plot.as_deref(), output).await
        }
        Command::Outbox {
            retry,
            withdraw,
            edit,
        } => outbox::run(options, *retry, *withdraw, edit.as_deref(), output).await,
        Command::Export { file, form } => export::run(options, file, *form, output).await,
        Command::Log { limit, csv } => log::run(options, *limit, *csv, output).await,
        Command::Report { save } => report::run(options, save.as_deref(), output).await,
        Command::Policy { check } => policy::run(options, *check, output).await,
        Command::Pin { remove, stdin } => lock::pin(options, *remove, *stdin, output).await,
        Command::Unlock => lock::unlock(options, output).await,
        Command::Lock => lock::lock(options, output).await,
        Command::Signout => sign_out::run(options, true, output).await,
        Command::Forget if options.person.is_some() => people::forget(options, output).await,
        Command::Forget => sign_out::run(options, false, output).await,
    }
}
