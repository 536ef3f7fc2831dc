//! What a freed block holds.
//!
//! The system may unmap or reuse a block once it is free, so it cannot be looked at there. An arena
//! that keeps every block stands in for the system; and the whole process of this test runs on the
//! allocator that ships, so that it must also simply work.
#![allow(clippy::unwrap_used)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Mutex;

use pericard_zeroalloc::{Wiping, Zeroing};

#[global_allocator]
static ALLOCATOR: Zeroing = Zeroing;

/// Hands out blocks of the system and keeps those that come back, to be looked at.
#[derive(Default)]
struct Keeping {
    freed: Mutex<Vec<(usize, usize)>>,
}

impl Keeping {
    /// The content of the blocks that were freed, in that order.
    fn seen(&self) -> Vec<Vec<u8>> {
        let freed = self.freed.lock().unwrap();
        // SAFETY: the blocks were never handed back to the system.
        freed
            .iter()
            .map(|(at, size)| {
                unsafe { std::slice::from_raw_parts(*at as *const u8, *size) }.to_vec()
            })
            .collect()
    }
}

// SAFETY: blocks are the system's own and stay valid, since they are never freed.
unsafe impl GlobalAlloc for Keeping {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        self.freed
            .lock()
            .unwrap()
            .push((block as usize, layout.size()));
    }
}

fn secret(size: usize) -> Layout {
    Layout::from_size_align(size, 16).unwrap()
}

#[test]
fn without_wiping_the_secret_stays() {
    let system = Keeping::default();
    unsafe {
        let block = system.alloc(secret(64));
        block.write_bytes(0x5A, 64);
        system.dealloc(block, secret(64));
    }
    assert_eq!(system.seen(), [vec![0x5A; 64]]);
}

#[test]
fn a_freed_block_is_empty_at_any_size() {
    for size in [1, 7, 64, 4096, 1 << 20] {
        let wiping = Wiping(Keeping::default());
        unsafe {
            let block = wiping.alloc(secret(size));
            block.write_bytes(0x5A, size);
            wiping.dealloc(block, secret(size));
        }
        assert_eq!(wiping.0.seen(), [vec![0; size]]);
    }
}

#[test]
fn a_grown_block_leaves_nothing_behind_and_keeps_its_content() {
    let wiping = Wiping(Keeping::default());
    unsafe {
        let block = wiping.alloc(secret(32));
        block.write_bytes(0x5A, 32);
        let grown = wiping.realloc(block, secret(32), 256);
        assert_eq!(std::slice::from_raw_parts(grown, 32), [0x5A; 32]);
        assert_eq!(wiping.0.seen(), [vec![0; 32]]);
        wiping.dealloc(grown, secret(256));
    }
    assert_eq!(wiping.0.seen().len(), 2);
}

#[test]
fn a_shrunk_block_leaves_no_tail() {
    let wiping = Wiping(Keeping::default());
    unsafe {
        let block = wiping.alloc(secret(256));
        block.write_bytes(0x5A, 256);
        let shrunk = wiping.realloc(block, secret(256), 16);
        assert_eq!(std::slice::from_raw_parts(shrunk, 16), [0x5A; 16]);
    }
    assert_eq!(wiping.0.seen(), [vec![0; 256]]);
}

#[test]
fn zeroed_blocks_are_zero() {
    let layout = secret(1024);
    unsafe {
        let block = ALLOCATOR.alloc_zeroed(layout);
        assert_eq!(std::slice::from_raw_parts(block, 1024), [0; 1024]);
        ALLOCATOR.dealloc(block, layout);
    }
}
