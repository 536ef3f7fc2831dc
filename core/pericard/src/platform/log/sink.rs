//! Where lines go: the system's log on Apple's systems (`os_log`) and on Android (logcat), standard error elsewhere.
//!
//! Only lines of our own get through. Libraries below write addresses into theirs, which name a clinic and a patient.

use std::sync::Once;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

use tracing::subscriber::Interest;
use tracing::{Level, Metadata};
use tracing_subscriber::Registry;
use tracing_subscriber::layer::{Context, Filter, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use super::TARGET;

/// How much is written to the log; each level includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum LogLevel {
    /// What should not happen: a defect, somebody else's record.
    Error,
    /// What fails and matters: a seal, a full disk, a keystore that does not answer.
    Warn,
    /// What support asks for first: syncs, sign-ins, locks, and how they ended.
    Info,
    /// Each step of a sync and each try of a request.
    Debug,
    /// Each request, by its status alone.
    Trace,
}

impl LogLevel {
    fn level(self) -> Level {
        match self {
            Self::Error => Level::ERROR,
            Self::Warn => Level::WARN,
            Self::Info => Level::INFO,
            Self::Debug => Level::DEBUG,
            Self::Trace => Level::TRACE,
        }
    }

    /// How many levels it includes.
    fn rank(self) -> u8 {
        match self {
            Self::Error => 1,
            Self::Warn => 2,
            Self::Info => 3,
            Self::Debug => 4,
            Self::Trace => 5,
        }
    }

    const ALL: [Self; 5] = [
        Self::Error,
        Self::Warn,
        Self::Info,
        Self::Debug,
        Self::Trace,
    ];
}

/// The rank of the level that was asked for last.
static RANK: AtomicU8 = AtomicU8::new(0);

/// Lets our own lines through, up to the level, and nobody else's.
struct Own;

impl<S> Filter<S> for Own {
    fn enabled(&self, metadata: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        let rank = RANK.load(Relaxed);
        is_own(metadata)
            && LogLevel::ALL
                .iter()
                .any(|level| level.level() == *metadata.level() && level.rank() <= rank)
    }

    fn callsite_enabled(&self, metadata: &'static Metadata<'static>) -> Interest {
        if is_own(metadata) {
            // The level may change.
            Interest::sometimes()
        } else {
            Interest::never()
        }
    }
}

fn is_own(metadata: &Metadata<'_>) -> bool {
    metadata.target() == TARGET && metadata.is_event()
}

/// Writes lines up to `level` from here on, unless the app has a subscriber of its own, which then gets them.
pub(crate) fn start(level: LogLevel) {
    RANK.store(level.rank(), Relaxed);
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let ours = tracing_subscriber::registry().with(system_log().with_filter(Own));
        // Somebody else's stays.
        let _ = ours.try_init();
    });
}

#[cfg(target_vendor = "apple")]
fn system_log() -> impl Layer<Registry> + Send + Sync {
    tracing_oslog::OsLogger::new("dev.pericard", "core")
}

#[cfg(target_os = "android")]
fn system_log() -> impl Layer<Registry> + Send + Sync {
    paranoid_android::layer(TARGET)
        .with_ansi(false)
        .with_target(false)
}

#[cfg(not(any(target_vendor = "apple", target_os = "android")))]
fn system_log() -> impl Layer<Registry> + Send + Sync {
    // Standard error that is closed costs the line and nothing else.
    tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .with_target(false)
        .log_internal_errors(false)
}

/// Writes every line to `writer`, for a test that looks for words that must not be there. Returns whether it does: a process
/// has one place where lines go.
#[cfg(feature = "test-support")]
pub fn capture<W: std::io::Write>(writer: impl Fn() -> W + Send + Sync + 'static) -> bool {
    RANK.store(LogLevel::Trace.rank(), Relaxed);
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(writer)
        .without_time()
        .with_ansi(false);
    tracing_subscriber::registry()
        .with(layer.with_filter(Own))
        .try_init()
        .is_ok()
}
