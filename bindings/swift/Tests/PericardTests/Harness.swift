import Foundation
import Pericard
import PericardTestWorld

/// A keystore as an app would write one, but in memory.
final class MapKeystore: Keystore, @unchecked Sendable {
  private let lock = NSLock()
  private var values: [String: Data] = [:]
  private let failure: (any Error)?
  private let forgets: Bool

  init(failing failure: (any Error)? = nil, forgetting forgets: Bool = false) {
    self.failure = failure
    self.forgets = forgets
  }

  var names: Set<String> { lock.withLock { Set(values.keys) } }

  func load(name: String) throws -> Data? {
    if let failure { throw failure }
    return lock.withLock { values[name] }
  }

  func store(name: String, value: Data) throws {
    if !forgets { lock.withLock { values[name] = value } }
  }

  func delete(name: String) throws {
    lock.withLock { values[name] = nil }
  }
}

/// A world with Ana in it, who signs in with a password alone.
func anasWorld(threads: Int = 2, messages: Int = 6, faults: String = "[]") async throws -> TestWorld {
  try await TestWorld.start(
    portal: """
      {"people":{"ana":{"threads":\(threads),"messages":\(messages),"totp":false}},"faults":\(faults)}
      """)
}

extension Client {
  /// The portal that this world's app is configured for.
  func onlyPortal() async throws -> Portal {
    guard let config = portals.first else { throw Broken("no portal is configured") }
    return try await portal(config: config)
  }
}

extension TestWorld {
  /// Ana's account, signed in natively.
  func signInAna(_ client: Client) async throws -> Account {
    let signIn = try await client.onlyPortal().signIn(method: .native)
    let step = try await signIn.password(
      user: user(who: "ana"), password: typed(by: "ana"))
    guard case .ready = step else { throw Broken("asked for \(step)") }
    return try await signIn.finish()
  }
}

extension Account {
  /// Her own messages.
  func ownMessages() throws -> Messages {
    guard let own = people.first(where: \.isSelf) else { throw Broken("the account has no person") }
    return try messages(person: own.id)
  }
}

/// The failure of a call as the error that apps see; nothing where it did not fail, or with another one.
func failure<T>(of call: @Sendable () async throws -> T) async -> PericardError? {
  do {
    _ = try await call()
    return nil
  } catch {
    return error as? PericardError
  }
}

extension PericardError {
  var portalProblem: PortalProblem? {
    if case .portal(let problem, _) = self { problem } else { nil }
  }

  var inputProblem: InputProblem? {
    if case .invalidInput(_, let problem) = self { problem } else { nil }
  }

  var isInternal: Bool {
    if case .internal = self { true } else { false }
  }
}
