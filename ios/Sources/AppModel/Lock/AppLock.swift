/// What lies over the whole app. It says nothing about whose app this is.
public enum AppLock: Hashable, Sendable {
  /// Waits for the finger or face that the phone knows.
  case locked(BiometryQuestion)
  /// A PIN is asked for. A new `attempt` empties the dots.
  case pin(PinQuestion)
  /// A PIN is being chosen, typed twice.
  case choose(attempt: Int, again: Bool, problem: PinProblem?)
  /// The PIN is forgotten: what goes with the copy on this phone.
  case forgot(clinic: String, going: Bool)
}

public struct BiometryQuestion: Hashable, Sendable, Unprinted {
  public var kind: BiometryKind
  public var trouble: BiometryTrouble?
  /// A new one is asked once by itself.
  public var turn = 0
}

public struct PinQuestion: Hashable, Sendable, Unprinted {
  public var attempt = 0
  /// Nothing until one was wrong.
  public var attemptsLeft: Int?
  /// The clinic that keeps the original, for the warning.
  public var clinic: String
  public var checking = false
  /// Somebody who reads already is asked who they are; they may leave it.
  public var optional = false
  /// What the phone knows the person by as well; nothing where it is not asked.
  public var biometry: BiometryKind?
  /// Why it is a PIN that is asked for.
  public var trouble: BiometryTrouble?
}

/// Why the phone did not give out what it keeps for the person whom it recognizes.
public enum BiometryTrouble: Hashable, Sendable, CaseIterable {
  case notRecognized, lockedOut, lost, unavailable
}

/// Why a PIN was not taken.
public enum PinProblem: Hashable, Sendable {
  case differ
  case easy
  case failed
}

/// How and when the app locks by itself.
public struct LockSettings: Hashable, Sendable {
  public var hasPin = false
  /// 0, 1, 5 or 15.
  public var minutes = 0
  /// Nothing where there is no PIN, or no biometry that is strong enough.
  public var biometry: BiometrySetting?
}

public struct BiometrySetting: Hashable, Sendable {
  public enum Position: Hashable, Sendable {
    case on, off
    /// Nobody's finger or face is known to the phone yet.
    case notEnrolled
  }

  public var kind: BiometryKind
  public var position: Position
  /// Why it is off.
  public var trouble: BiometryTrouble?
}
