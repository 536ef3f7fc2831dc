public import Foundation
import Pericard

/// A file that goes with a message that is being written.
public struct NewFileRow: Hashable, Sendable, Identifiable, Unprinted {
  public var id: UUID
  public var name: String
  public var type: String
  public var size: Int
}

/// Why a file was not added.
public enum FileRefusal: Hashable, Sendable {
  /// `mostBytes` is what is taken.
  case tooLarge(mostBytes: Int)
  case tooMany
}

/// A file that the person has chosen.
public struct PickedFile: Sendable, Unprinted {
  public var name: String
  public var type: String
  public var bytes: Data

  public init(name: String, type: String, bytes: Data) {
    self.name = name
    self.type = type
    self.bytes = bytes
  }
}

/// The files of a message that is being written, within what can be sent.
struct Attachments {
  private var files: [(row: NewFileRow, bytes: Data)] = []

  static let most = 10

  var rows: [NewFileRow] { files.map(\.row) }

  var isEmpty: Bool { files.isEmpty }

  var toSend: [NewFile] {
    files.map { NewFile(name: $0.row.name, content: .bytes(bytes: $0.bytes), contentType: $0.row.type) }
  }

  mutating func add(_ file: PickedFile, largest: Int = largestOutgoingFile) -> FileRefusal? {
    if files.count >= Self.most { return .tooMany }
    if file.bytes.count > largest { return .tooLarge(mostBytes: largest) }
    files.append((NewFileRow(id: UUID(), name: file.name, type: file.type, size: file.bytes.count), file.bytes))
    return nil
  }

  mutating func remove(_ id: UUID) {
    files.removeAll { $0.row.id == id }
  }

  mutating func clear() {
    files = []
  }
}
