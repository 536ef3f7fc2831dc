//! A sync and a download, with a bar for a person at a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use pericard::{
    Account, FileDownload, IncompleteReason, MessageFile, Messages, PericardError, SyncOutcome,
    SyncPhase, SyncProgress,
};

use crate::output::Output;

const COUNTED: &str = "  {spinner:.green} {msg:<9} {bar:32.green/dim} {pos:>6} of {len}";
const BYTES: &str = "  {spinner:.green} {msg:<9} {bar:32.green/dim} {bytes:>9} of {total_bytes}";
const COUNTING: &str = "  {spinner:.green} {msg:<9} {pos:>6}";

/// What a sync is to do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Fetch what is new.
    New,
    /// The same, and leave the full bar on the screen.
    Shown,
    /// Compare everything with the portal now.
    Everything,
}

/// How a sync ended.
pub(crate) struct Synced {
    pub(crate) progress: SyncProgress,
    /// Why it could not prove that everything is here.
    pub(crate) incomplete: Option<IncompleteReason>,
}

/// Runs a sync to its end and says how far it came.
pub(crate) async fn sync(
    account: &Account,
    output: &Output,
    extent: Extent,
) -> Result<Synced, PericardError> {
    let run = account.start_sync(None, matches!(extent, Extent::Everything))?;
    let bar = bar(output);
    let mut last = SyncProgress {
        phase: SyncPhase::Sending,
        done: 0,
        of: None,
        sent: 0,
    };
    let result = loop {
        match run.next().await {
            Ok(Some(progress)) => {
                show(&bar, &progress);
                last = progress;
            }
            Ok(None) => {
                let outcome = run.outcome();
                break Ok(Synced {
                    progress: last,
                    incomplete: outcome.and_then(incomplete),
                });
            }
            Err(error) => break Err(error),
        }
    };
    match result {
        Ok(_) if extent == Extent::Shown => bar.finish(),
        _ => bar.finish_and_clear(),
    }
    result
}

/// Fetches a file of a message.
pub(crate) async fn download(
    messages: &Messages,
    file: &MessageFile,
    output: &Output,
) -> Result<(), PericardError> {
    follow(&*messages.download(file.id.clone()).await?, output).await
}

/// Follows a download to its end.
pub(crate) async fn follow(download: &FileDownload, output: &Output) -> Result<(), PericardError> {
    let bar = bar(output);
    bar.set_message("fetching");
    let result = loop {
        match download.next().await {
            Ok(Some(progress)) => {
                if let Some(total) = progress.total {
                    bar.set_style(style(BYTES));
                    bar.set_length(total.max(progress.received));
                }
                bar.set_position(progress.received);
            }
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    bar.finish_and_clear();
    result
}

fn incomplete(outcome: SyncOutcome) -> Option<IncompleteReason> {
    match outcome {
        SyncOutcome::Complete => None,
        SyncOutcome::Incomplete { reason } => Some(reason),
    }
}

fn bar(output: &Output) -> ProgressBar {
    let target = if output.rich {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let bar = ProgressBar::with_draw_target(None, target);
    bar.set_style(style(COUNTING));
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

fn show(bar: &ProgressBar, progress: &SyncProgress) {
    bar.set_message(match progress.phase {
        SyncPhase::Sending => "sending",
        SyncPhase::Receiving => "receiving",
        SyncPhase::Comparing => "comparing",
        SyncPhase::Finishing => "finishing",
    });
    match progress.of {
        // The portal's number is a hint: a bar must not run over its end.
        Some(expected) => {
            bar.set_style(style(COUNTED));
            bar.set_length(expected.max(progress.done));
        }
        None => bar.set_style(style(COUNTING)),
    }
    bar.set_position(progress.done);
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("━╸─")
}
