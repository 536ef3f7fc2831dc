public import Foundation
public import PericardCore

/// How a download goes on, until the file is here; it throws what the download failed with.
///
/// Leaving the loop leaves the download running. To stop it, call ``FileDownload/cancel()``.
public struct DownloadStream: AsyncSequence, Sendable {
  fileprivate let download: FileDownload

  public struct Iterator: AsyncIteratorProtocol {
    fileprivate let download: FileDownload

    public mutating func next() async throws -> FileProgress? {
      try Task.checkCancellation()
      return try await download.next()
    }
  }

  public func makeAsyncIterator() -> Iterator {
    Iterator(download: download)
  }
}

extension FileDownload {
  /// The progress of this download as a sequence: `for try await step in download.progress { … }`.
  public var progress: DownloadStream {
    DownloadStream(download: self)
  }

  /// Follows this download until the file is here; it throws what the download failed with.
  public func join() async throws {
    for try await _ in progress {}
  }
}

/// A file on this device, decrypted piece by piece.
///
/// For one loop: it begins where the reader stands.
public struct FilePieces: AsyncSequence, Sendable {
  fileprivate let reader: FileReader
  fileprivate let size: UInt32

  public struct Iterator: AsyncIteratorProtocol {
    fileprivate let reader: FileReader
    fileprivate let size: UInt32

    public mutating func next() async throws -> Data? {
      try Task.checkCancellation()
      let piece = try await reader.read(maxBytes: size)
      return piece.isEmpty ? nil : piece
    }
  }

  public func makeAsyncIterator() -> Iterator {
    Iterator(reader: reader, size: size)
  }
}

extension FileReader {
  /// The content in pieces of at most `size` bytes, and at most 1 MB: `for try await piece in reader.pieces() { … }`.
  public func pieces(of size: UInt32 = 256 * 1024) -> FilePieces {
    FilePieces(reader: self, size: max(size, 1))
  }
}

/// A file of the app that is read while its message is queued; see ``NewFile``.
public final class FileURLSource: FileSource {
  private let handle: FileHandle

  /// Opens a file. A file that a picker gave needs `startAccessingSecurityScopedResource()` until the message is queued.
  public init(_ url: URL) throws {
    handle = try FileHandle(forReadingFrom: url)
  }

  deinit {
    try? handle.close()
  }

  public func read(maxBytes: UInt32) throws -> Data {
    do {
      return try handle.read(upToCount: Int(maxBytes)) ?? Data()
    } catch {
      throw FileSourceError.Unreadable
    }
  }
}

extension NewFile {
  /// A file to send, read piece by piece while the message is queued.
  public init(contentsOf url: URL, contentType: String) throws {
    self.init(name: url.lastPathComponent, contentType: contentType, content: .source(source: try FileURLSource(url)))
  }
}
