//! The system's allocator, wiping every block as it is freed.
//!
//! Each library and program that ships installs [`Zeroing`] as its global allocator; no crate between
//! does. It promises that what Rust frees holds nothing of its content any more, secrets included,
//! whoever allocated it: a password that crossed from Swift, a token inside a parser's buffer. It
//! promises nothing about memory still in use, about stacks and registers, or about what Swift, the
//! JVM and C libraries allocate for themselves. Growing a block in place is given up for it: the
//! provided `realloc` allocates, copies and frees, so the old block is wiped as well.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{Ordering, compiler_fence};

/// The allocator to install: `#[global_allocator] static ALLOCATOR: Zeroing = Zeroing;`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Zeroing;

/// Wipes what `A` is about to get back.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wiping<A>(pub A);

/// Overwrites `size` bytes at `block` in a way that the compiler cannot leave out.
///
/// # Safety
/// The block must be valid for writes of `size` bytes.
#[inline(never)]
unsafe fn wipe(block: *mut u8, size: usize) {
    // A volatile store per word would be as sure and several times slower. A memset through a pointer
    // that the optimiser knows nothing about must stay, and the fence keeps it before the free.
    unsafe { std::ptr::write_bytes(std::hint::black_box(block), 0, size) };
    std::hint::black_box(block);
    compiler_fence(Ordering::SeqCst);
}

// SAFETY: every block comes from and goes back to `A` with its own layout; wiping stays inside it.
unsafe impl<A: GlobalAlloc> GlobalAlloc for Wiping<A> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        unsafe { self.0.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        unsafe { self.0.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        unsafe {
            wipe(block, layout.size());
            self.0.dealloc(block, layout);
        }
    }
}

// SAFETY: as for `Wiping`, whose `realloc` is the provided one.
unsafe impl GlobalAlloc for Zeroing {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        unsafe { Wiping(System).alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        unsafe { Wiping(System).alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        unsafe { Wiping(System).dealloc(block, layout) }
    }
}
