//! What happened, in order: the same seed has to give the same trace.

use std::sync::{Mutex, PoisonError};

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// The trace of a week.
#[derive(Default)]
pub(crate) struct Trace(Mutex<Lines>);

#[derive(Default)]
struct Lines {
    hash: Sha256,
    /// Kept only where somebody wants to read them.
    lines: Option<Vec<String>>,
}

impl Trace {
    /// A trace whose lines are kept, or only their hash.
    pub(crate) fn new(keep: bool) -> Self {
        let lines = keep.then(Vec::new);
        Self(Mutex::new(Lines {
            hash: Sha256::new(),
            lines,
        }))
    }

    pub(crate) fn note(&self, line: String) {
        let mut trace = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        trace.hash.update(line.as_bytes());
        trace.hash.update(b"\n");
        if let Some(lines) = &mut trace.lines {
            lines.push(line);
        }
    }

    /// The hash of everything so far, and the lines where they are kept.
    pub(crate) fn end(&self) -> (String, Vec<String>) {
        let mut trace = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let hash = HEXLOWER.encode(&trace.hash.clone().finalize()[..8]);
        (hash, trace.lines.take().unwrap_or_default())
    }
}
