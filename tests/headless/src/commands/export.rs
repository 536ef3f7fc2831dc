//! A copy of what is on this device, into a file of the person's.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use pericard::{Account, ExportFormat, LockState, PericardError, PersonId};
use serde_json::json;

use super::step_up::Way;
use crate::cli::{Form, Options};
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{DOUBT, Output};
use crate::unlocking;

/// Writes the copy to `file`, which must not be there yet.
pub(super) async fn run(
    options: &Options,
    file: &Path,
    form: Form,
    output: &Output,
) -> Result<(), Failure> {
    let (context, callback) = Context::with_browser(options).await?;
    let account = context.any_account().await?;
    let lock = account.lock();
    let pin = match lock.state()? {
        LockState::Off => None,
        // Proves who is there, and opens what is closed.
        _ => Some(unlocking::proved(&lock).await?),
    };
    let person = context.person(&account)?;
    let way = Way {
        context: &context,
        callback: &callback,
        account: &account,
        output,
    };
    let format = match form {
        Form::Html => ExportFormat::Html,
        Form::Fhir => ExportFormat::Fhir,
    };
    let copy = way
        .lifted(async || {
            copy(
                &account,
                &person.id,
                format,
                pin.as_ref().map(|pin| pin.as_bytes()),
            )
            .await
        })
        .await?;
    save(file, &copy).map_err(|error| Failure::Io(format!("write {}", file.display()), error))?;
    output.result(&json!({ "file": file.display().to_string(), "bytes": copy.len() }));
    output.tell(format!("A copy is in {}.", file.display()));
    output.say(output.paint(
        DOUBT,
        "It is not encrypted: whoever has the file can read it.",
    ));
    context.close().await
}

async fn copy(
    account: &Account,
    person: &PersonId,
    format: ExportFormat,
    pin: Option<&[u8]>,
) -> Result<Vec<u8>, PericardError> {
    let export = account
        .export(person.clone(), format, pin.map(<[u8]>::to_vec))
        .await?;
    let mut whole = Vec::new();
    loop {
        let piece = export.read().await?;
        if piece.is_empty() {
            return Ok(whole);
        }
        whole.extend(piece);
    }
}

/// For the person alone, and over nothing.
pub(super) fn save(file: &Path, copy: &[u8]) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut opened = options.open(file)?;
    opened.write_all(copy)?;
    opened.sync_all()
}
