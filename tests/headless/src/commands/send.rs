//! Writing: queued durably first, then sent by a sync.

use std::io::{self, Read};

use pericard::{Message, MessageState, NewMessage, PericardError};
use serde_json::json;

use super::step_up::Way;
use crate::cli::Options;
use crate::desk::{self, Desk};
use crate::failure::Failure;
use crate::progress;
use crate::show::shapes;
use crate::voice::{DOUBT, GOOD, Voice};

pub(super) async fn run(
    options: &Options,
    words: &[String],
    subject: Option<&str>,
    offline: bool,
    voice: &Voice,
) -> Result<(), Failure> {
    let (thread, text) = match (words, subject) {
        ([text], Some(_)) => (None, text),
        ([thread, text], None) => (Some(thread), text),
        ([_], None) => {
            return Err(Failure::usage(
                "a conversation or a subject is missing",
                "pericard send 3 \"text\" answers in the third of the inbox; pericard send --new \"Subject\" \"text\" \
                 begins one.",
            ));
        }
        _ => {
            return Err(Failure::usage(
                "a new conversation takes one text",
                "Put it in quotes: pericard send --new \"Subject\" \"text\"",
            ));
        }
    };
    let text = if text == "-" {
        standard_input()?
    } else {
        text.clone()
    };
    let (desk, callback) = Desk::with_browser(options).await?;
    let account = desk.account().await?;
    let messages = desk::messages(&account)?;
    let thread = match thread {
        Some(thread) => Some(desk::thread(&messages, thread).await?.id),
        None => None,
    };
    let queued = messages
        .send(NewMessage {
            thread,
            subject: subject.map(str::to_owned),
            text,
        })
        .await?;
    let ended = if offline {
        Ok(())
    } else {
        let way = Way {
            desk: &desk,
            callback: &callback,
            account: &account,
            voice,
        };
        let sent = way.lifted(async || progress::sync(&account, voice, false).await);
        sent.await.map(|_| ())
    };
    let message = messages.message(queued.id).await?;
    let offline = matches!(&ended, Err(Failure::Core(PericardError::Offline)));
    // Of what failed otherwise standard output says one thing alone: the failure.
    if offline || ended.is_ok() || message.state == MessageState::Sent || !voice.json {
        tell(&message, offline, voice);
    }
    desk.close().await?;
    match ended {
        // Queued and safe: being offline is no failure of sending.
        Ok(()) => Ok(()),
        Err(_) if offline => Ok(()),
        // It has arrived; what failed came after.
        Err(_) if message.state == MessageState::Sent => Ok(()),
        Err(failure) => Err(failure),
    }
}

fn tell(message: &Message, offline: bool, voice: &Voice) {
    voice.result(&json!({ "message": shapes::message(message), "offline": offline }));
    voice.tell(match message.state {
        MessageState::Sent => voice.paint(GOOD, "Sent."),
        MessageState::Queued if offline => {
            format!("{} The portal cannot be reached; the next sync sends it.", voice.paint(DOUBT, "Queued."))
        }
        MessageState::Queued => format!("{} The next sync sends it: pericard sync", voice.paint(DOUBT, "Queued.")),
        MessageState::Failed { status } => {
            format!("{} The portal refused it (HTTP {status}): pericard outbox", voice.paint(DOUBT, "Not sent."))
        }
        MessageState::Sending => {
            format!("{} Whether it arrived is settled by the next sync.", voice.paint(DOUBT, "Under way."))
        }
        MessageState::Unknown | MessageState::Received => format!(
            "{} The portal cannot prove whether it arrived. Look there, then decide: pericard outbox",
            voice.paint(DOUBT, "In doubt.")
        ),
    });
}

fn standard_input() -> Result<String, Failure> {
    let mut text = String::new();
    io::stdin()
        .lock()
        .read_to_string(&mut text)
        .map_err(|error| Failure::io("read standard input", error))?;
    Ok(text)
}
