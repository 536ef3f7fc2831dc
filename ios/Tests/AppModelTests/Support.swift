import Foundation
import Observation
import Pericard
import PericardTestWorld
import PericardTesting
import Testing

@testable import AppModel

struct Broken: Error {
  let what: String
}

/// Waits until an observable condition holds. What it reads is observed, so nothing is polled.
@MainActor
func until(
  _ what: String, within limit: Duration = .seconds(20), _ condition: @escaping @MainActor () -> Bool
) async throws {
  let clock = ContinuousClock()
  let end = clock.now + limit
  while !condition() {
    guard clock.now < end else { throw Broken(what: "it never came: \(what)") }
    let (changes, change) = AsyncStream<Void>.makeStream()
    withObservationTracking {
      _ = condition()
    } onChange: {
      change.yield()
    }
    let alarm = Task {
      try? await Task.sleep(until: end, clock: clock)
      change.finish()
    }
    for await _ in changes { break }
    alarm.cancel()
  }
}

let linden = Clinic(
  id: "https://portal.example/fhir", name: "Linden Clinic", host: "portal.example", phone: "+1 555 0100",
  emergency: "911")

/// A fake account and a model of it.
@MainActor
struct FakeClinic {
  let fake: FakeAccount
  let account: AccountModel
  let went = Went()
  let place = TestPlace()

  init(
    _ messages: FakeMessages = .sample(), documents: FakeDocuments = .sample(), ask: AskClinic? = nil,
    now: @escaping () -> Date = { Date() }
  ) {
    fake = FakeAccount(messages: messages, documents: documents)
    account = AccountModel(fake.account, at: linden, ask: ask, now: now)
  }

  func messagesAre(_ state: FeatureState) {
    fake.features = [FeatureStatus(feature: .messages, state: state)]
  }

  var owner: Owner { account.owners[0] }

  func inbox(notices: NoticesModel? = nil) -> InboxModel {
    InboxModel(owner, of: account, notices: notices, navigate: went.go)
  }

  func lock(_ keys: FakeBiometricKeys = FakeBiometricKeys(.none)) -> LockModel {
    LockModel(keys: keys, preferences: MapPreferences()) { [account] in [account] }
  }

  func accessLog() -> AccessLogModel {
    AccessLogModel(account, documents: place, lock: lock(), navigate: went.go)
  }

  func copy(_ lock: LockModel? = nil) -> CopyModel {
    CopyModel(of: owner.person, at: account, documents: place, lock: lock ?? self.lock(), navigate: went.go)
  }

  func thread(
    _ subject: String, focus: MessageID? = nil, from: MessageID? = nil, pause: Duration = .zero
  ) throws -> ThreadModel {
    try ThreadModel(
      ThreadID(rawValue: subject), focus: focus, from: from, of: owner, at: account, pause: pause, navigate: went.go)
  }

  func compose(_ draft: DraftID? = nil) throws -> ComposeModel {
    try ComposeModel(draft, of: owner, at: account, pause: .zero, navigate: went.go)
  }
}

/// Where screens led.
@MainActor @Observable
final class Went {
  var to: [Destination] = []

  func go(_ destination: Destination) { to.append(destination) }
}

/// What an app keeps beside the core.
@MainActor
final class MapPreferences: Preferences {
  var signingInAt: String?
  var chosen: [String]?
  var noticesSeenAt: Date?
  var noticesOpened: [String]?
  var biometryIsLost = false
}

/// A folder in memory, which can be full, and refuse to let files go.
@MainActor @Observable
final class TestPlace: DocumentPlace {
  private var files: [String: Data] = [:]
  private var whole: Set<String> = []
  /// How often somebody was asked for a place.
  private(set) var asked = 0
  /// The person chooses no place.
  var isLeft = false
  /// How much fits there.
  var space = Int.max
  /// What is there stays there.
  var keepsAll = false
  /// Nothing is written while it is.
  var isStuck = false
  /// Before the person has chosen.
  var choosing: @MainActor () async throws -> Void = {}

  var names: Set<String> { Set(files.keys) }

  /// The text of a file that is whole.
  func text(_ name: String) -> String? {
    whole.contains(name) ? files[name].map { String(decoding: $0, as: UTF8.self) } : nil
  }

  func create(_ name: String) async throws -> (any NewDocument)? {
    asked += 1
    try await choosing()
    if isLeft { return nil }
    files[name] = Data()
    whole.remove(name)
    return Page(name, in: self)
  }

  private final class Page: NewDocument {
    let name: String
    private let place: TestPlace

    init(_ name: String, in place: TestPlace) {
      self.name = name
      self.place = place
    }

    func write(_ piece: Data) async throws {
      while place.isStuck { try await Task.sleep(for: .milliseconds(5)) }
      let written = place.files[name, default: Data()] + piece
      if written.count > place.space { throw CocoaError(.fileWriteOutOfSpace) }
      place.files[name] = written
    }

    func finish() async throws { place.whole.insert(name) }

    func discard() async -> Bool {
      if !place.keepsAll { place.files[name] = nil }
      return !place.keepsAll
    }
  }
}

extension InboxState {
  var rows: [ThreadRow] {
    switch body {
    case .content(let rows), .firstSync(_, let rows): rows
    case .empty, .searching, .closed: []
    }
  }

  var hits: [HitRow] { if case .searching(_, let hits, false) = body { hits } else { [] } }
}
