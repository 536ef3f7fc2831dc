//! Makes SQLite allocate through Rust's allocator.
//!
//! SQLite leaves copies of the values that it reads and binds in freed memory: four copies of a bound text were found
//! in the C heap. The shipped libraries and the command install an allocator that wipes what it frees. This module
//! extends that to SQLite at no measurable cost; `cipher_memory_security` makes it 2.5 to 3 times slower.
//!
//! It has to be installed before the process first uses SQLite. If other code in the process uses SQLite earlier,
//! SQLite keeps its own allocator: everything works, but its memory is not wiped.

use std::alloc::{Layout, alloc, dealloc, realloc};
use std::ffi::{c_int, c_void};
use std::sync::Once;

use rusqlite::ffi;

/// Bytes in front of each block that hold its size, for SQLite's `xSize` and for Rust's `dealloc`. 16 keep the
/// alignment of `malloc`.
const HEAD: usize = 16;

/// Installs the allocator. Later calls do nothing.
pub(super) fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let methods = ffi::sqlite3_mem_methods {
            xMalloc: Some(malloc),
            xFree: Some(free),
            xRealloc: Some(resize),
            xSize: Some(size),
            xRoundup: Some(round_up),
            xInit: Some(init),
            xShutdown: Some(shut_down),
            pAppData: std::ptr::null_mut(),
        };
        // SAFETY: SQLite copies the table, and the functions below fulfil the contract of sqlite3_mem_methods. A result
        // other than OK means that SQLite is already in use; nothing changes then.
        unsafe { ffi::sqlite3_config(ffi::SQLITE_CONFIG_MALLOC, &raw const methods) };
    });
}

/// The layout of a block of `bytes` with its head.
fn layout(bytes: usize) -> Option<Layout> {
    Layout::from_size_align(bytes.checked_add(HEAD)?, HEAD).ok()
}

/// Writes the head and returns the address behind it.
///
/// # Safety
/// `block` is null or the start of a block of `layout(bytes)`.
unsafe fn with_head(block: *mut u8, bytes: usize) -> *mut c_void {
    if block.is_null() {
        return std::ptr::null_mut();
    }
    unsafe {
        block.cast::<usize>().write(bytes);
        block.add(HEAD).cast()
    }
}

/// Returns the start of the block that was given out as `given`, and its size without the head.
///
/// # Safety
/// `given` came from `malloc` or `resize` and was not freed.
unsafe fn block_of(given: *mut c_void) -> (*mut u8, usize) {
    unsafe {
        let block = given.cast::<u8>().sub(HEAD);
        (block, block.cast::<usize>().read())
    }
}

unsafe extern "C" fn malloc(bytes: c_int) -> *mut c_void {
    let bytes = usize::try_from(bytes).unwrap_or(0);
    match layout(bytes) {
        Some(layout) if bytes > 0 => unsafe { with_head(alloc(layout), bytes) },
        _ => std::ptr::null_mut(),
    }
}

unsafe extern "C" fn free(given: *mut c_void) {
    if given.is_null() {
        return;
    }
    let (block, bytes) = unsafe { block_of(given) };
    if let Some(layout) = layout(bytes) {
        unsafe { dealloc(block, layout) };
    }
}

unsafe extern "C" fn resize(given: *mut c_void, bytes: c_int) -> *mut c_void {
    let bytes = usize::try_from(bytes).unwrap_or(0);
    let (block, before) = unsafe { block_of(given) };
    match (layout(before), layout(bytes)) {
        (Some(old), Some(new)) => unsafe { with_head(realloc(block, old, new.size()), bytes) },
        _ => std::ptr::null_mut(),
    }
}

unsafe extern "C" fn size(given: *mut c_void) -> c_int {
    if given.is_null() {
        return 0;
    }
    let (_, bytes) = unsafe { block_of(given) };
    c_int::try_from(bytes).unwrap_or(c_int::MAX)
}

unsafe extern "C" fn round_up(bytes: c_int) -> c_int {
    bytes.checked_add(7).map_or(bytes, |more| more & !7)
}

unsafe extern "C" fn init(_: *mut c_void) -> c_int {
    ffi::SQLITE_OK
}

unsafe extern "C" fn shut_down(_: *mut c_void) {}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn blocks_keep_their_content_and_know_their_size() {
        // SAFETY: the blocks are used within their sizes and freed once.
        unsafe {
            let block = malloc(100);
            assert_eq!((size(block), block as usize % 16), (100, 0));
            block.cast::<u8>().write_bytes(7, 100);
            let larger = resize(block, 5000);
            assert_eq!(size(larger), 5000);
            assert!((0..100).all(|at| larger.cast::<u8>().add(at).read() == 7));
            free(larger);
            free(std::ptr::null_mut());
            assert!(malloc(0).is_null() && malloc(-1).is_null());
        }
    }

    /// Set for the process that runs this test alone, so that SQLite is not in use yet.
    const ALONE: &str = "PERICARD_TEST_ALONE";

    #[test]
    fn sqlite_takes_its_memory_from_here() {
        if std::env::var_os(ALONE).is_none() {
            let mut alone = std::process::Command::new(std::env::current_exe().unwrap());
            alone.args([
                "--exact",
                "storage::allocator::tests::sqlite_takes_its_memory_from_here",
            ]);
            alone.args(["--nocapture"]).env(ALONE, "1");
            let ran = alone.output().unwrap();
            let said = String::from_utf8_lossy(&ran.stdout).into_owned();
            assert!(ran.status.success() && said.contains("1 passed"), "{said}");
            return;
        }
        install();
        // SAFETY: freed below; SQLite's blocks have the head, since SQLite uses this allocator.
        unsafe {
            let block = ffi::sqlite3_malloc(4096);
            assert!(!block.is_null());
            let (_, bytes) = block_of(block);
            assert!((4096..4200).contains(&bytes), "{bytes}");
            ffi::sqlite3_free(block);
        }
    }
}
