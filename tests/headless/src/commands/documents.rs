//! Documents: the list, one of them as text, and saving one.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use comfy_table::CellAlignment::{Left, Right};
use pericard::{
    ActiveContent, Document, DocumentFile, DocumentView, Documents, FileState, PericardError,
};
use serde_json::{Value, json};

use super::step_up::Way;
use crate::cli::Options;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{GOOD, Output, clean, one_line};
use crate::render::{Look, table};
use crate::{progress, time_format};

pub(super) async fn run(
    options: &Options,
    document: Option<&str>,
    save: Option<&Path>,
    output: &Output,
) -> Result<(), Failure> {
    let (context, callback) = Context::with_browser(options).await?;
    let account = context.account().await?;
    let documents = context.documents_of(&account)?;
    let way = Way {
        context: &context,
        callback: &callback,
        account: &account,
        output,
    };
    match document {
        None => way.lifted(async || list(&documents, output).await).await?,
        Some(wanted) => {
            let all = way.lifted(async || all(&documents).await).await?;
            let file = file(&all, wanted)?;
            if file.state != FileState::Stored {
                let fetching = async || {
                    let download = documents.download(file.id.clone()).await?;
                    progress::follow(&download, output).await
                };
                way.lifted(fetching).await?;
            }
            match save {
                Some(path) => copy(&documents, file, path, output).await?,
                None => show(&documents, file, output).await?,
            }
        }
    }
    context.close().await
}

async fn all(documents: &Documents) -> Result<Vec<Document>, PericardError> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = documents.documents(None, after, 500).await?;
        all.extend(page.documents);
        after = page.after;
        if after.is_none() {
            return Ok(all);
        }
    }
}

async fn list(documents: &Documents, output: &Output) -> Result<(), PericardError> {
    let all = all(documents).await?;
    output.result(&json!({ "documents": all.iter().map(shape).collect::<Vec<_>>() }));
    if all.is_empty() {
        output.tell("There are no documents.");
    } else if !output.json {
        let head = [
            ("", Some(5), Right),
            ("document", None, Left),
            ("from", Some(24), Left),
            ("date", Some(13), Right),
        ];
        let rows = all.iter().enumerate().map(|(n, document)| {
            let mut title = one_line(&document.title);
            if document.superseded {
                title.push_str(" (superseded)");
            }
            if document.preliminary {
                title.push_str(" (preliminary)");
            }
            let date = time_format::brief(document.at, document.precision);
            vec![
                (format!("{}", n + 1), Look::Plain),
                (title, Look::Plain),
                (one_line(&document.author), Look::Quiet),
                (date, Look::Quiet),
            ]
        });
        output.say(table(output, 1, &head, rows));
    }
    Ok(())
}

fn shape(document: &Document) -> Value {
    json!({ "id": document.id, "title": document.title, "type": document.type_name,
        "category": document.category, "at": time_format::instant(document.at), "author": document.author,
        "superseded": document.superseded, "preliminary": document.preliminary,
        "files": document.files.iter().map(|file| json!({ "name": file.file_name,
            "content_type": file.content_type, "size": file.size,
            "here": file.state == FileState::Stored })).collect::<Vec<_>>() })
}

/// The first file of the document that is meant: by its number in the list, or its id.
fn file<'a>(all: &'a [Document], wanted: &str) -> Result<&'a DocumentFile, Failure> {
    let number = wanted.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
    let numbered = number.and_then(|n| all.get(n));
    let found = numbered.or_else(|| all.iter().find(|it| it.id.as_str() == wanted));
    found
        .and_then(|document| document.files.first())
        .ok_or_else(|| {
            Failure::usage(
                format!("there is no document {wanted}, or it has no file"),
                "List documents: pericard documents",
            )
        })
}

async fn show(documents: &Documents, file: &DocumentFile, output: &Output) -> Result<(), Failure> {
    let view = documents.view(file.id.clone()).await?;
    let (kind, text) = match view {
        DocumentView::Page { text, .. } => ("page", Some(text)),
        DocumentView::Text { text } => ("text", Some(text)),
        DocumentView::Pdf {
            active_content,
            hidden_parts,
        } => {
            output.tell(pdf(&active_content, hidden_parts));
            ("pdf", None)
        }
        DocumentView::Image { content_type } => {
            output.tell(format!("It is a picture ({content_type})."));
            ("image", None)
        }
        DocumentView::SaveOnly { content_type } => {
            output.tell(format!("It cannot be shown here ({content_type})."));
            ("save_only", None)
        }
        DocumentView::AnotherType { claimed, found } => {
            let claimed = one_line(&claimed);
            output.tell(format!(
                "The portal says that it is {claimed}; it is {found}, and is not shown as either."
            ));
            ("another_type", None)
        }
    };
    output.result(&json!({ "shown_as": kind, "text": text }));
    match text {
        Some(text) if !output.json => output.say(clean(&text)),
        Some(_) => {}
        None => output.tell("Save it with --save FILE."),
    }
    Ok(())
}

fn pdf(active: &[ActiveContent], hidden: bool) -> String {
    let does = active.iter().map(|it| match it {
        ActiveContent::Script => "runs a script",
        ActiveContent::Action => "does something when it is opened",
        ActiveContent::Launch => "starts a program",
        ActiveContent::Files => "brings other files along",
        ActiveContent::Form => "sends a form",
    });
    let does: Vec<_> = does.collect();
    match (does.is_empty(), hidden) {
        (false, _) => format!("It is a PDF that {}.", does.join(", ")),
        (true, true) => "It is a PDF with parts that cannot be looked into.".to_owned(),
        (true, false) => "It is a PDF.".to_owned(),
    }
}

/// Copies a file that is here to a new one.
async fn copy(
    documents: &Documents,
    file: &DocumentFile,
    path: &Path,
    output: &Output,
) -> Result<(), Failure> {
    let reader = documents.open_file(file.id.clone()).await?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let failed = |error| Failure::io("save the document", error);
    let mut out = options.open(path).map_err(failed)?;
    let copied = async {
        loop {
            let piece = reader.read(256 * 1024).await?;
            if piece.is_empty() {
                return out.sync_all().map_err(failed);
            }
            out.write_all(&piece).map_err(failed)?;
        }
    };
    if let Err(failure) = copied.await {
        // Half a file looks like one.
        let _ = std::fs::remove_file(path);
        return Err(failure);
    }
    output.result(&json!({ "saved": path.to_string_lossy() }));
    output.tell(format!(
        "{} {}",
        output.paint(GOOD, "Saved:"),
        path.display()
    ));
    Ok(())
}
