//! Panics are findings, and are told once, with the seed.

use std::cell::RefCell;
use std::panic;

thread_local! {
    static LAST: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Keeps what a panic says, in place of printing it.
pub(crate) fn keep() {
    panic::set_hook(Box::new(|panic| {
        LAST.with_borrow_mut(|last| *last = Some(panic.to_string()));
    }));
}

/// Passes on what a panic of another thread said.
pub(crate) fn note(why: String) {
    LAST.with_borrow_mut(|last| *last = Some(why));
}

/// What the last panic of this thread said.
pub(crate) fn last() -> Option<String> {
    LAST.with_borrow_mut(Option::take)
}
