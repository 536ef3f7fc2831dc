//! Who is signed in, and how each session stands.

use comfy_table::CellAlignment::{Left, Right};
use pericard::{SealReason, SessionState};
use serde_json::json;

use crate::cli::Options;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::show::{Look, shapes, table};
use crate::voice::{Voice, clean};

pub(super) async fn run(options: &Options, voice: &Voice) -> Result<(), Failure> {
    let desk = Desk::existing(options).await?;
    let accounts = desk.client.accounts().await?;
    let all: Vec<_> = accounts
        .iter()
        .enumerate()
        .map(|(n, account)| shapes::account(account, n + 1))
        .collect();
    voice.result(&json!({ "accounts": all }));
    if accounts.is_empty() {
        voice.say("Nobody is signed in: pericard signin");
    } else if !voice.json {
        let head = [
            ("", Some(5), Right),
            ("who", Some(24), Left),
            ("portal", None, Left),
            ("session", Some(18), Left),
        ];
        let rows = accounts.iter().enumerate().map(|(n, account)| {
            let people: Vec<_> = account
                .people()
                .into_iter()
                .map(|person| clean(&person.name))
                .collect();
            let (session, look) = match account.session() {
                SessionState::Active => ("active", Look::Good),
                SessionState::StepUp => ("sign-in wanted", Look::Bad),
                SessionState::Sealed { reason } => (
                    match reason {
                        SealReason::Refused => "sealed: ended",
                        SealReason::IdentityChanged => "sealed: stranger",
                        SealReason::Lease => "sealed: offline",
                    },
                    Look::Bad,
                ),
                SessionState::SignedOut => ("signed out", Look::Quiet),
            };
            vec![
                (format!("{}", n + 1), Look::Plain),
                (people.join(", "), Look::Strong),
                (account.portal(), Look::Plain),
                (session.to_owned(), look),
            ]
        });
        voice.say(table(voice, 1, &head, rows));
    }
    desk.close().await
}
