internal import PericardCore

/// Calls the core: what it fails with is a ``PericardError``, or `CancellationError` where the task was cancelled.
///
/// A cancelled task gives its call up at once, whatever the core is doing: the generated code drops the call then
/// (`xtask/src/cancellable.rs`) and nothing of it is left behind. What the core had begun runs to its end; a call of a
/// task that is already cancelled begins nothing.
func calling<Value>(_ call: () async throws -> Value) async throws -> Value {
  do {
    try Task.checkCancellation()
    return try await call()
  } catch {
    throw told(error)
  }
}

/// Calls what the core answers at once.
func calling<Value>(_ call: () throws -> Value) throws -> Value {
  do {
    return try call()
  } catch {
    throw told(error)
  }
}

/// An error as apps see it.
package func told(_ error: any Error) -> any Error {
  switch error {
  case let error as PericardCore.PericardError: error.fromCore()
  case is PericardError, is CancellationError: error
  // A panic that was caught nowhere; its text may hold anything and stays here.
  default: PericardError.internal(id: "panic")
  }
}
