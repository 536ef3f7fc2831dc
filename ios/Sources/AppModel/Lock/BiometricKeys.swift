public import Foundation
import Pericard

/// What a phone knows its person by.
public enum BiometryKind: Hashable, Sendable, CaseIterable {
  case faceID, touchID, opticID
}

/// What it can do now.
public enum Biometry: Hashable, Sendable {
  /// It has none that is strong enough, or this app may not use it.
  case none
  /// Nobody's finger or face is known to it yet.
  case notEnrolled(BiometryKind)
  case ready(BiometryKind)
}

/// How asking the person went.
public enum Recognition: Hashable, Sendable, Unprinted {
  /// It is they; this is what was kept.
  case known(Data)
  case cancelled
  case notRecognized
  /// Too many fingers or faces were wrong: the phone wants its own code first.
  case lockedOut
  /// What was kept is gone: the fingers or faces that the phone knows have changed.
  case lost
  case unavailable
}

/// A secret that the phone gives out only to the person whom it has just recognized, and to nobody any more once the fingers
/// and faces that it knows have changed.
@MainActor
public protocol BiometricKeys: AnyObject {
  var biometry: Biometry { get }
  /// There is a secret, as far as one can know that without asking the person.
  var isKept: Bool { get }
  /// Keeps `secret` in place of an earlier one.
  func keep(_ secret: Data) async -> Recognition
  func ask() async -> Recognition
  func forget()
}

/// The keys of all locks as one secret, so that the person is asked once.
struct KeyBundle {
  var keys: [String: Data] = [:]

  var secret: Data { (try? JSONEncoder().encode(keys)) ?? Data() }

  init() {}

  /// Nothing where it was not made by `secret`.
  init?(_ secret: Data) {
    guard let keys = try? JSONDecoder().decode([String: Data].self, from: secret) else { return nil }
    self.keys = keys
  }

  subscript(_ account: AccountID) -> Data? {
    get { keys[account.rawValue] }
    set { keys[account.rawValue] = newValue }
  }
}
