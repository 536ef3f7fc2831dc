/// The way out of an account: first what goes from this phone with it.
public struct LeavingState: Hashable, Sendable, Unprinted {
  public var clinic: Clinic
  public var way: LeavingWay
  /// Whose messages go; nothing where those of the whole account do.
  public var person: Person?
  /// Others whose messages go, too.
  public var others: [String] = []
  /// What waits in it; nothing while it is counted.
  public var waiting: Waiting?
  public var offline = false
  /// What waits is on its way.
  public var sending = false
  /// So many stayed behind after that.
  public var stuck = 0
  public var going = false
  public var problem: Problem?
}

public enum LeavingWay: Hashable, Sendable {
  /// The sign-in ends at the clinic, too.
  case signOut
  /// It is removed here, and the clinic is not told.
  case forget
}

public enum Waiting: Hashable, Sendable {
  case counted(unsent: Int, drafts: Int)
  /// A closed account does not say what waits in it.
  case unknown
}

extension LeavingState {
  public var unsent: Int { if case .counted(let unsent, _) = waiting { unsent } else { 0 } }

  /// First what waits: it is not left before that is known.
  public var canGo: Bool { waiting != nil && !sending && !going }
}
