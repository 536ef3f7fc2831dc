public import Pericard

/// A conversation. `messages` are the newest page and what was asked for beyond it, newest first.
public struct ThreadState: Hashable, Sendable, Identifiable, Unprinted {
  public var id: ThreadID
  public var owner: Owner
  public var subject = ""
  public var participants: [String] = []
  public var messages: [Bubble] = []
  public var hasOlder = false
  public var archived = false
  public var draft = DraftText()
  /// The clinic takes messages.
  public var canWrite = true
  /// The message of state `unknown` that the person decides about.
  public var deciding: Bubble?
  /// The message that was looked for: the list opens there.
  public var focus: MessageID?
  /// The message that was at the top when the app was ended: the list opens with it there.
  public var from: MessageID?
  public var problem: Problem?
  public var refused: FileRefusal?
  /// The clinic asks for a fresh sign-in before it is read: in place of all of it. What was typed stays.
  public var stepUp = false

  public var clinic: Clinic { owner.clinic }
}

/// What is being written. `revision` changes when the field is to be emptied or filled anew, as after sending.
public struct DraftText: Hashable, Sendable, Unprinted {
  public var text = ""
  public var revision = 0
  public var kept = false
  public var files: [NewFileRow] = []
}

public struct Bubble: Hashable, Sendable, Identifiable, Unprinted {
  public var id: MessageID
  /// Who wrote it; empty where the clinic names nobody.
  public var from: String
  public var outgoing: Bool
  /// May be empty where the message is a file.
  public var text: String
  public var at: Moment
  public var delivery: Delivery
  public var files: [FileRow] = []
  /// The clinic has changed its text since it was first here.
  public var edited = false
  public var urgent = false
}

/// Where a message stands, named as in the core.
public enum Delivery: Hashable, Sendable, CaseIterable {
  case received, queued, sending, sent, failed, unknown

  init(_ state: MessageState) {
    self =
      switch state {
      case .received: .received
      case .queued: .queued
      case .sending: .sending
      case .sent: .sent
      case .failed: .failed
      case .unknown: .unknown
      }
  }
}

/// A file of a message, as its sender describes it.
public struct FileRow: Hashable, Sendable, Identifiable, Unprinted {
  public var id: FileID
  /// May be empty.
  public var name: String
  /// A MIME type; may be empty.
  public var type: String
  /// In bytes, where it is known.
  public var size: Int?
  public var place: FilePlace
}

public enum FilePlace: Hashable, Sendable {
  /// At the clinic; `received` bytes came before an interruption.
  case remote(received: Int)
  case downloading(received: Int, total: Int?)
  case stored
  case unavailable(FileProblem)
}

extension Bubble {
  init(_ message: Message) {
    id = message.id
    from = message.from
    outgoing = message.outgoing
    text = message.text
    at = Moment(at: message.at, precision: message.precision)
    delivery = Delivery(message.state)
    files = message.files.map(FileRow.init)
    edited = message.edited
    urgent = message.urgent
  }
}

extension FileRow {
  init(_ file: MessageFile) {
    id = file.id
    name = file.name
    type = file.contentType
    size = file.size
    place = FilePlace(file.state, size: file.size)
  }
}

extension FilePlace {
  init(_ state: FileState, size: Int?) {
    self =
      switch state {
      case .remote(let received): .remote(received: received)
      case .downloading: .downloading(received: 0, total: size)
      case .stored: .stored
      case .unavailable(let reason): .unavailable(reason)
      }
  }
}
