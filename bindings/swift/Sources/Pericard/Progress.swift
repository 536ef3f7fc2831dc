internal import PericardCore

/// How a sync goes on, until it has ended; the loop throws what the sync failed with. Then ``SyncRun/outcome`` says how
/// it ended.
///
/// Any number of loops may follow a sync, at the same time or one after another. Leaving a loop leaves the sync running:
/// a screen that closes must not stop what others wait for. To stop it, call ``SyncRun/cancel()``.
public struct SyncProgressSequence: AsyncSequence, Sendable {
  public typealias Element = SyncProgress
  fileprivate let run: SyncRun

  /// One loop's way through the progress.
  public struct Iterator: AsyncIteratorProtocol {
    fileprivate let run: SyncRun
    private var seen = 0

    fileprivate init(_ run: SyncRun) {
      self.run = run
    }

    /// The next step, at once when the task is cancelled: with `CancellationError`.
    public mutating func next() async throws -> SyncProgress? {
      let core = run.core
      return try await run.course.next(after: &seen) {
        try await calling { try await core.next()?.fromCore() }
      }
    }
  }

  public func makeAsyncIterator() -> Iterator {
    Iterator(run)
  }
}

extension SyncRun {
  /// The progress of this sync as a sequence: `for try await step in try account.startSync().progress { … }`.
  public var progress: SyncProgressSequence {
    SyncProgressSequence(run: self)
  }

  /// Follows this sync to its end and says how it ended; it throws what the sync failed with.
  @discardableResult
  public func join() async throws -> SyncOutcome {
    for try await _ in progress {}
    return outcome ?? .incomplete(reason: .interrupted)
  }
}

/// How a download goes on, until the file is here; the loop throws what the download failed with.
///
/// Any number of loops may follow a download. Leaving a loop leaves it running. To stop it, call
/// ``FileDownload/cancel()``.
public struct FileProgressSequence: AsyncSequence, Sendable {
  public typealias Element = FileProgress
  fileprivate let download: FileDownload

  /// One loop's way through the progress.
  public struct Iterator: AsyncIteratorProtocol {
    fileprivate let download: FileDownload
    private var seen = 0

    fileprivate init(_ download: FileDownload) {
      self.download = download
    }

    /// The next step, at once when the task is cancelled: with `CancellationError`.
    public mutating func next() async throws -> FileProgress? {
      let core = download.core
      return try await download.course.next(after: &seen) {
        try await calling { try await core.next()?.fromCore() }
      }
    }
  }

  public func makeAsyncIterator() -> Iterator {
    Iterator(download)
  }
}

extension FileDownload {
  /// The progress of this download as a sequence: `for try await step in download.progress { … }`.
  public var progress: FileProgressSequence {
    FileProgressSequence(download: self)
  }

  /// Follows this download until the file is here; it throws what the download failed with.
  public func join() async throws {
    for try await _ in progress {}
  }
}
