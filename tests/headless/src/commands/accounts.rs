//! Who is signed in, and how each session stands.

use comfy_table::CellAlignment::{Left, Right};
use pericard::{AccountProblem, SealReason, SessionState};
use serde_json::json;

use crate::cli::Options;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{Output, one_line};
use crate::render::{Look, shapes, table};

pub(super) async fn run(options: &Options, output: &Output) -> Result<(), Failure> {
    let context = Context::existing(options).await?;
    let accounts = context.client.accounts().await?;
    let all: Vec<_> = accounts
        .iter()
        .enumerate()
        .map(|(n, account)| shapes::account(account, n + 1))
        .collect();
    output.result(&json!({ "accounts": all }));
    if accounts.is_empty() {
        output.say("Nobody is signed in: pericard signin");
    } else if !output.json {
        let head = [
            ("", Some(5), Right),
            ("who", Some(24), Left),
            ("portal", None, Left),
            ("session", Some(18), Left),
        ];
        let rows = accounts.iter().enumerate().map(|(n, account)| {
            // Without a name while nothing may be read.
            let people: Vec<_> = account
                .people()
                .into_iter()
                .map(|person| one_line(&person.name))
                .filter(|name| !name.is_empty())
                .collect();
            let who = if people.is_empty() {
                "–".to_owned()
            } else {
                people.join(", ")
            };
            let (session, look) = session(account.session());
            vec![
                (format!("{}", n + 1), Look::Plain),
                (who, Look::Strong),
                (account.portal(), Look::Plain),
                (session.to_owned(), look),
            ]
        });
        output.say(table(output, 1, &head, rows));
    }
    context.close().await
}

/// How a session stands, in two words.
pub(super) fn session(state: SessionState) -> (&'static str, Look) {
    match state {
        SessionState::Active => ("active", Look::Good),
        SessionState::Locked => ("locked", Look::Plain),
        SessionState::StepUp | SessionState::SignIn { .. } => ("sign-in wanted", Look::Bad),
        SessionState::Sealed { reason } => (
            match reason {
                SealReason::Refused => "sealed: ended",
                SealReason::IdentityChanged => "sealed: stranger",
                SealReason::Lease => "sealed: offline",
                SealReason::Destroyed => "deleted: PINs",
            },
            Look::Bad,
        ),
        SessionState::Unusable { problem } => (
            match problem {
                AccountProblem::KeyLost => "key is lost",
                AccountProblem::Damaged => "damaged",
                AccountProblem::Configuration => "portal unreadable",
                AccountProblem::Unavailable => "cannot be opened",
            },
            Look::Bad,
        ),
        SessionState::SignedOut => ("signed out", Look::Quiet),
    }
}
