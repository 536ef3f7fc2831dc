//! Saving a file of a message to a folder: fetched if it is not here, under a name that can do no harm, over nothing.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use pericard::{FileState, Message, MessageFile, Messages, PericardError, ThreadId};
use serde_json::json;

use super::step_up::Way;
use crate::cli::Options;
use crate::context::{self, Context};
use crate::failure::Failure;
use crate::output::{GOOD, Output};
use crate::progress;
use crate::render::shapes;

/// How many names are tried beside the one that is taken.
const NAMES: u32 = 1000;

pub(super) async fn run(
    options: &Options,
    message: &str,
    file: Option<usize>,
    to: Option<&Path>,
    output: &Output,
) -> Result<(), Failure> {
    let (context, callback) = Context::with_browser(options).await?;
    let account = context.account().await?;
    let messages = context.messages_of(&account)?;
    let file = find(&messages, message, file).await?;
    if file.state != FileState::Stored {
        let way = Way {
            context: &context,
            callback: &callback,
            account: &account,
            output,
        };
        way.lifted(async || progress::download(&messages, &file, output).await)
            .await?;
    }
    let folder = to.unwrap_or(Path::new("."));
    let saved = save(&messages, &file, folder).await?;
    output.result(&json!({ "saved": saved.to_string_lossy(), "file": shapes::file(&file) }));
    output.tell(format!(
        "{} {}",
        output.paint(GOOD, "Saved:"),
        saved.display()
    ));
    context.close().await
}

/// The file that is meant: of a message by its id, else of a conversation by its number, as `read` numbers its files.
async fn find(
    messages: &Messages,
    of: &str,
    number: Option<usize>,
) -> Result<MessageFile, Failure> {
    let files = match messages.message(of.into()).await {
        Ok(message) => message.files,
        Err(PericardError::NotFound) => {
            let thread = context::thread(messages, of).await?;
            numbered(messages, &thread.id).await?
        }
        Err(error) => return Err(error.into()),
    };
    let found = number.unwrap_or(1).checked_sub(1);
    match found.and_then(|n| files.get(n)) {
        Some(file) if number.is_some() || files.len() == 1 => Ok(file.clone()),
        Some(_) => Err(Failure::usage(
            format!("there are {} files", files.len()),
            "Say which, by its number in `pericard read`: --file N",
        )),
        None => Err(Failure::usage(
            "there is no such file",
            "Files are listed with their numbers: pericard read",
        )),
    }
}

/// All files of a conversation, newest message first.
async fn numbered(
    messages: &Messages,
    thread: &ThreadId,
) -> Result<Vec<MessageFile>, PericardError> {
    let (mut files, mut after) = (Vec::new(), None);
    loop {
        let page = messages.messages(thread.clone(), after, 500).await?;
        files.extend(in_order(&page.messages).cloned());
        after = page.after;
        if after.is_none() {
            return Ok(files);
        }
    }
}

/// The files of messages in the order of their numbers.
pub(super) fn in_order(messages: &[Message]) -> impl Iterator<Item = &MessageFile> {
    messages.iter().flat_map(|message| &message.files)
}

/// Copies a file that is here into `folder`, under a name that nothing has there.
async fn save(messages: &Messages, file: &MessageFile, folder: &Path) -> Result<PathBuf, Failure> {
    let reader = messages.open_file(file.id.clone()).await?;
    let (path, mut out) =
        create(folder, &file.file_name).map_err(|error| Failure::io("save the file", error))?;
    loop {
        let piece = match reader.read(256 * 1024).await {
            Ok(piece) => piece,
            Err(error) => {
                // Half a file looks like one.
                let _ = std::fs::remove_file(&path);
                return Err(error.into());
            }
        };
        if piece.is_empty() {
            break;
        }
        if let Err(error) = out.write_all(&piece) {
            let _ = std::fs::remove_file(&path);
            return Err(Failure::io("save the file", error));
        }
    }
    out.sync_all()
        .map_err(|error| Failure::io("save the file", error))?;
    Ok(path)
}

/// Creates a file that was not there: `report.pdf`, else `report (2).pdf`, and so on.
fn create(folder: &Path, name: &str) -> io::Result<(PathBuf, File)> {
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) => (stem, format!(".{extension}")),
        None => (name, String::new()),
    };
    for n in 1..=NAMES {
        let path = folder.join(match n {
            1 => name.to_owned(),
            n => format!("{stem} ({n}){extension}"),
        });
        let mut options = OpenOptions::new();
        // Fails on anything that is there, a dangling link included.
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            other => return other.map(|file| (path, file)),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
        let (first, mut file) = create(folder.path(), "report.pdf").unwrap();
        file.write_all(b"first").unwrap();
        let (second, _) = create(folder.path(), "report.pdf").unwrap();
        assert_eq!(
            (name(&first).as_str(), name(&second).as_str()),
            ("report.pdf", "report (2).pdf")
        );
        assert_eq!(std::fs::read(first).unwrap(), b"first");
        #[cfg(unix)]
        {
            let target = folder.path().join("elsewhere");
            std::os::unix::fs::symlink(&target, folder.path().join("link")).unwrap();
            let (third, _) = create(folder.path(), "link").unwrap();
            assert_eq!(name(&third), "link (2)");
            assert!(!target.exists());
        }
    }
}
