//! The library that ships: the public API of `pericard`, exported once, and what a whole process needs
//! around it. No logic lives here.
//!
//! - every freed block is wiped (`pericard-zeroalloc`);
//! - a panic says where it happened and nothing of its text (`panics`).

mod panics;

pericard::uniffi_reexport_scaffolding!();

#[global_allocator]
static ALLOCATOR: pericard_zeroalloc::Zeroing = pericard_zeroalloc::Zeroing;
