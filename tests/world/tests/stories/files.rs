//! The verbs and expectations of files.

use pericard::{FileContent, FileProblem, FileState, MessageFile, NewFile};

use crate::context::{Context, Halt, PAGE, broken};
use crate::keys::Keys;

/// A file to send of so many bytes.
pub(crate) fn new_file(bytes: u64, name: Option<String>) -> NewFile {
    let bytes = usize::try_from(bytes).unwrap_or_default();
    NewFile {
        name: name.unwrap_or_else(|| "photo.jpg".into()),
        content_type: "image/jpeg".into(),
        content: FileContent::Bytes {
            bytes: (0..bytes).map(|n| (n * 13 + n / 257) as u8).collect(),
        },
    }
}

/// The file that a step is about: of the n-th newest message of a thread, or of a message that the story has named.
async fn file(context: &Context, keys: &mut Keys<'_>) -> Result<MessageFile, Halt> {
    let inbox = context.inbox()?;
    let message = match keys.text_or_none("of")? {
        Some(name) => inbox.message(context.message(&name)?).await?,
        None => {
            let thread = context.thread(keys.number("thread")?)?;
            let number = keys.number_or_none("message")?.unwrap_or(0);
            let page = inbox.messages(thread, None, PAGE).await?;
            let found = page.messages.into_iter().nth(number as usize);
            found.ok_or_else(|| broken(format!("there is no message {number}")))?
        }
    };
    let number = keys.number_or_none("attachment")?.unwrap_or(0);
    let found = message.files.into_iter().nth(number as usize);
    found.ok_or_else(|| broken(format!("there is no file {number}")))
}

/// Fetches a file and reads it to its end.
pub(crate) async fn download(context: &Context, keys: &mut Keys<'_>) -> Result<(), Halt> {
    let file = file(context, keys).await?;
    let wanted = keys.number_or_none("bytes")?;
    keys.done()?;
    let inbox = context.inbox()?;
    let download = inbox.download(file.id.clone()).await?;
    while download.next().await?.is_some() {}
    let reader = inbox.open_file(file.id).await?;
    let mut read = 0;
    loop {
        let piece = reader.read(100_000).await?;
        if piece.is_empty() {
            break;
        }
        read += piece.len() as u64;
    }
    if read != reader.size() || wanted.is_some_and(|wanted| wanted != read) {
        return Err(broken(format!("the file has {read} bytes")));
    }
    Ok(())
}

pub(crate) async fn expect(context: &Context, keys: &mut Keys<'_>) -> Result<(), Halt> {
    let file = file(context, keys).await?;
    let names = [
        "remote",
        "partial",
        "downloading",
        "stored",
        "no_source",
        "too_large",
        "mismatch",
        "not_found",
        "refused",
        "foreign",
    ];
    let wanted = keys.word("state", &names, false)?;
    let found = word(file.state);
    if wanted != found {
        return Err(broken(format!("state: expected {wanted}, found {found}")));
    }
    if let Some(wanted) = keys.text_or_none("file_name")?
        && wanted != file.file_name
    {
        let found = file.file_name;
        return Err(broken(format!("name: expected {wanted}, found {found}")));
    }
    Ok(())
}

pub(crate) fn word(state: FileState) -> &'static str {
    match state {
        FileState::Remote { received: 0 } => "remote",
        FileState::Remote { .. } => "partial",
        FileState::Downloading => "downloading",
        FileState::Stored => "stored",
        FileState::Unavailable { reason } => match reason {
            FileProblem::NoSource => "no_source",
            FileProblem::TooLarge => "too_large",
            FileProblem::Mismatch => "mismatch",
            FileProblem::NotFound => "not_found",
            FileProblem::Refused => "refused",
            FileProblem::Foreign => "foreign",
        },
    }
}
