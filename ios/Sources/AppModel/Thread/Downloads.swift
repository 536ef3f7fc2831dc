import Foundation
import Pericard

/// The downloads that a screen shows.
@MainActor
final class Downloads {
  private(set) var running: [FileID: FileDownload] = [:]

  /// Follows a download to its end. It goes on in the core when the screen goes, and stops by `stop`.
  func follow(
    _ file: FileID, begin: () async throws -> FileDownload, step: @MainActor (FilePlace) -> Void
  ) async throws {
    let download = try await begin()
    running[file] = download
    defer { running[file] = nil }
    for try await progress in download.progress {
      step(.downloading(received: progress.received, total: progress.total))
    }
  }

  func stop(_ file: FileID) {
    running[file]?.cancel()
  }
}

/// A file as it is looked at in the app; its bytes are in memory alone.
public struct FilePreview: Hashable, Sendable, Identifiable, Unprinted {
  public var id: FileID
  public var name: String
  public var type: String
  public var bytes: Data

  /// The most that is opened in the app.
  static let most = 25 * 1024 * 1024
}
