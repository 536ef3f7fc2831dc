//! Lets who is at work in a database finish before the process ends.
//!
//! SQLCipher and OpenSSL free what they work with in handlers of `exit`. A thread that reads or closes a database at that moment
//! finds it gone, and a process whose work was done dies of a signal. So each use of a database enters here; a handler that runs
//! before theirs lets nobody in any more, and waits a moment for who is inside.

use std::cell::Cell;
use std::ffi::c_int;
use std::sync::{Condvar, Mutex, MutexGuard, Once, PoisonError};
use std::thread::ThreadId;
use std::time::Duration;

/// How long the end of a process waits for a statement: longer than one takes, and shorter than anybody waits.
const PATIENCE: Duration = Duration::from_secs(2);

static DOOR: Door = Door {
    state: Mutex::new(State {
        inside: 0,
        closed_by: None,
    }),
    left: Condvar::new(),
};

thread_local! {
    /// How often this thread is inside.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

struct Door {
    state: Mutex<State>,
    left: Condvar,
}

struct State {
    /// How many threads are inside.
    inside: usize,
    /// The thread that ends the process.
    closed_by: Option<ThreadId>,
}

/// Somebody at work in a database.
pub(super) struct Inside(());

/// Enters. Once the process ends, a thread that is not inside yet stays here; it ends with the process.
pub(super) fn enter() -> Inside {
    let depth = DEPTH.get();
    DEPTH.set(depth + 1);
    if depth == 0 {
        let mut state = DOOR.state();
        let ends = |state: &State| {
            let by = state.closed_by;
            by.is_some_and(|by| by != std::thread::current().id())
        };
        while ends(&state) {
            state = DOOR
                .left
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        state.inside += 1;
    }
    Inside(())
}

impl Drop for Inside {
    fn drop(&mut self) {
        let depth = DEPTH.get() - 1;
        DEPTH.set(depth);
        if depth == 0 {
            DOOR.state().inside -= 1;
            DOOR.left.notify_all();
        }
    }
}

impl Door {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Registers the handler. It has to come after SQLCipher was used first, since handlers run in the opposite order.
pub(super) fn register() {
    static ONCE: Once = Once::new();
    unsafe extern "C" {
        fn atexit(handler: extern "C" fn()) -> c_int;
    }
    // SAFETY: the handler takes nothing, does not unwind and may run on any thread. If there is no room for it, a process may
    // end as it did without.
    ONCE.call_once(|| unsafe {
        atexit(close);
    });
}

extern "C" fn close() {
    let own = usize::from(DEPTH.get() > 0);
    let mut state = DOOR.state();
    state.closed_by = Some(std::thread::current().id());
    let busy = |state: &mut State| state.inside > own;
    let waited = DOOR.left.wait_timeout_while(state, PATIENCE, busy);
    drop(waited.unwrap_or_else(PoisonError::into_inner));
}
