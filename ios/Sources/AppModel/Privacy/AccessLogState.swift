public import Foundation

/// Who opened what on this phone, newest first. It names no content: the core notes none.
public struct AccessLogState: Hashable, Sendable, Unprinted {
  public var clinic: Clinic
  /// Nothing while it is looked at.
  public var standing: LogStanding?
  public var body = LogBody.loading
  /// There is a PIN to change where the list is broken.
  public var hasPin = false
  /// The list is being written where the person said.
  public var saving = false
  /// Why it was not.
  public var trouble: CopyTrouble?
}

public enum LogBody: Hashable, Sendable {
  case loading
  /// It opens together with the messages.
  case closed
  /// `more`: there are earlier ones; `loading`: they are on their way.
  case content([LogRow], more: Bool, loading: Bool)
}

public struct LogRow: Hashable, Sendable, Identifiable, Unprinted {
  public var id: Int
  public var at: Date
  public var deed: LogDeed
  /// Whose records it was about; nothing for what concerns the account.
  public var about: String?
  /// How often, one right after the other.
  public var times = 1
}

public enum LogDeed: Hashable, Sendable, CaseIterable {
  case signedIn, unlocked, unlockedWithKey, wrongPin, pinSet, pinRemoved, destroyed, sealed
  case conversationOpened, searched, fileOpened, labResultOpened, documentOpened, written, copied, policyChanged,
    refused
  case personForgotten, accessEnded, other
}
