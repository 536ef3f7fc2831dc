/// What becomes of what one account has on this phone.
public struct PrivacyState: Hashable, Sendable {
  public var clinic: Clinic
  /// Nothing while it is looked at.
  public var log: LogStanding?
  /// What is here can be read, so that a copy of it can be made.
  public var readable = true
  /// The clinic has a page for where one is signed in.
  public var sessionsPage = false
  /// It has one for password and account.
  public var accountPage = false
  public var problem: Problem?
  /// For whom one acts in the inbox that is shown, as they are called.
  public var actsFor: String?
}

/// Whether the list of who opened what is as it was written.
public enum LogStanding: Hashable, Sendable {
  case whole(entries: Int)
  /// Entries were removed or changed. It stays so.
  case broken
  /// The phone's keychain does not answer, so nothing is known.
  case unchecked
  /// It opens together with the messages.
  case closed
}
