//! A report for support, to read before it is handed on.

use std::path::Path;

use serde_json::json;

use super::export;
use crate::cli::Options;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::Output;

/// Prints the report, or writes it to `file`, which must not be there yet.
pub(super) async fn run(
    options: &Options,
    file: Option<&Path>,
    output: &Output,
) -> Result<(), Failure> {
    let context = Context::existing(options).await?;
    let report = context.client.support_report().await?;
    match file {
        Some(file) => {
            export::save(file, report.as_bytes())
                .map_err(|error| Failure::Io(format!("write {}", file.display()), error))?;
            output.result(&json!({ "file": file.display().to_string() }));
            output.tell(format!(
                "A report is in {}. Read it before you hand it on.",
                file.display()
            ));
        }
        None => {
            output.result(&json!({ "report": report }));
            for line in report.lines() {
                output.say(line);
            }
        }
    }
    context.close().await
}
