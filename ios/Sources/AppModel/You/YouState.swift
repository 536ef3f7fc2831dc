import Pericard

public struct YouState: Hashable, Sendable, Unprinted {
  public var owner: Owner
  /// Names of the others whose records this account holds.
  public var actingFor: [String] = []
  public var newNotices = 0
  /// Clinics that ask for a sign-in.
  public var needSignIn = 0
  public var version: String
}

public struct SettingsState: Hashable, Sendable {
  public var clinic: Clinic
  public var lock = LockSettings()
  /// Nothing where the clinic has no second step in the app, and until it has answered.
  public var secondStep: SecondStepState?
  public var problem: Problem?
}

/// Whom to ask, and what this app is.
public struct HelpState: Hashable, Sendable {
  public var clinic: Clinic
  public var version: String
}
