public struct SecondStepState: Hashable, Sendable {
  public var on: Bool
  public var codesLeft: Int?

  /// So few recovery codes are left that new ones are wanted.
  public var fewLeft: Int? { codesLeft.flatMap { $0 <= 2 ? $0 : nil } }
}

/// The second step at one clinic, and what can be done about it.
public struct SecondStepPageState: Hashable, Sendable {
  public var clinic: Clinic
  /// As the clinic said it last; nothing until it has answered.
  public var step: SecondStepState?
  /// What waits for a fresh sign-in.
  public var asking: SecondStepDeed?
  /// The person is asked whether they mean it.
  public var turningOff = false
  public var busy = false
  public var problem: Problem?
}

/// Each of them needs a fresh sign-in.
public enum SecondStepDeed: Hashable, Sendable {
  /// With a new key: set up, or moved to another phone or app.
  case setUp
  case newCodes
  case turnOff
}
