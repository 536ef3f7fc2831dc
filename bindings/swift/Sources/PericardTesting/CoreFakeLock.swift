import Foundation
internal import PericardCore

/// The lock of a ``FakeAccount``: it counts and closes as the core's does, and costs nothing.
final class CoreFakeLock: PericardCore.AccountLock, @unchecked Sendable {
  private struct State {
    var pin: String?
    var key: Data?
    var wrong = 0
    var isOpen = true
    var isDestroyed = false
    var after: TimeInterval = 0
  }

  private static let tries = 10
  private let guarded = NSLock()
  private var kept = State()
  /// Called with the state of the session that an unlocking or a locking brings.
  private let onChange: @Sendable (PericardCore.SessionState) -> Void

  init(onChange: @escaping @Sendable (PericardCore.SessionState) -> Void) {
    self.onChange = onChange
    super.init(noHandle: NoHandle())
  }

  required init(unsafeFromHandle handle: UInt64) {
    onChange = { _ in }
    super.init(unsafeFromHandle: handle)
  }

  private func with<T>(_ work: (inout State) throws -> T) rethrows -> T {
    try guarded.withLock { try work(&kept) }
  }

  override func state() throws -> PericardCore.LockState {
    with { state in
      if state.isDestroyed { return .destroyed }
      if state.pin == nil { return .off }
      if state.isOpen { return .unlocked }
      return .locked(attemptsLeft: UInt32(Self.tries - state.wrong), hasKey: state.key != nil)
    }
  }

  override func lock() async throws {
    try with { state in
      guard state.pin != nil else { throw wrongState("lock") }
      state.isOpen = false
    }
    onChange(.locked)
  }

  override func unlock(pin: Data) async throws {
    try prove(pin, "pin")
    open()
  }

  override func unlockWithKey(key: Data) async throws {
    try with { state in
      guard state.pin != nil else { throw wrongState("lock") }
      guard state.key == key else { throw PericardCore.PericardError.Keystore(kind: .Refused) }
    }
    open()
  }

  override func setPin(current: Data?, pin: Data) async throws {
    let digits = try digits(pin, "pin")
    if isSimple(digits) { throw PericardCore.PericardError.InvalidInput(field: "pin", problem: .tooSimple) }
    guard (current == nil) == with({ $0.pin == nil }) else { throw wrongState("current") }
    if let current { try prove(current, "current") }
    with { $0.pin = digits }
  }

  override func removePin(current: Data) async throws {
    try prove(current, "current")
    with { ($0.pin, $0.key) = (nil, nil) }
  }

  override func addKey(current: Data) async throws -> Data {
    try prove(current, "current")
    let key = Data(0..<32)
    with { $0.key = key }
    return key
  }

  override func removeKey() async throws { with { $0.key = nil } }

  override func autoLock() throws -> TimeInterval { with { $0.after } }

  override func setAutoLock(after: TimeInterval) async throws { with { $0.after = after } }

  private func open() {
    with { ($0.isOpen, $0.wrong) = (true, 0) }
    onChange(.active)
  }

  private func prove(_ typed: Data, _ field: String) throws {
    let digits = try digits(typed, field)
    let left = try with { state -> Int? in
      guard let right = state.pin else { throw wrongState("lock") }
      if state.isDestroyed { throw PericardCore.PericardError.SignInRequired(reason: .destroyed) }
      state.wrong = digits == right ? 0 : state.wrong + 1
      state.isDestroyed = state.wrong == Self.tries
      return state.wrong == 0 ? nil : Self.tries - state.wrong
    }
    guard let left else { return }
    if left > 0 { throw PericardCore.PericardError.WrongPin(attemptsLeft: UInt32(left)) }
    onChange(.sealed(reason: .destroyed))
    throw PericardCore.PericardError.SignInRequired(reason: .destroyed)
  }

  private func digits(_ typed: Data, _ field: String) throws -> String {
    let digits = String(decoding: typed, as: UTF8.self).filter { !$0.isWhitespace && $0 != "-" }
    let problem: PericardCore.InputProblem? =
      if digits.isEmpty {
        .empty
      } else if !digits.allSatisfy(\.isWholeNumber) {
        .notDigits
      } else if digits.count < 6 {
        .tooShort
      } else if digits.count > 12 {
        .tooLong
      } else {
        nil
      }
    if let problem { throw PericardCore.PericardError.InvalidInput(field: field, problem: problem) }
    return digits
  }

  /// One digit over and over, or digits that count up or down.
  private func isSimple(_ digits: String) -> Bool {
    let values = digits.compactMap(\.wholeNumberValue)
    let steps = Set(zip(values, values.dropFirst()).map { (10 + $1 - $0) % 10 })
    return steps.count == 1 && steps.isSubset(of: [0, 1, 9])
  }

  private func wrongState(_ field: String) -> PericardCore.PericardError {
    .InvalidInput(field: field, problem: .wrongState)
  }
}
