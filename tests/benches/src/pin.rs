//! What opening a lock is measured with, and what its Argon2id costs: the same on both sides, which the table checks.

/// What is typed.
pub const PIN: &[u8] = b"270419";

/// The memory that Argon2id takes.
pub const KIB: u32 = 48 * 1024;

/// How often it goes over it.
pub const PASSES: u32 = 2;

/// How often a round tries; what is told is the median.
pub const TIMES: usize = 9;
