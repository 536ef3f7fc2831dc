//! A sync, with a bar for a person at a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use pericard::{Account, PericardError, SyncProgress, SyncStage};

use crate::output::Output;

const COUNTED: &str = "  {spinner:.green} {msg:<9} {bar:32.green/dim} {pos:>6} of {len}";
const COUNTING: &str = "  {spinner:.green} {msg:<9} {pos:>6}";

/// Runs a sync to its end and says how far it came. With `keep` the full bar stays on the screen.
pub(crate) async fn sync(
    account: &Account,
    output: &Output,
    keep: bool,
) -> Result<SyncProgress, PericardError> {
    let run = account.start_sync(None)?;
    let bar = bar(output);
    let mut last = SyncProgress {
        stage: SyncStage::Sending,
        received: 0,
        expected: None,
        sent: 0,
    };
    let result = loop {
        match run.next().await {
            Ok(Some(progress)) => {
                show(&bar, &progress);
                last = progress;
            }
            Ok(None) => break Ok(last),
            Err(error) => break Err(error),
        }
    };
    match result {
        Ok(_) if keep => bar.finish(),
        _ => bar.finish_and_clear(),
    }
    result
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
    bar.set_message(match progress.stage {
        SyncStage::Sending => "sending",
        SyncStage::Receiving => "receiving",
        SyncStage::Finishing => "finishing",
    });
    match progress.expected {
        // The portal's number is a hint: a bar must not run over its end.
        Some(expected) => {
            bar.set_style(style(COUNTED));
            bar.set_length(expected.max(progress.received));
        }
        None => bar.set_style(style(COUNTING)),
    }
    bar.set_position(progress.received);
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("━╸─")
}
