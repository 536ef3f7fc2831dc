import Foundation
import Pericard
import PericardTestWorld

extension StoryContext {
  /// A file to send of so many bytes.
  static func newFile(_ bytes: Int, _ name: String?) -> NewFile {
    let content = Data((0..<bytes).map { UInt8(truncatingIfNeeded: $0 * 13 + $0 / 257) })
    return NewFile(name: name ?? "photo.jpg", content: .bytes(bytes: content), contentType: "image/jpeg")
  }

  /// The file that a step is about: of the n-th newest message of a thread, or of a message that the story has named.
  private func file(_ keys: inout Keys) async throws -> MessageFile {
    let message: Message
    if let name = try keys.textIfThere("of") {
      message = try await inbox().message(id: self.message(name))
    } else {
      let thread = try thread(keys.number("thread"))
      let number = try keys.numberIfThere("message") ?? 0
      let page = try await inbox().messages(thread: thread, after: nil, limit: Self.page)
      guard number < page.messages.count else { throw Broken("there is no message \(number)") }
      message = page.messages[number]
    }
    let number = try keys.numberIfThere("attachment") ?? 0
    guard number < message.files.count else { throw Broken("there is no file \(number)") }
    return message.files[number]
  }

  /// Fetches a file and reads it to its end.
  func download(_ keys: inout Keys) async throws {
    let file = try await file(&keys)
    let wanted = try keys.numberIfThere("bytes")
    try keys.done()
    let inbox = try inbox()
    try await inbox.download(file: file.id).join()
    let reader = try await inbox.openFile(file.id)
    var read = 0
    for try await piece in reader.pieces(of: 100_000) { read += piece.count }
    if read != Int(reader.size) || wanted.map({ $0 != read }) ?? false {
      throw Broken("the file has \(read) bytes")
    }
  }

  func expectFile(_ keys: inout Keys) async throws {
    let file = try await file(&keys)
    let wanted = try Self.fileState(&keys)
    let found = word(file.state)
    if wanted != found { throw Broken("state: expected \(wanted), found \(found)") }
    if let name = try keys.textIfThere("file_name"), name != file.fileName {
      throw Broken("name: expected \(name), found \(file.fileName)")
    }
  }

  /// The state of a file that a step expects.
  static func fileState(_ keys: inout Keys) throws -> String {
    try keys.word(
      "state", "remote", "partial", "downloading", "stored", "no_source", "too_large", "mismatch", "not_found",
      "refused", "foreign")
  }

  /// The state of a file in a word.
  func word(_ state: FileState) -> String {
    switch state {
    case .remote(let received): received == 0 ? "remote" : "partial"
    case .downloading: "downloading"
    case .stored: "stored"
    case .unavailable(let reason):
      switch reason {
      case .noSource: "no_source"
      case .tooLarge: "too_large"
      case .mismatch: "mismatch"
      case .notFound: "not_found"
      case .refused: "refused"
      case .foreign: "foreign"
      }
    }
  }
}
