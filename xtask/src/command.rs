//! Running a command and keeping what it said.
//!
//! Both streams arrive in one text in the order they were written, so that an error stands beside the
//! line that led to it. Nothing is shown while a command runs; who asked decides what to show.

use std::io::Read;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What a command did.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) ok: bool,
    /// Standard output and error together.
    pub(crate) text: String,
    pub(crate) took: Duration,
}

impl Ran {
    /// The text if the command succeeded, else the text as an error.
    pub(crate) fn text_or_error(self) -> Result<String, String> {
        if self.ok {
            Ok(self.text)
        } else {
            Err(self.text)
        }
    }
}

/// Runs to the end with both streams in one.
pub(crate) fn run(command: &mut Command) -> Ran {
    let started = Instant::now();
    match merged(command) {
        Ok((ok, text)) => Ran {
            ok,
            text,
            took: started.elapsed(),
        },
        Err(error) => Ran {
            ok: false,
            text: format!("{}: {error}\n", command.get_program().to_string_lossy()),
            took: started.elapsed(),
        },
    }
}

fn merged(command: &mut Command) -> std::io::Result<(bool, String)> {
    let (mut reader, writer) = std::io::pipe()?;
    command
        .stdin(Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer);
    let mut child = command.spawn()?;
    // The command holds the pipe's writing end too; the reader would wait for it for ever.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes)?;
    let status = child.wait()?;
    Ok((
        status.success(),
        String::from_utf8_lossy(&bytes).into_owned(),
    ))
}

/// Runs to the end; standard output is the answer, standard error the reason for a failure.
pub(crate) fn ask(command: &mut Command) -> Result<String, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|e| format!("{name}: {e}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(format!(
            "{name}: {}\n{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        ))
    }
}
