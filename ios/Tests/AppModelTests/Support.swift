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

  init(_ messages: FakeMessages = .sample(), ask: AskClinic? = nil, now: @escaping () -> Date = { Date() }) {
    fake = FakeAccount(messages: messages)
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

extension InboxState {
  var rows: [ThreadRow] {
    switch body {
    case .content(let rows), .firstSync(_, let rows): rows
    case .empty, .searching, .closed: []
    }
  }

  var hits: [HitRow] { if case .searching(_, let hits, false) = body { hits } else { [] } }
}
