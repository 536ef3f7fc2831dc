/// What lies over the whole app. It says nothing about whose app this is.
public enum AppLock: Hashable, Sendable {
  /// A PIN is asked for. A new `attempt` empties the dots.
  case pin(PinQuestion)
  /// A PIN is being chosen, typed twice.
  case choose(attempt: Int, again: Bool, problem: PinProblem?)
  /// The PIN is forgotten: what goes with the copy on this phone.
  case forgot(clinic: String, going: Bool)
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
}

/// Why a PIN was not taken.
public enum PinProblem: Hashable, Sendable {
  case differ
  case easy
  case failed
}

/// When the app locks by itself.
public struct LockSettings: Hashable, Sendable {
  public var hasPin = false
  /// 0, 1, 5 or 15.
  public var minutes = 0
}
