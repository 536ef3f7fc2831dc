//! Lets a cancelled Swift task give up a call into the core.
//!
//! uniffi's Swift waits for a Rust future to its end, whatever becomes of the task. Kotlin's drops the future, and so
//! does Swift with what is changed here: cancelling wakes whoever waits (`RustFuture::cancel`), the call throws
//! `CancellationError` unless its answer was already there, and freeing the future releases every object that it held.
//! Jobs of the core are spawned and go on.

/// The call that waits, with room for the function that gives it up.
const WAITS: &[(&str, &str)] = &[
    (
        "    freeFunc: (UInt64) -> (),\n    liftFunc: (F) throws -> T,",
        "    freeFunc: (UInt64) -> (),\n    cancelFunc: (@Sendable (UInt64) -> ())? = nil,\n    liftFunc: (F) throws -> T,",
    ),
    (
        "        pollResult = await withUnsafeContinuation {
            pollFunc(
                rustFuture,
                { handle, pollResult in
                    uniffiFutureContinuationCallback(handle: handle, pollResult: pollResult)
                },
                uniffiContinuationHandleMap.insert(obj: $0)
            )
        }
",
        "        pollResult = await withTaskCancellationHandler {
            await withUnsafeContinuation {
                pollFunc(
                    rustFuture,
                    { handle, pollResult in
                        uniffiFutureContinuationCallback(handle: handle, pollResult: pollResult)
                    },
                    uniffiContinuationHandleMap.insert(obj: $0)
                )
            }
        } onCancel: {
            cancelFunc?(rustFuture)
        }
",
    ),
    (
        "            fatalError(\"Cancellation not supported yet\")",
        "            throw CancellationError()",
    ),
];

/// How each call begins, and the argument after which the new one stands.
const CALL: &str = "uniffiRustCallAsync(";
const FREE: &str = "freeFunc: ffi_pericard_rust_future_free_";

/// The generated source with calls that can be given up; fails when the generator writes them differently.
pub(crate) fn cancellable(source: &str) -> Result<String, String> {
    let mut source = source.to_owned();
    for (from, to) in WAITS {
        if source.matches(from).count() != 1 {
            return Err(format!(
                "PericardCore.swift: uniffi no longer writes `{}`; see xtask/src/cancellable.rs",
                from.trim()
            ));
        }
        source = source.replace(from, to);
    }
    let mut calls = source.split(CALL);
    let mut out = calls.next().unwrap_or_default().to_owned();
    let mut changed = 0;
    for call in calls {
        // What cannot throw cannot be given up: streams are stopped instead.
        let throws =
            !out.trim_end().ends_with("try! await") && !out.trim_end().ends_with("try!  await");
        out.push_str(CALL);
        match (throws, call.split_once(FREE)) {
            (true, Some((before, after))) => {
                let (kind, rest) = after.split_once(',').unwrap_or((after, ""));
                out.push_str(&format!(
                    "{before}{FREE}{kind},\n            cancelFunc: {{ ffi_pericard_rust_future_cancel_{kind}($0) }},{rest}"
                ));
                changed += 1;
            }
            _ => out.push_str(call),
        }
    }
    if changed == 0 {
        return Err(
            "PericardCore.swift: no call can be given up; see xtask/src/cancellable.rs".to_owned(),
        );
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn every_call_that_throws_can_be_given_up() {
        let waits: String = WAITS.iter().map(|(from, _)| format!("{from}\n")).collect();
        let one = "try  await uniffiRustCallAsync(\n freeFunc: ffi_pericard_rust_future_free_u64,\n liftFunc: l)\n";
        let quiet = "try! await uniffiRustCallAsync(\n freeFunc: ffi_pericard_rust_future_free_void,\n liftFunc: l)\n";
        let made = cancellable(&format!("{waits}{one}{quiet}{one}")).unwrap();
        assert_eq!(
            made.matches("cancelFunc: { ffi_pericard_rust_future_cancel_u64($0) },")
                .count(),
            2
        );
        assert!(!made.contains("cancel_void"));
        assert!(!made.contains("fatalError"));
    }

    #[test]
    fn another_generator_is_found_out() {
        assert!(cancellable("func f() {}").is_err());
    }
}
