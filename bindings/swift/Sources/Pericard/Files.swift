public import Foundation

/// A file on this device, decrypted piece by piece.
///
/// For one loop: it begins where the reader stands.
public struct FilePieces: AsyncSequence, Sendable {
  public typealias Element = Data
  fileprivate let reader: FileReader
  fileprivate let size: Int

  /// The loop.
  public struct Iterator: AsyncIteratorProtocol {
    fileprivate let reader: FileReader
    fileprivate let size: Int

    /// The next piece, at once when the task is cancelled: with `CancellationError`.
    public mutating func next() async throws -> Data? {
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
  public func pieces(of size: Int = 256 * 1024) -> FilePieces {
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

  public func read(maxBytes: Int) throws -> Data {
    do {
      return try handle.read(upToCount: maxBytes) ?? Data()
    } catch {
      throw FileSourceError.unreadable
    }
  }
}

extension NewFile {
  /// A file to send, read piece by piece while the message is queued.
  public init(contentsOf url: URL, contentType: String = "") throws {
    self.init(name: url.lastPathComponent, content: .source(source: try FileURLSource(url)), contentType: contentType)
  }
}
