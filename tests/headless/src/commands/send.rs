//! Writing: queued durably first, then sent by a sync.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use pericard::{
    FileContent, FileSource, FileSourceError, Message, MessageState, NewFile, NewMessage,
    PericardError,
};
use serde_json::json;

use super::recipients;
use super::step_up::Way;
use crate::cli::{Letter, Options};
use crate::context::{self, Context};
use crate::failure::Failure;
use crate::output::{DOUBT, GOOD, Output};
use crate::progress::{self, Extent};
use crate::render::shapes;

pub(super) async fn run(
    options: &Options,
    letter: &Letter,
    output: &Output,
) -> Result<(), Failure> {
    let subject = letter.new.as_deref();
    let (thread, text) = match (letter.words.as_slice(), subject) {
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
    let files = letter.attach.iter().map(|path| attached(path));
    let files = files.collect::<Result<Vec<_>, _>>()?;
    let (context, callback) = Context::with_browser(options).await?;
    let account = context.account().await?;
    let messages = context.messages_of(&account)?;
    let thread = match thread {
        Some(thread) => Some(context::thread(&messages, thread).await?.id),
        None => None,
    };
    let message = NewMessage {
        thread,
        subject: subject.map(str::to_owned),
        text,
        recipients: recipients::chosen(&messages, &letter.to).await?,
        files,
    };
    if letter.draft {
        let draft = messages.save_draft(None, message).await?;
        output.result(&json!({ "draft": draft.as_ref().map(shapes::draft) }));
        output.say(match draft {
            Some(_) => "Kept as a draft: pericard drafts",
            None => "There is nothing to keep.",
        });
        return context.close().await;
    }
    let queued = messages.send(message).await?;
    let ended = if letter.offline {
        Ok(())
    } else {
        let way = Way {
            context: &context,
            callback: &callback,
            account: &account,
            output,
        };
        let sent = way.lifted(async || progress::sync(&account, output, Extent::New).await);
        sent.await.map(|_| ())
    };
    let message = messages.message(queued.id).await?;
    let offline = matches!(&ended, Err(Failure::Core(PericardError::Offline)));
    // Of what failed otherwise standard output says one thing alone: the failure.
    if offline || ended.is_ok() || message.state == MessageState::Sent || !output.json {
        tell(&message, offline, output);
    }
    context.close().await?;
    match ended {
        // Queued and safe: being offline is no failure of sending.
        Ok(()) => Ok(()),
        Err(_) if offline => Ok(()),
        // It has arrived; what failed came after.
        Err(_) if message.state == MessageState::Sent => Ok(()),
        Err(failure) => Err(failure),
    }
}

fn tell(message: &Message, offline: bool, output: &Output) {
    output.result(&json!({ "message": shapes::message(message), "offline": offline }));
    output.tell(match message.state {
        MessageState::Sent => output.paint(GOOD, "Sent."),
        MessageState::Queued if offline => {
            format!(
                "{} The portal cannot be reached; the next sync sends it.",
                output.paint(DOUBT, "Queued.")
            )
        }
        MessageState::Queued => format!(
            "{} The next sync sends it: pericard sync",
            output.paint(DOUBT, "Queued.")
        ),
        MessageState::Failed { status } => {
            format!(
                "{} The portal refused it (HTTP {status}): pericard outbox",
                output.paint(DOUBT, "Not sent.")
            )
        }
        MessageState::Sending => {
            format!(
                "{} The next sync finds out whether it arrived.",
                output.paint(DOUBT, "Under way.")
            )
        }
        MessageState::Unknown | MessageState::Received => format!(
            "{} It may not have arrived. Check at the portal, then decide: pericard outbox",
            output.paint(DOUBT, "In doubt.")
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

/// A file that is read while the message is queued.
struct Attached(Mutex<File>);

impl FileSource for Attached {
    fn read(&self, max_bytes: u32) -> Result<Vec<u8>, FileSourceError> {
        let mut piece = Vec::new();
        let file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let read = (&*file).take(u64::from(max_bytes)).read_to_end(&mut piece);
        read.map(|_| piece).map_err(|_| FileSourceError::Unreadable)
    }
}

fn attached(path: &Path) -> Result<NewFile, Failure> {
    let file = File::open(path).map_err(|error| Failure::io("read a file to attach", error))?;
    let name = path.file_name().unwrap_or_default();
    Ok(NewFile {
        name: name.to_string_lossy().into_owned(),
        content_type: media_type(path).to_owned(),
        content: FileContent::Source {
            source: Arc::new(Attached(Mutex::new(file))),
        },
    })
}

/// The type that a file's name suggests.
fn media_type(path: &Path) -> &'static str {
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    match extension.to_ascii_lowercase().as_str() {
        "pdf" => "application/pdf",
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "heic" => "image/heic",
        "gif" => "image/gif",
        "txt" => "text/plain",
        "csv" => "text/csv",
        _ => "application/octet-stream",
    }
}
