//! What a panic says: where it happened, and nothing else.
//!
//! The standard hook prints the panic's text, which may quote what a patient wrote or a token. The
//! place in the sources is a constant of the build. The hook is set when the library is loaded, before
//! anything of it can run.

use std::io::Write;
use std::panic::{self, PanicHookInfo};

extern "C" fn at_load() {
    panic::set_hook(Box::new(say_where));
}

fn say_where(panic: &PanicHookInfo<'_>) {
    let mut stderr = std::io::stderr().lock();
    // A closed standard error is no reason to panic again.
    let _ = match panic.location() {
        Some(at) => writeln!(
            stderr,
            "pericard: internal error at {}:{}",
            at.file(),
            at.line()
        ),
        None => writeln!(stderr, "pericard: internal error"),
    };
}

// SAFETY: the loader calls each entry of this section once, with arguments that `at_load` ignores.
#[used]
#[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".init_array"))]
#[cfg_attr(
    target_vendor = "apple",
    unsafe(link_section = "__DATA,__mod_init_func")
)]
static AT_LOAD: extern "C" fn() = at_load;
