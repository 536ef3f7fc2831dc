//! Randomness.

/// Fills buffers with bytes that nobody can guess.
pub trait Random: Send + Sync + 'static {
    /// Fills `bytes` completely.
    fn fill(&self, bytes: &mut [u8]);
}

/// The operating system's generator through aws-lc.
pub(super) struct SystemRandom;

#[allow(clippy::disallowed_methods)] // the one place
impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        // aws-lc aborts the process where the kernel has no randomness; there is nothing safe to go on with.
        aws_lc_rs::rand::fill(bytes).unwrap_or_else(|_| std::process::abort());
    }
}
