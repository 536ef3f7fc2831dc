public import Foundation
public import Pericard

/// Where a screen leads to.
public enum Destination: Hashable, Sendable {
  /// What is on top closes.
  case back
  /// The conversation is not there any more: its screen closes, wherever it lies.
  case leave(ThreadID)
  /// A new message was queued: its conversation takes the place of the screen that it was written on.
  case sent(ThreadID)
  case inbox(Owner)
  /// The inbox that is shown, with nothing above it.
  case messages
  case thread(ThreadID, focus: MessageID?)
  /// A new message, or a draft that goes on.
  case compose(DraftID?)
  /// A new message about one result.
  case ask(String)
  case record(RecordPlace)
  /// It is not there any more: its screen closes, wherever it lies.
  case leaveRecord(RecordPlace)
  case people
  /// Whom else the clinic names.
  case addPerson
  /// A sign-in for one of them; nobody where the clinic's page asks for whom.
  case add(AccountID, patient: String?)
  case addClinic
  case clinics
  case clinic(AccountID)
  /// For one of its people, where it is not for whoever signed in.
  case signInAgain(AccountID, of: Person? = nil)
  case stepUp(AccountID)
  case notices
  case notice(Notice, Clinic)
  case privacy
  case accessLog
  /// A copy of what is here of the person whose inbox is shown.
  case copy
  case leaving(AccountID, LeavingWay, of: Person? = nil)
  case settings
  case secondStep
  case help
  /// Out of the app.
  case outside(Errand)
}

/// What the system does for the app.
public enum Errand: Hashable, Sendable, Unprinted {
  case call(String)
  case open(URL)
  /// `sensitive`: to this device's clipboard alone, for a minute.
  case copy(String, sensitive: Bool)
  case save([String])
  case print([String])
  case remind(Date)
  case forgetReminder
  case settings
  case store
}

/// How a screen asks to go somewhere.
public typealias Navigate = @MainActor (Destination) -> Void
