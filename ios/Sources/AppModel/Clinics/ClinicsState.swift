public import Foundation
public import Pericard

/// Every account on this phone; none is hidden because another fails.
public struct ClinicsState: Hashable, Sendable, Unprinted {
  public var accounts: [AccountCard] = []
}

public struct AccountCard: Hashable, Sendable, Identifiable, Unprinted {
  public var id: AccountID
  public var clinic: Clinic
  /// Which of several accounts at this clinic; nothing where it is the only one.
  public var number: Int?
  public var people: [Person]
  public var standing: Standing
}

/// Where an account stands, in the order in which it is told.
public enum Standing: Hashable, Sendable {
  /// Signed in, and when a sync last proved that everything is here; nothing where none has.
  case active(completeAt: Date?)
  /// The clinic asks for a new or a fresher sign-in; the messages stay readable.
  case signIn
  /// Sealed after the clinic ended the session, or answered for another person.
  case signedOut
  /// Sealed because the phone was offline for too long.
  case lease
  case unusable
}

extension Standing {
  init(_ session: SessionState, completeAt: Date?) {
    self =
      switch session {
      case .active: .active(completeAt: completeAt)
      case .stepUp, .signIn: .signIn
      case .signedOut, .sealed(.refused), .sealed(.identityChanged), .sealed(.destroyed): .signedOut
      case .sealed(.lease): .lease
      case .locked, .unusable: .unusable
      }
  }

  var needsSignIn: Bool {
    switch self {
    case .signIn, .signedOut: true
    case .active, .lease, .unusable: false
    }
  }
}

/// What a clinic offers, as plain yes and no.
public struct ClinicPageState: Hashable, Sendable {
  public var clinic: Clinic
  public var canRead: Bool
  public var canWrite: Bool
  /// A message arrives once even if the answer is lost.
  public var sendsOnce: Bool
  public var secondStep: Bool
  /// Sign-in on the app's own screens, by the maker's configuration.
  public var native: Bool
  public var provesWho: Bool
  public var tiedToPhone: Bool
  public var revokes: Bool
  /// It has a page for the account.
  public var accountPage: Bool
}

extension ClinicPageState {
  init(_ clinic: Clinic, _ can: PortalCapabilities) {
    let messages = can.features.first { $0.feature == .messages }
    self.init(
      clinic: clinic, canRead: messages?.readable ?? false, canWrite: messages?.sendable ?? false,
      sendsOnce: messages?.sendsExactlyOnce ?? false, secondStep: can.twoFactor, native: can.nativeSignIn,
      provesWho: can.signedIdentity, tiedToPhone: can.boundTokens, revokes: can.revocation,
      accountPage: can.pages.contains(.account))
  }
}

/// Everybody whose messages are on this phone, by clinic.
public struct PeopleState: Hashable, Sendable, Unprinted {
  public var rows: [PersonRow]
  public var chosen: Owner.ID?
  /// The chosen account is open, so that it can be asked for whom one acts.
  public var canAdd = false
}

/// One of them, with what is new and where they stand.
public struct PersonRow: Hashable, Sendable, Identifiable, Unprinted {
  public var owner: Owner
  public var unread = 0
  public var standing = Standing.active(completeAt: nil)

  public var id: Owner.ID { owner.id }
}

/// Those for whom the person may act and whose messages are not on this phone, as the clinic says.
public struct AddPersonState: Hashable, Sendable, Unprinted {
  public var clinic: Clinic
  /// Nothing until it has answered.
  public var found: [FoundRow]?
  public var problem: Problem?
}

/// Somebody whom the clinic names; `relationship` is in its own words.
public struct FoundRow: Hashable, Sendable, Identifiable, Unprinted {
  /// The record's id at the clinic.
  public var id: String
  public var name: String
  public var relationship: String?
}
