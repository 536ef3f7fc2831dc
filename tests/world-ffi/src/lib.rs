//! The second library: the same core as the one that ships, and the test world beside it.
//!
//! A process loads one of the two, never both: two libraries would be two cores with two stores.

#[path = "../../../bindings/ffi/src/panics.rs"]
mod panics;

pericard::uniffi_reexport_scaffolding!();
pericard_world::uniffi_reexport_scaffolding!();

#[global_allocator]
static ALLOCATOR: pericard_zeroalloc::Zeroing = pericard_zeroalloc::Zeroing;
