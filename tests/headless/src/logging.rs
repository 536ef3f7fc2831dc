//! Pericard's log lines on standard error, where somebody asked for them.
//!
//! A library writes no log by itself; a program of Rust installs a subscriber of its own. On a Mac `start_logging` would
//! lead to the system's log, where nobody looks who types `--verbose`.

use tracing::Level;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use crate::cli::Verbosity;

/// The target of Pericard's lines. Those of libraries below have addresses in them, and stay out.
const TARGET: &str = "pericard";

/// Writes lines up to `verbosity` from here on.
pub(crate) fn start(verbosity: Verbosity) {
    let most = match verbosity {
        Verbosity::Error => Level::ERROR,
        Verbosity::Warn => Level::WARN,
        Verbosity::Info => Level::INFO,
        Verbosity::Debug => Level::DEBUG,
        Verbosity::Trace => Level::TRACE,
    };
    let is_shown = filter_fn(move |it| it.target() == TARGET && *it.level() <= most);
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .with_target(false)
        .log_internal_errors(false);
    // There is no other in this program.
    let _ = tracing_subscriber::registry()
        .with(layer.with_filter(is_shown))
        .try_init();
}
