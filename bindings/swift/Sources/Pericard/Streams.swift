public import PericardCore

/// What changed, as it changes, until the account is forgotten or the client is shut down.
///
/// For one loop: leaving the loop, by `break`, an error or cancellation, stops the stream, so ask
/// ``Account/changes()`` for each loop. Changes that come while the loop is busy are merged into one
/// set; none is lost.
public struct ChangeStream: AsyncSequence, Sendable {
  fileprivate let changes: Changes

  public final class Iterator: AsyncIteratorProtocol {
    private let changes: Changes

    fileprivate init(_ changes: Changes) {
      self.changes = changes
    }

    deinit {
      changes.stop()
    }

    public func next() async -> ChangeSet? {
      let changes = self.changes
      if Task.isCancelled { return nil }
      // Cancelling a task does not end a call into the core; stopping the stream does.
      return await withTaskCancellationHandler {
        await changes.next()
      } onCancel: {
        changes.stop()
      }
    }
  }

  public func makeAsyncIterator() -> Iterator {
    Iterator(changes)
  }
}

extension Changes {
  /// These changes as a sequence: `for await change in try account.changes().stream { … }`.
  public var stream: ChangeStream {
    ChangeStream(changes: self)
  }
}

/// How a sync goes on, until it has ended; it throws what the sync failed with. Then ``SyncRun/outcome()`` says how it
/// ended.
///
/// Leaving the loop leaves the sync running: a screen that closes must not stop what others wait for.
/// To stop it, call ``SyncRun/cancel()``.
public struct SyncStream: AsyncSequence, Sendable {
  fileprivate let run: SyncRun

  public struct Iterator: AsyncIteratorProtocol {
    fileprivate let run: SyncRun

    public mutating func next() async throws -> SyncProgress? {
      try Task.checkCancellation()
      return try await run.next()
    }
  }

  public func makeAsyncIterator() -> Iterator {
    Iterator(run: run)
  }
}

extension SyncRun {
  /// The progress of this sync as a sequence: `for try await step in try account.startSync(budget: nil).progress { … }`.
  public var progress: SyncStream {
    SyncStream(run: self)
  }

  /// Follows this sync to its end and says how it ended; it throws what the sync failed with.
  @discardableResult
  public func join() async throws -> SyncOutcome {
    for try await _ in progress {}
    return outcome() ?? .incomplete(reason: .interrupted)
  }
}
