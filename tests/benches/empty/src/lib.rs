//! The least that a library by uniffi can be: the peer of loading Pericard and of its first call.

uniffi::setup_scaffolding!();

/// A number, as `largest_outgoing_file` of Pericard is one.
#[uniffi::export]
pub fn number() -> u64 {
    20_000_000
}
